"""The API's description: complete, true, and readable without internet."""

import json
import re

import pytest
from fastapi.testclient import TestClient

from service.telemetry import HTTP_REQUESTS
from tests.credentials import Keys, bearer
from tests.service.operations import JSON, Operation, document, operations, resolve

ALL = list(operations())
WITH_JSON = [operation for operation in ALL if JSON in operation.body_types]
OPEN = {"/livez", "/readyz", "/metrics"}

ANYWHERE = [operation for operation in WITH_JSON if not operation.names("path")]
"""Those whose examples need nothing to be there; the others' are sent in their own room's tests."""
each = pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.label)
refused = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Without a key no database is asked, so that one will do; the probes are tested with both."""
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


@refused
@each
def test_without_a_key_nothing_is_told(client: TestClient, operation: Operation) -> None:
    path = re.sub(r"\{\w+\}", "01a217ae-2263-72a9-b9a7-d8a7339868be", operation.path)
    answer = client.request(operation.method, path, json={})
    assert (answer.status_code == 401) is (operation.path not in OPEN)


@refused
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


def test_reads_carry_a_tag_but_for_those_that_say_so(client: TestClient, keys: Keys) -> None:
    for operation in ALL:
        if operation.method != "GET" or operation.names("path") or operation.path in OPEN:
            continue
        answer = client.get(operation.path, headers=bearer(keys.manage))
        tagged = operation.path != "/v1/info" and not operation.path.startswith("/v1/exports/")
        assert (answer.status_code, "etag" in answer.headers) == (200, tagged), operation.label
        assert not tagged or "Authorization" in answer.headers["vary"]


def test_a_405_lists_the_methods_that_are_none(client: TestClient, keys: Keys) -> None:
    methods, headers = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"), bearer(keys.manage)
    for path in {re.sub(r"\{\w+\}", "x", operation.path) for operation in ALL}:
        statuses = {m: client.request(m, path, headers=headers).status_code for m in methods}
        answered = [method for method in methods if statuses[method] != 405]
        answer = client.request("TRACE", path, headers=headers)
        assert (answer.status_code, answer.headers["allow"]) == (405, ", ".join(answered)), path
    asset = client.post("/docs/assets/swagger-ui.css")
    assert (asset.status_code, asset.headers["allow"]) == (405, "GET, HEAD")


@each
def test_is_called_as_its_function_and_has_one_tag(operation: Operation) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", operation.schema["operationId"])
    assert len(operation.schema["tags"]) == 1


def test_names_tell_one_thing_from_another() -> None:
    names = [operation.schema["operationId"] for operation in ALL]
    assert len(set(names)) == len(names)
    schemas = document()["components"]["schemas"]
    assert {"ChangeIn", "ChangeOut", "DifferenceOut", "ReviewIn", "ReviewQueueOut"} <= set(schemas)
    assert [name for name in schemas if name.startswith("Body_")] == ["Body_post_import"]


@pytest.mark.parametrize(
    "operation",
    [operation for operation in WITH_JSON if operation.method == "PATCH"],
    ids=lambda operation: operation.label,
)
def test_what_a_change_leaves_out_has_no_default(operation: Operation) -> None:
    """A generated client that fills in defaults would change what it does not name."""
    body = resolve(operation.schema["requestBody"]["content"][JSON]["schema"])
    defaults = {name: field.get("default") for name, field in body["properties"].items()}
    assert set(defaults.values()) == {None}


def test_bounds_are_told_in_words_of_json_schema() -> None:
    rate = document()["components"]["schemas"]["NewKey"]["properties"]["rate_per_minute"]
    number, _null = rate["anyOf"]
    assert number == {"type": "integer", "minimum": 1, "maximum": 100_000}
    own_words = re.findall(r'"(?:ge|gt|le|lt|min_length|max_length)":', json.dumps(document()))
    assert own_words == []


def test_items_of_a_batch_must_name_their_kind() -> None:
    [batch] = [operation for operation in ALL if operation.path == "/v1/feedback/batch"]
    body = batch.schema["requestBody"]["content"][JSON]["schema"]
    items = body["properties"]["items"]["items"]
    assert items["required"] == ["kind"]
    for kind, schema in items["discriminator"]["mapping"].items():
        assert resolve({"$ref": schema})["properties"]["kind"]["const"] == kind


def told_headers(operation: Operation, status: int) -> set[str]:
    return {name.lower() for name in operation.schema["responses"][str(status)].get("headers", ())}


def test_headers_are_told_as_they_are_sent(client: TestClient, keys: Keys) -> None:
    of_interest = {"location", "etag", "idempotency-replayed", "preference-applied", "retry-after"}
    for operation in ALL:
        has_example = operation.method == "POST" and operation in ANYWHERE
        if operation.names("path") or not (operation.method == "GET" or has_example):
            continue
        optional = {"Idempotency-Key": operation.path, "Prefer": "wait=1"} if has_example else {}
        headers = bearer(keys.manage) | optional
        body = operation.examples[0] if has_example else None
        for _ in range(2 if has_example else 1):
            answer = client.request(operation.method, operation.path, json=body, headers=headers)
        assert of_interest & set(answer.headers) == told_headers(operation, answer.status_code), (
            operation.label
        )
        if "etag" in answer.headers:
            seen = bearer(keys.manage) | {"If-None-Match": answer.headers["etag"]}
            assert client.get(operation.path, headers=seen).status_code == 304
            assert told_headers(operation, 304) == {"etag"}


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
