"""Which learned label a mention has: sentiment, stage or touchpoint. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

import numpy as np

from nlp.arrays import Float32
from nlp.probe import Estimate, Probe

Field = Literal["sentiment", "stage", "touchpoint"]
THRESHOLD: Final = 0.5
"""A mention gets a learned label from this probability on."""


class TrainedLabel(NamedTuple):
    """A learned label, and its quality on held-out examples."""

    axis: Field
    key: str
    probe: Probe
    estimate: Estimate


class Prediction(NamedTuple):
    """The likeliest learned label of a mention, "" if none is likely enough."""

    key: str
    probability: float


@dataclass(frozen=True)
class Probes:
    """The probes of one field, stacked."""

    by_key: Mapping[str, Probe] = field(default_factory=dict)

    def choose(self, vectors: Float32) -> list[Prediction]:
        """For each of ``vectors`` (n, width) the likeliest label from ``THRESHOLD`` on, or none."""
        if not self.by_key:
            return [Prediction("", 0.0)] * len(vectors)
        keys = list(self.by_key)
        chances = np.stack([self.by_key[key].chances(vectors) for key in keys], axis=1)
        best = chances.argmax(axis=1)
        return [
            Prediction(keys[index], round(float(row[index]), 4))
            if row[index] >= THRESHOLD
            else Prediction("", 0.0)
            for index, row in zip(best, chances, strict=True)
        ]


def probes_of(trained: Sequence[TrainedLabel], name: Field) -> Probes:
    """Those of one field."""
    return Probes({each.key: each.probe for each in trained if each.axis == name})
