"""Validation errors of pydantic as ``invalid_params``: a dotted name, and how to fix it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from service.errors import InvalidParam, InvalidRequest, MalformedJson, Problem

MAX_PARAMS: Final = 50
UNREAD_NUMBER: Final = object()
"""Placeholder for a number with more digits than Python parses, so that only its item fails."""
TOO_MANY_DIGITS: Final = "has a number of more than 4,300 digits; send it as text"
TOO_DEEP: Final = "is nested too deeply; leave levels out"
QUERY: Final = "query"
_PLACES: Final = frozenset({"body", QUERY, "path", "header", "cookie"})
_REASONS: Final = {
    "missing": "is required; add it",
    "extra_forbidden": "is not known here; remove it or check its spelling",
    "string_type": "must be a string",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters; shorten it",
    "string_unicode": "contains half of a surrogate pair; remove it and send the request again",
    "string_pattern_mismatch": "must match the pattern {pattern}",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries; remove some",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "is too large a number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "uuid_parsing": "must be a UUID",
    "uuid_type": "must be a UUID",
    "literal_error": "must be one of {expected}",
    "enum": "must be one of {expected}",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "union_tag_not_found": "is required; add it",
    "union_tag_invalid": "must be one of {expected_tags}",
    "timezone_aware": "must have a UTC offset, such as 2026-01-31T12:00:00Z",
    "datetime_type": "must be an RFC 3339 time, such as 2026-01-31T12:00:00Z",
    "datetime_parsing": "must be an RFC 3339 time, such as 2026-01-31T12:00:00Z",
    "datetime_from_date_parsing": "must be an RFC 3339 time, such as 2026-01-31T12:00:00Z",
    "datetime_object_invalid": "must be a time that exists, such as 2026-01-31T12:00:00Z",
}
_NOT_EMPTY: Final = {
    "string_too_short": "must not be empty",
    "too_short": "is empty; add at least one entry",
}


def invalid_request(errors: Sequence[Mapping[str, Any]], body: Any = None) -> Problem:
    """The problem for pydantic's ``errors`` about ``body`` (parsed JSON, if any)."""
    broken = next((error for error in errors if error["type"] == "json_invalid"), None)
    if broken is not None:
        return malformed(_cause_of(broken, body))
    params = dict.fromkeys(
        InvalidParam(name_of(_place_of(error), body), reason_of(error)) for error in errors
    )
    return InvalidRequest(invalid_params=list(params)[:MAX_PARAMS])


def invalid_query(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """The problem for pydantic's ``errors`` about the parameters of a URL."""
    return invalid_request([{**error, "loc": (QUERY, *error["loc"])} for error in errors])


def malformed(cause: str, kind: type[Problem] = MalformedJson) -> Problem:
    """The problem for a body that can't be parsed, with the parser's message."""
    default = kind.default_detail()
    return kind(f"{default} ({cause})" if cause else default)


def unread_json(error: BaseException | None) -> Problem:
    """The problem for a body that the JSON parser rejected with ``error``."""
    match error:
        case json.JSONDecodeError():
            return malformed(_located(error.msg, error.doc, error.pos))
        case UnicodeDecodeError():
            return malformed(f"not valid {error.encoding.upper()} at byte {error.start + 1}")
        case ValueError() | RecursionError():
            return MalformedJson(f"The body {json_fault(error)}.")
    return MalformedJson()


def json_fault(error: ValueError | RecursionError) -> str:
    """What is wrong with one line of JSON, as the end of a sentence about it."""
    if isinstance(error, json.JSONDecodeError):
        return f"is not valid JSON: {_said(error.msg)} at column {error.colno}"
    return TOO_DEEP if isinstance(error, RecursionError) else TOO_MANY_DIGITS


def read_int(digits: str) -> Any:
    """A whole number in JSON; ``UNREAD_NUMBER`` if it has too many digits."""
    try:
        return int(digits)
    except ValueError:
        return UNREAD_NUMBER


def _place_of(error: Mapping[str, Any]) -> Sequence[str | int]:
    """The error's location; that of the discriminator if it decides which model is meant."""
    location: tuple[str | int, ...] = error["loc"]
    if error["type"].startswith("union_tag"):
        return *location, error["ctx"]["discriminator"].strip("'")
    return location


def _cause_of(broken: Mapping[str, Any], body: Any) -> str:
    """The parser's message. FastAPI gives the position separately, pydantic within the message."""
    cause = str(broken.get("ctx", {}).get("error", ""))
    position = broken["loc"][-1] if broken["loc"] else None
    if isinstance(body, str) and isinstance(position, int):
        return _located(cause, body, position)
    return cause


def _located(cause: str, text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    return f"{_said(cause)} at line {line} column {column}"


def _said(cause: str) -> str:
    """Python's JSON error message without the trailing preposition before the position."""
    return cause.strip().removesuffix(":").removesuffix(" at")


def name_of(location: Sequence[str | int], body: Any) -> str:
    """``("body", "items", 3, "survey", "text")`` as ``items.3.text``.

    Pydantic mixes the names of union members into its locations. Parts found in ``body`` are kept,
    and so is the last part, which may be missing there. An error of the whole body is named
    ``body``. One of several values of a query parameter has no number: nobody typed one.
    """
    parts = list(location)
    if parts[:1] == [QUERY]:
        parts = parts[:2]
    if len(parts) > 1 and parts[0] in _PLACES:
        parts = parts[1:]
    if not isinstance(body, dict | list):
        return ".".join(map(str, parts))
    named: list[str] = []
    for index, part in enumerate(parts):
        inside, body = _step(body, part)
        if inside or index == len(parts) - 1:
            named.append(str(part))
    return ".".join(named)


def _step(body: Any, part: str | int) -> tuple[bool, Any]:
    if isinstance(body, dict) and part in body:
        return True, body[part]
    if isinstance(body, list) and isinstance(part, int) and part < len(body):
        return True, body[part]
    return False, body


def reason_of(error: Mapping[str, Any]) -> str:
    """What is wrong and how to fix it, as the end of a sentence that begins with the name."""
    context = error.get("ctx") or {}
    if error.get("input") is UNREAD_NUMBER:
        return TOO_MANY_DIGITS
    if error["type"] == "value_error":
        return str(context.get("error", error["msg"]))
    kind = error["type"]
    if context.get("field_type") == "Value":  # pydantic's name for cleaned text
        kind = kind.replace("too_", "string_too_")
    if context.get("min_length") == 1 and kind in _NOT_EMPTY:
        return _NOT_EMPTY[kind]
    if kind == "literal_error" and " or " not in context["expected"]:
        return f"must be {context['expected']}"
    if (known := _REASONS.get(kind)) is not None:
        return known.format_map(context)
    return str(error["msg"]).replace("Input should be", "must be")
