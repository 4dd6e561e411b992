"""The verdict on a change, in words. Pure."""

from collections.abc import Mapping
from typing import Final

from service.changes.effects import VOLUME, Effect, Need
from service.changes.schemas import Verdict

NAMES: Final = {
    "negative_share": "the share of complaints",
    "net_sentiment": "net sentiment",
    "mean_severity": "mean severity",
    VOLUME: "its share of all feedback",
}
SHARES: Final = ("negative_share", VOLUME)


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


def sentence(effects: Mapping[str, Effect], days: int, need: Need) -> str:
    """The verdict for a person who reads no tables."""
    said, name = verdict(effects)
    if name is not None:
        begin = "It got better" if said == "improved" else "It got worse"
        return f"{begin}: {_told(name, effects[name])}"
    if days == 0:
        return "It has not happened yet; there is nothing to compare."
    telling = {
        name: found for name, found in effects.items() if found.direction and found.p is not None
    }
    if not telling:
        return (
            f"There is too little feedback to tell, from {days} days before and after: about "
            f"{need.items} items each would show {need.what}."
        )
    apart = {name: found for name, found in telling.items() if found.significant}
    if any(found.moved for found in apart.values()):
        return "The measures contradict each other: some got better, some worse."
    if apart:
        name = min(apart, key=_order)
        return f"What changed is elsewhere, not here: {_told(name, apart[name])}"
    return _unclear(telling, need)


def _unclear(effects: Mapping[str, Effect], need: Need) -> str:
    name = min(effects, key=_order)
    found = effects[name]
    return (
        f"Nothing yet that chance would not explain: {_told(name, found)} Only an effect of "
        f"{_amount(name, found.detectable)} or more would show with so much feedback; about "
        f"{need.items} items before and after each would show {need.what}."
    )


def _order(name: str) -> int:
    names = list(NAMES)
    return names.index(name) if name in names else len(names)


def _told(name: str, found: Effect) -> str:
    change = found.change
    bounds = f"{_signed(name, change.low)} to {_signed(name, change.high)}, 95 %"
    went = f"{_name(name)} went from {_value(name, found.before)} to {_value(name, found.after)}"
    effect = f"{_signed(name, change.difference)} ({bounds})"
    if found.control is None:
        return f"{went}, by {effect}; there was nothing to compare it with."
    before, after = (_value(name, value) for value in found.control)
    return f"{went}; elsewhere from {before} to {after}. The difference is {effect}."


def _name(name: str) -> str:
    return NAMES.get(name, name.partition(":")[0].upper())


def _value(name: str, value: float) -> str:
    return f"{100 * value:.3g} %" if name in SHARES else f"{value:.2f}"


def _amount(name: str, value: float) -> str:
    return f"{100 * value:.2g} points" if name in SHARES else f"{value:.2f}"


def _signed(name: str, value: float | None) -> str:
    return f"{100 * (value or 0):+.2g} points" if name in SHARES else f"{value or 0:+.2f}"
