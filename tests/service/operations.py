"""Every operation that the API documents, with its own examples."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from tempfile import gettempdir
from typing import Any

from service.app import create_app
from service.settings import Settings

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path; ``examples`` are its documented JSON bodies."""

    method: str
    path: str
    parameters: tuple[tuple[str, str], ...]
    body_types: tuple[str, ...]
    examples: tuple[Any, ...]
    schema: Any

    @property
    def label(self) -> str:
        """For test ids."""
        return f"{self.method} {self.path}"

    def names(self, place: str) -> list[str]:
        """Its parameters in ``place``: path, query or header."""
        return [name for found, name in self.parameters if found == place]


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    nowhere = f"sqlite:///{gettempdir()}/never-opened.db"
    return create_app(Settings(_env_file=None, database_url=nowhere)).openapi()


def operations() -> Iterator[Operation]:
    """Every documented operation."""
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            yield Operation(
                method=method.upper(),
                path=path,
                parameters=tuple((p["in"], p["name"]) for p in operation.get("parameters", [])),
                body_types=tuple(content),
                examples=tuple(examples_of(content.get(JSON, {}))),
                schema=operation,
            )


def examples_of(media: dict[str, Any]) -> list[Any]:
    """The examples of a media type, or those of its schema."""
    if "example" in media:
        return [media["example"]]
    if "examples" in media:
        return [example["value"] for example in media["examples"].values()]
    schema = resolve(media.get("schema", {}))
    return list(schema.get("examples", []))


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    """``schema``, or what its ``$ref`` stands for."""
    if (reference := schema.get("$ref")) is None:
        return schema
    found: dict[str, Any] = document()["components"]["schemas"][reference.rsplit("/", 1)[1]]
    return found
