"""``voc fit-ngrams``: teach a model what the characters of a mention say."""

from pathlib import Path
from typing import Annotated

import typer

from nlp.labels import HEADS
from service.cli.labelled import Rows, plain_errors, told_scarce
from service.cli.terminal import Terminal

console = Terminal()


def fit_ngrams(
    model_dir: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="The model's folder.")
    ],
    data: Rows,
    held_out: Annotated[
        list[Path],
        typer.Option(exists=True, dir_okay=False, help="Not learned from; calibrates."),
    ],
    head: Annotated[
        list[str] | None, typer.Option(help="What they may speak of; all by itself. Repeatable.")
    ] = None,
    model_version: Annotated[
        str | None, typer.Option(help="What the version is called from now on.")
    ] = None,
) -> None:
    """Learn from labelled mentions what runs of characters say, beside the encoder; in minutes.

    It replaces what the model has learned of that before, so give it all rows, not only new ones.
    The encoder stays as it is. How much they count beside it is fitted to held-out mentions, as are
    probabilities and thresholds anew.
    """
    heads = [known for known in HEADS if not head or known in head]
    if unknown := set(head or ()) - set(heads):
        told = f"{', '.join(sorted(unknown))}; there are {', '.join(HEADS)}"
        raise typer.BadParameter(told, param_hint="--head")
    with plain_errors(), console.status("learning"):
        from nlp.train.ngrams import fit_ngrams as fit

        heard = fit(model_dir, data, held_out, model_version, heads)
    for each, found in heard.items():
        console.print(
            f"{each}: counted {found.share:.2f} times beside the encoder, right in "
            f"{found.now:.1%} of held-out mentions; before, in {found.before:.1%}"
        )
    if unheard := [each for each in heads if each not in heard]:
        console.print(f"Not heard: {told_scarce(unheard)}")
    console.print(f"Written into {model_dir}", markup=False)
