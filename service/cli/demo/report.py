"""Pain points and wins by stage, as tables for a terminal."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from service.client import Verbatim

SHOWN_PER_STAGE: Final = 3


def pain_table(voc: Verbatim) -> Table:
    """The top pain points of each stage, in the order of the journey."""
    points = voc.pain_points(limit=1000)["items"]
    return _table(voc, points, "Pain points by stage", ("items", "sev.", "pain"))


def win_table(voc: Verbatim) -> Table:
    """The top wins of each stage."""
    return _table(voc, voc.wins(limit=1000)["items"], "Wins by stage", ("items",))


def _table(
    voc: Verbatim, points: Sequence[dict[str, Any]], title: str, figures: Sequence[str]
) -> Table:
    stages = [stage["key"] for stage in voc.journey()["stages"]]
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, expand=True, pad_edge=False)
    for name in ("stage", "touchpoint"):
        table.add_column(name, no_wrap=True)
    for name in figures:
        table.add_column(name, justify="right")
    table.add_column("theme or verbatim", no_wrap=True, overflow="ellipsis", ratio=1)
    known = [point for point in points if point["stage"] in stages]
    known.sort(key=lambda point: stages.index(point["stage"]))
    for _, of_stage in groupby(known, key=lambda point: point["stage"]):
        for point in list(of_stage)[:SHOWN_PER_STAGE]:
            table.add_row(
                point["stage"], point["touchpoint"], *_figures(point, figures), _said(point)
            )
        table.add_section()
    return table


def _figures(point: dict[str, Any], names: Sequence[str]) -> list[str]:
    all_figures = {
        "items": f"{point['items']}",
        "sev.": f"{point['mean_severity']:.1f}",
        "pain": f"{point['pain']:.1f}",
    }
    return [all_figures[name] for name in names]


def _said(point: dict[str, Any]) -> Text:
    """The title of a theme, or the most typical verbatim of a cell."""
    if point["kind"] == "theme":
        return Text(point["title"], style="bold")
    return Text(" ".join(point["verbatims"][0]["text"].split()) if point["verbatims"] else "")
