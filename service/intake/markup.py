"""HTML that tools send as text is made plain before anything is redacted, hashed and analysed.

Only what is certainly HTML loses its tags: a known element that is closed, or has an attribute, or
``<br>`` or ``<p>``. Anything else between angle brackets stays, such as ``List<String>``, ``a < b``
and ``<3``. Character references with their semicolon are decoded anywhere, also if they are escaped
twice. Blocks become lines, and quoted mails become lines with ``>`` before them, which are kept but
not analysed. The time is linear in the length of the text, however deeply its elements are nested.

No library does all of this, and each would need the tags and elements below to recognise
``List<String>``. lxml, on which inscriptis and justext are based, loses all text after 255 nested
elements. selectolax does not lay out blocks and takes 2 s for 100 kB of ``<ul><li>``. resiliparse
2.0 does, but knows no quotes: with it this module would have 146 lines, 200 kB of nested quotes
would take 4 s (here 0.1 s), and a reader of web archives would be installed too, 5 MB in all.
"""

import re
from collections.abc import Sequence
from html import unescape
from html.entities import html5
from re import Match
from typing import Final

MAX_CHARS: Final = 1_000_000
"""Longer texts stay unchanged; they are too long to be accepted anyway."""

_TAG: Final = re.compile(
    r"<(?:[!?][^<>]*|(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9]*(?::[A-Za-z]+)?)"
    r"""(?P<rest>(?:\s(?:[^<>"']|"[^"<]*"|'[^'<]*')*+[^<>]*)?)/?)>"""
)
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_REFERENCE: Final = re.compile(
    r"&(?:amp;)*(?:(#0{0,9}[0-9]{1,7}(?![0-9])|#[xX]0{0,9}[0-9A-Fa-f]{1,6}(?![0-9A-Fa-f]));?"
    r"|([A-Za-z][A-Za-z0-9]{1,31});)"
)
_BLANKS: Final = re.compile(r"[ \t\r\n\f]+")
_MANY_BLANK_LINES: Final = re.compile(r"\n{3,}")


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_PARAGRAPHS: Final = _names("p h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre")
_BLOCKS: Final = _PARAGRAPHS | _names(
    "div li tr dt dd br hr html body head title header footer main section article aside nav"
    " address center fieldset form figure figcaption caption details summary legend"
)
_CELLS: Final = _names("td th")
_DROPPED: Final = _names("head title style script")
_INLINE: Final = _names(
    "a abbr acronym area audio b base bdi bdo big button cite code col colgroup data del dfn em"
    " embed font frame i iframe img input ins kbd label link map mark meta noscript object"
    " option param picture q s samp select small source span strike strong sub sup svg tbody"
    " textarea tfoot thead time tt u var video wbr"
)
_KNOWN: Final = _BLOCKS | _CELLS | _DROPPED | _INLINE
_OF_OFFICE: Final = ("o:", "v:", "w:", "m:", "st1:")
_QUOTES: Final = ("gmail_quote", "moz-cite-prefix", "yahoo_quoted", "protonmail_quote")
"""Classes and ids in which mail programs put quotes, and the line that introduces them."""


def html_to_text(text: str) -> str:
    """``text`` without markup, if it has any."""
    if len(text) > MAX_CHARS:
        return text
    if "<" in text and _is_html(_tags(text)):
        text = _without_comments(text)
        return _read(text, _tags(text))
    return _decoded(text)


def _tags(text: str) -> list[Match[str]]:
    return [tag for tag in _TAG.finditer(text) if _is_known(tag)]


def _is_known(tag: Match[str]) -> bool:
    """Whether it is a declaration, or an HTML element with nothing but attributes."""
    name = _name(tag)
    if name and name not in _KNOWN and not name.startswith(_OF_OFFICE):
        return False
    rest = tag["rest"] or ""
    return "=" in rest or not rest.strip(" \t\r\n/")


def _name(tag: Match[str]) -> str:
    return (tag["name"] or "").lower()


def _is_html(tags: Sequence[Match[str]]) -> bool:
    opened = {_name(tag) for tag in tags if tag["end"] == ""}
    closed = {_name(tag) for tag in tags if tag["end"]}
    has_attributes = any("=" in tag["rest"] for tag in tags if tag["name"])
    return has_attributes or not opened.isdisjoint(closed | {"br", "p"}) or "p" in closed


def _without_comments(text: str) -> str:
    """Stops at the last end of a comment: searching for a missing one would read all text."""
    end = text.rfind("-->") + 3
    return _COMMENT.sub("", text[:end]) + text[end:]


def _decoded(text: str) -> str:
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(reference: Match[str]) -> str:
    """The character that is meant; a non-breaking space becomes a blank."""
    number, name = reference.groups()
    found = unescape(f"&{number};") if number else html5.get(f"{name};", f"&{name};")
    return " " if found == "\xa0" else found


def _read(text: str, tags: Sequence[Match[str]]) -> str:
    page, at = _Page(tags), 0
    for tag in tags:
        page.add(text[at : tag.start()])
        page.meet(tag)
        at = tag.end()
    page.add(text[at:])
    return page.finished()


class _Page:
    """The lines of a text, built as its tags are read."""

    def __init__(self, tags: Sequence[Match[str]]) -> None:
        self._ends = {_name(tag): tag.start() for tag in tags if tag["end"]}
        has_blocks = any(_name(tag) in _BLOCKS - {"br"} for tag in tags)
        self._lines: list[str] = []
        self._line: list[str] = []
        self._verbatim = 0 if has_blocks else 1
        self._dropped = ""
        self._quote = ""
        self._inside = 0
        self._bullet = ""
        self._after_br = False

    def add(self, text: str) -> None:
        """Add text between tags. Line ends are blanks, except where no element defines lines."""
        if self._dropped:
            return
        if self._after_br and self._verbatim:
            text = text.lstrip(" ").removeprefix("\n")
        for number, line in enumerate(text.split("\n") if self._verbatim else [text]):
            if number:
                self._end_line()
            if self._bullet and line.strip():
                line, self._bullet = self._bullet + line, ""
            self._line.append(_decoded(line))

    def meet(self, tag: Match[str]) -> None:
        """Handle the next tag."""
        name = _name(tag)
        self._after_br = name == "br"
        if self._dropped:
            if tag["end"] and name == self._dropped:
                self._dropped = ""
        elif name in _DROPPED and not tag["end"] and self._ends.get(name, 0) > tag.start():
            self._dropped = name
        else:
            self._break(name)
            self._note_quote(tag, name)
            if name == "pre":
                self._verbatim = max(0, self._verbatim + (-1 if tag["end"] else 1))
            if name == "li":
                self._bullet = "" if tag["end"] else "- "

    def finished(self) -> str:
        """The text."""
        self._break("p")
        return _MANY_BLANK_LINES.sub("\n\n", "\n".join(self._lines)).strip()

    def _break(self, name: str) -> None:
        if name in _CELLS:
            self._line.append(" ")
        if name not in _BLOCKS:
            return
        if name == "br" or any(part.strip() for part in self._line):
            self._end_line()
        self._line = []
        if name in _PARAGRAPHS and self._lines and self._lines[-1]:
            self._lines.append("")

    def _end_line(self) -> None:
        line = "".join(self._line)
        line = line.rstrip() if self._verbatim else _BLANKS.sub(" ", line).strip()
        self._lines.append(f"> {line}" if self._quote and line else line)
        self._line = []

    def _note_quote(self, tag: Match[str], name: str) -> None:
        """Elements of the same name may be nested in a quote; it ends with its own closing tag."""
        if name == self._quote:
            self._inside += -1 if tag["end"] else 1
            if not self._inside:
                self._break("div")
                self._quote = ""
        elif not self._quote and not tag["end"] and _quotes(tag, name):
            self._break("p")
            self._quote, self._inside = name, 1


def _quotes(tag: Match[str], name: str) -> bool:
    rest = tag["rest"] or ""
    return name == "blockquote" or any(word in rest for word in _QUOTES)
