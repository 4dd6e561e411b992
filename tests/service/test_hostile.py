"""Whatever is sent, wherever: a clear 4xx or a good answer, never a 500."""

import copy
import json
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.cli.bench.lengths import UNITS, text_of
from tests.credentials import Keys, bearer
from tests.service.operations import JSON, Operation, operations

KEY = "01a217ae-2263-72a9-b9a7-d8a7339868be"
ALL = list(operations())
WRITING = [operation for operation in ALL if operation.method in ("POST", "PUT", "PATCH")]

BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"0",
    b'"text"',
    b"\xff\xfe",
    b"\x00",
    b'{"a":' * 3000 + b"1" + b"}" * 3000,
    b"[" * 100_000,
    b'{"x": ' + b"9" * 5000 + b"}",
    b'{"items": [{}, null, 1, "a", []]}',
    b'{"items": {}}',
    '{"text": "é"}'.encode("latin-1"),
    json.dumps({"items": [{"text": "x"}] * 1001}).encode(),
]
VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    2**31,
    2**63,
    -(10**30),
    10**400,
    1e308,
    float("nan"),
    float("-inf"),
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "\u202e\u05d0\U0001f600\ufffe",
    "x" * 300_000,
    "1970-01-01T00:00:00Z",
    "2999-12-31T23:59:59+14:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    [],
    {},
    [[[[]]]],
    {"\0": "\0"},
    {"\ud800": 1},
    {"a": {"b": {"c": 1}}},
    ["a"] * 2000,
]
WORDS = [
    "",
    " ",
    "%00",
    "a%00b",
    "%ED%A0%80",
    "%FF",
    "-1",
    "0",
    "1e999",
    "9" * 30,
    "nan",
    "x" * 5000,
    "'%22;--",
    "%25_%5C",
    "%F0%9F%98%80",
    "0001-01-01",
    "9999-12-31T23:59:59-14:00",
    "2026-13-45",
    "WyJcdTAwMDAiXQ",
    "W10",
    "../..",
]
HEADERS = [
    (b"Idempotency-Key", b"\xff"),
    (b"If-Match", b"\xff"),
    (b"If-Match", b'"x"'),
    (b"If-None-Match", b"\xff, ,W/"),
    (b"Prefer", b"wait=nan"),
    (b"Prefer", b"wait=999999999999999999999"),
    (b"Prefer", b"wait=-1, \xff"),
    (b"X-Request-ID", b"\xff"),
    (b"Origin", b"\xff"),
    (b"Accept", b"\xff"),
    (b"Cookie", b"\xff"),
    (b"Authorization", b"\xff"),
]
MOST_CHANGES = 251


def check(answer: Any, what: object) -> None:
    assert answer.status_code < 500, (what, answer.text)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", what
        assert answer.json()["code"], what


def filled(path: str, value: str = KEY) -> str:
    return re.sub(r"\{\w+\}", value, path)


def changed(example: Any) -> Iterator[tuple[Any, Any]]:
    """``example`` with one place replaced by one of ``VALUES``: every pair, or an even sample."""
    pairs = list(product(places(example), VALUES))
    for place, value in pairs[:: len(pairs) // MOST_CHANGES + 1]:
        other = copy.deepcopy(example)
        target = other
        for step in place[:-1]:
            target = target[step]
        target[place[-1]] = value
        yield (place, repr(value)[:40]), other


def places(value: Any) -> Iterator[tuple[Any, ...]]:
    steps = value.keys() if isinstance(value, dict) else range(len(value))
    for step in steps:
        yield (step,)
        if isinstance(value[step], dict | list):
            yield from ((step, *rest) for rest in places(value[step]))


writing = pytest.mark.parametrize("operation", WRITING, ids=lambda operation: operation.label)
each = pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.label)


@writing
def test_bodies(client: TestClient, keys: Keys, operation: Operation) -> None:
    headers = bearer(keys.manage) | {"Content-Type": JSON}
    for body in BODIES:
        answer = client.request(
            operation.method, filled(operation.path), content=body, headers=headers
        )
        check(answer, body[:40])
        assert not operation.body_types or answer.status_code >= 400 or b"items" in body


@writing
def test_content_types(client: TestClient, keys: Keys, operation: Operation) -> None:
    for kind in (b"text/plain", b"multipart/form-data", b"a/b; boundary=\xe9", b""):
        headers = [(b"Authorization", f"Bearer {keys.manage}".encode()), (b"Content-Type", kind)]
        answer = client.request(
            operation.method, filled(operation.path), content=b"{}", headers=headers
        )
        check(answer, kind)


@writing
def test_values_in_every_place_of_the_examples(
    client: TestClient, keys: Keys, operation: Operation
) -> None:
    headers = bearer(keys.manage) | {"Content-Type": JSON}
    for example in operation.examples:
        for what, body in changed(example):
            content = json.dumps(body).encode()
            answer = client.request(
                operation.method, filled(operation.path), content=content, headers=headers
            )
            check(answer, what)


@each
def test_words_in_paths_and_queries(client: TestClient, keys: Keys, operation: Operation) -> None:
    for word in WORDS:
        queries = [f"{name}={word}" for name in operation.names("query")]
        paths = {filled(operation.path), filled(operation.path, word)}
        for address in [*paths, *(f"{filled(operation.path)}?{query}" for query in queries)]:
            answer = client.request(operation.method, address, headers=bearer(keys.manage))
            check(answer, address[:100])


@each
def test_headers(client: TestClient, keys: Keys, operation: Operation) -> None:
    for name, value in HEADERS:
        headers = [(b"Authorization", f"Bearer {keys.manage}".encode()), (name, value)]
        answer = client.request(operation.method, filled(operation.path), headers=headers)
        check(answer, name)


FILES = [
    b"",
    b"\0" * 1000,
    b"\xff\xfe",
    b"text\n",
    b'text\n"never closed',
    b"text,text\na,b\n",
    b"a;b;c\n1\n1;2;3;4;5\n",
    b"text\n" + b"x" * 300_000 + b"\n",
    b'{"text": "a"}\n[]\nnull\n{"text": "\\ud800"}\n{',
    b"{" * 5000,
    b"," * 5000 + b"\n" + b"," * 5000,
]
UPLOADS = [operation for operation in ALL if "multipart/form-data" in operation.body_types]


@pytest.mark.parametrize("operation", UPLOADS, ids=lambda operation: operation.label)
def test_files(client: TestClient, keys: Keys, operation: Operation) -> None:
    for content, name in product(FILES, ("a.csv", "a.jsonl", "../\udc80\0.exe")):
        for query in ("", "?dry_run=true"):
            answer = client.post(
                operation.path + query,
                files={"file": (name.encode("utf-8", "replace").decode(), content)},
                headers=bearer(keys.manage),
            )
            check(answer, (content[:40], name, query))


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
def test_long_texts(client: TestClient, keys: Keys, unit: str) -> None:
    text = text_of(unit, 100_000)
    asked = {"/v1/analyze": {"items": [{"text": text}]}, "/v1/feedback/tickets": {"text": text}}
    headers = bearer(keys.manage) | {"Content-Type": JSON}
    for path, body in asked.items():
        answer = client.post(path, content=json.dumps(body).encode(), headers=headers)
        check(answer, path)
        assert answer.status_code in (200, 202) or not text.strip() or "\0" in text
