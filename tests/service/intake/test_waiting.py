"""Prefer: wait=N."""

from typing import NoReturn

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError, TimeoutError

from service.intake import waiting
from tests.conftest import StartClient
from tests.credentials import Keys, bearer
from tests.service.intake.conftest import SURVEYS, Send, Stored

ITEM = {"text": "The checkout is broken."}


def test_the_analysis_is_the_answer_if_it_is_there_in_time(start: StartClient, keys: Keys) -> None:
    client = start(worker="inline")
    headers = bearer(keys.ingest) | {"prefer": "respond-async, wait=10"}
    answer = client.post(SURVEYS, json=ITEM, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["preference-applied"] == "wait=10"
    assert answer.json()["analysis"]["stage"] == "purchase"
    read = client.get(answer.headers["location"], headers=bearer(keys.read))
    assert read.json() == answer.json()


def test_without_an_analysis_in_time_the_item_is_only_accepted(send: Send) -> None:
    answer = send(SURVEYS, ITEM, prefer="wait=0")
    assert (answer.status_code, "preference-applied" in answer.headers) == (202, False)
    answer = send(SURVEYS, ITEM, prefer="wait=1")
    assert (answer.status_code, answer.headers["preference-applied"]) == (202, "wait=1")
    assert answer.json()["state"] == "pending"


@pytest.mark.parametrize("prefer", ["wait", "wait=x", "wait=-1", "handling=lenient", ""])
def test_a_preference_that_makes_no_sense_is_none(send: Send, prefer: str) -> None:
    answer = send(SURVEYS, ITEM, prefer=prefer)
    assert (answer.status_code, "preference-applied" in answer.headers) == (202, False)


def test_a_longer_wait_than_ten_seconds_is_cut(start: StartClient, keys: Keys) -> None:
    client = start(worker="inline")
    headers = bearer(keys.ingest) | {"prefer": "wait=86400"}
    assert (
        client.post(SURVEYS, json=ITEM, headers=headers).headers["preference-applied"] == "wait=10"
    )


@pytest.mark.parametrize(
    "error",
    [OperationalError("SELECT", {}, Exception("gone")), TimeoutError("no connection is free")],
)
def test_what_is_stored_is_accepted_even_if_nobody_can_look_at_it(
    send: Send, stored: Stored, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> NoReturn:
        raise error

    monkeypatch.setattr(waiting, "state_of", fail)
    answer = send(SURVEYS, ITEM, prefer="wait=1")
    assert answer.status_code == 202
    assert [str(row.id) for row in stored()] == [answer.json()["id"]]


def test_what_was_erased_is_answered_as_the_first_time(
    client: TestClient, send: Send, keys: Keys
) -> None:
    first = send(SURVEYS, ITEM, key="k-1")
    client.delete(first.headers["location"], headers=bearer(keys.manage))
    again = send(SURVEYS, ITEM, key="k-1", prefer="wait=1")
    assert (again.status_code, again.json()) == (202, first.json())
    assert again.headers["idempotency-replayed"] == "true"
