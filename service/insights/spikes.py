"""The expected count of a period, from the periods before it, and whether the count is a spike.

The threshold of Farrington, Andrews, Beale & Catchpole 1996, A statistical algorithm for the early
detection of outbreaks of infectious disease, JRSS A 159 (equation 3.3), on a weekday profile. Pure.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import sqrt
from typing import Final, NamedTuple

from service.insights.periods import By

HISTORY: Final[Mapping[By, int]] = {"day": 56, "week": 13}
"""How many periods before are used; there are no expectations for months."""
MIN_HISTORY: Final[Mapping[By, int]] = {"day": 28, "week": 8}
"""How many periods before are needed."""
PRIOR_WEIGHT: Final = 2.0
"""How many average days are added to each weekday, as a profile from few weeks is uncertain."""
MIN_TOTAL: Final = 0.5
"""The sum of a history of zeros: that nothing came so far does not mean that nothing can come."""
Z: Final = 3.09
"""One in 1,000 ordinary periods is above the threshold."""
MIN_COUNT: Final = 5
"""A smaller count is never too much, and fewer items are never a spike."""


class Expected(NamedTuple):
    """The mean of what was to be expected, the threshold, and whether the count is above it, if it
    is not below ``MIN_COUNT``."""

    mean: float
    upper: float
    exceeded: bool

    def is_spike(self, items: int) -> bool:
        """Whether the count is a spike, coming from so many items: one long item is none."""
        return self.exceeded and items >= MIN_COUNT


@dataclass(slots=True)
class _Sums:
    """How many counts, their sum and their sum of squares."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    def add(self, count: float, sign: int) -> None:
        self.n += sign
        self.total += sign * count
        self.squares += sign * count**2


@dataclass(slots=True)
class _History:
    """The latest counts, summed by slot: the day of the week, or 0 for all if periods are weeks."""

    by: By
    counts: deque[tuple[int, float]] = field(default_factory=deque)
    slots: dict[int, _Sums] = field(default_factory=dict)

    def add(self, slot: int, count: float) -> None:
        self.counts.append((slot, count))
        self.slots.setdefault(slot, _Sums()).add(count, 1)
        if len(self.counts) > HISTORY[self.by]:
            gone, old = self.counts.popleft()
            self.slots[gone].add(old, -1)

    @property
    def is_silent(self) -> bool:
        """Whether all counts are 0."""
        return not any(count for _, count in self.counts)

    def expected(self, slot: int, count: int) -> Expected | None:
        """The expectation for ``count`` in this slot; None while there is too little history."""
        n = len(self.counts)
        if n < MIN_HISTORY[self.by]:
            return None
        level = max(sum(count for _, count in self.counts), MIN_TOTAL) / n
        mean = self._mean(slot, level)
        spread = self._dispersion(level) * mean * (1 + 1 / (self.slots[slot].n + PRIOR_WEIGHT))
        upper = mean * (1 + 2 / 3 * Z * sqrt(spread) / mean) ** 1.5
        return Expected(mean, upper, count > upper and count >= MIN_COUNT)

    def _mean(self, slot: int, level: float) -> float:
        sums = self.slots[slot]
        return (sums.total + PRIOR_WEIGHT * level) / (sums.n + PRIOR_WEIGHT)

    def _dispersion(self, level: float) -> float:
        """Pearson's: the variance over the mean; at least 1, that of a Poisson distribution."""
        misfit = 0.0
        for slot, sums in self.slots.items():
            mean = self._mean(slot, level)
            misfit += (sums.squares - 2 * mean * sums.total + sums.n * mean**2) / mean
        return max(misfit / (len(self.counts) - len(self.slots)), 1.0)


def expectations(
    starts: Sequence[date], counts: Sequence[int], by: By
) -> Iterator[Expected | None]:
    """The expectation for each of these consecutive periods, from those before it.

    A count above the threshold, a spike or not, enters the history of later periods with the
    threshold in its place, so that it hides no other one, and a new level is yet learned. The first
    count after a history of zeros enters as it is: the threshold is about 1 then, and something new
    that stays would be a spike for weeks. None: too little history, or months.
    """
    if by not in HISTORY:
        yield from (None for _ in starts)
        return
    history = _History(by)
    for start, count in zip(starts, counts, strict=True):
        slot = start.weekday() if by == "day" else 0
        found = history.expected(slot, count)
        yield found
        is_capped = found and found.exceeded and not history.is_silent
        history.add(slot, found.upper if found and is_capped else count)
