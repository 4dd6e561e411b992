"""Where feedback is that was sent again with another text or time: it is told by no id.

Locks: on PostgreSQL nobody can write feedback while the table is read through once, some seconds
for ten million items; SQLite reads it through, too.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_27_0610"
down_revision: str | None = "2026_11_27_0230"

INDEX = "ix_feedback_sent_again"


def upgrade() -> None:
    again = sa.text("revision > 1")
    op.create_index(
        INDEX,
        "feedback",
        ["workspace_id", "occurred_at", "id"],
        sqlite_where=again,
        postgresql_where=again,
    )


def downgrade() -> None:
    op.drop_index(INDEX, "feedback")
