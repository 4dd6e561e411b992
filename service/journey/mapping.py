"""A journey as a function from native cells to the journey's stages and touchpoints. Pure."""

from collections.abc import Collection, Iterable, Mapping
from itertools import product
from types import MappingProxyType
from typing import Final, NamedTuple

from nlp.labels import UNASSIGNED
from service.journey.definition import Definition, Entry, Stage, Touchpoint
from service.journey.errors import UnknownStage, UnknownTouchpoint, unknown_name
from service.journey.names import folded
from service.journey.native import CELLS, NO_CELL, Cell, learned_of, with_learned
from service.redaction.quotes import quoted

CUSTOM: Final = "custom"


class LearnedKeys(NamedTuple):
    """Keys of learned stages and touchpoints."""

    stage: frozenset[str] = frozenset()
    touchpoint: frozenset[str] = frozenset()

    def plus(self, other: "LearnedKeys") -> "LearnedKeys":
        """Both as one set."""
        return LearnedKeys(self.stage | other.stage, self.touchpoint | other.touchpoint)


def learned_keys(definition: Definition) -> LearnedKeys:
    """The keys of the entries of ``definition`` that have examples."""
    return LearnedKeys(
        frozenset(stage.key for stage in definition.stages if stage.examples),
        frozenset(entry.key for entry in definition.touchpoints if entry.examples),
    )


class JourneyMap:
    """A definition, ready for lookups.

    ``key`` is the name of the preset with the same cells, or "custom"; ``version`` is the
    workspace's, 0 for a preset that was never changed. Every native cell maps to exactly one
    (stage, touchpoint); what no stage or touchpoint includes maps to ``unassigned``. A learned
    label wins over the native one if the definition has it; else it is ignored. ``known`` are
    learned labels that mentions of the workspace may have besides its own.
    """

    def __init__(
        self,
        definition: Definition,
        key: str = CUSTOM,
        version: int = 0,
        known: LearnedKeys = LearnedKeys(),  # noqa: B008 - immutable
    ) -> None:
        self.definition = definition
        self.key = key
        self.version = version
        self.stages: tuple[Stage, ...] = tuple(definition.stages)
        self.touchpoints: tuple[Touchpoint, ...] = tuple(definition.touchpoints)
        self.learned = learned_keys(definition)
        self.known = known.plus(self.learned)
        self._cells = MappingProxyType(_Cells(_mapped(definition), self.learned, self.known))
        self._stage_names = _names(self.stages)
        self._touchpoint_names = _names(self.touchpoints)

    @property
    def cells(self) -> Mapping[Cell, Cell]:
        """Every native cell with its cell of this journey."""
        return self._cells

    def cell_of(self, cell: tuple[str, str]) -> Cell:
        """The (stage key, touchpoint key) of a native cell."""
        return self._cells[Cell(*cell)]

    def stage_of(self, cell: tuple[str, str]) -> str:
        """The stage key of a native cell, or ``unassigned``."""
        return self.cell_of(cell).stage

    def touchpoint_of(self, cell: tuple[str, str]) -> str:
        """The touchpoint key of a native cell, or ``unassigned``."""
        return self.cell_of(cell).touchpoint

    def resolve_stage(self, text: str) -> str:
        """The key of the stage with this key, name or alias, in any case.

        Raises:
            UnknownStage: there is none; the detail lists those there are.
        """
        key = self._stage_names.get(folded(text))
        if key is None:
            reason = _unknown("stage", text, self.stages)
            raise unknown_name(UnknownStage, "stage", reason)
        return key

    def resolve_touchpoint(self, text: str) -> str:
        """The key of the touchpoint with this key, name or alias, in any case.

        Raises:
            UnknownTouchpoint: there is none; the detail lists those there are.
        """
        key = self._touchpoint_names.get(folded(text))
        if key is None:
            reason = _unknown("touchpoint", text, self.touchpoints)
            raise unknown_name(UnknownTouchpoint, "touchpoint", reason)
        return key

    def native_cells(self, stage: str | None, touchpoint: str | None) -> frozenset[Cell]:
        """The native cells that a sender's stage and touchpoint keys allow.

        ``None`` leaves a side open. Cells of the native stage ``unassigned`` are never among them;
        a learned stage allows all others. Empty for a key that no longer exists, or for a pair
        without common cells.
        """
        stages = None if stage is None else {stage}
        touchpoints = None if touchpoint is None else {touchpoint}
        return frozenset(
            cell.native
            for cell in self.cells_within(stages, touchpoints)
            if cell.native.stage != UNASSIGNED
        )

    def existing_keys(
        self, stage: str | None, touchpoint: str | None
    ) -> tuple[str | None, str | None]:
        """A sender's stage and touchpoint keys, but None for one that no longer exists."""
        return (
            stage if self.native_cells(stage, None) else None,
            touchpoint if self.native_cells(None, touchpoint) else None,
        )

    def stated_cell(self, stage: str | None, touchpoint: str | None) -> Cell:
        """The native cell of an item without a mention: what its sender stated, and no more.

        A stage that includes some touchpoints only has no cell without any: such an item is nowhere
        unless there is just one that it can be of.
        """
        stage, touchpoint = self.existing_keys(stage, touchpoint)
        if not stage and not touchpoint:
            return NO_CELL
        allowed = self.cells_within(
            {stage} if stage else None, {touchpoint} if touchpoint else None
        )
        stated = Cell(stage or UNASSIGNED, touchpoint or UNASSIGNED)
        found = [cell for cell in allowed if self.cell_of(cell) == stated]
        if not found and len({self.cell_of(cell) for cell in allowed}) == 1:
            found = [*allowed]
        return min(found, key=_specificity, default=NO_CELL)

    def cells_within(
        self, stages: Collection[str] | None, touchpoints: Collection[str] | None
    ) -> frozenset[Cell]:
        """All native cells that map to any of ``stages`` and any of ``touchpoints``.

        ``None`` means any; ``unassigned`` may be among the keys.
        """
        return frozenset(
            native
            for native, cell in self._cells.items()
            if (stages is None or cell.stage in stages)
            and (touchpoints is None or cell.touchpoint in touchpoints)
        )


def _specificity(cell: Cell) -> tuple[int, int, int, Cell]:
    """Cells that leave more open come first, then those in front: nothing is to be guessed."""
    named = sum(label != UNASSIGNED for label in cell.native)
    learned = sum(bool(learned_of(label)) for label in cell)
    return named, learned, CELLS.index(cell.native), cell


class _Cells(dict[Cell, Cell]):
    """Every cell that mentions may have; one with unknown learned labels maps like its native
    part.
    """

    def __init__(
        self, natives: Mapping[Cell, Cell], learned: LearnedKeys, known: LearnedKeys
    ) -> None:
        super().__init__(natives)
        self._learned = learned
        pairs = product(("", *sorted(known.stage)), ("", *sorted(known.touchpoint)))
        for (stage, touchpoint), cell in product(pairs, natives):
            wide = Cell(with_learned(cell.stage, stage), with_learned(cell.touchpoint, touchpoint))
            if wide not in self:
                self[wide] = self._with_learned(wide)

    def __missing__(self, cell: Cell) -> Cell:
        if not learned_of(cell.stage) and not learned_of(cell.touchpoint):
            raise KeyError(cell)
        return self._with_learned(cell)

    def _with_learned(self, cell: Cell) -> Cell:
        stage, touchpoint = learned_of(cell.stage), learned_of(cell.touchpoint)
        mapped = self[cell.native]
        return Cell(
            stage if stage in self._learned.stage else mapped.stage,
            touchpoint if touchpoint in self._learned.touchpoint else mapped.touchpoint,
        )


def _mapped(definition: Definition) -> dict[Cell, Cell]:
    """Narrowed includes take precedence over whole-stage ones."""
    whole: dict[str, str] = {}
    narrowed: dict[Cell, str] = {}
    for stage in definition.stages:
        for include in stage.includes:
            if include.touchpoints is None:
                whole[include.stage] = stage.key
            for native in include.touchpoints or ():
                narrowed[Cell(include.stage, native)] = stage.key
    touchpoints: dict[str, str] = {
        native: touchpoint.key
        for touchpoint in definition.touchpoints
        for native in touchpoint.includes
    }
    return {
        cell: Cell(
            narrowed.get(cell) or whole.get(cell.stage, UNASSIGNED),
            touchpoints.get(cell.touchpoint, UNASSIGNED),
        )
        for cell in CELLS
    }


def _names(entries: Iterable[Entry]) -> dict[str, str]:
    return {
        folded(name): entry.key
        for entry in entries
        for name in (entry.key, entry.name, *entry.aliases)
    }


def _unknown(what: str, text: str, known: Iterable[Entry]) -> str:
    names = ", ".join(entry.key for entry in known)
    return f"there is no {what} {quoted(text, 80)}; known {what}s: {names}"
