"""The SQL of insights; ``expressions`` has what SQLite and PostgreSQL spell differently."""
