"""Sets of cells survive being stored."""

from datetime import date
from itertools import product
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from models.workspace import Workspace
from service.db import Database
from service.journey.consistency import MAX_LEARNED, MAX_LEARNED_KEY_CHARS
from service.journey.native import CELLS, Cell, with_learned
from service.rollups.apply import Delta, apply
from service.rollups.cells import cells_in, mask_of

keys = st.sampled_from(["", "moving-in", "lift_2"])
wide = st.builds(
    lambda cell, stage, touchpoint: Cell(
        with_learned(cell.stage, stage), with_learned(cell.touchpoint, touchpoint)
    ),
    st.sampled_from(CELLS),
    keys,
    keys,
)


@given(st.sets(wide))
def test_a_set_is_read_as_it_was_written(cells: set[Cell]) -> None:
    assert set(cells_in(mask_of(cells))) == cells
    silent = mask_of(cells, silent=True)
    assert set(cells_in(silent)) == cells
    assert (silent == mask_of(cells)) == (not cells)


@given(st.sets(st.sampled_from(CELLS)))
def test_native_cells_alone_are_a_plain_number(cells: set[Cell]) -> None:
    assert int(mask_of(cells), 16).bit_count() == len(cells)


def test_the_largest_set_of_one_item_can_be_stored(
    database: Database, workspace: Workspace
) -> None:
    random = Random(5)  # noqa: S311 - any keys will do
    keys = [
        [
            "",
            *(
                "".join(random.choices("abcdefghij-_0123", k=MAX_LEARNED_KEY_CHARS))
                for _ in range(n)
            ),
        ]
        for n in (MAX_LEARNED, MAX_LEARNED)
    ]
    cells = {
        Cell(with_learned(cell.stage, stage), with_learned(cell.touchpoint, touchpoint))
        for stage, touchpoint in product(*keys)
        for cell in random.sample(CELLS, 80)
    }
    delta = Delta()
    key = (workspace.id, date(2026, 3, 1), "survey", "x" * 100, "website", "en", mask_of(cells), "")
    delta.items[key]["items"] = 1
    with database.write() as session:
        apply(session, delta)
