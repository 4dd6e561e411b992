"""The optimiser: learning rates that fall from the heads down the layers, and a running mean."""

import math
import re
from collections import defaultdict

import torch
from torch import nn

from nlp.backends.network import MentionNetwork, trained_state
from nlp.train.recipe import Recipe

LAYER = re.compile(r"encoder\.encoder\.layer\.(\d+)\.")


def make_optimizer(network: MentionNetwork, recipe: Recipe) -> torch.optim.AdamW:
    """AdamW with a group for each peak rate and decay; biases and norms do not decay."""
    groups: dict[tuple[float, float], list[nn.Parameter]] = defaultdict(list)
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            decay = recipe.weight_decay if parameter.ndim > 1 else 0.0
            groups[peak_rate(name, recipe), decay].append(parameter)
    return torch.optim.AdamW(
        [
            {"params": members, "lr": rate, "peak": rate, "weight_decay": decay}
            for (rate, decay), members in groups.items()
        ],
        fused=True,
    )


def peak_rate(name: str, recipe: Recipe) -> float:
    """The highest learning rate of the parameter of that name.

    The projection ``place`` learns as slowly as the embeddings below all layers, not as the heads.
    """
    if name.startswith("heads."):
        return recipe.head_rate
    layer = LAYER.match(name)
    depth = recipe.layers - int(layer[1]) - 1 if layer else recipe.layers
    return recipe.encoder_rate * recipe.layer_decay**depth


def set_rate(optimizer: torch.optim.Optimizer, done: float, warm_up: float) -> None:
    """Set the rates for the share ``done`` (0..1) of the run: a linear rise, then half a cosine."""
    rising = min(1.0, (done + 1e-3) / warm_up)
    falling = 0.5 * (1 + math.cos(math.pi * max(0.0, done - warm_up) / (1 - warm_up)))
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * rising * (0.02 + 0.98 * falling)


class Average:
    """The exponential running mean of a network's trained weights, more accurate than they are.

    It starts as a plain mean, so that a short run is not held back by its first weights.
    """

    def __init__(self, network: MentionNetwork, decay: float) -> None:
        self.decay = decay
        self.weights = {name: weight.clone() for name, weight in trained_state(network).items()}
        self.updates = 0

    @torch.no_grad()
    def update(self, network: MentionNetwork) -> None:
        """Move the mean towards the current weights."""
        self.updates += 1
        share = 1 - min(self.decay, self.updates / (10 + self.updates))
        for name, weight in trained_state(network).items():
            self.weights[name].lerp_(weight, share)

    @torch.no_grad()
    def copy_to(self, network: MentionNetwork) -> None:
        """Give the network the mean weights."""
        network.load_state_dict(self.weights, strict=False)
