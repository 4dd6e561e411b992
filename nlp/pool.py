"""Combines the probabilities of several readings: a logarithmic opinion pool.

The probability of a label is the weighted geometric mean of what each reading gives it, normalised
to a sum of 1 (Genest and Zidek, *Combining probability distributions*, Statistical Science 1986).
The encoder's logits are linear in the mean of the tokens' vectors, and the softmax of a mean of
logits is the geometric mean of the softmaxes. Mentions weighted by their lengths would therefore
pool to about what the encoder says of all of their text read as one. ``nlp.summary`` gives some of
them more weight, and only has the likeliest labels of each.
"""

from collections.abc import Mapping, Sequence
from math import exp, log
from typing import Final

Opinion = Mapping[str, float]
"""Probabilities of some labels; the others share the rest evenly. An empty one has no influence."""

MIN_PROBABILITY: Final = 1e-4
"""The least probability of a label: stored ones have four digits, so 0 is approximate."""


def pool(opinions: Sequence[Opinion], weights: Sequence[float], labels: int) -> dict[str, float]:
    """The pooled probabilities of all labels that any of ``opinions`` names.

    ``labels`` is the number of labels of the head; those that no opinion names have the rest.
    """
    total = sum(weights)
    logs: dict[str, float] = {}
    shared, unnamed_possible = 0.0, True
    for opinion, weight in zip(opinions, weights, strict=True):
        part, others = weight / total, labels - len(opinion)
        rest = (1 - sum(opinion.values())) / others if others > 0 else 0.0
        unnamed_possible = unnamed_possible and rest > 0
        log_rest = log(max(rest, MIN_PROBABILITY))
        shared += part * log_rest
        for label, chance in opinion.items():
            more = part * (log(max(chance, MIN_PROBABILITY)) - log_rest)
            logs[label] = logs.get(label, 0.0) + more
    means = {label: exp(shared + more) for label, more in logs.items()}
    unnamed = max(labels - len(means), 0) * exp(shared) if unnamed_possible else 0.0
    everything = sum(means.values()) + unnamed
    return {label: mean / everything for label, mean in means.items()}
