"""Conditional reads: an ETag on every response, 304 if the client already has it."""

from hashlib import sha256
from typing import Final

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

VOLATILE: Final = frozenset({"as_of"})
"""Fields that change from read to read although nothing has happened."""


def conditional(request: Request, content: BaseModel) -> Response:
    """``content`` as JSON with a weak ETag, or 304 if ``If-None-Match`` has that tag.

    The tag covers everything except the ``VOLATILE`` fields; hence weak (RFC 9110, 8.8.1).
    """
    text = content.model_dump_json()
    tag = _tag(content, text)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    return Response(text, 200, headers, "application/json")


def etag(content: BaseModel) -> str:
    """A weak entity tag of ``content``: half a SHA-256 in hex."""
    return _tag(content, content.model_dump_json())


def _tag(content: BaseModel, text: str) -> str:
    """The same for content that is already JSON, which is not serialized twice."""
    for volatile in VOLATILE & set(type(content).model_fields):
        text = text.replace(content.model_dump_json(include={volatile})[1:-1], "", 1)
    return f'W/"{sha256(text.encode()).hexdigest()[:32]}"'


def matches(if_none_match: str | None, tag: str) -> bool:
    """Whether the header contains ``tag``, by weak comparison (RFC 9110, 8.8.3.2)."""
    if if_none_match is None:
        return False
    opaque = tag.removeprefix("W/")
    given = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return opaque in given or "*" in given
