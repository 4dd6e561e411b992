"""Renders templates as responses: escaped, without external resources, never cached."""

from collections.abc import Callable, Coroutine
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, RedirectResponse, Response

from service import __version__
from service.dashboard.address import UnfilteredAddress
from service.errors import NotFound, Unauthenticated
from service.pictures import formatting
from service.telemetry import request_id
from service.web.problems import as_problem

ASSETS: Final = "/assets"
SIGN_IN: Final = "/sign-in"
NOTHING_HERE: Final = "There is nothing at this address."
FILTERS: Final = (
    *("count", "counted", "signed", "plain", "net", "percent", "change", "day", "date_time"),
    *("tone", "scale", "kpi_value", "unit", "effect", "unsigned_difference", "most_rated"),
    *("words", "dimension", "capitalised", "days_of", "emotion_class"),
)
"""The functions of ``formatting`` that templates use."""
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "private, no-store",
    "Vary": "Cookie",
}
"""The page has no scripts, so none may run. Browsers must not store it."""


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {name: getattr(formatting, name) for name in FILTERS}
    made.globals["version"] = __version__
    return made


def render(template: str, **values: Any) -> str:
    """Render a template of this package."""
    return _templates().get_template(template).render(values)


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page as a response.

    Templates get ``root``, the path prefix added by a proxy, and ``site``, the base URL.
    """
    site = str(request.base_url).rstrip("/")
    html = render(
        template, root=root_of(request), site=site, style=_versioned("page.css"), **values
    )
    return HTMLResponse(html, status, HEADERS)


def root_of(request: Request) -> str:
    """The path prefix added by a proxy, usually empty."""
    return str(request.scope.get("root_path", "")).rstrip("/")


@cache
def _versioned(name: str) -> str:
    """The path of an asset with its hash, so that browsers never use a stale one."""
    content = files(__package__).joinpath("static", name).read_bytes()
    return f"{ASSETS}/{name}?v={sha256(content).hexdigest()[:12]}"


class PageRoute(APIRoute):
    """A route whose errors are pages; without a session it redirects to the sign-in page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with problems shown as pages."""
        handle = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await handle(request)
            except ClientDisconnect:
                raise
            except Unauthenticated:
                return to_sign_in(request)
            except Exception as error:  # as_problem logs unexpected errors
                return problem_page(request, error)

        return shown


def to_sign_in(request: Request) -> RedirectResponse:
    """Redirect to the sign-in page, which leads back to the requested address."""
    wanted = request.url.path.removeprefix(root_of(request))
    wanted += f"?{request.url.query}" if request.url.query else ""
    query = "" if wanted == "/" else "?" + urlencode({"next": wanted})
    return RedirectResponse(f"{root_of(request)}{SIGN_IN}{query}", 303, HEADERS)


def problem_page(request: Request, error: Exception) -> HTMLResponse:
    """The error page, with the API's error message, and with the navigation if signed in."""
    problem = NotFound(NOTHING_HERE) if _is_of_the_path(error) else as_problem(error)
    answer = page(
        request,
        "problem.html",
        problem.status,
        problem=problem,
        request_id=request_id.get(),
        visitor=getattr(request.state, "visitor", None),
        address=UnfilteredAddress(root_of(request)),
    )
    answer.headers.update(problem.headers)
    return answer


def _is_of_the_path(error: Exception) -> bool:
    """Whether part of the path is malformed, such as an id."""
    return isinstance(error, RequestValidationError) and any(
        fault["loc"][0] == "path" for fault in error.errors()
    )
