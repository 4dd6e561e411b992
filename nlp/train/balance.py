"""Reduce the logits of common labels, so that rare ones are predicted as well."""

from collections.abc import Sequence

import numpy as np
import torch

from nlp.arrays import Float32, Int64
from nlp.backends.network import MentionNetwork
from nlp.labelled.examples import UNKNOWN
from nlp.labels import HEADS
from nlp.train.lessons import Lesson


def adjust_logits(network: MentionNetwork, lessons: Sequence[Lesson], strength: float) -> None:
    """Subtract ``strength`` times the logarithm of each label's share from its logit, in place.

    A network's probabilities include how common each label was in training. 0 leaves them as they
    are; 1 treats all labels as equally common (post-hoc logit adjustment, Menon et al. 2021).
    """
    labels = np.concatenate([lesson.labels for lesson in lessons])
    taken = np.float32(strength) * log_shares(labels)
    with torch.no_grad():
        network.heads.bias.sub_(torch.from_numpy(taken))


def log_shares(labels: Int64) -> Float32:
    """The logarithms of the shares of labels (mentions, heads), all heads side by side. Counts are
    smoothed, so no share is 0."""
    shares = []
    for column, known in zip(labels.T, HEADS.values(), strict=True):
        counts = np.bincount(column[column != UNKNOWN], minlength=len(known)) + 1
        shares.append(counts / counts.sum())
    logs: Float32 = np.log(np.concatenate(shares)).astype(np.float32)
    return logs
