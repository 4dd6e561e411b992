"""Pending feedback is claimed, read by the model and written; texts are read on the spot."""
