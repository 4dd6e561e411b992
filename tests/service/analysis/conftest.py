"""Feedback to analyse, and somebody who analyses it."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from models.workspace import Workspace
from service.analysis.engine import Engine
from service.analysis.service import BatchAnalyzer
from service.clock import now
from service.db import Database
from service.settings import Settings
from tests.fakes import FakeAnalyzer
from tests.service.rows import feedback_row

AddFeedback = Callable[..., UUID]
MakeBatchAnalyzer = Callable[..., BatchAnalyzer]
OCCURRED = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def add(database: Database, workspace: Workspace) -> AddFeedback:
    """Store one pending review: ``add("The app is slow", source="shop")`` returns its id."""
    numbers = count()

    def add(text: str = "The checkout was slow.", **columns: Any) -> UUID:
        number, moment = str(next(numbers)), now()
        values: dict[str, Any] = {
            "external_id": number,
            "text": text,
            "occurred_at": OCCURRED,
            "received_at": moment,
            "due_at": moment,
            "content_hash": number,
        }
        row = feedback_row(workspace.id, **values | columns)
        with database.write() as session:
            session.add(row)
        return row.id

    return add


@pytest.fixture
def batch_analyzer(database: Database, settings: Settings) -> MakeBatchAnalyzer:
    """A worker's claims, reading and writing: ``batch_analyzer(FakeAnalyzer(), batch_items=2)``."""

    def hire(analyzer: FakeAnalyzer | None = None, **changes: Any) -> BatchAnalyzer:
        changed = Settings(**settings.model_dump() | changes)
        return BatchAnalyzer(database, Engine(analyzer or FakeAnalyzer()), changed)

    return hire
