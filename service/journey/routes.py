"""/v1/journey/definition and /v1/journey/presets."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from sqlmodel import Session

from nlp.embedder import Embedder
from service.journey.learning import BACKGROUND, learn_labels
from service.journey.mapping import JourneyMap
from service.journey.presets import DEFAULT, PRESETS, key_of, preset_map
from service.journey.schemas import DefinitionIn, DefinitionOut, PresetsOut
from service.journey.service import complete, current_map, put_definition
from service.journey.trained_labels import latest_vectors, load_trained
from service.journey.views import definition_out
from service.keys.auth import ManageCaller, ReadCaller
from service.web.conditional import conditional, etag, matches
from service.web.dependencies import Db
from service.web.engine import AppEmbedder

router = APIRouter(prefix="/v1/journey", tags=["journey"])

_PRESETS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {
            "application/json": {
                "example": PresetsOut(items=[definition_out(preset_map(DEFAULT))]).model_dump(
                    mode="json"
                )
            }
        }
    }
}


def _in_force(session: Session, workspace_id: UUID, embedder: Embedder) -> DefinitionOut:
    journey = current_map(session, workspace_id)
    return definition_out(
        journey,
        load_trained(session, workspace_id, journey.version, embedder.version)
        if any(journey.learned)
        else (),
    )


@router.get("/definition", response_model=DefinitionOut)
def get_definition(
    request: Request, caller: ReadCaller, database: Db, embedder: AppEmbedder
) -> Response:
    """The journey definition in effect, with its version and an ETag for If-Match."""
    with database.read() as session:
        return conditional(request, _in_force(session, caller.workspace_id, embedder))


@router.put("/definition")
def replace_definition(
    body: DefinitionIn,
    response: Response,
    caller: ManageCaller,
    database: Db,
    embedder: AppEmbedder,
    if_match: Annotated[str | None, Header()] = None,
    dry_run: Annotated[
        bool,
        Query(description="Validate, learn and return the estimates, without storing anything."),
    ] = False,
) -> DefinitionOut:
    """Put a new version into effect at once, for all stored feedback. An unchanged definition keeps
    its version.
    """
    definition, workspace_id = complete(body), caller.workspace_id
    with database.read() as session:
        background = latest_vectors(session, workspace_id, embedder.version, BACKGROUND)
    trained = learn_labels(definition, embedder, background)
    if dry_run:
        return definition_out(JourneyMap(definition, key_of(definition)), trained)

    def work(session: Session) -> DefinitionOut:
        def expected(_: JourneyMap) -> bool:
            return if_match is None or matches(
                if_match, etag(_in_force(session, workspace_id, embedder))
            )

        put_definition(session, workspace_id, body, expected, trained, embedder.version)
        return _in_force(session, workspace_id, embedder)

    out = database.transact(work)
    response.headers["ETag"] = etag(out)
    return out


@router.get("/presets", response_model=PresetsOut, responses=_PRESETS)
def list_presets(request: Request, _caller: ReadCaller) -> Response:
    """The built-in journeys. Each name can be the `preset` in PUT /v1/journey/definition."""
    presets = PresetsOut(items=[definition_out(preset_map(name)) for name in PRESETS])
    return conditional(request, presets)
