"""How often a place of themes has been marked, so that no mark is lost to a refresh that ends.

Locks: ``theme_refresh`` for as long as it takes to note a column with a constant default: no row
is rewritten on either database.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_26_2345"
down_revision: str | None = "2026_11_26_2010"


def upgrade() -> None:
    op.add_column(
        "theme_refresh", sa.Column("marks", sa.Integer(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    op.drop_column("theme_refresh", "marks")
