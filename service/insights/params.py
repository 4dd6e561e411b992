"""The query parameters that read endpoints share.

Lists are sent by repeating a parameter or with commas. Commas and backslashes within a value are
escaped with a backslash; values stay escaped, so that they can be parsed again, until ``plain``
unescapes them. Ids are only listed by repeating: tools choose them, and what is found may be
erased, so an id must never be taken for several others. Attributes are ``attr.<name>=<value>``.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, ClassVar, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field

from models.pain_point import Status
from nlp.documents import Kind
from nlp.language import normalize
from service.insights.driver_schemas import DrivenBy
from service.insights.periods import By
from service.text import CleanText, to_nfc
from service.web.parameters import OpenEnded

MOST_VALUES: Final = 50
YEARS: Final = range(1900, 3001)
ATTRIBUTE: Final = "attr."
OTHER_SIDE: Final = "compare"
"""Prefix of the parameters that only the map has."""
COMPARED_ATTRIBUTE: Final = "compare.attr."
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_PART: Final = re.compile(r"(?:[^,\\]+|\\.?)+", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\([,\\])")
_DECODED_PLUS: Final = re.compile(r"(T\S+) (\d\d:\d\d)")
"""A plus sign that was not percent-encoded arrives as a space."""
_BLANK: Final = "is empty; give a value, or omit it"
_TIME_HINT: Final = "must be a date (2026-01-31) or an RFC 3339 time (2026-01-31T12:00:00Z)"


def split_values(text: str) -> list[str]:
    """The values of a list separated by commas, without blank ones, as ``escaped`` writes them."""
    found = (plain(to_nfc(part)).strip() for part in _PART.findall(text))
    return [escaped(part) for part in found if part]


def plain(value: str) -> str:
    """The unescaped value of a list, as it is stored."""
    return _ESCAPED.sub(r"\1", value)


def escaped(value: str) -> str:
    """A stored value, escaped for a list."""
    return value.replace("\\", "\\\\").replace(",", "\\,")


def split_list(value: Any) -> Any:
    """The values of a repeated parameter, each of which can be a list separated by commas."""
    if not isinstance(value, list):
        return value
    parts = [part for text in value for part in split_values(text)]
    if not parts:
        raise ValueError(_BLANK)
    return parts


def _filled(value: Any) -> Any:
    """The values of a repeated parameter as they are, without blank ones."""
    if not isinstance(value, list):
        return value
    filled = [text for each in value if (text := each.strip())]
    if not filled:
        raise ValueError(_BLANK)
    return filled


def _moment(value: Any) -> Any:
    """A date stands for 00:00 UTC; a time needs an offset."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise ValueError(_TIME_HINT)
    try:
        if _DATE.fullmatch(value):
            moment = datetime.combine(date.fromisoformat(value), time(), UTC)
        else:
            moment = datetime.fromisoformat(_DECODED_PLUS.sub(r"\1+\2", value))
    except ValueError:
        raise ValueError(_TIME_HINT) from None
    if moment.tzinfo is None:
        raise ValueError(f"has no UTC offset; it {_TIME_HINT}")
    if moment.year not in YEARS:
        raise ValueError("must be between the years 1900 and 3000")
    return moment.astimezone(UTC)


def language_keys(tags: Iterable[str]) -> list[str]:
    """Language tags as the analysis stores them, without duplicates: "de" for "de-AT" and "DE"."""
    return list(dict.fromkeys(map(normalize, tags)))


ShortText = Annotated[CleanText, AfterValidator(to_nfc), Field(max_length=200)]
TextList = Annotated[list[ShortText], BeforeValidator(split_list), Field(max_length=MOST_VALUES)]
Ids = Annotated[list[ShortText], BeforeValidator(_filled), Field(max_length=MOST_VALUES)]
Languages = Annotated[TextList, AfterValidator(language_keys)]
Kinds = Annotated[list[Kind], BeforeValidator(split_list)]
States = Annotated[list[Literal["pending", "done", "failed"]], BeforeValidator(split_list)]
Sentiments = Annotated[
    list[Literal["negative", "neutral", "positive"]], BeforeValidator(split_list)
]
Statuses = Annotated[
    list[Status],
    BeforeValidator(split_list),
]
PainOrder = Annotated[
    Literal["pain", "mentions", "trend", "impact", "recent"],
    Field(description="Sort order; `impact` puts the greatest loss to the rating first."),
]
WinOrder = Annotated[
    Literal["joy", "mentions", "trend", "impact", "recent"],
    Field(description="Sort order; `impact` puts the greatest gain for the rating first."),
]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Limit = Annotated[int, Field(ge=1, le=1000)]
Cursor = Annotated[CleanText, AfterValidator(str.strip)]


class JourneyParams(OpenEnded):
    """The journey whose stages and touchpoints the response uses."""

    journey: ShortText | None = Field(
        None, description="A preset's name, `custom`, or `current` (the default)."
    )


class FilterParams(JourneyParams):
    """The filters of every list and every measure."""

    open_ended: ClassVar[tuple[str, ...]] = (ATTRIBUTE,)

    stage: TextList = Field([], description="Keys, names or aliases of stages, or `unassigned`.")
    touchpoint: TextList = Field(
        [], description="Keys, names or aliases of touchpoints, or `unassigned`."
    )
    since: Moment | None = Field(
        None, description="Occurred at or after: a date (from 00:00 UTC) or an RFC 3339 time."
    )
    until: Moment | None = Field(None, description="Occurred before (exclusive).")
    kind: Kinds = Field([], description="survey, review, ticket.")
    source: TextList = Field([], description="Source systems of the feedback.")
    channel: TextList = Field(
        [], description="Where the feedback was given, e.g. website, phone, email."
    )
    language: Languages = Field(
        [],
        description="Detected language, e.g. en; a tag such as en-GB stands for its language.",
    )


class ThemeFilters(FilterParams):
    """Filters, and which pain points or wins to show."""

    level: Literal["auto", "theme", "cell"] = Field(
        "auto",
        description=(
            "`auto`: themes, and cells of the journey that have no themes yet; else only the "
            "one or the other."
        ),
    )
    status: Statuses = Field(
        [],
        description="open, in_progress, resolved, reopened, ignored; by default all but ignored.",
    )
    owner: TextList = Field([], description="Owners, case-insensitive.")
    q: ShortText | None = Field(
        None, description="Text contained in the title or a keyword, case-insensitive."
    )


class ThemeParams(ThemeFilters):
    """``ThemeFilters``, and the page."""

    limit: Limit = 20
    cursor: Cursor | None = Field(None, description="`next` of the previous page.")


class PainPointParams(ThemeParams):
    """``ThemeParams``, and the order of pain points."""

    sort: PainOrder = "pain"


class WinParams(ThemeParams):
    """``ThemeParams``, and the order of wins."""

    sort: WinOrder = "joy"


class EvidenceParams(FilterParams):
    """Filters, the page, and which mentions count as evidence."""

    sentiment: Sentiments = Field(
        [],
        description="negative, neutral, positive; by default those of a pain point, or of a win.",
    )
    limit: Limit = 20
    cursor: Cursor | None = Field(None, description="`next` of the previous page.")


class MapParams(FilterParams):
    """Filters, and what to compare with: by default the period before ``since``."""

    open_ended: ClassVar[tuple[str, ...]] = (ATTRIBUTE, COMPARED_ATTRIBUTE)

    compare_since: Moment | None = Field(
        None,
        description="Start of the other period. If you omit an end, the lengths are equal.",
    )
    compare_until: Moment | None = Field(None, description="End of the other period (exclusive).")
    compare_kind: Kinds = Field(
        [],
        alias="compare.kind",
        description="`kind` of the other side; by default the same as `kind`.",
    )
    compare_source: TextList = Field([], alias="compare.source")
    compare_channel: TextList = Field([], alias="compare.channel")
    compare_language: Languages = Field([], alias="compare.language")


class TrendParams(FilterParams):
    """Filters, the length of a period, and what gets a series of its own."""

    by: By = Field("week", description="Length of a period, in UTC; weeks start on Monday.")
    group: Literal["none", "stage", "touchpoint"] = "none"
    pain_point: UUID | None = Field(None, description="Only this pain point or win.")


class DriverParams(FilterParams):
    """Filters, the possible drivers, and the KPI that they drive."""

    by: DrivenBy = Field("stage", description="The parts that are left out, one at a time.")
    kpi: ShortText | None = Field(
        None,
        description=(
            "nps, csat, ces, stars, another scale as the map names it, or `sentiment`; by "
            "default the scale with most ratings (at least 21), else `sentiment`."
        ),
    )


class FeedbackFilters(FilterParams):
    """Filters, and a search."""

    state: States = Field([], description="pending, done, failed.")
    q: ShortText | None = Field(
        None, description="Text contained in the feedback or its subject, case-insensitive."
    )
    external_id: Ids = Field(
        [],
        description=(
            "An id in the source systems, as it was sent: commas and backslashes are part of it. "
            "For several ids, repeat the parameter."
        ),
    )
    browser_key: UUID | None = Field(
        None, description="Id of the browser key that stored the feedback last."
    )
    rating_conflict: bool | None = Field(
        None, description="Whether the rating clearly contradicts the text."
    )


class FeedbackParams(FeedbackFilters):
    """``FeedbackFilters``, and the page."""

    limit: Limit = 50
    cursor: Cursor | None = Field(None, description="`next` of the previous page.")
