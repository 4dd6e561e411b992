"""Redacts customers' and senders' words that are quoted in messages, as messages are kept."""

from typing import Any, Final

from service.redaction.phones import UNKNOWN_LANGUAGE
from service.redaction.text import redact

LONGEST: Final = 40


def redacted(text: str) -> str:
    """``text`` without direct identifiers, whatever its language."""
    return redact(text, UNKNOWN_LANGUAGE)


def quoted(value: Any, most: int = LONGEST) -> str:
    """The first characters of a value, in quotes, cut after redaction.

    A part of an address or a number would not be recognised.
    """
    return repr(redacted(str(value))[:most])
