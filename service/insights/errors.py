"""Errors of the insight endpoints."""

from typing import ClassVar

from service.errors import InvalidRequest, NotFound


class TooManyPoints(InvalidRequest):
    """The series would have more than 1,000 points; narrow since and until, or use a larger by."""

    code: ClassVar[str] = "too_many_points"


class OverlappingSides(InvalidRequest):
    """Some feedback would be on both sides of the comparison; compare periods that don't overlap,
    or filter the sides by different values of one parameter (attr.persona and
    compare.attr.persona).
    """

    code: ClassVar[str] = "overlapping_sides"


class NoSuchPainPoint(NotFound):
    """No pain point, win, or cell of this journey has that id; check id and journey."""


class NoSuchFeedback(NotFound):
    """There is no such feedback in this workspace; check the id."""


class NothingToCompare(InvalidRequest):
    """The text of 'like' has nothing to compare mentions with; write more."""

    code: ClassVar[str] = "nothing_to_compare"
