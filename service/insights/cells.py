"""Sets of native cells as bit masks.

A set of cells is stored as the hex form of an integer whose bit ``stage * 18 + touchpoint`` is
set for every cell in it, in the order of ``nlp.labels`` with ``unassigned`` in the place of
``none``. 162 cells make at most 41 hex digits.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from service.journey.native import CELLS, STORED_STAGES, STORED_TOUCHPOINTS, Cell

__all__ = ["CELLS", "STORED_STAGES", "STORED_TOUCHPOINTS", "Cell", "cells_in", "mask_of"]

_BIT: Final = {cell: 1 << index for index, cell in enumerate(CELLS)}


def mask_of(cells: Iterable[Cell]) -> str:
    """The hex mask of a set of cells; "0" for the empty set."""
    mask = 0
    for cell in cells:
        mask |= _BIT[cell]
    return f"{mask:x}"


def cells_in(mask: str) -> Iterator[Cell]:
    """The cells of a hex mask, in the order of ``CELLS``."""
    rest = int(mask, 16)
    while rest:
        lowest = rest & -rest
        yield CELLS[lowest.bit_length() - 1]
        rest ^= lowest
