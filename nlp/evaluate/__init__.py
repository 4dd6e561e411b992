"""How well a model reads, and what it has to beat: what ``voc evaluate`` runs."""
