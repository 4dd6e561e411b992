"""The model card: the maker's notes on a model, and its measured figures."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from nlp.evaluate.figures import Figures
from nlp.evaluate.page import reliability_picture
from nlp.evaluate.wording import (
    CALIBRATION_COLUMNS,
    LANGUAGE_ROWS,
    SELECTIVE,
    agreement,
    baseline,
    baseline_legend,
    baseline_names,
    calibration,
    figure,
    frequent_languages,
    interval,
    provenance,
    share,
)
from nlp.labels import HEADS
from nlp.manifest import Manifest, load_manifest, write_manifest

NOTES: Final = "notes.md"
"""Prose by the maker of the model, in its folder: it opens the card."""

CARD: Final = "README.md"
PICTURE: Final = "reliability-{}.svg"
"""The reliability diagrams of one file's mentions, by its number in the order of the card."""

BASELINE_NOTE: Final = (
    "is on the same rows; where a baseline covers only some of them, the model's own on those "
    "follows after a slash"
)


def write_card(folder: Path, figures: Figures) -> None:
    """Write a model's card with its pictures, and its main figures into the manifest.

    ``figures`` is what ``nlp.evaluate.run.evaluate_folder`` returned for the model in ``folder``,
    with the ``command`` that was run.
    """
    manifest = replace(load_manifest(folder), metrics=_main_figures(figures["sets"]))
    write_manifest(folder, manifest)
    remove_card(folder)
    for name, picture in _pictures(figures["sets"]).items():
        heads = figures["sets"][name]["heads"]
        drawn = reliability_picture(heads, f"{name}: reliability of each head")
        (folder / picture).write_text(drawn, encoding="utf-8")
    notes = folder / NOTES
    opening = notes.read_text(encoding="utf-8") if notes.exists() else ""
    (folder / CARD).write_text(_card(manifest, opening, figures), encoding="utf-8")


def remove_card(folder: Path) -> None:
    """Remove the card with its pictures, if there is one; the maker's notes stay."""
    for former in (folder / CARD, *folder.glob(PICTURE.format("*"))):
        former.unlink(missing_ok=True)


def _pictures(sets: Figures) -> dict[str, str]:
    """The name of the picture of each set that has labels of mentions."""
    labelled = [name for name, found in sets.items() if found["heads"]]
    return {name: PICTURE.format(number) for number, name in enumerate(labelled, start=1)}


def _main_figures(sets: Figures) -> dict[str, dict[str, float]]:
    return {
        name: {head: found["macro_f1"] for head, found in figures["heads"].items()}
        for name, figures in sets.items()
    }


def _card(manifest: Manifest, opening: str, figures: Figures) -> str:
    sets = figures["sets"]
    parts = [
        f"# {manifest.name} {manifest.version}",
        opening.strip(),
        "## Figures",
        _measured(figures),
        provenance(figures["model"]),
        *(part for name, found in sets.items() for part in _set_parts(name, found)),
        "## By label",
        "F1 on mentions as given, with the number of mentions in brackets.",
        _label_table(sets),
        "## By language",
        f"Macro-F1 on whole texts, for languages with at least {LANGUAGE_ROWS} texts in a file.",
        _language_table({name: found["whole"]["heads"] for name, found in sets.items()}, "texts"),
        "The same on mentions as given.",
        _language_table({name: found["heads"] for name, found in sets.items()}, "mentions"),
        *_calibration_parts(manifest, sets),
        *_theme_parts(figures.get("themes")),
        *_rounding_parts(figures.get("rounding")),
        "## Training data",
        _table(
            ("file", "mentions", "sha256"),
            [(data.name, data.rows, data.sha256[:16]) for data in manifest.data],
        ),
        _facts(manifest),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _measured(figures: Figures) -> str:
    baselines = baseline_legend(figures["sets"])
    return (
        "Measured on this artefact with\n\n"
        f"```\n{figures['command']}\n```\n\n"
        "*Whole* is what production would return for each text, including language detection and "
        "finding the mentions; *as given* is the reading of mentions whose spans are given. "
        "Macro-F1 is over labels with five rows or more, with its 95 % bootstrap interval; κ is "
        "agreement beyond chance, with ² weighted by the squared distance."
        + (
            f" The macro-F1 of baselines {BASELINE_NOTE}. Baselines: {baselines}."
            if baselines
            else ""
        )
    )


def _facts(manifest: Manifest) -> str:
    return (
        f"Base: {manifest.base}, {manifest.layers} layers, {manifest.width} wide; windows of "
        f"{manifest.max_tokens} tokens. Made with Verbatim {manifest.code_version} "
        f"on {manifest.created}."
    )


def _set_parts(name: str, found: Figures) -> Iterator[str]:
    whole = found["whole"]
    yield f"### {name}: {found['rows']} mentions in {whole['items']} texts"
    columns = ("macro-F1", "95 %", "accuracy", "κ")
    yield _table(("whole", "texts", *columns), _score_rows(whole["heads"], counted=True))
    if mentions := whole["mentions"]:
        yield (
            f"Of {mentions['true']} marked mentions, {mentions['matched']} match one of the "
            f"{mentions['found']} found (overlap of at least half): precision "
            f"{figure(mentions['precision'])}, recall {figure(mentions['recall'])}, F1 "
            f"{figure(mentions['f1'])}."
        )
        yield _table(("those matched", *columns), _score_rows(mentions["heads"]))
    if not found["heads"]:
        return
    baselines = baseline_names(found["heads"])
    rows = [
        [*row, *(baseline(figures, name) for name in baselines)]
        for row, figures in zip(_score_rows(found["heads"]), found["heads"].values(), strict=True)
    ]
    yield _table(("as given", *columns, *baselines), rows)


def _score_rows(heads: Figures, counted: bool = False) -> list[list[str]]:
    return [
        [
            head,
            *([str(found["rows"])] if counted else []),
            f"**{figure(found['macro_f1'])}**",
            interval(found["interval"]),
            figure(found["accuracy"]),
            agreement(found),
        ]
        for head, found in heads.items()
    ]


def _label_table(sets: Figures) -> str:
    rows = [
        [head, label, *(_label_cell(found["heads"].get(head), label) for found in sets.values())]
        for head, labels in HEADS.items()
        for label in labels
    ]
    return _table(("", "label", *sets), rows)


def _label_cell(figures: Figures | None, label: str) -> str:
    found = figures and figures["labels"].get(label)
    return f"{figure(found['f1'])} ({found['rows']})" if found else ""


def _language_table(sets: Mapping[str, Figures], counted: str) -> str:
    rows = [
        [name, language or "unknown", count]
        + [_language_cell(heads.get(head), language) for head in HEADS]
        for name, heads in sets.items()
        for language, count in frequent_languages(heads).items()
    ]
    return _table(("file", "language", counted, *HEADS), rows)


def _language_cell(figures: Figures | None, language: str) -> str:
    found = figures and figures["languages"].get(language)
    return figure(found["macro_f1"]) if found else ""


def _calibration_parts(manifest: Manifest, sets: Figures) -> Iterator[str]:
    yield "## Calibration"
    yield (
        "The calibration error (ECE) uses 15 bins; *by chance* is what a perfectly calibrated "
        f"model would show on as many rows. In the second table, {SELECTIVE}"
    )
    rows = [(head, manifest.temperatures[head], manifest.thresholds[head]) for head in HEADS]
    yield _table(("", "temperature", "threshold"), rows)
    yield _table(
        ("file", "", *CALIBRATION_COLUMNS),
        [
            [name, head, *calibration(figures["calibration"])]
            for name, found in sets.items()
            for head, figures in found["heads"].items()
        ],
    )
    for name, picture in _pictures(sets).items():
        yield f"![Reliability of each head on {name}]({picture})"


def _theme_parts(themes: Figures | None) -> Iterator[str]:
    if not themes:
        return
    yield "## Embedding"
    yield (
        f"On {themes['mentions']} mentions of `{themes['file']}`: the probability that two "
        "mentions of one theme are nearer to each other than two of different themes (area under "
        "the ROC curve)."
    )
    yield _table(
        ("", "pairs", "of one theme", "against the same cell", "against other cells"),
        [
            (
                kind,
                among.replace("_", "-"),
                area["pairs"],
                figure(area["same_cell"]),
                figure(area["other_cells"]),
            )
            for kind in ("model", "base")
            for among, area in themes.get(kind, {}).items()
        ],
    )
    if clusters := themes.get("clusters"):
        scores = ", ".join(
            f"{name} {figure(clusters[key])}"
            for name, key in (("precision", "precision"), ("recall", "recall"), ("F1", "f1"))
        )
        yield (
            f"Grouped within their cells: {clusters['clusters']} groups with "
            f"{share(clusters['grouped'])} of the mentions, for {clusters['themes']} true themes. "
            f"B-cubed: {scores}; precision of the grouped mentions alone "
            f"{figure(clusters['grouped_precision'])}. Near-duplicates: "
            f"{share(clusters['near_duplicates'])}."
        )


def _rounding_parts(rounding: Figures | None) -> Iterator[str]:
    if not rounding:
        return
    yield "## What 8 bits cost"
    yield "Macro-F1 of this artefact and of its unquantised weights, on mentions as given."
    yield _table(
        ("file", "", "8 bits", "unquantised", "labels that differ"),
        [
            (
                name,
                head,
                figure(figures["served"]),
                figure(figures["exact"]),
                share(figures["differ"]),
            )
            for name, heads in rounding.items()
            for head, figures in heads.items()
        ],
    )


def _table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; empty if there are no rows."""
    rows = list(rows)
    lines = [names, ["---"] * len(names), *rows] if rows else []
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|")
