"""The SQL of insights. What differs between the two databases is in ``expressions``."""
