"""Files through the API: in the background, with a report."""

import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import col, select, update

from models.idempotency import Idempotency
from models.import_job import ImportJob
from models.workspace import Workspace
from service.clock import now
from service.db import Database
from service.keys import service
from service.keys.schemas import NewKey
from service.keys.tokens import new_secret
from service.settings import Settings
from tests.conftest import StartClient
from tests.credentials import Keys, bearer
from tests.service.conftest import Analyse
from tests.service.intake.conftest import Stored, names_at_fault

HEADER = "id;Datum;Bewertung;Kommentar;Phase\n"
GOOD = "1;31.01.2026 10:00;4,5;Schön, schreibt an jane@example.com;Kauf\n"
MIXED = "id,date,score,comment\n1,2026-01-31,9,Great checkout\n2,soon,3,Bad\n3,2026-01-31\n"
IMPORTS = "/v1/imports"
BEFORE = "Please write to me or call me at "
PRIVATE = [
    "anna.mustermann@example.com",
    "4111 1111 1111 1111",
    "+49 171 2345678",
    "DE89 3704 0044 0532 0130 00",
]
Kept = Callable[[], str]


class Uploader:
    """Posts files, and waits for what becomes of them."""

    def __init__(self, client: TestClient, keys: Keys) -> None:
        self.client = client
        self.key = bearer(keys.ingest)

    def post(
        self, content: str | bytes, query: str = "", key: str | None = None, **form: Any
    ) -> Response:
        """The answer to an upload."""
        headers = self.key | ({"idempotency-key": key} if key else {})
        name = form.pop("name", "file.csv")
        return self.client.post(
            IMPORTS + query, files={"file": (name, content)}, data=form, headers=headers
        )

    def report(self, location: str) -> dict[str, Any]:
        """The job, once it runs no more."""
        for _ in range(400):
            job: dict[str, Any] = self.client.get(location, headers=self.key).json()
            if job["state"] != "running":
                return job
            time.sleep(0.02)
        raise AssertionError("the import does not end")

    def run(self, content: str | bytes, **form: Any) -> dict[str, Any]:
        """Upload and wait."""
        answer = self.post(content, **form)
        assert answer.status_code == 202, answer.text
        return self.report(answer.headers["location"])


@pytest.fixture
def upload(client: TestClient, keys: Keys) -> Uploader:
    return Uploader(client, keys)


@pytest.fixture
def kept(database: Database) -> Kept:
    """All that is kept of imports, and of answers for requests that are sent again."""

    def read() -> str:
        with database.read() as session:
            rows = [*session.exec(select(ImportJob)), *session.exec(select(Idempotency))]
            return " ".join(str(row.model_dump()) for row in rows)

    return read


def in_time(is_so: Callable[[], bool]) -> bool:
    """Whether it comes to be so within seconds."""
    for _ in range(400):
        if is_so():
            return True
        time.sleep(0.05)
    return False


def unread(client: TestClient, headers: dict[str, str]) -> tuple[int, str]:
    """The status and code of a refusal, given without a look at what was sent."""
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    body: Iterator[bytes] = (part for part in [b"--x"])
    answer = client.post(IMPORTS, content=body, headers=headers | form)
    assert list(body) == [b"--x"], "it was read"
    return answer.status_code, answer.json()["code"]


def counts(job: dict[str, Any]) -> list[int]:
    return [job[name] for name in ("rows", "accepted", "updated", "duplicate", "invalid")]


def test_a_file_is_imported_and_its_bad_rows_are_reported(upload: Uploader, stored: Stored) -> None:
    job = upload.run(MIXED, name="march.csv")
    assert counts(job) == [3, 1, 0, 0, 2]
    assert (job["state"], job["filename"], job["format"]) == ("done", "march.csv", "csv")
    assert [error["row"] for error in job["errors"]] == [3, 4]
    assert "Times without an offset are read as UTC." in job["mapping"]["notes"]
    [row] = stored()
    assert (row.source, row.external_id, row.rating_scale) == ("march.csv", "1", "nps")


def test_semicolons_cp1252_and_german_are_understood(upload: Uploader, stored: Stored) -> None:
    job = upload.run((HEADER + GOOD).encode("cp1252"), mapping='{"stage": null}')
    assert counts(job) == [1, 1, 0, 0, 0]
    [row] = stored()
    assert (row.text, row.rating_value) == ("Schön, schreibt an [email]", 4.5)
    assert row.stage_sent is None


def test_the_same_file_again_adds_nothing(upload: Uploader, stored: Stored) -> None:
    content = "comment\nGreat\nGreat\nBad\n"
    assert counts(upload.run(content)) == [3, 3, 0, 0, 0]
    assert counts(upload.run(content, name="other.csv")) == [3, 0, 0, 3, 0]
    assert len(stored()) == 3


def test_a_changed_row_updates_its_item(upload: Uploader, stored: Stored) -> None:
    upload.run("id,comment\n1,Great\n2,Bad\n")
    assert counts(upload.run("id,comment\n1,Great\n2,Better\n")) == [2, 0, 1, 1, 0]
    assert [row.text for row in stored()] == ["Great", "Better"]


def test_an_id_that_comes_twice_does_not_make_the_next_import_count_again(
    upload: Uploader, stored: Stored
) -> None:
    rows = "Ticket ID,Comment\n" + "".join(f"{number},Fine {number}\n" for number in range(1, 6))
    upload.run(rows)
    report = upload.run(rows + "5,Fine after all\n")
    assert (report["accepted"], report["updated"], report["duplicate"]) == (0, 1, 5)
    assert len(stored()) == 5


def test_a_stray_rating_is_reported_with_its_line_and_the_others_keep_their_scale(
    upload: Uploader, stored: Stored
) -> None:
    report = upload.run("NPS,Comment\n9,a\n3,b\n11,c\n0,d\n10,e\n")
    assert [error["row"] for error in report["errors"]] == [4]
    assert {row.rating_scale for row in stored()} == {"nps"}


def test_an_odd_json_line_costs_no_other(upload: Uploader) -> None:
    good = '{"text": "fine", "rating": {"value": 9, "scale": "nps"}}\n'
    report = upload.run(good + '{"txt": "oops"}\n' + good, name="f.jsonl")
    assert (report["accepted"], [error["row"] for error in report["errors"]]) == (2, [2])


def test_json_lines_are_imported(upload: Uploader, stored: Stored) -> None:
    content = '{"kind": "ticket", "text": "a", "priority": "high"}\nnope\n{"text": "\\ud800"}\n'
    job = upload.run(content, name="file.jsonl")
    assert counts(job) == [3, 1, 0, 0, 2]
    assert stored()[0].kind == "ticket"


def test_a_dry_run_shows_the_guess_and_stores_nothing(
    upload: Uploader, stored: Stored, settings: Settings
) -> None:
    answer = upload.post(MIXED, "?dry_run=true")
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["rows"], shown["valid"], shown["invalid"]) == (3, 1, 2)
    assert shown["records"][0]["text"] == "Great checkout"
    assert shown["mapping"]["columns"][3] == {
        "column": "comment",
        "field": "text",
        "confidence": 0.95,
        "because": "header",
    }
    assert stored() == []
    assert list((settings.data_dir / "imports").iterdir()) == []


def test_uploads_do_not_stay(upload: Uploader, settings: Settings) -> None:
    upload.run(MIXED)
    assert list((settings.data_dir / "imports").iterdir()) == []


@pytest.mark.parametrize(
    ("content", "form", "code"),
    [
        (b"", {}, "unreadable_file"),
        (b"PK\x03\x04", {}, "unreadable_file"),
        (b"a,b\n1,2\n", {}, "unmapped_columns"),
        (b"comment\nx\n", {"mapping": "{"}, "invalid_request"),
        (b"comment\nx\n", {"mapping": '{"text": "nope"}'}, "invalid_request"),
        (b"comment\nx\n", {"mapping": '{"nope": "comment"}'}, "invalid_request"),
        (b"comment\nx\n", {"scale": "other"}, "invalid_request"),
        (b"comment\nx\n", {"scale": "nps", "scale_max": "5"}, "invalid_request"),
        (b"comment\nx\n", {"kind": "poem"}, "invalid_request"),
    ],
)
def test_what_can_not_be_imported_is_refused_at_once(
    upload: Uploader, settings: Settings, content: bytes, form: dict[str, str], code: str
) -> None:
    answer = upload.post(content, **form)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    folder = settings.data_dir / "imports"
    assert not folder.exists() or list(folder.iterdir()) == []


def test_an_unknown_field_costs_its_line_alone_and_is_named(
    upload: Uploader, stored: Stored
) -> None:
    line = '{"kind": "ticket", "text": "Row %d", "source": "desk", "status": "open"%s}\n'
    content = "".join(line % (n, ', "txt": "typo"' if n == 2 else "") for n in range(4))
    report = upload.run(content, name="tickets.jsonl")
    assert counts(report) == [4, 3, 0, 0, 1]
    [error] = report["errors"]
    assert error["row"] == 3
    assert error["problem"]["invalid_params"][0]["name"] == "txt"
    assert {(row.kind, row.source, row.ticket_status) for row in stored()} == {
        ("ticket", "desk", "open")
    }


def test_a_quote_that_is_never_closed_costs_its_row_alone(upload: Uploader, stored: Stored) -> None:
    rows = [f"{n},{n},Row {n} text is fine here" for n in range(1, 11)]
    rows[2] = '3,3,"Row 3 text is fine here'
    report = upload.run("\n".join(["id,score,comment", *rows, ""]))
    assert counts(report) == [10, 9, 0, 0, 1]
    assert [error["row"] for error in report["errors"]] == [4]
    assert max(len(row.text) for row in stored()) < 30


def test_a_request_without_a_file_is_refused(client: TestClient, keys: Keys) -> None:
    form = {"kind": (None, "survey")}
    answer = client.post(IMPORTS, files=form, headers=bearer(keys.ingest))
    assert names_at_fault(answer) == ["file"]


@pytest.mark.parametrize(
    "kind", ["text/csv", "application/x-ndjson", "application/x-www-form-urlencoded", ""]
)
def test_a_file_that_comes_in_no_form_is_told_how_to(
    client: TestClient, keys: Keys, kind: str
) -> None:
    headers = bearer(keys.ingest) | {"Content-Type": kind}
    answer = client.post(IMPORTS, content=b"id,comment\n1,Fine\n", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert "multipart/form-data" in answer.json()["detail"]
    assert "file" in answer.json()["detail"]


def test_a_form_without_a_boundary_is_no_broken_json(client: TestClient, keys: Keys) -> None:
    headers = bearer(keys.ingest) | {"Content-Type": "multipart/form-data"}
    answer = client.post("/v1/imports", content=b"a,b", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_form")
    assert "boundary" in answer.json()["detail"]


def test_a_scale_with_bounds_of_its_own_is_used(upload: Uploader, stored: Stored) -> None:
    upload.run("score\n50\n", scale="other", scale_min="0", scale_max="200")
    assert stored()[0].rating_norm == 0.25


def test_the_report_of_bad_rows_is_a_file(upload: Uploader, client: TestClient) -> None:
    location = upload.post(MIXED).headers["location"]
    upload.report(location)
    as_csv = client.get(f"{location}/errors", headers=upload.key)
    assert as_csv.headers["content-type"].startswith("text/csv")
    assert as_csv.text.splitlines()[0] == "row,field,reason"
    assert as_csv.text.splitlines()[1].startswith("3,,date: 'soon' can't be read")
    as_lines = client.get(f"{location}/errors?format=jsonl", headers=upload.key)
    assert len(as_lines.text.splitlines()) == 2


def test_the_report_quotes_no_piece_of_what_is_private(upload: Uploader, kept: Kept) -> None:
    """Each stands where what is quoted ends, in each column whose cells are quoted."""
    rows = ["id,score,stage,date,comment", *(f"{n},{n},,2026-01-3{n % 2},Good" for n in range(11))]
    for private in PRIVATE:
        rows += [
            f"a{len(rows)},{BEFORE}{private},,2026-01-31,Good",
            f"b{len(rows)},5,,{BEFORE}{private},Good",
            f"c{len(rows)},5,{BEFORE}{BEFORE}    {private},2026-01-31,Good",
        ]
    columns = {"rating": "score", "stage": "stage", "occurred_at": "date", "text": "comment"}
    job = upload.run("\n".join(rows), mapping=json.dumps(columns))
    assert job["invalid"] == 3 * len(PRIVATE)
    assert BEFORE.strip() in kept()
    assert not [private for private in PRIVATE if private[:5] in kept()]


def test_nothing_private_is_kept_of_what_a_file_calls_its_columns(
    upload: Uploader, kept: Kept
) -> None:
    """Nor of its name, nor of dates that can't be read; in no answer that is kept either."""
    row = f"1,{BEFORE}anna@example.com,The parcel came late"
    content = f"id,date,comment,jane@example.com\n{row},4111 1111 1111 1111\n2,soon,Fine,\n"
    answer = upload.post(content, key="i-1", name="anna@example.com.csv")
    upload.report(answer.headers["location"])
    assert "The dates of 'date', such as 'Please" in kept()
    lines = ['{"kind": "survey", "text": "Good"}'] * 3
    odd = '{"kind": "survey", "text": "Good", "jane@example.com": 1}'
    assert upload.run("\n".join([*lines, odd]), name="a.jsonl")["invalid"] == 1
    assert "[email]" in kept()
    assert not [name for name in ("anna", "jane", "4111") if name in kept()]


def test_a_report_is_kept_for_a_week(
    start: StartClient, keys: Keys, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it quotes is no feedback, so that nobody can erase it."""
    monkeypatch.setattr("service.intake.accept.PURGE_SECONDS", 0.0)
    upload = Uploader(start(), keys)
    old, new = (upload.post(MIXED).headers["location"] for _ in range(2))
    for location in (old, new):
        upload.report(location)
    with database.write() as session:
        aged = update(ImportJob).where(col(ImportJob.id) == UUID(old.rpartition("/")[2]))
        session.exec(aged.values(seen_at=now() - timedelta(days=7, minutes=1)))
        rest = update(ImportJob).where(col(ImportJob.id) != UUID(old.rpartition("/")[2]))
        session.exec(rest.values(seen_at=now() - timedelta(days=7, minutes=-5)))
    assert in_time(lambda: upload.client.get(old, headers=upload.key).status_code == 404)
    assert upload.client.get(f"{old}/errors", headers=upload.key).status_code == 404
    assert "soon" in str(upload.client.get(new, headers=upload.key).json()["errors"])


def test_one_idempotency_key_is_one_import(upload: Uploader) -> None:
    first, second = upload.post(MIXED, key="i-1"), upload.post(MIXED, key="i-1")
    assert second.headers["location"] == first.headers["location"]
    assert second.headers["idempotency-replayed"] == "true"
    assert upload.post(MIXED, key="i-1", kind="review").status_code == 409
    upload.report(first.headers["location"])


def test_the_order_of_the_mapping_makes_no_other_import(upload: Uploader) -> None:
    columns = {"text": "comment", "rating": "score"}
    first = upload.post(MIXED, key="i-1", mapping=json.dumps(columns))
    backwards = dict(reversed(columns.items()))
    assert upload.post(MIXED, key="i-1", mapping=json.dumps(backwards)).json() == first.json()
    upload.report(first.headers["location"])


def test_a_silent_import_is_shown_as_interrupted_and_goes_on_when_sent_again(
    upload: Uploader, client: TestClient, database: Database
) -> None:
    location = upload.post(MIXED).headers["location"]
    upload.report(location)
    with database.write() as session:
        past = now() - timedelta(minutes=1)
        session.exec(update(ImportJob).values(state="running", seen_at=past))
    assert client.get(location, headers=upload.key).json()["state"] == "interrupted"
    assert counts(upload.run(MIXED)) == [3, 0, 0, 1, 2]


def test_an_import_that_meets_an_unexpected_error_has_failed_and_is_logged(
    upload: Uploader, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_arguments: Any) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr("service.intake.imports.count_invalid", fail)
    job = upload.run(MIXED)
    assert job["state"] == "failed"
    assert job["finished_at"] is not None
    [record] = [each for each in caplog.records if each.msg == "import_failed"]
    assert record.__dict__["import_id"] == job["id"]


@pytest.mark.parametrize("rows", [500, 1000], ids=["at work", "waiting for room"])
def test_a_stop_interrupts_and_what_is_stored_stays(
    start: StartClient, keys: Keys, stored: Stored, rows: int
) -> None:
    client = start(max_pending=600)
    upload = Uploader(client, keys)
    answer = upload.post("comment\n" + "Great\n" * 3000)
    while len(stored()) < rows:
        time.sleep(0.02)
    client.app.state.importer.stop()  # type: ignore[attr-defined]
    job = upload.report(answer.headers["location"])
    assert job["state"] == "interrupted"
    assert len(stored()) == job["accepted"] < 3000


def test_an_import_that_waits_for_room_goes_on_when_there_is_some(
    start: StartClient,
    keys: Keys,
    stored: Stored,
    analyse: Analyse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("service.intake.imports.RETRY_AFTER_SECONDS", 0.01)
    monkeypatch.setattr("service.intake.imports.CHUNK_ROWS", 5)
    upload = Uploader(start(max_pending=6), keys)
    answer = upload.post("comment\n" + "Great\n" * 15)
    while len(stored()) < 10:
        time.sleep(0.02)
    analyse()
    job = upload.report(answer.headers["location"])
    assert (job["state"], job["accepted"]) == ("done", 15)


def test_only_a_few_imports_run_at_once(upload: Uploader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.intake.imports.MAX_JOBS", 0)
    answer = upload.post(MIXED)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_imports")


def test_uploads_that_a_killed_process_has_left_go_without_another_import(
    start: StartClient, settings: Settings
) -> None:
    """One that goes away meanwhile harms no other."""
    folder = settings.data_dir / "imports"
    folder.mkdir(parents=True)
    (folder / "gone.upload").symlink_to(folder / "nothing")
    old, new = folder / "old.upload", folder / "new.upload"
    for file, hours in ((old, 25), (new, 23)):
        file.write_text("private")
        at = (now() - timedelta(hours=hours)).timestamp()
        os.utime(file, (at, at))
    start()
    assert in_time(lambda: not old.exists())
    assert new.exists()


def test_another_workspace_does_not_see_the_import(
    upload: Uploader, client: TestClient, other_keys: Keys
) -> None:
    location = upload.post(MIXED).headers["location"]
    upload.report(location)
    for path in (location, f"{location}/errors"):
        assert client.get(path, headers=bearer(other_keys.manage)).status_code == 404


def test_nothing_is_read_of_a_file_from_someone_without_a_key(client: TestClient) -> None:
    assert unread(client, {}) == (401, "unauthenticated")
    assert unread(client, bearer(new_secret())) == (401, "unauthenticated")


def test_nor_with_a_key_that_may_not_import(client: TestClient, keys: Keys) -> None:
    assert unread(client, bearer(keys.read)) == (403, "forbidden")


def test_nor_while_there_is_no_room(
    client: TestClient, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.intake.imports.MAX_JOBS", 0)
    assert unread(client, bearer(keys.ingest)) == (429, "too_many_imports")


def test_an_upload_counts_once_and_is_not_read_beyond_the_limit(
    client: TestClient, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        wanted = NewKey(name="slow", scopes=["ingest"], rate_per_minute=2)
        key = bearer(service.make(session, workspace.id, wanted)[1])
    for _ in range(2):
        files = {"file": ("file.csv", MIXED)}
        answer = client.post(IMPORTS + "?dry_run=true", files=files, headers=key)
        assert answer.status_code == 200
    assert unread(client, key) == (429, "too_many_requests")


@pytest.mark.parametrize("key", ["pl\\ud83d", "pl\\u0000"])
def test_a_key_that_can_not_be_stored_costs_its_row_alone(
    upload: Uploader, stored: Stored, key: str
) -> None:
    content = f'{{"comment": "Good"}}\n{{"comment": "Bad", "{key}": 1}}\n'
    job = upload.run(content, name="file.jsonl")
    assert counts(job) == [2, 1, 0, 0, 1]
    assert [error["row"] for error in job["errors"]] == [2]
    assert "has a key that contains" in str(job["errors"])
    assert [row.text for row in stored()] == ["Good"]


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ({"mapping": '{"attributes.\\u0000": "plan", "text": "comment"}'}, "mapping"),
        ({"mapping": '{"text": "comment\\u0000"}'}, "mapping"),
        ({"source": "a\0b"}, "source"),
        ({"source": " "}, "source"),
        ({"source": "x" * 101}, "source"),
    ],
)
def test_options_that_can_not_be_stored_are_refused(
    upload: Uploader, form: dict[str, str], name: str
) -> None:
    answer = upload.post("comment,plan\nGood,a\n", **form)
    assert (answer.status_code, names_at_fault(answer)) == (422, [name])
    assert "JSON object" not in answer.json()["invalid_params"][0]["reason"]
