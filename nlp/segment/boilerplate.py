"""Finds the lines of a text that are its own: no greeting, signature, quoted reply or reference.

``formulas`` classifies a single line or sentence; this module also considers where it stands.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from nlp.segment import phrases
from nlp.segment.formulas import (
    greeting_end,
    is_closing,
    is_field,
    is_heading,
    is_reference,
    is_request,
    is_salutation,
    is_sign_off,
)
from nlp.segment.names import (
    is_caseless_name,
    is_first_name,
    is_name,
    is_name_alone,
    is_signature,
)
from nlp.segment.spans import CJK, Span, trim

_LINE: Final = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
_QUOTE_HEADER: Final = re.compile("|".join(phrases.QUOTE_HEADERS), re.IGNORECASE)
_MAIL_LABEL: Final = re.compile(r"[*_ ]{0,3}([^:：*_]{1,30}?)[*_\s]{0,3}[:：]")
_RULE: Final = re.compile(rf"-{{20,}}|{phrases.REPLY_ABOVE}", re.IGNORECASE)
_COMMENT_HEAD: Final = re.compile(
    r"\S.*, .{4,20}\b\d{4}\b.{1,6}\d{1,2}[:.]\d\d(?:\s?[ap]\.?\s?m\.?)?", re.IGNORECASE
)
"""What Zendesk writes above each comment: "Jane Doe, Mar 1, 2026, 10:30 AM"."""
_ADDRESS: Final = (
    r"(?:[!-~]+@[!-~]+|[!-~]+ at [!-~]+ dot [!-~]+|(?:https?://|www\.)[!-~]+"
    r"|\+?[\d ()/.-]{7,}|\[[a-z_]+\])"
)
"""An address or a number, in ASCII only, because in scripts without spaces words may follow it
directly. Brackets contain what was redacted."""
_CONTACT: Final = re.compile(rf"{_ADDRESS}(?:\s*[|•·]\s*{_ADDRESS})*", re.IGNORECASE)
_NOTICE: Final = re.compile("|".join(phrases.NOTICES), re.IGNORECASE)
_SENTENCE_END: Final = re.compile(r"[^\W\d_]{2}(?:[.!?؟।](?=\s)|[。！？])")
_BULLET: Final = re.compile(r"\s*(?:[-*•·・–—▪◦●‣+]+|\(?\d{1,2}[.)]|[a-z]\))\s+")

_MAIL_SENDERS: Final = phrases.words(phrases.MAIL_SENDERS)
_MAIL_LABELS: Final = _MAIL_SENDERS | phrases.words(phrases.MAIL_LABELS)
_DEVICE_STARTS: Final = tuple(sorted(phrases.words(phrases.DEVICE_LINES)))

_MAX_SIGNATURE_WORDS: Final = 8
_MAX_SIGNATURE: Final = 70
"""A line after a sign-off with more words or characters than these is text again."""

_MAX_MATCHED: Final = 200
"""A longer line neither announces a quote nor is an address: matching it would take long."""

_MIN_LABELS, _MAX_LABELS = 3, 12
"""How many labelled lines in a row, one of them the sender's, make a mail header."""

_MIN_WRAPPED: Final = 60
"""A line of at least this many columns may have been wrapped by a mail program."""

_MAX_WRAPPED: Final = 80
"""The most characters in a line that a mail program has wrapped."""

_MIN_FILLED: Final = 3
"""At least this many lines must be filled before lines are joined although no lower-case letter
follows. Among fewer, the widest line may be a complete answer, and two answers must stay two."""

_RULE_STARTS: Final = ("--", "##", "==", "**")
"""What a line that announces a quote may begin with."""

_LABEL: Final = re.compile(r"[^:：]{1,30}(?::(?!\S)|：)")
"""The name of a form field, as in "Model: WM-5521"."""

_LINE_ENDS: Final = ("\n", "\r\n", "\r")
_BLANKS: Final = " \t\u00a0\u3000"
_ENDS: Final = ".!?…。！？؟۔।॥"
_LINE_FINAL: Final = _ENDS + ":;：；؛"
"""What ends sentences, and what else may end a line or a point."""

_UNBROKEN: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|\S+")
"""A word, or a character of a script without spaces, within which no line is broken."""


def body(text: str, ticket: bool) -> list[Span]:
    """The blocks of a text that are its own words, as [start, end) in characters, in order.

    A block is a line, or several that a mail program has wrapped. Greetings and sign-offs are
    removed from any text, as are the headings of lists; closing thanks, names, references and the
    fields of a form only from a ticket.
    """
    kept = _without_signatures(text, _without_quotes(text))
    if ticket:
        kept = _without_fields(text, _without_names(text, kept))
    return _unwrap(text, _without_headings(text, kept), ticket)


def _without_quotes(text: str) -> list[Span]:
    """The trimmed lines, without quoted replies, what announces them, and device lines.

    A mail that is quoted without ``>`` before each line, below an announcement or its own header,
    extends to the end of the text; it is kept if nothing is said before it.
    """
    lines = _lines(text)
    kept: list[Span] = []
    at = 0
    while at < len(lines):
        line = text[slice(*lines[at])]
        intro_lines = _quote_intro_lines(text, lines, at)
        if intro_lines:
            own_words = _said_before(text, lines[at])
            kept.extend([own_words] if own_words else [])
            at += intro_lines
            if kept and not (at < len(lines) and text[lines[at][0]] == ">"):
                break
            continue
        if line[0] != ">" and not line.casefold().startswith(_DEVICE_STARTS):
            kept.append(lines[at])
        at += 1
    return kept


def _lines(text: str) -> list[Span]:
    spans = (trim(text, match.start(), match.end()) for match in _LINE.finditer(text))
    return [span for span in spans if span[0] < span[1]]


def _quote_intro_lines(text: str, lines: Sequence[Span], at: int) -> int:
    """How many lines from ``at`` on announce a quoted mail: one, two if wrapped, or a header."""
    line = text[slice(*lines[at])]
    following = text[slice(*lines[at + 1])] if at + 1 < len(lines) else ""
    if _is_comment_head(line, following):
        return 2
    if _is_quote_header(line) or (line[-1] in ":：" and following[:1] == ">"):
        return 1
    return 2 if _is_wrapped_header(line, following) else _mail_header_lines(text, lines, at)


def _said_before(text: str, line: Span) -> Span | None:
    """The whole sentences of a line before the one that announces a quote, if there are any."""
    start, end = line
    if text[end - 1] not in ":：" or _is_quote_header(text[start:end]):
        return None
    ends = [found.end() for found in _SENTENCE_END.finditer(text, start, end)]
    return (start, ends[-1]) if ends else None


def _is_quote_header(line: str) -> bool:
    announces = line[-1] in ":：" or line[:2] in _RULE_STARTS
    return announces and len(line) < _MAX_MATCHED and bool(_QUOTE_HEADER.match(line))


def _is_wrapped_header(line: str, following: str) -> bool:
    continues = bool(following) and line[-1] not in _ENDS
    return continues and _is_quote_header(f"{line} {following}") and not _is_quote_header(following)


def _is_comment_head(line: str, following: str) -> bool:
    """Whether the lines are a rule and, below it, a name and a time, as above a comment."""
    is_ruled = max(len(line), len(following)) < _MAX_MATCHED and bool(_RULE.fullmatch(line))
    return is_ruled and bool(_COMMENT_HEAD.fullmatch(following))


def _mail_header_lines(text: str, lines: Sequence[Span], at: int) -> int:
    """How many lines from ``at`` on are a mail header, each a label with its value."""
    labels = []
    for start, end in lines[at : at + _MAX_LABELS]:
        found = _MAIL_LABEL.match(text, start, end)
        label = found[1].casefold() if found else ""
        if label not in _MAIL_LABELS:
            break
        labels.append(label)
    is_header = len(labels) >= _MIN_LABELS and not _MAIL_SENDERS.isdisjoint(labels)
    return len(labels) if is_header else 0


def _without_signatures(text: str, lines: Sequence[Span]) -> list[Span]:
    kept: list[Span] = []
    signing = False
    for start, end in lines:
        line = text[start:end]
        if signing and _is_signature(line):
            continue
        signing = line == "--" or (bool(kept) and is_sign_off(line, ticket=False))
        start += 0 if signing else greeting_end(line, alone=len(lines) == 1)
        if not signing and start < end:
            kept.append((start, end))
    return kept


def _without_names(text: str, lines: list[Span]) -> list[Span]:
    """The lines of a ticket without the salutation, and without what closes a letter at the end.

    That is thanks, references, addresses, and names that stand apart from the message; elsewhere, a
    capitalised word or two may be the whole complaint.
    """
    if len(lines) > 1 and is_salutation(text[slice(*lines[0])]):
        lines = lines[1:]
    enough = _first_that_says_enough(text, lines)
    end = at = len(lines)
    while at > 1:
        at -= 1
        line = text[slice(*lines[at])]
        if _closes(line):
            end = at if at + 1 == end else end
        elif not _may_sign(text, lines, at):
            break
        elif at > enough and _stands_apart(text, lines, at):
            end = at
    return lines[:end]


def _without_fields(text: str, lines: list[Span]) -> list[Span]:
    """The lines that are no fields of a contact form; all if the others say nothing."""
    others = [span for span in lines if not is_field(text[slice(*span)])]
    return others if _first_that_says_enough(text, others) < len(others) else lines


def _without_headings(text: str, lines: list[Span]) -> list[Span]:
    """The lines without those that announce what the next line says."""
    kept = [
        span
        for span, following in pairwise(lines)
        if not is_heading(text[slice(*span)], listed=bool(_BULLET.match(text, *following)))
    ]
    return [*kept, *lines[-1:]]


def _closes(line: str) -> bool:
    """Whether a line at the end of a ticket is certainly not part of its message."""
    return (
        is_closing(line, ticket=True) or is_reference(line) or _is_contact(line) or _is_notice(line)
    )


def _may_sign(text: str, lines: Sequence[Span], at: int) -> bool:
    """Whether a line may be a name, or a part of a signature below one.

    Below thanks, it may also be in a script without case; below a sign-off, also in lower case.
    """
    line, before = text[slice(*lines[at])], text[slice(*lines[at - 1])]
    if is_name_alone(line) or (is_first_name(line) and is_sign_off(before, ticket=True)):
        return True
    return (is_name(line) or is_caseless_name(line)) and is_closing(before, ticket=True)


def _stands_apart(text: str, lines: Sequence[Span], at: int) -> bool:
    """Whether a line follows a blank one, thanks or a sign-off; if it has several words, the end of
    a sentence is enough."""
    before, between = text[slice(*lines[at - 1])], text[lines[at - 1][1] : lines[at][0]]
    if max(map(between.count, "\r\n")) > 1 or is_closing(before, ticket=True):
        return True
    return before.endswith(tuple(_ENDS)) and len(text[slice(*lines[at])].split()) > 1


def _first_that_says_enough(text: str, lines: Sequence[Span]) -> int:
    """The index of the first line that says more than a request; names are certain only below it.

    It is the number of lines if there is none.
    """
    for at, span in enumerate(lines):
        line = text[slice(*span)]
        if not is_request(line) and not is_closing(line, ticket=True):
            return at
    return len(lines)


def _is_contact(line: str) -> bool:
    return len(line) < _MAX_MATCHED and bool(_CONTACT.fullmatch(line))


def _is_notice(line: str) -> bool:
    return bool(_NOTICE.match(line))


def _unwrap(text: str, lines: Sequence[Span], ticket: bool) -> list[Span]:
    filled = _filled(text, lines) if ticket else frozenset()
    blocks: list[Span] = []
    for at, (start, end) in enumerate(lines):
        bullet = _BULLET.match(text, start, end)
        if blocks and not bullet and _continues(text, lines[at - 1], lines[at], at - 1 in filled):
            blocks[-1] = (blocks[-1][0], end)
        else:
            blocks.append((bullet.end() if bullet else start, end))
    return [(start, end) for start, end in blocks if start < end]


def _filled(text: str, lines: Sequence[Span]) -> frozenset[int]:
    """The indices of lines without room for the next word, in a text that is narrow enough.

    Empty if they are too few to tell, or if a line that does not end a sentence has room.
    """
    width = max((end - _line_start(text, start) for start, end in lines), default=0)
    above = [at for at in range(len(lines) - 1) if _is_long_above(text, lines[at], lines[at + 1])]
    filled = frozenset(at for at in above if _has_no_room(text, lines[at], lines[at + 1], width))
    is_wrapped = width <= _MAX_WRAPPED and all(
        at in filled or text[lines[at][1] - 1] in _LINE_FINAL for at in above
    )
    return filled if is_wrapped and len(filled) >= _MIN_FILLED else frozenset()


def _has_no_room(text: str, before: Span, line: Span, width: int) -> bool:
    word = _UNBROKEN.match(text, *line)
    length = before[1] - _line_start(text, before[0])
    return length + 1 + len(word.group() if word else "") > width


def _is_long_above(text: str, before: Span, line: Span) -> bool:
    """Whether ``before`` is long enough to be wrapped, and ``line`` follows without a blank one."""
    start, end = _line_start(text, before[0]), before[1]
    is_next = text[end : line[0]].strip(_BLANKS) in _LINE_ENDS
    return is_next and _columns(text[start:end]) >= _MIN_WRAPPED


def _continues(text: str, before: Span, line: Span, filled: bool) -> bool:
    """Whether a line continues the line before it, which a mail program has wrapped.

    One that begins with a lower-case letter does. Any other does if the line before is ``filled``,
    unless it is a form field.
    """
    if text[before[1] - 1] in _LINE_FINAL or not _is_long_above(text, before, line):
        return False
    return text[line[0]].islower() or (filled and not _LABEL.match(text, *line))


def _line_start(text: str, at: int) -> int:
    """Where the line around ``at`` begins, with its greeting, at most ``_MAX_WRAPPED`` before."""
    before = text[max(at - _MAX_WRAPPED, 0) : at]
    return at - len(before) + max(before.rfind("\n"), before.rfind("\r")) + 1


def _columns(line: str) -> int:
    """The width of a line, in which Chinese, Japanese and Korean characters take two columns."""
    return len(line) + len(CJK.findall(line))


def _is_signature(line: str) -> bool:
    """Whether a line below a sign-off belongs to the signature and is not a postscript."""
    words = line.split()
    first = words[0].casefold().rstrip(".:")
    if (
        first in phrases.POSTSCRIPTS
        or len(words) > _MAX_SIGNATURE_WORDS
        or len(line) > _MAX_SIGNATURE
    ):
        return False
    return is_signature(line) or is_first_name(line) or is_name_alone(line) or _closes(line)
