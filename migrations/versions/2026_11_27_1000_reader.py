"""Which version of the analysis has the last word where workers have several.

Locks: none that matters; only a new table.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_27_1000"
down_revision: str | None = "2026_11_27_0900"


def upgrade() -> None:
    op.create_table(
        "reader",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_reader_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reader"),
    )


def downgrade() -> None:
    op.drop_table("reader")
