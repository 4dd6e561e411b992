"""The tables as SQLAlchemy Core objects, for statements on columns that create no model objects."""

from typing import Final

from sqlalchemy import Table
from sqlmodel import SQLModel

from models.attribute import DeclaredAttribute
from models.feedback import Feedback
from models.idempotency import Idempotency
from models.mention import Mention
from models.mention_vector import MentionVector
from models.pain_point import PainPoint, ThemeRefresh
from models.rollup import Rollup, RollupItem, RollupPain
from models.rollup_span import RollupItemSpan, RollupPainSpan, RollupSpan


def _table_of(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


DECLARED_ATTRIBUTE: Final = _table_of(DeclaredAttribute)
FEEDBACK: Final = _table_of(Feedback)
IDEMPOTENCY: Final = _table_of(Idempotency)
MENTION: Final = _table_of(Mention)
MENTION_VECTOR: Final = _table_of(MentionVector)
THEME: Final = _table_of(PainPoint)
THEME_REFRESH: Final = _table_of(ThemeRefresh)
ROLLUP: Final = _table_of(Rollup)
ROLLUP_ITEM: Final = _table_of(RollupItem)
ROLLUP_PAIN: Final = _table_of(RollupPain)
ROLLUP_SPAN: Final = _table_of(RollupSpan)
ROLLUP_ITEM_SPAN: Final = _table_of(RollupItemSpan)
ROLLUP_PAIN_SPAN: Final = _table_of(RollupPainSpan)
