"""People's corrections of mentions, applied on top of the analysis, and what is learned from them.

Attributes are stated by senders, changes are what the company did; only corrections alter labels.
"""
