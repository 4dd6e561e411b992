"""Feedback comes in by items or files: it is checked, redacted, stored, changed and erased."""
