"""The headers of answers, as the OpenAPI document tells them."""

from collections.abc import Mapping
from typing import Any, Final

Headers = Mapping[str, Any]
JSON: Final = "application/json"
UNTAGGED: Final = frozenset({"/livez", "/readyz", "/v1/info", "/v1/imports/{import_id}"})
"""Reads of JSON without an ETag."""


def _header(name: str, description: str) -> dict[str, Any]:
    return {name: {"description": description, "schema": {"type": "string"}}}


LOCATION: Final = _header("Location", "The path of what was made.")
RETRY_AFTER: Final = _header("Retry-After", "Seconds to wait; of 429 and 503.")
_ETAG: Final = _header("ETag", "What tells this state from others; see `If-None-Match`.")
_REPLAYED: Final = _header("Idempotency-Replayed", "`true` if the answer was given before.")
_APPLIED: Final = _header("Preference-Applied", "The `wait=N` that was kept to.")
_NOT_MODIFIED: Final = {"description": "Nothing has changed since the ETag sent.", "headers": _ETAG}


def tell_headers(document: Mapping[str, Any]) -> None:
    """Give each operation of the document the headers of its answers, and 304 to tagged reads."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method == "get" and path not in UNTAGGED and JSON in _content(operation):
                _add(operation, _ETAG)
                operation["responses"]["304"] = _NOT_MODIFIED
            sent = {parameter["name"].lower() for parameter in operation.get("parameters", ())}
            if "if-match" in sent:
                _add(operation, _ETAG)
            if "idempotency-key" in sent:
                _add(operation, _REPLAYED)
            if "prefer" in sent:
                _add(operation, _APPLIED)


def _content(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    content: Mapping[str, Any] = operation["responses"].get("200", {}).get("content", {})
    return content


def _add(operation: Mapping[str, Any], headers: Headers) -> None:
    """To every answer of success."""
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            answer["headers"] = {**answer.get("headers", {}), **headers}
