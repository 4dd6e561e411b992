"""Learns the stages and touchpoints of a definition that have examples.

Negative examples of a label are the other learned labels' examples, its own counter-examples,
descriptions of the native labels, and the workspace's latest mentions. Some of these mentions may
in fact have the label; they have little weight compared to the examples, and make the estimated
false-alarm rate too high rather than too low. Without them, nobody knows how a probe does on real
feedback: it is learned again once there is some.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from nlp.arrays import Float32
from nlp.descriptions import DESCRIPTIONS
from nlp.documents import Document, Kind
from nlp.embedder import Embedder
from nlp.probe import estimate, fit
from service.errors import InvalidParam
from service.journey.definition import Definition, Entry
from service.journey.errors import InvalidDefinition, NotLearnable
from service.journey.native import AXES, Axis
from service.journey.probes import THRESHOLD, TrainedLabel

BACKGROUND: Final = 500
"""The number of the workspace's latest mentions to use."""
MIN_BACKGROUND: Final = 50
"""With fewer mentions, too large a part of them may have the label."""
READ_AS: Final[tuple[Kind, ...]] = ("review", "ticket")
"""Examples are encoded as each of these kinds: what is known about a text is prefixed to it."""


class _Target(NamedTuple):
    """A label to learn; ``where`` is its path in the definition."""

    axis: Axis
    where: str
    entry: Entry


def learn_labels(
    definition: Definition, embedder: Embedder, background: Float32
) -> list[TrainedLabel]:
    """A probe for each learned label; ``background`` (n, width) has vectors of stored mentions.

    Raises:
        InvalidDefinition: an example contains no words.
        NotLearnable: the model provides no vectors.
    """
    targets = _targets(definition)
    if not targets:
        return []
    texts = sorted({text for target in targets for text in _texts(target)})
    vectors = _embedded(embedder, texts)
    _check(targets, vectors)
    return [_learn(target, targets, vectors, background) for target in targets]


def mentions_to_relearn(definition: Definition, trained: Sequence[TrainedLabel]) -> int | None:
    """The number of mentions with which ``trained`` is to be learned again: twice as many as it was
    learned with, ``BACKGROUND`` at most; None if it was learned with that many."""
    targets = _targets(definition)
    negatives = {(each.axis, each.key): each.estimate.false_alarms.n for each in trained}
    known = min(
        negatives[target.axis, target.entry.key] - len(_negatives(target, targets))
        for target in targets
    )
    wanted = max(MIN_BACKGROUND, min(2 * known, BACKGROUND))
    return wanted if known < wanted else None


def _targets(definition: Definition) -> list[_Target]:
    entries: dict[Axis, Sequence[Entry]] = {
        "stage": definition.stages,
        "touchpoint": definition.touchpoints,
    }
    return [
        _Target(axis, f"{axis}s.{index}", entry)
        for axis in AXES
        for index, entry in enumerate(entries[axis])
        if entry.examples
    ]


def _texts(target: _Target) -> list[str]:
    said = target.entry.examples + target.entry.counter_examples
    return [*said, *DESCRIPTIONS[target.axis].values()]


def _embedded(embedder: Embedder, texts: Sequence[str]) -> dict[str, Float32]:
    """The vectors (kinds, width) of each text."""
    documents = [Document(text, kind) for text in texts for kind in READ_AS]
    vectors = embedder.embed(documents)
    if not vectors.shape[1]:
        raise NotLearnable
    return dict(zip(texts, vectors.reshape(len(texts), len(READ_AS), -1), strict=True))


def _check(targets: Sequence[_Target], vectors: dict[str, Float32]) -> None:
    empty = [
        InvalidParam(f"{target.where}.{kind}.{place}", "has no words to learn from; change it")
        for target in targets
        for kind in ("examples", "counter_examples")
        for place, text in enumerate(getattr(target.entry, kind))
        if not vectors[text].any(axis=1).all()
    ]
    if empty:
        raise InvalidDefinition(invalid_params=empty)


def _learn(
    target: _Target, targets: Sequence[_Target], vectors: dict[str, Float32], background: Float32
) -> TrainedLabel:
    entry = target.entry
    negatives = np.stack([vectors[text][0] for text in _negatives(target, targets)])
    if len(background) >= MIN_BACKGROUND:
        negatives = np.concatenate([negatives, background])
    examples = np.concatenate([vectors[text] for text in entry.examples])
    owners = np.repeat(np.arange(len(entry.examples)), len(READ_AS))
    probe = fit(examples, negatives)
    judged = estimate(examples, owners.tolist(), negatives, THRESHOLD, probe)
    return TrainedLabel(target.axis, entry.key, probe, judged)


def _negatives(target: _Target, targets: Sequence[_Target]) -> list[str]:
    """The negative examples that the definition itself has, one row each."""
    others = [
        text
        for other in targets
        if other.axis == target.axis and other.entry.key != target.entry.key
        for text in other.entry.examples
    ]
    return [*target.entry.counter_examples, *others, *DESCRIPTIONS[target.axis].values()]
