"""Sessions of people who signed in with a key: how they begin and what ends them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import col, func, select

from models.api_key import ApiKey
from models.web_session import WebSession
from models.workspace import Workspace
from service.clock import now
from service.db import Database
from service.keys import queries, service, sessions
from service.keys.caller import Caller
from service.keys.schemas import NewKey, Scope
from service.keys.sessions import LASTS, KeyCannotRead, Visitor


def key_of(
    database: Database, workspace: Workspace, *scopes: Scope, expires_at: datetime | None = None
) -> Caller:
    """A key as its caller."""
    with database.write() as session:
        wanted = NewKey(name="me", scopes=list(scopes), expires_at=expires_at)
        key, _ = service.make(session, workspace.id, wanted)
        return Caller(workspace.id, key.id, frozenset(scopes), expires_at=expires_at)


def begin(database: Database, caller: Caller) -> str:
    return database.transact(lambda session: sessions.sign_in(session, caller))


def find(database: Database, secret: str) -> Visitor | None:
    with database.read() as session:
        return sessions.visitor_with(session, secret)


def stored(database: Database) -> list[WebSession]:
    with database.read() as session:
        return list(session.exec(select(WebSession)))


@pytest.mark.parametrize("scope", ["read", "manage"])
def test_a_session_stands_for_its_key(
    database: Database, workspace: Workspace, scope: Scope
) -> None:
    caller = key_of(database, workspace, scope)
    found = find(database, begin(database, caller))
    assert found == Visitor(caller, "acme")


def test_only_a_hash_is_stored(database: Database, workspace: Workspace) -> None:
    secrets = {begin(database, key_of(database, workspace, "read")) for _ in range(2)}
    rows = stored(database)
    assert len(secrets) == 2
    assert all(len(secret) >= 43 for secret in secrets)
    assert not secrets & {value for row in rows for value in map(str, row.model_dump().values())}


@pytest.mark.parametrize("secret", ["", "x", "\0", "\ud800", "é" * 200])
def test_an_unknown_secret_stands_for_nobody(database: Database, secret: str) -> None:
    assert find(database, secret) is None


def test_a_key_that_may_not_read_signs_nobody_in(database: Database, workspace: Workspace) -> None:
    caller = key_of(database, workspace, "ingest")
    with pytest.raises(KeyCannotRead):
        begin(database, caller)
    assert stored(database) == []


def test_it_ends_after_twelve_hours(
    database: Database, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = begin(database, key_of(database, workspace, "read"))
    end = stored(database)[0].expires_at
    assert end == stored(database)[0].created_at + LASTS
    for at, lives in ((end - timedelta(seconds=1), True), (end, False)):
        monkeypatch.setattr(sessions, "now", lambda at=at: at)
        assert (find(database, secret) is not None) is lives


def test_it_ends_with_its_key(database: Database, workspace: Workspace) -> None:
    caller = key_of(database, workspace, "read")
    secret = begin(database, caller)
    with database.write() as session:
        service.revoke(session, workspace.id, caller.key_id)
    assert find(database, secret) is None


def test_it_never_outlives_its_key(
    database: Database, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = now() + timedelta(hours=1)
    secret = begin(database, key_of(database, workspace, "read", expires_at=end))
    assert [row.expires_at for row in stored(database)] == [end]
    monkeypatch.setattr(sessions, "now", lambda: end)
    assert find(database, secret) is None


def test_a_key_that_was_given_an_end_ends_it(database: Database, workspace: Workspace) -> None:
    caller = key_of(database, workspace, "read")
    secret = begin(database, caller)
    with database.write() as session:
        key = session.exec(select(ApiKey).where(col(ApiKey.id) == caller.key_id)).one()
        key.expires_at = datetime(2020, 1, 1, tzinfo=UTC)
        session.add(key)
    assert find(database, secret) is None


def test_signing_out_ends_one_session(database: Database, workspace: Workspace) -> None:
    caller = key_of(database, workspace, "read")
    mine, other = begin(database, caller), begin(database, caller)
    for _ in range(2):
        database.transact(lambda session: sessions.sign_out(session, mine))
    assert find(database, mine) is None
    assert find(database, other) is not None


def test_sessions_that_are_over_go_when_somebody_signs_in(
    database: Database, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = key_of(database, workspace, "read")
    begin(database, caller)
    later = now() + LASTS
    monkeypatch.setattr(sessions, "now", lambda: later)
    begin(database, caller)
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(WebSession)).one() == 1


def test_a_session_knows_its_own_workspace_alone(database: Database, workspace: Workspace) -> None:
    with database.write() as session:
        other = queries.ensure_workspace(session, "other")
    secrets = {w.id: begin(database, key_of(database, w, "read")) for w in (workspace, other)}
    found: dict[UUID, Visitor | None] = {id_: find(database, s) for id_, s in secrets.items()}
    assert {id_: v and v.caller.workspace_id for id_, v in found.items()} == {i: i for i in found}
