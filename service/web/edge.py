"""The outermost layer: request ids, metrics, access log, security headers, last error handler.

Pure ASGI: one wrapped ``send`` per request, no task and no copy of the body.
"""

import logging
import random
import re
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.telemetry import HTTP_REQUESTS, HTTP_SECONDS, request_id
from service.web.problems import problem_response

UNMATCHED: Final = "unmatched"
GONE: Final = 499
"""Logged as the status when the client disconnected before the response, as nginx does."""
EXTRA_HEADERS: Final = "voc.headers"
"""Scope key where inner layers put headers that every response must carry, errors too."""
ROUTE_PATH: Final = "voc.route"
"""Scope key for the path of a route whose request a layer before the routes may answer."""
LOGGED: Final = "voc.logged"
"""Scope key for facts that inner layers add to the request's line in the access log."""
_SANE_ID: Final = re.compile(rb"[A-Za-z0-9._:-]{1,128}")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)
_log = logging.getLogger("service.access")


@dataclass(slots=True)
class Exchange:
    """One request and its outcome."""

    id: str
    started: float
    status: int = 0


class OuterMiddleware:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope[EXTRA_HEADERS] = list(_HEADERS)
        scope[LOGGED] = {}
        exchange = Exchange(_request_id(scope), perf_counter())
        send = _with_headers(send, exchange, scope[EXTRA_HEADERS])
        token = request_id.set(exchange.id)
        try:
            await self._answer(scope, receive, send, exchange)
        finally:
            _record(scope, exchange)
            request_id.reset(token)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, exchange: Exchange) -> None:
        try:
            await self.app(scope, receive, send)
        except ClientDisconnect:
            exchange.status = exchange.status or GONE
        except Exception as error:
            response = problem_response(error)
            if exchange.status:  # too late for another response: the server cuts the connection
                raise
            await response(scope, receive, send)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _SANE_ID.fullmatch(value):
            return str(value, "ascii")
    return f"{random.getrandbits(64):016x}"


def _with_headers(send: Send, exchange: Exchange, added: list[tuple[bytes, bytes]]) -> Send:
    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
            message["headers"] = [
                *message.get("headers", ()),
                (b"x-request-id", exchange.id.encode()),
                *added,
            ]
        await send(message)

    return marked


def _record(scope: Scope, exchange: Exchange) -> None:
    seconds = perf_counter() - exchange.started
    route = getattr(scope.get("route"), "path", scope.get(ROUTE_PATH, UNMATCHED))
    method = scope["method"] if scope["method"] in _METHODS else "other"
    HTTP_REQUESTS.labels(method, route, exchange.status).inc()
    HTTP_SECONDS.labels(route).observe(seconds)
    if _log.isEnabledFor(logging.INFO):
        facts = {"method": method, "route": route, "status": exchange.status}
        facts |= {"milliseconds": round(seconds * 1000, 1)}
        _log.info("http_request", extra=facts | scope[LOGGED])
