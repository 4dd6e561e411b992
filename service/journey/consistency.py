"""What makes a definition contradict itself: shared names, and native cells claimed twice."""

from collections.abc import Iterator, Sequence

from nlp.labels import UNASSIGNED
from service.errors import InvalidParam
from service.journey.definition import Definition, Entry, Include, Stage, Touchpoint
from service.journey.names import folded


def contradictions(definition: Definition) -> list[InvalidParam]:
    """Every contradiction, each with the path of the field at fault and how to fix it."""
    return [
        *_shared_names("stages", definition.stages),
        *_shared_names("touchpoints", definition.touchpoints),
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


def _stages_claimed_twice(stages: Sequence[Stage]) -> Iterator[InvalidParam]:
    """A whole stage may be claimed once, and so may each of its touchpoints by narrowing."""
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
