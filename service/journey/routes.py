"""/v1/journey/definition and /v1/journey/presets."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from service.journey.mapping import JourneyMap
from service.journey.presets import PRESETS, preset_map
from service.journey.schemas import DefinitionIn, DefinitionOut, PresetsOut
from service.journey.service import current_map, put_definition
from service.journey.views import definition_out
from service.keys.auth import ManageCaller, ReadCaller
from service.web.conditional import conditional, etag, matches
from service.web.dependencies import Db

router = APIRouter(prefix="/v1/journey", tags=["journey"])


@router.get("/definition", response_model=DefinitionOut)
def get_definition(request: Request, caller: ReadCaller, database: Db) -> Response:
    """The journey definition in force, with its version and an ETag for If-Match."""
    with database.read() as session:
        return conditional(request, definition_out(current_map(session, caller.workspace_id)))


@router.put("/definition")
def replace_definition(
    body: DefinitionIn,
    response: Response,
    caller: ManageCaller,
    database: Db,
    if_match: Annotated[str | None, Header()] = None,
) -> DefinitionOut:
    """Put a new version in force at once, for all feedback there is; an unchanged one stays."""

    def expected(current: JourneyMap) -> bool:
        return if_match is None or matches(if_match, etag(definition_out(current)))

    journey = database.transact(
        lambda session: put_definition(session, caller.workspace_id, body, expected)
    )
    out = definition_out(journey)
    response.headers["ETag"] = etag(out)
    return out


@router.get("/presets", response_model=PresetsOut)
def list_presets(request: Request, _caller: ReadCaller) -> Response:
    """The journeys that come with the product; each is also a `preset` of PUT definition."""
    presets = PresetsOut(items=[definition_out(preset_map(name)) for name in PRESETS])
    return conditional(request, presets)
