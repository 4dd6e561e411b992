"""``voc evaluate``: measure a model on labelled feedback, or compare two models."""

import json
import re
import shlex
import sys
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from nlp.evaluate.figures import Figures
from nlp.train.folders import make_folders
from service.cli.evaluation_tables import comparison_tables, detail_tables, main_tables
from service.cli.labelled_feedback import Rows, plain_errors
from service.cli.terminal import Terminal

console = Terminal()

Folder = Annotated[
    Path | None, typer.Argument(exists=True, file_okay=False, help="The model's folder.")
]
Compared = Annotated[
    tuple[Path, Path] | None,
    typer.Option(exists=True, file_okay=False, help="Compare two models: is the second better?"),
]
Fitted = Annotated[
    list[Path] | None,
    typer.Option(exists=True, dir_okay=False, help="Data to fit the baselines to; repeatable."),
]
Base = Annotated[
    Path | None,
    typer.Option(exists=True, file_okay=False, help="The encoder that the model was made from."),
]
Themes = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Mentions with themes, to measure vectors."),
]
Weights = Annotated[
    Path | None,
    typer.Option(
        exists=True, file_okay=False, help="The unquantised model, to measure the cost of 8 bits."
    ),
]


def _in_a_folder(path: Path | None) -> Path | None:
    """Reject a path in a folder that does not exist, or can't be written to, before measuring."""
    if path and not path.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {path.parent}")
    if path:
        with plain_errors():
            make_folders(path.parent)
    return path


def evaluate(
    data: Rows,
    model_dir: Folder = None,
    compare: Compared = None,
    baselines: Annotated[
        bool, typer.Option(help="Compare with simple models, fitted to --train or based on --base.")
    ] = False,
    train: Fitted = None,
    base: Base = None,
    themes: Themes = None,
    weights: Weights = None,
    context: Annotated[
        bool, typer.Option(help="Give the model kind, question and subject.")
    ] = True,
    details: Annotated[
        bool, typer.Option(help="Also print labels, confusions and the worst mistakes.")
    ] = True,
    json_out: Annotated[
        Path | None,
        typer.Option(
            "--json", dir_okay=False, callback=_in_a_folder, help="Write all figures to this file."
        ),
    ] = None,
    html_out: Annotated[
        Path | None,
        typer.Option(
            "--html", dir_okay=False, callback=_in_a_folder, help="Write a report with charts."
        ),
    ] = None,
    card: Annotated[bool, typer.Option(help="Write card and metrics into the model.")] = False,
) -> None:
    """Measure a model on labelled feedback that it was not trained on."""
    single_model_options = {
        "--html": html_out,
        "--card": card,
        "--baselines": baselines,
        "--train": train,
        "--base": base,
        "--themes": themes,
        "--weights": weights,
    }
    _check(model_dir, compare, {name for name, given in single_model_options.items() if given})
    with plain_errors(), console.status("reading"):
        if card:
            make_folders(model_dir)
        from nlp.evaluate.run import Comparisons, compare_folders, evaluate_folder

        if model_dir:
            comparisons = Comparisons(baselines, train or (), base, themes, weights)
            figures = evaluate_folder(model_dir, data, comparisons, context)
        elif compare:
            figures = compare_folders(*compare, data, context)
    figures["command"] = _command()
    _print(figures, details)
    with plain_errors():
        _write(figures, model_dir, json_out, html_out, card)


def _check(model_dir: Path | None, compare: tuple[Path, Path] | None, given: set[str]) -> None:
    """Reject conflicting options; ``given`` are those given that apply to a single model."""
    if (model_dir is None) == (compare is None):
        raise typer.BadParameter("give the folder of one model, or two folders with --compare")
    if compare and given:
        raise typer.BadParameter(f"--compare can't be used with {', '.join(sorted(given))}")
    if "--train" in given and "--baselines" not in given:
        raise typer.BadParameter("--train needs --baselines")
    if "--base" in given and not given & {"--baselines", "--themes"}:
        raise typer.BadParameter("--base needs --baselines or --themes")


def _write(
    figures: Figures,
    model_dir: Path | None,
    json_out: Path | None,
    html_out: Path | None,
    card: bool,
) -> None:
    from nlp.evaluate.card import write_card
    from nlp.evaluate.page import page

    if json_out:
        text = json.dumps(figures, indent=1, ensure_ascii=False)
        json_out.write_text(text + "\n", encoding="utf-8")
    if html_out:
        html_out.write_text(page(figures), encoding="utf-8")
    if card and model_dir:
        write_card(model_dir, figures)


def _print(figures: Figures, details: bool) -> None:
    if "first" in figures:
        tables = comparison_tables(figures)
    else:
        tables = chain(main_tables(figures), detail_tables(figures) if details else ())
    for table in tables:
        console.print(table)


def _command() -> str:
    """The command line, with files by their names only: their folders are private."""
    return shlex.join(["voc", *(re.sub(r"[^=]*/(?=.)", "", word) for word in sys.argv[1:])])
