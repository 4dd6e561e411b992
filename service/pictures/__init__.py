"""The journey map laid out and drawn, and how figures are worded, for page and exports. Pure."""
