"""``voc fit-ngrams``: train the character n-grams of a model."""

from pathlib import Path
from typing import Annotated

import typer

from nlp.labels import HEADS
from service.cli.labelled_feedback import Rows, plain_errors, too_few_labels
from service.cli.terminal import Terminal

console = Terminal()


def fit_ngrams(
    model_dir: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="The model's folder.")
    ],
    data: Rows,
    held_out: Annotated[
        list[Path],
        typer.Option(
            exists=True, dir_okay=False, help="Labelled feedback for calibration, not training."
        ),
    ],
    head: Annotated[
        list[str] | None, typer.Option(help="Use n-grams for this head; repeatable. Default: all.")
    ] = None,
    model_version: Annotated[
        str | None, typer.Option(help="New version of the model. Default: unchanged.")
    ] = None,
) -> None:
    """Train character n-grams that complement the encoder, on labelled mentions. Takes minutes.

    They replace the n-grams that the model has, so pass all rows, not only new ones. The encoder
    does not change. The weight of the n-grams is fitted to the held-out mentions, and so are all
    probabilities and thresholds.
    """
    heads = [known for known in HEADS if not head or known in head]
    if unknown := set(head or ()) - set(heads):
        reason = f"unknown head {', '.join(sorted(unknown))}; choose from {', '.join(HEADS)}"
        raise typer.BadParameter(reason, param_hint="--head")
    with plain_errors(), console.status("training"):
        from nlp.train.ngrams import fit_ngrams as fit

        fitted = fit(model_dir, data, held_out, model_version, heads)
    for each, found in fitted.items():
        console.print(
            f"{each}: weight {found.share:.2f}, accuracy on held-out mentions "
            f"{found.now:.1%} (before: {found.before:.1%})"
        )
    if skipped := [each for each in heads if each not in fitted]:
        console.print(f"No n-grams for {', '.join(skipped)}: {too_few_labels(skipped)}")
    console.print(f"Written to {model_dir}", markup=False)
