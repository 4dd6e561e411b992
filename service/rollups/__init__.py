"""The write path of the numbers: what a piece of feedback adds to the roll-ups, and the tables that
it is added to. Whoever changes mentions calls ``apply.apply``; insights read what it wrote."""
