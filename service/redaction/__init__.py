"""Direct identifiers are found in texts and replaced. Pure."""
