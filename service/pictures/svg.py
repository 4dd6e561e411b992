"""Shapes and texts as self-contained SVG, without external fonts, styles or scripts.

The XML writer escapes texts; characters that XML does not allow are removed. Text widths are
estimates, because there is no font to measure; nearly all texts are narrower.
"""

import re
from typing import Final
from unicodedata import east_asian_width
from xml.etree import ElementTree as Xml

NAMESPACE: Final = "http://www.w3.org/2000/svg"
FONTS: Final = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"
WIDE, NARROW = 1.0, 0.56
"""Widths of characters, as a fraction of the font size."""
CUT: Final = "…"
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BIDI: Final = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters that change the direction of text."""


class Sheet:
    """A picture to draw on; screen readers read ``title`` and ``description``."""

    def __init__(self, width: int, height: int, title: str, description: str) -> None:
        self.root = Xml.Element(
            "svg",
            {
                "xmlns": NAMESPACE,
                "viewBox": f"0 0 {width} {height}",
                "width": str(width),
                "height": str(height),
                "role": "img",
                "aria-labelledby": "title description",
                "font-family": FONTS,
            },
        )
        Xml.SubElement(self.root, "title", {"id": "title"}).text = plain_text(title)
        Xml.SubElement(self.root, "desc", {"id": "description"}).text = plain_text(description)
        self.shape("rect", width="100%", height="100%", fill="#ffffff")

    def shape(self, kind: str, **attributes: str | float) -> Xml.Element:
        """Add a shape; underscores in attribute names become hyphens."""
        return shape_in(self.root, kind, **attributes)

    def text(
        self, x: float, y: float, text: str, size: float = 12, **attributes: str | float
    ) -> None:
        """Add one line of text with its baseline at ``y``."""
        self.shape("text", x=x, y=y, font_size=size, **attributes).text = plain_text(text)

    def lines(
        self,
        x: float,
        y: float,
        lines: list[str],
        size: float = 12,
        **attributes: str | float,
    ) -> None:
        """Add lines of text, the first with its baseline at ``y``."""
        for index, line in enumerate(lines):
            self.text(x, y + index * size * 1.3, line, size, **attributes)

    def __str__(self) -> str:
        return Xml.tostring(self.root, encoding="unicode")


def shape_in(parent: Xml.Element, kind: str, **attributes: str | float) -> Xml.Element:
    """Add a shape to ``parent``."""
    named = {name.replace("_", "-"): _number(value) for name, value in attributes.items()}
    return Xml.SubElement(parent, kind, named)


def plain_text(text: str) -> str:
    """``text`` on one line, without characters that XML forbids and direction controls."""
    return " ".join(_BIDI.sub("", _NOT_XML.sub("", text)).split())


def fitted(text: str, width: float, size: float, most: int = 1) -> list[str]:
    """``text`` in at most ``most`` lines of ``width``; ends with an ellipsis if truncated."""
    rest, lines = plain_text(text), list[str]()
    while rest and len(lines) < most:
        line = _first_line(rest, width, size)
        rest = rest[len(line) :].lstrip()
        lines.append(line.rstrip())
    if rest:
        lines[-1] = _cut(lines[-1], width, size)
    return lines


def width_of(text: str, size: float) -> float:
    """An estimate of how wide a text is."""
    return size * sum(WIDE if east_asian_width(char) in "WF" else NARROW for char in text)


def _first_line(text: str, width: float, size: float) -> str:
    """As many words as fit, or a part of the first."""
    if width_of(text, size) <= width:
        return text
    fits = next(n for n in range(len(text), 0, -1) if n == 1 or width_of(text[:n], size) <= width)
    space = text.rfind(" ", 0, fits + 1)
    return text[:space] if space > 0 else text[:fits]


def _cut(line: str, width: float, size: float) -> str:
    while line and width_of(line + CUT, size) > width:
        line = line[:-1]
    return line.rstrip() + CUT


def _number(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"
