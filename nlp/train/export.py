"""Exports a trained network to the file that is served: ONNX, fused, with 8-bit weights."""

import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import onnx
import torch
from onnx import helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.fusion_options import FusionOptions
from torch.jit import TracerWarning  # type: ignore[attr-defined]

from nlp.backends.network import MentionNetwork
from nlp.train.outliers import INWARD, LARGE, OUTWARD, separate_outliers

INPUT_NAMES: Final = ("input_ids", "attention_mask", "mention_mask")
OUTPUT_NAMES: Final = ("logits", "embedding")
DYNAMIC_AXES: Final = {
    "input_ids": {0: "rows", 1: "tokens"},
    "attention_mask": {0: "rows", 1: "tokens"},
    "mention_mask": {0: "rows", 1: "mentions", 2: "tokens"},
    "logits": {0: "rows", 1: "mentions"},
    "embedding": {0: "rows", 1: "mentions"},
}
FLOAT: Final = 1
"""ONNX's number for float32: the type of values whose type the quantiser cannot infer."""


QKV_NODE: Final = "Attention_{}_qkv"
"""The optimizer's name for a layer's queries, keys and values side by side."""

EMBEDDED_MASK: Final = 7
"""The index of the padding mask among the inputs of a QEmbedLayerNormalization."""

FLOAT_PRODUCTS: Final = tuple(f"/{part}/MatMul" for part in (INWARD, OUTWARD, LARGE))
"""Suffixes of the names of products that stay in 32 bits."""


def export(network: MentionNetwork, target: Path, texts: Sequence[Sequence[int]]) -> None:
    """Write the network as 8-bit ONNX, with the largest channels of its layers in 32 bits.

    Which these are is measured on ``texts``, lists of token ids; see ``nlp.train.outliers``.
    Inputs are ``input_ids``, int64 (rows, tokens), without padding, and ``mention_mask``, float32
    (rows, mentions, tokens), 1 at a mention's tokens; a row of zeros is padding.
    Outputs are ``logits`` (rows, mentions, outputs), the heads side by side in the order of
    ``HEADS``, and ``embedding`` (rows, mentions, width), each of length 1.
    """
    with tempfile.TemporaryDirectory() as folder:
        plain, fused = Path(folder, "plain.onnx"), Path(folder, "fused.onnx")
        export_plain(separate_outliers(network, texts), plain)
        _fuse(network, plain, fused)
        _quantise(fused, target)
    _unfuse(target)


def export_plain(network: MentionNetwork, target: Path) -> None:
    """Write the network unchanged, as 32-bit ONNX: the reference for what 8 bits cost."""
    ids = torch.tensor([[0, 4, 5, 2]])
    example = (ids, torch.ones_like(ids), torch.tensor([[[0.0, 1.0, 1.0, 0.0]]]))
    with warnings.catch_warnings():
        # The optimizer's fusions need the graphs of this, the older exporter. It warns that it is
        # deprecated, and of branches on shapes and negative indexes, which an encoder lacks.
        for category in (DeprecationWarning, UserWarning, TracerWarning):
            warnings.simplefilter("ignore", category)
        torch.onnx.export(
            network.eval(),
            example,
            str(target),
            input_names=INPUT_NAMES,
            output_names=OUTPUT_NAMES,
            dynamic_axes=DYNAMIC_AXES,
            opset_version=17,
            dynamo=False,
        )


def _fuse(network: MentionNetwork, source: Path, target: Path) -> None:
    config = network.encoder.config
    model = optimizer.optimize_model(
        str(source),
        model_type="bert",
        num_heads=config.num_attention_heads,
        hidden_size=config.hidden_size,
        opt_level=1,
        optimization_options=FusionOptions("bert"),
    )
    model.save_model_to_file(str(target))


def _quantise(source: Path, target: Path) -> None:
    """Quantise weights to 7 of 8 bits. A processor without VNNI instructions adds products in pairs
    of 16 bits, which overflow with 8, so it would give other results than one with VNNI."""
    names = [node.name for node in onnx.load(source).graph.node]
    quantize_dynamic(
        source,
        target,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        nodes_to_exclude=[name for name in names if name.endswith(FLOAT_PRODUCTS)],
        extra_options={"MatMulConstBOnly": True, "DefaultTensorType": FLOAT},
    )


def _unfuse(file: Path) -> None:
    """Replace operators that the optimizer has fused by parts that a CPU runs faster.

    Sums and a LayerNormalization instead of a SkipLayerNormalization save a sixth of the time. One
    product and a MultiHeadAttention without a padding mask, instead of a QAttention, which
    multiplies head by head, save some 5 %. Rows that are run together must be equally long.

    Whatever runs the model must keep its engine from fusing the norms again.
    """
    model = onnx.load(file)
    graph = model.graph
    nodes = [part for node in graph.node for part in _parts(node)]
    asked_for = _asked_for(nodes, graph)
    while any(asked_for.isdisjoint(node.output) for node in nodes):
        nodes = [node for node in nodes if not asked_for.isdisjoint(node.output)]
        asked_for = _asked_for(nodes, graph)
    inputs = [each for each in graph.input if each.name in asked_for]
    for field, values in ((graph.node, nodes), (graph.input, inputs)):
        del field[:]
        field.extend(values)
    onnx.save(model, file)


def _asked_for(nodes: Sequence[onnx.NodeProto], graph: onnx.GraphProto) -> set[str]:
    return {name for node in nodes for name in node.input} | {each.name for each in graph.output}


def _parts(node: onnx.NodeProto) -> list[onnx.NodeProto]:
    match node.op_type:
        case "SkipLayerNormalization":
            return _norm_parts(node)
        case "QAttention":
            return _attention_parts(node)
        case "QEmbedLayerNormalization":
            node.input[EMBEDDED_MASK] = ""
    return [node]


def _norm_parts(node: onnx.NodeProto) -> list[onnx.NodeProto]:
    first, second, gamma, beta, *bias = node.input
    (epsilon,) = (item.f for item in node.attribute if item.name == "epsilon")
    total, parts = first, []
    for index, addend in enumerate([*bias, second]):  # bias first: the engine adds it in a product
        name = f"{node.name}_sum_{index}"
        parts.append(helper.make_node("Add", [total, addend], [name], name))
        total = name
    normed = helper.make_node(
        "LayerNormalization",
        [total, gamma, beta],
        [node.output[0]],
        f"{node.name}_norm",
        axis=-1,
        epsilon=epsilon,
    )
    return [*parts, normed]


def _attention_parts(node: onnx.NodeProto) -> list[onnx.NodeProto]:
    """The parts of a QAttention. The engine fuses those before the Split into one operator."""
    hidden, weights, bias, scale, weights_scale, _mask, zero, weights_zero, _past = node.input
    names = [
        f"{node.name}_{part}" for part in ("scale", "sums", "real", "scaled", "all", "q", "k", "v")
    ]
    scales, sums, real, scaled, biased, *split = names
    (heads,) = (item.i for item in node.attribute if item.name == "num_heads")
    return [
        helper.make_node("Mul", [scale, weights_scale], [scales], scales),
        helper.make_node("MatMulInteger", [hidden, weights, zero, weights_zero], [sums], sums),
        helper.make_node("Cast", [sums], [real], real, to=FLOAT),
        helper.make_node("Mul", [real, scales], [scaled], scaled),
        helper.make_node("Add", [scaled, bias], [biased], biased),
        helper.make_node("Split", [biased], split, f"{node.name}_split", axis=-1),
        helper.make_node(
            "MultiHeadAttention",
            split,
            [node.output[0]],
            node.name,
            domain="com.microsoft",
            num_heads=heads,
        ),
    ]
