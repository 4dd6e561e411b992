"""Who is signed in: the session cookie, and the protection of forms and links."""

from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from service.dashboard.errors import CrossSiteRequest
from service.db import Database
from service.errors import Unauthenticated
from service.keys.rate import RateLimit
from service.keys.sessions import LASTS, Visitor, visitor_with
from service.web.edge import LOGGED

COOKIE: Final = "voc_session"
MAX_SECRET_CHARS: Final = 200
SAME_SITE: Final = frozenset({"same-origin", "none"})


async def current_visitor(request: Request) -> Visitor:
    """Who is signed in; also kept in the request's state, for error pages.

    Raises:
        Unauthenticated: there is no session, or it has ended.
        TooManyRequests: the key has reached its limit.
    """
    database: Database = request.app.state.database
    rate: RateLimit = request.app.state.rate
    secret = secret_in(request)
    found = await run_in_threadpool(_find, database, secret) if secret else None
    if found is None:
        raise Unauthenticated
    request.state.visitor = found
    request.scope.get(LOGGED, {})["key_id"] = found.caller.key_id
    rate.count(found.caller)
    return found


def _find(database: Database, secret: str) -> Visitor | None:
    with database.read() as session:
        return visitor_with(session, secret)


SignedIn = Annotated[Visitor, Depends(current_visitor)]


def secret_in(request: Request) -> str | None:
    """The secret in the request's cookie, unless it is too long to be one."""
    secret = request.cookies.get(_name(request))
    return secret if secret and len(secret) <= MAX_SECRET_CHARS else None


def set_session_cookie(request: Request, response: Response, secret: str) -> None:
    """Set the session cookie: hidden from scripts, and not sent with other sites' forms."""
    _set(request, response, secret, int(LASTS.total_seconds()))


def clear_session_cookie(request: Request, response: Response) -> None:
    """Delete the session cookie."""
    _set(request, response, "", 0)


def _set(request: Request, response: Response, secret: str, seconds: int) -> None:
    response.set_cookie(
        _name(request),
        secret,
        max_age=seconds,
        path="/",
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",
    )


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _name(request: Request) -> str:
    """Over https, with a prefix that stops sibling domains from setting it (RFC 6265bis)."""
    return f"__Host-{COOKIE}" if _is_secure(request) else COOKIE


def reject_cross_site(request: Request) -> None:
    """Refuse requests from other sites; accept this site's own, and those not made by browsers.

    Browsers send the origin of a request in Sec-Fetch-Site or, over plain http, in Origin. This
    is the algorithm of Go's net/http.CrossOriginProtection, which needs no token.

    Raises:
        CrossSiteRequest: the request comes from another site.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        foreign = site not in SAME_SITE
    else:
        host = request.headers.get("host")
        foreign = origin is not None and origin.partition("://")[2] != host
    if foreign:
        raise CrossSiteRequest
