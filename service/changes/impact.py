"""The impact of a change: read, compare, and put the verdict into words."""

from typing import Final

from sqlmodel import Session

from models.change import Change
from models.pain_point import WIN
from service import clock
from service.changes import wording
from service.changes.effects import VOLUME, Effect, effects, required_items
from service.changes.schemas import ChangeImpactOut, EffectOut, ImpactParams, VolumeOut, WindowOut
from service.changes.scopes import ResolvedScope, resolve_scope
from service.changes.service import change_out
from service.changes.windows import Window, Windows, read_windows, total_of, windows
from service.insights.comparison import P_DIGITS
from service.insights.measures import DIGITS
from service.insights.queries.freshness import freshness

VOLUME_DIGITS: Final = 5
"""The share of a small part can be below a thousandth."""


def measure_impact(session: Session, change: Change, params: ImpactParams) -> ChangeImpactOut:
    """The impact of a change.

    Raises:
        UnknownStage, UnknownTouchpoint, NoSuchPainPoint: its scope no longer exists.
    """
    scoped = resolve_scope(session, change)
    fresh = freshness(session, change.workspace_id)
    now = clock.now()
    spans = windows(change.happened_at, params.days, now)
    before, after = read_windows(session, scoped, spans) if spans.days else (Window([], []),) * 2
    found = effects(before, after, scoped.has_rest, _direction(scoped))
    required = required_items(found, scoped.theme is not None, scoped.has_rest)
    said, _ = wording.verdict(found)
    if spans.days:
        in_words = wording.sentence(found, spans.days, required, scoped.kind)
    else:
        in_words = wording.too_early(is_to_come=change.happened_at > now)
    return ChangeImpactOut(
        **fresh._asdict(),
        journey=scoped.selection.journey.key,
        change=change_out(change),
        days=params.days,
        days_over=spans.days,
        **_volumes(scoped, spans, before, after),
        measures={name: _out(name, effect) for name, effect in found.items()},
        verdict=said,
        sentence=in_words,
        items_needed=required.items if said == "no_evidence_yet" else None,
    )


def _direction(scoped: ResolvedScope) -> int | None:
    if scoped.theme is None:
        return None
    return 1 if scoped.theme.sentiment == WIN else -1


def _volumes(
    scoped: ResolvedScope, spans: Windows, before: Window, after: Window
) -> dict[str, VolumeOut | None]:
    volumes: dict[str, VolumeOut | None] = {"control_before": None, "control_after": None}
    for name, window, since, until in (
        ("before", before, spans.before, spans.turn),
        ("after", after, spans.after, spans.end),
    ):
        mentions, items = total_of(window.scope)
        volumes[name] = WindowOut(
            since=since, until=until, mentions=mentions.mentions, items=items.items
        )
        if scoped.has_rest:
            mentions, items = total_of(window.rest)
            rest = VolumeOut(mentions=mentions.mentions, items=items.items)
            volumes[f"control_{name}"] = rest
    return volumes


def _out(name: str, found: Effect) -> EffectOut:
    control = found.control or (None, None)
    values = {
        "before": found.before,
        "after": found.after,
        "control_before": control[0],
        "control_after": control[1],
        "effect": found.change.difference,
        "low": found.change.low,
        "high": found.change.high,
        "detectable": found.detectable,
    }
    digits = VOLUME_DIGITS if name == VOLUME else DIGITS
    return EffectOut.model_validate(
        {name: None if value is None else round(value, digits) for name, value in values.items()}
        | {
            "p": None if found.p is None else round(found.p, P_DIGITS),
            "significant": found.significant,
            "moved": found.moved,
            "better": found.better if found.direction else None,
        }
    )
