"""Recognises lines and sentences that are formulas of letters: greetings, sign-offs, references."""

import re
from typing import Final

from nlp.segment import formalities, phrases
from nlp.segment.names import is_capital, is_caseless_name, is_first_name, is_name
from nlp.segment.spans import CJK

_WORD: Final = re.compile(r"[^\s,:;!?。、，！：،؛؟।]+")
_BREAK: Final = re.compile(r"\s*(?:[,:;!?.。、，！：،؛؟।]+|\s[–—-]+(?=\s)|$)\s*")
_PARTS: Final = re.compile(
    r"[\s:：#№()]+|(?<=[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])(?=[A-Za-z\d])"
)
_DATE_OR_AMOUNT: Final = re.compile(
    r"\d\d?[./-]\d\d?[./-](?:\d\d|\d{4})?|\d{4}[./-]\d\d?[./-]\d\d?"
    r"|\d+[.,]\d\d|\d\d?[:/]\d\d?"
)
_HAS_DIGIT: Final = re.compile(r"\d")
_NUMBER: Final = re.compile(
    r"(?:[A-Za-z]{1,5}[-._/]?)?"
    r"\d+(?:(?:[-._/]|[-._/]?[A-Za-z]{1,3}[-._/]?)\d+)*"
    r"(?:[-._/]?[A-Z])?[,;]?"
)
"""Digits, with a few Latin letters before or between them, or a capital after them; no words."""


_GREETINGS: Final = phrases.words(phrases.GREETINGS)
_ADDRESSEES: Final = phrases.words(phrases.ADDRESSEES)
_HONORIFICS: Final = tuple(sorted(phrases.words(phrases.HONORIFICS)))
_SIGN_OFFS: Final = phrases.words(phrases.SIGN_OFFS)
_THANKS: Final = phrases.words(phrases.THANKS)

_REFERENCES: Final = phrases.words(phrases.REFERENCES)
_REFERENCE_ENDINGS: Final = tuple(sorted(phrases.words(phrases.REFERENCE_ENDINGS)))

_REQUESTS: Final = phrases.words(phrases.REQUESTS)

_COURTESIES: Final = _THANKS | phrases.words(phrases.COURTESIES)
_COURTESY_WORDS: Final = frozenset(word for entry in _COURTESIES for word in entry.split())
_CJK_COURTESIES: Final = re.compile(
    f"(?:{'|'.join(sorted(filter(CJK.match, _COURTESIES), key=len, reverse=True))})+"
)
_FIELDS: Final = phrases.words(formalities.FIELDS)
_HEADINGS: Final = phrases.words(formalities.HEADINGS)
_LABEL: Final = re.compile(r"([^:：]{1,30}?)[\s*]*[:：]")
_NAME: Final = r"[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){0,2}"
_PLEASANTRY: Final = re.compile(
    "|".join(formalities.PLEASANTRIES).replace("{name}", _NAME), re.IGNORECASE
)
_LETTER_CLOSING: Final = re.compile(rf"(?:{'|'.join(phrases.LETTER_CLOSINGS)})+", re.IGNORECASE)

_NEED_NAME: Final = phrases.words(phrases.ADJECTIVE_GREETINGS)
"""Greetings that are also plain adjectives: they need an addressee."""

_NEED_BREAK: Final = phrases.words(phrases.BARE_SIGN_OFFS)
"""Sign-offs that also begin sentences: they need a comma or the end of the line after them."""

_NEED_COMMA: Final = phrases.words(phrases.ADVERB_SIGN_OFFS)
"""Sign-offs that may be an answer: outside of tickets, one that stands alone needs a comma."""

_CALLS: Final = ",:，：、،"
"""What may follow the addressee of a text."""

_MAX_SALUTATION: Final = 40
"""A longer first line is not just a salutation."""

_MAX_LENGTH: Final = 80
"""A longer line or sentence is not a formula."""

_MAX_CLOSING: Final = 200
"""The same for the closing of a formal letter."""

_MAX_HEADING_WORDS: Final = 3

_MAX_NAMES: Final = 2
"""A greeting followed by more capitalised words, other than forms of address, may be a message."""


def is_closing(text: str, ticket: bool) -> bool:
    """Whether a line or sentence is a sign-off or, in a ticket, thanks."""
    return is_sign_off(text, ticket) or (ticket and is_thanks(text))


def is_sign_off(text: str, ticket: bool) -> bool:
    """Whether a line or sentence is a sign-off, with a name at most."""
    if len(text) <= _MAX_CLOSING and _LETTER_CLOSING.fullmatch(text.rstrip(".,")):
        return True
    end = _phrase(text, _SIGN_OFFS) if len(text) <= _MAX_LENGTH else 0
    if not end or (not ticket and text.casefold() in _NEED_COMMA):
        return False
    rest = _after(text, end)
    return rest is not None and (not rest or is_name(rest) or (ticket and is_first_name(rest)))


def is_thanks(text: str) -> bool:
    """Whether a line or sentence of a ticket only thanks, with a name at most."""
    end = _phrase(text, _THANKS) if len(text) <= _MAX_LENGTH else 0
    rest = _after(text, end) if end else None
    return rest is not None and (not rest or is_name(rest) or is_caseless_name(rest))


def is_courtesy(text: str) -> bool:
    """Whether a sentence only gives thanks for an answer or for help, without judging either."""
    if len(text) > _MAX_LENGTH:
        return False
    words = (_folded(word) for word in _WORD.findall(text))
    if CJK.search(text):
        only_courtesies = all(_CJK_COURTESIES.fullmatch(word) for word in words)
    else:
        only_courtesies = all(word in _COURTESY_WORDS for word in words)
    return only_courtesies and any(_phrase(text, _THANKS, at) for at in _word_starts(text))


def is_pleasantry(text: str) -> bool:
    """Whether a sentence of a ticket only keeps it polite, or says who is writing."""
    return len(text) <= _MAX_LENGTH and bool(_PLEASANTRY.fullmatch(text.rstrip(" .!。！,،~")))


def is_field(line: str) -> bool:
    """Whether a line is a field of a contact form that holds no message, as in "Phone: [phone]"."""
    label = _LABEL.match(line) if len(line) <= _MAX_LENGTH else None
    return label is not None and _folded(label[1]) in _FIELDS


def is_heading(line: str, listed: bool) -> bool:
    """Whether a line only announces what follows, such as "Pros:".

    Above a list (``listed``), any line of up to three words that ends in a colon does.
    """
    if len(line) > _MAX_SALUTATION:
        return False
    plain = line.rstrip(" :：")
    if _folded(plain) in _HEADINGS:
        return True
    return listed and line != plain and len(_WORD.findall(plain)) <= _MAX_HEADING_WORDS


def is_request(text: str) -> bool:
    """Whether a line or sentence only asks for something to be done, without saying why."""
    words = _WORD.findall(text[: _MAX_LENGTH + 1])
    return len(text) <= _MAX_LENGTH and all(_folded(word) in _REQUESTS for word in words)


def _word_starts(text: str) -> list[int]:
    """Where a phrase may start: at words, or anywhere in scripts without spaces."""
    return [match.start() for match in (CJK if CJK.search(text) else _WORD).finditer(text)]


def is_reference(text: str) -> bool:
    """Whether a text is just a number and what it identifies, such as an order or a customer."""
    if len(text) > _MAX_LENGTH:
        return False
    parts = [part for part in _PARTS.split(text.rstrip(".。")) if part]
    named = [part for part in parts if not _HAS_DIGIT.search(part)]
    numbers = parts[len(named) :]
    return (
        0 < len(named) < len(parts)
        and all(_names_reference(part) for part in named)
        and all(_NUMBER.fullmatch(part) for part in numbers)
        and not _DATE_OR_AMOUNT.fullmatch(numbers[0])
    )


def _names_reference(word: str) -> bool:
    plain = word.casefold().strip(".,-")
    return plain in _REFERENCES or plain.endswith(_REFERENCE_ENDINGS)


def is_salutation(line: str) -> bool:
    """Whether a first line only names the addressee."""
    if line[-1] not in _CALLS or len(line) > _MAX_SALUTATION:
        return False
    words = _WORD.findall(line)
    return len(words) <= 5 and all(_addresses(word, line) for word in words)


def greeting_end(line: str, alone: bool = False) -> int:
    """Where a line's text starts after its greetings.

    In a line that is ``alone``, the whole text, a greeting is kept if only a name follows it: the
    name may be the message.
    """
    at = 0
    for _ in range(3):
        end = _one_greeting(line, at, alone) or (at and _addressee(line, at))
        if not end:
            return at
        at = end
    return at


def _one_greeting(line: str, at: int, alone: bool) -> int:
    """Where the greeting at ``at`` ends; 0 if there is none."""
    end = start = _phrase(line, _GREETINGS, at)
    if not end:
        return 0
    if line[-1] in _CALLS and len(line) <= _MAX_SALUTATION and _is_first_names(line[end:]):
        return len(line)
    names = 0
    for _ in range(7):
        stop = _BREAK.match(line, end)
        if stop:
            addressed = end > start or line[at:end].casefold() not in _NEED_NAME
            says_nothing = names > 0 and alone and stop.end() == len(line)
            return stop.end() if addressed and not says_nothing else 0
        word = _WORD.search(line, end)
        if not word or not _addresses(word.group(), line):
            return 0
        names += word.group().casefold() not in _ADDRESSEES
        if names > _MAX_NAMES:
            return 0
        end = word.end()
    return 0


def _is_first_names(rest: str) -> bool:
    """Whether the rest of a line is a name in lower case, or in a script without case."""
    return is_first_name(rest.strip(_CALLS + " "))


def _addressee(line: str, at: int) -> int:
    """Where the addressee at ``at``, after a greeting, ends; 0 if there is none."""
    word = _WORD.match(line, at)
    if not word or word.group().casefold() not in _ADDRESSEES:
        return 0
    stop = _BREAK.match(line, word.end())
    return stop.end() if stop else 0


def _addresses(word: str, line: str) -> bool:
    """Whether a word may be part of an addressee: it is in the table, or has a capital in a line
    that is not all capitals."""
    plain = word.casefold()
    if plain in _ADDRESSEES or plain.endswith(_HONORIFICS):
        return True
    return is_capital(word) and not line.isupper()


def _phrase(text: str, table: frozenset[str], at: int = 0) -> int:
    """Where the longest phrase of a table that starts at ``at`` ends; 0 without one."""
    if CJK.match(text, at):
        return max((at + n for n in range(2, 16) if text[at : at + n] in table), default=0)
    end, words = 0, []
    for match in _WORD.finditer(text, at, at + 60):
        words.append(_folded(match.group()))
        if " ".join(words) in table:
            end = match.start() + len(match.group().rstrip("."))
        if len(words) == 5:
            break
    return end


def _folded(word: str) -> str:
    """A word in the form of the tables; drops the dot that case folding leaves of a Turkish "İ"."""
    return word.casefold().replace("i\u0307", "i").rstrip(".")


def _after(line: str, end: int) -> str | None:
    """What follows a closing phrase that ends at ``end``; None if the phrase goes on."""
    stop = _BREAK.match(line, end)
    if not stop and (line[:end].casefold() in _NEED_BREAK or not line[end].isspace()):
        return None
    return line[stop.end() if stop else end :].strip()
