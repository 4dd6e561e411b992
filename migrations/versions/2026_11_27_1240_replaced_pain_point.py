"""The theme that a mention had where it was read, while a label laid over it has it elsewhere.

Locks: ``mention`` for as long as it takes to note a column that may be empty. What was laid over
before is not known any more: such a mention looks for a theme anew. On SQLite the way back writes
the table anew.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_27_1240"
down_revision: str | None = "2026_11_27_1130"


def upgrade() -> None:
    op.add_column("mention", sa.Column("replaced_pain_point_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("mention", "replaced_pain_point_id")
