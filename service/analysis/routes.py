"""POST /v1/analyze."""

from typing import Annotated

from fastapi import APIRouter, Query

from service.analysis.dependencies import AppEngine
from service.analysis.on_demand import analyze_texts
from service.analysis.schemas import AnalyzeIn, AnalyzeOut
from service.corrections.learned_labels import find_learned_labels
from service.journey.service import named_map
from service.keys.auth import ReadCaller
from service.web.dependencies import Config, Db

router = APIRouter(prefix="/v1", tags=["analysis"])

JourneyName = Annotated[
    str | None,
    Query(
        description="A preset's name; default is the journey in effect.", examples=["eight-stage"]
    ),
]


@router.post("/analyze")
def analyze(
    body: AnalyzeIn,
    caller: ReadCaller,
    database: Db,
    settings: Config,
    engine: AppEngine,
    journey: JourneyName = None,
) -> AnalyzeOut:
    """Analyse up to 200 texts. Results are in the same order; nothing is stored."""
    with database.read() as session:
        names = named_map(session, caller.workspace_id, journey)
        learned = find_learned_labels(session, caller.workspace_id, engine.version)
    return analyze_texts(engine, names, body, settings.max_text_chars, learned)
