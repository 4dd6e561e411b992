"""What the model is told about an item besides its text."""

from typing import Final, NamedTuple, cast

from models.mention import EXPLICIT, MODEL
from nlp.documents import Document, Kind
from nlp.labels import NONE, UNASSIGNED
from service.analysis.claims import Claimed
from service.journey.mapping import JourneyMap
from service.journey.native import Cell

UNDETERMINED: Final = "und"


class AnalysisInput(NamedTuple):
    """A claimed item as a document, with the provenance of its stage and touchpoint.

    ``fallback_cell`` is where it belongs if nothing is said in it.
    """

    item: Claimed
    document: Document
    stage_provenance: str
    touchpoint_provenance: str
    fallback_cell: Cell


def analysis_input(item: Claimed, journey: JourneyMap) -> AnalysisInput:
    """The sender's stage and touchpoint narrow the choice, unless the journey no longer has
    them.
    """
    stage, touchpoint = journey.existing_keys(item.stage_sent, item.touchpoint_sent)
    cells = journey.native_cells(stage, touchpoint) if stage or touchpoint else frozenset()
    document = Document(
        text=item.text,
        kind=cast(Kind, item.kind),
        question=item.question,
        subject=item.subject,
        language=None if item.language == UNDETERMINED else item.language,
        allowed_cells=frozenset(map(_as_read, cells)) or None,
    )
    return AnalysisInput(
        item,
        document,
        EXPLICIT if cells and stage else MODEL,
        EXPLICIT if cells and touchpoint else MODEL,
        journey.stated_cell(stage, touchpoint),
    )


def _as_read(cell: Cell) -> tuple[str, str]:
    """A cell in the model's labels, which use ``none`` for the stored ``unassigned``."""
    return cell.stage, NONE if cell.touchpoint == UNASSIGNED else cell.touchpoint
