"""Attributes that a workspace declares: which they are, and the building of their roll-ups.

An attribute is what senders say about an item (``persona: smb``), not what the company did
(``changes``) nor what a person says about a reading (``corrections``).
"""
