"""Idempotency-Keys per caller, so that two programs may use the same one."""

from typing import Annotated

from fastapi import Depends, Request

from service.keys.auth import AnyCaller
from service.web.idempotency import IdempotencyKey
from service.web.once import Once, get_once


async def _once_only(
    request: Request, caller: AnyCaller, idempotency_key: IdempotencyKey = None
) -> Once | None:
    return await get_once(request, caller.key_id, idempotency_key)


OnceOnly = Annotated[Once | None, Depends(_once_only)]
