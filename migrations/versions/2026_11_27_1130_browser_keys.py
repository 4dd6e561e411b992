"""Which key with origins stored a piece of feedback: that key alone may replace it in a browser.

Locks: ``feedback`` for as long as it takes to note a column that may be empty. Feedback from before
belongs to no such key. On SQLite the way back writes the table anew.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_27_1130"
down_revision: str | None = "2026_11_27_1000"


def upgrade() -> None:
    op.add_column("feedback", sa.Column("browser_key_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("feedback", "browser_key_id")
