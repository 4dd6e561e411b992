"""Roll-ups and recounts give the same numbers, on both databases."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from models.workspace import Workspace
from nlp.labels import SENTIMENTS
from service.db import Database
from service.insights.cells import CELLS, Cell
from service.insights.filters import Selection
from service.insights.periods import By
from service.insights.queries import recount, sums
from service.insights.sums import ItemRow, MentionRow
from service.journey.presets import preset_map
from tests.service.insights.rows import Said, nps, rating, write

FIRST = datetime(2025, 12, 25, tzinfo=UTC)
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


def scatter(session: Session, workspace: Workspace, seed: int, count: int) -> None:
    """Random feedback of three months, some of it not analysed."""
    dice = random.Random(seed)  # noqa: S311
    for _ in range(count):
        write(
            session,
            workspace.id,
            said(dice),
            kind=dice.choice(("survey", "review", "ticket")),
            source=dice.choice(("web", "shop")),
            channel=dice.choice(("phone", "email")),
            language=dice.choice(("en", "de", "und")),
            language_read=dice.choice((None, "fr")),
            occurred_at=FIRST + timedelta(seconds=dice.randrange(90 * 86_400)),
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


def items(rows: list[ItemRow]) -> dict[Any, Any]:
    """Items by what they touch; a database may give one set in several rows."""
    merged: dict[Any, Any] = {}
    for row in rows:
        key = (row.period, row.cells, row.scale)
        count, rated = merged.get(key, (0, None))
        merged[key] = (count + row.items, row.rating.plus(rated) if rated else row.rating)
    return merged


@pytest.mark.parametrize("seed", [7, 8])
def test_rollups_and_recounts_agree(database: Database, workspace: Workspace, seed: int) -> None:
    with database.write() as session:
        scatter(session, workspace, seed, count=80)
    with database.read() as session:
        for name, selection in selections(workspace).items():
            for by in PERIODS:
                said_rolled = mentions(sums.mention_rows(session, selection, by))
                assert said_rolled == mentions(recount.mention_rows(session, selection, by))
                items_rolled = items(sums.item_rows(session, selection, by))
                assert items_rolled == items(recount.item_rows(session, selection, by))
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
        (item,) = sums.item_rows(session, selection)
    assert (row.cell, row.sums.mentions, item.items) == (Cell("usage", "product"), 1, 1)


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
