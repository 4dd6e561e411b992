"""The checks of ``voc verify``: recomputes the roll-ups from the feedback, compares them with the
stored ones, and checks the invariants of every item."""
