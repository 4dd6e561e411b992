"""Average the weights of models that were trained from a common start.

Runs that share a start end in one basin of the loss, where the mean of their weights is better than
any of them and costs no more to run ("model soups", Wortsman et al. 2022).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nlp.backends.network import MentionNetwork
from nlp.labelled.records import DataError
from nlp.labels import Head
from nlp.manifest import MANIFEST_FILE, Manifest, load_manifest, sha256
from nlp.train.artefact import make_manifest
from nlp.train.curriculum import (
    all_examples,
    heads_with_few_labels,
    held_out_files,
    read_held_out,
    without_duplicates,
)
from nlp.train.folders import make_folders
from nlp.train.recipe import Recipe
from nlp.train.run import Identity, Outputs, write_model
from nlp.train.start import load_for_training


@dataclass(frozen=True, slots=True)
class Part:
    """A model's folder, 8-bit or not, and its share of the mean; shares need not sum to 1."""

    folder: Path
    share: float


def average_models(
    parts: Sequence[Part], held_out: Sequence[Path], outputs: Outputs, identity: Identity
) -> list[Head]:
    """Write the mean of the models' weights to ``outputs``, calibrated on ``held_out``.

    Returns the heads with too few labels in ``held_out``: they keep the calibration of the first
    model.

    Raises ArtefactError for a part that is not a model, DataError for models of different shapes,
    shares that are not positive, a file that cannot be read or that one of the models was trained
    on, or a folder that cannot be written to.
    """
    if not parts or min(part.share for part in parts) <= 0:
        raise DataError("shares must be positive")
    manifests = [load_manifest(part.folder) for part in parts]
    learned = {
        file.sha256: f"the model in {part.folder}"
        for part, manifest in zip(parts, manifests, strict=True)
        for file in manifest.data
    }
    files = read_held_out(held_out, (), learned)
    make_folders(outputs.out, outputs.weights)
    network, folder = _mean(parts), parts[0].folder
    facts: dict[str, Any] = {
        **asdict(identity),
        "languages": manifests[0].languages,
        "data": without_duplicates([file for manifest in manifests for file in manifest.data]),
        "held_out": held_out_files(files, manifests[0]),
        "teachers": sorted({name for manifest in manifests for name in manifest.teachers}),
        "recipe": {"average": [_named(*each) for each in zip(parts, manifests, strict=True)]},
    }
    recipe = Recipe(max_tokens=manifests[0].max_tokens)
    manifest = make_manifest(network, recipe, facts, manifests[0])
    write_model(network, folder, manifest, outputs, all_examples(files))
    return heads_with_few_labels(all_examples(files))


def _mean(parts: Sequence[Part]) -> MentionNetwork:
    total, (first, *others) = sum(part.share for part in parts), parts
    network = load_for_training(first.folder, dropout=0.0)
    mean = {name: weight * (first.share / total) for name, weight in _weights(network).items()}
    shapes = {name: weight.shape for name, weight in mean.items()}
    for part in others:
        weights = _weights(load_for_training(part.folder, dropout=0.0))
        if {name: weight.shape for name, weight in weights.items()} != shapes:
            raise DataError(f"{part.folder} and {first.folder} differ in shape")
        for name, weight in weights.items():
            mean[name] += weight * (part.share / total)
    network.load_state_dict(mean, strict=False)
    return network


def _weights(network: MentionNetwork) -> dict[str, Any]:
    return {name: weight.detach() for name, weight in network.named_parameters()}


def _named(part: Part, manifest: Manifest) -> dict[str, Any]:
    return {
        "name": manifest.name,
        "version": manifest.version,
        "manifest": sha256(part.folder / MANIFEST_FILE),
        "share": part.share,
        "recipe": manifest.recipe,
    }
