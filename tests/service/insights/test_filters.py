"""Filters: what is understood, and what is refused rather than passed over."""

import unicodedata
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from models.workspace import Workspace
from service.db import Database
from service.insights.params import escaped, plain, split_values
from service.text import to_nfc
from tests.credentials import Keys, bearer
from tests.service.insights.conftest import CHECKOUT, PRODUCT, Get
from tests.service.rows import Said, write

READS = ("/v1/pain-points", "/v1/journey", "/v1/trends", "/v1/feedback")


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"stgae": "purchase"}, "stgae", "known parameters: journey, stage, touchpoint, since"),
    ({"attr.": "x"}, "attr.", "attr.*"),
    ({"attr.persona": ","}, "attr.persona", "1 to 50 values"),
    ({"stage": "purchse"}, "stage", "awareness, consideration, purchase"),
    ({"stage": ""}, "stage", "is empty"),
    ({"touchpoint": "chekout"}, "touchpoint", "advertising, social_media"),
    ({"journey": "three-stage"}, "journey", "five-stage, four-stage"),
    ({"journey": "custom"}, "journey", "current"),
    ({"since": "yesterday"}, "since", "2026-01-31"),
    ({"since": "2026-02-30"}, "since", "2026-01-31"),
    ({"since": "2026-01-01T00:00:00"}, "since", "UTC offset"),
    ({"since": "0001-01-01"}, "since", "between the years"),
    ({"since": "0001-01-01T00:00:00+23:00"}, "since", "between the years"),
    ({"since": "2026-02-01", "until": "2026-02-01"}, "until", "later than since"),
    ({"kind": "servey"}, "kind", "survey"),
    ({"source": "x" * 201}, "source", "200"),
    ({"channel": [str(n) for n in range(51)]}, "channel", "50"),
]


def test_a_typing_error_is_refused_with_the_remedy(get: Get) -> None:
    for asked, name, reason in REFUSED:
        for path in READS:
            (param,) = get(path, status=422, **asked)["invalid_params"]
            assert param["name"] == name
            assert reason in param["reason"]


def test_parameters_of_another_endpoint_are_unknown(get: Get) -> None:
    assert get("/v1/journey", status=422, limit=3)["code"] == "unknown_parameter"
    unknown = "/v1/feedback/00000000-0000-4000-8000-000000000000"
    assert get(unknown, status=422, stage="usage")["code"] == "unknown_parameter"


@pytest.mark.parametrize("path", ["/v1/pain-points", "/v1/feedback"])
def test_a_cursor_of_something_else_is_refused(get: Get, path: str) -> None:
    for cursor in ("x", "bnVsbA", "WzFd", "WyJhIiwgImIiLCAiYyJd", "🙂"):
        problem = get(path, status=422, cursor=cursor)
        assert problem["invalid_params"][0]["name"] == "cursor"


def test_a_limit_is_1_to_1000(get: Get) -> None:
    for limit in (0, 1001, "many"):
        problem = get("/v1/feedback", status=422, limit=limit)
        assert problem["invalid_params"][0]["name"] == "limit"


SELECTED: list[tuple[dict[str, Any], int]] = [
    ({"stage": "Purchase"}, 1),
    ({"stage": "DECISION"}, 1),
    ({"stage": "post-purchase"}, 2),
    ({"stage": ["purchase", "retention"]}, 3),
    ({"stage": "purchase,post_purchase"}, 3),
    ({"touchpoint": "App"}, 1),
    ({"stage": "usage", "journey": "eight-stage"}, 2),
    ({"attr.persona": "smb"}, 2),
    ({"attr.persona": "smb,big"}, 3),
    ({"attr.persona": ["big", "none"]}, 1),
    ({"attr.persona": "smb", "attr.country": "GB"}, 1),
    ({"language": "fr"}, 1),
    ({"language": "FR"}, 1),
    ({"language": "fr-CA,fr_BE"}, 1),
    ({"language": "nb"}, 1),
    ({"channel": "phone,website"}, 3),
]


def test_filters_select(get: Get, database: Database, workspace: Workspace) -> None:
    with database.write() as session:
        smb = {"persona": "smb"}
        write(session, workspace.id, [Said(*CHECKOUT)], attributes=smb, language_read="fr")
        write(session, workspace.id, [Said(*PRODUCT)], attributes=smb | {"country": "GB"})
        app = [Said("usage", "mobile_app")]
        write(session, workspace.id, app, attributes={"persona": "big"}, language_read="no")
    for asked, count in SELECTED:
        assert len(get("/v1/feedback", **asked)["items"]) == count
        assert get("/v1/journey", **asked)["overall"]["items"] == count


LISTED = ["source", "attr.firm", "attr.café"]
WRITTEN: list[tuple[str, set[str]]] = [
    (r"Acme\, Inc", {"Acme, Inc"}),
    ("Acme, Inc", {"Acme", "Inc"}),
    (r"Acme\, Inc,Inc", {"Acme, Inc", "Inc"}),
    (r"\\\\host\\a\,b", {r"\\host\a,b"}),
    (r"\\\\host\a\,b", {r"\\host\a,b"}),
    ("Cafe\u0301", {"Caf\u00e9"}),
]


@pytest.mark.parametrize("name", LISTED)
def test_values_are_found_as_they_are_stored(
    get: Get, database: Database, workspace: Workspace, name: str
) -> None:
    field, _, attribute = name.partition(".")
    with database.write() as session:
        for value in ("Acme, Inc", "Acme", "Inc", r"\\host\a,b", "Caf\u00e9"):
            columns = {"attributes": {attribute: value}} if attribute else {field: value}
            write(session, workspace.id, [Said(*CHECKOUT)], **columns)
    for asked, stored in WRITTEN:
        for sent in (name, unicodedata.normalize("NFD", name)):
            items = get("/v1/feedback", **{sent: asked})["items"]
            found = [item["attributes"][attribute] if attribute else item[field] for item in items]
            assert sorted(found) == sorted(stored)
            drawn = get("/v1/journey", **{sent: asked})
            assert drawn["overall"]["items"] == len(stored)


@pytest.mark.parametrize("asked", ["17,4", "17\\,4", " 17,4 ", "Cafe\u0301"])
def test_an_id_is_found_as_it_was_sent_and_never_taken_for_others(
    get: Get, database: Database, workspace: Workspace, asked: str
) -> None:
    stored = to_nfc(asked).strip()
    with database.write() as session:
        for value in {"17", "4", "17,4", "17\\,4", "Caf\u00e9"}:
            write(session, workspace.id, [Said(*CHECKOUT)], external_id=value)
    items = get("/v1/feedback", external_id=asked)["items"]
    assert [item["external_id"] for item in items] == [stored]
    both = get("/v1/feedback", external_id=[asked, "17"])["items"]
    assert {item["external_id"] for item in both} == {stored, "17"}


def test_a_blank_id_is_rejected(client: TestClient, keys: Keys) -> None:
    answer = client.get("/v1/feedback?external_id=%20", headers=bearer(keys.read))
    assert answer.status_code == 422


@given(st.lists(st.text(min_size=1).map(to_nfc).filter(lambda text: text == text.strip() != "")))
def test_any_value_can_be_listed(values: list[str]) -> None:
    listed = ",".join(map(escaped, values))
    assert [plain(part) for part in split_values(listed)] == values
    assert split_values(",".join(split_values(listed))) == split_values(listed)


def test_a_plus_sign_that_arrives_as_a_blank_is_understood(client: TestClient, keys: Keys) -> None:
    times = "since=2026-03-04T12:00:00+01:00&until=2026-03-04T12:00:00-01:00"
    answer = client.get(f"/v1/feedback?{times}", headers=bearer(keys.read))
    assert answer.status_code == 200


def test_an_unchanged_answer_is_not_sent_again(client: TestClient, keys: Keys) -> None:
    for path in READS:
        first = client.get(path, headers=bearer(keys.read))
        known = {"If-None-Match": first.headers["ETag"]}
        again = client.get(path, headers=bearer(keys.read) | known)
        assert (first.status_code, again.status_code) == (200, 304)


def test_reading_needs_the_scope_read(client: TestClient, keys: Keys) -> None:
    for path in READS:
        assert client.get(path).status_code == 401
        assert client.get(path, headers=bearer(keys.ingest)).status_code == 403
        assert client.get(path, headers=bearer(keys.manage)).status_code == 200
