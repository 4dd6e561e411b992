"""Do corrections say something about mentions that nobody has corrected? Pure.

For each label to which mentions were corrected, a probe tells those from all other mentions that
people have judged, and from the workspace's latest ones that nobody has judged. Where its
probability is high enough, it would replace the model's label. Whether that helps is tested on
held-out mentions.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from nlp.arrays import Float32
from nlp.probe import Estimate, Probe, fit, folds
from nlp.rates import SIGNIFICANCE_LEVEL, rate, sign_test
from service.journey.probes import Field, Probes, TrainedLabel

MIN_CORRECTED: Final = 8
"""Mentions that must be corrected to a label before it is learned."""
MIN_CONFIRMED: Final = 20
"""Confirmed labels that are required: without them, harm could not be measured."""
MAX_BROKEN_SHARE: Final = 0.02
"""The maximum share of confirmed mentions that may get a wrong label: none of fewer than 50."""


class Judged(NamedTuple):
    """A mention that somebody has judged, and the model's label.

    There are several ``labels`` if a name stands for several native ones: then each is right, and
    none is an example.
    """

    vector: Float32
    read: str
    labels: frozenset[str]

    @property
    def confirmed(self) -> bool:
        """Whether the model was right."""
        return self.read in self.labels


class Background(NamedTuple):
    """The latest mentions that nobody has judged: vectors (n, width) and their labels."""

    vectors: Float32
    labels: Sequence[str]


class Trial(NamedTuple):
    """How well corrections of one field generalise.

    Of held-out mentions, ``fixed`` of the ``corrected`` would get the right label, and ``broken``
    of the ``confirmed`` a wrong one. ``p`` is from the one-sided sign test.
    """

    field: Field
    corrected: int
    confirmed: int
    fixed: int
    broken: int
    p: float
    reason: str
    trained: list[TrainedLabel]

    @property
    def helps(self) -> bool:
        """Whether it is applied."""
        return bool(self.trained)


def run_trial(field: Field, judged: Sequence[Judged], background: Background) -> Trial:
    """Learn from ``judged``, and keep the result only if it helps on held-out mentions.

    It helps if it fixes significantly more than it breaks (one-sided sign test), and breaks at most
    ``MAX_BROKEN_SHARE`` of the mentions that people confirmed.
    """
    judged = sorted(
        judged, key=lambda each: (sorted(each.labels), each.read)
    )  # so that each fold gets some of all
    confirmed = sum(each.confirmed for each in judged)
    corrected = len(judged) - confirmed
    targets = _targets(judged)
    if few := _too_few(targets, confirmed):
        return Trial(field, corrected, confirmed, 0, 0, 1.0, few, [])
    fixed = broken = 0
    for part in folds(len(judged)):
        seen = [each for each, out in zip(judged, part, strict=True) if not out]
        unseen = [each for each, out in zip(judged, part, strict=True) if out]
        vectors = np.stack([each.vector for each in unseen])
        probes = Probes(_learn(seen, targets, background))
        for each, chosen in zip(unseen, probes.choose(vectors), strict=True):
            right = (chosen.key or each.read) in each.labels
            fixed += right and not each.confirmed
            broken += each.confirmed and not right
    p = sign_test(fixed, broken)
    reason = _verdict(p, broken, confirmed)
    estimate = Estimate(rate(fixed, corrected), rate(broken, confirmed))
    learned = {} if reason else _learn(judged, targets, background)
    trained = [TrainedLabel(field, label, probe, estimate) for label, probe in learned.items()]
    return Trial(field, corrected, confirmed, fixed, broken, p, reason or "helps", trained)


def _too_few(targets: Sequence[str], confirmed: int) -> str:
    if not targets:
        return f"no label has {MIN_CORRECTED} corrections yet"
    if confirmed < MIN_CONFIRMED:
        return f"only {confirmed} of at least {MIN_CONFIRMED} labels are confirmed"
    return ""


def _verdict(p: float, broken: int, confirmed: int) -> str:
    if broken > MAX_BROKEN_SHARE * confirmed:
        return f"would break {broken} of {confirmed} confirmed labels"
    return "" if p < SIGNIFICANCE_LEVEL else "does not fix significantly more than chance"


def _targets(judged: Sequence[Judged]) -> list[str]:
    counts = Counter(label for each in judged for label in _example_labels(each))
    return sorted(label for label, count in counts.items() if count >= MIN_CORRECTED)


def _example_labels(judged: Judged) -> frozenset[str]:
    """The label to which a mention was corrected; none if it was confirmed or has several."""
    return frozenset() if judged.confirmed or len(judged.labels) > 1 else judged.labels


def _learn(
    judged: Sequence[Judged], targets: Sequence[str], background: Background
) -> dict[str, Probe]:
    """A probe for each of ``targets``, of which ``judged`` has examples and counter-examples."""
    probes = {}
    for label in targets:
        examples = [each.vector for each in judged if label in _example_labels(each)]
        others = [each.vector for each in judged if label not in each.labels]
        elsewhere = [
            vector
            for vector, given in zip(background.vectors, background.labels, strict=True)
            if given != label
        ]
        if others or elsewhere:
            probes[label] = fit(np.stack(examples), np.stack(others + elsewhere))
    return probes
