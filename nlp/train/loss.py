"""How wrong the logits of a batch are."""

import torch
from torch import Tensor
from torch.nn import functional

from nlp.labels import HEADS
from nlp.train.examples import UNKNOWN


def mention_loss(logits: Tensor, labels: Tensor, smoothing: float) -> Tensor:
    """The sum over heads of the mean cross-entropy of the mentions whose label is known.

    ``logits`` is (rows, mentions, outputs), the heads side by side in the order of ``HEADS``;
    ``labels`` is (rows, mentions, heads).
    """
    parts = torch.split(logits.flatten(0, 1), [len(names) for names in HEADS.values()], dim=1)
    losses = [_head_loss(part, labels[..., i].flatten(), smoothing) for i, part in enumerate(parts)]
    return torch.stack(losses).sum()


def _head_loss(logits: Tensor, labels: Tensor, smoothing: float) -> Tensor:
    known = (labels != UNKNOWN).sum().clamp(min=1)
    total = functional.cross_entropy(
        logits, labels, ignore_index=UNKNOWN, label_smoothing=smoothing, reduction="sum"
    )
    return total / known
