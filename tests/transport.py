"""A transport from an httpx client to an application under test, whose own client is httpx2."""

import httpx
from fastapi.testclient import TestClient


def transport_to(client: TestClient) -> httpx.BaseTransport:
    """A transport whose requests ``client``'s application answers."""

    def answer(request: httpx.Request) -> httpx.Response:
        given = client.request(
            request.method,
            request.url.raw_path.decode(),
            content=request.content,
            headers=request.headers.raw,
        )
        return httpx.Response(given.status_code, headers=dict(given.headers), content=given.content)

    return httpx.MockTransport(answer)
