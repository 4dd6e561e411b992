"""The embeddings of mentions, stored so that learned labels need not run the encoder again."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, LargeBinary
from sqlmodel import Field, SQLModel


class MentionVector(SQLModel, table=True):
    """The embedding of one mention, one byte per dimension (``nlp.vectors.packed``).

    Not a column of ``mention``, so that counting mentions does not read vectors.
    """

    __tablename__ = "mention_vector"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "feedback_id", "ordinal"],
            ["mention.workspace_id", "mention.feedback_id", "mention.ordinal"],
            name="fk_mention_vector_mention",
            ondelete="CASCADE",
        ),
    )

    workspace_id: UUID = Field(primary_key=True)
    feedback_id: UUID = Field(primary_key=True)
    ordinal: int = Field(primary_key=True)
    model_version: str
    vector: bytes = Field(sa_type=LargeBinary)
