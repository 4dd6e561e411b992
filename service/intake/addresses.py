"""The addresses that feedback is sent to."""

from fastapi import Request

from service.errors import InvalidParam
from service.insights.errors import UnknownParameter
from service.insights.filters import LONGEST


def refuse_unknown(request: Request, *known: str) -> None:
    """Let no misspelt ``dry_run`` pass: it would store.

    Raises:
        UnknownParameter: the address has a query parameter other than ``known``.
    """
    reason = f"is not known here; known is {', '.join(known)}" if known else "is not known here"
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise UnknownParameter(invalid_params=[InvalidParam(n[:LONGEST], reason) for n in unknown])
