"""Learning from corrections: tested on held-out mentions, applied if it helps, reversible."""

from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple, get_args
from uuid import UUID

from sqlmodel import Session

from models.learning import Learning
from models.mention import EXPLICIT, HUMAN, Mention
from nlp.vectors import unpacked
from service import clock
from service.corrections.layers import values_of, without_layers
from service.corrections.queries import corrected_among, judged_mentions, latest_mentions
from service.corrections.schemas import LearningOut
from service.corrections.trials import Background, Judged, Trial, run_trial
from service.db import Database
from service.journey.learning import BACKGROUND
from service.journey.native import learned_of, native_of
from service.journey.probes import Field
from service.journey.trained_labels import (
    FROM_CORRECTIONS,
    delete_trained,
    find_learning,
    lock_learning,
    request_relabelling,
    save_trained,
)

LEARNABLE_FIELDS: Final[tuple[Field, ...]] = get_args(Field)
MAX_ITEMS: Final = 5_000
"""The number of latest corrected items to learn from."""

ERASED: Final = "corrections that it was learned from have been erased; learn again"

Row = tuple[Mention, bytes]


class Trials(NamedTuple):
    """A trial of each field, and the items whose corrections they were made with."""

    fields: list[Trial]
    items: frozenset[UUID]


def try_corrections(database: Database, workspace_id: UUID, model_version: str) -> Trials:
    """A trial of each field; reads only, and learns with no transaction open."""
    with database.read() as session:
        judged = judged_mentions(session, workspace_id, model_version, MAX_ITEMS)
        latest = latest_mentions(session, workspace_id, model_version, BACKGROUND)
    return Trials(
        [
            run_trial(name, _judged(judged, name), _background(latest, name))
            for name in LEARNABLE_FIELDS
        ],
        frozenset(mention.feedback_id for mention, _ in judged),
    )


def apply_trials(session: Session, workspace_id: UUID, model_version: str, trials: Trials) -> None:
    """Store what helps, replacing what was learned before for any model, and apply it.

    Nothing is applied if some of the corrections have been erased since the trials.
    """
    request_relabelling(session, workspace_id)
    at = clock.now()
    delete_trained(session, workspace_id, FROM_CORRECTIONS)
    trained = [each for trial in trials.fields for each in trial.trained]
    save_trained(session, workspace_id, FROM_CORRECTIONS, model_version, trained, at)
    state = _state(session, workspace_id)
    state.report = {
        "model": model_version,
        "learned_at": at.isoformat(),
        "fields": [_report(trial) for trial in trials.fields],
    }
    session.flush()
    if corrected_among(session, workspace_id, trials.items) != trials.items:
        _withdraw(session, workspace_id)


def forget_erased(session: Session, workspace_id: UUID, feedback_ids: Collection[UUID]) -> None:
    """Withdraw what was learned from corrections if those of feedback to be erased are among them.

    It locks the workspace: call it before any feedback is locked.
    """
    if corrected_among(session, workspace_id, feedback_ids):
        _withdraw(session, workspace_id)


def _withdraw(session: Session, workspace_id: UUID) -> None:
    """Delete what was learned from corrections, if anything was; stored mentions follow."""
    if lock_learning(session, workspace_id) is None:
        return
    if delete_trained(session, workspace_id, FROM_CORRECTIONS):
        request_relabelling(session, workspace_id)
    state = _state(session, workspace_id)
    if state.report:
        fields = [_withdrawn(told) for told in state.report["fields"]]
        state.report = state.report | {"fields": fields}
    session.flush()


def _withdrawn(told: dict[str, Any]) -> dict[str, Any]:
    return told | {"applied": False, "reason": ERASED, "labels": []} if told["applied"] else told


def set_learning(session: Session, workspace_id: UUID, on: bool) -> None:
    """Switch learning from corrections on or off; stored mentions follow."""
    before = lock_learning(session, workspace_id)
    if before is not None and before.adjusts == on:
        return
    request_relabelling(session, workspace_id)
    _state(session, workspace_id).adjusts = on
    session.flush()


def learning_of(session: Session, workspace_id: UUID) -> LearningOut:
    """The state of learning from corrections."""
    state = find_learning(session, workspace_id)
    nothing: dict[str, Any] = {"model": None, "learned_at": None, "fields": []}
    return LearningOut.model_validate(
        {
            "state": "on" if state is None or state.adjusts else "off",
            "labelled": state is None or state.finished,
            **((state and state.report) or nothing),
        }
    )


def _state(session: Session, workspace_id: UUID) -> Learning:
    state = lock_learning(session, workspace_id)
    if state is None:
        raise LookupError("request_relabelling makes it")
    return state


def _report(trial: Trial) -> dict[str, Any]:
    told = trial._asdict()
    trained = told.pop("trained")
    return told | {"applied": trial.helps, "labels": [each.key for each in trained]}


def _judged(rows: Sequence[Row], name: Field) -> list[Judged]:
    """The mentions that people labelled with a native label, except where the sender stated one."""
    return [
        Judged(
            unpacked([vector])[0],
            was["label"],
            frozenset(was.get("among") or [native_of(getattr(mention, name))]),
        )
        for mention, vector in rows
        if (was := _judgement(mention, name))
        and was.get("provenance") != EXPLICIT
        and not learned_of(getattr(mention, name))
    ]


def _background(rows: Sequence[Row], name: Field) -> Background:
    """The mentions that nobody has judged, as the model read them: not as it has been taught."""
    unjudged = [(mention, vector) for mention, vector in rows if not _judgement(mention, name)]
    vectors = unpacked([vector for _, vector in unjudged])
    return Background(
        vectors, [without_layers(values_of(mention))[name] for mention, _ in unjudged]
    )


def _judgement(mention: Mention, name: Field) -> dict[str, Any] | None:
    """The label that a person's label replaced, if any."""
    was: dict[str, Any] | None = (mention.replaced or {}).get(name)
    return was if was and was["by"] == HUMAN else None
