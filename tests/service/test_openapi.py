"""The API's description: complete, true, and readable without internet."""

import re

import pytest
from fastapi.testclient import TestClient

from service.telemetry import HTTP_REQUESTS
from tests.callers import Keys, bearer
from tests.service.operations import JSON, Operation, document, operations, resolve

ALL = list(operations())
WITH_JSON = [operation for operation in ALL if JSON in operation.body_types]
OPEN = {"/livez", "/readyz", "/metrics"}

ANYWHERE = [operation for operation in WITH_JSON if not operation.names("path")]
"""Those whose examples need nothing to be there; the others' are sent in their own room's tests."""
each = pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.label)
each_json = pytest.mark.parametrize("operation", ANYWHERE, ids=lambda operation: operation.label)


@each
def test_is_described(operation: Operation) -> None:
    assert operation.schema["description"].endswith(".")
    assert set(operation.schema["tags"]) <= {tag["name"] for tag in document()["tags"]}


@each
def test_needs_a_key(operation: Operation) -> None:
    needs = operation.schema.get("security")
    assert needs == (None if operation.path in OPEN else [{"key": []}])


@each
def test_errors_are_described_as_problems(operation: Operation) -> None:
    content = operation.schema["responses"]["default"]["content"]
    problem = resolve(content["application/problem+json"]["schema"])
    assert {"type", "title", "status", "detail", "code"} == set(problem["required"])
    assert "422" not in operation.schema["responses"]


@each
def test_without_a_key_nothing_is_told(client: TestClient, operation: Operation) -> None:
    path = re.sub(r"\{\w+\}", "01a217ae-2263-72a9-b9a7-d8a7339868be", operation.path)
    answer = client.request(operation.method, path, json={})
    assert (answer.status_code == 401) is (operation.path not in OPEN)


@each
def test_is_counted_by_its_whole_path(client: TestClient, operation: Operation) -> None:
    client.request(operation.method, re.sub(r"\{\w+\}", "0", operation.path), json={})
    [counted] = [family for family in HTTP_REQUESTS.collect() if family.name == "voc_http_requests"]
    routes = {
        sample.labels["route"].replace(":path", "")
        for sample in counted.samples
        if sample.labels["method"] == operation.method
    }
    assert operation.path in routes


@each_json
def test_every_example_is_accepted(client: TestClient, keys: Keys, operation: Operation) -> None:
    assert operation.examples
    for example in operation.examples:
        answer = client.request(
            operation.method, operation.path, json=example, headers=bearer(keys.manage)
        )
        assert answer.status_code < 300, answer.text


def test_a_405_lists_the_methods_that_are_none(client: TestClient, keys: Keys) -> None:
    methods, headers = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"), bearer(keys.manage)
    for path in {re.sub(r"\{\w+\}", "x", operation.path) for operation in ALL}:
        statuses = {m: client.request(m, path, headers=headers).status_code for m in methods}
        answered = [method for method in methods if statuses[method] != 405]
        answer = client.request("TRACE", path, headers=headers)
        assert (answer.status_code, answer.headers["allow"]) == (405, ", ".join(answered)), path
    asset = client.post("/docs/assets/swagger-ui.css")
    assert (asset.status_code, asset.headers["allow"]) == (405, "GET, HEAD")


def test_reads_carry_a_tag_but_for_those_that_say_so(client: TestClient, keys: Keys) -> None:
    for operation in ALL:
        if operation.method != "GET" or operation.names("path") or operation.path in OPEN:
            continue
        answer = client.get(operation.path, headers=bearer(keys.manage))
        tagged = operation.path != "/v1/info" and not operation.path.startswith("/v1/exports/")
        assert (answer.status_code, "etag" in answer.headers) == (200, tagged), operation.label
        assert not tagged or "Authorization" in answer.headers["vary"]


def test_docs_load_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs").text
    assert "https://" not in page
    for asset in re.findall(r'(?:src|href)="(/[^"]+)"', page):
        assert client.get(asset).status_code == 200
    assert "/openapi.json" in page


def test_document_is_served_with_its_version(client: TestClient) -> None:
    served = client.get("/openapi.json").json()
    assert served["info"]["title"] == "Verbatim"
    assert served["info"]["version"]
    assert served["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_a_slash_too_many_is_not_redirected(client: TestClient) -> None:
    assert client.get("/livez/", follow_redirects=False).status_code == 404
