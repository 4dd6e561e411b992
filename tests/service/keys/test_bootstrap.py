"""The first key."""

import stat
from collections.abc import Callable
from datetime import timedelta
from errno import EACCES
from pathlib import Path

import pytest
from sqlmodel import select

from models.api_key import ApiKey
from service.clock import now
from service.db import Database
from service.keys import queries, service
from service.keys.bootstrap import (
    FILE,
    WORKSPACE,
    FirstKey,
    UnreadableKeyFile,
    bootstrap,
    secret_in,
)
from service.keys.schemas import NewKey
from service.keys.tokens import hash_of
from service.settings import Settings
from tests.conftest import StartClient
from tests.credentials import bearer

GIVEN = "a-key-that-somebody-chose"


def stored(database: Database) -> list[ApiKey]:
    with database.read() as session:
        return list(session.exec(select(ApiKey)))


def test_given_key_exists_with_every_scope(database: Database, settings: Settings) -> None:
    settings.bootstrap_key = GIVEN
    assert bootstrap(database, settings) is None
    assert bootstrap(database, settings) is None
    (key,) = stored(database)
    assert key.hash == hash_of(GIVEN)
    assert key.scopes == ["ingest", "manage", "read"]
    assert not (settings.data_dir / FILE).exists()


def test_given_key_opens_the_service(start: StartClient) -> None:
    client = start(bootstrap_key=GIVEN)
    assert client.get("/v1/keys", headers=bearer(GIVEN)).status_code == 200


def test_made_key_is_told_once_and_kept_for_the_owner_alone(
    database: Database, settings: Settings
) -> None:
    file = settings.data_dir / FILE
    first = bootstrap(database, settings)
    assert first is not None
    assert first.file == file
    assert first.secret is not None
    assert bootstrap(database, settings) == FirstKey(file)
    assert file.read_text() == first.secret + "\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(settings.data_dir.iterdir()) == [file]
    assert [key.hash for key in stored(database)] == [hash_of(first.secret)]


def test_kept_key_survives_a_new_database(database: Database, settings: Settings) -> None:
    settings.data_dir.mkdir()
    file = settings.data_dir / FILE
    file.write_text(GIVEN + "\n")
    assert bootstrap(database, settings) == FirstKey(file, GIVEN)


def test_an_empty_file_keeps_no_key(database: Database, settings: Settings) -> None:
    settings.data_dir.mkdir()
    file = settings.data_dir / FILE
    file.touch()
    first = bootstrap(database, settings)
    assert first is not None
    assert first.secret
    assert file.read_text() == first.secret + "\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_key_that_may_not_manage_is_no_first_key(database: Database, settings: Settings) -> None:
    with database.write() as session:
        workspace = queries.ensure_workspace(session, WORKSPACE)
        service.make(session, workspace.id, NewKey(name="report", scopes=["read"]))
    first = bootstrap(database, settings)
    assert first is not None
    assert hash_of(first.secret or "") in [key.hash for key in stored(database)]


def test_another_key_is_made_when_none_that_may_manage_is_left(
    database: Database, settings: Settings
) -> None:
    first = bootstrap(database, settings)
    with database.write() as session:
        key = session.exec(select(ApiKey)).one()
        key.expires_at = now() - timedelta(days=1)
        session.add(key)
    second = bootstrap(database, settings)
    assert first is not None
    assert second is not None
    assert second.secret not in (None, first.secret)
    assert secret_in(settings.data_dir / FILE) == second.secret


def test_the_file_of_another_database_is_neither_told_nor_changed(
    database: Database, settings: Settings
) -> None:
    settings.bootstrap_key = GIVEN
    bootstrap(database, settings)
    settings.bootstrap_key = None
    settings.data_dir.mkdir()
    (settings.data_dir / FILE).write_text("a-key-of-elsewhere\n")
    assert bootstrap(database, settings) is None
    assert secret_in(settings.data_dir / FILE) == "a-key-of-elsewhere"


def _a_folder(file: Path) -> None:
    file.mkdir()


def _damaged(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")


@pytest.mark.parametrize("spoil", [_a_folder, _damaged])
def test_a_file_that_can_not_be_read_keeps_nobody_out_who_has_a_key(
    database: Database, settings: Settings, spoil: Callable[[Path], None]
) -> None:
    file = settings.data_dir / FILE
    assert bootstrap(database, settings) is not None
    file.unlink()
    spoil(file)
    assert bootstrap(database, settings) is None
    assert len(stored(database)) == 1
    with pytest.raises(UnreadableKeyFile, match=r"bootstrap\.key can't be read"):
        secret_in(file)


def test_a_file_that_may_not_be_read_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_file: Path) -> str:
        raise PermissionError(EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refused)
    with pytest.raises(UnreadableKeyFile, match="can't be read: Permission denied"):
        secret_in(settings.data_dir / FILE)


def test_no_key_is_made_where_there_is_one(database: Database, settings: Settings) -> None:
    settings.bootstrap_key = GIVEN
    bootstrap(database, settings)
    settings.bootstrap_key = None
    assert bootstrap(database, settings) is None
    assert len(stored(database)) == 1


def test_an_earlier_key_stays_valid_and_is_named_until_it_is_revoked(
    database: Database, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.bootstrap_key = GIVEN
    bootstrap(database, settings)
    (old,) = stored(database)
    settings.bootstrap_key = "another-key-that-somebody-chose"
    bootstrap(database, settings)
    (warning,) = caplog.records
    assert warning.message == "other_bootstrap_keys_active"
    assert vars(warning)["key_ids"] == [str(old.id)]
    with database.write() as session:
        service.revoke(session, old.workspace_id, old.id)
    bootstrap(database, settings)
    assert len(caplog.records) == 1


def test_revoked_key_stays_revoked(
    database: Database, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.bootstrap_key = GIVEN
    bootstrap(database, settings)
    with database.write() as session:
        workspace = queries.workspace_named(session, WORKSPACE)
        assert workspace is not None
        service.revoke(session, workspace.id, stored(database)[0].id)
    bootstrap(database, settings)
    assert stored(database)[0].revoked_at is not None
    assert "bootstrap_key_is_revoked" in caplog.text
