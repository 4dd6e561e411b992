"""The first key: given in the settings, or created once and kept in the data directory."""

import logging
import os
from pathlib import Path
from typing import Final, NamedTuple

from sqlmodel import Session

from models.api_key import ApiKey
from models.workspace import Workspace
from service.clock import now
from service.db import Database
from service.files import make_folder, open_new
from service.keys import queries, service
from service.keys.schemas import SCOPES, NewKey
from service.keys.tokens import hash_of, new_secret
from service.settings import Settings

WORKSPACE: Final = "default"
FILE: Final = "bootstrap.key"
NAME: Final = "bootstrap"
_log = logging.getLogger(__name__)


class UnreadableKeyFile(Exception):
    """The file of the first key exists and can't be read."""


class FirstKey(NamedTuple):
    """A live key that is kept in ``file``; ``secret`` is set only if it was created just now."""

    file: Path
    secret: str | None = None


def bootstrap(database: Database, settings: Settings) -> FirstKey | None:
    """Make sure that somebody has access; returns the first key if it is in use.

    ``VOC_BOOTSTRAP_KEY`` exists afterwards, unless it has been revoked: then it stays revoked.
    Earlier ones stay valid, as processes may start with different ones; a warning names them.
    Without it, and only if the workspace has no live key with the scope manage, a key is created
    and kept in ``data_dir/bootstrap.key``; the key already there is used again unless it was
    revoked or has expired.
    """
    if settings.bootstrap_key is not None:
        given = settings.bootstrap_key
        database.transact(lambda session: _ensure(session, given))
        return None
    return database.transact(lambda session: _first(session, settings.data_dir / FILE))


def secret_in(file: Path) -> str | None:
    """The secret in ``file``; None if there is no file or it is empty.

    Raises:
        UnreadableKeyFile: no permission to read it, a folder, or not text.
    """
    try:
        return file.read_text().strip() or None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnreadableKeyFile(f"{file} can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnreadableKeyFile(f"{file} can't be read: it is damaged") from error


def _ensure(session: Session, secret: str) -> None:
    workspace = queries.ensure_workspace(session, WORKSPACE)
    key = queries.by_hash(session, hash_of(secret))
    if key is None:
        _make(session, workspace, secret)
    elif key.revoked_at is not None:
        _log.warning("bootstrap_key_is_revoked", extra={"key_id": str(key.id)})
    others = [
        str(other.id)
        for other in queries.live_managers(session, workspace.id, now())
        if other.name == NAME and other.hash != hash_of(secret)
    ]
    if others:
        _log.warning("other_bootstrap_keys_active", extra={"key_ids": others})


def _first(session: Session, file: Path) -> FirstKey | None:
    workspace = queries.ensure_workspace(session, WORKSPACE)
    managers = queries.live_managers(session, workspace.id, now())
    if managers:
        return FirstKey(file) if _is_one_of(managers, file) else None
    secret = secret_in(file)
    if secret is None or queries.by_hash(session, hash_of(secret)) is not None:
        secret = _keep(new_secret(), file)
    _make(session, workspace, secret)
    return FirstKey(file, secret)


def _is_one_of(keys: list[ApiKey], file: Path) -> bool:
    """Whether ``file`` holds one of the keys; an unreadable file holds none."""
    try:
        secret = secret_in(file)
    except UnreadableKeyFile:
        return False
    return secret is not None and hash_of(secret) in {key.hash for key in keys}


def _make(session: Session, workspace: Workspace, secret: str) -> None:
    service.make(session, workspace.id, NewKey(name=NAME, scopes=list(SCOPES)), secret)


def _keep(secret: str, file: Path) -> str:
    """Write the file atomically, readable by its owner only."""
    make_folder(file.parent)
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    with open_new(fresh) as opened:
        opened.write(f"{secret}\n".encode())
        opened.flush()
        os.fsync(opened.fileno())
    fresh.replace(file)
    return secret
