"""Authentication and authorization. Routes declare what they need by the type of one parameter."""

from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from service.errors import Forbidden, Unauthenticated
from service.keys.caller import Caller
from service.keys.errors import NotForBrowsers, OriginNotAllowed
from service.keys.key_cache import KeyCache
from service.keys.rate import RateLimit
from service.keys.schemas import SCOPES
from service.web.edge import LOGGED

MANAGE: Final = "manage"
MAX_SECRET_CHARS: Final = 512
CALLER: Final = "voc.caller"
"""Scope key of the request's caller, so that it is counted only once."""


class Requires(SecurityBase):
    """A dependency that admits callers with one of ``scopes``; ``manage`` includes them all.

    ``in_browsers``: also admits public keys.
    """

    def __init__(self, *scopes: str, in_browsers: bool = True) -> None:
        self.in_browsers = in_browsers
        self.scopes = frozenset(scopes) | {MANAGE}
        self.shown = " or ".join(scopes)
        self.model = HTTPBearer(description="An API key, created with `voc keys create`.")
        self.scheme_name = "key"

    async def __call__(self, request: Request) -> Caller:
        """The caller of ``request``.

        Raises:
            Unauthenticated, OriginNotAllowed, TooManyRequests, NotForBrowsers, Forbidden
        """
        if CALLER not in request.scope:
            request.scope[CALLER] = await _counted(request)
        caller: Caller = request.scope[CALLER]
        if self.scopes.isdisjoint(caller.scopes):
            raise Forbidden(f"This key lacks the scope '{self.shown}'; use a key that has it.")
        if caller.origins and not self.in_browsers:
            raise NotForBrowsers
        return caller


async def _counted(request: Request) -> Caller:
    cache: KeyCache = request.app.state.keys
    rate: RateLimit = request.app.state.rate
    caller = await cache.find(_secret(request))
    request.scope.get(LOGGED, {})["key_id"] = caller.key_id
    if caller.origins and request.headers.get("origin") not in caller.origins:
        raise OriginNotAllowed()
    rate.count(caller)
    return caller


def _secret(request: Request) -> str:
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    secret = secret.strip()
    if kind.lower() != "bearer" or not 0 < len(secret) <= MAX_SECRET_CHARS:
        raise Unauthenticated()
    return secret


AnyCaller = Annotated[Caller, Depends(Requires(*SCOPES))]
IngestCaller = Annotated[Caller, Depends(Requires("ingest"))]
ReadCaller = Annotated[Caller, Depends(Requires("read"))]
ManageCaller = Annotated[Caller, Depends(Requires(MANAGE))]
