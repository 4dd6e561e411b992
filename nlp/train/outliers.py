"""The channels of each feed-forward part that dwarf all others, read apart in 32 bits.

An encoder of this kind has, in every layer, a few channels on the way in, always the same ones, and
one inside whose activations are up to nine times those of the next ("massive activations", Sun et
al. 2024). Activations of a part share one scale when they are made 8-bit, so that beside these
little is left to tell the others apart. Taken out of the product and added to it again in 32
bits (the decomposition of LLM.int8(), Dettmers et al. 2022) they cost next to nothing: they are
four of 384, and one of 1,536.
"""

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import torch
from torch import Tensor, nn

from nlp.train.network import Reader

INWARD: Final = "inward"
OUTWARD: Final = "outward"
"""What the parts of the way through the inner channel are called, in torch and in the graph."""
LARGE: Final = "large"
"""What the product of the largest channels on the way in is called."""
LARGEST: Final = 4
"""How many of those are set apart."""


class InputApart(nn.Module):
    """The way into a feed-forward part, with some ``channels`` of what comes in read apart.

    ``inside`` is that way, a BertIntermediate of transformers; it forgets those channels.
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
        """What is inside of the feed-forward part (…, inner width), from its input (…, width)."""
        apart = self.large(hidden_states.index_select(-1, self.channels))
        inside: Tensor = self.intermediate_act_fn(self.dense(hidden_states * self.kept) + apart)
        return inside


class OutputApart(nn.Module):
    """The way out of a feed-forward part, with one ``channel`` of it computed from its input.

    ``layer`` is a BERT layer of transformers, in which that channel is silenced.
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
        """The layer's output (…, width), from its feed-forward part's inside and its input."""
        alone = self.outward(self.activation(self.inward(input_tensor)))
        total: Tensor = self.LayerNorm(self.dense(hidden_states) + alone + input_tensor)
        return total


def set_apart(reader: Reader, texts: Sequence[Sequence[int]]) -> Reader:
    """A copy of the reader that says the same, its largest channels set apart.

    ``texts`` are token ids; the channels of a layer are those that are largest in any of them.
    """
    apart = copy.deepcopy(reader).eval()
    layers = apart.layers
    with _largest(layers) as seen, torch.inference_mode():
        for ids in texts:
            row = torch.tensor([list(ids)])
            apart.encoder(input_ids=row, attention_mask=torch.ones_like(row))
    for layer, (coming, inside) in zip(layers, seen, strict=True):
        layer.output = OutputApart(layer, int(inside.argmax()))
        largest = coming.topk(min(LARGEST, len(coming))).indices
        layer.intermediate = InputApart(layer.intermediate, largest.tolist())
    return apart


@contextmanager
def _largest(layers: Any) -> Iterator[list[tuple[Tensor, Tensor]]]:
    """Of each layer's feed-forward part, how large each channel is at most over what is read
    meanwhile: coming in (either way of zero), and inside."""
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
