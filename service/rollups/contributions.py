"""What one piece of feedback adds to the roll-ups, independent of their tables. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

from models.feedback import Feedback
from nlp.labels import EMOTIONS, UNASSIGNED
from service.journey.native import NO_CELL, Cell
from service.rollups.cells import mask_of
from service.rollups.counters import Key

COUNTED_EMOTIONS: Final = tuple(emotion for emotion in EMOTIONS if emotion != "neutral")
"""The emotions for which roll-ups have a counter."""
PROMOTER: Final = 9
DETRACTOR: Final = 6
"""NPS answers from ``PROMOTER`` on are high, those up to ``DETRACTOR`` low (Reichheld 2003)."""
HIGH: Final = 0.75
LOW: Final = 0.25
"""On other scales, ratings in the upper quarter (the "top two boxes" of 1 to 5) are high, those in
the lower quarter low."""


class Counted(Protocol):
    """The fields of a mention that are counted; stored mentions and unsaved ones have them."""

    @property
    def sentiment(self) -> str: ...
    @property
    def score(self) -> float: ...
    @property
    def stage(self) -> str: ...
    @property
    def touchpoint(self) -> str: ...
    @property
    def emotion(self) -> str: ...
    @property
    def severity(self) -> int: ...
    @property
    def pain_point_id(self) -> UUID | None: ...


class RatingCounts(NamedTuple):
    """One rating as counters: its scale ("" without one), 1000 x value, and 1 if high, or low."""

    scale: str
    value_milli: int
    high: int
    low: int


class Point(NamedTuple):
    """What one mention adds, and where."""

    stage: str
    touchpoint: str
    pain_point_id: UUID | None
    sums: Mapping[str, int]


class Contribution(NamedTuple):
    """What one item with its mentions adds, or, if ``sign`` is -1, subtracts.

    ``cells`` is the mask of the cells that it touches.
    """

    feedback_id: UUID
    attributes: Mapping[str, Any]
    dimensions: Key
    points: Sequence[Point]
    cells: str
    sums: Mapping[str, int]
    rating: RatingCounts
    sign: int


def contribution_of(feedback: Feedback, mentions: Sequence[Counted], sign: int) -> Contribution:
    """What an analysed item with these mentions adds (``sign`` 1) or subtracts (-1)."""
    rating = rating_counts(feedback)
    return Contribution(
        feedback.id,
        feedback.attributes,
        dimensions_of(feedback),
        [
            Point(each.stage, each.touchpoint, each.pain_point_id, _mention_sums(each))
            for each in mentions
        ],
        _cells(feedback, mentions),
        _item_sums(feedback, rating),
        rating,
        sign,
    )


def dimensions_of(feedback: Feedback) -> Key:
    """An item's workspace, day, kind, source, channel and language, with which keys begin."""
    return (
        feedback.workspace_id,
        feedback.occurred_at.date(),
        feedback.kind,
        feedback.source,
        feedback.channel,
        feedback.language_read or feedback.language,
    )


def _cells(feedback: Feedback, mentions: Sequence[Counted]) -> str:
    """The mask of the cells of an item's mentions; without any, of the one that was stated."""
    if mentions:
        return mask_of({Cell(each.stage, each.touchpoint) for each in mentions})
    place = Cell(feedback.stage or UNASSIGNED, feedback.touchpoint or UNASSIGNED)
    return mask_of({place} - {NO_CELL}, silent=True)


def rating_counts(feedback: Feedback) -> RatingCounts:
    """The rating of an item as counters."""
    value, norm = feedback.rating_value, feedback.rating_norm
    if value is None or norm is None:
        return RatingCounts("", 0, 0, 0)
    scale = scale_of(feedback.rating_scale, feedback.rating_min, feedback.rating_max)
    if feedback.rating_scale == "nps":
        high, low = value >= PROMOTER, value <= DETRACTOR
    else:
        high, low = norm >= HIGH, norm <= LOW
    return RatingCounts(scale, round(value * 1000), int(high), int(low))


def scale_of(name: str | None, least: float | None, greatest: float | None) -> str:
    """A rating's scale, such as ``nps:0-10``; "" without a rating."""
    return f"{name}:{least:g}-{greatest:g}" if name else ""


def _mention_sums(mention: Counted) -> dict[str, int]:
    sums = {
        "mentions": 1,
        "negative": int(mention.sentiment == "negative"),
        "positive": int(mention.sentiment == "positive"),
        "score_milli": round(mention.score * 1000),
        "severity": mention.severity,
    }
    if mention.emotion in COUNTED_EMOTIONS:
        sums[mention.emotion] = 1
    return sums


def _item_sums(feedback: Feedback, rating: RatingCounts) -> dict[str, int]:
    return {
        "items": 1,
        "negative": int(feedback.sentiment == "negative"),
        "positive": int(feedback.sentiment == "positive"),
        "mixed": int(feedback.sentiment == "mixed"),
        **rating_sums(rating),
    }


def rating_sums(rating: RatingCounts) -> dict[str, int]:
    """The counters of a rating."""
    return {"value_milli": rating.value_milli, "high": rating.high, "low": rating.low}
