"""A misspelt ``dry_run`` does not store."""

from fastapi.testclient import TestClient

from models.types import new_id
from tests.credentials import Keys, bearer
from tests.service.intake.conftest import BATCH, Send, Stored, names_at_fault


def test_a_parameter_that_is_not_known_stores_nothing(send: Send, stored: Stored) -> None:
    bodies = {
        BATCH: {"items": [{"kind": "survey", "text": "Good"}]},
        "/v1/feedback/surveys": {"text": "Good"},
        "/v1/feedback/reviews": {"text": "Good"},
        "/v1/feedback/tickets": {"text": "Good"},
    }
    for path, body in bodies.items():
        for query in ("dryrun=true", "dryrun", "dry_run=true&dryrun=1"):
            answer = send(f"{path}?{query}", body)
            assert (answer.status_code, answer.json()["code"]) == (422, "unknown_parameter")
            assert "dryrun" in names_at_fault(answer)
    assert send("/v1/feedback/surveys?dry_run=true", {"text": "Good"}).status_code == 422
    assert stored() == []


def test_a_file_is_not_imported_by_a_parameter_that_is_not_known(
    client: TestClient, keys: Keys, stored: Stored
) -> None:
    file = {"file": ("f.csv", b"text\nGood\n")}
    answer = client.post("/v1/imports?dryrun=1", files=file, headers=bearer(keys.ingest))
    assert (answer.status_code, names_at_fault(answer)) == (422, ["dryrun"])
    assert stored() == []


def test_a_replay_has_no_parameters(client: TestClient, keys: Keys) -> None:
    path = f"/v1/feedback/{new_id()}/replay"
    answer = client.post(f"{path}?dry_run=true", headers=bearer(keys.manage))
    assert names_at_fault(answer) == ["dry_run"]
