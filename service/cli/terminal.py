"""What `voc` prints on: data can't steer the terminal that it is shown on."""

import re
from collections.abc import Iterable
from typing import Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LEFT_BY_JSON: Final = re.compile(r"[\x7f-\x9f]")


def escaped(text: str) -> str:
    """The same JSON with the control characters escaped that JSON may have as they are."""
    return _LEFT_BY_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class Terminal(Console):
    """A console that leaves control characters out of whatever is printed, but for its own."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """The segments of ``renderable`` without characters that terminals obey."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else _CONTROL.sub("", text), style, control)
