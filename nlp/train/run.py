"""From files of labelled feedback and a base encoder to a model that can be served."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from tokenizers import Tokenizer

from nlp.backends.onnx import OnnxBackend
from nlp.evaluate.answers import answer
from nlp.manifest import write_manifest
from nlp.train.artefact import TOKENIZER, calibrated, data_file, write_artefact, write_weights
from nlp.train.examples import Example, read_examples
from nlp.train.loop import Run, Step
from nlp.train.network import build_reader
from nlp.train.recipe import Recipe

FIRST_PASS_ROWS: Final = 12_000
"""Of a first pass's rows, which are many and noisy, no more than this are used."""


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a run: read every epoch, read once at the start, and never trained on.

    The last are for calibration; without them probabilities stay as the network gives them.
    """

    train: Sequence[Path]
    first: Sequence[Path] = ()
    held_out: Sequence[Path] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """What the model and the state of the code are called in the manifest."""

    name: str
    version: str
    code_version: str
    base: str


@dataclass(frozen=True, slots=True)
class Places:
    """Where a run writes: the artefact's folder, its checkpoint, and perhaps torch weights."""

    out: Path
    checkpoint: Path
    weights: Path | None = None


def train_model(
    files: Files,
    base: Path,
    places: Places,
    recipe: Recipe,
    identity: Identity,
    on_step: Callable[[Step], None],
    resume: bool = False,
) -> None:
    """Train, export and calibrate a model into ``places``, starting from the encoder ``base``.

    Raises DataError for a file that cannot be read, CheckpointError for a checkpoint of
    another recipe.
    """
    read = {path: read_examples(path) for path in (*files.train, *files.first)}
    passes = _passes(files, read, recipe)
    tokenizer = Tokenizer.from_file(str(base / TOKENIZER))
    torch.manual_seed(recipe.seed)
    reader = build_reader(base, recipe.layers, recipe.dropout)
    Run(reader, tokenizer, passes, recipe, places.checkpoint, resume).train(on_step)
    data = [data_file(path, examples) for path, examples in read.items()]
    write_artefact(places.out, reader, base, recipe, {**asdict(identity), "data": data})
    if files.held_out:
        calibrate_model(places.out, files.held_out)
    if places.weights:
        write_weights(places.weights, reader, places.out)


def _passes(
    files: Files, read: Mapping[Path, list[Example]], recipe: Recipe
) -> list[list[Example]]:
    train = [example for path in files.train for example in read[path]]
    first = [example for path in files.first for example in read[path]]
    order = np.random.default_rng(recipe.seed).permutation(len(first))[:FIRST_PASS_ROWS]
    sample = [first[i] for i in order]
    return [*([sample] if sample else []), *[train] * recipe.epochs]


def calibrate_model(folder: Path, held_out: Sequence[Path]) -> None:
    """Fit temperatures and thresholds of the model in ``folder`` and write them there."""
    backend = OnnxBackend(folder)
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    examples = [example for path in held_out for example in read_examples(path)]
    write_manifest(folder, calibrated(backend.manifest, answer(backend, tokenizer, examples)))
