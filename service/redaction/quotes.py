"""What a customer or a sender wrote, as a message about it may quote it: messages are kept."""

from typing import Any, Final

from service.redaction.phones import UNKNOWN_LANGUAGE
from service.redaction.text import redact

LONGEST: Final = 40


def redacted(text: str) -> str:
    """``text`` without direct identifiers, whatever its language."""
    return redact(text, UNKNOWN_LANGUAGE)


def quoted(value: Any, most: int = LONGEST) -> str:
    """The first characters of a value, in quotes. It is cut after it was redacted.

    A piece of an address or a number is not known for one.
    """
    return repr(redacted(str(value))[:most])
