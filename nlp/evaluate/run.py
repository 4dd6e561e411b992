"""Evaluate a model folder on files of labelled feedback, and compare it with baselines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from nlp.evaluate.answers import Answers, answer
from nlp.evaluate.base_encoder import BaseEncoder
from nlp.evaluate.baselines import Predictions, majority, vader, words, zero_shot
from nlp.evaluate.clusters import cluster_figures
from nlp.evaluate.compare import compare
from nlp.evaluate.embedding import Pairs, theme_figures
from nlp.evaluate.figures import Figures, rounded
from nlp.evaluate.metrics import confusion, macro_f1
from nlp.evaluate.pipeline import Items, analyze, items, whole_figures
from nlp.evaluate.report import report
from nlp.evaluate.scores import LabelledRows
from nlp.labelled.examples import (
    ITEM_HEADS,
    UNKNOWN,
    Example,
    mention_count,
    read_examples,
    read_themes,
)
from nlp.labelled.records import DataError
from nlp.labels import HEADS
from nlp.loading import Model, open_model
from nlp.manifest import DataFile, sha256
from nlp.themes import Projection, load_projection

Sets = Mapping[str, Sequence[Example]]
Baselines = Mapping[str, Callable[[Sequence[Example]], Predictions]]
"""Functions that label the mentions of examples, by name."""


@dataclass(frozen=True, slots=True)
class Comparisons:
    """What a model is compared with.

    ``baselines`` requests those that the other fields allow: the most common label and words need
    ``train``, zero-shot needs ``base``, the model's encoder before training; VADER needs nothing.
    ``themes``, a file of mentions with themes, measures the vectors of the model and of ``base``.
    ``weights``, the folder of the unquantised model, shows what rounding costs.
    """

    baselines: bool = False
    train: Sequence[Path] = ()
    base: Path | None = None
    themes: Path | None = None
    weights: Path | None = None


def evaluate_folder(
    folder: Path, data: Sequence[Path], comparisons: Comparisons | None = None, context: bool = True
) -> dict[str, Any]:
    """The figures of the model in ``folder`` on each file of ``data``.

    ``context`` False withholds kinds, questions and subjects. Raises ArtefactError,
    DataError or EncoderError, each before anything is measured.
    """
    comparisons = comparisons or Comparisons()
    sets = _read(data)
    themes = read_themes(comparisons.themes) if comparisons.themes else []
    base = BaseEncoder(comparisons.base) if comparisons.base else None
    baselines = _baselines(comparisons, base) if comparisons.baselines else {}
    model = open_model(folder)
    exact = open_model(comparisons.weights) if comparisons.weights else None
    answers = ask(model, sets, context)
    figures = {
        "model": _identity(model, [*data, *([comparisons.themes] if comparisons.themes else [])]),
        "context": context,
        "sets": evaluate(model, sets, answers, baselines, context),
    }
    if comparisons.themes:
        found = _theme_figures(themes, model, load_projection(folder), base, context)
        figures["themes"] = {"file": comparisons.themes.name, **found}
    if exact:
        unrounded = ask(exact, sets, context)
        figures["rounding"] = {name: _differences(answers[name], unrounded[name]) for name in sets}
    return figures


def ask(model: Model, sets: Sets, context: bool = True) -> dict[str, Answers]:
    """The model's answers for the mentions of each set."""
    return {name: answer(model, examples, context) for name, examples in sets.items()}


def evaluate(
    model: Model,
    sets: Sets,
    answers: Mapping[str, Answers],
    baselines: Baselines | None = None,
    context: bool = True,
) -> dict[str, Figures]:
    """For each set, the number of its mentions, the ``report`` of each head, and ``whole_figures``.

    ``answers`` are the model's, as ``ask`` returns them.
    """
    predicted = _predictions(baselines or {}, sets)
    return {
        name: {
            "rows": mention_count(examples),
            "heads": report(answers[name], model.manifest, predicted[name]),
            "whole": whole_figures(examples, analyze(model.analyzer, examples, context)),
        }
        for name, examples in sets.items()
    }


def compare_folders(
    first: Path, second: Path, data: Sequence[Path], context: bool = True
) -> dict[str, Any]:
    """Whether the model in ``second`` is better than the one in ``first``, by file and head.

    Compares them on mentions as given, and on items as the whole pipeline reads them.
    """
    sets = _read(data)
    models = open_model(first), open_model(second)
    return {
        "first": _identity(models[0], data),
        "second": _identity(models[1], data),
        "context": context,
        "sets": {
            name: {
                "rows": mention_count(examples),
                "items": len(examples),
                "mentions": _compare_mentions(
                    *(answer(model, examples, context) for model in models)
                ),
                "whole": _compare_items(
                    *(items(examples, analyze(m.analyzer, examples, context)) for m in models)
                ),
            }
            for name, examples in sets.items()
        },
    }


def _compare_mentions(one: Answers, other: Answers) -> Mapping[Any, Figures]:
    return compare(
        HEADS,
        {head: LabelledRows(one.truth[head], one.groups, one.languages) for head in HEADS},
        {head: (one.read[head], other.read[head]) for head in HEADS},
    )


def _compare_items(one: Items, other: Items) -> Mapping[Any, Figures]:
    return compare(
        ITEM_HEADS,
        {head: one.rows(head) for head in ITEM_HEADS},
        {head: (one.read[head], other.read[head]) for head in ITEM_HEADS},
    )


def _read(data: Sequence[Path]) -> dict[str, list[Example]]:
    sets: dict[str, list[Example]] = {}
    for path in data:
        if path.name in sets:
            raise DataError(
                f"two files are called {path.name}: rename one, figures go by file name"
            )
        sets[path.name] = read_examples(path)
        if not any(example.is_labelled for example in sets[path.name]):
            raise DataError(f"{path} has no labels: fill at least one of {', '.join(HEADS)}")
    return sets


def _identity(model: Model, measured: Sequence[Path]) -> Figures:
    """Name and version of a model, and which of the measured files it was trained on (None if that
    is not recorded) and calibrated on."""
    manifest, sums = model.manifest, {path: sha256(path) for path in measured}
    learned = [*manifest.data, *manifest.theme_data]
    return {
        "name": manifest.name,
        "version": manifest.version,
        "trained_on": _among(sums, learned) if manifest.data else None,
        "calibrated_on": _among(sums, manifest.held_out),
    }


def _among(sums: Mapping[Path, str], files: Sequence[DataFile]) -> list[str]:
    known = {file.sha256 for file in files}
    return [path.name for path, found in sums.items() if found in known]


def _baselines(comparisons: Comparisons, base: BaseEncoder | None) -> Baselines:
    train = [example for path in comparisons.train for example in read_examples(path)]
    found: dict[str, Callable[[Sequence[Example]], Predictions]] = {"VADER": vader}
    if base:
        found = {"zero-shot": partial(zero_shot, base), **found}
    if train:
        found = {"majority": partial(majority, train), "words": partial(words, train), **found}
    return found


def _predictions(baselines: Baselines, sets: Sets) -> dict[str, dict[str, Predictions]]:
    """Predictions by set and baseline. Each baseline is called once, for all sets together."""
    everything = [example for examples in sets.values() for example in examples]
    if not mention_count(everything):
        return {name: {} for name in sets}
    bounds = np.cumsum([mention_count(examples) for examples in sets.values()])[:-1]
    found: dict[str, dict[str, Predictions]] = {name: {} for name in sets}
    for baseline, predict in baselines.items():
        parts = {head: np.split(labels, bounds) for head, labels in predict(everything).items()}
        for i, name in enumerate(sets):
            found[name][baseline] = {head: part[i] for head, part in parts.items()}
    return found


def _theme_figures(
    examples: Sequence[Example],
    model: Model,
    projection: Projection,
    base: BaseEncoder | None,
    context: bool,
) -> Figures:
    pairs = Pairs(examples)
    answers = answer(model, examples, context)
    figures: Figures = {
        "mentions": len(examples),
        "model": theme_figures(pairs, answers.embeddings),
        "clusters": cluster_figures(examples, answers.embeddings.astype(np.float32), projection),
    }
    if base:
        figures["base"] = theme_figures(pairs, base.embed(answers.texts))
    return figures


def _differences(served: Answers, exact: Answers) -> Figures:
    """By head, macro-F1 of both models on the same mentions, and the share of differing labels."""
    figures: Figures = {}
    for head, labels in HEADS.items():
        known = served.truth[head] != UNKNOWN
        if known.any():
            truth = served.truth[head][known]
            read = [answers.read[head][known] for answers in (served, exact)]
            scores = [macro_f1(confusion(truth, each, len(labels))) for each in read]
            figures[head] = {
                "served": scores[0],
                "exact": scores[1],
                "differ": float((read[0] != read[1]).mean()),
            }
    return rounded(figures)
