"""The parts of a map: stages, touchpoints and cells, with their sums, changes and themes."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Final, NamedTuple, TypeVar

from nlp.labels import UNASSIGNED
from service.insights import leave_one_out
from service.insights.axes import PART_OF, AxisName, Key
from service.insights.comparison import Side, compare
from service.insights.filters import Selection
from service.insights.leave_one_out import SENTIMENT, Impact
from service.insights.map_themes import Ranked, top
from service.insights.measures import Fields, emotions, measured
from service.insights.queries.items import Items
from service.insights.sums import EMPTY_PART, MentionRow, Part, joined, mentions_by, total
from service.journey.native import Cell

K = TypeVar("K", bound=Hashable)
Parts = Mapping[Key, Part]
MAP_AXES: Final[Sequence[AxisName]] = ("stage", "touchpoint", "cell")
"""The axes whose parts a map shows."""


class SideSums(NamedTuple):
    """All sums of one side of a comparison: in total, and by part for each of ``MAP_AXES``."""

    side: Side
    whole: Part
    parts: Mapping[str, Parts]


def side_sums(
    selection: Selection,
    mentions: Sequence[MentionRow],
    items: Items,
    days: float | None,
) -> SideSums:
    """Add up the rows of a selection, whose period is ``days`` long; see ``comparison.Side``."""
    whole = Part(total(row.sums for row in mentions), items.whole)
    return SideSums(
        Side(whole.mentions.mentions, whole.items.with_mentions, days),
        whole,
        {axis: parts(selection, mentions, items, axis) for axis in MAP_AXES},
    )


def parts(
    selection: Selection,
    mentions: Iterable[MentionRow],
    items: Items,
    axis: AxisName,
) -> Parts:
    """Mentions and distinct items of each part of an axis that has mentions."""
    cells, part_of = selection.journey.cells, PART_OF[axis]
    return joined(mentions_by(mentions, lambda row: part_of(cells[row.cell])), items.parts(axis))


def impacts_of(parts: Mapping[K, Part], whole: Part, kpi: str) -> dict[K, Impact]:
    """Leave-one-out of each part; ``kpi`` is a scale (``nps:0-10``) or ``sentiment``."""
    found = {}
    for key, part in parts.items():
        if kpi == SENTIMENT:
            impact = leave_one_out.of_sentiment(whole, part)
        else:
            impact = leave_one_out.of_scale(kpi, whole.items, part.items)
        if impact:
            found[key] = impact
    return found


@dataclass(frozen=True, slots=True)
class Axis:
    """One of ``MAP_AXES``: its parts on both sides, its themes and its moments of truth."""

    now: SideSums
    before: SideSums | None
    name: AxisName
    pains: Mapping[Key, list[Fields]]
    wins: Mapping[Key, list[Fields]]
    truths: frozenset[Key]

    @property
    def keys(self) -> set[Key]:
        """Parts with feedback, on either side."""
        keys = set(self.now.parts[self.name])
        return keys | set(self.before.parts[self.name]) if self.before else keys

    def part(self, key: Key) -> Part:
        """The sums of a part; zeros if it has no mentions."""
        return self.now.parts[self.name].get(key, EMPTY_PART)

    def fields(self, keys: Sequence[Key]) -> list[Fields]:
        """The fields of ``PartOut`` of these parts."""
        parts = [self.part(key) for key in keys]
        found = measured(parts, repeat(self.now.side.mentions, len(parts)))
        for fields, key, part, changes in zip(
            found, keys, parts, self._changes(keys, parts), strict=True
        ):
            fields |= {
                "emotions": emotions(part.mentions),
                "changes": changes,
                "pains": self.pains.get(key, []),
                "wins": self.wins.get(key, []),
                "moment_of_truth": key in self.truths,
            }
        return found

    def _changes(self, keys: Sequence[Key], parts: Sequence[Part]) -> list[dict[str, Fields]]:
        if self.before is None:
            return [{} for _ in keys]
        known = self.before.parts[self.name]
        before = [known.get(key, EMPTY_PART) for key in keys]
        return compare(parts, before, self.now.side, self.before.side)


def make_axis(
    name: AxisName, now: SideSums, before: SideSums | None, themes: Ranked, whole: Part, kpi: str
) -> Axis:
    """An axis; moments of truth are judged by ``kpi`` in ``whole``, the feedback at all stages."""
    shown = top(themes, PART_OF[name])
    known = {key: part for key, part in now.parts[name].items() if not _is_unassigned(key)}
    judged = leave_one_out.judge_impacts(impacts_of(known, whole, kpi))
    truths = frozenset(key for key, found in judged.items() if found.moment_of_truth)
    return Axis(now, before, name, shown.pains, shown.wins, truths)


def _is_unassigned(key: Key) -> bool:
    return key == UNASSIGNED or (isinstance(key, Cell) and UNASSIGNED in key)
