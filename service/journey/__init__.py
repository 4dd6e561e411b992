"""Stages and touchpoints as a workspace calls them, and what it has taught about them."""
