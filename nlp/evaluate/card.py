"""The model card: what its maker says of a model, and its figures as they were measured."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from nlp.labels import HEADS
from nlp.manifest import Manifest, load_manifest, write_manifest

NOTES: Final = "notes.md"
"""Prose by the maker of the model, in its folder: it opens the card."""

CARD: Final = "README.md"

LANGUAGE_ROWS: Final = 20
"""A language with fewer mentions in a file gets no line of its own."""

Figures = Mapping[str, Any]


def write_card(folder: Path, figures: Figures) -> None:
    """Write the card, and the main figures into the manifest, of the model in ``folder``.

    ``figures`` is what ``nlp.evaluate.run.evaluate_folder`` gave.
    """
    manifest = replace(load_manifest(folder), metrics=_main_figures(figures["sets"]))
    write_manifest(folder, manifest)
    notes = folder / NOTES
    opening = notes.read_text(encoding="utf-8") if notes.exists() else ""
    (folder / CARD).write_text(_card(manifest, opening, figures["sets"]), encoding="utf-8")


def _main_figures(sets: Figures) -> dict[str, dict[str, float]]:
    return {
        name: {head: found["macro_f1"] for head, found in figures["heads"].items()}
        for name, figures in sets.items()
    }


def _card(manifest: Manifest, opening: str, sets: Figures) -> str:
    parts = [
        f"# {manifest.name} {manifest.version}",
        opening.strip(),
        "## Figures",
        "Measured on this artefact, by `voc evaluate`, on mentions that it was not trained on. "
        "Macro-F1 is over labels with five rows or more, with its 95 % bootstrap interval; "
        "*words* is TF-IDF with logistic regression fitted to the same training rows.",
        *(part for name, found in sets.items() for part in _set_part(name, found)),
        "## By label",
        _label_table(sets),
        "## By language",
        "Accuracy, where a file has at least 20 mentions of a language.",
        _language_table(sets),
        "## Calibration",
        "A reading whose probability is below its head's threshold is unassigned.",
        _calibration_table(manifest, sets),
        "## Training data",
        _table(
            ("file", "mentions", "sha256"),
            [(data.name, data.rows, data.sha256[:16]) for data in manifest.data],
        ),
        _facts(manifest),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(manifest: Manifest) -> str:
    return (
        f"Base: {manifest.base}, {manifest.layers} layers, {manifest.width} wide; windows of "
        f"{manifest.max_tokens} tokens. Made with Verbatim {manifest.code_version} "
        f"on {manifest.created}."
    )


def _set_part(name: str, found: Figures) -> tuple[str, str]:
    baselines = list(
        dict.fromkeys(b for head in found["heads"].values() for b in head["baselines"])
    )
    rows = [_head_row(head, figures, baselines) for head, figures in found["heads"].items()]
    names = ("", "macro-F1", "95 %", *baselines, "accuracy", "κ")
    return f"### {name}: {found['rows']} mentions", _table(names, rows)


def _head_row(head: str, figures: Figures, baselines: Sequence[str]) -> list[str]:
    return [
        head,
        f"**{_figure(figures['macro_f1'])}**",
        "–".join(_figure(bound) for bound in figures["interval"]),
        *(_figure(figures["baselines"].get(name, {}).get("macro_f1")) for name in baselines),
        _figure(figures["accuracy"]),
        _figure(figures.get("quadratic_kappa", figures["kappa"])),
    ]


def _label_table(sets: Figures) -> str:
    rows = [
        [head, label, *(_label_cell(found["heads"].get(head), label) for found in sets.values())]
        for head, labels in HEADS.items()
        for label in labels
    ]
    return _table(("", "label", *(f"F1 (rows) in {name}" for name in sets)), rows)


def _label_cell(figures: Figures | None, label: str) -> str:
    found = figures and figures["labels"].get(label)
    return f"{found['f1']:.3f} ({found['rows']})" if found else ""


def _language_table(sets: Figures) -> str:
    rows = [
        [name, language, figures["rows"]]
        + [_language_cell(found["heads"].get(head), language) for head in HEADS]
        for name, found in sets.items()
        for language, figures in _first_head(found)["languages"].items()
        if figures["rows"] >= LANGUAGE_ROWS
    ]
    return _table(("file", "language", "mentions", *HEADS), rows)


def _language_cell(figures: Figures | None, language: str) -> str:
    found = figures and figures["languages"].get(language)
    return _figure(found["accuracy"]) if found else ""


def _first_head(found: Figures) -> Figures:
    first: Figures = next(iter(found["heads"].values()))
    return first


def _calibration_table(manifest: Manifest, sets: Figures) -> str:
    rows = [
        [head, manifest.temperatures[head], manifest.thresholds[head]]
        + [_calibration_cell(found["heads"].get(head)) for found in sets.values()]
        for head in HEADS
    ]
    errors = (f"ECE (split-half) in {name}" for name in sets)
    return _table(("", "temperature", "threshold", *errors), rows)


def _calibration_cell(figures: Figures | None) -> str:
    if figures is None:
        return ""
    found = figures["calibration"]
    held = found.get("split_half", {}).get("error")
    return f"{found['error']:.3f} ({_figure(held)})"


def _table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
