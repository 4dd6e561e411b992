"""Errors of analyses on demand."""

from service.errors import InvalidRequest, Unavailable


class TooMuchText(InvalidRequest):
    """The texts together are too long; send them in several requests."""

    code = "too_much_text"


class EngineBusy(Unavailable):
    """Too many texts are waiting to be analysed; wait as Retry-After says and try again."""

    code = "engine_busy"
