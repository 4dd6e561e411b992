"""Which version of the analysis is current."""

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel


class CurrentAnalysis(SQLModel, table=True):
    """The version of the worker that started last; one row, as workers serve all workspaces."""

    __tablename__ = "reader"
    __table_args__ = (CheckConstraint("id = 1", name="ck_reader_id"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    version: str
