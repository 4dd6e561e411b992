"""How figures are formatted and explained, wherever they are shown."""

from collections.abc import Sequence
from typing import Final

from nlp.evaluate.figures import Figures

LANGUAGE_ROWS: Final = 20
"""Languages with fewer mentions in a file get no figures of their own."""


def figure(value: float | None) -> str:
    """Three digits; a dash if there is no value."""
    return "–" if value is None else f"{value:.3f}"


def signed(value: float | None) -> str:
    """Three digits of a difference, with its sign."""
    return "–" if value is None else f"{value:+.3f}"


def share(value: float) -> str:
    """A share, 0..1, in per cent."""
    return f"{value:.1%}"


def interval(bounds: Sequence[float | None]) -> str:
    """Both bounds, joined by a dash."""
    return "–".join(map(figure, bounds))


def p_value(p: float) -> str:
    """A p value."""
    return "< 0.001" if p < 0.001 else figure(p)


def agreement(found: Figures) -> str:
    """κ; for an ordered scale the quadratically weighted one, marked with ²."""
    quadratic = found.get("quadratic_kappa")
    return figure(found["kappa"]) if quadratic is None else f"{figure(quadratic)}²"


def main_figure(found: Figures | None) -> str:
    """A head's main figure: macro-F1, for severity the quadratic κ; empty without figures."""
    return figure(found.get("quadratic_kappa", found["macro_f1"])) if found else ""


def baseline(found: Figures, name: str) -> str:
    """A baseline's macro-F1; after a slash the model's, if it covers only some of the rows."""
    scores = found["baselines"].get(name)
    if not scores or not scores["rows"]:
        return ""
    own = "" if scores["rows"] == found["rows"] else f" / {figure(scores['model_macro_f1'])}"
    return figure(scores["macro_f1"]) + own


def baseline_names(heads: Figures) -> list[str]:
    """The baselines that cover a row of any head, in their order."""
    baselines = [found["baselines"] for found in heads.values()]
    return list(
        dict.fromkeys(name for scores in baselines for name in scores if scores[name]["rows"])
    )


BASELINES: Final = {
    "majority": "the most common label of the training rows",
    "words": "TF-IDF with logistic regression, fitted to the training rows",
    "zero-shot": "the label whose description in the codebook the base finds nearest",
    "VADER": "a word list, for the sentiment of rows whose lang is en",
}
"""What each baseline predicts."""


def baseline_legend(sets: Figures) -> str:
    """What the requested baselines are, and which of them covered no row."""
    heads = [head for found in sets.values() for head in found["heads"].values()]
    asked = dict.fromkeys(name for head in heads for name in head["baselines"])
    shown = {name for found in sets.values() for name in baseline_names(found["heads"])}
    return "; ".join(
        f"{name} ({BASELINES[name]}{'' if name in shown else '; covers none of these rows'})"
        for name in asked
    )


CALIBRATION_COLUMNS: Final = (
    "ECE",
    "by chance",
    "½ ECE",
    "below",
    "error",
    "above",
    "½ below",
    "½ above",
)
"""The columns that ``calibration`` returns."""

SELECTIVE: Final = (
    "“below” is the share of readings whose probability is below the head's threshold; “error” is "
    "the error rate of all readings, “above” that of the readings above the threshold. In "
    "production, only stages and touchpoints below it become unassigned; for the other heads, the "
    "figures show what leaving readings out would gain, which clients can do, as the API returns "
    "each reading's confidence. Columns with ½ are fitted on one half of the rows and measured on "
    "the other."
)
"""What the figures on thresholds mean."""


def calibration(found: Figures) -> list[str]:
    """A head's calibration error and the effect of its threshold, as ``CALIBRATION_COLUMNS``."""
    choice, half = found["selective"], found.get("split_half")
    return [
        figure(found["error"]),
        figure(found["chance_error"]),
        figure(half["error"]) if half else "",
        share(choice["abstained"]),
        share(choice["error"]),
        share(choice["error_kept"]),
        share(half["selective"]["abstained"]) if half else "",
        share(half["selective"]["error_kept"]) if half else "",
    ]


def provenance(model: Figures) -> str:
    """Whether the model was trained on or fitted to the measured files, if that is recorded."""
    trained, calibrated = model.get("trained_on"), model.get("calibrated_on")
    if trained:
        sentence = (
            f"Warning: the model was trained on {', '.join(trained)}. Its figures there say "
            "nothing about other feedback."
        )
    elif trained is None:
        sentence = "What the model was trained on is not recorded."
    else:
        sentence = "The model was not trained on any of these files."
    if calibrated:
        sentence += f" Its probabilities and thresholds were fitted to {', '.join(calibrated)}."
    return sentence


def frequent_languages(heads: Figures) -> dict[str, int]:
    """The languages with enough mentions in any head, and how many they have at most."""
    rows: dict[str, int] = {}
    for found in heads.values():
        for language, figures in found["languages"].items():
            rows[language] = max(rows.get(language, 0), figures["rows"])
    return {language: count for language, count in rows.items() if count >= LANGUAGE_ROWS}
