"""The definition over the API: versions, preconditions, presets, and re-mapping at once."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.workspace import Workspace
from service.db import Database
from service.journey import service
from service.journey.schemas import DEFINITION_EXAMPLE
from tests.credentials import Keys, bearer
from tests.service.rows import Said, write
from tests.vanishing_cache import VanishingCache

PATH = "/v1/journey/definition"


def put(client: TestClient, keys: Keys, body: Any, **headers: str) -> Any:
    return client.put(PATH, json=body, headers=bearer(keys.manage) | headers)


def get(client: TestClient, keys: Keys, path: str = PATH) -> Any:
    return client.get(path, headers=bearer(keys.read))


def test_the_default_is_the_five_stage_preset(client: TestClient, keys: Keys) -> None:
    definition = get(client, keys).json()
    assert (definition["journey"], definition["version"]) == ("five-stage", 0)
    assert definition["stages"][2]["aliases"] == ["decision", "acquisition"]
    assert (definition["unclaimed"], definition["unclaimed_touchpoints"]) == ([], [])


def test_a_new_version_is_in_force_at_once(
    client: TestClient, keys: Keys, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        write(session, workspace.id, [Said("support", "returns"), Said("usage", "product")])
    assert put(client, keys, DEFINITION_EXAMPLE).json()["version"] == 1
    points = get(client, keys, "/v1/pain-points").json()
    assert points["journey"] == "custom"
    found = [(point["stage"], point["touchpoint"]) for point in points["items"]]
    assert found == [("live", "goods"), ("parcel", "carrier")]
    put(client, keys, {"preset": "six-stage"})
    points = get(client, keys, "/v1/pain-points").json()["items"]
    assert {point["stage"] for point in points} == {"considering-to-continue", "seeking-support"}
    other = get(client, keys, "/v1/pain-points?journey=eight-stage").json()["items"]
    assert {point["stage"] for point in other} == {"support", "usage"}


def test_an_unchanged_definition_keeps_its_version(client: TestClient, keys: Keys) -> None:
    assert put(client, keys, {"preset": "five-stage"}).json()["version"] == 0
    first = put(client, keys, DEFINITION_EXAMPLE)
    again = put(client, keys, DEFINITION_EXAMPLE)
    assert (first.json()["version"], again.json()["version"]) == (1, 1)
    assert first.headers["ETag"] == again.headers["ETag"] == get(client, keys).headers["ETag"]


def test_a_definition_that_was_changed_meanwhile_is_not_replaced(
    client: TestClient, keys: Keys
) -> None:
    old = get(client, keys).headers["ETag"]
    assert put(client, keys, {"preset": "six-stage"}, **{"If-Match": old}).status_code == 200
    stale = put(client, keys, {"preset": "four-stage"}, **{"If-Match": old})
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    assert get(client, keys).json()["journey"] == "six-stage"
    assert put(client, keys, {"preset": "four-stage"}, **{"If-Match": "*"}).status_code == 200


def test_what_no_stage_includes_is_told(client: TestClient, keys: Keys) -> None:
    body = {
        "stages": [
            {"key": "a", "name": "A", "includes": [{"stage": "usage", "touchpoints": ["product"]}]}
        ],
        "touchpoints": [{"key": "t", "name": "T", "includes": ["product"]}],
    }
    out = put(client, keys, body).json()
    unclaimed = {entry["stage"]: entry["touchpoints"] for entry in out["unclaimed"]}
    assert unclaimed["awareness"] is None
    assert "product" not in unclaimed["usage"]
    assert len(unclaimed["usage"]) == len(out["unclaimed_touchpoints"]) == 16


def test_bad_definitions_are_refused_with_every_reason(client: TestClient, keys: Keys) -> None:
    stage = {"key": "a", "name": "A", "includes": [{"stage": "usage"}]}
    bodies: list[tuple[Any, str]] = [
        ({"stages": [stage, stage]}, "stages.1.key"),
        ({"stages": [stage | {"naem": "x"}]}, "stages.0.naem"),
        ({"stages": [stage | {"includes": [{"stage": "checkout"}]}]}, "stages.0.includes.0.stage"),
        ({"stages": [stage | {"name": "x\0"}]}, "stages.0.name"),
        ({"stages": [stage | {"key": "A b"}]}, "stages.0.key"),
        ({"stages": [stage | {"kpi": {"name": "gmv", "target": 1}}]}, "stages.0.kpi.name"),
        ({"preset": "seven-stage"}, "preset"),
    ]
    for body, name in bodies:
        answer = put(client, keys, body)
        assert answer.status_code == 422
        assert name in [param["name"] for param in answer.json()["invalid_params"]]
    assert get(client, keys).json()["version"] == 0


def test_a_changed_preset_is_refused_with_the_positions_of_the_request(
    client: TestClient, keys: Keys
) -> None:
    aim = {"key": "retention", "kpi": {"name": "csat", "target": 200}}
    new = {"key": "moving-in", "name": "Moving in", "description": "x", "examples": ["Late keys"]}
    other = {"key": "awareness", "name": "Retention"}
    bodies: list[tuple[Any, str]] = [
        ({"stages": [aim]}, "stages.0.kpi.target"),
        ({"stages": [new]}, "stages.0.examples"),
        ({"stages": [{"key": "awareness", "name": "Attention"}, aim]}, "stages.1.kpi.target"),
        ({"stages": [other]}, "stages.retention.key"),
    ]
    for body, name in bodies:
        answer = put(client, keys, {"preset": "five-stage"} | body)
        assert answer.status_code == 422
        assert name in [param["name"] for param in answer.json()["invalid_params"]]


def test_only_managers_change_the_journey(client: TestClient, keys: Keys) -> None:
    for secret in (keys.read, keys.ingest):
        answer = client.put(PATH, json={"preset": "six-stage"}, headers=bearer(secret))
        assert answer.status_code == 403
    assert client.get(PATH).status_code == 401


def test_presets_are_listed_the_default_first(client: TestClient, keys: Keys) -> None:
    presets = get(client, keys, "/v1/journey/presets").json()["items"]
    names = [preset["journey"] for preset in presets]
    assert names == ["five-stage", "four-stage", "six-stage", "eight-stage"]


def test_workspaces_have_journeys_of_their_own(
    client: TestClient, keys: Keys, other_keys: Keys
) -> None:
    put(client, keys, DEFINITION_EXAMPLE)
    assert get(client, other_keys).json()["journey"] == "five-stage"
    put(client, other_keys, {"preset": "six-stage"})
    assert get(client, keys).json()["journey"] == "custom"
    assert get(client, keys, "/v1/trends?journey=custom").status_code == 200
    assert get(client, other_keys, "/v1/trends?journey=custom").json()["code"] == "unknown_journey"


def test_a_preset_in_force_is_read_with_the_names_it_was_given(
    client: TestClient, keys: Keys
) -> None:
    named = {"key": "awareness", "name": "Attention"}
    put(client, keys, {"preset": "four-stage", "stages": [named]})
    for path in ("/v1/journey", "/v1/journey?journey=four-stage"):
        drawn = get(client, keys, path).json()
        assert (drawn["journey"], drawn["stages"][0]["name"]) == ("four-stage", "Attention")


def test_a_journey_is_found_while_another_thread_empties_the_cache(
    client: TestClient, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_maps", VanishingCache())
    assert put(client, keys, DEFINITION_EXAMPLE).status_code == 200
    assert get(client, keys).json()["version"] == 1
