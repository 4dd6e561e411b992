"""Every endpoint takes the query parameters that it declares, and single values once."""

import re
from typing import Any

import httpx2 as httpx
from fastapi.testclient import TestClient

from tests.credentials import Keys, bearer
from tests.service.operations import Operation, operations

PROBES = {"/livez", "/readyz", "/metrics"}
STRICT = [operation for operation in operations() if operation.path not in PROBES]


def asked(client: TestClient, keys: Keys, operation: Operation, query: str) -> httpx.Response:
    path = re.sub(r"\{\w+\}", "01a217ae-2263-72a9-b9a7-d8a7339868be", operation.path)
    files = {"file": ("a.csv", b"text\nGood\n")} if path == "/v1/imports" else None
    address, headers = f"{path}?{query}", bearer(keys.manage)
    return client.request(operation.method, address, headers=headers, files=files)


def faults(answer: httpx.Response, reason: str) -> set[str]:
    if answer.status_code != 422:
        return set()
    told = answer.json().get("invalid_params", ())
    return {param["name"] for param in told if reason in param["reason"]}


def queries(operation: Operation) -> list[dict[str, Any]]:
    return [each for each in operation.schema.get("parameters", ()) if each["in"] == "query"]


def test_what_is_not_declared_is_refused(client: TestClient, keys: Keys) -> None:
    for operation in STRICT:
        known = [each["name"].replace("persona", "*") for each in queries(operation)]
        for query in ("nonsense=1", "nonsense", "nonsense=1&nonsense=2", "Limit=1"):
            answer = asked(client, keys, operation, query)
            assert answer.status_code == 422, operation.label
            assert answer.json()["code"] == "unknown_parameter"
            [param] = answer.json()["invalid_params"]
            assert param["name"] == query.partition("=")[0]
            assert all(name in param["reason"] for name in known)


def test_many_that_are_not_declared_make_no_long_answer(client: TestClient, keys: Keys) -> None:
    path = "/v1/mentions?" + "&".join(f"x{number}" for number in range(10_000))
    answer = client.get(path, headers=bearer(keys.read))
    assert (answer.status_code, len(answer.content) < 10_000) == (422, True)
    first, second, *_ = answer.json()["invalid_params"]
    assert first["name"] == "x0"
    assert "known parameters: journey, stage, " in first["reason"]
    assert second == {"name": "x1", "reason": "is not known here"}


def test_without_a_key_no_parameter_is_looked_at(client: TestClient) -> None:
    for operation in STRICT:
        path = re.sub(r"\{\w+\}", "01a217ae-2263-72a9-b9a7-d8a7339868be", operation.path)
        answer = client.request(operation.method, f"{path}?nonsense=1", json={})
        assert answer.status_code == 401, operation.label


def test_a_single_value_is_given_once(client: TestClient, keys: Keys) -> None:
    for operation in STRICT:
        for parameter in queries(operation):
            name = parameter["name"]
            is_list = parameter["schema"].get("type") == "array" or name.startswith("attr.")
            answer = asked(client, keys, operation, f"{name}=1&{name}=1")
            repeated = faults(answer, "send it once")
            assert repeated == (set() if is_list else {name}), (operation.label, name)


def test_a_misspelt_or_contradicted_dry_run_puts_no_journey_in_force(
    client: TestClient, keys: Keys
) -> None:
    path, headers = "/v1/journey/definition", bearer(keys.manage)
    before = client.get(path, headers=headers).json()
    for query in ("dryrun=true", "dry_run=true&dry_run=false"):
        answer = client.put(f"{path}?{query}", json={"preset": "eight-stage"}, headers=headers)
        assert answer.status_code == 422
    assert client.get(path, headers=headers).json() == before


def test_monitors_may_add_what_they_like(client: TestClient) -> None:
    assert all(client.get(f"{path}?at=1&at=2").status_code == 200 for path in PROBES)
