"""Pain points by stage, as a table for a terminal."""

from itertools import groupby
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from service.client import Verbatim

SHOWN_PER_STAGE: Final = 3


def pain_table(voc: Verbatim) -> Table:
    """The worst touchpoints of each stage, in the order of the journey."""
    stages = [stage["key"] for stage in voc.journey()["stages"]]
    table = Table(
        title="What hurts, by stage",
        title_justify="left",
        box=SIMPLE_HEAD,
        expand=True,
        pad_edge=False,
    )
    for name in ("stage", "touchpoint"):
        table.add_column(name, no_wrap=True)
    for name in ("items", "neg.", "sev.", "pain"):
        table.add_column(name, justify="right")
    table.add_column("what they say", no_wrap=True, overflow="ellipsis", ratio=1)
    points = [point for point in voc.pain_points(limit=1000)["items"] if point["stage"] in stages]
    points.sort(key=lambda point: stages.index(point["stage"]))
    for _, of_stage in groupby(points, key=lambda point: point["stage"]):
        for point in list(of_stage)[:SHOWN_PER_STAGE]:
            table.add_row(*_row(point))
        table.add_section()
    return table


def _row(point: dict[str, Any]) -> tuple[str | Text, ...]:
    quote = point["verbatims"][0]["text"] if point["verbatims"] else ""
    return (
        point["stage"],
        point["touchpoint"],
        f"{point['items']}",
        f"{point['negative_share']:.0%}",
        f"{point['mean_severity']:.1f}",
        f"{point['pain']:.1f}",
        Text(" ".join(quote.split())),
    )
