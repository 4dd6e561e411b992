"""``voc train``: make a model from labelled feedback."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from service.cli.labelled import Rows, plain_errors

app = typer.Typer()
console = Console()
CHECKPOINT: Final = Path("runs/checkpoint.pt")

Base = Annotated[
    Path, typer.Option(exists=True, file_okay=False, help="A BERT encoder in Hugging Face format.")
]
First = Annotated[
    list[Path] | None,
    typer.Option(exists=True, dir_okay=False, help="Many and noisy rows: read once, first."),
]
HeldOut = Annotated[
    list[Path] | None,
    typer.Option(exists=True, dir_okay=False, help="Calibrates probabilities; not trained on."),
]


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
    with plain_errors():
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
