"""Turns logits into labels: probabilities, thresholds, and the cells that the sender allows.

All functions work on all mentions of a batch at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nlp.arrays import Float32, Float64, Int64
from nlp.documents import Candidate, Candidates, Confidence, Mention
from nlp.labels import HEADS, NONE, SENTIMENTS, STAGES, TOUCHPOINTS, UNASSIGNED, Head

Cells = frozenset[tuple[str, str]]
Logits = NDArray[np.floating[Any]]

MAX_CANDIDATES: Final = 3

_ENDS: Final = np.cumsum([len(labels) for labels in HEADS.values()]).tolist()
_SLICES: Final = {
    head: slice(end - len(HEADS[head]), end) for head, end in zip(HEADS, _ENDS, strict=True)
}
"""Where a head's labels are when those of all heads are side by side."""

_NEGATIVE: Final = SENTIMENTS.index("negative")
_SPREAD: Final = np.array([-1.0, 0.0, 1.0])
"""What negative, neutral and positive add to a score."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Per head, what logits are divided by, and the probability below which a reading is doubtful:
    see ``nlp.manifest.Manifest``."""

    temperatures: Mapping[str, float]
    thresholds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of all mentions of a batch: a list per head, one entry per mention."""

    values: Mapping[Head, list[str]]
    confidences: Mapping[Head, list[float]]
    scores: list[float]
    candidates: list[Candidates]

    def mention(
        self, index: int, start: int, end: int, text: str, vector: tuple[float, ...] | None
    ) -> Mention:
        """The mention whose labels are at ``index``."""
        values, sure = self.values, self.confidences
        return Mention(
            start=start,
            end=end,
            text=text,
            sentiment=values["sentiment"][index],
            score=self.scores[index],
            stage=values["stage"][index],
            touchpoint=values["touchpoint"][index],
            emotion=values["emotion"][index],
            intent=values["intent"][index],
            severity=int(values["severity"][index]),
            confidence=Confidence(**{head: sure[head][index] for head in HEADS}),
            candidates=self.candidates[index],
            embedding=vector,
        )


def by_head(logits: Float32) -> dict[Head, Float32]:
    """Logits (mentions, labels of all heads side by side), head by head."""
    return {head: logits[:, part] for head, part in _SLICES.items()}


def probabilities(
    logits: Mapping[Head, Logits], temperatures: Mapping[str, float]
) -> dict[Head, Float64]:
    """Calibrated probabilities (mentions, labels) of every head.

    Those of severity follow the sentiment, because the codebook gives complaints, and nothing
    else, a severity above 0: P(0) = 1 - P(negative), and P(negative) is shared among 1, 2 and 3 as
    their own head shares it.
    """
    others = (head for head in HEADS if head != "severity")
    chances: dict[Head, Float64] = {
        head: softmax(logits[head] / temperatures[head]) for head in others
    }
    negative = chances["sentiment"][:, [_NEGATIVE]]
    degrees = softmax(logits["severity"][:, 1:] / temperatures["severity"])
    chances["severity"] = np.concatenate([1 - negative, negative * degrees], axis=1)
    return chances


def choose(chances: Mapping[Head, Float64]) -> dict[Head, Int64]:
    """The index (mentions,) of the label that is read, for every head: the likeliest.

    For the severity of a complaint it is the median of 1 to 3, which is nearer to the true one on
    average, because severities are ordered; anything else has severity 0.
    """
    chosen: dict[Head, Int64] = {head: found.argmax(axis=1) for head, found in chances.items()}
    below = chances["severity"][:, 1:].cumsum(axis=1)
    median = 1 + (below < below[:, -1:] / 2).sum(axis=1)
    chosen["severity"] = np.where(chosen["sentiment"] == _NEGATIVE, median, 0)
    return chosen


def confidence_in(chances: Float64, chosen: Int64) -> Float64:
    """The probabilities (mentions,) of the chosen labels."""
    found: Float64 = np.take_along_axis(chances, chosen[:, None], 1)[:, 0]
    return found


def read_labels(
    chances: Mapping[Head, Float64],
    calibration: Calibration,
    allowed: Sequence[Cells | None],
) -> Labels:
    """Labels with confidence for each mention; ``allowed`` has the allowed cells of its document.

    A stage or touchpoint whose probability is below the threshold, or that is ``none``, becomes
    ``unassigned``, but keeps the confidence of the likeliest label.
    """
    values: dict[Head, list[str]] = {}
    confidences: dict[Head, list[float]] = {}
    for head, chosen in choose(chances).items():
        confidences[head] = confidence_in(chances[head], chosen).round(4).tolist()
        values[head] = [HEADS[head][index] for index in chosen.tolist()]
    for head in ("stage", "touchpoint"):
        _unassign(values[head], confidences[head], calibration.thresholds[head])
    for index, cells in enumerate(allowed):
        if cells:
            _narrow(index, cells, chances, calibration, values, confidences)
    return Labels(
        values,
        confidences,
        (chances["sentiment"] @ _SPREAD).round(3).tolist(),
        _candidates(chances),
    )


def softmax(logits: Logits) -> Float64:
    """Probabilities (n, labels) of logits (n, labels); doubles, so that they round exactly."""
    powers = np.exp((logits - logits.max(axis=1, keepdims=True)).astype(np.float64))
    shares: Float64 = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _unassign(values: list[str], confidences: list[float], threshold: float) -> None:
    for index, value in enumerate(values):
        if value == NONE or confidences[index] < threshold:
            values[index] = UNASSIGNED


def _narrow(
    index: int,
    cells: Cells,
    chances: Mapping[Head, Float64],
    calibration: Calibration,
    values: dict[Head, list[str]],
    confidences: dict[Head, list[float]],
) -> None:
    """Replace a mention's stage and touchpoint by the likeliest of the allowed pairs.

    A stage or touchpoint that the cells narrow down is assigned however unsure the model is,
    because the sender has said that it is one of these. A single choice has confidence 1.0.
    """
    pairs = sorted(cells)
    weights = np.array(
        [
            chances["stage"][index, STAGES.index(stage)]
            * chances["touchpoint"][index, TOUCHPOINTS.index(touchpoint)]
            for stage, touchpoint in pairs
        ]
    )
    weights = weights / weights.sum() if weights.sum() > 0 else weights + 1 / len(pairs)
    best = pairs[int(weights.argmax())]
    heads: tuple[Head, Head] = ("stage", "touchpoint")
    for side, head in enumerate(heads):
        choices = {pair[side] for pair in pairs} - {NONE}
        only, narrowed = len(choices) == 1, len(choices) < len(HEADS[head]) - 1
        share = sum(w for pair, w in zip(pairs, weights, strict=True) if pair[side] == best[side])
        sure = 1.0 if only else round(min(float(share), 1.0), 4)
        known = best[side] != NONE and (narrowed or sure >= calibration.thresholds[head])
        values[head][index] = best[side] if known else UNASSIGNED
        confidences[head][index] = sure


def _candidates(chances: Mapping[Head, Float64]) -> list[Candidates]:
    return [
        Candidates(stage, touchpoint)
        for stage, touchpoint in zip(
            _likeliest(chances["stage"], STAGES),
            _likeliest(chances["touchpoint"], TOUCHPOINTS),
            strict=True,
        )
    ]


def _likeliest(chances: Float64, labels: Sequence[str]) -> list[tuple[Candidate, ...]]:
    order: NDArray[np.intp] = np.argsort(-chances, axis=1)[:, :MAX_CANDIDATES]
    shares = np.take_along_axis(chances, order, axis=1).round(4)
    return [
        tuple(Candidate(labels[i], p) for i, p in zip(row, ps, strict=True))
        for row, ps in zip(order.tolist(), shares.tolist(), strict=True)
    ]
