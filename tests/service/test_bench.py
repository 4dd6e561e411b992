"""Seeded workspaces are as the service would have written them, and reads of them can be timed."""

from datetime import date

import pytest
from sqlmodel import Session, select

from models.workspace import Workspace
from service.cli.bench.population import SOURCES, items_by_day, zipf
from service.cli.bench.seed import DAYS, seed
from service.db import Database
from service.insights.filters import Selection
from service.insights.queries.items import Items
from service.insights.queries.sums import mention_rows
from service.journey.presets import preset_map
from service.verify.verify import verify

UNTIL = date(2026, 11, 26)


def selection(session: Session, name: str) -> Selection:
    workspace = session.exec(select(Workspace).where(Workspace.name == name)).one()
    return Selection(workspace.id, preset_map("five-stage"))


def test_seeded_roll_ups_equal_the_truth(database: Database) -> None:
    done = seed(database.url, "seeded", mentions=1_000, vectors=0.1, until=UNTIL)
    report = verify(database)
    assert report.clean, report.findings
    assert (report.items, report.mentions) == (done.items, done.mentions)
    assert report.rows == done.rows
    assert done.mentions == pytest.approx(1_000, rel=0.1)
    with database.read() as session:
        chosen = selection(session, "seeded")
        rows = mention_rows(session, chosen)
        assert sum(row.sums.mentions for row in rows) == done.mentions
        whole = Items(session, chosen).whole
    assert whole.items == done.items
    scales = {scale.partition(":")[0] for scale in whole.ratings}
    assert scales == {"nps", "csat", "ces", "stars", "other"}


def test_a_workspace_with_feedback_is_not_seeded(database: Database) -> None:
    seed(database.url, "seeded", mentions=1_000, vectors=0, until=UNTIL)
    with pytest.raises(ValueError, match="has feedback already"):
        seed(database.url, "seeded", mentions=1_000, vectors=0, until=UNTIL)


def test_items_are_spread_over_all_days() -> None:
    counts = items_by_day(date(2024, 11, 26), DAYS, 526_316)
    assert (len(counts), sum(counts)) == (DAYS, 526_316)
    assert min(counts) > 0
    assert sum(counts[DAYS // 2 :]) > sum(counts[: DAYS // 2])


def test_shares_add_up() -> None:
    assert zipf(12).sum() == pytest.approx(1)
    assert sum(source.share for source in SOURCES) == pytest.approx(1)
    for source in SOURCES:
        assert sum(source.channels.values()) == pytest.approx(1)
        assert sum(share for _, share in source.ratings) == pytest.approx(1)
