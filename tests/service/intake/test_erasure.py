"""What is erased is gone from everything."""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, func, select

from models.feedback import Feedback
from models.mention import Mention
from models.rollup import Rollup, RollupItem
from service import items
from service.db import Database
from service.intake import queries, upserts
from service.rollups.apply import Delta, apply
from service.verify.checks import verify
from tests.credentials import Keys, bearer
from tests.service.conftest import Analyse
from tests.service.intake.conftest import SURVEYS, Send, Stored

TEXT = "The checkout is broken. I love the app."


def rows(database: Database) -> list[int]:
    with database.read() as session:
        return [
            session.exec(select(func.count()).select_from(table)).one()
            for table in (Feedback, Mention, Rollup, RollupItem)
        ]


def test_one_item_goes_with_its_mentions_and_figures(
    client: TestClient, keys: Keys, send: Send, analyse: Analyse, database: Database
) -> None:
    location = send(SURVEYS, {"text": TEXT}).headers["location"]
    analyse()
    assert all(rows(database))
    answer = client.delete(location, headers=bearer(keys.manage))
    assert (answer.status_code, answer.json()) == (200, {"feedback": 1, "mentions": 2})
    assert rows(database) == [0, 0, 0, 0]
    assert client.delete(location, headers=bearer(keys.manage)).status_code == 404


def test_all_of_a_customer_goes_and_nothing_of_another(
    client: TestClient, keys: Keys, send: Send, analyse: Analyse, stored: Stored, database: Database
) -> None:
    for customer in ("jane@example.com", "jane@example.com", "c/18 ü"):
        send(SURVEYS, {"text": TEXT, "customer": customer})
    analyse()
    answer = client.delete("/v1/customers/jane@example.com", headers=bearer(keys.manage))
    assert answer.json() == {"feedback": 2, "mentions": 4}
    assert len(stored()) == 1
    assert verify(database).clean
    answer = client.delete("/v1/customers/c%2F18%20u%CC%88", headers=bearer(keys.manage))
    assert answer.json()["feedback"] == 1
    assert rows(database) == [0, 0, 0, 0]


def test_an_unknown_customer_is_no_error(client: TestClient, keys: Keys) -> None:
    answer = client.delete("/v1/customers/nobody", headers=bearer(keys.manage))
    assert (answer.status_code, answer.json()) == (200, {"feedback": 0, "mentions": 0})


def test_a_large_customer_is_erased_in_one_go(
    client: TestClient, keys: Keys, send: Send, database: Database
) -> None:
    items = [{"kind": "survey", "text": "x", "customer": "c"} for _ in range(1000)]
    send("/v1/feedback/batch", {"items": items})
    answer = client.delete("/v1/customers/c", headers=bearer(keys.manage))
    assert answer.json()["feedback"] == 1000
    assert rows(database)[0] == 0


def test_all_items_are_locked_before_any_figure_is_touched(
    client: TestClient,
    keys: Keys,
    send: Send,
    analyse: Analyse,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where it takes several statements; the figures are changed once."""
    for _ in range(5):
        send(SURVEYS, {"text": TEXT, "customer": "c"})
    analyse()
    monkeypatch.setattr(items, "MAX_IDS", 2)
    monkeypatch.setattr(queries, "MAX_IDS", 2)
    locked = []

    def noted(session: Session, delta: Delta) -> None:
        locked.append(sum(isinstance(row, Feedback) for row in session.identity_map.values()))
        apply(session, delta)

    monkeypatch.setattr(upserts, "apply", noted)
    answer = client.delete("/v1/customers/c", headers=bearer(keys.manage))
    assert answer.json() == {"feedback": 5, "mentions": 10}
    assert locked == [5]
    assert rows(database) == [0, 0, 0, 0]


def test_another_workspace_finds_nothing_to_erase_or_replay(
    client: TestClient, other_keys: Keys, send: Send, stored: Stored
) -> None:
    location = send(SURVEYS, {"text": TEXT, "customer": "c"}).headers["location"]
    theirs = bearer(other_keys.manage)
    assert client.delete(location, headers=theirs).status_code == 404
    assert client.post(f"{location}/replay", headers=theirs).status_code == 404
    assert client.delete("/v1/customers/c", headers=theirs).json()["feedback"] == 0
    assert len(stored()) == 1


def test_only_a_manager_may_erase(client: TestClient, keys: Keys, send: Send) -> None:
    location = send(SURVEYS, {"text": TEXT}).headers["location"]
    for secret in (keys.ingest, keys.read):
        assert client.delete(location, headers=bearer(secret)).status_code == 403
        assert client.delete("/v1/customers/c", headers=bearer(secret)).status_code == 403
        assert client.post(f"{location}/replay", headers=bearer(secret)).status_code == 403
