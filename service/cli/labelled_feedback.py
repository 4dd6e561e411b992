"""What the commands on labelled feedback share: the option for files, and error messages."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from nlp.evaluate.base_encoder import EncoderError
from nlp.evaluate.calibration import MIN_ROWS
from nlp.labelled.records import DataError
from nlp.labels import Head
from nlp.manifest import ArtefactError

Rows = Annotated[
    list[Path],
    typer.Option(
        exists=True, dir_okay=False, help="Labelled feedback (.csv, .tsv, .jsonl); repeatable."
    ),
]


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn errors that the user can fix into messages without a traceback."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise typer.BadParameter(f"{error}: install verbatim-voc[train]") from error
    except (ArtefactError, DataError, EncoderError, OSError) as error:
        raise typer.BadParameter(str(error)) from error


def too_few_labels(heads: Sequence[Head]) -> str:
    """Say that too few held-out mentions have a label for the heads."""
    return f"fewer than {MIN_ROWS} held-out mentions have a label for {', '.join(heads)}"
