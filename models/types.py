"""Column types and ids that behave the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, DateTime, Dialect, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel
from uuid_utils import uuid7

# Set before any table is made: migrations can only change a constraint that has a known name.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def new_id(at: datetime | None = None) -> UUID:
    """A new UUIDv7: unique, and sortable by its time, which is now or ``at`` (aware)."""
    nanoseconds = None if at is None else round(at.timestamp() * 1e9)
    return UUID(int=uuid7(nanoseconds=nanoseconds).int)


def first_id(at: datetime) -> UUID:
    """The smallest id that can be created at or after ``at`` (aware); no id is from before 1970.

    RFC 9562, 5.7.
    """
    milliseconds = max(int(at.timestamp() * 1000), 0)
    return UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in, aware UTC out. SQLite drops offsets, so times are converted here.

    Raises:
        ValueError: a naive datetime was about to be stored.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time must be aware")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json: Any = JSON().with_variant(JSONB(), "postgresql")
"""JSON on SQLite, JSONB on PostgreSQL."""
