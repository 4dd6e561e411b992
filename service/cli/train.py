"""``voc train`` and ``voc average``: train a model on labelled feedback, or average models."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from nlp.labels import Head
from nlp.manifest import is_model
from service.cli.labelled_feedback import Rows, plain_errors, too_few_labels
from service.cli.terminal import Terminal

if TYPE_CHECKING:
    from nlp.train.loop import Step

console = Terminal()
CHECKPOINT: Final = Path("runs/checkpoint.pt")

Base = Annotated[
    Path,
    typer.Option(
        exists=True,
        file_okay=False,
        help="A BERT encoder in Hugging Face format, or a model to continue from.",
    ),
]
First = Annotated[
    list[Path] | None,
    typer.Option(
        exists=True, dir_okay=False, help="Feedback with noisy labels, for one pass at the start."
    ),
]
Unlabelled = Annotated[
    list[Path] | None,
    typer.Option(exists=True, dir_okay=False, help="Feedback for the teachers to label."),
]
Teachers = Annotated[
    list[Path] | None,
    typer.Option(exists=True, file_okay=False, help="A model to learn from; repeatable."),
]
HeldOut = Annotated[
    list[Path] | None,
    typer.Option(
        exists=True, dir_okay=False, help="Labelled feedback for calibration, not training."
    ),
]


def train(
    data: Rows,
    base: Base,
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="Output folder for the 8-bit model.")
    ] = None,
    first: First = None,
    unlabelled: Unlabelled = None,
    teacher: Teachers = None,
    held_out: HeldOut = None,
    language: Annotated[
        list[str] | None, typer.Option(help="Train on this language only; repeatable.")
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(
            file_okay=False, help="Output folder for unquantised weights, for a GPU or as teacher."
        ),
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the model.")] = "verbatim",
    model_version: Annotated[str, typer.Option(help="Version of the model.")] = "0.0.0",
    layers: Annotated[
        int, typer.Option(min=1, help="Layers of an encoder to keep; a model keeps all of them.")
    ] = 6,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the data.")] = 8,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same model.")] = 7,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="A training setting, NAME=VALUE; repeatable.")
    ] = None,
    checkpoint: Annotated[
        Path, typer.Option(dir_okay=False, help="File for checkpoints, written regularly.")
    ] = CHECKPOINT,
    resume: Annotated[
        bool, typer.Option(help="Continue from the checkpoint; start over if there is none.")
    ] = False,
) -> None:
    """Train a model on labelled feedback; write it as 8-bit ONNX, unquantised weights, or both."""
    _check_folders(out, weights)
    if resume and not checkpoint.exists():
        console.print(f"No checkpoint at {checkpoint}: starting over", markup=False)
    with plain_errors():
        from nlp.train.curriculum import Files
        from nlp.train.loop import CheckpointError
        from nlp.train.recipe import Recipe, with_settings
        from nlp.train.run import Identity, Outputs, train_model

        files = Files(
            data, first or (), unlabelled or (), teacher or (), held_out or (), language or ()
        )
        outputs = Outputs(checkpoint, out, weights)
        try:
            recipe = with_settings(Recipe(layers=layers, epochs=epochs, seed=seed), settings or ())
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--set") from error
        identity = Identity(name, model_version, version("verbatim-voc"), base.name)
        try:
            with _progress() as on_step:
                few = train_model(files, base, outputs, recipe, identity, on_step, resume)
        except CheckpointError as error:
            raise typer.BadParameter(str(error)) from error
    _tell_made(out, weights, few, "those of the base" if is_model(base) else "uncalibrated")


def _check_folders(out: Path | None, weights: Path | None) -> None:
    """Reject a call without an output folder, or with the same folder for both."""
    folders = [folder.resolve() for folder in (out, weights) if folder]
    if len(set(folders)) < max(len(folders), 1):
        raise typer.BadParameter("give --out, --weights, or both with different folders")


def _tell_made(out: Path | None, weights: Path | None, few: Sequence[Head], left: str) -> None:
    """Print where the model is, and what was not calibrated for want of held-out labels."""
    if few:
        console.print(
            f"Probabilities and thresholds of {', '.join(few)} are {left}: {too_few_labels(few)}"
        )
    made = " and ".join(str(place) for place in (out, weights) if place)
    console.print(f"Written to {made}", markup=False)


@contextmanager
def _progress() -> Iterator[Any]:
    """A progress bar in a terminal; a line every 200 steps in a log."""
    if not console.is_terminal:
        yield _tell
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=1.0)
        yield lambda step: progress.update(task, completed=step.done, description=_told(step))


def _tell(step: "Step") -> None:
    if step.steps % 200 == 0:
        console.print(f"{step.done:.0%} {_told(step)}")


def _told(step: "Step") -> str:
    return f"pass {step.passes}, step {step.steps}, loss {step.loss:.3f}"


def average(
    models: Annotated[
        list[Path], typer.Argument(exists=True, file_okay=False, help="Folders of the models.")
    ],
    out: Annotated[Path, typer.Option(file_okay=False, help="Output folder for the 8-bit model.")],
    share: Annotated[
        list[float] | None,
        typer.Option(help="Weight of each model, in their order. Default: all equal."),
    ] = None,
    held_out: HeldOut = None,
    weights: Annotated[
        Path | None, typer.Option(file_okay=False, help="Output folder for unquantised weights.")
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the model.")] = "verbatim",
    model_version: Annotated[str, typer.Option(help="Version of the model.")] = "0.0.0",
) -> None:
    """Average the weights of several models that were trained from a common start."""
    _check_folders(out, weights)
    shares = share or [1.0] * len(models)
    if len(shares) != len(models):
        raise typer.BadParameter("give one for each model, or none", param_hint="--share")
    with plain_errors(), console.status("averaging"):
        from nlp.manifest import load_manifest
        from nlp.train.average import Part, average_models
        from nlp.train.run import Identity, Outputs

        parts = [Part(*each) for each in zip(models, shares, strict=True)]
        base = load_manifest(models[0]).base
        identity = Identity(name, model_version, version("verbatim-voc"), base)
        few = average_models(parts, held_out or (), Outputs(CHECKPOINT, out, weights), identity)
    _tell_made(out, weights, few, "those of the first model")
