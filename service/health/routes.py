"""/livez, /readyz, /metrics for those who run the service; /v1/info for those who use it."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from service import telemetry
from service.analysis.dependencies import AppEngine
from service.health import service
from service.health.schemas import Alive, Info, Ready
from service.keys.auth import AnyCaller
from service.web.dependencies import Config, Db

router = APIRouter(tags=["operations"])
probes = APIRouter(tags=["operations"])
"""Probes, to whose URL monitors may add parameters of their own."""


@probes.get("/livez")
async def live() -> Alive:
    """200 while the process runs. Does not check the database, so that a busy one causes no
    restart.
    """
    return Alive()


@probes.get("/readyz")
def ready(database: Db) -> Ready:
    """200 if the database responds and is migrated. The service only responds once the model is
    loaded.
    """
    service.check_database(database)
    return Ready()


@probes.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(database: Db) -> Response:
    """All metrics, in Prometheus' text format; those of the queue only if the database responds."""
    is_up = service.measure_database(database)
    text = generate_latest() + generate_latest(telemetry.DATABASE)
    if is_up:
        text += generate_latest(telemetry.QUEUE)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


@router.get("/v1/info")
def info(caller: AnyCaller, database: Db, settings: Config, engine: AppEngine) -> Info:
    """Version, model, database, journey and limits."""
    with database.read() as session:
        return service.info(session, caller.workspace_id, settings, database, engine.info)
