"""A small workspace whose measures are worked out by hand in the tests."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.workspace import Workspace
from service.db import Database
from tests.credentials import Keys, bearer
from tests.service.rows import NOON, Said, nps, write

Get = Callable[..., Any]

CHECKOUT = ("purchase", "checkout")
PRODUCT = ("usage", "product")


@pytest.fixture
def get(client: TestClient, keys: Keys) -> Get:
    """The JSON that the reader gets: ``get("/v1/trends", by="day")``; 200 unless ``status``."""

    def ask(path: str, status: int = 200, **params: Any) -> Any:
        answer = client.get(path, headers=bearer(keys.read), params=params or None)
        assert answer.status_code == status, answer.text
        return answer.json()

    return ask


@pytest.fixture
def shop(database: Database, workspace: Workspace) -> None:
    """Five NPS answers (3, 9, 10, 0, 7) on 4 March, one complaint a week before."""
    said: list[tuple[int, list[Said]]] = [
        (3, [Said(*CHECKOUT, severity=2, text="card"), Said(*PRODUCT, "positive")]),
        (9, [Said(*CHECKOUT, severity=1, text="slow")]),
        (10, [Said(*PRODUCT, "positive")]),
        (0, [Said("onboarding", "delivery", severity=3), Said("support", "returns", severity=2)]),
        (7, [Said(*CHECKOUT, "positive")]),
    ]
    with database.write() as session:
        for minute, (score, mentions) in enumerate(said):
            at = NOON + timedelta(minutes=minute)
            write(session, workspace.id, mentions, occurred_at=at, **nps(score))
        week = timedelta(days=7)
        write(session, workspace.id, [Said(*CHECKOUT, severity=1)], occurred_at=NOON - week)
