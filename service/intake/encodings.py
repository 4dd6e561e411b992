"""Finds the encoding of a file from its bytes, and decodes what doesn't fit it."""

import codecs
import re
from functools import partial
from hashlib import sha256
from itertools import chain
from typing import BinaryIO, Final, NamedTuple

_CHUNK: Final = 1 << 20
_REPLACEMENT: Final = "\ufffd"
_WORD: Final = re.compile(rb'[^\s,;"|]+')
_MAX_WORD_BYTES: Final = 40
_CUT: Final = 3

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

AS_CP1252: Final = "verbatim.as_cp1252"
"""Name of the codec error handler that decodes invalid UTF-8 as Windows-1252.

Three bytes that begin a UTF-8 character are one that a program has cut: U+FFFD.
"""


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    shown = _REPLACEMENT if len(wrong) >= _CUT else wrong.decode("cp1252", "replace")
    return shown, error.end


codecs.register_error(AS_CP1252, _as_cp1252)


class Scan(NamedTuple):
    """What one pass over a file tells.

    ``digest`` is its SHA-256 in hex, ``faults`` the number of places that are not UTF-8, and
    ``example`` the first word with one, as it is decoded.
    """

    encoding: str
    digest: str
    faults: int
    example: str


def error_handler(encoding: str) -> str:
    """The name of the codec error handler for bytes that don't fit the encoding."""
    return AS_CP1252 if encoding.startswith("utf-8") else "replace"


def scan(file: BinaryIO) -> Scan:
    """Read all of the file once.

    It is UTF-16 by its byte order mark or its zeros, Windows-1252 if most characters that aren't
    ASCII are not UTF-8 either, else UTF-8.
    """
    start = file.read(4)
    file.seek(0)
    marked = next((name for mark, name in _MARKS if start.startswith(mark)), None) or _zeros(start)
    digest = sha256()
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    valid = faults = 0
    example = b""
    for chunk in chain(iter(partial(file.read, _CHUNK), b""), [b""]):
        digest.update(chunk)
        text = decoder.decode(chunk, final=not chunk)
        if not text.isascii():
            wrong = text.count(_REPLACEMENT) - chunk.count(_REPLACEMENT.encode())
            faults += wrong
            valid += len(text) - len(text.encode("ascii", "ignore")) - wrong
            example = example or (_first_fault(chunk) if wrong else b"")
    encoding = marked or ("cp1252" if faults > valid else "utf-8")
    if encoding.startswith("utf-16"):
        faults, example = 0, b""
    shown = example.decode(encoding, error_handler(encoding))
    return Scan(encoding, digest.hexdigest(), faults, shown)


def _first_fault(chunk: bytes) -> bytes:
    """The first word that isn't UTF-8; empty if there is none of a usual length."""
    words = (match[0] for match in _WORD.finditer(chunk) if len(match[0]) <= _MAX_WORD_BYTES)
    return next((word for word in words if not word.isascii() and not _is_utf8(word)), b"")


def _is_utf8(word: bytes) -> bool:
    try:
        word.decode()
    except UnicodeDecodeError:
        return False
    return True


def _zeros(start: bytes) -> str | None:
    """UTF-16 without a byte order mark: every other byte of Western text is zero."""
    if len(start) < 4 or start.count(0) != 2:
        return None
    return {b"\0\0": "utf-16-le"}.get(start[1::2]) or {b"\0\0": "utf-16-be"}.get(start[::2])
