"""Items without a mention are in the roll-ups where their sender stated that they belong.

Those that were analysed before are marked to be analysed again, which takes them there; until then
they count as they did. The way back takes all of them out of their cells. An index finds them.

Locks: on PostgreSQL ``feedback`` against writers for the time of one pass over it, and on the way
back two roll-ups. Processes of the version before would take such items out of where they are not:
stop them first.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_27_2240"
down_revision: str | None = "2026_11_27_2230"

DIMENSIONS: Final = ("kind", "source", "channel", "language", "cells", "scale")
RATED: Final = ("items", "value_milli", "high", "low")
TABLES: Final = {
    "rollup_item": (
        ("workspace_id", "day", *DIMENSIONS),
        (*RATED, "negative", "positive", "mixed"),
    ),
    "rollup_item_span": (("workspace_id", "span", "segment", "view", "start", *DIMENSIONS), RATED),
}
"""The key and the counters of each table."""
INDEX: Final = "ix_feedback_stated"
SENT: Final = "stage_sent IS NOT NULL OR touchpoint_sent IS NOT NULL"
MENTIONED: Final = """
    SELECT 1 FROM mention
    WHERE mention.workspace_id = feedback.workspace_id AND mention.feedback_id = feedback.id
"""
STATED: Final = f"({SENT}) AND state = 'done' AND NOT EXISTS ({MENTIONED})"


def upgrade() -> None:
    op.create_index(
        INDEX,
        "feedback",
        ["workspace_id", "occurred_at", "id"],
        sqlite_where=sa.text(SENT),
        postgresql_where=sa.text(SENT),
    )
    op.execute(f"UPDATE feedback SET analysis_version = '0' WHERE {STATED}")  # noqa: S608


def downgrade() -> None:
    op.drop_index(INDEX, "feedback")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"LOCK TABLE {', '.join(TABLES)} IN SHARE ROW EXCLUSIVE MODE")
    op.execute(
        "DELETE FROM rollup_item_span WHERE cells LIKE '~%' AND view <> ''"  # of a touchpoint
    )
    for table, (key, counters) in TABLES.items():
        columns = ", ".join((*key, *counters))
        keys = ", ".join("'0'" if name == "cells" else name for name in key)
        group = ", ".join(name for name in key if name != "cells")
        sums = ", ".join(f"sum({name})" for name in counters)
        added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in counters)
        op.execute(
            f"INSERT INTO {table} ({columns}) SELECT {keys}, {sums} FROM {table} "  # noqa: S608
            f"WHERE cells LIKE '~%' GROUP BY {group} "
            f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {added}"
        )
        op.execute(f"DELETE FROM {table} WHERE cells LIKE '~%'")  # noqa: S608
    op.execute(
        f"UPDATE feedback SET stage = 'unassigned', touchpoint = 'unassigned' WHERE {STATED}"  # noqa: S608
    )
