"""Senders: a client with a key, and a look at what was stored."""

from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import col, select

from models.feedback import Feedback
from models.workspace import Workspace
from service.db import Database
from service.intake.accept import Acceptor
from service.intake.drafts import DraftBuilder
from tests.credentials import Keys, bearer

SURVEYS = "/v1/feedback/surveys"
REVIEWS = "/v1/feedback/reviews"
TICKETS = "/v1/feedback/tickets"
BATCH = "/v1/feedback/batch"

Send = Callable[..., Response]
Stored = Callable[[], list[Feedback]]


@pytest.fixture
def send(client: TestClient, keys: Keys) -> Send:
    """POST JSON (or bytes) with the ingest key: ``send(SURVEYS, {"text": "…"}, key="k-1")``."""

    def post(path: str, body: Any, key: str | None = None, **headers: str) -> Response:
        headers = bearer(keys.ingest) | {"content-type": "application/json"} | headers
        if key is not None:
            headers["idempotency-key"] = key
        sent = {"content": body} if isinstance(body, bytes) else {"json": body}
        return client.post(path, headers=headers, **sent)

    return post


@pytest.fixture
def stored(database: Database) -> Stored:
    """Everything that is stored, in the order of its receipt."""

    def read() -> list[Feedback]:
        with database.read() as session:
            return list(session.exec(select(Feedback).order_by(col(Feedback.id))))

    return read


@pytest.fixture
def builder(database: Database, workspace: Workspace) -> DraftBuilder:
    """Drafts for the workspace."""
    return DraftBuilder(database, workspace.id, 1000)


@pytest.fixture
def acceptor(database: Database) -> Iterator[Acceptor]:
    """A running acceptor."""
    running = Acceptor(database, Event())
    running.start()
    yield running
    running.stop()


def names_at_fault(response: Response) -> list[str]:
    """The fields that a problem names."""
    return [param["name"] for param in response.json()["invalid_params"]]


def reason(response: Response) -> str:
    """The reasons of a problem, as one text."""
    return " ".join(param["reason"] for param in response.json()["invalid_params"])
