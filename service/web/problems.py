"""Errors as RFC 9457 problem+json responses, rendered here and nowhere else."""

import errno
import json
import logging
from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import Scope

from service import errors
from service.errors import Problem
from service.telemetry import one_line, request_id
from service.web.invalid import invalid_request, malformed, unread_json

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER_S: Final = 2
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
"""Methods that routes answer; HEAD is answered wherever GET is."""
_BY_STATUS: Final[dict[int, type[Problem]]] = {
    400: errors.MalformedJson,
    401: errors.Unauthenticated,
    403: errors.Forbidden,
    404: errors.NotFound,
    405: errors.MethodNotAllowed,
    413: errors.PayloadTooLarge,
    415: errors.UnsupportedMediaType,
    422: errors.InvalidRequest,
    429: errors.TooManyRequests,
    503: errors.Unavailable,
}
_NOT_JSON: Final = "There was an error parsing the body"
"""FastAPI's message for JSON that Python can't parse; its messages about forms are specific."""
_NO_PATH: Final = "There is no such path; see /docs for the API."
_DATABASE_DOWN: Final = (
    "The database can't be reached right now; wait as Retry-After says and try again."
)
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
_NO_ROOM_ON_POSTGRESQL: Final = frozenset({"53100", "25006"})
"""The states disk_full and read_only_sql_transaction."""
_NO_ROOM_ON_SQLITE: Final = (
    "SQLITE_FULL",
    "SQLITE_READONLY",
    "SQLITE_IOERR_WRITE",
    "SQLITE_IOERR_FSYNC",
    "SQLITE_IOERR_DIR_FSYNC",
    "SQLITE_IOERR_TRUNCATE",
    "SQLITE_IOERR_SHM",
)
"""Prefixes of such errors; some mean a disk that became read-only under an open file."""
_log = logging.getLogger(__name__)


PROBLEM_EXAMPLE: Final[dict[str, Any]] = {
    "type": "urn:verbatim:problem:invalid_request",
    "title": "Invalid request",
    "status": 422,
    "detail": errors.InvalidRequest.default_detail(),
    "code": "invalid_request",
    "invalid_params": [
        {
            "name": "rating",
            "reason": "11 is outside the nps scale from 0 to 10; correct the value",
        }
    ],
}


class ProblemBody(BaseModel):
    """An error, as RFC 9457 describes it."""

    model_config = ConfigDict(json_schema_extra={"examples": [PROBLEM_EXAMPLE]})

    type: str
    title: str
    status: int
    detail: str
    code: str
    invalid_params: list[dict[str, str]] | None = None
    request_id: str | None = None


def install(app: FastAPI) -> None:
    """Render every kind of error of ``app`` as a problem."""
    for kind in (Problem, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _handle)


async def _handle(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == errors.MethodNotAllowed.status:
        error = errors.MethodNotAllowed(headers={"Allow": ", ".join(_allowed(request))})
    return problem_response(error)


def _allowed(request: Request) -> Iterator[str]:
    """The methods that any route of the path answers, not only the first route's."""
    scope = request.scope
    scope = {**scope, "root_path": scope.get("app_root_path", scope["root_path"])}
    for method in METHODS:
        if any(_answers(route, {**scope, "method": method}) for route in request.app.routes):
            yield from ("GET", "HEAD") if method == "GET" else (method,)


def _answers(route: BaseRoute, scope: Scope) -> bool:
    """Whether the route answers the request; mounts serve files, which are only read."""
    answers = route.matches(scope)[0] is Match.FULL
    return answers and (scope["method"] == "GET" or not isinstance(route, Mount))


def problem_response(error: Exception) -> Response:
    """The response to ``error``; errors not meant for users are logged and not disclosed."""
    problem = as_problem(error)
    headers = dict(problem.headers)
    if problem.status in (429, 503):
        headers.setdefault("Retry-After", str(RETRY_AFTER_S))
    if problem.status == 401:
        headers.setdefault("WWW-Authenticate", "Bearer")
    # ASCII only: a detail may quote what was sent, and that may not be encodable.
    content = json.dumps(problem.body(request_id.get())).encode()
    return Response(content, problem.status, headers, MEDIA_TYPE)


def is_outage(error: Exception) -> bool:
    """Whether ``error`` concerns the database or a disk, so that other requests fail likewise."""
    return _is_of_no_room(error) or _is_unreached(error)


def as_problem(error: Exception) -> Problem:
    """``error`` as a problem."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return _unreadable(error)
    if isinstance(error, HTTPException):
        return _http_problem(error)
    if _is_of_no_room(error):
        _log.error("no_room", extra={"error": one_line(error)})
        return errors.NoRoom()
    if _is_unreached(error):
        _log.error("database_unreachable", extra={"error": one_line(error)})
        return errors.Unavailable(_DATABASE_DOWN)
    _log.error("unexpected_error", exc_info=error)
    return Problem()


def _is_of_no_room(error: Exception) -> bool:
    """Whether a disk was full or read-only: the data directory's or the database's."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        name = getattr(error.orig, "sqlite_errorname", "")
        return state in _NO_ROOM_ON_POSTGRESQL or name.startswith(_NO_ROOM_ON_SQLITE)
    return isinstance(error, OSError) and error.errno in _NO_ROOM


def _is_unreached(error: Exception) -> bool:
    return isinstance(error, OperationalError | InterfaceError | PoolTimeout)


def _unreadable(error: RequestValidationError) -> Problem:
    if isinstance(error.body, bytes):  # FastAPI only parses bodies declared as JSON
        return errors.UnsupportedMediaType()
    return invalid_request(error.errors(), error.body)


def _http_problem(error: HTTPException) -> Problem:
    kind = _BY_STATUS.get(error.status_code)
    if kind is None:
        _log.error("unmapped_http_error", exc_info=error)
        return Problem()
    if error.status_code == 400:
        if error.detail == _NOT_JSON:
            return unread_json(error.__cause__)
        return malformed(str(error.detail), errors.MalformedForm)
    own_words = {404: _NO_PATH, 413: str(error.detail)}.get(error.status_code)
    return kind(own_words, headers=error.headers)
