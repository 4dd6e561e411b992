"""Restores null in OpenAPI examples: FastAPI drops every null from them."""

from collections.abc import Iterator, Mapping
from typing import Any

_NULL = {"type": "null"}
Schema = Mapping[str, Any]


def restore_nulls(document: dict[str, Any]) -> None:
    """Set each example field to null that is missing although its schema requires it and allows
    null.
    """
    known = document["components"]["schemas"]
    for schema in known.values():
        if "examples" in schema:
            schema["examples"] = [_with_nulls(one, schema, known) for one in schema["examples"]]
    for media in _media(document):
        if "example" in media:
            media["example"] = _with_nulls(media["example"], media["schema"], known)


def _media(document: Schema) -> Iterator[dict[str, Any]]:
    for operations in document["paths"].values():
        for operation in operations.values():
            for payload in (operation.get("requestBody", {}), *operation["responses"].values()):
                yield from payload.get("content", {}).values()


def _with_nulls(example: Any, schema: Schema, known: Mapping[str, Schema]) -> Any:
    schema = _plain(schema, known)
    if isinstance(example, list):
        return [_with_nulls(one, schema.get("items", {}), known) for one in example]
    if not isinstance(example, dict):
        return example
    fields = schema.get("properties", {})
    whole = {
        name: _with_nulls(value, fields.get(name, {}), known) for name, value in example.items()
    }
    missing = (name for name in schema.get("required", ()) if name not in example)
    return whole | {name: None for name in missing if _NULL in fields[name].get("anyOf", ())}


def _plain(schema: Schema, known: Mapping[str, Schema]) -> Schema:
    """Resolve references, and unwrap optional types."""
    if name := schema.get("$ref"):
        return known[name.rsplit("/", 1)[1]]
    others = [each for each in schema.get("anyOf", ()) if each != _NULL]
    return _plain(others[0], known) if len(others) == 1 else schema
