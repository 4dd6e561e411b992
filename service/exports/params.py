"""What can be asked of an export: the filters of the list that it is of, and the form."""

from typing import Any, Final, Literal

from pydantic import Field

from service.insights.params import (
    FeedbackFilters,
    FilterParams,
    MapParams,
    PainOrder,
    ThemeFilters,
    WinOrder,
)
from service.insights.search_params import MentionFilters

Form = Literal["csv", "jsonl", "parquet"]
MapForm = Literal["csv", "jsonl", "parquet", "svg", "png"]

_FORM: Final[Any] = Field("csv", description="The form of the file.")
_BOM: Final[Any] = Field(
    False, description="Begin a CSV file with a byte order mark, as Excel wants it."
)


class PainPointExport(ThemeFilters):
    """Which pain points, in what order and form."""

    sort: PainOrder = "pain"
    format: Form = _FORM
    bom: bool = _BOM


class WinExport(ThemeFilters):
    """Which wins, in what order and form."""

    sort: WinOrder = "joy"
    format: Form = _FORM
    bom: bool = _BOM


class MentionExport(MentionFilters):
    """Which mentions, and in what form."""

    format: Form = _FORM
    bom: bool = _BOM


class FeedbackExport(FeedbackFilters):
    """Which feedback, and in what form."""

    format: Form = _FORM
    bom: bool = _BOM


class CorrectionExport(FilterParams):
    """Of which feedback, and in what form."""

    format: Form = Field("jsonl", description="`voc train` reads jsonl.")
    bom: bool = _BOM


class JourneyExport(MapParams):
    """Which map, and in what form: a table or a picture."""

    format: MapForm = _FORM
    bom: bool = _BOM
