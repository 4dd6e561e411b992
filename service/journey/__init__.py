"""A workspace's stages and touchpoints, and what it has taught about them."""
