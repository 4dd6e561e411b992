"""Run by Alembic: on the connection of ``migrations.upgrade``, or for its command line.

``alembic -x url=… revision --autogenerate -m "add hooks"`` writes a new dated migration;
without ``-x url=`` the database of ``service.settings`` is compared.
"""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import models
from migrations import exclusive
from models.types import Json, UtcDateTime
from service.settings import Settings

assert models  # imported for its tables  # noqa: S101


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Our column types as plain SQLAlchemy, so that old migrations don't depend on our code."""
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and item is Json:
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def migrate(connection: Connection) -> None:
    """Run what was asked for, in the transaction that ``connection`` is in."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    url = context.get_x_argument(as_dictionary=True).get("url") or Settings().sqlalchemy_url
    with exclusive(url) as connection:
        migrate(connection)
