"""`voc verify` finds every kind of difference, and nothing where there is none."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from typer.testing import CliRunner

import migrations
from models.tables import FEEDBACK, ROLLUP_ITEM
from models.types import new_id
from models.workspace import Workspace
from service.cli import app
from service.current_analysis import REANALYSE
from service.db import Database
from service.journey.native import Cell
from service.rollups.apply import SPAN_TABLES
from service.rollups.cells import SILENT_PREFIX, mask_of
from service.verify import checks
from service.verify.checks import CHECKS, MAX_FINDINGS, Report, verify
from tests.service.conftest import Analyse
from tests.service.rollups.test_apply import Readings, add_themes, put
from tests.service.rows import Said, nps, write

MADE: Readings = [(0, "negative", -900), (1, "positive", 700)]
RUN = CliRunner()

FAULTS = {
    "rollup_equals_the_truth": "UPDATE rollup SET negative = negative + 1",
    "rollup_item_equals_the_truth": "DELETE FROM rollup_item",
    "rollup_pain_equals_the_truth": "UPDATE rollup_pain SET items = items + 1",
    "mentions_fit_their_pain_point": "UPDATE pain_point SET sentiment = 'neutral'",
    "rollup_span_equals_the_truth": "UPDATE rollup_span SET severity = 9 WHERE span = 'week'",
    "rollup_item_span_equals_the_truth": "DELETE FROM rollup_item_span WHERE span = 'slice'",
    "rollup_pain_span_equals_the_truth": "DELETE FROM rollup_pain_span WHERE span = 'year'",
    "unanalysed_items_have_no_readings": "UPDATE feedback SET state = 'pending'",
    "analysed_items_have_readings": "UPDATE feedback SET sentiment = NULL",
    "mentions_are_numbered": "UPDATE mention SET ordinal = 7 WHERE ordinal = 1",
    "mentions_lie_in_the_text": "UPDATE feedback SET text = ''",
    "labels_are_native": "UPDATE mention SET emotion = 'ennui'",
}


@pytest.fixture
def filled(database: Database, workspace: Workspace) -> Database:
    """A database with four analysed items of eight mentions on two days."""
    with database.write() as session:
        add_themes(session, workspace.id)
    for number in range(4):
        with database.write() as session:
            put(session, workspace.id, new_id(), number, MADE)
    return database


def run(database: Database, *arguments: str) -> Any:
    return RUN.invoke(app, ["verify", *arguments], env={"VOC_DATABASE_URL": database.url})


def test_what_is_right_is_clean(filled: Database) -> None:
    report = verify(filled)
    assert report.clean
    assert (report.workspaces, report.items, report.mentions) == (1, 4, 8)
    assert set(report.failures) == set(CHECKS)


def test_years_are_added_up_by_their_migration(filled: Database) -> None:
    """Of feedback that a version without them has taken in."""
    rows = _sizes(filled)
    migrations.downgrade(filled.url, "2026_11_27_0610")
    assert all(fewer < all_of_them for fewer, all_of_them in zip(_sizes(filled), rows, strict=True))
    migrations.upgrade(filled.url)
    assert _sizes(filled) == rows
    assert verify(filled).clean


def test_stated_places_come_and_go_with_their_migration(
    database: Database, workspace: Workspace, analyse: Analyse
) -> None:
    """Of items without a mention; those with one stay where they are."""
    stated = {"stage": "purchase", "stage_sent": "purchase"}
    with database.write() as session:
        for columns in (stated, stated, {}, {"stage": "unassigned", "touchpoint_sent": "store"}):
            write(session, workspace.id, [], **nps(9), **columns)
        write(session, workspace.id, [Said("purchase", "store")], **nps(3), **stated)
    migrations.downgrade(database.url, "2026_11_27_1240")
    assert verify(database).clean
    with database.read() as session:
        stages = session.scalars(select(FEEDBACK.c.stage)).all()
    assert sorted(stages) == ["purchase", *["unassigned"] * 4]
    migrations.upgrade(database.url)
    assert verify(database).clean
    with database.read() as session:
        versions = session.scalars(select(FEEDBACK.c.analysis_version)).all()
    assert versions.count(REANALYSE) == 3
    analyse()
    assert verify(database).clean
    with database.read() as session:
        cells = session.scalars(select(ROLLUP_ITEM.c.cells).order_by(ROLLUP_ITEM.c["items"])).all()
    assert sum(cell.startswith(SILENT_PREFIX) for cell in cells) == 2
    assert cells[-1] == mask_of({Cell("purchase", "unassigned")}, silent=True)  # two items


def _sizes(database: Database) -> list[int]:
    with database.read() as session:
        return [
            session.scalar(select(func.count()).select_from(table)) or 0 for table in SPAN_TABLES
        ]


def test_pages_are_read_to_the_end(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.verify.source.PAGE", 1)
    report = verify(filled)
    assert (report.clean, report.items, report.mentions) == (True, 4, 8)


@pytest.mark.parametrize("check", FAULTS)
def test_a_difference_is_found_by_its_check(filled: Database, check: str) -> None:
    with filled.write() as session:
        session.execute(text(FAULTS[check]))
    report = verify(filled)
    assert not report.clean
    assert report.failures[check] > 0
    assert check in {finding.check for finding in report.findings}


def test_rows_of_days_without_any_feedback_are_found(filled: Database) -> None:
    with filled.write() as session:
        session.execute(text("DELETE FROM mention"))
        session.execute(text("DELETE FROM feedback"))
    report = verify(filled)
    faults = {finding.fault for finding in report.findings}
    assert faults == {"should not exist"}
    assert report.failures["rollup_equals_the_truth"] > 0


def test_mentions_without_feedback_are_found(filled: Database) -> None:
    with filled.engine.connect() as connection:
        if filled.is_sqlite:
            connection.connection.execute("PRAGMA foreign_keys = OFF")
        else:
            connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("DELETE FROM feedback"))
        connection.commit()
        connection.invalidate()
    report = verify(filled)
    assert report.failures[checks.ORPHANS] == 1
    assert "8 without feedback" in {finding.fault for finding in report.findings}


def test_every_check_has_a_fault_that_it_finds() -> None:
    assert set(FAULTS) | {checks.ORPHANS} == set(CHECKS)


def test_only_the_first_findings_are_kept() -> None:
    report = Report()
    for number in range(MAX_FINDINGS + 5):
        report.add(checks.Finding(CHECKS[0], new_id(), str(number), "wrong"))
    assert len(report.findings) == MAX_FINDINGS
    assert report.failures[CHECKS[0]] == MAX_FINDINGS + 5


def test_the_command_succeeds_on_the_truth(filled: Database) -> None:
    result = run(filled)
    assert result.exit_code == 0
    assert "4 items, 8 mentions" in result.output
    assert "not clean" not in result.output
    assert "1 workspace, " in result.output
    assert "roll-up equals the truth" in result.output


def test_the_command_fails_on_a_difference_and_says_where(filled: Database) -> None:
    with filled.write() as session:
        session.execute(text(FAULTS["rollup_equals_the_truth"]))
    result = run(filled)
    assert result.exit_code == 1
    assert "negative is" in result.output
    shown = json.loads(run(filled, "--json").output)
    assert shown["clean"] is False
    assert shown["failures"]["rollup_equals_the_truth"] == len(shown["findings"])


@pytest.mark.parametrize("before", ["2026_11_26_1840", "2026_11_26_1930", "2026_11_27_0010"])
def test_longer_spans_are_kept_by_their_migrations(filled: Database, before: str) -> None:
    migrations.downgrade(filled.url, before)
    migrations.upgrade(filled.url)
    report = verify(filled)
    assert report.clean, report.findings
    with filled.read() as session:
        assert session.scalar(text("SELECT count(*) FROM rollup_item_span"))


def test_where_there_is_no_database_none_is_made(tmp_path: Path) -> None:
    result = RUN.invoke(app, ["verify"], env={"VOC_DATA_DIR": str(tmp_path / "data")})
    assert result.exit_code == 2
    assert "There is no database" in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_not_current_is_no_difference(database: Database) -> None:
    migrations.downgrade(database.url, "2026_11_27_0610")
    result = run(database)
    assert result.exit_code == 2
    assert "voc migrate" in result.output


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    file = tmp_path / "verbatim.db"
    file.write_text("no database at all, but a text")
    for url in (f"sqlite:///{file}", "postgresql://127.0.0.1:9/verbatim"):
        result = RUN.invoke(app, ["verify"], env={"VOC_DATABASE_URL": url})
        assert result.exit_code == 2
        assert "can't be used" in result.output
