"""How many mentions have joined themes of a place, so that themes that have grown are noticed.

Locks: ``theme_refresh`` for as long as it takes to note a column with a constant default: no row
is rewritten on either database.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_27_2230"
down_revision: str | None = "2026_11_27_1240"


def upgrade() -> None:
    op.add_column(
        "theme_refresh", sa.Column("joined", sa.Integer(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    op.drop_column("theme_refresh", "joined")
