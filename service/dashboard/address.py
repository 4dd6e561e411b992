"""The page's address: the filters of the API, plus periods in terms that people use.

``period=30`` means the last 30 days and today. ``from`` and ``to`` are days, both inclusive, as are
``compare.from`` and ``compare.to``, the period to compare with.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Final, Literal, TypeVar
from urllib.parse import urlencode

from fastapi import Request
from pydantic import AfterValidator, Field, ValidationError

from models.pain_point import Status
from service.errors import InvalidParam
from service.insights.driver_schemas import DrivenBy
from service.insights.params import (
    ATTRIBUTE,
    OTHER_SIDE,
    YEARS,
    Cursor,
    FilterParams,
    MapParams,
    ShortText,
    language_keys,
    plain,
    split_values,
)
from service.insights.search_params import Phrase
from service.pictures.formatting import words
from service.web.invalid import invalid_query
from service.web.parameters import unknown_parameters

Period = Literal["7", "30", "90", "365", "all"]
PERIODS: Final[Mapping[Period, str]] = {
    "7": "7 days",
    "30": "30 days",
    "90": "90 days",
    "365": "Year",
    "all": "All",
}
USUAL: Final[Period] = "90"
PERIOD_PARAMETERS: Final = frozenset({"period", "from", "to", "since", "until"})
PAGE_PARAMETERS: Final = frozenset(
    {"sentiment", "sort", "status", "by", "kpi", "q", "match", "days"}
)
"""Parameters of a single page: links to other pages drop them."""
KNOWN: Final = (
    *("period", "from", "to", "stage", "touchpoint", "kind", "source", "channel", "language"),
    *(ATTRIBUTE + "*", "journey", "compare.*"),
)
"""The filters that an error message lists."""
OF_THE_OTHER_PERIOD: Final = frozenset(
    {"compare.from", "compare.to", "compare_since", "compare_until"}
)
CURSOR: Final = "cursor"
LISTS: Final = frozenset({"stage", "touchpoint", "kind", "source", "channel", "language"})
FILES: Final = "/export"
"""The path prefix of the pages' files."""
SHOWN_AT: Final = {
    "journey": "/",
    "pain-points": "/pain-points",
    "wins": "/wins",
    "mentions": "/search",
}
"""The page that shows the contents of each file."""
_COMPARED: Final = frozenset(
    name
    for key, field in MapParams.model_fields.items()
    if (name := field.alias or key).startswith(OTHER_SIDE)
)
LANGUAGES: Final = ("language", f"{OTHER_SIDE}.language")
Params = TypeVar("Params", bound=FilterParams)


def _usual(day: date) -> date:
    if day.year not in YEARS:
        raise ValueError(f"must be between the years {YEARS[0]} and {YEARS[-1]}")
    return day


Day = Annotated[date, AfterValidator(_usual)]


class PageParams(FilterParams):
    """The filters of a page. Days are in UTC."""

    period: Period | None = None
    first: Day | None = Field(None, alias="from")
    last: Day | None = Field(None, alias="to")
    other_first: Day | None = Field(None, alias="compare.from")
    other_last: Day | None = Field(None, alias="compare.to")
    cursor: Cursor | None = None
    sentiment: Literal["negative", "neutral", "positive"] | None = None
    sort: Literal["pain", "joy", "mentions", "trend", "impact", "recent"] | None = None
    status: Status | None = None
    by: DrivenBy = "cell"
    kpi: ShortText | None = None
    q: Phrase | None = None
    match: Literal["words", "meaning"] = "words"
    days: int = Field(28, ge=7, le=365)


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter: its parameter, name and value, and the address without it."""

    field: str
    name: str
    value: str
    without: str


@dataclass(frozen=True, slots=True)
class UnfilteredAddress:
    """The address that links start from if the requested one is invalid."""

    root: str
    path: str = ""

    def link(self, path: str) -> str:
        """The address of a page, without filters."""
        return self.root + path


def shown_at(wanted: str) -> str:
    """The page that shows the requested file; any other path is returned unchanged.

    A browser that is redirected to a download stays on the page where it is.
    """
    path, mark, query = wanted.partition("?")
    name = path.removeprefix(f"{FILES}/").partition(".")[0]
    is_file = path.startswith(f"{FILES}/") and name in SHOWN_AT
    return SHOWN_AT[name] + mark + query if is_file else wanted


class Address:
    """The requested address: its filters, and links that change one of them."""

    def __init__(self, request: Request, root: str) -> None:
        self.root = root
        self.path = request.url.path.removeprefix(root)
        sent = [(n, v.strip()) for n, v in request.query_params.multi_items() if v.strip()]
        self.sent = _with_days(_with_languages(sent))
        self.params = _parsed(self.sent)
        self.reversed_period = _reversed_period(self.params)

    def period(self, latest: date | None, today: date) -> Period | None:
        """The preset in effect; None if the address has dates, which override it.

        Defaults to ``USUAL``, or to all time if the ``latest`` feedback is older.
        """
        if self.params.first or self.params.last:
            return None
        if self.params.period is not None:
            return self.params.period
        if self.params.since or self.params.until:
            return None
        recent = latest is not None and latest > today - timedelta(days=int(USUAL))
        return USUAL if recent else "all"

    def filters(
        self, kind: type[Params], period: Period | None, today: date, **more: Any
    ) -> Params:
        """The filters as parameters of an endpoint, without periods that end before they start.

        Raises:
            InvalidRequest: the API would reject a value.
        """
        named = {"journey", "since", "until", *LISTS}
        said = self.params.model_dump(include=named, exclude_unset=True)
        others = {n: v for n, v in (self.params.model_extra or {}).items() if _is_for(n, kind)}
        other_side = _other_bounds(self.params) if issubclass(kind, MapParams) else {}
        values = said | others | _bounds(self.params, period, today) | other_side | more
        try:
            return kind.model_validate(values)
        except ValidationError as error:
            raise invalid_query(error.errors(include_url=False)) from error

    @property
    def sort_of_pains(self) -> str:
        """The sort order of pain points."""
        return self.params.sort if self.params.sort not in (None, "joy") else "pain"

    @property
    def sort_of_wins(self) -> str:
        """The sort order of wins."""
        return self.params.sort if self.params.sort not in (None, "pain") else "joy"

    @property
    def status(self) -> dict[str, Any]:
        """The requested status as parameters of a ranking; only themes have one."""
        status = self.params.status
        return {"status": [status], "level": "theme"} if status else {}

    @property
    def is_compared(self) -> bool:
        """Whether the address asks for a comparison with another segment or period."""
        return any(name.startswith(OTHER_SIDE) for name, _ in self.sent)

    def link(self, path: str | None = None, **changes: str | None) -> str:
        """An address with these filters and ``changes`` applied, on the first page of results.

        Without ``path``, the address of this page, with its order and search. None removes a
        filter.
        """
        stays = path is None or path == self.path
        kept = [
            (n, v)
            for n, v in self._parameters()
            if n not in changes and (stays or n not in PAGE_PARAMETERS)
        ]
        return self._url(path, [*kept, *((n, v) for n, v in changes.items() if v is not None)])

    def link_to(self, path: str, **filters: str) -> str:
        """The address of another page with only these filters."""
        return self._url(path, _with_languages([*filters.items()]))

    def file(self, name: str) -> str:
        """The address of a file with what this page shows: same filters, order and search."""
        return self._url(f"{FILES}/{name}", self._parameters())

    def period_link(self, period: Period) -> str:
        """The address of this page for another period."""
        kept = [(n, v) for n, v in self._parameters() if n not in PERIOD_PARAMETERS]
        return self._url(None, [*kept, ("period", period)])

    def unfiltered_link(self) -> str:
        """The address of this page without filters."""
        return self._url(None, [(n, v) for n, v in self._parameters() if n in PAGE_PARAMETERS])

    def hidden(self, shown: Iterable[str]) -> list[tuple[str, str]]:
        """The parameters that a form must send as hidden fields."""
        fields = {*shown, "from", "to"}
        return [(n, v) for n, v in self._parameters() if n not in fields]

    def chips(self) -> list[Chip]:
        """The active filters, except periods."""
        passed = {"journey"} | PERIOD_PARAMETERS | PAGE_PARAMETERS | OF_THE_OTHER_PERIOD
        return [
            Chip(
                name,
                self._name(name),
                plain(value),
                self._url(None, self._values_without(name, value)),
            )
            for name, value in self._values()
            if name not in passed
        ]

    def without_other_period(self) -> str | None:
        """The address without the period to compare with; None if there is none."""
        kept = [(n, v) for n, v in self._parameters() if n not in OF_THE_OTHER_PERIOD]
        return self._url(None, kept) if kept != self._parameters() else None

    def chosen(self, name: str) -> list[str]:
        """The values of one filter, escaped as in a list."""
        return [value for found, value in self._values() if found == name]

    def _name(self, name: str) -> str:
        own = name.removeprefix(OTHER_SIDE + ".")
        return ("compared with " if own != name else "") + words(own.removeprefix(ATTRIBUTE))

    def _values(self) -> list[tuple[str, str]]:
        """Filters with one value each, escaped as in a list."""
        return [
            (name, part)
            for name, value in self._parameters()
            for part in (split_values(value) if _is_list(name) else [value])
        ]

    def _values_without(self, name: str, value: str) -> list[tuple[str, str]]:
        return [(n, v) for n, v in self._values() if (n, v) != (name, value)]

    def _parameters(self) -> list[tuple[str, str]]:
        return [(n, v) for n, v in self.sent if n != CURSOR]

    def _url(self, path: str | None, query: Sequence[tuple[str, str]]) -> str:
        shown = self.root + (self.path if path is None else path)
        return f"{shown}?{urlencode(query)}" if query else shown


def _with_languages(sent: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The parameters with language tags as in the filter's checkboxes, without duplicates."""
    named = {
        field: language_keys(part for n, v in sent if n == field for part in split_values(v))
        for field in LANGUAGES
    }
    others = [(n, v) for n, v in sent if not named.get(n)]
    return [*others, *((field, tag) for field, tags in named.items() for tag in tags)]


def _with_days(sent: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The parameters with ``since`` and ``until`` as ``from`` and ``to``, if they are days."""
    if {"since", "until"}.isdisjoint(dict(sent)):
        return list(sent)
    params = _parsed(sent)
    first, last = _day(params.since), _day(params.until)
    days = {"since": first, "until": last and last - timedelta(days=1)}
    kept = [(n, v) for n, v in sent if not days.get(n)]
    named = {name for name, _ in kept}
    fields = (("from", days["since"]), ("to", days["until"]))
    return [*kept, *((n, day.isoformat()) for n, day in fields if day and n not in named)]


def _day(at: datetime | None) -> date | None:
    """The day that begins at ``at``; None unless ``at`` is midnight."""
    return at.date() if at and at.time() == time() else None


def _parsed(sent: Sequence[tuple[str, str]]) -> PageParams:
    values: dict[str, list[str]] = defaultdict(list)
    for name, value in sent:
        values[name].append(value)
    single = {n: v if _is_list(n) else v[-1] for n, v in values.items()}
    try:
        params = PageParams.model_validate(single)
    except ValidationError as error:
        raise invalid_query(error.errors(include_url=False)) from error
    _refuse_unknown(params)
    return params


def _refuse_unknown(params: PageParams) -> None:
    """Reject them here: an endpoint's error would list the API's parameters, not the page's."""
    unknown = [name for name in params.model_extra or {} if not _is_known(name)]
    if unknown:
        raise unknown_parameters(unknown, KNOWN)


def _is_known(name: str) -> bool:
    if name in _COMPARED:
        return True
    own = name.removeprefix(OTHER_SIDE + ".")
    return own.startswith(ATTRIBUTE) and own != ATTRIBUTE


def _reversed_period(params: PageParams) -> InvalidParam | None:
    """The end of a period that comes before its start, if any."""
    if _ends_before(params.first, params.last):
        return InvalidParam("to", "must not be before from")
    if _ends_before(params.other_first, params.other_last):
        return InvalidParam("compare.to", "must not be before compare.from")
    return None


def _ends_before(first: date | None, last: date | None) -> bool:
    return first is not None and last is not None and last < first


def _is_list(name: str) -> bool:
    return name.removeprefix(OTHER_SIDE + ".") in LISTS or ATTRIBUTE in name


def _is_for(name: str, kind: type[FilterParams]) -> bool:
    """Whether to pass a parameter to an endpoint, which rejects those it doesn't know."""
    return not name.startswith(OTHER_SIDE) or issubclass(kind, MapParams)


def _bounds(params: PageParams, period: Period | None, today: date) -> dict[str, datetime]:
    if period == "all":
        return {}
    if period is not None:
        return {"since": _midnight(today - timedelta(days=int(period)))}
    return _days("since", params.first, "until", params.last)


def _other_bounds(params: PageParams) -> dict[str, datetime]:
    return _days("compare_since", params.other_first, "compare_until", params.other_last)


def _days(since: str, first: date | None, until: str, last: date | None) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    if _ends_before(first, last):
        return found
    if first:
        found[since] = _midnight(first)
    if last:
        found[until] = _midnight(last + timedelta(days=1))
    return found


def _midnight(at: date) -> datetime:
    return datetime.combine(at, time(), UTC)
