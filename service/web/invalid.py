"""Validation errors of pydantic as ``invalid_params``: a dotted name, and how to fix it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from service.errors import InvalidParam, InvalidRequest, MalformedJson, Problem

MOST_PARAMS: Final = 50
_PLACES: Final = frozenset({"body", "query", "path", "header", "cookie"})
_REASONS: Final = {
    "missing": "is required; add it",
    "extra_forbidden": "is not known here; remove it or check its spelling",
    "string_type": "must be a string",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters; shorten it",
    "string_unicode": "contains half of a surrogate pair; remove it and send it again",
    "string_pattern_mismatch": "must match the pattern {pattern}",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries; split it",
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
    "union_tag_not_found": "must name its {discriminator}",
    "union_tag_invalid": "must have a {discriminator} that is one of {expected_tags}",
    "timezone_aware": "must have a UTC offset, such as 2026-01-31T12:00:00Z",
    "datetime_type": "must be an RFC 3339 time, such as 2026-01-31T12:00:00Z",
    "datetime_parsing": "must be an RFC 3339 time, such as 2026-01-31T12:00:00Z",
    "datetime_from_date_parsing": "must be an RFC 3339 time, such as 2026-01-31T12:00:00Z",
    "datetime_object_invalid": "must be a time that exists, such as 2026-01-31T12:00:00Z",
}


def invalid_request(errors: Sequence[Mapping[str, Any]], body: Any = None) -> Problem:
    """The problem that stands for pydantic's ``errors`` about ``body`` (parsed JSON, if any)."""
    broken = next((error for error in errors if error["type"] == "json_invalid"), None)
    if broken is not None:
        return malformed(str(broken.get("ctx", {}).get("error", "")))
    params = dict.fromkeys(
        InvalidParam(name_of(error["loc"], body), reason_of(error)) for error in errors
    )
    return InvalidRequest(invalid_params=list(params)[:MOST_PARAMS])


def malformed(cause: str, kind: type[Problem] = MalformedJson) -> Problem:
    """The problem of a body that can't be parsed, with the parser's word on what or where."""
    default = kind.default_detail()
    return kind(f"{default} ({cause})" if cause else default)


def name_of(location: Sequence[str | int], body: Any) -> str:
    """``("body", "items", 3, "survey", "text")`` as ``items.3.text``.

    Pydantic mixes the names of union members into its locations. What is found in ``body`` is
    kept, and the last part, which may be missing there. A fault of all of it is called ``body``.
    """
    parts = list(location)
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
    if error["type"] == "value_error":
        return str(context.get("error", error["msg"]))
    kind = error["type"]
    if context.get("field_type") == "Value":  # pydantic's word for text that has been cleaned
        kind = kind.replace("too_", "string_too_")
    if (known := _REASONS.get(kind)) is not None:
        return known.format_map(context)
    return str(error["msg"]).replace("Input should be", "must be")
