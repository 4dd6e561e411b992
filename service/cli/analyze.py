"""``voc analyze``: analyse texts and print the result; nothing is stored."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from pydantic import ValidationError
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from service.analysis.engine import load_engine
from service.analysis.on_demand import analyze_texts
from service.analysis.schemas import MAX_ITEMS, AnalyzeIn, AnalyzeItemIn, AnalyzeOut
from service.cli.terminal import Terminal, escaped
from service.journey.presets import DEFAULT, PresetName, preset_map
from service.settings import Settings

HEADERS: Final = ("words", "score", "stage", "touchpoint", "emotion", "intent", "severity")
PIPED_WIDTH: Final = 120
COLOURS: Final = {"negative": "red", "neutral": "default", "positive": "green"}
console = Terminal(highlight=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)


def analyze(
    texts: Annotated[
        list[str] | None, typer.Argument(help="Texts to analyse, each in quotes.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A file with one text per line."),
    ] = None,
    journey: Annotated[PresetName, typer.Option(help="The journey whose stages to use.")] = DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Analyse texts from arguments, a file or standard input (one text per line)."""
    items = _items(_texts(texts or [], file))
    engine = load_engine(Settings())
    parts = [
        analyze_texts(engine, preset_map(journey), AnalyzeIn(items=part), sys.maxsize)
        for part in (items[at : at + MAX_ITEMS] for at in range(0, len(items), MAX_ITEMS))
    ]
    answer = parts[0].model_copy(update={"items": [item for part in parts for item in part.items]})
    if as_json:
        typer.echo(escaped(json.dumps(answer.model_dump(), ensure_ascii=False, indent=2)))
    else:
        _print(answer)


def _texts(texts: Sequence[str], file: Path | None) -> list[str]:
    if texts and file is None:
        return list(texts)
    try:
        read = file.read_text(encoding="utf-8-sig") if file else sys.stdin.read()
    except UnicodeDecodeError as error:
        name = file or "standard input"
        raise typer.BadParameter(f"{name} is not UTF-8 (at byte {error.start:,})") from None
    return [line for line in read.splitlines() if line.strip()]


def _items(texts: Sequence[str]) -> list[AnalyzeItemIn]:
    if not texts:
        raise typer.BadParameter("no text given; pass one in quotes")
    try:
        return [AnalyzeItemIn(text=text) for text in texts]
    except ValidationError as error:
        raise typer.BadParameter(error.errors()[0]["msg"]) from None


def _print(answer: AnalyzeOut) -> None:
    table = Table(*HEADERS, box=SIMPLE)
    for item in answer.items:
        for mention in item.mentions:
            table.add_row(
                Text(mention.text),
                f"[{COLOURS[mention.sentiment]}]{mention.score:+.2f}[/]",
                mention.stage,
                mention.touchpoint,
                mention.emotion,
                mention.intent,
                str(mention.severity),
            )
        table.add_section()
    console.print(table)
    console.print(f"journey {answer.journey}, model {answer.model}", style="dim")
