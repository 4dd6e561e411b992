"""Contradictions within a definition: shared names, native cells included twice, impossible KPI
targets.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from nlp.labels import UNASSIGNED
from service.errors import InvalidParam
from service.journey.definition import Definition, Entry, Include, KpiName, Stage, Touchpoint
from service.journey.names import folded, letters_of

MIN_EXAMPLES: Final = 8
MAX_LEARNED: Final = 4
"""The maximum number of learned stages, and of learned touchpoints, per definition."""
MAX_LEARNED_KEY_CHARS: Final = 32
"""Keys of learned labels are part of the keys of roll-ups, whose length PostgreSQL limits."""


class Range(NamedTuple):
    """The range of each KPI, both ends included, and its unit."""

    least: float
    greatest: float
    unit: str


TARGETS: Final[Mapping[KpiName, Range]] = {
    "nps": Range(-100, 100, "percentage points, 30 for +30"),
    "csat": Range(1, 100, "percent, 80 for 80 %"),
    "ces": Range(1, 7, "the scale's own unit"),
    "stars": Range(1, 5, "stars"),
    "net_sentiment": Range(-1, 1, "shares, 0.5 for +50 %"),
    "negative_share": Range(0, 1, "shares, 0.2 for 20 %"),
    "score": Range(-1, 1, "the score of mentions"),
    "mean_severity": Range(0, 3, "the severity of mentions"),
}
"""Not in the schema: a stored definition with another target stays readable."""


def contradictions(definition: Definition) -> list[InvalidParam]:
    """Every contradiction, each with the path of the field at fault and how to fix it."""
    return [
        *_shared_names("stages", definition.stages),
        *_shared_names("touchpoints", definition.touchpoints),
        *_out_of_range("stages", definition.stages),
        *_out_of_range("touchpoints", definition.touchpoints),
        *_without_meaning("stages", definition.stages),
        *_without_meaning("touchpoints", definition.touchpoints),
        *_too_many_learned(definition),
        *_said_twice("stages", definition.stages),
        *_said_twice("touchpoints", definition.touchpoints),
        *_stages_claimed_twice(definition.stages),
        *_touchpoints_claimed_twice(definition.touchpoints),
    ]


def _shared_names(field: str, entries: Sequence[Entry]) -> Iterator[InvalidParam]:
    owner: dict[str, int] = {}
    for index, entry in enumerate(entries):
        for path, text in _names(entry):
            name, where = folded(text), f"{field}.{index}.{path}"
            if name in ("", folded(UNASSIGNED)):
                yield InvalidParam(where, f"{text!r} is reserved; choose another")
            elif owner.setdefault(name, index) != index or _repeats_key(entries, index, path):
                other = f"{field}.{owner[name]} ({entries[owner[name]].key})"
                yield InvalidParam(where, f"{text!r} already names {other}; choose another")


def _names(entry: Entry) -> Iterator[tuple[str, str]]:
    yield "key", entry.key
    yield "name", entry.name
    for index, alias in enumerate(entry.aliases):
        yield f"aliases.{index}", alias


def _repeats_key(entries: Sequence[Entry], index: int, path: str) -> bool:
    return path == "key" and any(entries[index].key == entry.key for entry in entries[:index])


def _out_of_range(field: str, entries: Sequence[Entry]) -> Iterator[InvalidParam]:
    """Targets that their KPI can't reach, mostly because they are in another unit."""
    for index, kpi in enumerate(entry.kpi for entry in entries):
        if kpi and not (known := TARGETS[kpi.name]).least <= kpi.target <= known.greatest:
            reason = (
                f"must be from {known.least} to {known.greatest}: {kpi.name} is in {known.unit}"
            )
            yield InvalidParam(f"{field}.{index}.kpi.target", reason)


def _without_meaning(field: str, entries: Sequence[Stage | Touchpoint]) -> Iterator[InvalidParam]:
    """An entry either includes native labels, or is learned from a description and examples."""
    for index, entry in enumerate(entries):
        where = f"{field}.{index}"
        if entry.includes and (entry.examples or entry.counter_examples):
            yield InvalidParam(
                f"{where}.examples", "can't be combined with includes; remove one of them"
            )
        elif not entry.includes and not entry.examples:
            yield InvalidParam(f"{where}.includes", "is empty; include something or send examples")
        elif entry.examples:
            yield from _too_little(where, entry)


def _too_little(where: str, entry: Entry) -> Iterator[InvalidParam]:
    if len(entry.examples) < MIN_EXAMPLES:
        yield InvalidParam(f"{where}.examples", f"needs at least {MIN_EXAMPLES}; add some")
    if entry.description is None:
        yield InvalidParam(f"{where}.description", "is required with examples; add it")
    if len(entry.key) > MAX_LEARNED_KEY_CHARS:
        reason = f"must have at most {MAX_LEARNED_KEY_CHARS} characters with examples; shorten it"
        yield InvalidParam(f"{where}.key", reason)


def _too_many_learned(definition: Definition) -> Iterator[InvalidParam]:
    for field, entries in (("stages", definition.stages), ("touchpoints", definition.touchpoints)):
        if sum(bool(entry.examples) for entry in entries) > MAX_LEARNED:
            yield InvalidParam(field, f"has more than {MAX_LEARNED} with examples; remove some")


def _said_twice(field: str, entries: Sequence[Entry]) -> Iterator[InvalidParam]:
    """An example may only occur once; punctuation makes no difference."""
    owner: dict[str, str] = {}
    for index, entry in enumerate(entries):
        for kind in ("examples", "counter_examples"):
            said: set[str] = set()
            for place, text in enumerate(getattr(entry, kind)):
                where, words = f"{field}.{index}.{kind}.{place}", letters_of(text)
                other = owner.get(words) if kind == "examples" else None
                contrary = kind == "counter_examples" and owner.get(words) == entry.key
                if words in said or contrary or other not in (None, entry.key):
                    yield InvalidParam(where, f"is already an example of {other or entry.key}")
                said.add(words)
                if kind == "examples":
                    owner.setdefault(words, entry.key)


def _stages_claimed_twice(stages: Sequence[Stage]) -> Iterator[InvalidParam]:
    """A whole stage may be included once, and so may each of its touchpoints by narrowing."""
    owner: dict[str, str] = {}
    for index, stage in enumerate(stages):
        for place, include in enumerate(stage.includes):
            for claim in _claims(include):
                if claim in owner:
                    where = f"stages.{index}.includes.{place}"
                    yield InvalidParam(where, _twice(claim, owner[claim]))
                owner.setdefault(claim, stage.key)


def _claims(include: Include) -> list[str]:
    if include.touchpoints is None:
        return [include.stage]
    return [f"{include.stage}/{touchpoint}" for touchpoint in include.touchpoints]


def _touchpoints_claimed_twice(touchpoints: Sequence[Touchpoint]) -> Iterator[InvalidParam]:
    owner: dict[str, str] = {}
    for index, touchpoint in enumerate(touchpoints):
        for place, native in enumerate(touchpoint.includes):
            if native in owner:
                where = f"touchpoints.{index}.includes.{place}"
                yield InvalidParam(where, _twice(native, owner[native]))
            owner.setdefault(native, touchpoint.key)


def _twice(what: str, owner: str) -> str:
    return f"{what} is already included in {owner}; include it in one place only"
