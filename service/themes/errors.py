"""What can be wrong with shaping pain points."""

from typing import ClassVar

from service.errors import Conflict, InvalidRequest


class CellPainPoint(Conflict):
    """This pain point is a whole cell of the journey, made of what is in it; change its themes."""

    code: ClassVar[str] = "cell_pain_point"


class NotTheSamePlace(Conflict):
    """Only pain points (or wins) of one native stage and touchpoint can go into each other."""

    code: ClassVar[str] = "not_the_same_place"


class NotSplittable(InvalidRequest):
    """The pain point can't be split like this; invalid_params says why."""

    code: ClassVar[str] = "not_splittable"
