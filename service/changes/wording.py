"""The verdict on a change, in words. Pure."""

from collections.abc import Mapping
from typing import Final

from service.changes.effects import VOLUME, Effect, Need
from service.changes.schemas import ScopeKind, Verdict
from service.insights.statistics import LEVEL
from service.pictures.wording import counted, difference, distance, in_points, scale, value

NAMES: Final = {
    VOLUME: "its share",
    "negative_share": "the share of complaints",
    "net_sentiment": "net sentiment",
    "mean_severity": "mean severity",
}
"""What is told first comes first; a volume has a good side in themes only, and it is what they
need. ``whole_of`` says of what it is the share."""
MOST: Final = 0.5
"""The share of complaints from which on most of what is said are complaints."""


def verdict(effects: Mapping[str, Effect]) -> tuple[Verdict, str | None]:
    """What the measures say together, and the first of ``NAMES`` that says so.

    Improved (or worse): one at least is significantly better (worse) and moved itself, and none
    the contrary.
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


def sentence(effects: Mapping[str, Effect], days: int, need: Need, kind: ScopeKind) -> str:
    """The verdict for a person who reads no tables; there are ``days`` before and after.

    A volume that moved and has no good side comes first where the others decide nothing.
    """
    said, name = verdict(effects)
    talk = _talk(effects, kind)
    if name is not None:
        begin = "It got better" if said == "improved" else "It got worse"
        return f"{begin}: {_told(name, effects[name], kind)}" + (f" {talk}" if talk else "")
    undecided = _undecided(effects, days, need, kind)
    if talk is None:
        return undecided
    about = f"Whether that is better or worse, the measures do not say{_complaints(effects)}."
    return f"{talk} {about} Beside that, {undecided[0].lower()}{undecided[1:]}"


def _talk(effects: Mapping[str, Effect], kind: ScopeKind) -> str | None:
    """That a place is talked about more, or less, or that a segment says more, or less, if it is
    beyond chance and neither good nor bad."""
    found = effects.get(VOLUME)
    if found is None or found.direction or not (found.significant and found.moved):
        return None
    change = found.change
    low, high = (difference(VOLUME, bound) for bound in (change.low, change.high))
    way = "more" if (change.difference or 0.0) > 0 else "less"
    went = f"{value(VOLUME, found.before)} → {value(VOLUME, found.after)}"
    interval = f"({low} to {high} points, 95%)"
    if kind == "segment":
        return f"It makes up {way} of {whole_of(kind)}: {went} {interval}."
    return f"It is talked about {way}: {went} of {whole_of(kind)} {interval}."


def _complaints(effects: Mapping[str, Effect]) -> str:
    """That most of what is said since are complaints, if they are, of enough to be tested."""
    found = effects.get("negative_share")
    if found is None or found.p is None or found.after < MOST:
        return ""
    return f"; {value('negative_share', found.after)} of the mentions since are complaints"


def _undecided(effects: Mapping[str, Effect], days: int, need: Need, kind: ScopeKind) -> str:
    telling = {
        name: found for name, found in effects.items() if found.direction and found.p is not None
    }
    if not telling:
        return (
            f"There is too little feedback to tell, from {counted(days, 'day')} before and after: "
            f"about {counted(need.items, 'item')} each would show {need.what}."
        )
    apart = {name: found for name, found in telling.items() if found.significant}
    if any(found.moved for found in apart.values()):
        return "The measures contradict each other: some got better, some worse."
    if apart:
        name = min(apart, key=_order)
        return f"What changed is elsewhere, not here: {_told(name, apart[name], kind)}"
    tested = sum(found.p is not None for found in effects.values())
    return _unclear(telling, tested, need, kind)


def too_early(is_to_come: bool) -> str:
    """Why there is no whole day after a change yet."""
    if is_to_come:
        return "It has not happened yet; there is nothing to compare."
    return "It happened today; the first whole day (UTC) after it is tomorrow."


def _unclear(effects: Mapping[str, Effect], tested: int, need: Need, kind: ScopeKind) -> str:
    name = min(effects, key=_order)
    found = effects[name]
    return (
        f"Nothing yet that chance would not explain: {_told(name, found, kind)}"
        f"{_alone(found, tested)} Only an effect of "
        f"{distance(name, found.detectable)}{_unit(name)} or more would show with so much "
        f"feedback; about {counted(need.items, 'item')} before and after each would show "
        f"{need.what}."
    )


def _alone(found: Effect, tested: int) -> str:
    """Why the interval leaves out no effect at all and yet proves none, if it does.

    Bonferroni's bound: however the measures depend on each other, that chance makes one of them
    stand out is at most as likely as for each of them, together.
    """
    low, high = found.change.low or 0.0, found.change.high or 0.0
    if low <= 0 <= high or tested < 2:
        return ""
    chances = min(round(100 * LEVEL * tested), 100)
    return (
        f" By itself that would stand out, but it is one of {tested} measures that were looked at, "
        f"and in up to {chances} cases of 100 chance alone makes one of so many do so."
    )


def _order(name: str) -> int:
    names = list(NAMES)
    return names.index(name) if name in names else len(names)


def _told(name: str, found: Effect, kind: ScopeKind) -> str:
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
    return f"{went}; elsewhere from {before} to {after}. The difference is {effect}."


def _name(name: str, kind: ScopeKind) -> str:
    if name == VOLUME:
        return f"{NAMES[VOLUME]} of {whole_of(kind)}"
    return NAMES.get(name) or scale(name)


def _unit(name: str) -> str:
    return " points" if in_points(name) else ""
