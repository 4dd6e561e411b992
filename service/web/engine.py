"""Model dependencies that routes request by type."""

from typing import Annotated

from fastapi import Depends, Request

from nlp.embedder import Embedder
from nlp.themes.space import Space


async def get_embedder(request: Request) -> Embedder:
    """The application's engine as an ``Embedder``: its class is in a higher package."""
    embedder: Embedder = request.app.state.engine
    return embedder


AppEmbedder = Annotated[Embedder, Depends(get_embedder)]


async def get_space(embedder: AppEmbedder) -> Space:
    """The space in which vectors of the application's model are compared."""
    return embedder.space


AppSpace = Annotated[Space, Depends(get_space)]
