"""From files of labelled feedback and a base encoder to a model that can be served."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from tokenizers import Tokenizer

from nlp.backends.onnx import OnnxBackend
from nlp.evaluate.answers import answer
from nlp.manifest import Manifest, write_manifest
from nlp.train.artefact import TOKENIZER, calibrated, data_file, write_artefact
from nlp.train.examples import Example, read_examples
from nlp.train.loop import Run, Step
from nlp.train.network import build_reader
from nlp.train.recipe import Recipe

logger = logging.getLogger(__name__)

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


def train_model(
    files: Files,
    base: Path,
    out: Path,
    recipe: Recipe,
    identity: Identity,
    checkpoint: Path,
    on_step: Callable[[Step], None],
    resume: bool = False,
) -> Manifest:
    """Train, export and calibrate a model into the folder ``out``; its manifest.

    Raises DataError for a file that cannot be read, CheckpointError for a checkpoint of
    another recipe.
    """
    read = {path: read_examples(path) for path in (*files.train, *files.first)}
    train = [example for path in files.train for example in read[path]]
    first = _sample([example for path in files.first for example in read[path]], recipe.seed)
    tokenizer = Tokenizer.from_file(str(base / TOKENIZER))
    torch.manual_seed(recipe.seed)
    reader = build_reader(base, recipe.layers, recipe.dropout)
    passes = [*([first] if first else []), *[train] * recipe.epochs]
    Run(reader, tokenizer, passes, recipe, checkpoint, resume).train(on_step)
    data = [data_file(path, examples) for path, examples in read.items()]
    facts = {**_facts(identity), "data": data}
    manifest = write_artefact(out, reader, base, recipe, facts)
    return calibrate_model(out, files.held_out) if files.held_out else manifest


def calibrate_model(folder: Path, held_out: Sequence[Path]) -> Manifest:
    """Fit temperatures and thresholds of the model in ``folder`` and write them there."""
    backend = OnnxBackend(folder)
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    examples = [example for path in held_out for example in read_examples(path)]
    manifest = calibrated(backend.manifest, answer(backend, tokenizer, examples))
    write_manifest(folder, manifest)
    return manifest


def _facts(identity: Identity) -> dict[str, str]:
    return {
        "name": identity.name,
        "version": identity.version,
        "code_version": identity.code_version,
        "base": identity.base,
    }


def _sample(examples: Sequence[Example], seed: int) -> list[Example]:
    order = np.random.default_rng(seed).permutation(len(examples))
    return [examples[i] for i in order[:FIRST_PASS_ROWS]]
