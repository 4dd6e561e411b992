"""What feedback says: all reading endpoints, in the stages and touchpoints of a journey."""
