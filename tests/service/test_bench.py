"""Seeded workspaces are as the service would have written them, and reads of them can be timed.

What a service refuses, or does not store, is no work that it did.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select as select_columns
from sqlmodel import Session, select
from typer.testing import CliRunner, Result

from models.api_key import ApiKey
from models.tables import FEEDBACK, MENTION, MENTION_VECTOR
from models.workspace import Workspace
from service.cli import app
from service.cli.bench import intake, live, reads
from service.cli.bench.loadgen import Plan, Run
from service.cli.bench.population import SOURCES, items_by_day, zipf
from service.cli.bench.processes import Server
from service.cli.bench.seed import DAYS, seed
from service.db import Database
from service.insights.filters import Selection
from service.insights.queries.items import Items
from service.insights.queries.sums import mention_rows
from service.journey.presets import preset_map
from service.verify.checks import verify

UNTIL = date(2026, 11, 26)


def selection(session: Session, name: str) -> Selection:
    workspace = session.exec(select(Workspace).where(Workspace.name == name)).one()
    return Selection(workspace.id, preset_map("five-stage"))


def test_seeded_roll_ups_equal_the_truth(database: Database) -> None:
    done = seed(database.url, "seeded", mentions=300, vectors=0.1, until=UNTIL)
    report = verify(database)
    assert report.clean, report.findings
    assert (report.items, report.mentions) == (done.items, done.mentions)
    assert report.rows == done.rows
    assert done.mentions == pytest.approx(300, rel=0.1)
    with database.read() as session:
        chosen = selection(session, "seeded")
        rows = mention_rows(session, chosen)
        assert sum(row.sums.mentions for row in rows) == done.mentions
        whole = Items(session, chosen).whole
    assert whole.items == done.items
    scales = {scale.partition(":")[0] for scale in whole.ratings}
    assert scales == {"nps", "csat", "ces", "stars", "other"}


def test_a_workspace_with_feedback_is_not_seeded(database: Database) -> None:
    seed(database.url, "seeded", mentions=100, vectors=0, until=UNTIL)
    with pytest.raises(ValueError, match="already has feedback"):
        seed(database.url, "seeded", mentions=100, vectors=0, until=UNTIL)


def test_two_workspaces_are_seeded_alike_except_for_ids(database: Database) -> None:
    def seeded(workspace: str) -> list[tuple[Any, ...]]:
        seed(database.url, workspace, mentions=100, vectors=0.5, until=UNTIL)
        item, mention, vector = FEEDBACK.c, MENTION.c, MENTION_VECTOR.c
        columns = (item.occurred_at, item.text, mention.ordinal, mention.stage, vector.vector)
        with database.read() as session:
            statement = (
                select_columns(*columns)
                .select_from(FEEDBACK.join(MENTION).join(MENTION_VECTOR))
                .where(item.workspace_id == selection(session, workspace).workspace_id)
                .order_by(item.occurred_at, mention.ordinal)
            )
            return [tuple(row) for row in session.execute(statement)]

    assert seeded("one") == seeded("two")


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


def voc_bench(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["bench", *arguments], env={"COLUMNS": "200"})


def test_a_workspace_is_not_seeded_twice(tmp_path: Path) -> None:
    arguments = ("seed", "--mentions", "1000", "--data-dir", str(tmp_path))
    assert voc_bench(*arguments).exit_code == 0
    again = voc_bench(*arguments)
    assert again.exit_code == 2
    assert "already has feedback" in again.output


def test_reads_of_an_unknown_workspace_leave_nothing_behind(
    database: Database, tmp_path: Path
) -> None:
    result = voc_bench("reads", "--workspace", "bench-1", "--data-dir", str(tmp_path / "none"))
    assert result.exit_code == 2
    assert "There is no database" in result.output
    result = voc_bench("reads", "--workspace", "bench-1", "--postgres", database.url)
    assert result.exit_code == 2
    assert "there is no workspace 'bench-1'" in result.output
    with database.read() as session:
        assert session.exec(select(Workspace)).all() == []


def test_the_key_of_timed_reads_does_not_outlive_them(
    database: Database, workspace: Workspace
) -> None:
    with reads.reading_key(database.url, "acme"), database.read() as session:
        [key] = session.exec(select(ApiKey)).all()
        assert (key.revoked_at, key.expires_at is not None) == (None, True)
    with database.read() as session:
        [key] = session.exec(select(ApiKey)).all()
        assert key.revoked_at is not None


def test_scale_out_without_postgresql_is_told() -> None:
    result = voc_bench("--only", "scale-out")
    assert result.exit_code == 2
    assert "scale-out needs --postgres" in result.output


class Stub(Server):
    """A server that answers each read with the same figures."""

    def get(self, _path: str) -> httpx.Response:
        return httpx.Response(200, json={"pending": 0, "overall": {"items": 0}})

    def resident_bytes(self) -> int:
        return 1


@pytest.mark.parametrize(
    ("status", "reason"), [("429", "not all requests were accepted"), ("200", "0 of ")]
)
def test_what_is_refused_or_not_stored_is_no_throughput(
    status: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answered(plan: Plan) -> Run:
        count = len(plan.bodies)
        return Run(1.0, [0.1] * count, [0.0] * count, {status: count})

    @contextmanager
    def stub(*_arguments: Any, **_options: Any) -> Iterator[Server]:
        yield Stub(port=1, key="k", pid=1, seconds_to_ready=0.0)

    for module in (live, intake):
        monkeypatch.setattr(module, "run_in_process", answered)
        monkeypatch.setattr(module, "server", stub)
    monkeypatch.setattr(live, "worker", stub)
    for measure in (
        lambda: live.drain_rate(tmp_path, "", 100, workers=1),
        lambda: live.memory(tmp_path, 100),
        lambda: intake.measure(tmp_path, None, 10, 10),
    ):
        with pytest.raises(RuntimeError, match=reason):
            measure()
