"""Idempotency-Keys per caller, so that two programs may use the same one."""

from typing import Annotated

from fastapi import Depends, Request

from service.keys.auth import AnyCaller
from service.web.idempotency import IdempotencyKey, IdempotentRequest, idempotent_request


async def _request_idempotency(
    request: Request, caller: AnyCaller, idempotency_key: IdempotencyKey = None
) -> IdempotentRequest | None:
    return await idempotent_request(request, caller.key_id, idempotency_key)


RequestIdempotency = Annotated[IdempotentRequest | None, Depends(_request_idempotency)]
