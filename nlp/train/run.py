"""From files of labelled feedback and a base encoder to a model that can be served."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from nlp.backends.onnx import OnnxBackend
from nlp.encoding import load_tokenizer
from nlp.evaluate.answers import answer
from nlp.manifest import Manifest, write_manifest
from nlp.train.artefact import (
    calibrated,
    data_file,
    describe,
    write_artefact,
    write_weights,
)
from nlp.train.examples import Example, read_examples
from nlp.train.lessons import Lesson, make_lessons, without_labels
from nlp.train.loop import Run, Step
from nlp.train.network import build_reader
from nlp.train.recipe import Recipe
from nlp.train.teachers import ask_teachers, place


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a run.

    ``train`` is read in every pass; ``first`` once, before; ``unlabelled`` in every pass for what
    ``teachers`` (folders of unquantised weights) say of it. ``held_out`` is for
    calibration; without it probabilities stay as the network gives them. Mentions in none of
    ``languages`` are left out, unless that is empty.
    """

    train: Sequence[Path]
    first: Sequence[Path] = ()
    unlabelled: Sequence[Path] = ()
    teachers: Sequence[Path] = ()
    held_out: Sequence[Path] = ()
    languages: Sequence[str] = ()

    def all(self) -> list[Path]:
        """Those that are learned from."""
        return [*self.train, *self.first, *self.unlabelled]


@dataclass(frozen=True, slots=True)
class Identity:
    """What the model and the state of the code are called in the manifest."""

    name: str
    version: str
    code_version: str
    base: str


@dataclass(frozen=True, slots=True)
class Places:
    """Where a run writes: its checkpoint, what it asked of teachers (beside that), and, at the
    end, the artefact's folder and the torch weights', each if wanted."""

    checkpoint: Path
    out: Path | None = None
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
    """Train a model, starting from the encoder ``base``, and write it into ``places``.

    Raises DataError for a file that cannot be read, ArtefactError for a teacher that is none,
    CheckpointError for a checkpoint of another recipe.
    """
    read = {path: _spoken(path, files) for path in dict.fromkeys(files.all())}
    passes = _passes(files, read, base, places.checkpoint.parent, recipe)
    tokenizer = load_tokenizer(base)
    torch.manual_seed(recipe.seed)
    reader = build_reader(base, recipe.layers, recipe.dropout)
    Run(reader, tokenizer, passes, recipe, places.checkpoint, resume).train(on_step)
    facts: dict[str, Any] = {
        **asdict(identity),
        "languages": list(files.languages),
        "data": [data_file(path, examples) for path, examples in read.items()],
    }
    manifest = describe(reader, recipe, facts)
    if places.out:
        write_artefact(places.out, reader, base, recipe, manifest)
        if files.held_out:
            manifest = calibrate_model(places.out, files.held_out)
    if places.weights:
        write_weights(places.weights, reader, base, manifest)


def _spoken(path: Path, files: Files) -> list[Example]:
    """The examples of a file that are in the run's languages."""
    examples = read_examples(path)
    return [e for e in examples if not files.languages or e.language in files.languages]


def _passes(
    files: Files, read: Mapping[Path, list[Example]], base: Path, kept: Path, recipe: Recipe
) -> list[list[Lesson]]:
    """What is learned in each pass, with what teachers say of it; that is kept in ``kept``."""
    rng = np.random.default_rng(recipe.seed)
    first = _some([e for path in files.first for e in read[path]], recipe.first_rows, rng)
    untold = [e for path in files.unlabelled for e in read[path]]
    untold = _some(untold, recipe.unlabelled_rows, rng)
    parts = [part for part in (first, untold, *(read[path] for path in files.train)) if part]
    targets = ask_teachers(files.teachers, parts, kept)
    vectors = place(base, parts, kept) if recipe.placing else np.zeros_like(targets[:, :1])
    lessons = make_lessons([example for part in parts for example in part], targets, vectors)
    train = lessons[len(first) + len(untold) :]
    train += [without_labels(one) for one in lessons[len(first) : len(first) + len(untold)]]
    return [*([lessons[: len(first)]] if first else []), *[train] * recipe.epochs]


def _some(examples: Sequence[Example], count: int, rng: np.random.Generator) -> list[Example]:
    return [examples[i] for i in rng.permutation(len(examples))[:count]]


def calibrate_model(folder: Path, held_out: Sequence[Path]) -> Manifest:
    """Fit temperatures and thresholds of the model in ``folder`` and write them there."""
    backend = OnnxBackend(folder)
    tokenizer = load_tokenizer(folder)
    examples = [example for path in held_out for example in read_examples(path)]
    manifest = calibrated(backend.manifest, answer(backend, tokenizer, examples))
    write_manifest(folder, manifest)
    return manifest
