"""The secret of an API key: how it is generated, recognised and hashed.

``voc_`` + 43 base-62 characters (256 bits) + 6 for their CRC-32. With the checksum, typing errors
are detected without a database query, and secret scanners find real keys only.
"""

import re
import secrets
from hashlib import sha256
from string import ascii_letters, digits
from typing import Final
from zlib import crc32

MARK: Final = "voc_"
RANDOM_CHARS: Final = 43
CHECK_CHARS: Final = 6
PREFIX_CHARS: Final = 12
_ALPHABET: Final = digits + ascii_letters
_SHAPE: Final = re.compile(rf"{MARK}([0-9A-Za-z]{{{RANDOM_CHARS}}})([0-9A-Za-z]{{{CHECK_CHARS}}})")


def new_secret() -> str:
    """A fresh secret."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(RANDOM_CHARS))
    return MARK + body + _checksum(body)


def is_mistyped(secret: str) -> bool:
    """Whether this looks like one of our secrets but its checksum doesn't fit."""
    shape = _SHAPE.fullmatch(secret)
    return shape is not None and _checksum(shape[1]) != shape[2]


def hash_of(secret: str) -> str:
    """SHA-256 in hex. A secret has 256 random bits, so it needs no slow hash."""
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()


def prefix_of(secret: str) -> str:
    """The start of a key by which people recognise it in lists, at most a third of the secret."""
    return secret[: min(PREFIX_CHARS, len(secret) // 3)]


def _checksum(body: str) -> str:
    number, text = crc32(body.encode()), ""
    for _ in range(CHECK_CHARS):
        number, digit = divmod(number, len(_ALPHABET))
        text = _ALPHABET[digit] + text
    return text
