"""Recognises names in lines and after formulas, as opposed to verdicts in a word or two."""

import re
from typing import Final
from unicodedata import category

from nlp.segment import phrases
from nlp.segment.spans import CJK

_PARTICLES: Final = phrases.words(phrases.NAME_PARTICLES)
_NEVER_NAMES: Final = phrases.words(phrases.NEVER_NAMES)
_NOUN_ENDINGS: Final = tuple(sorted(phrases.words(phrases.NOUN_ENDINGS)))

_CJK_NAME: Final = re.compile(r"[^\W\d_]{1,5}(?:[ \u3000][^\W\d_]{1,3})?")
_CJK_SAYING: Final = re.compile(
    rf"[{phrases.NEVER_IN_CJK_NAMES}]|[\u3041-\u309f{phrases.CJK_VERB_ENDINGS}]$"
)
_TITLE: Final = re.compile(r"\s*[,(]")

_MAX_WORDS: Final = 6

_MAX_INITIALS: Final = 4
"""A longer line in capitals may be shouting instead of a name."""


def is_name(text: str) -> bool:
    """Whether a text may be a name where one is expected: capitalised or in Chinese, Japanese or
    Korean, and neither a verdict nor a number. A title or a company may follow it."""
    if len(text.split()) > _MAX_WORDS:
        return False
    if CJK.search(text):
        return (
            bool(_CJK_NAME.fullmatch(text)) and not _reads_as_sentence(text) and not _is_never(text)
        )
    head = _TITLE.split(text, maxsplit=1)[0]
    return _is_capitalised(head) and not any(_is_never(word) for word in text.split())


def is_name_alone(text: str) -> bool:
    """Whether a line is a name although nothing announces one: each word is capitalised.

    It may have several such parts separated by " | ", such as a name, a title and a company.
    """
    if " | " in text:
        return all(is_name_alone(part) for part in text.split(" | "))
    if not _is_capitalised(text) or (len(text) > _MAX_INITIALS and text.isupper()):
        return False
    return len(text.split()) > 2 or not text.casefold().rstrip(".").endswith(_NOUN_ENDINGS)


def is_first_name(text: str) -> bool:
    """Whether a text may be a name without a capital: one word, two in a script without case."""
    return is_caseless_name(text) or (not CJK.search(text) and _is_spelled_name(text, most=1))


def is_caseless_name(text: str) -> bool:
    """Whether a text may be a name in a script without case."""
    if CJK.search(text):
        return is_name(text)
    return text.lower() == text.upper() and _is_spelled_name(text, most=2)


def _is_spelled_name(text: str, most: int) -> bool:
    words = text.rstrip(".").split()
    return 0 < len(words) <= most and all(
        _is_spelled(word.replace("-", "")) and not _is_never(word) for word in words
    )


def is_capital(word: str) -> bool:
    """Whether a word may be part of a name: it has a capital and is not a verdict."""
    return word[:1].isupper() and not _is_never(word)


def is_signature(line: str) -> bool:
    """Whether a line below a sign-off consists mostly of names and numbers, not of a sentence."""
    words = line.split()
    if CJK.search(line):
        return len(line) <= 20 and not _reads_as_sentence(line)
    if any(_is_never(word) for word in words):
        return False
    plain = [word for word in words if word[0].islower() and word not in _PARTICLES]
    return 2 * len(plain) <= len(words) if line.lower() != line.upper() else len(words) <= 4


def _reads_as_sentence(text: str) -> bool:
    """Whether a Chinese, Japanese or Korean text has a character that no name has, or ends as
    verbs do."""
    return bool(_CJK_SAYING.search(text))


def _is_capitalised(text: str) -> bool:
    """Whether a text has at most six words, all capitalised except particles, and no verdict."""
    words = text.split()
    if not words or len(words) > _MAX_WORDS or CJK.search(text):
        return False
    if text[-1] in "!?…" or (text[-1] == "." and len(words[-1]) > 4):
        return False
    return all(
        word.casefold().strip(",.") in _PARTICLES or is_capital(word.strip(",.")) for word in words
    ) and any(word[0].isalpha() for word in words)


def _is_never(word: str) -> bool:
    return word.casefold().strip(",!?()") in _NEVER_NAMES


def _is_spelled(word: str) -> bool:
    """Whether a word consists of letters, and of the marks that some scripts use for vowels."""
    return word[:1].isalpha() and all(category(char)[0] in "LM" for char in word)
