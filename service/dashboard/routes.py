"""The dashboard's routes: the journey map at /, the other pages, signing in and out.

They show the same answers as the API, but are not in its OpenAPI description.
"""

from collections.abc import Callable
from contextlib import suppress
from importlib.resources import files
from typing import Annotated, Concatenate, Final, ParamSpec
from uuid import UUID

from fastapi import APIRouter, FastAPI, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from service.dashboard import downloads, page_contents
from service.dashboard.address import Address, shown_at
from service.dashboard.changes import list_changes, one_change
from service.dashboard.pages import (
    ASSETS,
    HEADERS,
    NOTHING_HERE,
    SIGN_IN,
    PageRoute,
    page,
    problem_page,
    root_of,
)
from service.dashboard.request_view import FIGURES, Values, View
from service.dashboard.search import read_query, search
from service.dashboard.trends import trends
from service.dashboard.visitors import (
    SignedIn,
    clear_session_cookie,
    current_visitor,
    reject_cross_site,
    secret_in,
    set_session_cookie,
)
from service.db import Database
from service.errors import Forbidden, NotFound, Problem, TooManyRequests, Unauthenticated
from service.keys import sessions
from service.keys.auth import MAX_SECRET_CHARS
from service.keys.caller import Caller
from service.keys.key_cache import KeyCache
from service.keys.rate import FailedAttempts
from service.web.dependencies import Db
from service.web.engine import AppEmbedder
from service.web.problems import problem_response

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Asked = ParamSpec("Asked")
WRONG: Final = (
    "This is not a valid key. Check that you copied all of it: a key is shown only once, "
    "when it is created."
)


def install(app: FastAPI) -> None:
    """Add the pages, their downloads and their style sheet to ``app``."""
    app.state.failed_attempts = FailedAttempts()
    app.include_router(router)
    app.include_router(downloads.router)
    app.add_exception_handler(404, show_nothing)
    app.mount(ASSETS, StaticFiles(directory=str(files(__package__) / "static")))


async def show_nothing(request: Request, error: Exception) -> Response:
    """Answer an unknown path: with a page for browsers, with a problem for other clients."""
    path = request.url.path.removeprefix(root_of(request))
    if path.startswith("/v1/") or "text/html" not in request.headers.get("accept", ""):
        return problem_response(error)
    with suppress(Problem):  # not signed in: the same page without navigation
        await current_visitor(request)
    return problem_page(request, NotFound(NOTHING_HERE))


@router.get("/")
def show_map(request: Request, visitor: SignedIn, database: Db) -> Response:
    """The journey map."""
    return _page_of(request, visitor, database, "map.html", page_contents.journey_map)


@router.get("/pain-points")
def show_pain_points(request: Request, visitor: SignedIn, database: Db) -> Response:
    """Pain points, the worst first."""
    return _page_of(request, visitor, database, "pain_points.html", page_contents.pain_points)


@router.get("/wins")
def show_wins(request: Request, visitor: SignedIn, database: Db) -> Response:
    """Wins, the greatest first."""
    return _page_of(request, visitor, database, "pain_points.html", page_contents.wins)


@router.get("/drivers")
def show_drivers(request: Request, visitor: SignedIn, database: Db) -> Response:
    """What moves a KPI, the largest effect first."""
    return _page_of(request, visitor, database, "drivers.html", page_contents.drivers)


@router.get("/trends")
def show_trends(request: Request, visitor: SignedIn, database: Db) -> Response:
    """Mentions over time, in total and by stage."""
    return _page_of(request, visitor, database, "trends.html", trends)


@router.get("/changes")
def show_changes(request: Request, visitor: SignedIn, database: Db) -> Response:
    """Changes, and whether they helped."""
    return _page_of(request, visitor, database, "changes.html", list_changes)


@router.get("/changes/{wanted}")
def show_change(request: Request, visitor: SignedIn, database: Db, wanted: UUID) -> Response:
    """One change with all its measures."""
    return _page_of(request, visitor, database, "change.html", one_change, wanted)


@router.get("/search")
def show_search(
    request: Request,
    visitor: SignedIn,
    database: Db,
    embedder: AppEmbedder,
) -> Response:
    """What customers said, by words or by meaning."""
    asked = read_query(Address(request, root_of(request)), embedder)
    return _page_of(request, visitor, database, "search.html", search, asked)


@router.get("/pain-points/{wanted}")
def show_pain_point(request: Request, visitor: SignedIn, database: Db, wanted: UUID) -> Response:
    """One pain point or win."""
    return _page_of(request, visitor, database, "pain_point.html", page_contents.pain_point, wanted)


@router.get("/feedback/{wanted}")
def show_feedback(request: Request, visitor: SignedIn, database: Db, wanted: UUID) -> Response:
    """One piece of feedback."""
    return _page_of(request, visitor, database, "feedback.html", page_contents.feedback, wanted)


def _page_of(
    request: Request,
    visitor: sessions.Visitor,
    database: Database,
    template: str,
    look: Callable[Concatenate[View, Asked], Values],
    *asked: Asked.args,
    **more: Asked.kwargs,
) -> Response:
    """The page of what ``look`` finds in the workspace.

    Without any feedback, a welcome page; with a reversed period, the form to correct it.
    """
    with database.read() as session:
        view = View(session, visitor.caller.workspace_id, Address(request, root_of(request)))
        if view.is_empty and view.address.path in FIGURES:
            return page(request, "welcome.html", visitor=visitor, address=view.address)
        if view.address.reversed_period:
            return page(request, "reversed_period.html", 422, visitor=visitor, **view.filtering())
        values = look(view, *asked, **more)
    return page(request, template, visitor=visitor, **values)


@router.get(SIGN_IN)
def show_sign_in(request: Request) -> Response:
    """The sign-in form."""
    return _sign_in_page(request, request.query_params.get("next", ""))


@router.post(SIGN_IN)
async def sign_in(
    request: Request,
    database: Db,
    key: Annotated[str, Form()] = "",
    next_: Annotated[str, Form(alias="next")] = "",
) -> Response:
    """Exchange a key for a session."""
    reject_cross_site(request)
    try:
        caller = await _caller(request, key.strip())
        secret = await run_in_threadpool(
            database.transact, lambda session: sessions.sign_in(session, caller)
        )
    except (Unauthenticated, Forbidden, TooManyRequests) as problem:
        return _sign_in_page(request, next_, problem)
    answer = RedirectResponse(root_of(request) + shown_at(_local_path(next_)), 303, HEADERS)
    set_session_cookie(request, answer, secret)
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, database: Db) -> Response:
    """End the session."""
    reject_cross_site(request)
    if secret := secret_in(request):
        await run_in_threadpool(
            database.transact, lambda session: sessions.sign_out(session, secret)
        )
    answer = RedirectResponse(root_of(request) + SIGN_IN, 303, HEADERS)
    clear_session_cookie(request, answer)
    return answer


async def _caller(request: Request, key: str) -> Caller:
    """The owner of a key; wrong keys count against the address they come from."""
    attempts: FailedAttempts = request.app.state.failed_attempts
    cache: KeyCache = request.app.state.keys
    address = request.client.host if request.client else ""
    attempts.check(address)
    try:
        if not 0 < len(key) <= MAX_SECRET_CHARS:
            raise Unauthenticated
        return await cache.find(key)
    except Unauthenticated:
        attempts.count(address)
        raise


def _sign_in_page(request: Request, wanted: str, problem: Problem | None = None) -> Response:
    status, message, headers = 200, None, {}
    if problem is not None:
        status, headers = problem.status, problem.headers
        message = WRONG if type(problem) is Unauthenticated else problem.detail
    answer = page(request, "sign_in.html", status, next=_local_path(wanted), message=message)
    answer.headers.update(headers)
    return answer


def _local_path(path: str) -> str:
    """``path`` if it is on this site, else the first page."""
    is_own = path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable()
    return path if is_own and not path.startswith(SIGN_IN) else "/"
