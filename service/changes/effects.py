"""The effect of a change on each measure: differences in differences of daily sums. Pure.

effect = (after - before) - (control after - control before), as in Card & Krueger 1994, Minimum
wages and employment, American Economic Review 84. The variance of each of the four means is the
variance between days (``clustered_mean``), so that what a day's feedback has in common is not
taken for evidence (Bertrand, Duflo & Mullainathan 2004, How much should we trust
differences-in-differences estimates?, QJE 119), or that of single answers if it is larger.
"""

from collections.abc import Mapping, Sequence
from math import ceil, inf
from statistics import harmonic_mean
from typing import Final, NamedTuple

from service.changes.windows import Window, total_of
from service.insights import samples
from service.insights.measures import scale_name
from service.insights.samples import Sample
from service.insights.statistics import (
    SIGNIFICANCE_LEVEL,
    Z_95,
    Change,
    Estimate,
    benjamini_hochberg,
    clustered_mean,
    combined,
    contrast,
    detectable,
)
from service.insights.sums import Part

Z_POWER: Final = 0.841621
"""The 80th percentile of the normal distribution."""
STEP: Final = 0.1
VOLUME: Final = "volume_share"
DIRECTIONS: Final[Mapping[str, int]] = {
    "negative_share": -1,
    "net_sentiment": 1,
    "mean_severity": -1,
}
"""Which direction is better; for ratings it is up."""


class Series(NamedTuple):
    """The values of one measure: on each day, and over all days."""

    days: Sequence[Sample]
    whole: Sample

    @property
    def by_day(self) -> Estimate | None:
        """The mean with its variance between days; None for fewer than two days with values."""
        return clustered_mean((day.moments.total, day.moments.n) for day in self.days)

    @property
    def testable(self) -> bool:
        """Whether there are enough values, from enough days."""
        return not self.whole.small and self.by_day is not None


class Effect(NamedTuple):
    """One measure before and after; ``control`` is the same for the rest, None without a control.

    ``change`` is the difference in differences, ``own`` that of the scope alone. ``p`` is corrected
    for all measures; None if there was too little to test. ``detectable`` is None if no effect that
    is possible would show. ``spread`` is the squared standard error of ``change``, times the number
    of values on a side (the harmonic mean of both): that of one value on each.
    """

    before: float
    after: float
    control: tuple[float, float] | None
    change: Change
    own: Change
    p: float | None
    direction: int
    detectable: float | None
    spread: float

    @property
    def significant(self) -> bool:
        """Whether it is significant."""
        return self.p is not None and self.p < SIGNIFICANCE_LEVEL

    @property
    def moved(self) -> bool:
        """Whether the scope itself moved significantly in that direction, not only the rest."""
        same_way = (self.own.difference or 0.0) * (self.change.difference or 0.0) > 0
        return same_way and self.own.p < SIGNIFICANCE_LEVEL

    @property
    def better(self) -> bool | None:
        """Whether it moved in the better direction; None if there is none, or it didn't move."""
        moved = self.direction * (self.change.difference or 0.0)
        return moved > 0 if moved else None


def effects(
    before: Window, after: Window, has_rest: bool, direction: int | None = None
) -> dict[str, Effect]:
    """All measures of a scope; given the ``direction`` of a theme's volume, the measures of a
    theme.

    -1 for a pain point (rarer is better), 1 for a win, which has no severity.
    """
    own = (_measures(before.scope), _measures(after.scope))
    rest = (_measures(before.rest), _measures(after.rest)) if has_rest else None
    found = {}
    if direction is None:
        found = {name: _effect(name, own, rest) for name in own[0] if name in own[1]}
    elif direction < 0:
        found = {"mean_severity": _effect("mean_severity", own, None)}
    if has_rest:
        volumes = (_volumes(before), _volumes(after))
        found[VOLUME] = _estimate_effect(volumes, None, direction or 0)
    kept = {name: effect for name, effect in found.items() if effect}
    tested = {name: effect.p for name, effect in kept.items() if effect.p is not None}
    settled = dict(zip(tested, benjamini_hochberg(list(tested.values())), strict=True))
    return {name: effect._replace(p=settled.get(name)) for name, effect in kept.items()}


class RequiredItems(NamedTuple):
    """The number of items, before and after each, that shows ``what`` in 4 of 5 cases."""

    items: int
    what: str


def required_items(
    found: Mapping[str, Effect], of_theme: bool, has_rest: bool = True
) -> RequiredItems:
    """For a difference of 10 points in the share of complaints; for a theme, for half its volume.

    spread (z + z')^2 / d^2, with the spread of the effect found: if more feedback comes on more
    days, in the scope and in the control alike. There are so many of them then that Student's
    distribution is the normal one. At least the spread of two samples, 2 p (1 - p) (Fleiss 1981,
    Statistical Methods for Rates and Proportions, 3.2); p is at least d. Where nothing was tested,
    that spread, or twice as much with a control, assumed to be as large as the scope.
    """
    name = VOLUME if of_theme else "negative_share"
    effect = found.get(name)
    share = effect.before if effect else 0.5
    step = share / 2 if of_theme and share else STEP
    spread = 2 * max(share * (1 - share), step * (1 - step))
    if effect and effect.p is not None:
        spread = max(spread, effect.spread)
    elif has_rest and not of_theme:
        spread *= 2
    items = ceil(spread * (Z_95 + Z_POWER) ** 2 / step**2)
    return RequiredItems(items, "that it has halved" if of_theme else "a difference of 10 points")


def _measures(days: Sequence[Part]) -> dict[str, Series]:
    whole = total_of(days)
    daily = [samples.of_mentions(day.mentions, day.mentions.mentions) for day in days]
    found = {
        name: Series([of_day[name] for of_day in daily], sample)
        for name, sample in samples.of_mentions(whole.mentions, whole.items.with_mentions).items()
    }
    for scale, sample in samples.kpi_samples(whole.items).items():
        ratings = [day.items.ratings.get(scale) for day in days]
        rated = [samples.of_ratings(scale, rating) for rating in ratings if rating]
        found[scale_name(scale)] = Series(rated, sample)
    return found


def _volumes(window: Window) -> Series:
    """Whether an item is in the scope."""
    pairs = [
        (own.items.items, whole.items.items)
        for own, whole in zip(window.scope, window.around, strict=True)
    ]
    days = [samples.share(own, own, whole, whole) for own, whole in pairs]
    own, whole = (sum(side) for side in zip(*pairs, strict=True)) if pairs else (0, 0)
    return Series(days, samples.share(own, own, whole, whole))


Pair = tuple[Series, Series]
Measures = Mapping[str, Series]


def _effect(
    name: str, own: tuple[Measures, Measures], rest: tuple[Measures, Measures] | None
) -> Effect | None:
    control = None
    if rest and name in rest[0] and name in rest[1]:
        control = (rest[0][name], rest[1][name])
    return _estimate_effect((own[0][name], own[1][name]), control, DIRECTIONS.get(name, 1))


def _estimate_effect(own: Pair, control: Pair | None, direction: int) -> Effect | None:
    """None if a side has no value; a control that can't be tested is dropped."""
    if control and not all(series.testable for series in control):
        control = None
    before, after = (series.whole for series in own)
    if before.value is None or after.value is None:
        return None
    terms = _terms(own, 1) + (_terms(control, -1) if control else [])
    varies = all(series.by_day for series in own)
    compare = contrast if varies else _unknown
    change, effect = compare(*terms), combined(*terms)
    span = before.greatest - before.least
    least = detectable(effect) if varies else inf
    return Effect(
        before=before.value,
        after=after.value,
        control=control and (control[0].whole.value or 0.0, control[1].whole.value or 0.0),
        change=change.within(span),
        own=compare(*_terms(own, 1)),
        p=change.p if all(series.testable for series in own) else None,
        direction=direction,
        detectable=least if least <= span else None,
        spread=effect.variance * harmonic_mean((before.n, after.n)),
    )


def _unknown(*terms: tuple[float, Estimate]) -> Change:
    """A difference of single days, which says nothing about how much days differ anyway."""
    return Change(sum(weight * term.value for weight, term in terms), -inf, inf, 1.0)


def _terms(pair: Pair, sign: int) -> list[tuple[float, Estimate]]:
    before, after = pair
    return [(-sign, _estimate(before)), (sign, _estimate(after))]


def _estimate(series: Series) -> Estimate:
    """The mean of all days, with the larger of its two variances."""
    whole = series.whole
    single = whole.smoothed().estimate()._replace(value=whole.value or 0.0)
    return max(single, series.by_day or single, key=lambda found: found.variance)
