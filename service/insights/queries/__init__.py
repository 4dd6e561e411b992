"""The SQL of insights; ``expressions`` are those that the two databases spell differently."""
