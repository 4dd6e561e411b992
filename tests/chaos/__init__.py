"""``make chaos``: processes killed at random moments under load, and what must hold after that."""
