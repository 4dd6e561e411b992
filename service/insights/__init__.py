"""The endpoints that read feedback and its measures, in the stages and touchpoints of a journey."""
