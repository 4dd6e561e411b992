"""The application: its packages are put together, started in order, stopped in reverse."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any, Final

from fastapi import Depends, FastAPI
from starlette.concurrency import run_in_threadpool

import migrations
from service import __version__, telemetry
from service.analysis import routes as analysis
from service.analysis.engine import AnalyzerLike, Engine, load_engine
from service.attributes import routes as attributes
from service.changes import routes as changes
from service.corrections import routes as corrections
from service.dashboard import routes as dashboard
from service.db import Database
from service.exports import routes as exports
from service.health import routes as health
from service.insights import routes as insights
from service.insights import search_routes as search
from service.intake import import_routes as imports
from service.intake import routes as intake
from service.intake.accept import Acceptor
from service.intake.imports import Importer, delete_stale_uploads
from service.journey import routes as journey
from service.keys import routes as keys
from service.keys.auth import Requires
from service.keys.bootstrap import bootstrap
from service.keys.cors import Cors
from service.keys.key_cache import KeyCache
from service.keys.rate import RateLimit
from service.keys.schemas import SCOPES
from service.settings import Settings
from service.themes import routes as themes
from service.web import openapi, problems
from service.web.bodies import BodyGuard, RouteLimit
from service.web.edge import OuterMiddleware
from service.web.head_requests import HeadAsGet
from service.web.parameters import refuse_undeclared
from service.worker import start_inline

PACKAGES: Final = (
    intake,
    analysis,
    corrections,
    changes,
    themes,
    insights,
    search,
    attributes,
    exports,
    journey,
    keys,
    health,
)
"""In the order of the documentation."""


def create_app(settings: Settings | None = None, analyzer: AnalyzerLike | None = None) -> FastAPI:
    """The application, not yet started; ``analyzer`` replaces the configured model."""
    settings = settings or Settings()
    app = openapi.Api(lifespan=_lifespan(analyzer), **openapi.DESCRIPTION, version=__version__)
    app.state.settings = settings
    app.state.database = Database(settings.sqlalchemy_url, settings.database_connections // 2)
    app.state.keys = KeyCache(app.state.database, settings.rate_per_minute)
    app.state.rate = RateLimit()
    app.state.wake = threading.Event()
    problems.install(app)
    app.add_middleware(HeadAsGet)
    app.add_middleware(
        BodyGuard,
        limit=settings.max_body_bytes,
        route_limits={imports.PATH: RouteLimit(settings.max_import_bytes, imports.admit_upload)},
    )
    app.add_middleware(Cors)
    app.add_middleware(OuterMiddleware)
    strictly = [Depends(Requires(*SCOPES)), Depends(refuse_undeclared)]
    for package in PACKAGES:
        app.include_router(package.router, dependencies=strictly)
    app.include_router(health.probes)
    dashboard.install(app)
    openapi.serve_docs(app)
    return app


def _lifespan(analyzer: AnalyzerLike | None) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as running:
            try:
                await _start(app, analyzer, running)
            except Exception as error:
                telemetry.log_failed_start(error)
                raise
            yield

    return lifespan


async def _start(app: FastAPI, analyzer: AnalyzerLike | None, running: AsyncExitStack) -> None:
    settings: Settings = app.state.settings
    database: Database = app.state.database
    running.callback(database.dispose)
    await run_in_threadpool(migrations.upgrade, settings.sqlalchemy_url)
    app.state.first_key = await run_in_threadpool(bootstrap, database, settings)
    app.state.engine = await run_in_threadpool(_engine, settings, analyzer)
    _start_acceptor(app, running)
    if settings.worker == "inline":
        worker = start_inline(database, app.state.engine, settings, app.state.wake)
        running.push_async_callback(run_in_threadpool, worker.stop)


def _engine(settings: Settings, analyzer: AnalyzerLike | None) -> Engine:
    return Engine(analyzer) if analyzer is not None else load_engine(settings)


def _start_acceptor(app: FastAPI, running: AsyncExitStack) -> None:
    settings: Settings = app.state.settings
    acceptor = Acceptor(
        app.state.database,
        app.state.wake,
        settings.max_pending,
        partial(delete_stale_uploads, settings.data_dir),
    )
    acceptor.start()
    app.state.acceptor = acceptor
    running.push_async_callback(run_in_threadpool, acceptor.stop)
    app.state.importer = Importer(app.state.database, acceptor)
    running.push_async_callback(run_in_threadpool, app.state.importer.stop)
