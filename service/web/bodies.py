"""Request bodies: limits on their size, and checks of their declared type."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, NamedTuple

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import InvalidRequest, PayloadTooLarge, UnsupportedMediaType
from service.web.edge import ROUTE_PATH

_ENCODED: Final = "The body is compressed; send it without Content-Encoding."
_NUL: Final = "The URL contains a NUL character (%00); remove it."


class RouteLimit(NamedTuple):
    """A separate limit, for senders for whom ``admit`` raises nothing."""

    limit: int
    admit: Callable[[Scope], Awaitable[None]]


class BodyGuard:
    """Rejects compressed bodies, bodies that are too large while they arrive, and NUL in a URL.

    ``route_limits`` has separate limits for single routes, by path. FastAPI reads a body before it
    authenticates the sender, so on these routes the sender is checked before anything is read.
    Nothing beyond a limit is ever held in memory, whether or not the sender announced a length.
    """

    def __init__(self, app: ASGIApp, limit: int, route_limits: Mapping[str, RouteLimit]) -> None:
        self.app = app
        self.limit = limit
        self.route_limits = route_limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        own = self.route_limits.get(scope["path"])
        limit = own.limit if own else self.limit
        if own:
            scope[ROUTE_PATH] = scope["path"]
        _check_head(scope, limit)
        if own:
            await own.admit(scope)
        await self.app(scope, _counted(receive, limit), send)


def _check_head(scope: Scope, limit: int) -> None:
    if b"%00" in scope["query_string"] or "\0" in scope["path"]:
        raise InvalidRequest(_NUL)
    for name, value in scope["headers"]:
        if name == b"content-encoding" and value.lower() not in (b"", b"identity"):
            raise UnsupportedMediaType(_ENCODED)
        if name == b"content-length" and value.isdigit() and int(value) > limit:
            raise PayloadTooLarge(_too_large(limit))


def _counted(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            # FastAPI passes its own exceptions on, but turns any other into a 400.
            raise HTTPException(413, _too_large(limit))
        return message

    return counted


def _too_large(limit: int) -> str:
    return f"The body is larger than {limit:,} bytes; split it into smaller requests."


def is_json(content_type: str) -> bool:
    """Whether a Content-Type is JSON (application/json or application/…+json)."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind[-5:] == "+json")


def is_form(content_type: str) -> bool:
    """Whether a Content-Type allows files in the body."""
    return content_type.partition(";")[0].strip().lower() == "multipart/form-data"
