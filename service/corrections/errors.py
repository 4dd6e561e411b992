"""What can be wrong with a correction."""

from typing import ClassVar

from service.errors import Conflict, InvalidRequest, NotFound


class NoSuchMention(NotFound):
    """There is no mention of that number in this feedback; fetch it and count from 0."""


class MentionChanged(Conflict):
    """The mention has another text than the one sent with it; fetch the feedback and try again."""

    code: ClassVar[str] = "mention_changed"


class NoSuchCell(InvalidRequest):
    """No part of the journey is that stage and that touchpoint at once; correct them together."""

    code: ClassVar[str] = "no_such_cell"
