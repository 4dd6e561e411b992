"""Evaluation: how well a model reads, compared with baselines. ``voc evaluate`` runs this."""
