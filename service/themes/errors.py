"""Errors about editing pain points."""

from typing import ClassVar

from service.errors import Conflict, InvalidRequest


class CellPainPoint(Conflict):
    """This pain point is a whole cell of the journey and can't be changed; change its themes."""

    code: ClassVar[str] = "cell_pain_point"


class NotTheSamePlace(Conflict):
    """Only pain points (or wins) with the same native stage and touchpoint can be merged."""

    code: ClassVar[str] = "not_the_same_place"


class NotSplittable(InvalidRequest):
    """The pain point can't be split this way; invalid_params says why."""

    code: ClassVar[str] = "not_splittable"
