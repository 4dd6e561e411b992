"""Request bodies: how large they may be, and what they say that they are."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, NamedTuple

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import InvalidRequest, PayloadTooLarge, UnsupportedMediaType
from service.web.edge import ROUTE

_ENCODED: Final = "The body is compressed; send it without Content-Encoding."
_NUL: Final = "The address contains a NUL character (%00); remove it."


class Larger(NamedTuple):
    """A limit of its own, for senders that ``admit`` raises nothing about."""

    limit: int
    admit: Callable[[Scope], Awaitable[None]]


class BodyGuard:
    """Refuses bodies that are too large, while they arrive, and compressed ones.

    ``larger`` has limits for single routes, by path. FastAPI reads a body before it asks who sends
    it, so that there the sender is looked at before anything is read. Nothing beyond a limit is
    ever held in memory, whether or not the sender announced a length.
    """

    def __init__(self, app: ASGIApp, limit: int, larger: Mapping[str, Larger]) -> None:
        self.app = app
        self.limit = limit
        self.larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        larger = self.larger.get(scope["path"])
        limit = larger.limit if larger else self.limit
        if larger:
            scope[ROUTE] = scope["path"]
        _check_head(scope, limit)
        if larger:
            await larger.admit(scope)
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
            # FastAPI lets its own exception pass, but makes a 400 of any other.
            raise HTTPException(413, _too_large(limit))
        return message

    return counted


def _too_large(limit: int) -> str:
    return f"The body is larger than {limit:,} bytes; split it into smaller requests."


def is_json(content_type: str) -> bool:
    """Whether a Content-Type says JSON (application/json or application/…+json)."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind[-5:] == "+json")


def is_form(content_type: str) -> bool:
    """Whether a Content-Type says that files may be in the body."""
    return content_type.partition(";")[0].strip().lower() == "multipart/form-data"
