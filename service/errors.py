"""Errors shown to users. Each class is one stable ``code``; its docstring is its message.

Rendered once, as RFC 9457 problem+json, in ``service.web.problems``::

    Problem
    ├── InvalidRequest        422  a malformed payload; invalid_params says how to fix it
    ├── MalformedJson         400
    ├── MalformedForm         400
    ├── Unauthenticated       401
    ├── Forbidden             403
    ├── NotFound              404
    ├── MethodNotAllowed      405
    ├── Conflict              409
    ├── StaleDefinition       412  in service.journey
    ├── PayloadTooLarge       413
    ├── UnsupportedMediaType  415
    ├── TooManyRequests       429  with Retry-After
    ├── NotInstalled          501  in service.exports
    └── Unavailable           503  with Retry-After
        └── NoRoom            503
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class InvalidParam:
    """A field with an error: its path, and (in ``reason``) what is wrong and how to fix it."""

    name: str
    reason: str


class Problem(Exception):
    """Something went wrong on our side; the error has been logged, please try again."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"

    def __init__(
        self,
        detail: str | None = None,
        *,
        invalid_params: Sequence[InvalidParam] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.detail = detail or self.default_detail()
        self.invalid_params = tuple(invalid_params)
        self.headers = dict(headers or {})
        super().__init__(self.detail)

    @classmethod
    def default_detail(cls) -> str:
        """The first paragraph of the class docstring, on one line."""
        return " ".join((cls.__doc__ or "").strip().split("\n\n")[0].split())

    @classmethod
    def title(cls) -> str:
        """The code in words: short, and the same for every occurrence."""
        return cls.code.replace("_", " ").capitalize()

    def body(self, request_id: str | None = None) -> dict[str, Any]:
        """The RFC 9457 object, with our members ``code``, ``invalid_params``, ``request_id``."""
        problem: dict[str, Any] = {
            "type": f"urn:verbatim:problem:{self.code}",
            "title": self.title(),
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        if self.invalid_params:
            problem["invalid_params"] = [
                {"name": param.name, "reason": param.reason} for param in self.invalid_params
            ]
        if request_id:
            problem["request_id"] = request_id
        return problem


class InvalidRequest(Problem):
    """The request has fields that can't be accepted; invalid_params says how to fix each."""

    status = 422
    code = "invalid_request"


class MalformedJson(Problem):
    """The body is not valid JSON; send UTF-8 encoded JSON with Content-Type application/json."""

    status = 400
    code = "malformed_json"

    @classmethod
    def title(cls) -> str:
        return "Malformed JSON"


class MalformedForm(Problem):
    """The form in the body can't be read; send multipart/form-data with its boundary."""

    status = 400
    code = "malformed_form"


class Unauthenticated(Problem):
    """The request has no valid key; send one as 'Authorization: Bearer <key>'."""

    status = 401
    code = "unauthenticated"


class Forbidden(Problem):
    """This key lacks the scope for this request; use a key that has it."""

    status = 403
    code = "forbidden"


class NotFound(Problem):
    """There is no such resource in this workspace; check the id."""

    status = 404
    code = "not_found"


class MethodNotAllowed(Problem):
    """This path does not support that method; the Allow header lists the methods it supports."""

    status = 405
    code = "method_not_allowed"


class Conflict(Problem):
    """The request conflicts with the stored state; fetch the current state and try again."""

    status = 409
    code = "conflict"


class PayloadTooLarge(Problem):
    """The body is too large; split it into smaller requests."""

    status = 413
    code = "payload_too_large"


class UnsupportedMediaType(Problem):
    """This path does not accept a body of that type; send application/json."""

    status = 415
    code = "unsupported_media_type"


class TooManyRequests(Problem):
    """Too many requests or too much pending work; wait as Retry-After says and try again."""

    status = 429
    code = "too_many_requests"


class Unavailable(Problem):
    """The service can't do this right now; wait as Retry-After says and try again."""

    status = 503
    code = "unavailable"


class NoRoom(Unavailable):
    """The server's disk is full or not writable; try again once that is fixed."""

    code = "no_room"
