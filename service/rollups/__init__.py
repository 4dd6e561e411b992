"""The write path of the roll-ups: what a piece of feedback adds to them, and how that is stored.
Code that changes mentions calls ``apply.apply``; ``insights`` reads the tables."""
