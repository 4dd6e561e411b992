"""An evaluation as a self-contained HTML page with pictures: no scripts, no network."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from nlp.evaluate import wording
from nlp.evaluate.figures import Figures
from nlp.evaluate.metrics import MIN_SUPPORT
from nlp.labels import HEADS

Bars = list[tuple[str, int, float]]
"""Languages with their rows and macro-F1, English first."""


def page(figures: Figures) -> str:
    """The HTML for what ``nlp.evaluate.run.evaluate_folder`` returned; all its text is escaped."""
    defaults = {"command": "", "themes": None, "rounding": None}
    return _environment().get_template("report.html.j2").render({**defaults, **figures})


def reliability_picture(heads: Figures, title: str) -> str:
    """The SVG of the reliability diagrams of a set's heads."""
    template = _environment().get_template("reliability.svg.j2")
    return template.render(heads=heads, title=title)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("nlp.evaluate"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        head_names=list(HEADS),
        min_support=MIN_SUPPORT,
        language_rows=wording.LANGUAGE_ROWS,
        calibration_columns=wording.CALIBRATION_COLUMNS,
        selective=wording.SELECTIVE,
    )
    environment.filters.update(
        figure=wording.figure,
        share=wording.share,
        interval=wording.interval,
        agreement=wording.agreement,
        baseline=wording.baseline,
        baseline_names=wording.baseline_names,
        baseline_legend=wording.baseline_legend,
        calibration=wording.calibration,
        provenance=wording.provenance,
        main_figure=wording.main_figure,
        words=_words,
        px=_pixels,
        languages=_languages,
        english=_english,
    )
    return environment


def _words(label: str) -> str:
    return label.replace("_", " ")


def _pixels(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _languages(heads: Figures) -> dict[str, Bars]:
    bars = {head: _bars(found["languages"]) for head, found in heads.items()}
    return {head: rows for head, rows in bars.items() if len(rows) > 1}


def _bars(languages: Figures) -> Bars:
    rows = [
        (language or "?", figures["rows"], figures["macro_f1"])
        for language, figures in languages.items()
        if figures["rows"] >= wording.LANGUAGE_ROWS and figures["macro_f1"] is not None
    ]
    return sorted(rows, key=lambda row: (row[0] != "en", -row[1]))


def _english(rows: Bars) -> float | None:
    return next((score for language, _, score in rows if language == "en"), None)
