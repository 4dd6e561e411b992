"""Feedback to be exported, and who fetches it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from models.workspace import Workspace
from service.db import Database
from tests.credentials import Keys, bearer
from tests.service.rows import NOON, Said, nps, write

Fetch = Callable[..., Response]
CHECKOUT = ("purchase", "checkout")
SAID = (
    '=HYPERLINK("https://evil.example";"open")',
    "+1 for a refund",
    "-50 % and still no card",
    "@team, the card was declined",
    "\tcard with a tab",
    'He said "no", twice,\nand hung up',
    "退货很慢",
)


@pytest.fixture
def said(database: Database, workspace: Workspace) -> None:
    """One NPS answer a text, a minute apart."""
    with database.write() as session:
        for minute, text in enumerate(SAID):
            write(
                session,
                workspace.id,
                [Said(*CHECKOUT, severity=2, text=text)],
                occurred_at=NOON + timedelta(minutes=minute),
                attributes={"persona": "smb" if minute % 2 else "big"},
                external_id=f"-r{minute}",
                **nps(minute),
            )


@pytest.fixture
def fetch(client: TestClient, keys: Keys) -> Fetch:
    """An export, as the reader gets it: ``fetch("mentions", format="csv")``."""

    def ask(what: str, status: int = 200, **params: Any) -> Response:
        path = f"/v1/exports/{what}"
        answer = client.get(path, headers=bearer(keys.read), params=params or None)
        assert answer.status_code == status, answer.text
        return answer

    return ask
