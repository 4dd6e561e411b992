"""From files of labelled feedback and a base encoder to a model that can be served."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from tokenizers import Tokenizer

from nlp.backends.onnx import OnnxBackend
from nlp.evaluate.answers import answer
from nlp.manifest import Manifest, write_manifest
from nlp.train.artefact import (
    TOKENIZER,
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

FIRST_PASS_ROWS: Final = 12_000
"""Of a first pass's rows, which are many and noisy, no more than this are used."""


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a run.

    ``train`` is read in every pass; ``first`` once, before; of ``unlabelled`` a part in every
    pass, for what ``teachers`` (folders of unquantised weights) say of it. ``held_out`` is for
    calibration; without it probabilities stay as the network gives them. Mentions in none of
    ``languages`` are left out, unless that is empty.
    """

    train: Sequence[Path]
    first: Sequence[Path] = ()
    unlabelled: Sequence[Path] = ()
    teachers: Sequence[Path] = ()
    held_out: Sequence[Path] = ()
    languages: Sequence[str] = ()


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
    wanted = [*files.train, *files.first, *files.unlabelled]
    read = {path: read_examples(path) for path in wanted}
    passes = _passes(files, _lessons(files, read, base, places, recipe), recipe)
    tokenizer = Tokenizer.from_file(str(base / TOKENIZER))
    tokenizer.no_padding()
    tokenizer.no_truncation()
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


def _lessons(
    files: Files,
    read: Mapping[Path, list[Example]],
    base: Path,
    places: Places,
    recipe: Recipe,
) -> dict[Path, list[Lesson]]:
    """The lessons of each file, with what its teachers say."""
    spoken = {path: _in_languages(examples, files.languages) for path, examples in read.items()}
    parts, kept = list(spoken.values()), places.checkpoint.parent
    targets = ask_teachers(files.teachers, parts, kept)
    vectors = place(base, parts, kept) if recipe.placing else np.zeros_like(targets[:, :1])
    lessons = make_lessons([example for part in parts for example in part], targets, vectors)
    bounds = np.cumsum([0, *map(len, spoken.values())]).tolist()
    return {
        path: lessons[start:end]
        for path, start, end in zip(spoken, bounds, bounds[1:], strict=False)
    }


def _in_languages(examples: Iterable[Example], languages: Sequence[str]) -> list[Example]:
    return [example for example in examples if not languages or example.language in languages]


def _passes(
    files: Files, lessons: Mapping[Path, list[Lesson]], recipe: Recipe
) -> list[list[Lesson]]:
    train = [lesson for path in files.train for lesson in lessons[path]]
    first = [lesson for path in files.first for lesson in lessons[path]]
    untold = [without_labels(lesson) for path in files.unlabelled for lesson in lessons[path]]
    rng = np.random.default_rng(recipe.seed)
    passes = [_some(first, FIRST_PASS_ROWS, rng)] if first else []
    for _ in range(recipe.epochs):
        passes.append(train + _some(untold, round(len(untold) * recipe.unlabelled_share), rng))
    return passes


def _some(lessons: Sequence[Lesson], count: int, rng: np.random.Generator) -> list[Lesson]:
    return [lessons[i] for i in rng.permutation(len(lessons))[:count]]


def calibrate_model(folder: Path, held_out: Sequence[Path]) -> Manifest:
    """Fit temperatures and thresholds of the model in ``folder`` and write them there."""
    backend = OnnxBackend(folder)
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    examples = [example for path in held_out for example in read_examples(path)]
    manifest = calibrated(backend.manifest, answer(backend, tokenizer, examples))
    write_manifest(folder, manifest)
    return manifest
