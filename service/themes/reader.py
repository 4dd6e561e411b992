"""Which version of the analysis has the last word: that of the worker that started last.

While workers have several, none of the others does over what has been done with another version:
each would undo what the other does, without end.
"""

from sqlmodel import Session, select

from models.reader import Reader
from service.db import insert_into


def start(session: Session, version: str) -> None:
    """Note that a worker with ``version`` starts."""
    new = insert_into(session, Reader).values(id=1, version=version)
    session.execute(new.on_conflict_do_update(index_elements=["id"], set_={"version": version}))


def has_last_word(session: Session, version: str) -> bool:
    """Whether no worker with another version has started since one with this."""
    return session.exec(select(Reader.version)).first() in (None, version)
