"""The attributes that a workspace declares, and the building of their roll-ups.

An attribute is what senders say about an item (``persona: smb``), unlike what the company did
(``changes``) or what a person says about a reading (``corrections``).
"""
