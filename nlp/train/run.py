"""Training a model from files of labelled feedback and a base encoder."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from nlp.backends.network import MentionNetwork, build_network
from nlp.encoding import build_windows, load_tokenizer
from nlp.evaluate.answers import answer
from nlp.labelled.examples import Example
from nlp.labelled.records import DataError
from nlp.labels import HEADS, Head
from nlp.loading import open_model
from nlp.manifest import (
    CONFIG_FILE,
    WEIGHTS_FILE,
    Manifest,
    is_model,
    load_manifest,
    sha256,
    write_manifest,
)
from nlp.train.artefact import calibrated, make_manifest, write_artefact, write_weights
from nlp.train.balance import adjust_logits
from nlp.train.curriculum import (
    Files,
    all_examples,
    heads_with_few_labels,
    held_out_files,
    make_curriculum,
    read_held_out,
    without_duplicates,
)
from nlp.train.folders import make_folders
from nlp.train.loop import Run, Step
from nlp.train.recipe import Recipe
from nlp.train.start import load_for_training


@dataclass(frozen=True, slots=True)
class Identity:
    """The names and versions of model, code and base for the manifest."""

    name: str
    version: str
    code_version: str
    base: str


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where a run writes: its checkpoint, with answers of teachers in the same folder, and at the
    end the folders ``out`` of the artefact and ``weights`` of the torch weights, if given. These
    two must differ."""

    checkpoint: Path
    out: Path | None = None
    weights: Path | None = None


def train_model(
    files: Files,
    base: Path,
    outputs: Outputs,
    recipe: Recipe,
    identity: Identity,
    on_step: Callable[[Step], None],
    resume: bool = False,
) -> list[Head]:
    """Train a model, starting from ``base``, and write it to ``outputs``.

    ``base`` is an encoder, or a model to continue from, of which all layers are kept, whatever the
    recipe says. Returns the heads with too few held-out labels: they keep the calibration of the
    base if that is a model, else they have none.

    Raises DataError for a file that cannot be read, a held-out file that is also trained on, an
    unusable base or a folder that cannot be written to, ArtefactError for a teacher that is not a
    model, CheckpointError for a checkpoint of another run.
    """
    _check_base(base)
    before = load_manifest(base) if is_model(base) else None
    seen = before.data if before else []  # what the base was trained on counts as seen
    learned = {file.sha256: f"the model in {base}" for file in seen}
    learned |= {sha256(path): "this run" for path in files.learned_from}
    held_out = read_held_out(files.held_out, files.languages, learned)
    make_folders(outputs.out, outputs.weights, outputs.checkpoint.parent)
    torch.manual_seed(recipe.seed)
    network = _network(base, recipe)
    recipe = replace(recipe, layers=len(network.layers))
    curriculum = make_curriculum(files, base, recipe, outputs.checkpoint.parent)
    run = Run(network, load_tokenizer(base), curriculum.passes, recipe, files.fingerprint(base))
    run.train(outputs.checkpoint, on_step, resume)
    adjust_logits(network, curriculum.passes[-1], recipe.balance)
    facts: dict[str, Any] = {
        **asdict(identity),
        "languages": files.language_codes,
        "data": without_duplicates([*seen, *curriculum.used]),
        "held_out": held_out_files(held_out, before),
        "teachers": [load_manifest(folder).name for folder in files.teachers],
        "recipe": asdict(recipe),
    }
    manifest = make_manifest(network, recipe, facts, before)
    write_model(network, base, manifest, outputs, all_examples(held_out))
    return heads_with_few_labels(all_examples(held_out))


def write_model(
    network: MentionNetwork,
    base: Path,
    manifest: Manifest,
    outputs: Outputs,
    held_out: Sequence[Example],
) -> None:
    """Write the network to ``outputs``, calibrated, with tokenizer and n-grams of ``base``."""
    if outputs.out:
        write_artefact(outputs.out, network, base, manifest)
        manifest = calibrate_model(outputs.out, held_out)
    if outputs.weights:
        write_weights(outputs.weights, network, base, manifest)
        if not outputs.out:
            calibrate_model(outputs.weights, held_out)


def calibrate_model(folder: Path, held_out: Sequence[Example]) -> Manifest:
    """Fit temperatures and thresholds of the model in ``folder`` and write them to its manifest.

    Heads with too few held-out labels (see ``heads_with_few_labels``) keep theirs.
    """
    few = heads_with_few_labels(held_out)
    if len(few) == len(HEADS):
        return load_manifest(folder)
    model = open_model(folder)
    manifest = calibrated(model.manifest, answer(model, held_out), HEADS.keys() - few)
    write_manifest(folder, manifest)
    return manifest


def _network(base: Path, recipe: Recipe) -> MentionNetwork:
    if is_model(base):
        network = load_for_training(base, recipe.dropout)
    else:
        try:
            network = build_network(base, recipe.layers, recipe.dropout)
        except Exception as error:  # transformers and safetensors raise many kinds
            raise DataError(f"{base} is not an encoder to start from: {error}") from error
    longest = network.encoder.config.max_position_embeddings
    if recipe.max_tokens > longest:
        raise DataError(f"max_tokens is {recipe.max_tokens}, but {base} reads at most {longest}")
    return network


def _check_base(base: Path) -> None:
    """Raise DataError early if files are missing or unusable."""
    for name in () if is_model(base) else (CONFIG_FILE, WEIGHTS_FILE):
        if not (base / name).is_file():
            raise DataError(f"{base} is not an encoder to start from: it has no {name}")
    try:
        build_windows(load_tokenizer(base), None, "a", [(0, 1)])
    except Exception as error:  # the tokenizers library raises no class of its own
        raise DataError(f"{base} is not an encoder to start from: {error}") from error
