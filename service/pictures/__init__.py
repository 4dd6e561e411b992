"""Layout and drawing of the journey map, and formatting of figures, for page and exports. Pure."""
