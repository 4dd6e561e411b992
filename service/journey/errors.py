"""Errors about a journey, stage or touchpoint that a request names."""

from typing import ClassVar

from service.errors import InvalidParam, InvalidRequest, Problem


class UnknownStage(InvalidRequest):
    """No stage of the journey has that key, name or alias."""

    code: ClassVar[str] = "unknown_stage"


class UnknownTouchpoint(InvalidRequest):
    """No touchpoint of the journey has that key, name or alias."""

    code: ClassVar[str] = "unknown_touchpoint"


class UnknownJourney(InvalidRequest):
    """There is no journey of that name; use a preset, 'current' or 'custom'."""

    code: ClassVar[str] = "unknown_journey"


class InvalidDefinition(InvalidRequest):
    """The journey definition contradicts itself; invalid_params says where and how to fix it."""

    code: ClassVar[str] = "invalid_definition"


class NotLearnable(InvalidRequest):
    """The model in use provides no embeddings to learn from; use includes instead of examples."""

    code: ClassVar[str] = "not_learnable"


class StaleDefinition(Problem):
    """The definition has changed since the version in If-Match; fetch it and try again."""

    status: ClassVar[int] = 412
    code: ClassVar[str] = "precondition_failed"


def unknown_name(kind: type[InvalidRequest], field: str, reason: str) -> InvalidRequest:
    """The problem of one field, with the reason as a sentence for its detail."""
    detail = f"{reason[0].upper()}{reason[1:]}."
    return kind(detail, invalid_params=[InvalidParam(field, reason)])
