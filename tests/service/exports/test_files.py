"""Files that spreadsheets and programs read back as they were meant."""

import builtins
import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pyarrow.parquet as parquet
import pytest

from models.workspace import Workspace
from service.attributes.declaring import declare
from service.db import Database
from service.exports import mentions, pages, pain_points, writers
from service.exports.tables import Column, Kind, columns
from service.text import FORMULA
from tests.service.exports.conftest import CHECKOUT, SAID, Fetch
from tests.service.rows import NOON, Said, rating, write

SUBJECTS = ("pain-points", "wins", "mentions", "feedback", "corrections", "journey")
TABLE = (
    *columns(Kind.TEXT, "text"),
    *columns(Kind.INTEGER, "n"),
    *columns(Kind.NUMBER, "x"),
    *columns(Kind.FLAG, "flag"),
    *columns(Kind.DATE, "day"),
    *columns(Kind.TIME, "at"),
    *columns(Kind.JSON, "more"),
)
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
ROWS = [["a", 1, -0.5, True, date(2026, 3, 4), NOW, {"b": ["ü"]}], [None] * 7]


def made(form: str, table: Any = TABLE, rows: Any = ROWS, bom: bool = False) -> bytes:
    return b"".join(writers.file_parts(form, table, [rows], bom))


def table_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_csv_has_numbers_as_numbers_and_blanks_for_nothing() -> None:
    head, first, second = csv.reader(io.StringIO(made("csv").decode()))
    assert head == [column.name for column in TABLE]
    assert first == ["a", "1", "-0.5", "true", "2026-03-04", "2026-03-04T12:00:00Z", '{"b": ["ü"]}']
    assert second == [""] * 7


def test_jsonl_has_values_as_they_are_and_leaves_nothing_out() -> None:
    first, second = (json.loads(line) for line in made("jsonl").splitlines())
    assert first == {
        "text": "a",
        "n": 1,
        "x": -0.5,
        "flag": True,
        "day": "2026-03-04",
        "at": "2026-03-04T12:00:00Z",
        "more": {"b": ["ü"]},
    }
    assert second == {}


def test_parquet_has_types() -> None:
    table = parquet.read_table(io.BytesIO(made("parquet")))
    assert [str(field.type) for field in table.schema] == [
        *("string", "int64", "double", "bool", "date32[day]", "timestamp[us, tz=UTC]", "string"),
    ]
    first, second = table.to_pylist()
    assert first["at"] == NOW
    assert json.loads(first["more"]) == {"b": ["ü"]}
    assert set(second.values()) == {None}


def test_parquet_of_nothing_can_be_read() -> None:
    table = parquet.read_table(io.BytesIO(made("parquet", rows=[])))
    assert table.num_rows == 0
    assert table.column_names == [column.name for column in TABLE]


@pytest.mark.parametrize("sign", FORMULA)
def test_no_text_is_a_formula(sign: str) -> None:
    text = f"{sign}1+1"
    [cell] = list(csv.reader(io.StringIO(made("csv", TABLE[:1], [[text]]).decode(), newline="")))[1]
    assert cell == "'" + text
    assert json.loads(made("jsonl", TABLE[:1], [[text]])) == {"text": text}


def test_negative_numbers_stay_numbers() -> None:
    table = [Column("x", Kind.NUMBER), Column("n", Kind.INTEGER)]
    assert made("csv", table, [[-1.5, -2]]) == b"x,n\r\n-1.5,-2\r\n"


def test_a_byte_order_mark_if_asked_for() -> None:
    assert made("csv", bom=True)[:3] == b"\xef\xbb\xbf"
    assert made("csv")[:4] == b"text"


def test_parts_are_handed_on_as_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "ROW_GROUP", 2)
    asked: list[int] = []

    def numbered() -> Iterator[list[list[int]]]:
        for number in range(3):
            asked.append(number)
            yield [[number]] * 2

    for form in writers.MEDIA_TYPES:
        asked.clear()
        parts = writers.file_parts(form, [Column("n", Kind.INTEGER)], numbered())
        assert next(parts)
        assert len(asked) < 3
        assert b"".join(parts)
        assert asked == [0, 1, 2]


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_every_subject_in_every_form(fetch: Fetch, said: None, subject: str, form: str) -> None:
    answer = fetch(subject, format=form)
    assert answer.headers["content-type"] == writers.MEDIA_TYPES[form]
    name = answer.headers["content-disposition"]
    assert name.startswith(f'attachment; filename="verbatim-{subject}-')
    assert name.endswith(f'.{form}"')
    assert answer.headers["cache-control"] == "private, no-store"
    if form == "parquet":
        assert parquet.read_table(io.BytesIO(answer.content)).num_columns > 5


def test_the_forms_say_the_same(fetch: Fetch, said: None) -> None:
    from_csv = table_of(fetch("mentions"))
    lines = fetch("mentions", format="jsonl").text.split("\n")
    from_jsonl = [json.loads(line) for line in lines if line]
    file = parquet.read_table(io.BytesIO(fetch("mentions", format="parquet").content))
    from_parquet = file.to_pylist()
    assert [row["text"] for row in from_jsonl] == list(reversed(SAID))
    assert [row["text"] for row in from_parquet] == list(reversed(SAID))
    assert [row["text"].removeprefix("'") for row in from_csv] == list(reversed(SAID))
    assert {row["external_id"][:3] for row in from_csv} == {"'-r"}
    assert [float(row["score"]) for row in from_csv] == [row["score"] for row in from_parquet]
    assert from_csv[0]["rating_value"] == "6.0"
    assert from_jsonl[0]["attributes"] == {"persona": "big"}
    assert json.loads(from_parquet[0]["attributes"]) == {"persona": "big"}
    assert from_jsonl[0]["sentiment_provenance"] == "model"


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 7),
        ({"attr.persona": "smb"}, 3),
        ({"q": "card -declined"}, 2),
        ({"q": "退货"}, 1),
        ({"severity": 3}, 0),
        ({"journey": "four-stage", "stage": "purchase"}, 7),
        ({"since": "2026-03-04T12:05:00Z"}, 2),
    ],
)
def test_mentions_are_filtered(
    fetch: Fetch, said: None, filters: dict[str, Any], count: int
) -> None:
    assert len(table_of(fetch("mentions", **filters))) == count


@pytest.mark.parametrize("subject", ["mentions", "feedback", "corrections"])
def test_pages_make_one_file(
    monkeypatch: pytest.MonkeyPatch, fetch: Fetch, said: None, subject: str
) -> None:
    whole = fetch(subject).content
    for module in (mentions, pages):
        monkeypatch.setattr(module, "PAGE", 2)
    assert fetch(subject).content == whole


def test_feedback_has_its_reading(fetch: Fetch, said: None) -> None:
    first, *_ = table_of(fetch("feedback", state="done", q="card"))
    assert (first["sentiment"], first["stage"], first["kind"]) == (
        "negative",
        "purchase",
        "survey",
    )
    assert table_of(fetch("feedback", state="pending")) == []


def test_pain_points_have_what_the_list_has(fetch: Fetch, said: None) -> None:
    [row] = table_of(fetch("pain-points", since="2026-03-01"))
    assert (row["kind"], row["stage"], row["mentions"], row["pain"]) == (
        *("cell", "purchase", "7"),
        "14.0",
    )
    assert row["previous_mentions"] == "0"
    assert len(json.loads(row["verbatims"])) == 3
    assert float(row["share_low"]) <= float(row["share"]) == 1
    assert table_of(fetch("wins")) == []


def test_pain_points_are_in_the_order_asked_for(
    monkeypatch: pytest.MonkeyPatch, fetch: Fetch, database: Database, workspace: Workspace
) -> None:
    monkeypatch.setattr(pain_points, "PAGE_ITEMS", 1)
    rare = Said("usage", "product", severity=3)
    often = Said("support", "support", severity=1)
    with database.write() as session:
        for said in [often] * 2 + [rare]:
            write(session, workspace.id, [said], occurred_at=NOON)
    for sort, first in (("pain", "product"), ("mentions", "support")):
        assert table_of(fetch("pain-points", sort=sort))[0]["touchpoint"] == first


def test_the_effect_on_each_rating_is_a_column(
    fetch: Fetch, database: Database, workspace: Workspace
) -> None:
    hurt, pleased = Said(*CHECKOUT, severity=2), Said("usage", "product", "positive")
    scales = {"nps": (0, 10), "stars": (1, 5), "csat": (1, 7)}
    with database.write() as session:
        for scale, (low, high) in scales.items():
            for number in range(30):
                said, value = (hurt, low) if number < 10 else (pleased, high)
                rated = rating(value, low, high, scale)
                write(session, workspace.id, [said], occurred_at=NOON, **rated)
    [row] = table_of(fetch("pain-points"))
    impact = json.loads(row["impact"])
    for scale in ("nps", "stars"):
        told, bounds = impact[scale], impact[scale]["interval"]
        assert float(row[f"{scale}_impact"]) == told["impact"] < 0
        assert float(row[f"{scale}_impact_low"]) == bounds["low"]
        assert float(row[f"{scale}_impact_high"]) == bounds["high"]
    assert "csat:1-7" in impact
    assert row["csat_impact"] == row["ces_impact_low"] == ""
    [total] = [row for row in table_of(fetch("journey")) if row["touchpoint"] == "product"][-1:]
    assert (total["stars"], total["stars_n"], total["ces"], total["ces_n"]) == ("5.0", "20", "", "")


@pytest.mark.parametrize("subject", ["mentions", "feedback"])
def test_declared_attributes_are_columns_of_text(
    fetch: Fetch, database: Database, workspace: Workspace, subject: str
) -> None:
    with database.write() as session:
        declare(session, workspace.id, ["vip", "persona", "+a:b"])
        attributes = {"vip": True, "persona": "=1+1", "country": "DE"}
        write(session, workspace.id, [Said(*CHECKOUT)], occurred_at=NOON, attributes=attributes)
    answer = fetch(subject)
    head, row = csv.reader(io.StringIO(answer.text, newline=""))
    assert head[-4:] == ["attributes", "attr.+a:b", "attr.persona", "attr.vip"]
    assert row[-3:] == ["", "'=1+1", "true"]
    line = fetch(subject, format="jsonl").json()
    assert (line["attr.persona"], line["attr.vip"], "attr.+a:b" in line) == ("=1+1", "true", False)
    file = parquet.read_table(io.BytesIO(fetch(subject, format="parquet").content))
    assert [file[name].to_pylist() for name in head[-3:]] == [[None], ["=1+1"], ["true"]]


def test_the_map_has_a_row_for_each_part(fetch: Fetch, said: None) -> None:
    rows = table_of(fetch("journey"))
    assert {row["part"] for row in rows} == {"stage", "touchpoint", "cell"}
    [cell] = [row for row in rows if row["part"] == "cell"]
    assert (cell["stage"], cell["touchpoint"], cell["nps_n"]) == ("purchase", "checkout", "7")


@pytest.mark.parametrize(
    ("subject", "params", "name"),
    [
        ("mentions", {"format": "xlsx"}, "format"),
        ("mentions", {"limit": 3}, "limit"),
        ("feedback", {"nonsense": 1}, "nonsense"),
        ("mentions", {"q": "-card"}, "q"),
        ("pain-points", {"format": "svg"}, "format"),
        ("pain-points", {"sort": "joy"}, "sort"),
        ("wins", {"sort": "pain"}, "sort"),
        ("journey", {"stage": "nowhere"}, "stage"),
    ],
)
def test_what_is_wrong_is_told_before_a_file_begins(
    fetch: Fetch, subject: str, params: dict[str, Any], name: str
) -> None:
    problem = fetch(subject, status=422, **params).json()
    assert problem["invalid_params"][0]["name"] == name


def test_what_an_export_does_not_know_is_refused(fetch: Fetch) -> None:
    for subject in SUBJECTS:
        for name in ("limit", "cursor", "nonsense"):
            problem = fetch(subject, status=422, **{name: "5"}).json()
            assert problem["code"] == "unknown_parameter"
            [param] = problem["invalid_params"]
            assert param["name"] == name
            assert "limit" not in param["reason"]


def test_without_pyarrow_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, fetch: Fetch
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    problem = fetch("mentions", status=501, format="parquet").json()
    assert problem["code"] == "not_installed"
    assert "verbatim-voc[parquet]" in problem["detail"]
