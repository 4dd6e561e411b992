"""Which native labels a correction stands for, where a journey's name stands for several.

Locks: ``correction`` for as long as it takes to note a column that may be empty. Corrections from
before count as they did: each for the one label that was stored.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "2026_11_27_0010"
down_revision: str | None = "2026_11_26_2345"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("correction", sa.Column("among", JSON, nullable=True))


def downgrade() -> None:
    op.drop_column("correction", "among")
