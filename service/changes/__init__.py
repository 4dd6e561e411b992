"""What a company changed in the journey, and whether it helped.

A change is an event on a day; unlike a correction (``corrections``), it does not alter feedback.
"""
