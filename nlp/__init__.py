"""Feedback analysis: text in, mentions out. Independent of the web service and the database."""
