"""How figures are written, wherever they are shown."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

Figures = Mapping[str, Any]

LANGUAGE_ROWS: Final = 20
"""A language with fewer mentions in a file is not told of by itself."""


def figure(value: float | None) -> str:
    """Three digits; a dash for what there is not."""
    return "–" if value is None else f"{value:.3f}"


def signed(value: float | None) -> str:
    """Three digits of a difference, with its sign."""
    return "–" if value is None else f"{value:+.3f}"


def share(value: float) -> str:
    """A share, 0..1, in per cent."""
    return f"{value:.1%}"


def interval(bounds: Sequence[float | None]) -> str:
    """From the one to the other."""
    return "–".join(map(figure, bounds))


def chance(p: float) -> str:
    """A p value."""
    return "< 0.001" if p < 0.001 else figure(p)


def agreement(found: Figures) -> str:
    """κ; of an ordered scale the one that weighs errors by their distance, marked so."""
    quadratic = found.get("quadratic_kappa")
    return figure(found["kappa"]) if quadratic is None else f"{figure(quadratic)}²"


def main_figure(found: Figures | None) -> str:
    """What a head is judged by: macro-F1, of severity the quadratic κ; nothing of nothing."""
    return figure(found.get("quadratic_kappa", found["macro_f1"])) if found else ""


def baseline(found: Figures, name: str) -> str:
    """A baseline's macro-F1; after a slash the model's, if that is of some of the rows only."""
    told = found["baselines"].get(name)
    if not told or not told["rows"]:
        return ""
    own = "" if told["rows"] == found["rows"] else f" / {figure(told['model_macro_f1'])}"
    return figure(told["macro_f1"]) + own


def baseline_names(heads: Figures) -> list[str]:
    """The baselines that any head has, in their order."""
    return list(dict.fromkeys(name for found in heads.values() for name in found["baselines"]))


def spoken(heads: Figures) -> dict[str, int]:
    """The languages with enough mentions in any head, and how many they have at most."""
    rows: dict[str, int] = {}
    for found in heads.values():
        for language, figures in found["languages"].items():
            rows[language] = max(rows.get(language, 0), figures["rows"])
    return {language: count for language, count in rows.items() if count >= LANGUAGE_ROWS}
