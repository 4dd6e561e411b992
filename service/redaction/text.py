"""Direct identifiers are removed from the text before it is stored; a typed placeholder stays.

E-mail addresses, payment cards (``service.redaction.cards``), IBANs (ISO 13616 check digits), IP
addresses and phone numbers (``service.redaction.phones``), with digits, blanks and signs of any
width and script, and next to letters of scripts that are written without blanks. Order numbers,
prices, dates and version numbers survive. Text without a digit and without "@" is not examined
further.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address
from re import Match

from stdnum import iban
from stdnum.iso7064 import mod_97_10

from service.redaction.cards import close_cards, spread_cards
from service.redaction.phones import phone_spans

Span = tuple[int, int]

_SUSPICIOUS = re.compile(r"[\d@＠﹫]")
_FOUR_DIGITS = re.compile(r"\d(?:\D*\d){3}")
"""No card, account, address or phone number has fewer, except addresses like fe80::a."""

_LATIN = r"-A-Za-z0-9_\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u1e00-\u1eff"
_SPACED = r"[^\WA-Za-z\u0080-\u036f\u0e00-\u109f\u1100-\u1eff\u2000-\U0010ffff]"
"""Greek, Cyrillic, Hebrew, Arabic, the scripts of India, …: words are separated by blanks."""

_EMAIL = re.compile(
    rf"(?:[{_LATIN}.+%']{{1,64}}|(?:{_SPACED}|[-.+%']){{1,64}}"
    rf"|(?:[^\WA-Za-z\u0080-\u02af]|[-.+%']){{1,64}})@"
    rf"(?:(?:[{_LATIN}]{{1,63}}|(?:[^\WA-Za-z\u0080-\u02af]|-){{1,63}})\.){{1,8}}"
    rf"(?:[{_LATIN}]{{1,63}}|(?:{_SPACED}|-){{1,63}}"
    r"|中[国國]|公司|网络|香港|台[湾灣]|한국|닷컴|닷넷|ไทย|コム|みんな)"
)
"""Both ends are where the script changes: Chinese, Japanese, Korean or Thai text may continue
without a blank, and its letters after an address must not be taken for a part of it, except for
existing top-level domains. Its letters right before the "@" are taken for the local part,
together with what precedes them: these can't be told apart.
"""

_ENCODED_EMAIL = re.compile(r"[A-Za-z0-9._+-]{1,64}%40(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,63}")
"""The form in URLs and in mailto: links."""

_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d\d(?:[\s.-]{0,2}[A-Za-z0-9]){11,30}")
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\w)", re.ASCII)
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f:]{2,39}(?![\w:])", re.ASCII)
_VERSION_BEFORE = re.compile(
    r"(?:(?:\b(?:v|ver|build|release|update|firmware)|versi\w*|верси\w*)[\s.:]*"
    r"|(?:版本?|バージョン|버전|เวอร์ชัน|更新|升级|升級|アップデート|업데이트)\W?\w{0,2}\W?)$",
    re.IGNORECASE,
)
_MIN_IBAN_CHARS = 15
_BETWEEN = re.compile(r"[\s.-]")
_DASH_OF_KANA = re.compile(r"(?<=\d)ー(?=\d)")


def _plain(character: str) -> str | None:
    """The ASCII equivalent of a character of another width or script, if there is one."""
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    if "\uff01" <= character <= "\uff5e":
        return chr(ord(character) - 0xFEE0)
    kind = unicodedata.category(character)
    if kind in ("Zs", "Cf"):
        return " "
    return "-" if kind == "Pd" or character == "\u2212" else None


_PLAIN = {"﹫": "@"} | {
    character: plain
    for character in map(chr, range(0x80, 0x10000))
    if (plain := _plain(character)) is not None
}
_FOREIGN = re.compile(f"[{''.join(_PLAIN)}]")


def has_numbers(text: str) -> bool:
    """Whether ``text`` may contain more than e-mail addresses, which takes time to check."""
    return _FOUR_DIGITS.search(text) is not None or "::" in text


def redact(text: str, regions: Iterable[str]) -> str:
    """``text`` with every direct identifier replaced by ``[email]``, ``[card]``, …

    ``regions`` are the countries (ISO 3166) whose national phone numbers are looked for; it is only
    iterated over if there is a candidate.
    """
    if _SUSPICIOUS.search(text) is None:
        return text
    masked, found = _folded(text), list[tuple[int, int, str]]()
    searched = has_numbers(masked)
    if not searched and "@" not in masked and "%40" not in masked:
        return text
    for kind, find in _FINDERS if searched else _FINDERS[:2]:
        spans = list(find(masked))
        found += [(*span, kind) for span in spans]
        if spans:
            masked = _replaced(masked, [(*span, "\0" * (span[1] - span[0])) for span in spans])
    if searched:
        found += [(*span, "[phone]") for span in phone_spans(masked, regions)]
    return _replaced(text, sorted(found))


def _folded(text: str) -> str:
    """``text`` with ASCII digits, blanks, hyphens and full-width letters; offsets stay."""
    if text.isascii():
        return text
    return _DASH_OF_KANA.sub("-", _FOREIGN.sub(lambda match: _PLAIN[match[0]], text))


def _replaced(text: str, found: Iterable[tuple[int, int, str]]) -> str:
    """``text`` with each (start, end, replacement) applied, in order."""
    pieces, kept_until = [], 0
    for start, end, replacement in found:
        pieces += [text[kept_until:start], replacement]
        kept_until = end
    return "".join([*pieces, text[kept_until:]])


def _emails(text: str) -> Iterator[Span]:
    if "@" in text:
        yield from (match.span() for match in _EMAIL.finditer(text))


def _encoded_emails(text: str) -> Iterator[Span]:
    if "%40" in text:
        yield from (match.span() for match in _ENCODED_EMAIL.finditer(text))


def _ibans(text: str) -> Iterator[Span]:
    """The longest valid IBAN at the start of each match; the text around it stays."""
    at = 0
    while (match := _IBAN.search(text, at)) is not None:
        found, at = match[0], match.start() + 1
        for end in range(len(found), _MIN_IBAN_CHARS - 1, -1):
            if (end == len(found) or not found[end].isalnum()) and _is_iban(found[:end]):
                at = match.start() + end
                yield match.start(), at
                break


def _is_iban(found: str) -> bool:
    """The check digits come first: the other checks of an account take far longer."""
    written = _BETWEEN.sub("", found)
    return mod_97_10.is_valid(written[4:] + written[:4]) and iban.is_valid(written)


def _ipv4(text: str) -> Iterator[Span]:
    yield from (match.span() for match in _IPV4.finditer(text) if _is_address(match))


def _ipv6(text: str) -> Iterator[Span]:
    if "::" in text or text.count(":") >= 7:
        yield from (match.span() for match in _IPV6.finditer(text) if _is_address(match))


def _is_address(match: Match[str]) -> bool:
    if _VERSION_BEFORE.search(match.string, max(0, match.start() - 16), match.start()):
        return False
    try:
        return not ip_address(match[0]).is_unspecified
    except ValueError:
        return False


_FINDERS: tuple[tuple[str, Callable[[str], Iterator[Span]]], ...] = (
    ("[email]", _emails),
    ("[email]", _encoded_emails),
    ("[iban]", _ibans),
    ("[card]", close_cards),
    ("[card]", spread_cards),
    ("[ip]", _ipv4),
    ("[ip]", _ipv6),
)
