"""Parameters of exports: the filters of the corresponding list, and the file format."""

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

FileFormat = Literal["csv", "jsonl", "parquet"]
MapFormat = Literal["csv", "jsonl", "parquet", "svg", "png"]

_FORMAT: Final[Any] = Field("csv", description="File format.")
_BOM: Final[Any] = Field(
    False, description="Begin a CSV file with a byte order mark, which Excel needs."
)


class PainPointExport(ThemeFilters):
    """Filters, order and format of pain points."""

    sort: PainOrder = "pain"
    format: FileFormat = _FORMAT
    bom: bool = _BOM


class WinExport(ThemeFilters):
    """Filters, order and format of wins."""

    sort: WinOrder = "joy"
    format: FileFormat = _FORMAT
    bom: bool = _BOM


class MentionExport(MentionFilters):
    """Filters and format of mentions."""

    format: FileFormat = _FORMAT
    bom: bool = _BOM


class FeedbackExport(FeedbackFilters):
    """Filters and format of feedback."""

    format: FileFormat = _FORMAT
    bom: bool = _BOM


class CorrectionExport(FilterParams):
    """Filters and format of corrections."""

    format: FileFormat = Field("jsonl", description="File format; `voc train` reads jsonl.")
    bom: bool = _BOM


class JourneyExport(MapParams):
    """Filters and format of the map: a table or a picture."""

    format: MapFormat = _FORMAT
    bom: bool = _BOM
