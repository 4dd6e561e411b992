"""Training: from labelled feedback to a model that can be served. ``voc train`` runs this."""
