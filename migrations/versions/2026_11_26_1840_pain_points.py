"""Pain points and wins, what was changed, and people who signed in.

Locks: a column without a default on ``mention``, and an index on it: of a large table the index
takes a while, and writers wait for it.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "2026_11_26_1840"
down_revision: str | None = "2026_11_26_1600"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TABLES = ("pain_point", "theme_refresh", "rollup_pain", "change", "web_session")
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


def upgrade() -> None:
    op.create_table(
        "pain_point",
        *_cell(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("titled_by", sa.Uuid(), nullable=True),
        sa.Column("keywords", JSON, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("resolved_at", _time(), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("shaped", sa.Boolean(), nullable=False),
        sa.Column("centroid", sa.LargeBinary(), nullable=False),
        sa.Column("model_version", sa.String(), nullable=False),
        sa.Column("created_at", _time(), nullable=False),
        sa.Column("updated_at", _time(), nullable=False),
        _workspace("pain_point"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_pain_point"),
    )
    op.create_index(
        "ix_pain_point_cell", "pain_point", ["workspace_id", "stage", "touchpoint", "sentiment"]
    )
    op.create_table(
        "theme_refresh",
        *_cell(),
        sa.Column("loose", sa.Integer(), nullable=False),
        sa.Column("model_version", sa.String(), nullable=True),
        sa.Column("refreshed_at", _time(), nullable=True),
        sa.Column("claimed_until", _time(), nullable=True),
        _workspace("theme_refresh"),
        sa.PrimaryKeyConstraint(
            "workspace_id", "stage", "touchpoint", "sentiment", name="pk_theme_refresh"
        ),
    )
    dimensions = ("kind", "source", "channel", "language", "scale")
    op.create_table(
        "rollup_pain",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("pain_point_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in dimensions),
        *_counters("mentions"),
        *_counters("score_milli", big=True),
        *_counters("severity", *EMOTIONS, "items"),
        *_counters("value_milli", big=True),
        *_counters("high", "low"),
        sa.PrimaryKeyConstraint(
            "workspace_id", "pain_point_id", "day", *dimensions, name="pk_rollup_pain"
        ),
    )
    op.create_table(
        "change",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("scope", JSON, nullable=False),
        sa.Column("happened_at", _time(), nullable=False),
        sa.Column("created_at", _time(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        _workspace("change"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_change"),
    )
    op.create_table(
        "web_session",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", _time(), nullable=False),
        sa.Column("expires_at", _time(), nullable=False),
        _workspace("web_session"),
        sa.ForeignKeyConstraint(["key_id"], ["api_key.id"], name="fk_web_session_key_id"),
        sa.PrimaryKeyConstraint("hash", name="pk_web_session"),
    )
    for name in ("workspace_id", "expires_at"):
        op.create_index(f"ix_web_session_{name}", "web_session", [name])
    op.add_column("mention", sa.Column("pain_point_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_mention_pain_point",
        "mention",
        ["workspace_id", "pain_point_id", "severity", "feedback_id"],
    )


def downgrade() -> None:
    op.drop_index("ix_mention_pain_point", "mention")
    op.drop_column("mention", "pain_point_id")
    for table in reversed(TABLES):
        op.drop_table(table)


def _cell() -> list[sa.Column[Any]]:
    """A workspace's native cell, and a sentiment."""
    names = ("stage", "touchpoint", "sentiment")
    return [
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in names),
    ]


def _counters(*names: str, big: bool = False) -> list[sa.Column[int]]:
    return [
        sa.Column(name, sa.BigInteger() if big else sa.Integer(), nullable=False) for name in names
    ]


def _time() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _workspace(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id"], ["workspace.id"], name=f"fk_{table}_workspace_id"
    )
