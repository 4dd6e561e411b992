"""Which version of the analysis has the last word: that of the worker that started last.

While workers have several, none of the others does over what has been done with another version:
each would undo what the other does, without end.
"""

from typing import Final

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, select

from models.reader import Reader

READER: Final[Table] = SQLModel.metadata.tables[str(Reader.__tablename__)]


def start(session: Session, version: str) -> None:
    """Note that a worker with ``version`` starts."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    new = insert(READER).values(id=1, version=version)
    session.execute(new.on_conflict_do_update(index_elements=["id"], set_={"version": version}))


def has_last_word(session: Session, version: str) -> bool:
    """Whether no worker with another version has started since one with this."""
    return session.exec(select(Reader.version)).first() in (None, version)
