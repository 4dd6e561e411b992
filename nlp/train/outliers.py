"""The channel of each feed-forward part that dwarfs all others, read apart in 32 bits.

An encoder of this kind has, in every layer, one channel whose activation is up to nine times that
of the next ("massive activations", Sun et al. 2024). Activations of a part share one scale when
they are made 8-bit, so that beside it little is left to tell the others apart. Taken out of
the product and added to it again in 32 bits (the decomposition of LLM.int8(), Dettmers et al.
2022) it costs next to nothing: it is one of 1,536.
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
"""What the parts of the way through that channel are called, in torch and in the graph."""


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

    ``texts`` are token ids; the channel of a layer is the one that is largest in any of them.
    """
    apart = copy.deepcopy(reader).eval()
    layers = apart.layers
    with _largest(layers) as channels, torch.inference_mode():
        for ids in texts:
            row = torch.tensor([list(ids)])
            apart.encoder(input_ids=row, attention_mask=torch.ones_like(row))
        found = [int(channel.argmax()) for channel in channels]
    for layer, channel in zip(layers, found, strict=True):
        layer.output = OutputApart(layer, channel)
    return apart


@contextmanager
def _largest(layers: Any) -> Iterator[list[Tensor]]:
    """The highest activation of each channel of each layer, over what is read meanwhile."""
    seen = [torch.zeros(layer.intermediate.dense.out_features) for layer in layers]

    def watch(number: int) -> Any:
        def look(_: nn.Module, __: Any, inside: Tensor) -> None:
            seen[number] = torch.maximum(seen[number], inside.amax(dim=(0, 1)))

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
