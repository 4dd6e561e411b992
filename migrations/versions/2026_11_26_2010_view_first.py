"""The view in front of the day in the key of items over spans: what one view sees lies together.

Nine of ten rows are of other views than the one that a read wants; it had to pass them all.

Locks: PostgreSQL builds the index of the key anew while nobody reads or writes the table, a minute
for ten million mentions. SQLite, which keeps rows in the order of their key, copies the table.
"""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_26_2010"
down_revision: str | None = "2026_11_26_1930"

TABLE: Final = "rollup_item_span"
DIMENSIONS: Final = ("kind", "source", "channel", "language")
VIEW_FIRST: Final = ("workspace_id", "span", "view", "start", *DIMENSIONS, "cells", "scale")
DAY_FIRST: Final = ("workspace_id", "span", "start", *DIMENSIONS, "view", "cells", "scale")
KINDS: Final[dict[str, Any]] = {"workspace_id": sa.Uuid, "start": sa.Date}
COUNTERS: Final = {
    "items": sa.Integer,
    "value_milli": sa.BigInteger,
    "high": sa.Integer,
    "low": sa.Integer,
}


def upgrade() -> None:
    _order(VIEW_FIRST)


def downgrade() -> None:
    _order(DAY_FIRST)


def _order(key: tuple[str, ...]) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"ALTER TABLE {TABLE} DROP CONSTRAINT pk_{TABLE}, "
            f"ADD CONSTRAINT pk_{TABLE} PRIMARY KEY ({', '.join(key)})"
        )
        return
    before = f"{TABLE}_before"
    op.rename_table(TABLE, before)
    op.create_table(
        TABLE,
        *(sa.Column(name, KINDS.get(name, sa.String)(), nullable=False) for name in key),
        *(sa.Column(name, kind(), nullable=False) for name, kind in COUNTERS.items()),
        sa.PrimaryKeyConstraint(*key, name=f"pk_{TABLE}"),
        sqlite_with_rowid=False,
    )
    columns = ", ".join((*key, *COUNTERS))
    op.execute(
        f"INSERT INTO {TABLE} ({columns}) "  # noqa: S608 - own names
        f"SELECT {columns} FROM {before} ORDER BY {', '.join(key)}"
    )
    op.drop_table(before)
