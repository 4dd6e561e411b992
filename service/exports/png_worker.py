"""SVG on standard input becomes PNG on standard output. A separate program that imports nothing
else.

The first argument is the number of pixels per unit. Exit status 3: there is no font. Without one,
the library silently leaves text out, so drawing a letter is the test.
"""

import sys
from typing import Final

import resvg_py

NO_FONT: Final = 3
LETTER: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">'
    '<text y="15" font-family="sans-serif">{}</text></svg>'
)


def draw(svg: str, sharpness: float) -> bytes:
    """The picture, on white."""
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=sharpness, background="#ffffff"))


def has_fonts() -> bool:
    """Whether text can be drawn."""
    return draw(LETTER.format("M"), 1) != draw(LETTER.format(""), 1)


if __name__ == "__main__":
    if not has_fonts():
        sys.exit(NO_FONT)
    sys.stdout.buffer.write(draw(sys.stdin.buffer.read().decode(), float(sys.argv[1])))
