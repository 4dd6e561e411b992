"""Declares attributes. Changes require the exclusive lock: see ``building``."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, func
from sqlmodel import Session, select

from models.attribute import BUILDING, READY, DeclaredAttribute
from models.tables import DECLARED_ATTRIBUTE
from service.attributes.schemas import AttributeOut, AttributesOut
from service.rollups.apply import SPAN_TABLES
from service.rollups.declared import declared_in, lock_declared_exclusively
from service.rollups.segments import segment_keys


def attributes_out(session: Session, workspace_id: UUID) -> AttributesOut:
    """The declared attributes."""
    declared = declared_in(session, workspace_id)
    return AttributesOut(
        items=[
            AttributeOut(name=each.name, state=READY if each.ready else BUILDING)
            for each in declared
        ]
    )


def declare(session: Session, workspace_id: UUID, names: Collection[str]) -> None:
    """Declare exactly these attributes; the roll-ups of those no longer declared are deleted."""
    lock_declared_exclusively(session, workspace_id)
    known = {each.name for each in declared_in(session, workspace_id)}
    for name in sorted(known - set(names)):
        _delete_attribute(session, workspace_id, name)
    session.add_all(
        DeclaredAttribute(workspace_id=workspace_id, name=name)
        for name in sorted(set(names) - known)
    )
    session.flush()


def _delete_attribute(session: Session, workspace_id: UUID, name: str) -> None:
    (first,) = segment_keys(name, [""])
    for table in SPAN_TABLES:
        own = func.substr(table.c.segment, 1, len(first)) == first
        session.execute(delete(table).where(table.c.workspace_id == workspace_id, own))
    attribute = DECLARED_ATTRIBUTE.c
    session.execute(
        delete(DECLARED_ATTRIBUTE).where(
            attribute.workspace_id == workspace_id, attribute.name == name
        )
    )


def next_building(session: Session) -> tuple[UUID, str] | None:
    """A declared attribute of any workspace whose roll-ups are to be built."""
    found = (
        select(DeclaredAttribute.workspace_id, DeclaredAttribute.name)
        .where(DeclaredAttribute.state == BUILDING)
        .order_by(DECLARED_ATTRIBUTE.c.workspace_id, DECLARED_ATTRIBUTE.c.name)
    )
    return session.exec(found.limit(1)).first()
