"""Every JSON payload of the API, in and out, has an example that its schema allows."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.service.operations import JSON, document, examples_of

PROBLEM = "application/problem+json"


def payloads() -> Iterator[Any]:
    """Each body and each documented answer that is JSON, by its name."""
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            sides = {"body": operation.get("requestBody", {}), **operation["responses"]}
            for side, payload in sides.items():
                for kind, media in payload.get("content", {}).items():
                    if kind in (JSON, PROBLEM):
                        yield pytest.param(media, id=f"{method.upper()} {path} {side}")


@pytest.mark.parametrize("media", list(payloads()))
def test_there_is_an_example_and_it_is_valid(media: dict[str, Any]) -> None:
    examples = examples_of(media)
    assert examples
    schema = media["schema"] | {"components": document()["components"]}
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    for example in examples:
        assert [error.message for error in validator.iter_errors(example)] == []


def test_no_schema_has_an_example_that_it_does_not_allow() -> None:
    components = document()["components"]
    for name, schema in components["schemas"].items():
        validator = Draft202012Validator(
            {"$ref": f"#/components/schemas/{name}", "components": components},
            format_checker=FormatChecker(),
        )
        for example in schema.get("examples", []):
            assert [error.message for error in validator.iter_errors(example)] == [], name


def test_files_say_what_they_are() -> None:
    for path, methods in document()["paths"].items():
        if path.startswith("/v1/exports/") or path.endswith("/errors"):
            kinds = set(methods["get"]["responses"]["200"]["content"])
            assert {"text/csv", "application/jsonl"} <= kinds, path
            assert JSON not in kinds, path
