"""Errors about corrections."""

from typing import ClassVar

from service.errors import Conflict, InvalidRequest, NotFound


class NoSuchMention(NotFound):
    """This feedback has no mention with that number; fetch it and count from 0."""


class MentionChanged(Conflict):
    """The mention's text differs from the one you sent; fetch the feedback and try again."""

    code: ClassVar[str] = "mention_changed"


class NoSuchCell(InvalidRequest):
    """The journey has no cell with that stage and that touchpoint; correct both together."""

    code: ClassVar[str] = "no_such_cell"
