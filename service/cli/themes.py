"""``voc fit-themes``: teach a model what is about the same thing."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.labelled import Rows, plain_errors
from service.cli.terminal import Terminal

console = Terminal()


def fit_themes(
    model_dir: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="The model's folder.")
    ],
    data: Rows,
) -> None:
    """Learn from mentions with cells and themes where themes are told apart; in seconds.

    The encoder stays as it is. Figures are of cells that were held out, of files that the encoder
    has not learned from if there are any.
    """
    with plain_errors(), console.status("reading"):
        from nlp.train.themes import fit_themes as fit

        fitted = fit(model_dir, data)
    limits, groups, later = fitted.projection.limits, fitted.groups, fitted.arrivals
    console.print(
        f"Of {fitted.cells} held-out cells, B-cubed: precision {groups.precision:.3f}, recall "
        f"{groups.recall:.3f}, F1 {groups.f1:.3f}; near-duplicates {fitted.near_duplicates:.1%}. "
        f"Later arrivals: precision {later.precision:.3f}, recall {later.recall:.3f}, "
        f"F1 {later.f1:.3f}."
    )
    console.print(
        f"Cosines that decide: cut {limits.cut:.2f}, join {limits.join:.2f}, "
        f"merge {limits.merge:.2f}. Written into {model_dir}",
        markup=False,
    )
