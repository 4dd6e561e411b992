"""Text in, mentions out. Knows no web and no database."""
