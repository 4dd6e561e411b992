"""The first key: given in the settings, or made once and kept in the data directory."""

import logging
import os
from pathlib import Path
from typing import Final

from sqlmodel import Session

from models.workspace import Workspace
from service.db import Database
from service.keys import queries, service
from service.keys.schemas import SCOPES, NewKey
from service.keys.tokens import hash_of, new_secret
from service.settings import Settings

WORKSPACE: Final = "default"
FILE: Final = "bootstrap.key"
_log = logging.getLogger(__name__)


def bootstrap(database: Database, settings: Settings) -> str | None:
    """Make sure that somebody can get in; the secret, if one was made up just now.

    ``VOC_BOOTSTRAP_KEY`` exists afterwards, unless it has been revoked: that stays. Without it,
    and only if the workspace never had a key, a new one is written to ``data_dir/bootstrap.key``.
    """
    if settings.bootstrap_key is not None:
        given = settings.bootstrap_key
        database.transact(lambda session: _ensure(session, given))
        return None
    return database.transact(lambda session: _first(session, settings.data_dir / FILE))


def _ensure(session: Session, secret: str) -> None:
    workspace = queries.ensure_workspace(session, WORKSPACE)
    key = queries.by_hash(session, hash_of(secret))
    if key is None:
        _make(session, workspace, secret)
    elif key.revoked_at is not None:
        _log.warning("bootstrap_key_is_revoked", extra={"key_id": str(key.id)})


def _first(session: Session, file: Path) -> str | None:
    workspace = queries.ensure_workspace(session, WORKSPACE)
    if queries.has_keys(session, workspace.id):
        return None
    secret = file.read_text().strip() if file.exists() else _keep(new_secret(), file)
    _make(session, workspace, secret)
    return secret


def _make(session: Session, workspace: Workspace, secret: str) -> None:
    service.make(session, workspace.id, NewKey(name="bootstrap", scopes=list(SCOPES)), secret)


def _keep(secret: str, file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(secret + "\n")
    return secret
