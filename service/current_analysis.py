"""Which version of the analysis is current: that of the worker that started last.

While workers with several versions run, the others do not redo work of the current version: each
would undo the other's work, endlessly.
"""

from typing import Final

from sqlmodel import Session, select

from models.current_analysis import CurrentAnalysis
from service.db import insert_into

REANALYSE: Final = "0"
"""As an item's ``analysis_version``: no worker has it, so any worker analyses the item again."""


def make_current(session: Session, version: str) -> None:
    """Record that a worker with ``version`` starts."""
    new = insert_into(session, CurrentAnalysis).values(id=1, version=version)
    session.execute(new.on_conflict_do_update(index_elements=["id"], set_={"version": version}))


def is_current(session: Session, version: str) -> bool:
    """Whether no worker with another version has started since one with this version."""
    return session.exec(select(CurrentAnalysis.version)).first() in (None, version)


def public_version(version: str | None) -> str | None:
    """An item's ``analysis_version`` for users: none if it is to be analysed again anyway."""
    return None if version == REANALYSE else version
