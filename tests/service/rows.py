"""Analysed feedback, written straight into the tables with its roll-ups."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from models.feedback import DONE, Feedback
from models.mention import Mention
from models.pain_point import PAIN, PainPoint
from models.types import new_id
from service.rollups.apply import Delta, apply

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
MOODS = {
    "negative": (-0.8, "frustration"),
    "neutral": (0.0, "neutral"),
    "positive": (0.8, "delight"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One mention to be written."""

    stage: str
    touchpoint: str
    sentiment: str = "negative"
    severity: int = 0
    confidence: float = 0.9
    text: str = "said"
    theme: UUID | None = None


def nps(value: int) -> dict[str, Any]:
    """The columns of an NPS answer."""
    return rating(value, 0, 10, "nps")


def rating(value: float, least: float, greatest: float, scale: str) -> dict[str, Any]:
    """The columns of a rating."""
    return {
        "rating_value": value,
        "rating_min": least,
        "rating_max": greatest,
        "rating_scale": scale,
        "rating_norm": (value - least) / (greatest - least),
    }


def theme(
    session: Session, workspace_id: UUID, cell: tuple[str, str], title: str, **columns: Any
) -> UUID:
    """Store a pain point of a native cell, or with ``sentiment=WIN`` a win, and tell its id."""
    values: dict[str, Any] = {
        "workspace_id": workspace_id,
        "id": new_id(),
        "stage": cell[0],
        "touchpoint": cell[1],
        "sentiment": PAIN,
        "title": title,
        "centroid": b"",
        "model_version": "fake:1",
        "created_at": NOON,
        "updated_at": NOON,
    }
    row = PainPoint(**values | columns)
    session.add(row)
    session.flush()
    return row.id


def feedback_row(workspace_id: UUID, /, **columns: Any) -> Feedback:
    """A pending review of Wednesday noon, not stored yet; ``columns`` replace or add to its own."""
    values: dict[str, Any] = {
        "workspace_id": workspace_id,
        "kind": "review",
        "source": "shop",
        "text": "The checkout was slow.",
        "channel": "website",
        "language": "en",
        "occurred_at": NOON,
        "received_at": NOON,
        "due_at": NOON,
        "content_hash": "0",
    }
    return Feedback(**values | columns)


def write(session: Session, workspace_id: UUID, said: Sequence[Said], **columns: Any) -> Feedback:
    """Store analysed feedback whose text is what was ``said``, one mention a line."""
    values: dict[str, Any] = {
        "id": new_id(),
        "kind": "survey",
        "source": "web",
        "text": "\n".join(part.text for part in said),
        "state": DONE,
        "sentiment": said[0].sentiment if said else "neutral",
        "score": 0.0,
        "stage": said[0].stage if said else "unassigned",
        "touchpoint": said[0].touchpoint if said else "unassigned",
        "emotion": "neutral",
        "intent": "statement",
        "severity": max((part.severity for part in said), default=0),
        "analysis_version": "fake:1",
        "analysed_at": NOON,
    }
    feedback = feedback_row(workspace_id, **values | columns)
    session.add(feedback)
    session.flush()
    mentions = _mentions(feedback, said) if feedback.state == DONE else []
    session.add_all(mentions)
    session.flush()
    delta = Delta()
    delta.add(feedback, mentions)
    apply(session, delta)
    return feedback


def write_long_before(session: Session, workspace_id: UUID) -> None:
    """Feedback that says nothing, 100 days before: from then on, previous periods count in full."""
    write(session, workspace_id, [], occurred_at=NOON - timedelta(days=100))


def add_pains(session: Session, workspace_id: UUID, theme: UUID, scale: str, **sums: int) -> None:
    """Roll-ups of a theme at noon, in the dimensions of ``write``, without any mention."""
    key = (workspace_id, theme, NOON.date(), "survey", "web", "website", "en", scale)
    apply(session, Delta(pains={key: Counter(sums)}))


def _mentions(feedback: Feedback, said: Sequence[Said]) -> list[Mention]:
    start, mentions = 0, []
    for ordinal, part in enumerate(said):
        score, emotion = MOODS[part.sentiment]
        sure = dict.fromkeys(("emotion", "intent", "severity"), 0.5)
        decisive = {"sentiment": part.confidence, "stage": 1.0, "touchpoint": 1.0}
        mentions.append(
            Mention(
                workspace_id=feedback.workspace_id,
                feedback_id=feedback.id,
                ordinal=ordinal,
                start=start,
                end=start + len(part.text),
                sentiment=part.sentiment,
                score=score,
                stage=part.stage,
                touchpoint=part.touchpoint,
                emotion=emotion,
                intent="statement",
                severity=part.severity,
                confidence=sure | decisive,
                candidates={"stage": [{"key": "none", "p": 0.1}], "touchpoint": []},
                stage_provenance="model",
                touchpoint_provenance="model",
                model_version="fake:1",
                pain_point_id=part.theme,
            )
        )
        start += len(part.text) + 1
    return mentions
