"""``voc fit-themes``: train a model to tell themes apart."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.labelled_feedback import Rows, plain_errors
from service.cli.terminal import Terminal

console = Terminal()


def fit_themes(
    model_dir: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="The model's folder.")
    ],
    data: Rows,
) -> None:
    """Train a model to tell themes apart, on mentions with cells and themes. Takes seconds.

    The encoder does not change. The figures are measured on held-out cells, if possible of files
    that the encoder was not trained on.
    """
    with plain_errors(), console.status("reading"):
        from nlp.train.themes import fit_themes as fit

        fitted = fit(model_dir, data)
    limits, groups, later = fitted.projection.limits, fitted.groups, fitted.arrivals
    console.print(
        f"B-cubed on {fitted.cells} held-out cells: precision {groups.precision:.3f}, recall "
        f"{groups.recall:.3f}, F1 {groups.f1:.3f}; near-duplicates {fitted.near_duplicates:.1%}. "
        f"Later arrivals: precision {later.precision:.3f}, recall {later.recall:.3f}, "
        f"F1 {later.f1:.3f}."
    )
    console.print(
        f"Cosine thresholds: cut {limits.cut:.2f}, join {limits.join:.2f}, "
        f"merge {limits.merge:.2f}. Written to {model_dir}",
        markup=False,
    )
