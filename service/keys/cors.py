"""Cross-origin requests of browsers, allowed for origins that a live key lists.

An origin alone grants nothing: ``service.keys.auth`` still checks whether *this* key lists it.
"""

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from service.keys.errors import OriginNotAllowed
from service.keys.key_cache import KeyCache
from service.web.edge import EXTRA_HEADERS

VARY: Final = (b"vary", b"Origin")
EXPOSED: Final = (
    b"access-control-expose-headers",
    b"Location, Retry-After, X-Request-ID, RateLimit, RateLimit-Policy, Idempotency-Replayed",
)
PREFLIGHT: Final = (
    (b"access-control-allow-methods", b"POST"),
    (
        b"access-control-allow-headers",
        b"Authorization, Content-Type, Idempotency-Key, Prefer, X-Request-ID",
    ),
    (b"access-control-max-age", b"600"),
    (b"content-length", b"0"),
)


class Cors:
    """ASGI middleware inside ``OuterMiddleware``; reads the key ring of ``scope["app"]``."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        origin = headers.get(b"origin")
        cache: KeyCache = scope["app"].state.keys
        allowed = origin is not None and await cache.allows_origin(origin.decode("latin-1"))
        scope[EXTRA_HEADERS] += _cors_headers(origin) if origin is not None and allowed else [VARY]
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            await _answer_preflight(send, allowed)
        else:
            await self.app(scope, receive, send)


def _cors_headers(origin: bytes) -> list[tuple[bytes, bytes]]:
    return [VARY, (b"access-control-allow-origin", origin), EXPOSED]


async def _answer_preflight(send: Send, allowed: bool) -> None:
    if not allowed:
        raise OriginNotAllowed("No key lists this origin; create a key that does.")
    await send({"type": "http.response.start", "status": 204, "headers": list(PREFLIGHT)})
    await send({"type": "http.response.body", "body": b""})
