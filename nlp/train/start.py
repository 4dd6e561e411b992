"""Continue training from a model: load its network, dequantised if it is an 8-bit one.

The bundled model exists only in 8 bits. The rounding error of its weights is a hundredth of what a
pass over new feedback changes, so it is as good a start as the original weights.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor
from transformers import BertConfig, BertModel

from nlp.arrays import Float32
from nlp.backends.network import MentionNetwork, freeze_word_embeddings, load_network
from nlp.manifest import MODEL_FILE, ArtefactError, verify
from nlp.train.export import QKV_NODE
from nlp.train.outliers import INWARD, LARGE, OUTWARD

SCALE, ZERO, QUANTISED = "_scale", "_zero_point", "_quantized"
DENSE: Final = {
    "attention.output.dense": "attention/output/dense",
    "intermediate.dense": "intermediate/dense",
    "output.dense": "output/dense",
}
"""Parts of a layer by their names in torch and in the graph."""
NORMS: Final = ("attention.output.LayerNorm", "output.LayerNorm")
TABLES: Final = ("word_embeddings", "position_embeddings", "token_type_embeddings")
EMBEDDINGS: Final = "encoder.embeddings."


def load_for_training(folder: Path, dropout: float) -> MentionNetwork:
    """The network of the model in ``folder``, for further training; word vectors are frozen.

    Raises ArtefactError if the folder has no model, the model was changed, or it is an 8-bit one
    that was not made by ``nlp.train.export``.
    """
    manifest = verify(folder)
    if MODEL_FILE not in manifest.files:
        network = load_network(folder, dropout)
        freeze_word_embeddings(network.encoder)
        return network
    graph = _Graph(onnx.load(folder / MODEL_FILE).graph)
    try:
        state = _state(graph, manifest.layers)
        encoder = BertModel(_config(graph, state, manifest.layers), add_pooling_layer=False)
        freeze_word_embeddings(encoder)
        network = MentionNetwork(encoder, manifest.width, dropout)
        network.load_state_dict(state)
    except (KeyError, RuntimeError) as error:
        raise ArtefactError(f"training can't continue from {folder}: {error}") from error
    return network


class _Graph:
    """The weights of an exported graph by the names of its nodes, dequantised."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.nodes: Mapping[str, onnx.NodeProto] = {node.name: node for node in graph.node}
        self._values = {each.name: each for each in graph.initializer}

    def weight(self, name: str) -> Float32:
        """An initializer by its name before quantisation."""
        if name in self._values:
            found: Float32 = numpy_helper.to_array(self._values[name])
            return found
        quantised, scale, zero = (
            numpy_helper.to_array(self._values[name + part]) for part in (QUANTISED, SCALE, ZERO)
        )
        shifted = quantised.astype(np.int32) - zero.astype(np.int32)
        exact: Float32 = (shifted * scale).astype(np.float32)
        return exact

    def product(self, node: str) -> Tensor:
        """The (out, in) weights of a linear layer, by the path of its node."""
        found = self.nodes.get(f"{node}/MatMul_quant") or self.nodes[f"{node}/MatMul"]
        return torch.from_numpy(self.weight(found.input[1].removesuffix(QUANTISED)).T.copy())

    def value(self, name: str) -> Tensor:
        """A weight as a tensor."""
        return torch.from_numpy(self.weight(name).copy())


def _state(graph: _Graph, layers: int) -> dict[str, Tensor]:
    state = {
        f"{EMBEDDINGS}{table}.weight": graph.value(f"{EMBEDDINGS}{table}.weight")
        for table in TABLES
    }
    for side in ("weight", "bias"):
        name = f"{EMBEDDINGS}LayerNorm.{side}"
        state[name] = graph.value(name)
    for layer in range(layers):
        state |= _layer(graph, layer)
    for part in ("heads", "place"):
        state |= {
            f"{part}.weight": graph.product(f"/{part}"),
            f"{part}.bias": graph.value(f"{part}.bias"),
        }
    return state


def _layer(graph: _Graph, layer: int) -> dict[str, Tensor]:
    name, node = f"encoder.encoder.layer.{layer}.", f"/encoder/encoder/layer.{layer}/"
    fused = QKV_NODE.format(layer)
    weights = graph.value(f"{fused}_weight").T.chunk(3)
    biases = graph.value(f"{fused}_bias").chunk(3)
    state = {}
    for part, weight, bias in zip(("query", "key", "value"), weights, biases, strict=True):
        state[f"{name}attention.self.{part}.weight"] = weight.contiguous()
        state[f"{name}attention.self.{part}.bias"] = bias.contiguous()
    for part, path in DENSE.items():
        state[f"{name}{part}.weight"] = graph.product(node + path)
        state[f"{name}{part}.bias"] = graph.value(f"{name}{part}.bias")
    if f"{node}output/{INWARD}/MatMul" in graph.nodes:
        _restore_outliers(graph, layer, state)
    for part in NORMS:
        for side in ("weight", "bias"):
            state[f"{name}{part}.{side}"] = graph.value(f"{name}{part}.{side}")
    return state


def _restore_outliers(graph: _Graph, layer: int, state: dict[str, Tensor]) -> None:
    """Put the channels that the export set apart back in their places, which are now all zeros."""
    name, node = f"encoder.encoder.layer.{layer}.", f"/encoder/encoder/layer.{layer}/output/"
    inward, outward = graph.product(node + INWARD), graph.product(node + OUTWARD)
    into = state[f"{name}intermediate.dense.weight"]
    large = f"/encoder/encoder/layer.{layer}/intermediate/{LARGE}"
    if f"{large}/MatMul" in graph.nodes:  # models before 0.4.0 have none
        into[:, (into == 0).all(dim=0)] = graph.product(large)
    channel = int((into == 0).all(dim=1).nonzero()[0])
    into[channel] = inward[0]
    state[f"{name}intermediate.dense.bias"][channel] = graph.value(f"{name}output.{INWARD}.bias")
    state[f"{name}output.dense.weight"][:, channel] = outward[:, 0]


def _config(graph: _Graph, state: Mapping[str, Tensor], layers: int) -> BertConfig:
    words, positions, types = (state[f"{EMBEDDINGS}{table}.weight"].shape for table in TABLES)
    config = BertConfig(
        vocab_size=words[0],
        hidden_size=words[1],
        max_position_embeddings=positions[0],
        type_vocab_size=types[0],
        num_hidden_layers=layers,
        num_attention_heads=_heads(list(graph.nodes.values())),
        intermediate_size=len(state["encoder.encoder.layer.0.intermediate.dense.bias"]),
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    config._attn_implementation = "eager"
    return config


def _heads(nodes: Sequence[onnx.NodeProto]) -> int:
    found = [a.i for node in nodes for a in node.attribute if a.name == "num_heads"]
    if not found:
        raise KeyError("num_heads")
    return int(found[0])
