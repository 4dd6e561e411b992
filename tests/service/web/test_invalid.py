"""Validation errors name the field as it was sent and say how to fix it."""

import json
from typing import Annotated, Any, Literal, cast

import pytest
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    TypeAdapter,
    ValidationError,
)

from service.errors import InvalidRequest, MalformedJson, Problem
from service.web.invalid import MAX_PARAMS, invalid_request, name_of, reason_of


class Rating(BaseModel):
    model_config = ConfigDict(extra="forbid")
    value: Annotated[FiniteFloat, Field(ge=0, le=10)]


class Survey(BaseModel):
    kind: Literal["survey"]
    text: Annotated[str, Field(min_length=2, max_length=5)]
    rating: Rating | None = None


class Ticket(BaseModel):
    kind: Literal["ticket"]
    at: AwareDatetime


class Batch(BaseModel):
    items: list[Annotated[Survey | Ticket, Field(discriminator="kind")]]


def problem(body: bytes, parsed: Any = None) -> Problem:
    with pytest.raises(ValidationError) as caught:
        Batch.model_validate_json(body)
    return invalid_request(caught.value.errors(), parsed)


def params(body: str) -> dict[str, str]:
    found = problem(body.encode(), json.loads(body)).invalid_params
    return {param.name: param.reason for param in found}


@pytest.mark.parametrize(
    ("item", "name", "reason"),
    [
        ('{"kind": "survey"}', "items.0.text", "is required; add it"),
        ('{"kind": "survey", "text": 1}', "items.0.text", "must be a string"),
        ('{"kind": "survey", "text": "a"}', "items.0.text", "at least 2 characters"),
        ('{"kind": "survey", "text": "123456"}', "items.0.text", "at most 5 characters; shorten"),
        ('{"kind": "survey", "text": "ab", "rating": 1}', "items.0.rating", "must be an object"),
        (
            '{"kind": "survey", "text": "ab", "rating": {"value": 11}}',
            "items.0.rating.value",
            "must be at most 10",
        ),
        (
            '{"kind": "survey", "text": "ab", "rating": {"value": NaN}}',
            "items.0.rating.value",
            "must be a finite number",
        ),
        (
            '{"kind": "survey", "text": "ab", "rating": {"value": 1, "max": 2}}',
            "items.0.rating.max",
            "is not known here; remove it or check its spelling",
        ),
        ('{"kind": "ticket", "at": "2026-01-01T00:00:00"}', "items.0.at", "must have a UTC offset"),
        ('{"kind": "ticket", "at": "soon"}', "items.0.at", "must be an RFC 3339 time"),
        ('{"kind": "letter"}', "items.0.kind", "must be one of 'survey', 'ticket'"),
        ("{}", "items.0.kind", "is required; add it"),
        ("[]", "items.0", "must be an object"),
    ],
)
def test_name_and_reason(item: str, name: str, reason: str) -> None:
    found = params(f'{{"items": [{item}]}}')
    assert reason in found[name]


def test_a_title_says_json_in_capitals() -> None:
    assert MalformedJson.title() == "Malformed JSON"


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        (Annotated[list[int], Field(min_length=1)], [], "is empty; add at least one entry"),
        (Annotated[list[int], Field(min_length=2)], [], "must have at least 2 entries"),
        (Annotated[list[int], Field(max_length=1)], [1, 2], "at most 1 entries; remove some"),
        (Annotated[str, Field(min_length=1)], "", "must not be empty"),
        (Literal[2], 3, "must be 2"),
        (Literal["a", "b"], "c", "must be one of 'a' or 'b'"),
    ],
)
def test_a_reason_is_english_for_one_too(kind: Any, value: Any, reason: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(value)
    assert reason in reason_of(cast(Any, refused.value.errors()[0]))


def test_every_item_at_fault_is_named_by_its_index() -> None:
    good = '{"kind": "survey", "text": "abc"}'
    assert set(params(f'{{"items": [{good}, {{}}, {good}, 1]}}')) == {"items.1.kind", "items.3"}


def test_many_errors_are_cut_short() -> None:
    assert len(params(f'{{"items": [{",".join(["1"] * 200)}]}}')) == MAX_PARAMS


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"items": [}',
        b'{"items": "\\ud800"}',
        b'{"items": "\xff"}',
        b"[" * 100_000,
        b"nul",
        '{"items": []}'.encode("utf-16"),
        b'{"items": ' + b"1" * 5000 + b"}",
    ],
)
def test_broken_json_says_where(body: bytes) -> None:
    assert isinstance(problem(body), MalformedJson | InvalidRequest)


@pytest.mark.parametrize(
    ("location", "name"),
    [
        (("body",), "body"),
        (("query", "limit"), "limit"),
        (("query", "kind", 0), "kind"),
        (("body", "items", 0), "items.0"),
    ],
)
def test_a_fault_of_a_body_or_a_parameter_has_a_name(
    location: tuple[str | int, ...], name: str
) -> None:
    assert name_of(location, [1, 2] if name == "body" else None) == name
