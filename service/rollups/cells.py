"""Sets of native cells as bit masks.

A set of cells is stored as the hex form of an integer whose bit ``stage * 18 + touchpoint`` is
set for every cell in it, in the order of ``nlp.labels`` with ``unassigned`` in place of ``none``.
162 cells make at most 41 hex digits. Cells with learned labels follow, with one mask for each pair
of learned stage and touchpoint: ``4000;moving-in,=80000`` has one native cell and one with a
learned stage.

An item without a mention is silent. If its sender stated a stage or touchpoint, its mask begins
with ``~`` (``~4000``); otherwise it is "0".
"""

from collections.abc import Iterable, Iterator
from typing import Final

from service.journey.native import CELLS, Cell, learned_of, with_learned

_BIT: Final = {cell: 1 << index for index, cell in enumerate(CELLS)}
_NATIVE: Final = ("", "")
EMPTY_MASK: Final = "0"
SILENT_PREFIX: Final = "~"
"""What the mask of silent items begins with, unless it is "0"."""


def mask_of(cells: Iterable[Cell], *, silent: bool = False) -> str:
    """The mask of a set of cells; "0" for the empty set."""
    masks = {_NATIVE: 0}
    for cell in cells:
        learned = (learned_of(cell.stage), learned_of(cell.touchpoint))
        masks[learned] = masks.get(learned, 0) | _BIT[cell.native]
    native = f"{masks.pop(_NATIVE):x}"
    mask = ";".join([native, *(f"{s},{t}={mask:x}" for (s, t), mask in sorted(masks.items()))])
    return SILENT_PREFIX + mask if silent and mask != EMPTY_MASK else mask


def cells_in(mask: str) -> Iterator[Cell]:
    """The cells of a mask: the native ones in the order of ``CELLS``, then the others."""
    native, *learned = mask.removeprefix(SILENT_PREFIX).split(";")
    yield from _cells(native)
    for group in learned:
        keys, _, bits = group.partition("=")
        stage, _, touchpoint = keys.partition(",")
        for cell in _cells(bits):
            yield Cell(with_learned(cell.stage, stage), with_learned(cell.touchpoint, touchpoint))


def _cells(bits: str) -> Iterator[Cell]:
    rest = int(bits, 16)
    while rest:
        lowest = rest & -rest
        yield CELLS[lowest.bit_length() - 1]
        rest ^= lowest
