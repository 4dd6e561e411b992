"""Response headers in the OpenAPI document."""

from collections.abc import Mapping
from typing import Any, Final

Headers = Mapping[str, Any]
JSON: Final = "application/json"
UNTAGGED: Final = frozenset({"/livez", "/readyz", "/v1/info", "/v1/imports/{import_id}"})
"""GET endpoints that return JSON without an ETag."""


def _header(name: str, description: str) -> dict[str, Any]:
    return {name: {"description": description, "schema": {"type": "string"}}}


LOCATION: Final = _header("Location", "The path of the created resource.")
RETRY_AFTER: Final = _header(
    "Retry-After", "Seconds to wait before retrying; sent with 429 and 503."
)
_ETAG: Final = _header(
    "ETag",
    "Identifies this state; send it as `If-None-Match` to get 304 while nothing has changed.",
)
_REPLAYED: Final = _header(
    "Idempotency-Replayed",
    ("`true` if this repeats the response to an earlier request with the same key."),
)
_APPLIED: Final = _header("Preference-Applied", "The `wait=N` that was applied.")
_NOT_MODIFIED: Final = {"description": "Nothing has changed since the ETag sent.", "headers": _ETAG}


def add_response_headers(document: Mapping[str, Any]) -> None:
    """Add the response headers to each operation, and 304 to GET endpoints with an ETag."""
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
    """Add ``headers`` to every success response."""
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            answer["headers"] = {**answer.get("headers", {}), **headers}
