"""Years with their dimensions in the roll-ups of longer spans, added up from the months.

Locks: on PostgreSQL the three tables are locked against writers until the end, minutes for ten
million mentions. Processes of the version before would leave the new rows out: stop them first.
"""

from typing import Final

from alembic import op

revision: str = "2026_11_27_0900"
down_revision: str | None = "2026_11_27_0610"

DIMENSIONS: Final = ("kind", "source", "channel", "language")
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
TABLES: Final = {
    "rollup_pain_span": (
        ("pain_point_id", "scale"),
        ("mentions", "score_milli", "severity", *EMOTIONS, *RATED),
    ),
    "rollup_span": (
        ("stage", "touchpoint"),
        ("mentions", "negative", "positive", "score_milli", "severity", *EMOTIONS),
    ),
    "rollup_item_span": (("view", "cells", "scale"), RATED),
}
"""What each table is keyed by beside the span, and its counters; in the order of writers."""
YEAR: Final = {
    "sqlite": "date(start, 'start of year')",
    "postgresql": "date_trunc('year', start)::date",
}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute(f"LOCK TABLE {', '.join(TABLES)} IN SHARE ROW EXCLUSIVE MODE")
    for table, (keys, counters) in TABLES.items():
        same = ", ".join(("workspace_id", "segment", *DIMENSIONS, *keys))
        sums = ", ".join(f"sum({name})" for name in counters)
        op.execute(
            f"INSERT INTO {table} ({same}, span, start, {', '.join(counters)}) "  # noqa: S608
            f"SELECT {same}, 'year_slice', {YEAR[dialect]}, {sums} FROM {table} "
            f"WHERE span = 'slice' GROUP BY {same}, {YEAR[dialect]}"
        )


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DELETE FROM {table} WHERE span = 'year_slice'")  # noqa: S608
