"""Roll-ups over weeks, months and years, and by month with dimensions; filled from the days.

Locks: on PostgreSQL the three tables that are read are locked against writers until the end, so
that no change is missed; a minute for ten million mentions. SQLite has one writer anyway.
"""

from collections import defaultdict
from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_26_1900"
down_revision: str | None = "2026_11_26_1840"

TABLES = ("rollup_span", "rollup_item_span", "rollup_pain_span")
SPAN = ("span", "start")
DIMENSIONS = ("kind", "source", "channel", "language")
EMOTIONS = (
    "anger",
    "frustration",
    "disappointment",
    "confusion",
    "worry",
    "satisfaction",
    "delight",
    "gratitude",
)
TOUCHPOINTS = (
    "advertising",
    "social_media",
    "word_of_mouth",
    "website",
    "mobile_app",
    "store",
    "sales",
    "checkout",
    "pricing",
    "billing",
    "delivery",
    "onboarding",
    "product",
    "support",
    "messages",
    "returns",
    "loyalty",
    "unassigned",
)
RATED = ("items", "value_milli", "high", "low")
MENTIONED = ("mentions", "negative", "positive", "score_milli", "severity", *EMOTIONS)
PAINED = ("mentions", "score_milli", "severity", *EMOTIONS, *RATED)
Masks = dict[tuple[str, str], int]
"""The cells of each pair of learned stage and touchpoint; those of ("", "") are native."""
BIG = ("score_milli", "value_milli")
STARTS = {
    "sqlite": {
        "day": "day",
        "week": "date(day, '-6 days', 'weekday 1')",
        "month": "date(day, 'start of month')",
        "year": "date(day, 'start of year')",
    },
    "postgresql": {
        span: f"date_trunc('{span}', day)::date" for span in ("day", "week", "month", "year")
    },
}


def upgrade() -> None:
    _table("rollup_span", ("stage", "touchpoint"), MENTIONED)
    _table("rollup_item_span", ("view", "cells", "scale"), RATED)
    _table("rollup_pain_span", ("pain_point_id", "scale"), PAINED)
    op.create_index(
        "ix_rollup_pain_span_one",
        "rollup_pain_span",
        ["workspace_id", "pain_point_id", "span", "start"],
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("LOCK TABLE rollup, rollup_item, rollup_pain IN SHARE MODE")
    _fill("rollup_span", "rollup", ("stage", "touchpoint"), MENTIONED)
    _fill("rollup_pain_span", "rollup_pain", ("pain_point_id", "scale"), PAINED)
    _fill_items()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _table(name: str, keys: tuple[str, ...], counters: tuple[str, ...]) -> None:
    types = {"start": sa.Date, "pain_point_id": sa.Uuid}
    key = (*SPAN, *DIMENSIONS, *keys)
    op.create_table(
        name,
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        *(sa.Column(column, types.get(column, sa.String)(), nullable=False) for column in key),
        *(
            sa.Column(column, sa.BigInteger() if column in BIG else sa.Integer(), nullable=False)
            for column in counters
        ),
        sa.PrimaryKeyConstraint("workspace_id", *key, name=f"pk_{name}"),
        sqlite_with_rowid=False,
        postgresql_with={"fillfactor": 70},
    )


def _fill(table: str, fine: str, keys: Iterable[str], counters: Iterable[str]) -> None:
    """Add up the days of ``fine`` to each kind of span: names of columns and nothing else."""
    sums = ", ".join(f"sum({name})" for name in counters)
    into = ", ".join(("workspace_id", *SPAN, *DIMENSIONS, *keys, *counters))
    starts = STARTS[op.get_bind().dialect.name]
    for span, start, dimensions in (
        *((span, start, ("''",) * len(DIMENSIONS)) for span, start in starts.items()),
        ("slice", starts["month"], DIMENSIONS),
    ):
        places = ", ".join((f"'{span}'", f"{start} AS start", *dimensions, *keys))
        group = ", ".join(("workspace_id", start, *set(dimensions) - {"''"}, *keys))
        op.execute(
            f"INSERT INTO {table} ({into}) "  # noqa: S608
            f"SELECT workspace_id, {places}, {sums} FROM {fine} GROUP BY {group}"
        )


def _fill_items() -> None:
    """The same, through a table of what each view sees of each set of cells."""
    bind = op.get_bind()
    op.execute("CREATE TEMPORARY TABLE seen (of_cells TEXT, view TEXT, cells TEXT)")
    masks = bind.scalars(sa.text("SELECT DISTINCT cells FROM rollup_item")).all()
    rows = [
        {"of_cells": mask, "view": view, "cells": cells}
        for mask in masks
        for view, cells in _views(mask)
    ]
    if rows:
        bind.execute(sa.text("INSERT INTO seen VALUES (:of_cells, :view, :cells)"), rows)
    op.execute("CREATE INDEX ix_seen ON seen (of_cells)")
    days = ", ".join(("workspace_id", "day", *DIMENSIONS, "scale", *RATED))
    viewed = (
        f"(SELECT {days}, view, seen.cells FROM rollup_item "  # noqa: S608
        "JOIN seen ON seen.of_cells = rollup_item.cells) AS viewed"
    )
    _fill("rollup_item_span", viewed, ("view", "cells", "scale"), RATED)
    op.execute("DROP TABLE seen")


def _views(mask: str) -> list[tuple[str, str]]:
    """What the views see of a set of cells: none, its stages, its cells at each touchpoint.

    A mask is the hex form of an integer with bit ``stage * 18 + touchpoint`` set for each cell.
    Cells with learned labels follow, by pair of learned stage and touchpoint:
    ``4000;moving-in,=80000``.
    """
    stages: Masks = defaultdict(int)
    at: dict[str, Masks] = defaultdict(lambda: defaultdict(int))
    native, *learned = mask.split(";")
    for labels, bits in (("", native), *(group.split("=") for group in learned)):
        learned_stage, _, learned_touchpoint = labels.partition(",")
        for bit in range(int(bits, 16).bit_length()):
            if int(bits, 16) >> bit & 1:
                stage, touchpoint = divmod(bit, len(TOUCHPOINTS))
                unassigned = (stage + 1) * len(TOUCHPOINTS) - 1
                stages[learned_stage, ""] |= 1 << unassigned
                at[TOUCHPOINTS[touchpoint]][learned_stage, learned_touchpoint] |= 1 << bit
    return [("*", "0"), ("", _mask(stages)), *((view, _mask(seen)) for view, seen in at.items())]


def _mask(masks: Masks) -> str:
    learned = sorted((labels, bits) for labels, bits in masks.items() if any(labels))
    groups = (f"{stage},{touchpoint}={bits:x}" for (stage, touchpoint), bits in learned)
    return ";".join([f"{masks.get(('', ''), 0):x}", *groups])
