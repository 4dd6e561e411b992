"""The service plus a route that validates without storing: the baseline of the intake suite."""

from typing import Any

from fastapi import FastAPI

from models.types import new_id
from service.app import create_app
from service.cli.serve import Server
from service.intake.schemas import SurveyIn
from service.keys.auth import IngestCaller
from service.settings import Settings

NO_STORE = "/bench/no-store"


def create() -> FastAPI:
    """The app with ``NO_STORE`` added: same middleware, same key check, same schema, no storing."""
    app = create_app()

    @app.post(NO_STORE, status_code=202)
    async def validate_only(item: SurveyIn, _caller: IngestCaller) -> dict[str, Any]:
        return {"id": str(new_id()), "status": "accepted", "state": "pending", "kind": item.kind}

    # First in line: routes matched before it would slow the baseline and flatter the comparison.
    app.router.routes.insert(0, app.router.routes.pop())
    return app


if __name__ == "__main__":
    Server(create(), Settings()).run()
