"""SVG to PNG, drawn by a separate process, one picture at a time.

The library holds the interpreter's lock while it draws, a second or two for a map: inside the
service, no other request would be answered meanwhile.
"""

import subprocess
import sys
from threading import BoundedSemaphore, Lock
from typing import Final

from service.exports import png_worker
from service.exports.errors import DrawingBusy, NoFont

PIXELS_PER_UNIT: Final = 2.0
"""Pixels of the picture per unit of the SVG."""
QUEUE_TIMEOUT_S: Final = 20.0
DRAW_TIMEOUT_S: Final = 60.0
MAX_WAITING: Final = 4
"""Requests that may be here at once: each occupies a thread that other requests need."""
_turn: Final = Lock()
_room: Final = BoundedSemaphore(MAX_WAITING)


def png_of(svg: str) -> bytes:
    """An SVG as PNG, in the fonts that the machine has.

    Raises:
        NoFont: it has none.
        DrawingBusy: too many are waiting already, or it takes too long.
    """
    if not _room.acquire(blocking=False):
        raise DrawingBusy
    try:
        return _draw_in_turn(svg)
    finally:
        _room.release()


def _draw_in_turn(svg: str) -> bytes:
    if not _turn.acquire(timeout=QUEUE_TIMEOUT_S):
        raise DrawingBusy
    try:
        return _draw(svg)
    except subprocess.TimeoutExpired:
        raise DrawingBusy from None
    finally:
        _turn.release()


def _draw(svg: str) -> bytes:
    command = [sys.executable, png_worker.__file__, str(PIXELS_PER_UNIT)]
    drawn = subprocess.run(  # noqa: S603 - our own program
        command, input=svg.encode(), capture_output=True, timeout=DRAW_TIMEOUT_S, check=False
    )
    if drawn.returncode == png_worker.NO_FONT:
        raise NoFont
    drawn.check_returncode()
    return drawn.stdout
