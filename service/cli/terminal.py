"""The console of `voc`: printed data can't control the terminal."""

import re
from collections.abc import Iterable
from typing import Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LEFT_BY_JSON: Final = re.compile(r"[\x7f-\x9f]")


def escaped(text: str) -> str:
    """The JSON ``text``, with those control characters escaped that JSON allows unescaped."""
    return _LEFT_BY_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class Terminal(Console):
    """A console that strips control characters from whatever is printed, except its own."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """The segments of ``renderable``, their text without control characters."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else _CONTROL.sub("", text), style, control)
