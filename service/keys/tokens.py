"""The secret of an API key: how it is made, recognised and hashed.

``voc_`` + 43 base-62 characters (256 bits) + 6 for a CRC-32 of them. The checksum lets typing
errors be told apart without a look at the database, and secret scanners find real keys only.
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
    """SHA-256 in hex. A secret has 256 random bits, so that no slow hash is needed."""
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()


def prefix_of(secret: str) -> str:
    """The readable start by which a key is recognised in lists, at most a third of the secret."""
    return secret[: min(PREFIX_CHARS, len(secret) // 3)]


def _checksum(body: str) -> str:
    number, text = crc32(body.encode()), ""
    for _ in range(CHECK_CHARS):
        number, digit = divmod(number, len(_ALPHABET))
        text = _ALPHABET[digit] + text
    return text
