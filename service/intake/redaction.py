"""Direct identifiers leave the text before it is stored; a typed placeholder stays.

E-mail addresses, payment cards (Luhn), IBANs (ISO 13616 check digits), IP addresses and
phone numbers (``service.intake.phones``). Order numbers, prices, dates and version numbers
survive. Text without a digit and without "@" is not looked at any further.
"""

import re
from collections.abc import Iterable
from ipaddress import ip_address
from re import Match

from stdnum import iban, luhn

from service.intake.phones import redact_phones

_SUSPICIOUS = re.compile(r"[\d@]")
_FOUR_DIGITS = re.compile(r"\d(?:\D*\d){3}")
"""No card, account, address or phone number has fewer, but for the like of fe80::a."""
_EMAIL = re.compile(r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_CARD = re.compile(r"(?<![\w-])(?:2[2-7]|3[04-9]|4\d|5\d|6\d)(?:[ -]?\d){11,17}(?![\w-])")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d\d(?: ?[A-Za-z0-9]){11,30}")
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\w)")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f:]{2,39}(?![\w:])")
_VERSION_BEFORE = re.compile(r"(?:\bv|versi\w*|build|release|update|firmware)[\s.:]*$", re.I)
_SHORTEST_IBAN = 15


def redact(text: str, regions: Iterable[str]) -> str:
    """``text`` with every direct identifier replaced by ``[email]``, ``[card]``, …

    ``regions`` are the countries (ISO 3166) whose national phone numbers are looked for.
    """
    if _SUSPICIOUS.search(text) is None:
        return text
    if "@" in text:
        text = _EMAIL.sub("[email]", text)
    if _FOUR_DIGITS.search(text) is None and "::" not in text:
        return text
    text = _IBAN.sub(_without_iban, text)
    text = _CARD.sub(_without_card, text)
    text = _IPV4.sub(_without_ip, text)
    if "::" in text or text.count(":") >= 7:
        text = _IPV6.sub(_without_ip, text)
    return redact_phones(text, regions)


def _without_card(match: Match[str]) -> str:
    digits = re.sub(r"[ -]", "", match[0])
    return "[card]" if luhn.is_valid(digits) else match[0]


def _without_iban(match: Match[str]) -> str:
    """The longest valid IBAN at the start of the match goes; words swallowed after it stay."""
    found = match[0]
    for end in range(len(found), _SHORTEST_IBAN - 1, -1):
        ends_a_word = end == len(found) or found[end] == " "
        if ends_a_word and iban.is_valid(found[:end]):
            return "[iban]" + found[end:]
    return found


def _without_ip(match: Match[str]) -> str:
    if _VERSION_BEFORE.search(match.string, max(0, match.start() - 16), match.start()):
        return match[0]
    try:
        address = ip_address(match[0])
    except ValueError:
        return match[0]
    return match[0] if address.is_unspecified else "[ip]"
