"""The dashboard: insights as HTML, for people who have signed in with a key."""
