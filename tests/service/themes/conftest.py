"""A workspace whose customers complain about few things, and somebody who sorts that."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from models.mention import Mention
from models.pain_point import PainPoint
from models.workspace import Workspace
from nlp.themes import centroid
from nlp.themes.space import centroid_to_bytes
from service.analysis.engine import Engine
from service.clock import now
from service.db import Database
from service.themes import finding
from service.themes.queries import sample_of
from service.themes.refresh import Refresher
from service.themes.theme_cache import PlaceThemes
from service.verify.checks import verify
from tests.fakes import FakeAnalyzer
from tests.service.conftest import Analyse
from tests.service.rows import feedback_row

OCCURRED = datetime(2026, 3, 1, 12, tzinfo=UTC)
DECLINED = [f"The checkout declined my visa card {word}" for word in ("twice", "again", "today")]
SLOW = [f"Slow checkout page took minutes loading {word}" for word in ("there", "here", "now")]

Say = Callable[..., list[UUID]]
Look = Callable[..., int]
DieAfter = Callable[[int], bool]
Themes = Callable[[], list[PainPoint]]


@pytest.fixture(autouse=True)
def _three_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short lists tell the same story: here three mentions make a theme, elsewhere five."""
    monkeypatch.setattr(finding, "MIN_GROUP_MENTIONS", 3)


@pytest.fixture
def say(database: Database, workspace: Workspace, analyse: Analyse) -> Say:
    """Store and analyse a review for each text: ``say(DECLINED, customer_ref="c")``."""
    numbers = count()

    def put(texts: Sequence[str], **columns: Any) -> list[UUID]:
        rows = []
        for text in texts:
            number, moment = next(numbers), now()
            values: dict[str, Any] = {
                "external_id": str(number),
                "text": text,
                "occurred_at": OCCURRED + timedelta(minutes=number),
                "received_at": moment,
                "due_at": moment,
                "content_hash": str(number),
            }
            rows.append(feedback_row(workspace.id, **values | columns))
        with database.write() as session:
            session.add_all(rows)
        analyse()
        return [row.id for row in rows]

    return put


@pytest.fixture
def say_loose(say: Say, monkeypatch: pytest.MonkeyPatch) -> Say:
    """As ``say``, of what is near no theme when it arrives."""

    def put(texts: Sequence[str], **columns: Any) -> list[UUID]:
        with monkeypatch.context() as patch:
            patch.setattr(PlaceThemes, "nearest", lambda _, vectors, __: [None] * len(vectors))
            return say(texts, **columns)

    return put


@pytest.fixture
def look(database: Database) -> Iterator[Look]:
    """Look for themes until there is nothing to do; how many places were looked through."""
    with ThreadPoolExecutor(1) as computing:

        def run(analyzer: FakeAnalyzer | None = None) -> int:
            space = Engine(analyzer or FakeAnalyzer()).space
            refresher, rounds = Refresher(database, space, computing), 0
            while refresher.run_once():
                rounds += 1
            report = verify(database)
            assert report.clean, report.findings
            return rounds

        yield run


@pytest.fixture
def die_after(look: Look, monkeypatch: pytest.MonkeyPatch) -> DieAfter:
    """Look for themes, to be killed after so many transactions; whether there were as many."""

    def run(transactions: int) -> bool:
        transact, left = Database.transact, iter(range(transactions))

        def until(self: Database, work: Any) -> Any:
            if next(left, None) is None:
                raise KeyboardInterrupt
            return transact(self, work)

        with monkeypatch.context() as patch:
            patch.setattr(Database, "transact", until)
            try:
                look()
            except KeyboardInterrupt:
                return True
        return False

    return run


@pytest.fixture
def themes(database: Database) -> Themes:
    """The themes that are not merged into others, the oldest first."""

    def read() -> list[PainPoint]:
        with database.read() as session:
            unmerged = select(PainPoint).where(col(PainPoint.merged_into).is_(None))
            return list(session.exec(unmerged.order_by(col(PainPoint.id))))

    return read


def mean_of(database: Database, theme: PainPoint, analyzer: FakeAnalyzer | None = None) -> bytes:
    """The mean of what the model has read of a theme."""
    space = Engine(analyzer or FakeAnalyzer()).space
    with database.read() as session:
        return centroid_to_bytes(
            centroid(sample_of(session, space, theme.workspace_id, theme.id, 9).vectors)
        )


def members(database: Database, theme: UUID | None) -> set[UUID]:
    """The feedback of a theme."""
    with database.read() as session:
        of_it = select(Mention.feedback_id).where(col(Mention.pain_point_id) == theme)
        return set(session.exec(of_it))
