"""Feedback arrives as items or files: it is checked, redacted, stored, changed and erased."""
