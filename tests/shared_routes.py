"""The routes of the application, made once: making them takes longer than most tests."""

from fastapi import FastAPI
from starlette.routing import BaseRoute

_ROUTES: list[BaseRoute] = []


def share_routes(app: FastAPI) -> FastAPI:
    """Give ``app`` the routes of the first one, which are the same and know no application.

    FastAPI makes the models of every route at an application's first request.
    """
    if not _ROUTES:
        _ROUTES.extend(app.router.routes)
    app.router.routes[:] = _ROUTES
    return app
