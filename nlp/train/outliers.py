"""Computes the channels of each feed-forward part that dwarf all others separately, in 32 bits.

In every layer of an encoder of this kind, a few input channels, always the same ones, and one inner
channel are far larger than the rest ("massive activations", Sun et al. 2024); the inner one is up
to ten times as large as the next. All activations of a part share one scale in 8 bits, so little
precision is left for the others. Taken out of the product and added to it again in 32 bits (the
decomposition of LLM.int8(), Dettmers et al. 2022), the large channels cost next to nothing: they
are four of 384, and one of 1,536.
"""

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import torch
from torch import Tensor, nn

from nlp.backends.network import MentionNetwork

INWARD: Final = "inward"
OUTWARD: Final = "outward"
"""The names of the products into and out of the inner channel, in torch and in the graph."""
LARGE: Final = "large"
"""The name of the product of the largest input channels."""
OUTLIER_CHANNELS: Final = 4
"""How many input channels are computed separately."""


class OutlierInput(nn.Module):
    """The first half of a feed-forward part, with some input ``channels`` computed separately.

    It replaces ``inside``, a BertIntermediate of transformers, whose weights for those channels are
    set to zero.
    """

    channels: Tensor
    kept: Tensor

    def __init__(self, inside: Any, channels: Sequence[int]) -> None:
        super().__init__()
        self.dense, self.intermediate_act_fn = inside.dense, inside.intermediate_act_fn
        chosen = torch.tensor(sorted(channels))
        width = self.dense.in_features
        self.register_buffer("channels", chosen)
        self.register_buffer("kept", torch.ones(width).index_fill(0, chosen, 0.0))
        self.large = nn.Linear(len(chosen), self.dense.out_features, bias=False)
        with torch.no_grad():
            self.large.weight.copy_(self.dense.weight[:, chosen])
            self.dense.weight[:, chosen] = 0.0

    def forward(self, hidden_states: Tensor) -> Tensor:
        """The inner activations (…, inner width) of the part, from its input (…, width)."""
        large = self.large(hidden_states.index_select(-1, self.channels))
        inside: Tensor = self.intermediate_act_fn(self.dense(hidden_states * self.kept) + large)
        return inside


class OutlierOutput(nn.Module):
    """The second half of a feed-forward part, with one inner ``channel`` computed separately.

    That channel is computed from the input of the part. ``layer`` is the BERT layer of
    transformers, whose weights for it are set to zero.
    """

    dense: nn.Linear
    inward: nn.Linear
    outward: nn.Linear

    def __init__(self, layer: Any, channel: int) -> None:
        super().__init__()
        into, out = layer.intermediate.dense, layer.output.dense
        self.activation = layer.intermediate.intermediate_act_fn
        self.dense, self.LayerNorm = out, layer.output.LayerNorm
        self.inward = nn.Linear(into.in_features, 1)
        self.outward = nn.Linear(1, out.out_features, bias=False)
        with torch.no_grad():
            self.inward.weight.copy_(into.weight[channel : channel + 1])
            self.inward.bias.copy_(into.bias[channel : channel + 1])
            self.outward.weight.copy_(out.weight[:, channel : channel + 1])
            into.weight[channel], into.bias[channel], out.weight[:, channel] = 0.0, 0.0, 0.0

    def forward(self, hidden_states: Tensor, input_tensor: Tensor) -> Tensor:
        """The layer's output (…, width), from the inner activations and the input of the part."""
        alone = self.outward(self.activation(self.inward(input_tensor)))
        total: Tensor = self.LayerNorm(self.dense(hidden_states) + alone + input_tensor)
        return total


def separate_outliers(network: MentionNetwork, texts: Sequence[Sequence[int]]) -> MentionNetwork:
    """An equivalent copy of the network that computes its largest channels separately.

    ``texts`` are lists of token ids; the largest channels of a layer are those with the highest
    maximum over all texts.
    """
    separated = copy.deepcopy(network).eval()
    layers = separated.layers
    with _largest(layers) as seen, torch.inference_mode():
        for ids in texts:
            row = torch.tensor([list(ids)])
            separated.encoder(input_ids=row, attention_mask=torch.ones_like(row))
    for layer, (coming, inside) in zip(layers, seen, strict=True):
        layer.output = OutlierOutput(layer, int(inside.argmax()))
        largest = coming.topk(min(OUTLIER_CHANNELS, len(coming))).indices
        layer.intermediate = OutlierInput(layer.intermediate, largest.tolist())
    return separated


@contextmanager
def _largest(layers: Any) -> Iterator[list[tuple[Tensor, Tensor]]]:
    """Record the maximum of each channel of each layer's feed-forward part over all that is read in
    this context: of its input (absolute values), and of its inner activations."""
    seen = [
        (torch.zeros(dense.in_features), torch.zeros(dense.out_features))
        for dense in (layer.intermediate.dense for layer in layers)
    ]

    def watch(number: int) -> Any:
        def look(_: nn.Module, given: tuple[Tensor], inside: Tensor) -> None:
            coming, within = seen[number]
            seen[number] = (
                torch.maximum(coming, given[0].abs().amax(dim=(0, 1))),
                torch.maximum(within, inside.amax(dim=(0, 1))),
            )

        return look

    watches = [
        layer.intermediate.register_forward_hook(watch(number))
        for number, layer in enumerate(layers)
    ]
    try:
        yield seen
    finally:
        for each in watches:
            each.remove()
