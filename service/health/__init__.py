"""Whether the service lives and is ready, how much waits, and what it is."""
