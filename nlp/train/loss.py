"""The losses of a batch."""

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from nlp.labelled.examples import UNKNOWN
from nlp.labels import HEADS
from nlp.train.lessons import NO_THEME

FAR: Final = -1e4
"""A logit that stands for probability 0, but is finite, so that gradients exist."""

SIZES: Final = [len(labels) for labels in HEADS.values()]


def mention_loss(
    logits: Tensor, labels: Tensor, targets: Tensor, smoothing: float, trust: float
) -> Tensor:
    """The sum over heads of the mean cross-entropy of the mentions with a label or a target.

    ``logits`` is (rows, mentions, outputs), the heads side by side in the order of ``HEADS``;
    ``labels`` is (rows, mentions, heads). Where ``targets`` (rows, mentions, outputs) has the
    probabilities of teachers and not zeros, they are used as soft labels (Hinton et al. 2015, arXiv
    1503.02531, at temperature 1): alone if no label is known, else with the weight ``trust``
    (0..1).
    """
    losses = []
    for part, truth, soft_labels in zip(
        _parts(logits), labels.flatten(0, 1).unbind(dim=1), _parts(targets), strict=True
    ):
        known, taught = truth != UNKNOWN, soft_labels.sum(dim=1) > 0
        teacher_weight = torch.where(known, trust * taught, 1.0 * taught)
        label_loss = _cross_entropy(part, truth, smoothing)
        teacher_loss = -(soft_labels * functional.log_softmax(part, dim=1)).sum(dim=1)
        losses.append(
            _mean((1 - teacher_weight) * label_loss + teacher_weight * teacher_loss, known | taught)
        )
    return torch.stack(losses).sum()


def vector_loss(embeddings: Tensor, vectors: Tensor) -> Tensor:
    """1 - cosine of embeddings (rows, mentions, width) and their target ``vectors``, 0..2.

    Both have length 1; mentions whose vector is zeros are ignored.
    """
    cosines = (embeddings * vectors).sum(dim=-1)
    return _mean(1 - cosines, vectors.any(dim=-1))


def theme_loss(embeddings: Tensor, themes: Tensor, temperature: float) -> Tensor:
    """How hard it is to find the other mentions of a theme among all mentions with themes.

    The supervised contrastive loss (Khosla et al. 2020, arXiv 2004.11362, equation 2) on
    embeddings (rows, mentions, width) of length 1; ``themes`` is (rows, mentions).
    """
    chosen = themes.flatten() != NO_THEME
    vectors, owners = embeddings.flatten(0, 1)[chosen], themes.flatten()[chosen]
    oneself = torch.eye(len(owners), dtype=torch.bool)
    likeness = (vectors @ vectors.T / temperature).masked_fill(oneself, FAR)
    alike = (owners[:, None] == owners[None, :]) & ~oneself
    chances = torch.log_softmax(likeness, dim=1).masked_fill(~alike, 0.0)
    return _mean(-chances.sum(dim=1) / alike.sum(dim=1).clamp(min=1), alike.any(dim=1))


def _parts(values: Tensor) -> tuple[Tensor, ...]:
    """(mentions, labels) of each head."""
    return torch.split(values.flatten(0, 1), SIZES, dim=1)


def _cross_entropy(logits: Tensor, truth: Tensor, smoothing: float) -> Tensor:
    return functional.cross_entropy(
        logits, truth, ignore_index=UNKNOWN, label_smoothing=smoothing, reduction="none"
    )


def _mean(losses: Tensor, counting: Tensor) -> Tensor:
    return (losses * counting).sum() / counting.sum().clamp(min=1)
