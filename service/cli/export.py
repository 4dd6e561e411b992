"""``voc export``: save what the API lists to a file."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from service.cli.connection import api_key, api_url
from service.client import Verbatim, VerbatimError
from service.settings import Settings


class Subject(StrEnum):
    """What can be exported."""

    PAIN_POINTS = "pain-points"
    WINS = "wins"
    MENTIONS = "mentions"
    JOURNEY = "journey"
    FEEDBACK = "feedback"
    CORRECTIONS = "corrections"


def export(
    what: Annotated[Subject, typer.Argument(help="What to export.")],
    file: Annotated[
        Path, typer.Argument(dir_okay=False, help="Output file; its extension sets the format.")
    ],
    where: Annotated[
        list[str] | None,
        typer.Option("--where", "-w", help="An API filter, e.g. stage=purchase; repeatable."),
    ] = None,
    url: Annotated[str | None, typer.Option(help="URL of the API.")] = None,
    key: Annotated[
        str | None, typer.Option(help="A key with the scope read. Default: VOC_KEY.")
    ] = None,
) -> None:
    """Save pain points, wins, mentions, feedback, corrections or the journey map to a file.

    Formats are CSV, JSONL and Parquet; for the map also SVG and PNG. Example:
    `voc export mentions mentions.parquet -w stage=purchase -w q="card -delivery"`
    """
    settings = Settings()
    asked = _filters(where or [])
    form = file.suffix.removeprefix(".").lower()
    if not file.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {file.parent}", param_hint="FILE")
    part = file.with_name(file.name + ".part")
    try:
        with (
            Verbatim(url or api_url(settings), key=key or api_key(settings)) as voc,
            part.open("wb") as out,
        ):
            voc.export(what, out, format=form, **asked)
        part.replace(file)
    except (VerbatimError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    finally:
        part.unlink(missing_ok=True)
    typer.echo(f"{file}: {file.stat().st_size:,} bytes")


def _filters(pairs: Sequence[str]) -> dict[str, str]:
    """Values by name, in the syntax of the API; a repeated name gets all of its values."""
    found: dict[str, list[str]] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise typer.BadParameter(f"{pair!r} is not name=value", param_hint="--where")
        if name == "format":
            raise typer.BadParameter("the file's extension sets the format", param_hint="--where")
        found.setdefault(name, []).append(value)
    return {name: ",".join(values) for name, values in found.items()}
