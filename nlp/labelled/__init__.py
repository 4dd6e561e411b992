"""Labelled feedback, for training and for evaluation: files of it, read into examples."""
