"""The values that the filters offer: those of the latest feedback."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from models.feedback import Feedback
from service.dashboard.address import Address
from service.insights.params import ATTRIBUTE, OTHER_SIDE, escaped, plain
from service.pictures.formatting import words

LATEST: Final = 2000
"""Items to take values from: enough for the usual values, few enough to be fast."""
MAX_VALUES: Final = 15
MAX_ATTRIBUTES: Final = 6
DIMENSIONS: Final = ("kind", "source", "channel", "language")


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a filter, escaped as in a list."""

    value: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter and its values, most frequent first."""

    field: str
    name: str
    options: Sequence[Option]

    @property
    def chosen(self) -> list[str]:
        """The names of the chosen options."""
        return [option.name for option in self.options if option.chosen]


def first_day(session: Session, workspace_id: UUID) -> date | None:
    """The UTC day of the first feedback."""
    return _day(session, workspace_id, func.min)


def latest_day(session: Session, workspace_id: UUID) -> date | None:
    """The UTC day of the latest feedback."""
    return _day(session, workspace_id, func.max)


def _day(session: Session, workspace_id: UUID, pick: Callable[[Any], Any]) -> date | None:
    """Called once each for min and max: with both in one query, SQLite scans the whole index."""
    at = session.execute(
        select(pick(col(Feedback.occurred_at))).where(col(Feedback.workspace_id) == workspace_id)
    ).scalar_one()
    return at.date() if at else None


def facets(session: Session, workspace_id: UUID, address: Address) -> list[Facet]:
    """The filters of the latest feedback, and any other values chosen in the address."""
    language = func.coalesce(col(Feedback.language_read), col(Feedback.language))
    own = (col(column) for column in (Feedback.kind, Feedback.source, Feedback.channel))
    rows = session.execute(
        select(*own, language, col(Feedback.attributes))
        .where(col(Feedback.workspace_id) == workspace_id)
        .order_by(col(Feedback.occurred_at).desc(), col(Feedback.id).desc())
        .limit(LATEST)
    ).all()
    seen: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for *values, attributes in rows:
        for field, value in [*zip(DIMENSIONS, values, strict=True), *_attributes(attributes)]:
            seen[field][escaped(value)] += 1
    fields = [*DIMENSIONS, *_worth_a_filter(seen)]
    found = (_facet(field, seen[field], address) for field in fields)
    return [facet for facet in found if len(facet.options) > 1 or facet.chosen]


def axis_facet(field: str, names: Mapping[str, str], address: Address) -> Facet:
    """The journey's stages or touchpoints in order, and any other values chosen."""
    chosen = address.chosen(field)
    others = {value: words(plain(value)) for value in chosen if value not in names}
    options = [Option(key, name, key in chosen) for key, name in (dict(names) | others).items()]
    return Facet(field, field, options)


def _attributes(attributes: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Attributes that can be filtered by."""
    return [
        (ATTRIBUTE + name, value)
        for name, value in attributes.items()
        if isinstance(value, str) and value.strip() == value and value
    ]


def _worth_a_filter(seen: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Attributes with few values, most frequently set first."""
    few = {f: v for f, v in seen.items() if f not in DIMENSIONS and len(v) <= MAX_VALUES}
    return sorted(few, key=lambda field: (-sum(few[field].values()), field))[:MAX_ATTRIBUTES]


def _facet(field: str, seen: Mapping[str, int], address: Address) -> Facet:
    wanted, against = address.chosen(field), address.chosen(f"{OTHER_SIDE}.{field}")
    usual = sorted(seen, key=lambda value: (-seen[value], value))[:MAX_VALUES]
    values = dict.fromkeys([*usual, *wanted, *against])
    options = [Option(value, words(plain(value)), value in wanted) for value in values]
    return Facet(field, words(field.removeprefix(ATTRIBUTE)), options)
