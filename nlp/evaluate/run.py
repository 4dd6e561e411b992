"""Evaluate a model folder on files of labelled feedback, with baselines on the same rows."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from nlp.backends.onnx import OnnxBackend
from nlp.backends.protocol import Backend
from nlp.evaluate.answers import answer
from nlp.evaluate.baselines import Predictions, majority, words
from nlp.evaluate.report import report
from nlp.labels import HEADS
from nlp.manifest import Manifest
from nlp.train.examples import Example, read_examples

Sets = Mapping[str, Sequence[Example]]


def evaluate_folder(
    folder: Path, data: Sequence[Path], train: Sequence[Path] = (), context: bool = True
) -> dict[str, Any]:
    """The figures of the model in ``folder`` on each file of ``data``.

    With ``train``, baselines are fitted to those files. ``context`` False withholds kinds and
    questions from the model. Raises ArtefactError or DataError.
    """
    backend = OnnxBackend(folder)
    sets = {path.name: read_examples(path) for path in data}
    known = [example for path in train for example in read_examples(path)]
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    figures = evaluate(backend, tokenizer, backend.manifest, sets, known, context)
    model = {"name": backend.manifest.name, "version": backend.manifest.version}
    return {"model": model, "context": context, "sets": figures}


def evaluate(
    backend: Backend,
    tokenizer: Tokenizer,
    manifest: Manifest,
    sets: Sets,
    train: Sequence[Example] = (),
    context: bool = True,
) -> dict[str, Any]:
    """By set: how many mentions it has, and the ``report`` of each head.

    The manifest gives the temperatures and thresholds, whatever the engine.
    """
    baselines = _baselines(train, sets) if train else {}
    return {
        name: {
            "rows": sum(len(example.spans) for example in examples),
            "heads": report(
                answer(backend, tokenizer, examples, context), manifest, baselines.get(name)
            ),
        }
        for name, examples in sets.items()
    }


def _baselines(train: Sequence[Example], sets: Sets) -> dict[str, dict[str, Predictions]]:
    """By set, by baseline: fitted once and asked about all sets together."""
    everything = [example for examples in sets.values() for example in examples]
    sizes = [sum(len(example.spans) for example in examples) for examples in sets.values()]
    bounds = np.cumsum(sizes)[:-1]
    found: dict[str, dict[str, Predictions]] = {name: {} for name in sets}
    for baseline, predict in (("majority", majority), ("words", words)):
        predicted = predict(train, everything)
        parts = {head: np.split(predicted[head], bounds) for head in HEADS}
        for i, name in enumerate(sets):
            found[name][baseline] = {head: parts[head][i] for head in HEADS}
    return found
