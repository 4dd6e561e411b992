"""Making a key once, although the request may come again."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from service.db import Database
from service.keys import service
from service.keys.schemas import Key, MadeKey, NewKey
from service.web.idempotency import REPLAYED, StoredAnswer, recall, remember

Made = tuple[MadeKey, dict[str, str]]


def make(
    database: Database, workspace_id: UUID, wanted: NewKey, key: str | None, fingerprint: str
) -> Made:
    """A new key and the answer's headers; the first one, without its secret, for a repetition."""

    def work(session: Session) -> Made:
        return _make(session, workspace_id, wanted, key, fingerprint)

    try:
        return database.transact(work)
    except IntegrityError:  # the same request was committed meanwhile: its answer is there now
        return database.transact(work)


def _make(
    session: Session, workspace_id: UUID, wanted: NewKey, key: str | None, fingerprint: str
) -> Made:
    if key and (stored := recall(session, workspace_id, key, fingerprint)):
        return MadeKey(**stored.body, secret=None), REPLAYED
    row, secret = service.make(session, workspace_id, wanted)
    shown = Key.of(row)
    if key:
        answer = StoredAnswer(201, shown.model_dump(mode="json"))
        remember(session, workspace_id, key, fingerprint, answer)
    return MadeKey(**shown.model_dump(), secret=secret), {}
