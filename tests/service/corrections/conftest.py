"""Feedback that was read, and somebody who corrects it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from models.feedback import Feedback
from models.workspace import Workspace
from service.db import Database
from service.verify.checks import verify
from tests.credentials import Keys, bearer
from tests.service.conftest import Analyse
from tests.service.rows import feedback_row

TEXT = "The app is slow. The checkout declined my card. Great support"
MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)

Correct = Callable[..., Any]


def review(workspace: Workspace, text: str, **columns: Any) -> Feedback:
    """A review that waits to be read."""
    moments = dict.fromkeys(("occurred_at", "received_at", "due_at"), MOMENT)
    return feedback_row(workspace.id, text=text, **moments, **columns)


@pytest.fixture
def item(database: Database, workspace: Workspace, analyse: Analyse) -> UUID:
    """One analysed review: usage/mobile_app, purchase/checkout and support/support."""
    row = review(workspace, TEXT)
    with database.write() as session:
        session.add(row)
    analyse()
    return row.id


@pytest.fixture
def correct(client: TestClient, keys: Keys, item: UUID, database: Database) -> Correct:
    """``correct(1, stage="usage")`` answers the item; ``status`` is the one to expect."""

    def send(number: int, status: int = 200, journey: str | None = None, **body: Any) -> Any:
        answer = client.patch(
            f"/v1/feedback/{item}/mentions/{number}",
            json=body,
            params={"journey": journey} if journey else {},
            headers=bearer(keys.manage),
        )
        assert answer.status_code == status, answer.text
        assert verify(database).clean
        return answer.json()

    return send
