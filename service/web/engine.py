"""What a route may ask for of the model, by type."""

from typing import Annotated, Any

from fastapi import Depends, Request

from nlp.embedder import Embedder
from nlp.themes.space import Space


async def get_engine(request: Request) -> Any:
    """The application's engine, None as long as it is not loaded; its class is of a room above."""
    return request.app.state.engine


AppEmbedder = Annotated[Embedder, Depends(get_engine)]


async def get_space(embedder: AppEmbedder) -> Space:
    """Where vectors of the application's model are compared."""
    return embedder.space


AppSpace = Annotated[Space, Depends(get_space)]
