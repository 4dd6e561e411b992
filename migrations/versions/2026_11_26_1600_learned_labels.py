"""Vectors of mentions, and what a workspace has taught.

Locks: none that matters; only new tables. Mentions from before have no vector: an item of theirs
is read again when something has been taught in its workspace.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "2026_11_26_1600"
down_revision: str | None = "2026_11_26_1530"

TABLES = ("mention_vector", "learned_probe", "learning")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "mention_vector",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("feedback_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("model_version", sa.String(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "feedback_id", "ordinal"],
            ["mention.workspace_id", "mention.feedback_id", "mention.ordinal"],
            name="fk_mention_vector_mention",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "feedback_id", "ordinal", name="pk_mention_vector"),
    )
    op.create_table(
        "learned_probe",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("journey_version", sa.Integer(), nullable=False),
        sa.Column("model_version", sa.String(), nullable=False),
        sa.Column("axis", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.Column("estimate", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name="fk_learned_probe_workspace_id"
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id",
            "journey_version",
            "model_version",
            "axis",
            "label",
            name="pk_learned_probe",
        ),
    )
    op.create_table(
        "learning",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("stamp", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Uuid(), nullable=True),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("adjusts", sa.Boolean(), nullable=False),
        sa.Column("report", JSON, nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name="fk_learning_workspace_id"
        ),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_learning"),
    )
    op.add_column("journey", sa.Column("known", JSON, nullable=True))


def downgrade() -> None:
    op.drop_column("journey", "known")
    for table in reversed(TABLES):
        op.drop_table(table)
