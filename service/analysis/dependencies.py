"""Engine dependencies that routes request by type."""

from typing import Annotated

from fastapi import Depends, Request

from service.analysis.engine import Engine


async def get_engine(request: Request) -> Engine:
    """The application's engine, for routes that need more than an ``Embedder``."""
    engine: Engine = request.app.state.engine
    return engine


AppEngine = Annotated[Engine, Depends(get_engine)]
