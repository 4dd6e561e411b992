"""The checks of ``voc verify``: roll-ups are recomputed from the feedback and compared with what is
stored, and the invariants of every item are checked."""
