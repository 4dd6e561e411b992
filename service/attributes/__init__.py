"""Attributes that a workspace declares: which they are, and the building of their roll-ups."""
