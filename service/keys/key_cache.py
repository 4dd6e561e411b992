"""A short-lived cache of known keys, so that most requests need no query.

A key that is revoked in this process stops at once; one revoked in another process, or by ``voc
keys revoke``, within ``TTL_S``. Unknown keys are never cached.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from service.clock import now
from service.db import Database
from service.errors import Unauthenticated
from service.keys import queries
from service.keys.caller import Caller
from service.keys.errors import KeyExpired, MistypedKey
from service.keys.tokens import hash_of, is_mistyped

TTL_S: Final = 2.0
MAX_KEYS: Final = 10_000

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _CachedCaller:
    caller: Caller
    until: float


@dataclass(slots=True)
class _Origins:
    allowed: frozenset[str] = field(default_factory=frozenset)
    until: float = 0.0


class KeyCache:
    """Callers by secret, and the origins of all live keys."""

    def __init__(self, database: Database, browser_rate: int) -> None:
        self.database = database
        self.browser_rate = browser_rate
        self._callers: dict[str, _CachedCaller] = {}
        self._origins = _Origins()
        self._refreshing: asyncio.Task[_Origins] | None = None
        self._changes = 0

    async def find(self, secret: str) -> Caller:
        """The caller with this secret.

        Raises:
            Unauthenticated: mistyped, unknown, revoked or expired.
        """
        hash_ = hash_of(secret)
        cached = self._callers.get(hash_)
        if cached is None or cached.until < monotonic():
            caller = await self._look_up(secret, hash_, cached)
        else:
            caller = cached.caller
        if caller.expires_at is not None and caller.expires_at <= now():
            raise KeyExpired()
        return caller

    async def _look_up(self, secret: str, hash_: str, stale: _CachedCaller | None) -> Caller:
        if is_mistyped(secret):
            raise MistypedKey()
        if stale is not None:  # others use the cached one while this one looks it up
            stale.until = monotonic() + TTL_S
        changes = self._changes
        caller = await run_in_threadpool(self._read, hash_)
        if caller is None:
            self._callers.pop(hash_, None)
            raise Unauthenticated()
        if changes == self._changes:
            self._cache(hash_, caller)
        return caller

    def _read(self, hash_: str) -> Caller | None:
        with self.database.read() as session:
            key = queries.by_hash(session, hash_)
        if key is None or key.revoked_at is not None:
            return None
        return Caller.of(key, self.browser_rate)

    def _cache(self, hash_: str, caller: Caller) -> None:
        if len(self._callers) >= MAX_KEYS:
            self._callers.clear()
        self._callers[hash_] = _CachedCaller(caller, monotonic() + TTL_S)

    async def allows_origin(self, origin: str) -> bool:
        """Whether any live key lists this origin."""
        cached = self._origins
        if cached.until < monotonic():
            cached = await self._refresh_origins_once()
        return origin in cached.allowed

    async def _refresh_origins_once(self) -> _Origins:
        """One shared query for all callers that wait for it."""
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._refresh_origins())
        return await asyncio.shield(self._refreshing)

    async def _refresh_origins(self) -> _Origins:
        changes, allowed = -1, self._origins.allowed
        while changes != self._changes:  # created or revoked meanwhile
            changes = self._changes
            try:
                allowed = await run_in_threadpool(self._read_origins)
            except SQLAlchemyError as error:
                if not self._origins.until:
                    raise
                log.error("origins_unread", exc_info=error)
        self._origins = _Origins(allowed, monotonic() + TTL_S)
        return self._origins

    def _read_origins(self) -> frozenset[str]:
        with self.database.read() as session:
            return queries.live_origins(session, now())

    def forget(self) -> None:
        """Discard the cache: keys have changed."""
        self._changes += 1
        self._callers.clear()
        self._origins = _Origins()
