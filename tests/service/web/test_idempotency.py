"""One key, one request, one answer, for a day, within a workspace."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from models.idempotency import Idempotency
from models.workspace import Workspace
from service.clock import now
from service.db import Database
from service.web.idempotency import (
    REPLAYED,
    RETENTION,
    IdempotencyKeyReused,
    IdempotentRequest,
    JsonAnswer,
    find_answer,
    fingerprint,
    purge,
    store_answer,
)

ANSWER = JsonAnswer(202, {"id": "1"}, {"Location": "/v1/feedback/1"})
REQUEST = IdempotentRequest("k", fingerprint("POST", "/v1/feedback/surveys", b"{}"))


def store(database: Database, workspace: Workspace) -> None:
    with database.write() as session:
        store_answer(session, workspace.id, REQUEST, ANSWER)


def age(database: Database, by: timedelta) -> None:
    with database.write() as session:
        row = session.exec(select(Idempotency)).one()
        row.created_at -= by
        session.add(row)


def test_answer_is_recalled(database: Database, workspace: Workspace) -> None:
    store(database, workspace)
    with database.write() as session:
        assert find_answer(session, workspace.id, REQUEST) == replace(
            ANSWER, headers=ANSWER.headers | REPLAYED
        )
        assert find_answer(session, workspace.id, REQUEST._replace(key="other")) is None


def test_key_for_another_request_is_refused(database: Database, workspace: Workspace) -> None:
    store(database, workspace)
    with database.write() as session, pytest.raises(IdempotencyKeyReused):
        find_answer(session, workspace.id, REQUEST._replace(fingerprint="of another body"))


def test_answers_of_another_workspace_are_not_seen(
    database: Database, workspace: Workspace
) -> None:
    store(database, workspace)
    other = Workspace(name="other", salt="", created_at=now())
    with database.write() as session:
        session.add(other)
        session.flush()
        assert find_answer(session, other.id, REQUEST) is None


def test_answer_is_forgotten_after_a_day(database: Database, workspace: Workspace) -> None:
    store(database, workspace)
    age(database, RETENTION + timedelta(seconds=1))
    with database.write() as session:
        assert find_answer(session, workspace.id, REQUEST) is None
        store_answer(session, workspace.id, REQUEST, ANSWER)


def test_second_of_two_at_once_is_undone(database: Database, workspace: Workspace) -> None:
    store(database, workspace)
    with pytest.raises(IntegrityError):
        store(database, workspace)


def test_purge_deletes_what_is_old_and_nothing_else(
    database: Database, workspace: Workspace
) -> None:
    store(database, workspace)
    age(database, timedelta(hours=30))
    with database.write() as session:
        store_answer(session, workspace.id, REQUEST._replace(key="fresh"), ANSWER)
    with database.write() as session:
        assert purge(session, now() - RETENTION) == 1
    with database.read() as session:
        assert [row.key for row in session.exec(select(Idempotency))] == ["fresh"]


def test_fingerprint_depends_on_method_path_and_body() -> None:
    prints = {
        fingerprint("POST", "/a", b""),
        fingerprint("PUT", "/a", b""),
        fingerprint("POST", "/b", b""),
        fingerprint("POST", "/a", b" "),
    }
    assert len(prints) == 4
