"""People's corrections in the format of ``voc train --data``: one mention per row.

Only what a person has said is a label; everything else is unknown, so that the model's own labels
are never taught back to it. A stage or touchpoint of the workspace's own is unknown to the model,
and one that stands for several native ones does not determine a label.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from models.feedback import Feedback
from models.mention import HUMAN, Mention
from nlp.labels import HEADS, NONE, UNASSIGNED
from service.exports.pages import PAGE
from service.exports.params import CorrectionExport
from service.exports.queries import corrected_feedback
from service.exports.tables import Column, Kind, Row, columns
from service.insights.filters import Selection, select_feedback
from service.items import mentions_of
from service.journey.native import AXES, Cell, learned_of

COLUMNS: Final[Sequence[Column]] = (
    *columns(Kind.TEXT, "text", *HEADS, "kind", "question", "subject", "lang"),
    *columns(Kind.TEXT, "feedback_id"),
    *columns(Kind.INTEGER, "ordinal"),
)


def read_corrections(
    workspace_id: UUID, params: CorrectionExport, session: Session, after: UUID | None
) -> tuple[Sequence[Row], UUID | None]:
    """The corrections of a page of feedback, the latest first."""
    selection = select_feedback(session, workspace_id, params)
    found = corrected_feedback(session, selection, after, PAGE)
    mentions = mentions_of(session, workspace_id, [row.id for row in found])
    rows = [row for feedback in found for row in _rows(selection, feedback, mentions[feedback.id])]
    return rows, found[-1].id if len(found) == PAGE else None


def _rows(selection: Selection, row: Feedback, mentions: Sequence[Mention]) -> Iterator[Row]:
    for mention in mentions:
        labels = _labels(mention)
        if labels and selection.has(Cell(mention.stage, mention.touchpoint)):
            values: Mapping[str, Any] = {
                **row.model_dump(include={"kind", "question", "subject"}),
                **labels,
                "text": row.text[mention.start : mention.end],
                "lang": row.language_read or row.language,
                "feedback_id": row.id,
                "ordinal": mention.ordinal,
            }
            yield [values.get(column.name) for column in COLUMNS]


def _labels(mention: Mention) -> dict[str, str]:
    """A person's labels by head, in the model's labels, where it has one."""
    replaced = mention.replaced or {}
    several = {head for head, was in replaced.items() if was.get("among")}
    by = {head: replaced.get(head, {}).get("by") for head in HEADS}
    by |= {axis: getattr(mention, f"{axis}_provenance") for axis in AXES}
    said = {head: str(getattr(mention, head)) for head in HEADS if by[head] == HUMAN}
    return {
        head: NONE if label == UNASSIGNED else label
        for head, label in said.items()
        if head not in several and not learned_of(label)
    }
