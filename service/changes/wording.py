"""The verdict on a change, in words. Pure."""

from collections.abc import Mapping
from typing import Final

from service.changes.effects import VOLUME, Effect, RequiredItems
from service.changes.schemas import ScopeKind, Verdict
from service.insights.statistics import SIGNIFICANCE_LEVEL
from service.pictures.formatting import (
    counted,
    difference,
    in_points,
    scale,
    unsigned_difference,
    value,
)

NAMES: Final = {
    VOLUME: "its share",
    "negative_share": "the share of complaints",
    "net_sentiment": "net sentiment",
    "mean_severity": "mean severity",
}
"""In the order of their importance for the verdict. A volume has a better direction only for
themes, whose main measure it is. ``whole_of`` says what it is a share of.
"""
MAJORITY: Final = 0.5
"""From this share on, most mentions are complaints."""


def verdict(effects: Mapping[str, Effect]) -> tuple[Verdict, str | None]:
    """What the measures say together, and the first of ``NAMES`` that says so.

    Improved (or worse): at least one measure is significantly better (worse) and moved itself, and
    none says the opposite.
    """
    telling = {
        name: found
        for name, found in effects.items()
        if found.significant and found.moved and found.better is not None
    }
    ways = {found.better for found in telling.values()}
    if len(ways) != 1:
        return "no_evidence_yet", None
    return ("improved" if ways == {True} else "worse"), min(telling, key=_order)


def whole_of(kind: ScopeKind) -> str:
    """What the volume of such a scope is a share of."""
    return "the feedback of this segment" if kind == "place_in_segment" else "all feedback"


def sentence(
    effects: Mapping[str, Effect], days: int, required: RequiredItems, kind: ScopeKind
) -> str:
    """The verdict in plain words; there are ``days`` before and after.

    A volume that moved and has no better direction comes first where the others are undecided.
    """
    said, name = verdict(effects)
    volume = _volume(effects, kind)
    if name is not None:
        begin = "It got better" if said == "improved" else "It got worse"
        return f"{begin}: {_in_words(name, effects[name], kind)}" + (f" {volume}" if volume else "")
    undecided = _undecided(effects, days, required, kind)
    if volume is None:
        return undecided
    about = f"The measures do not show whether that is better or worse{_complaints(effects)}."
    return f"{volume} {about} Apart from that, {undecided[0].lower()}{undecided[1:]}"


def _volume(effects: Mapping[str, Effect], kind: ScopeKind) -> str | None:
    """The change of the volume, if it is significant and neither good nor bad; else None."""
    found = effects.get(VOLUME)
    if found is None or found.direction or not (found.significant and found.moved):
        return None
    change = found.change
    low, high = (difference(VOLUME, bound) for bound in (change.low, change.high))
    moved = "rose" if (change.difference or 0.0) > 0 else "fell"
    went = f"from {value(VOLUME, found.before)} to {value(VOLUME, found.after)}"
    return f"Its share of {whole_of(kind)} {moved} {went} ({low} to {high} points, 95%)."


def _complaints(effects: Mapping[str, Effect]) -> str:
    """Whether most mentions since are complaints, if there are enough to be tested."""
    found = effects.get("negative_share")
    if found is None or found.p is None or found.after < MAJORITY:
        return ""
    return f"; {value('negative_share', found.after)} of the mentions since then are complaints"


def _undecided(
    effects: Mapping[str, Effect], days: int, required: RequiredItems, kind: ScopeKind
) -> str:
    telling = {
        name: found for name, found in effects.items() if found.direction and found.p is not None
    }
    if days < 2:
        return (
            "Too early for a verdict: one day before and one after do not tell an effect from the "
            "differences that there are between any two days."
        )
    if not telling:
        return (
            f"Too little feedback for a verdict in {counted(days, 'day')} before and after: about "
            f"{counted(required.items, 'item')} each, on two days or more, would show "
            f"{required.what}."
        )
    apart = {name: found for name, found in telling.items() if found.significant}
    if any(found.moved for found in apart.values()):
        return "The measures contradict each other: some got better, some worse."
    if apart:
        name = min(apart, key=_order)
        return f"The difference arose elsewhere, not here: {_in_words(name, apart[name], kind)}"
    tested = sum(found.p is not None for found in effects.values())
    return _unclear(telling, tested, required, kind)


def too_early(is_to_come: bool) -> str:
    """Why there is no whole day after a change yet."""
    if is_to_come:
        return "It has not happened yet; there is nothing to compare."
    return "It happened today; the first whole day (UTC) after it is tomorrow."


def _unclear(
    effects: Mapping[str, Effect], tested: int, required: RequiredItems, kind: ScopeKind
) -> str:
    name = min(effects, key=_order)
    found = effects[name]
    shown = "hardly any effect"
    if found.detectable is not None:
        shown = (
            f"only an effect of {unsigned_difference(name, found.detectable)}{_unit(name)} or more"
        )
    return (
        f"No evidence of an effect yet: {_in_words(name, found, kind)}"
        f"{_alone(found, tested)} With this much feedback, {shown} would show; "
        f"about {counted(required.items, 'item')} before and after each would show "
        f"{required.what}."
    )


def _alone(found: Effect, tested: int) -> str:
    """Explains an interval that excludes zero although the effect is not significant.

    Bonferroni's bound: whatever the dependence between the measures, the probability that chance
    makes one of them significant is at most the sum of their probabilities.
    """
    low, high = found.change.low or 0.0, found.change.high or 0.0
    if low <= 0 <= high or tested < 2:
        return ""
    chances = min(round(100 * SIGNIFICANCE_LEVEL * tested), 100)
    return (
        f" On its own that would be significant, but {tested} measures were tested, "
        f"and in up to {chances} of 100 cases chance alone makes one of so many significant."
    )


def _order(name: str) -> int:
    names = list(NAMES)
    return names.index(name) if name in names else len(names)


def _in_words(name: str, found: Effect, kind: ScopeKind) -> str:
    change, unit = found.change, _unit(name)
    low, high = (difference(name, bound) for bound in (change.low, change.high))
    went = (
        f"{_name(name, kind)} went from {value(name, found.before)} to {value(name, found.after)}"
    )
    effect = f"{difference(name, change.difference)}{unit} ({low} to {high}{unit}, 95%)"
    if name == VOLUME:
        return f"{went}, by {effect}."
    if found.control is None:
        return f"{went}, by {effect}; there was nothing to compare it with."
    before, after = (value(name, elsewhere) for elsewhere in found.control)
    return f"{went}; elsewhere from {before} to {after}. The effect is {effect}."


def _name(name: str, kind: ScopeKind) -> str:
    if name == VOLUME:
        return f"{NAMES[VOLUME]} of {whole_of(kind)}"
    return NAMES.get(name) or scale(name)


def _unit(name: str) -> str:
    return " points" if in_points(name) else ""
