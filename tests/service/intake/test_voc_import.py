"""``voc import``: a file, a table of guesses, batches, a report."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from service.cli import app, import_file, send_rows
from service.client import Verbatim, VerbatimError
from tests.conftest import StartClient
from tests.credentials import Keys
from tests.service.intake.conftest import Stored
from tests.transport import transport_to

Run = Callable[..., Result]
CONTENT = "id,date,score,comment\n1,2026-01-31,9,Great checkout\n2,soon,3,Bad\n3,2026-01-31\n"


@pytest.fixture
def run(client: TestClient, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command on a file against the application: ``run(CONTENT, "--kind", "review")``."""

    def connected(_url: str, *, key: str, **_options: Any) -> Verbatim:
        return Verbatim("http://testserver", key=key, tries=1, transport=transport_to(client))

    monkeypatch.setattr(import_file, "Verbatim", connected)
    monkeypatch.setenv("VOC_KEY", keys.ingest)
    monkeypatch.setenv("VOC_DATA_DIR", str(tmp_path / "data"))

    def command(content: str | bytes, *options: str, name: str = "f.csv") -> Result:
        file = tmp_path / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return CliRunner().invoke(app, ["import", str(file), *options])

    return command


def test_a_file_is_sent_and_its_bad_rows_are_listed(
    run: Run, stored: Stored, tmp_path: Path
) -> None:
    result = run(CONTENT)
    assert result.exit_code == 3
    assert "comment" in result.output
    assert "95%" in result.output
    assert "1 accepted, 0 updated, 0 duplicate, 2 invalid" in result.output
    assert "  row 3: date: 'soon'" in result.output
    assert "  row 4: has 2 columns" in result.output
    listed = (tmp_path / "f.csv.errors.csv").read_text().splitlines()
    assert listed[1].startswith("3,,date: 'soon'")
    assert listed[2].startswith("4,,has 2 columns")
    assert [row.text for row in stored()] == ["Great checkout"]


def test_a_second_run_goes_on_where_the_first_stopped(
    run: Run, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send_rows, "BATCH_ITEMS", 2)
    content = "comment\n" + "Great\n" * 5
    send_batch = send_rows._send_batch
    sent: list[Any] = []

    def breaks(*arguments: Any) -> None:
        if len(sent) == 2:
            raise sending_error
        sent.append(arguments)
        send_batch(*arguments)

    sending_error = VerbatimError("503: later", 503)
    with monkeypatch.context() as patch:
        patch.setattr(send_rows, "_send_batch", breaks)
        result = run(content)
    assert result.exit_code == 1
    assert "same command again" in result.output
    assert len(stored()) == 4
    sent.clear()
    with monkeypatch.context() as patch:
        patch.setattr(send_rows, "_send_batch", breaks)
        assert "same command again" not in run(content, "--dry-run").output
    assert "1 accepted, 0 updated, 4 duplicate, 0 invalid" in run(content).output
    assert len(stored()) == 5


def test_files_with_the_same_ids_do_not_overwrite_each_other(run: Run, stored: Stored) -> None:
    first, second = "id,comment\n1,Great\n2,Bad\n", "id,comment\n1,Slow\n2,Rude staff\n"
    assert "2 accepted" in run(first, name="a.csv").output
    assert "2 accepted" in run(second, name="b.csv").output
    assert "2 duplicate" in run(first, name="a.csv").output
    texts = sorted((row.source, row.text) for row in stored())
    assert texts == [
        *(("a.csv", "Bad"), ("a.csv", "Great")),
        *(("b.csv", "Rude staff"), ("b.csv", "Slow")),
    ]


def test_the_users_words_overrule_the_guess(run: Run, stored: Stored) -> None:
    content = "id,comment,other\n1,a,b\n"
    options = ("--map", "text=other", "--map", "external_id=", "--kind", "ticket", "--source", "s")
    assert run(content, *options).exit_code == 0
    [row] = stored()
    assert (row.text, row.kind, row.source) == ("b", "ticket", "s")
    assert row.external_id != "1"


def test_a_scale_and_an_order_of_dates_can_be_said(run: Run, stored: Stored) -> None:
    content = "score,date\n3,02/03/2026\n"
    assert run(content, "--scale", "ces", "--dates", "mdy").exit_code == 0
    [row] = stored()
    assert (row.rating_scale, row.occurred_at.month) == ("ces", 2)


def test_a_dry_run_stores_nothing(run: Run, stored: Stored) -> None:
    result = run(CONTENT, "--dry-run")
    assert "1 valid, 2 invalid" in result.output
    assert stored() == []


def test_json_lines_in_the_apis_own_form_are_sent_as_they_are(run: Run, stored: Stored) -> None:
    result = run('{"kind": "review", "text": "a"}\n{"text": "\\ud800"}\n', name="f.jsonl")
    assert "own format" in result.output
    assert "1 accepted, 0 updated, 0 duplicate, 1 invalid" in result.output
    assert stored()[0].kind == "review"


@pytest.mark.parametrize(
    ("content", "options", "word"),
    [
        ("", (), "empty"),
        ("a,b\n1,2\n", (), "mapping.text"),
        ("comment\nx\n", ("--map", "text=nope"), "no column"),
        ("comment\nx\n", ("--map", "text"), "field=Column"),
        ("comment\nx\n", ("--scale", "other"), "min and max"),
    ],
)
def test_what_can_not_be_sent_is_told_before_anything_is(
    run: Run, stored: Stored, content: str, options: tuple[str, ...], word: str
) -> None:
    result = run(content, *options)
    assert result.exit_code == 2
    assert word in result.output
    assert stored() == []


def test_a_file_without_any_good_row_is_a_failure(run: Run) -> None:
    assert run("comment,stage\nx,nowhere\n").exit_code == 1


def test_a_refused_key_is_told(run: Run) -> None:
    result = run(CONTENT, "--key", "voc_wrong")
    assert result.exit_code == 1
    assert "401" in result.output
    assert "is stored" not in result.output


def test_where_nothing_answers_it_ends_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: pytest.fail("waited"))
    file = tmp_path / "f.csv"
    file.write_text(CONTENT)
    for url, word in (
        ("http://127.0.0.1:9", "can't be reached"),
        ("localhost:8000", "unsupported protocol"),
        ("http://::1:8000", "is not a valid URL"),
    ):
        result = CliRunner().invoke(app, ["import", str(file), "--url", url, "--key", "k"])
        assert (result.exit_code, word in result.output) == (1, True), result.output
        assert "is stored" not in result.output


def test_while_the_api_is_away_it_says_so(
    client: TestClient, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = [httpx.ConnectError("refused"), httpx.ConnectError("refused")]
    real = transport_to(client)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and gone:
            raise gone.pop()
        return real.handle_request(request)

    def connected(_url: str, **options: Any) -> Verbatim:
        pauses: list[float] = []
        transport = httpx.MockTransport(answer)
        return Verbatim("http://voc.test", transport=transport, sleep=pauses.append, **options)

    monkeypatch.setattr(import_file, "Verbatim", connected)
    file = tmp_path / "f.csv"
    file.write_text("comment\nGreat\n")
    result = CliRunner().invoke(app, ["import", str(file), "--key", keys.ingest])
    assert result.exit_code == 0
    assert result.output.count("can't be reached (refused), trying again") == 2


@pytest.mark.parametrize("status", [429, 503])
def test_an_api_that_is_busy_at_first_is_waited_for(
    client: TestClient,
    keys: Keys,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
) -> None:
    real = transport_to(client)
    busy = [httpx.Response(status, headers={"Retry-After": "1"}) for _ in range(3)]
    transport = httpx.MockTransport(
        lambda request: busy.pop() if busy else real.handle_request(request)
    )
    pauses: list[float] = []

    def connected(_url: str, **options: Any) -> Verbatim:
        return Verbatim("http://voc.test", transport=transport, sleep=pauses.append, **options)

    monkeypatch.setattr(import_file, "Verbatim", connected)
    file = tmp_path / "f.csv"
    file.write_text("comment\nGreat\n")
    result = CliRunner().invoke(app, ["import", str(file), "--key", keys.ingest])
    assert result.exit_code == 0, result.output
    assert pauses == [1.0, 1.0]


def test_batches_are_as_large_as_the_api_takes(run: Run, stored: Stored) -> None:
    emoji = "comment\n" + ("\N{GRINNING FACE}" * 1_700 + "\n") * 400
    assert "400 accepted" in run(emoji).output
    assert len(stored()) == 400


def test_a_row_that_is_too_large_stops_no_other(run: Run, stored: Stored, tmp_path: Path) -> None:
    result = run("comment\nGreat\n" + "\N{CYRILLIC SMALL LETTER ZHE}" * 900_000 + "\nBad\n")
    assert result.exit_code == 3
    assert "2 accepted, 0 updated, 0 duplicate, 1 invalid" in result.output
    assert "3,,is larger than the request limit" in (tmp_path / "f.csv.errors.csv").read_text()
    assert {row.text for row in stored()} == {"Great", "Bad"}


@pytest.mark.parametrize("levels", [250, 900])
def test_a_row_that_is_nested_too_deeply_stops_no_other(
    run: Run, stored: Stored, tmp_path: Path, levels: int
) -> None:
    deep = "[" * levels + "]" * levels
    rows = ['{"kind": "survey", "text": "Great"}', '{"kind": "survey", "text": "Bad"}']
    rows.insert(1, f'{{"kind": "survey", "text": "x", "attributes": {{"a": {deep}}}}}')
    result = run("\n".join(rows), name="f.jsonl")
    assert result.exit_code == 3, result.output
    assert "2 accepted, 0 updated, 0 duplicate, 1 invalid" in result.output
    assert "2,,is nested too deeply" in (tmp_path / "f.jsonl.errors.csv").read_text()
    assert {row.text for row in stored()} == {"Great", "Bad"}


def test_a_batch_is_halved_where_less_is_let_through(
    start: StartClient, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stored: Stored
) -> None:
    transport = transport_to(start(max_body_bytes=2_000))
    monkeypatch.setattr(
        import_file,
        "Verbatim",
        lambda url, *, key, **_: Verbatim(url, key=key, tries=1, transport=transport),
    )
    file = tmp_path / "f.csv"
    file.write_text("comment\n" + "Great\n" * 50 + "x" * 2_000 + "\n")
    result = CliRunner().invoke(app, ["import", str(file), "--key", keys.ingest])
    assert "50 accepted, 0 updated, 0 duplicate, 1 invalid" in result.output
    assert len(stored()) == 50


def test_the_list_of_bad_rows_goes_when_none_is_left(run: Run, tmp_path: Path) -> None:
    listed = tmp_path / "f.csv.errors.csv"
    run(CONTENT)
    assert listed.exists()
    assert run("id,date,score,comment\n1,2026-01-31,9,Great checkout\n").exit_code == 0
    assert not listed.exists()


def test_the_key_is_that_of_the_service_on_this_machine(
    run: Run, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stored: Stored
) -> None:
    monkeypatch.delenv("VOC_KEY")
    file = tmp_path / "data" / "bootstrap.key"
    file.unlink()
    assert "--key" in run(CONTENT).output
    monkeypatch.setenv("VOC_BOOTSTRAP_KEY", keys.ingest)
    assert run(CONTENT).exit_code == 3
    monkeypatch.delenv("VOC_BOOTSTRAP_KEY")
    file.write_text(keys.ingest + "\n")
    assert run(CONTENT).exit_code == 3
    assert len(stored()) == 1
    file.write_bytes(b"\xff\xfe")
    damaged = run(CONTENT)
    assert damaged.exit_code == 2
    assert "it is damaged" in damaged.output


def test_brackets_in_a_file_are_shown_as_they_are(run: Run) -> None:
    content = "Feedback [text],Score [/10],Date [/x]\nGreat checkout,9,soon\nToo short\n"
    result = run(content, "--source", "shop [/eu]", name="f[a].csv")
    assert result.exit_code == 3, result.output
    for word in ("Feedback [text]", "Score [/10]", "'Date [/x]'", "shop [/eu]", "f[a].csv.errors"):
        assert word in result.output
