"""What the commands on labelled feedback share: their files, and what may be wrong with them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from nlp.evaluate.base import EncoderError
from nlp.evaluate.calibration import LEAST_ROWS
from nlp.labels import Head
from nlp.manifest import ArtefactError
from nlp.train.examples import DataError

Rows = Annotated[
    list[Path],
    typer.Option(exists=True, dir_okay=False, help="A .csv, .tsv or .jsonl file; repeatable."),
]


@contextmanager
def plain_errors() -> Iterator[None]:
    """End with one line on what is wrong, where that is the user's to mend."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise typer.BadParameter(f"{error}: install verbatim-voc[train]") from error
    except (ArtefactError, DataError, EncoderError, OSError) as error:
        raise typer.BadParameter(str(error)) from error


def told_scarce(heads: Sequence[Head]) -> str:
    """That too few held-out mentions have a label of the heads."""
    return f"fewer than {LEAST_ROWS} held-out mentions have a label of {', '.join(heads)}"
