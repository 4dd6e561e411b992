"""``voc train`` and ``voc evaluate``: make a model from labelled feedback, and measure one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from nlp.manifest import ArtefactError
from nlp.train.examples import DataError

app = typer.Typer()
console = Console()
CHECKPOINT: Final = Path("runs/checkpoint.pt")

Base = Annotated[
    Path, typer.Option(exists=True, file_okay=False, help="A BERT encoder in Hugging Face format.")
]
Rows = Annotated[
    list[Path], typer.Option(exists=True, dir_okay=False, help="A .csv, .tsv or .jsonl file; repeatable.")
]
First = Annotated[
    list[Path] | None,
    typer.Option(exists=True, dir_okay=False, help="Many and noisy rows: read once, first."),
]
HeldOut = Annotated[
    list[Path] | None,
    typer.Option(exists=True, dir_okay=False, help="Calibrates probabilities; not trained on."),
]
Fitted = Annotated[
    list[Path] | None,
    typer.Option(exists=True, dir_okay=False, help="What the baselines are fitted to."),
]


@contextmanager
def _plain_errors() -> Iterator[None]:
    """End with one line on what is wrong, where that is the user's to mend."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise typer.BadParameter(f"{error}: install verbatim-voc[train]") from error
    except (ArtefactError, DataError) as error:
        raise typer.BadParameter(str(error)) from error


@app.command()
def train(
    data: Rows,
    base: Base,
    out: Annotated[Path, typer.Option(help="The folder that the model is written to.")],
    first: First = None,
    held_out: HeldOut = None,
    weights: Annotated[
        Path | None, typer.Option(help="A folder for the unquantised weights, for a GPU.")
    ] = None,
    name: Annotated[str, typer.Option(help="What the model is called.")] = "verbatim",
    model_version: Annotated[str, typer.Option(help="And its version.")] = "0.0.0",
    layers: Annotated[int, typer.Option(min=1, help="Layers of the base to keep.")] = 6,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the data.")] = 7,
    seed: Annotated[int, typer.Option(help="The same seed gives the same model.")] = 7,
    checkpoint: Annotated[Path, typer.Option(help="Written now and then.")] = CHECKPOINT,
    resume: Annotated[bool, typer.Option(help="Go on from the checkpoint.")] = False,
) -> None:
    """Train a model on labelled feedback and export it as 8-bit ONNX."""
    with _plain_errors():
        from nlp.train.loop import CheckpointError
        from nlp.train.recipe import Recipe
        from nlp.train.run import Files, Identity, Places, train_model

        files = Files(data, first or (), held_out or ())
        places = Places(out, checkpoint, weights)
        recipe = Recipe(layers=layers, epochs=epochs, seed=seed)
        identity = Identity(name, model_version, version("verbatim-voc"), base.name)
        try:
            with _progress() as on_step:
                train_model(files, base, places, recipe, identity, on_step, resume)
        except CheckpointError as error:
            raise typer.BadParameter(str(error)) from error
    console.print(f"The model is in {out}")


@contextmanager
def _progress() -> Iterator[Any]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=1.0)
        yield lambda step: progress.update(
            task,
            completed=step.done,
            description=f"pass {step.passes}, step {step.steps}, loss {step.loss:.3f}",
        )


@app.command()
def evaluate(
    model_dir: Annotated[Path, typer.Argument(exists=True, file_okay=False)],
    data: Rows,
    json_out: Annotated[Path | None, typer.Option("--json", help="Write all figures here.")] = None,
    baselines: Annotated[bool, typer.Option(help="Compare with simple models.")] = False,
    train: Fitted = None,
    context: Annotated[bool, typer.Option(help="Tell the model kinds and questions.")] = True,
    card: Annotated[bool, typer.Option(help="Write the model's card and metrics.")] = False,
) -> None:
    """Measure a model on labelled feedback that it was not trained on."""
    if baselines and not train:
        raise typer.BadParameter("--baselines need --train")
    with _plain_errors():
        from nlp.evaluate.card import write_card
        from nlp.evaluate.run import evaluate_folder

        figures = evaluate_folder(model_dir, data, train or () if baselines else (), context)
        if card:
            write_card(model_dir, figures)
    if json_out:
        json_out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    for file, found in figures["sets"].items():
        console.print(_table(f"{file}: {found['rows']} mentions", found["heads"]))


def _table(title: str, heads: dict[str, Any]) -> Table:
    names = list(next(iter(heads.values()))["baselines"])
    table = Table("", "macro-F1", "95 %", *names, "accuracy", "ECE", "unassigned", title=title)
    for head, found in heads.items():
        low, high = found["interval"]
        calibration = found["calibration"]
        table.add_row(
            head,
            _figure(found["macro_f1"]),
            f"{_figure(low)}–{_figure(high)}",
            *(_figure(found["baselines"][name]) for name in names),
            _figure(found["accuracy"]),
            _figure(calibration["error"]),
            f"{calibration['unassigned']:.1%}",
        )
    return table


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
