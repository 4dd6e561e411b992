"""What ``voc verify`` does: feedback is counted anew and compared with the roll-ups, and every item
is looked at for what must hold for it."""
