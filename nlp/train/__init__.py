"""From labelled feedback to a model that can be served: what ``voc train`` runs."""
