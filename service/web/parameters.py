"""Query parameters: a route accepts those that it declares, and single values only once."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import ClassVar, Final, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo

from service.errors import InvalidParam, InvalidRequest
from service.web.invalid import MAX_PARAMS

MAX_NAME_CHARS: Final = 300
"""Characters of a parameter's name that an error quotes."""


class UnknownParameter(InvalidRequest):
    """The URL has query parameters that this endpoint does not know; remove or correct them."""

    code: ClassVar[str] = "unknown_parameter"


class OpenEnded(BaseModel):
    """Query parameters that may come with others, of which only the prefixes of names are known.

    Those end up in ``model_extra``.
    """

    model_config = ConfigDict(extra="allow")
    open_ended: ClassVar[tuple[str, ...]] = ()
    """Prefixes of the names of further parameters; each of these is a list."""


async def refuse_undeclared(request: Request) -> None:
    """A dependency of every route: a misspelt parameter never widens a result or skips a dry run.

    Raises:
        UnknownParameter: the URL has a query parameter that the route does not declare.
        InvalidRequest: a parameter that is not a list is repeated, so that one value would be lost.
    """
    if not request.scope["query_string"]:
        return
    dependant: Dependant = request.scope["route"].dependant
    fields, prefixes = dict(_fields(dependant)), tuple(_prefixes(dependant))
    sent = Counter(name for name, _ in request.query_params.multi_items())
    further = {name for name in sent if name.startswith(prefixes) and name not in prefixes}
    unknown = [name for name in sent if name not in fields and name not in further]
    if unknown:
        raise unknown_parameters(unknown, [*fields, *(prefix + "*" for prefix in prefixes)])
    repeated = [n for n in sent if sent[n] > 1 and n in fields and not _is_list(fields[n])]
    if repeated:
        reason = "is repeated but takes a single value; send it once"
        raise InvalidRequest(invalid_params=[InvalidParam(name, reason) for name in repeated])


def unknown_parameters(unknown: Sequence[str], known: Sequence[str]) -> UnknownParameter:
    """The error for unknown parameters, with the known ones.

    The known ones are listed once, so that the response is hardly longer than the URL.
    """
    first, *others = (name[:MAX_NAME_CHARS] for name in unknown[:MAX_PARAMS])
    reason = "is not known here"
    remedy = f"; known parameters: {', '.join(known)}" if known else ""
    params = [InvalidParam(first, reason + remedy), *(InvalidParam(n, reason) for n in others)]
    return UnknownParameter(invalid_params=params)


def _fields(dependant: Dependant) -> Iterator[tuple[str, FieldInfo]]:
    """The single-valued parameters that a route and its dependencies declare, by name."""
    for field in dependant.query_params:
        if model := _model_of(field.field_info):
            yield from ((each.alias or name, each) for name, each in model.model_fields.items())
        else:
            yield field.alias, field.field_info
    for inner in dependant.dependencies:
        yield from _fields(inner)


def _prefixes(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        model = _model_of(field.field_info)
        if model and issubclass(model, OpenEnded):
            yield from model.open_ended
    for inner in dependant.dependencies:
        yield from _prefixes(inner)


def _model_of(field: FieldInfo) -> type[BaseModel] | None:
    """The model whose fields are the parameters, if this dependency declares several."""
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _is_list(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is list
