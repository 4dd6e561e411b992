"""Roll-ups and recounts give the same numbers, on both databases."""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from models.workspace import Workspace
from nlp.labels import SENTIMENTS
from service.db import Database
from service.insights.axes import ALL, PART_OF, AxisName, view_for
from service.insights.filters import Selection
from service.insights.periods import By
from service.insights.queries import recount, sums
from service.insights.queries.items import Items
from service.insights.sums import ItemRow, ItemSums, MentionRow, MentionSums, total
from service.journey.mapping import JourneyMap
from service.journey.native import CELLS, NO_CELL, Cell
from service.journey.presets import preset_map
from tests.service.rows import Said, nps, rating, write

FIRST = datetime(2025, 12, 25, tzinfo=UTC)
STATED = (NO_CELL, Cell("purchase", "unassigned"), Cell("usage+moving-in", "unassigned+lift"))
AXES: tuple[AxisName, ...] = ("all", "stage", "touchpoint", "cell")
PERIODS: tuple[By | None, ...] = (None, "day", "week", "month")
SCALES: tuple[Callable[[random.Random], dict[str, Any]], ...] = (
    lambda _dice: {},
    lambda dice: nps(dice.randint(0, 10)),
    lambda dice: rating(dice.randint(1, 5), 1, 5, "csat"),
    lambda dice: rating(dice.choice((1, 2.5, 4.999, 6)), 1, 7, "csat"),
    lambda dice: rating(dice.choice((0.5, 3.125, 5)), 0, 5, "other"),
)


def said(dice: random.Random) -> list[Said]:
    """0 to 4 mentions, many of them in few cells."""
    return [
        Said(
            *dice.choice((*CELLS[::23], CELLS[40], CELLS[41])),
            sentiment=dice.choice(SENTIMENTS),
            severity=dice.randint(0, 3),
        )
        for _ in range(dice.randint(0, 4))
    ]


def scatter(session: Session, workspace: Workspace, seed: int, count: int, days: int = 90) -> None:
    """Random feedback of some days, a part of it not analysed."""
    dice = random.Random(seed)  # noqa: S311
    for _ in range(count):
        found, stated = said(dice), dice.choice((*CELLS[::23], *STATED))
        write(
            session,
            workspace.id,
            found,
            **({} if found else stated._asdict()),
            kind=dice.choice(("survey", "review", "ticket")),
            source=dice.choice(("web", "shop")),
            channel=dice.choice(("phone", "email")),
            language=dice.choice(("en", "de", "und")),
            language_read=dice.choice((None, "fr")),
            occurred_at=FIRST + timedelta(seconds=dice.randrange(days * 86_400)),
            state=dice.choice(("done", "done", "done", "pending", "failed")),
            attributes={"persona": dice.choice(("smb", "big"))},
            **dice.choice(SCALES)(dice),
        )


def selections(workspace: Workspace) -> dict[str, Selection]:
    """Filters that roll-ups can answer."""
    journey = preset_map("five-stage")
    base = Selection(workspace.id, journey)
    return {
        "all": base,
        "period": base.between(FIRST + timedelta(days=10), FIRST + timedelta(days=50)),
        "dimensions": Selection(
            workspace.id, journey, kinds=["survey"], sources=["web", "x"], channels=["phone"]
        ),
        "language": Selection(workspace.id, journey, languages=["fr", "de"]),
        "cells": base.narrowed({"retention", "unassigned"}, {"product", "support", "unassigned"}),
        "nothing": base.narrowed({"purchase"}, {"no such touchpoint"}),
    }


def mentions(rows: list[MentionRow]) -> dict[Any, Any]:
    return {(row.period, row.cell): row.sums for row in rows}


@pytest.mark.parametrize("seed", [7, 8])
def test_rollups_and_recounts_agree(database: Database, workspace: Workspace, seed: int) -> None:
    with database.write() as session:
        scatter(session, workspace, seed, count=80)
    with database.read() as session:
        for name, selection in selections(workspace).items():
            for by in PERIODS:
                said_rolled = mentions(sums.mention_rows(session, selection, by))
                assert said_rolled == mentions(recount.mention_rows(session, selection, by))
                for axis in AXES:
                    found = Items(session, selection, by).by_part(axis)
                    assert found == counted(session, selection, by, axis)
                assert bool(said_rolled) == (name != "nothing")


def test_times_within_a_day_are_recounted_exactly(database: Database, workspace: Workspace) -> None:
    with database.write() as session:
        for hour in (9, 11, 13):
            at = datetime(2026, 3, 4, hour, tzinfo=UTC)
            write(session, workspace.id, [Said("usage", "product")], occurred_at=at)
    since, until = (datetime(2026, 3, 4, hour, tzinfo=UTC) for hour in (10, 13))
    selection = Selection(workspace.id, preset_map("eight-stage")).between(since, until)
    with database.read() as session:
        (row,) = sums.mention_rows(session, selection)
        whole = Items(session, selection).whole
    assert (row.cell, row.sums.mentions, whole.items) == (Cell("usage", "product"), 1, 1)


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("smb", "smb"),
        ("a,b\"c'", "a,b\"c'"),
        (True, "true"),
        (False, "false"),
        (5, "5"),
        (2.5, "2.5"),
    ],
)
def test_attributes_are_compared_as_json_writes_them(
    database: Database, workspace: Workspace, stored: Any, asked: str
) -> None:
    with database.write() as session:
        for attributes in ({'p"1.x': stored}, {'p"1.x': "other"}, {"p": stored}, {'p"1.x': None}):
            write(session, workspace.id, [Said("usage", "product")], attributes=attributes)
    journey = preset_map("five-stage")
    selection = Selection(workspace.id, journey, attributes={'p"1.x': [asked, "never"]})
    with database.read() as session:
        (row,) = sums.mention_rows(session, selection)
    assert row.sums.mentions == 1


def counted(session: Session, selection: Selection, by: By | None, axis: AxisName) -> Any:
    """Items by part of the journey, from the sets of cells that a recount finds."""
    cells, part_of = selection.journey.cells, PART_OF[axis]

    def parts(row: ItemRow) -> set[Any]:
        if axis == "all":
            return {(row.period, ALL)}
        own = (cell for cell in row.cells if selection.has(cell))
        return {(row.period, part_of(cells[cell])) for cell in own}

    found: dict[Any, ItemSums] = defaultdict(ItemSums)
    for row in recount.item_rows(session, selection, by):
        for part in parts(row):
            found[part].add(row.items, row.scale, row.rating)
            found[part].silent += row.items if row.silent else 0
    return found


def years(workspace: Workspace) -> dict[str, Selection]:
    """Filters over years, months and weeks, whole or not; and parts that no view sees whole."""
    base = selections(workspace)
    start = datetime(2027, 1, 1, tzinfo=UTC)
    ends = {
        "year": (start, datetime(2028, 1, 1, tzinfo=UTC)),
        "long": (FIRST + timedelta(days=17), FIRST + timedelta(days=777)),
        "weeks": (start + timedelta(days=40), start + timedelta(days=68)),
    }
    merged = merged_touchpoints()
    return {
        **base,
        **{name: base["all"].between(*of) for name, of in ends.items()},
        "open": replace(base["all"], since=start + timedelta(days=100)),
        "filtered": base["dimensions"].between(*ends["long"]),
        "filtered, open": replace(base["language"], until=start + timedelta(days=100)),
        "one touchpoint": base["all"].narrowed({"retention"}, {"product"}),
        "a stage": replace(base["all"], cells=base["all"].journey.cells_within({"purchase"}, None)),
        "merged": Selection(workspace.id, merged),
        "merged, filtered": Selection(workspace.id, merged, languages=["fr"]),
    }


def merged_touchpoints() -> JourneyMap:
    """A journey with one touchpoint for all, and a stage with only a part of a native one."""
    definition = preset_map("five-stage").definition.model_copy(deep=True)
    first = definition.touchpoints[0]
    first.includes = [name for touchpoint in definition.touchpoints for name in touchpoint.includes]
    definition.touchpoints = [first]
    definition.stages[0].includes[0].touchpoints = ["advertising", "product"]
    return JourneyMap(definition)


def test_longer_spans_and_views_agree_with_recounts(
    database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        scatter(session, workspace, seed=9, count=150, days=900)
    with database.read() as session:
        for selection in years(workspace).values():
            for by in (None, "month"):
                rolled = mentions(sums.mention_rows(session, selection, by))
                assert rolled == mentions(recount.mention_rows(session, selection, by))
                for axis in AXES:
                    found = Items(session, selection, by).by_part(axis)
                    assert found == counted(session, selection, by, axis)
            for sentiment in ("negative", "positive"):
                recounted = recount.first_and_last_days(session, selection, sentiment)
                assert sums.days_of_cells(session, selection, sentiment) == {
                    cell: days for cell, days in recounted.items() if selection.has(cell)
                }
            assert Items(session, selection, rated=False).whole.with_mentions == sum(
                row.items
                for row in recount.item_rows(session, selection, None)
                if not row.silent and any(map(selection.has, row.cells))
            )


@pytest.mark.parametrize("by", ["day", "week", "month"])
def test_series_agree_with_recounts(database: Database, workspace: Workspace, by: By) -> None:
    with database.write() as session:
        scatter(session, workspace, seed=10, count=80, days=500)
    with database.read() as session:
        for name in ("all", "long", "filtered", "merged"):
            selection = years(workspace)[name]
            rolled = mentions(sums.mention_rows(session, selection, by))
            assert rolled == mentions(recount.mention_rows(session, selection, by))
            assert Items(session, selection, by).by_part("stage") == counted(
                session, selection, by, "stage"
            )
            cells = selection.journey.cells
            for axis in AXES:
                parts: dict[Any, list[MentionSums]] = defaultdict(list)
                for (period, cell), each in rolled.items():
                    parts[period, PART_OF[axis](cells[cell])].append(each)
                found = sums.mention_sums(session, selection, by, axis)
                assert found == {key: total(each) for key, each in parts.items()}


def test_items_by_period_have_no_sums_without_periods(
    database: Database, workspace: Workspace
) -> None:
    with database.read() as session:
        found = Items(session, selections(workspace)["all"], "day")
        with pytest.raises(ValueError, match="periods"):
            found.parts("stage")


def test_most_parts_are_seen_by_a_view(workspace: Workspace) -> None:
    base = selections(workspace)
    assert [view_for(base["all"], axis) for axis in AXES] == [
        "whole",
        "stages",
        "touchpoints",
        "touchpoints",
    ]
    merged = Selection(workspace.id, merged_touchpoints())
    assert [view_for(merged, axis) for axis in AXES] == ["whole", None, None, None]
    product = base["all"].narrowed({"retention"}, {"product"})
    assert {view_for(product, axis) for axis in AXES} == {"touchpoints"}
