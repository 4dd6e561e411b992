"""Declared attributes, and room for their segments in the roll-ups of longer spans.

Locks: PostgreSQL builds the indexes of three keys anew while nobody reads or writes the tables,
minutes for ten million mentions. SQLite, which keeps rows in the order of their key, copies the
tables. What is stored stays as it is: of the segment "".
"""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_27_0230"
down_revision: str | None = "2026_11_27_0010"

DIMENSIONS: Final = ("start", "kind", "source", "channel", "language")
EMOTIONS: Final = (
    "anger",
    "frustration",
    "disappointment",
    "confusion",
    "worry",
    "satisfaction",
    "delight",
    "gratitude",
)
RATED: Final = ("items", "value_milli", "high", "low")
BIG: Final = ("score_milli", "value_milli")
KINDS: Final[dict[str, Any]] = {
    "workspace_id": sa.Uuid,
    "pain_point_id": sa.Uuid,
    "start": sa.Date,
}
TABLES: Final = {
    "rollup_span": (
        (*DIMENSIONS, "stage", "touchpoint"),
        ("mentions", "negative", "positive", "score_milli", "severity", *EMOTIONS),
    ),
    "rollup_item_span": (("view", *DIMENSIONS, "cells", "scale"), RATED),
    "rollup_pain_span": (
        (*DIMENSIONS, "pain_point_id", "scale"),
        ("mentions", "score_milli", "severity", *EMOTIONS, *RATED),
    ),
}
"""Of each table what is behind the span (and its segment) in the key, and the counters."""
INDEX: Final = "ix_rollup_pain_span_one"


def upgrade() -> None:
    op.create_table(
        "declared_attribute",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("counted_to", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state IN ('building', 'ready')", name=op.f("ck_declared_attribute_state")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name="fk_declared_attribute_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "name", name="pk_declared_attribute"),
    )
    op.drop_index(INDEX, "rollup_pain_span")
    for table in TABLES:
        if _on_postgresql():
            op.add_column(
                table, sa.Column("segment", sa.String(), nullable=False, server_default="")
            )
            op.alter_column(table, "segment", server_default=None)
            _replace_key(table, ("segment",))
        else:
            _copy(table, ("segment",), "''")
    op.create_index(
        INDEX, "rollup_pain_span", ["workspace_id", "pain_point_id", "span", "segment", "start"]
    )


def downgrade() -> None:
    op.drop_index(INDEX, "rollup_pain_span")
    for table in TABLES:
        op.execute(f"DELETE FROM {table} WHERE segment <> ''")  # noqa: S608 - own names
        if _on_postgresql():
            _replace_key(table, ())
            op.drop_column(table, "segment")
        else:
            _copy(table, (), "")
    op.create_index(INDEX, "rollup_pain_span", ["workspace_id", "pain_point_id", "span", "start"])
    op.drop_table("declared_attribute")


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _key(table: str, segment: tuple[str, ...]) -> tuple[str, ...]:
    return ("workspace_id", "span", *segment, *TABLES[table][0])


def _replace_key(table: str, segment: tuple[str, ...]) -> None:
    op.execute(
        f"ALTER TABLE {table} DROP CONSTRAINT pk_{table}, "
        f"ADD CONSTRAINT pk_{table} PRIMARY KEY ({', '.join(_key(table, segment))})"
    )


def _copy(table: str, segment: tuple[str, ...], value: str) -> None:
    """The table with a key that has ``segment`` in it, if that is not empty: ``value``, in SQL."""
    key, (rest, counters) = _key(table, segment), TABLES[table]
    before = f"{table}_before"
    op.rename_table(table, before)
    op.create_table(
        table,
        *(sa.Column(name, KINDS.get(name, sa.String)(), nullable=False) for name in key),
        *(
            sa.Column(name, sa.BigInteger() if name in BIG else sa.Integer(), nullable=False)
            for name in counters
        ),
        sa.PrimaryKeyConstraint(*key, name=f"pk_{table}"),
        sqlite_with_rowid=False,
    )
    values = ", ".join(filter(None, ("workspace_id", "span", value, *rest, *counters)))
    op.execute(
        f"INSERT INTO {table} ({', '.join((*key, *counters))}) "  # noqa: S608 - own names
        f"SELECT {values} FROM {before} ORDER BY workspace_id, span, {', '.join(rest)}"
    )
    op.drop_table(before)
