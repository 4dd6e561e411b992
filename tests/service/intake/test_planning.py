"""What columns mean: guessed, checked against their content, overridable."""

from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from service.errors import InvalidRequest
from service.intake.cell_values import WrittenRating, read_rating, read_time
from service.intake.plan import CellError, ImportPlan, item_of
from service.intake.planning import (
    MAX_COLUMNS,
    ImportOptions,
    TooManyColumns,
    UnmappedColumns,
    plan_for,
)
from service.intake.records import Record, RowError, Source, open_source
from service.intake.scales import RatingScale, guess_scale


def read(
    folder: Path, content: str, name: str = "f.csv", **options: Any
) -> tuple[Source, ImportPlan]:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    source = open_source(path)
    return source, plan_for(source, ImportOptions(options.pop("columns", {}), **options))


def outcome(record: Record | RowError, plan: ImportPlan, source: Source) -> str:
    assert isinstance(record, Record)
    try:
        return str(item_of(record, plan, source.digest))
    except CellError as error:
        return str(error)


def items(source: Source, plan: ImportPlan) -> list[dict[str, Any]]:
    found = (record for record in source.records() if isinstance(record, Record))
    return [item_of(record, plan, source.digest) for record in found]


@pytest.mark.parametrize(
    ("header", "row", "columns"),
    [
        (
            "date,score,verbatim,stage",
            "2026-01-01,9,Fine,purchase",
            {"occurred_at": "date", "rating": "score", "text": "verbatim", "stage": "stage"},
        ),
        (
            "Details,Date,Stars",
            "Nice app,2026-01-01,5",
            {"text": "Details", "occurred_at": "Date", "rating": "Stars"},
        ),
        (
            "Datum,Bewertung,Kommentar",
            "31.01.2026,5,Schön",
            {"occurred_at": "Datum", "rating": "Bewertung", "text": "Kommentar"},
        ),
        (
            "Horodateur,Note,Commentaire",
            "31/01/2026 10:00,5,Bien",
            {"occurred_at": "Horodateur", "rating": "Note", "text": "Commentaire"},
        ),
        (
            "Fecha,Puntuación,Reseña",
            "31/01/2026,5,Bien",
            {"occurred_at": "Fecha", "rating": "Puntuación", "text": "Reseña"},
        ),
        (
            "タイムスタンプ,評価,コメント",
            "2026/01/31 10:00:00,5,良い",
            {"occurred_at": "タイムスタンプ", "rating": "評価", "text": "コメント"},
        ),
        (
            "Response ID,Customer Comment (optional),Customer ID,App Version",
            "r1,It is fine,c1,1.2",
            {
                "external_id": "Response ID",
                "text": "Customer Comment (optional)",
                "customer": "Customer ID",
                "attributes.app_version": "App Version",
            },
        ),
    ],
)
def test_columns_are_known_by_their_headers(
    tmp_path: Path, header: str, row: str, columns: dict[str, str]
) -> None:
    assert read(tmp_path, f"{header}\n{row}\n")[1].columns == columns


def test_columns_without_a_telling_header_are_known_by_their_content(tmp_path: Path) -> None:
    source, plan = read(
        tmp_path,
        "Zeit,How likely are you to recommend us?,What could we do better?,Who\n"
        "5/13/2026 10:22:33,9,Please make the checkout quicker for us all,Jane\n"
        "5/14/2026 1:02:03 PM,3,The app is slow and crashes all of the time,Jo\n",
    )
    assert plan.columns["rating"] == "How likely are you to recommend us?"
    assert plan.rating == RatingScale("nps", 0, 10)
    first, second = items(source, plan)
    assert first["question"] == "What could we do better?"
    assert second["text"].startswith("The app")
    assert "attributes" not in first


TYPEFORM = (
    "#,How likely are you to recommend Acme?,What's the main reason for your score?,"
    "Response Type,Start Date (UTC),Stage Date (UTC),Submit Date (UTC),Network ID,Tags,Ending\n"
    "a1f6,3,Checkout refused my card twice.,completed,2026-11-03 09:10:00,,"
    "2026-11-03 09:12:44,0a1b,,\n"
    "a1f7,10,Great service and fast delivery every time.,completed,2026-11-04 09:10:00,,"
    "2026-11-04 09:12:44,0a1c,,\n"
)


def test_an_export_of_typeform_is_known_by_its_columns(tmp_path: Path) -> None:
    columns = read(tmp_path, TYPEFORM)[1].columns
    assert columns == {
        "external_id": "#",
        "rating": "How likely are you to recommend Acme?",
        "text": "What's the main reason for your score?",
        "occurred_at": "Submit Date (UTC)",
    }


def test_a_second_line_of_headers_is_told_of(tmp_path: Path) -> None:
    content = "Response ID,Date,Comment\n,,Open-Ended Response\n1,2026-01-01,Fine\n"
    source, plan = read(tmp_path, content)
    assert [item["text"] for item in items(source, plan)] == ["Fine"]
    assert any("second header line" in note for note in plan.notes)


QUALTRICS = (
    "StartDate,ResponseId,Q1,Q2,Q3\n"
    "Start Date,Response ID,How likely are you to recommend us?,What is the main reason?,Else?\n"
    + ",".join(['"{""ImportId"":""a"",""timeZone"":""America/Denver""}"'] * 5)
    + "".join(
        f"\n2025-03-01 10:00:0{n},R_{n},{n},The checkout crashed on page {n},"
        + f"Please add more ways to pay, such as {n}".replace(",", "") * (n % 2)
        for n in range(6)
    )
)


def test_an_export_of_qualtrics_is_mapped_by_the_wording_of_its_questions(tmp_path: Path) -> None:
    source, plan = read(tmp_path, QUALTRICS)
    assert plan.columns == {
        "occurred_at": "Start Date",
        "external_id": "Response ID",
        "rating": "How likely are you to recommend us?",
        "text": "What is the main reason?",
    }
    assert plan.question == "What is the main reason?"
    assert plan.rating == RatingScale("nps", 0, 10)
    assert len(items(source, plan)) == 6
    assert any("America/Denver" in note for note in plan.notes)


def test_the_codes_of_qualtrics_can_be_mapped(tmp_path: Path) -> None:
    assert read(tmp_path, QUALTRICS, columns={"text": "Q3"})[1].columns["text"] == "Else?"


@pytest.mark.parametrize(
    ("content", "name", "note"),
    [
        (b"comment\nd\xe9\xe7u\n", "f.csv", "The file is not UTF-8: it is read as Windows-1252"),
        (
            "comment\ndéçu\n".encode() + b"d\xe9\xe7u\n",
            "f.csv",
            "The file is not UTF-8 in 2 places, read as Windows-1252",
        ),
        (
            b'{"kind": "survey", "text": "d\xe9 u"}\n',
            "f.jsonl",
            "The file is not UTF-8 in 1 place, read as Windows-1252",
        ),
    ],
)
def test_bytes_that_are_not_utf8_are_told_of(
    tmp_path: Path, content: bytes, name: str, note: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert plan_for(open_source(path), ImportOptions({})).notes[-1].startswith(note)


@pytest.mark.parametrize("cells", [["completed"] * 3, ["done", "left"], ["Main survey"] * 3])
def test_a_part_of_a_header_makes_no_words_of_what_a_program_wrote(
    tmp_path: Path, cells: list[str]
) -> None:
    rows = [f"{cell},Row {n} tells in some words what went wrong" for n, cell in enumerate(cells)]
    plan = read(tmp_path, "\n".join(["Response kind,Why?", *rows]))[1]
    assert plan.columns["text"] == "Why?"


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Customer feedback", ["Very good", "Good service", "Bad"] * 13),
        ("Customer comments", ["Great!", "Bad", "Slow", "Excellent"]),
        ("Your comments", ["Great", "Bad", "Great", "Slow"]),
        ("Any other comments", ["Good", "Bad"]),
        ("Reason comment", ["", "", "Slow"]),
        ("Opinión del cliente", ["Mal", "Bueno", "Mal"]),
        ("Avis client", ["Nul", "Bien"]),
        ("Feedback on agent", ["He was kind", "Nobody answered me"]),
        ("Agent feedback comment", ["He was kind", "Nobody answered me"]),
        ("Group feedback", ["The checkout is slow and crashes", "I could not find my invoice"]),
        ("Review with link", ["The checkout is slow and crashes", "I could not find my invoice"]),
        ("What type of help?", ["With the checkout that crashes", "I could not find my invoice"]),
    ],
)
def test_words_are_taken_from_a_column_of_which_a_part_of_the_header_says_so(
    tmp_path: Path, header: str, cells: list[str]
) -> None:
    rows = [f"2026-01-01,{cell},{1 + n % 5}" for n, cell in enumerate(cells)]
    plan = read(tmp_path, "\n".join([f"Date,{header},Score", *rows, ""]))[1]
    assert plan.columns == {"occurred_at": "Date", "text": header, "rating": "Score"}


@pytest.mark.parametrize("header", ["Feedback Type", "Comment link", "Response Type"])
def test_what_a_program_wrote_about_words_is_none(tmp_path: Path, header: str) -> None:
    plan = read(tmp_path, f"{header},Score\n" + "".join(f"open,{n}\n" for n in (1, 3, 5)))[1]
    assert plan.columns == {"rating": "Score"}


def test_of_columns_that_may_be_words_the_one_with_more_of_them_is(tmp_path: Path) -> None:
    content = "Response mode,Your comments\ndone,Great\ndone,Bad\ndone,Slow\n"
    assert read(tmp_path, content)[1].columns == {"text": "Your comments"}


@pytest.mark.parametrize(
    ("header", "row", "field", "column"),
    [
        ("Comments,Review,Stars", ",It crashes,3", "text", "Review"),
        ("Comment,Score,Stars", "It crashes,,3", "rating", "Stars"),
        ("Comment,Email,Contact ID", "It crashes,,c-17", "customer", "Contact ID"),
        (
            "Comment,What could be better?",
            ",Make the checkout quicker for us",
            "text",
            "What could be better?",
        ),
    ],
)
def test_a_column_with_cells_is_taken_before_a_blank_one(
    tmp_path: Path, header: str, row: str, field: str, column: str
) -> None:
    plan = read(tmp_path, f"{header}\n{row}\n")[1]
    assert plan.columns[field] == column


def test_a_blank_column_is_taken_if_no_other_fits(tmp_path: Path) -> None:
    assert read(tmp_path, "Comment,Score\n,3\n")[1].columns["text"] == "Comment"


def test_of_a_comment_and_a_response_the_comment_is_the_text_and_the_other_is_told_of(
    tmp_path: Path,
) -> None:
    content = "Response,Comment,CSAT\nWe have refunded you.,It crashes,1\n"
    source, plan = read(tmp_path, content)
    assert [item["text"] for item in items(source, plan)] == ["It crashes"]
    assert plan.notes[0] == (
        "The text is taken from 'Comment'. It could also be in 'Response': choose with mapping "
        "(voc import: --map text=COLUMN)."
    )
    chosen = read(tmp_path, content, columns={"text": "Response"})[1]
    assert not any("could also be" in note for note in chosen.notes)


def test_cells_that_repeat_two_values_are_no_words(tmp_path: Path) -> None:
    rows = "".join(f"{n},Within SLA\n{n}a,SLA violated\n" for n in range(5))
    with pytest.raises(UnmappedColumns):
        read(tmp_path, f"Ticket ID,First response status\n{rows}")


def test_an_id_beside_words_is_the_customers(tmp_path: Path) -> None:
    content = "Comment,Customer ID of comment\nBad,c-1\nSlow,c-2\n"
    assert read(tmp_path, content)[1].columns["customer"] == "Customer ID of comment"


@pytest.mark.parametrize(
    "header", ["Tags", "Labels", "Link to the conversation", "Group stations", "Address"]
)
def test_the_longest_cells_are_no_words_if_they_are_called_otherwise(
    tmp_path: Path, header: str
) -> None:
    content = f"Score,{header}\n3,delivery late_parcel vip_customer\n9,refund of the_whole_order\n"
    assert read(tmp_path, content)[1].columns == {"rating": "Score"}


def test_a_question_may_ask_for_what_columns_are_called(tmp_path: Path) -> None:
    question = "What type of shop do you miss near you?"
    content = f"Score,{question}\n3,One that sells all kinds of bread\n"
    assert read(tmp_path, content)[1].columns["text"] == question


def test_names_and_addresses_are_never_kept_without_being_asked(tmp_path: Path) -> None:
    content = "Name,Address,Country,Comment\nJane,1 Main St,GB,Fine\n"
    source, plan = read(tmp_path, content)
    assert items(source, plan)[0]["attributes"] == {"country": "GB"}


def test_an_id_that_is_not_unique_is_no_external_id(tmp_path: Path) -> None:
    plan = read(tmp_path, "id,comment\n1,a\n1,b\n")[1]
    assert "external_id" not in plan.columns


def test_an_id_that_comes_again_now_and_then_is_an_external_id_all_the_same(
    tmp_path: Path,
) -> None:
    rows = [f"{number},a" for number in (1, 2, 3, 4, 5, 5)]
    plan = read(tmp_path, "\n".join(["Ticket ID,Comment", *rows]))[1]
    assert plan.columns["external_id"] == "Ticket ID"
    assert any(note.startswith("1 of 6 rows") for note in plan.notes)


def test_the_user_knows_better(tmp_path: Path) -> None:
    source, plan = read(
        tmp_path,
        "id,comment,other,score\n1,a,b,4\n",
        columns={"text": "other", "external_id": None, "attributes.note": "comment"},
        kind="ticket",
        source="desk",
        scale=RatingScale("ces", 1, 7),
    )
    [item] = items(source, plan)
    assert (item["kind"], item["source"], item["text"]) == ("ticket", "desk", "b")
    assert item["attributes"] == {"note": "a"}
    assert item["external_id"] == f"{source.digest[:16]}:2"
    assert item["rating"] == {"value": 4, "scale": "ces", "min": 1, "max": 7}


@pytest.mark.parametrize(
    ("options", "source"),
    [
        ({}, "Organic"),
        ({"source": "trustpilot"}, "trustpilot"),
        ({"source": "trustpilot", "columns": {"source": "Source Of Review"}}, "Organic"),
    ],
)
def test_a_source_that_is_said_wins_over_a_column_that_is_guessed(
    tmp_path: Path, options: dict[str, Any], source: str
) -> None:
    content = "Comment,Source Of Review\nFine,Organic\n"
    [item] = items(*read(tmp_path, content, **options))
    assert item["source"] == source


@pytest.mark.parametrize("columns", [{"txt": "comment"}, {"text": "nope"}])
def test_an_option_that_does_not_fit_the_file_is_refused(
    tmp_path: Path, columns: dict[str, str]
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read(tmp_path, "comment\na\n", columns=columns)
    assert caught.value.invalid_params[0].name.startswith("mapping.")


def test_a_file_without_words_or_ratings_is_refused_with_its_columns(tmp_path: Path) -> None:
    with pytest.raises(UnmappedColumns) as caught:
        read(tmp_path, "a,b\n1,2\n")
    assert "'a', 'b'" in caught.value.invalid_params[0].reason


def test_records_in_the_form_of_the_api_need_no_mapping(tmp_path: Path) -> None:
    content = (
        '{"text": "a", "rating": {"value": 3, "scale": "nps"}}\n{"kind": "review", "text": "b"}\n'
    )
    source, plan = read(tmp_path, content, "f.jsonl", source="web")
    one, two = items(source, plan)
    assert (one["kind"], one["source"], one["external_id"]) == (
        "survey",
        "web",
        f"{source.digest[:16]}:1",
    )
    assert two["kind"] == "review"


@pytest.mark.parametrize("blank", ['""', '" "', "null"])
def test_a_blank_source_or_id_of_an_item_is_the_files(tmp_path: Path, blank: str) -> None:
    item = f'{{"kind": "survey", "text": "a", "source": {blank}, "external_id": {blank}}}\n'
    source, plan = read(tmp_path, item, "f.jsonl", source="web")
    [one] = items(source, plan)
    assert (one["source"], one["external_id"]) == ("web", f"{source.digest[:16]}:1")


def test_odd_records_among_nested_ones_fail_alone(tmp_path: Path) -> None:
    good = '{"text": "a", "rating": {"value": 3, "scale": "nps"}}\n'
    source, plan = read(tmp_path, good + '{"txt": "oops"}\n' + good, "f.jsonl")
    assert plan.is_native
    assert [item.get("rating") for item in items(source, plan)] == [
        {"value": 3, "scale": "nps"},
        None,
        {"value": 3, "scale": "nps"},
    ]


def test_an_odd_record_among_flat_ones_that_say_their_kind_fails_alone(tmp_path: Path) -> None:
    ticket = '{"kind": "ticket", "text": "a", "external_id": "%d", "status": "open"%s}\n'
    content = "".join(ticket % (n, ', "txt": "oops"' if n == 3 else "") for n in range(4))
    source, plan = read(tmp_path, content, "f.jsonl")
    assert plan.is_native
    assert [item["kind"] for item in items(source, plan)] == ["ticket"] * 4
    assert [item for item in items(source, plan) if "txt" in item] == [items(source, plan)[3]]


@pytest.mark.parametrize(
    "own",
    [
        '"text": "a", "rating": {"value": 3, "scale": "nps"}',
        '"conversation": [{"author_role": "customer", "text": "a"}]',
    ],
)
def test_an_unknown_field_in_every_record_does_not_make_a_table_of_items(
    tmp_path: Path, own: str
) -> None:
    source, plan = read(tmp_path, f'{{{own}, "team": "x"}}\n' * 3, "f.jsonl")
    assert plan.is_native
    assert items(source, plan)[0]["team"] == "x"
    assert "--map" in plan.notes[0]


@pytest.mark.parametrize("own", ['"kind": "review", ', '"attributes": {"plan": "b"}, '])
def test_a_table_that_happens_to_have_such_a_column_is_mapped(tmp_path: Path, own: str) -> None:
    row = '{%s"text": "Great", "score": %d, "date": "2024-01-02"%s}\n'
    content = "".join(row % (own, n, "" if n else ', "more": 1') for n in range(6))
    source, plan = read(tmp_path, content, "f.jsonl")
    assert plan.columns == {"text": "text", "rating": "score", "occurred_at": "date"}
    assert plan.kind == ("review" if "kind" in own else "survey")
    assert len(items(source, plan)) == 6


def test_an_export_of_feedback_can_be_imported(tmp_path: Path) -> None:
    row = (
        '{"id": "01a2%d", "kind": "%s", "source": "app", "text": "Great", "rating_value": %d, '
        '"rating_min": 1, "rating_max": 5, "rating_scale": "stars", "state": "done", '
        '"score": -0.%d, "attributes": {"plan": "pro"}}\n'
    )
    content = "".join(row % (n, kind, n, n) for n, kind in enumerate(("review", "survey"), start=1))
    plan = read(tmp_path, content, "f.jsonl")[1]
    assert not plan.is_native
    assert plan.columns["rating"] == "rating_value"


@pytest.mark.parametrize(
    "other",
    [
        '"kind": "review", "Stars": 5',
        '"kind": ["review"]',
        '"rating": {"average": 3}',
        '"attributes": {"type": "Case"}',
        '"conversation": [{"from": "x"}]',
    ],
)
def test_records_of_other_programs_that_look_like_items_are_a_table(
    tmp_path: Path, other: str
) -> None:
    plan = read(tmp_path, f'{{{other}, "Comment": "a", "Team": "b"}}\n', "f.jsonl")[1]
    assert not plan.is_native
    assert plan.columns["text"] == "Comment"


def test_other_records_are_mapped_like_columns(tmp_path: Path) -> None:
    content = '{"Comment": "a", "Score": 10, "id": 17}\n{"Comment": "b", "Score": 3, "id": 18}\n'
    source, plan = read(tmp_path, content, "f.jsonl")
    assert items(source, plan)[0] == {
        "kind": "survey",
        "source": "f.jsonl",
        "text": "a",
        "rating": {"value": 10.0, "scale": "nps", "min": 0, "max": 10},
        "external_id": "17",
    }


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("answers.csv", "answers.csv"),
        ("März 2026 (1).csv", "März 2026 (1).csv"),
        ("folder/a.csv", "a.csv"),
        ("a\0\ud800\u200b.csv", "a.csv"),
        ("x" * 200 + "2026-01.csv", "x" * 89 + "2026-01.csv"),
        ("", "import"),
        ("\u3164", "import"),
    ],
)
def test_a_file_without_a_source_is_one_by_its_name(tmp_path: Path, name: str, source: str) -> None:
    path = tmp_path / "1.upload"
    with_id = '{"kind": "survey", "external_id": "1", "text": "Great app"}\n'
    for content in ("id,comment\n1,Great app\n", with_id):
        path.write_text(content)
        opened = open_source(path, name)
        assert plan_for(opened, ImportOptions({})).source == source
        assert plan_for(opened, ImportOptions({}, source="shop")).source == "shop"


@pytest.mark.parametrize(
    "content", ["comment\nGreat app\n", '{"kind": "survey", "text": "Great app"}\n']
)
def test_a_file_without_ids_has_the_same_source_by_any_name(tmp_path: Path, content: str) -> None:
    assert read(tmp_path, content, "a.csv")[1].source == "import"


def test_columns_of_nested_values_are_not_guessed(tmp_path: Path) -> None:
    ticket = (
        '{"id": %d, "description": "It crashes", "subject": {"label": "x"}, "status": ["open"], '
        '"satisfaction_rating": {"score": "good"}}\n'
    )
    source, plan = read(tmp_path, "".join(ticket % n for n in range(3)), "f.jsonl")
    assert plan.columns == {"external_id": "id", "text": "description"}
    assert {guess.column for guess in plan.guesses if guess.because == "nested values"} == {
        "subject",
        "status",
        "satisfaction_rating",
    }
    assert items(source, plan)[2]["text"] == "It crashes"


@pytest.mark.parametrize("content", ['{"label": "It crashes"}', '["It crashes"]'])
def test_records_whose_words_are_nested_are_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnmappedColumns):
        read(tmp_path, f'{{"id": {{"label": "1"}}, "content": {content}}}\n', "f.jsonl")


@pytest.mark.parametrize("field", ["text", "external_id", "occurred_at", "attributes.plan"])
def test_a_nested_value_is_a_fault_of_its_row(tmp_path: Path, field: str) -> None:
    rows = '{"Comment": "a", "more": "2026-01-01"}\n{"Comment": "a", "more": {"b": "c"}}\n'
    source, plan = read(tmp_path, rows, "f.jsonl", columns={field: "more"})
    one, two = (outcome(record, plan, source) for record in source.records())
    assert "2026" in one
    assert two.startswith("more: has nested values")


def test_cells_that_say_nothing_are_left_out(tmp_path: Path) -> None:
    source, plan = read(tmp_path, "comment,score,date\na,n/a,-\nb,5,2026-01-01\n")
    assert items(source, plan)[0].keys() == {"kind", "source", "text", "external_id"}


@pytest.mark.parametrize("row", ["x,soon,2026-01-01", "x,5,soon"])
def test_a_cell_that_can_not_be_read_is_a_fault(tmp_path: Path, row: str) -> None:
    content = "comment,score,date\na,5,2026-01-01\nb,4,2026-01-01\n"
    source, plan = read(tmp_path, content + row + "\n")
    with pytest.raises(CellError, match="soon"):
        items(source, plan)


def test_channels_are_put_into_our_words(tmp_path: Path) -> None:
    source, plan = read(
        tmp_path, "comment,channel\na,Web\nb,e-mail\nc,In store\nd,carrier pigeon\n"
    )
    found = [item["channel"] for item in items(source, plan)]
    assert found == ["website", "email", "on_location", "other"]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("4", WrittenRating(4)),
        ("4,5", WrittenRating(4.5)),
        (" 8/10 ", WrittenRating(8, 10)),
        ("5 stars", WrittenRating(5)),
        ("90 %", WrittenRating(90, 100)),
        ("★★★☆☆", WrittenRating(3, 5)),
        ("★★★", WrittenRating(3)),
        ("3 out of 5", WrittenRating(3, 5)),
        ("4.0 out of 5 stars", WrittenRating(4, 5)),
        ("Not at all likely - 0", WrittenRating(0)),
        ("10 – Extremely likely", WrittenRating(10)),
        ("5 (Very satisfied)", WrittenRating(5)),
        ("Zufrieden: 4", WrittenRating(4)),
        ("1 = sehr gut", WrittenRating(1)),
        ("4/5 - good", WrittenRating(4, 5)),
        ("Room 5 - dirty", None),
        ("0 - 6 Detractor", None),
        ("5 - ", None),
        ("great", None),
        ("", None),
    ],
)
def test_ratings_are_read_as_people_write_them(cell: str, value: WrittenRating | None) -> None:
    assert read_rating(cell) == value


@pytest.mark.parametrize(
    ("header", "cells", "scale", "faults"),
    [
        ("Rating", "3/10 4/10", RatingScale("nps", 0, 10), 0),
        ("Rating", "3,5/10 4/10", RatingScale("other", 0, 10), 0),
        ("Rating", "3% 4%", RatingScale("other", 0, 100), 0),
        ("Rating", "3/5 4/5", RatingScale("stars", 1, 5), 0),
        ("CSAT", "3/5 4/5 4", RatingScale("csat", 1, 5), 0),
        ("CSAT", "3/10 4/10", RatingScale("other", 0, 10), 0),
        ("NPS", "3/5 0/5", RatingScale("other", 0, 5), 0),
        ("Rating", "8/10 9/10 4/5", RatingScale("nps", 0, 10), 1),
        ("Rating", "1 2 3 4 4/10", RatingScale("stars", 1, 5), 1),
    ],
)
def test_what_ratings_are_out_of_decides_their_scale(
    tmp_path: Path, header: str, cells: str, scale: RatingScale, faults: int
) -> None:
    rows = [f'"{cell}",a' for cell in cells.split()]
    source, plan = read(tmp_path, "\n".join([f"{header},Comment", *rows]))
    assert plan.rating == scale
    found = [outcome(record, plan, source) for record in source.records()]
    assert sum("is out of" in each for each in found) == faults


@pytest.mark.parametrize(
    ("cell", "order", "time"),
    [
        ("2026-03-01T09:30:00Z", "iso", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("2026-03-01 09:30:00 UTC", "iso", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("2026-03-01 11:30 +0200", "iso", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("2026/3/1 09:30", "iso", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("1.3.2026", "dmy", datetime(2026, 3, 1, tzinfo=UTC)),
        ("3/1/26, 9:30 PM", "mdy", datetime(2026, 3, 1, 21, 30, tzinfo=UTC)),
        ("12/1/2026 12:05 AM", "mdy", datetime(2026, 12, 1, 0, 5, tzinfo=UTC)),
        ("March 1, 2026", "iso", datetime(2026, 3, 1, tzinfo=UTC)),
        ("1 Mar 2026", "iso", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026/11/03 2:05:33 PM GMT+1", "iso", datetime(2026, 11, 3, 13, 5, 33, tzinfo=UTC)),
        ("2026/11/03 2:05:33 p. m. MEZ", "iso", datetime(2026, 11, 3, 13, 5, 33, tzinfo=UTC)),
        ("Nov 3, 2026 4:05 PM", "iso", datetime(2026, 11, 3, 16, 5, tzinfo=UTC)),
        ("Nov 3, 2026, 4:05\u202fPM", "iso", datetime(2026, 11, 3, 16, 5, tzinfo=UTC)),
        ("3 November 2026 at 16:05", "iso", datetime(2026, 11, 3, 16, 5, tzinfo=UTC)),
        ("Tue, 3 Nov 2026 16:05:00 -0530", "iso", datetime(2026, 11, 3, 21, 35, tzinfo=UTC)),
        ("11/3/2026 16:05 EST", "mdy", datetime(2026, 11, 3, 21, 5, tzinfo=UTC)),
        ("2026-11-03 16:05 XYZ", "iso", None),
        ("1767225600", "epoch", datetime(2026, 1, 1, tzinfo=UTC)),
        ("1767225600000", "epoch", datetime(2026, 1, 1, tzinfo=UTC)),
        ("31/31/2026", "dmy", None),
        ("soon", "iso", None),
    ],
)
def test_times_are_read_as_people_write_them(cell: str, order: Any, time: datetime | None) -> None:
    found = read_time(cell, order)
    assert (found.astimezone(UTC) if found else None) == time


@pytest.mark.parametrize(
    ("dates", "order", "remedy"),
    [
        ("13/02/2026", "dmy", None),
        ("02/13/2026", "mdy", None),
        ("02/03/2026", "dmy", "If the month is first, set dates=mdy (voc import: --dates mdy)."),
        (
            "02/03/2026 1:00 PM",
            "mdy",
            "If the day is first, set dates=dmy (voc import: --dates dmy).",
        ),
    ],
)
def test_the_order_of_day_and_month_is_told_or_doubted(
    tmp_path: Path, dates: str, order: str, remedy: str | None
) -> None:
    plan = read(tmp_path, f"comment,date\na,{dates}\n")[1]
    assert plan.dates == order
    first = "day" if order == "dmy" else "month"
    assert f"Dates have the {first} first." in plan.notes
    remedies = [
        note.partition("no date seen tells. ")[2] for note in plan.notes if "a guess" in note
    ]
    assert remedies == ([] if remedy is None else [remedy])
    assert "Times without an offset are read as UTC." in plan.notes


SORTED = [f"{month:02}/{day:02}/2025" for month in range(1, 13) for day in range(1, 29)]


@pytest.mark.parametrize(
    ("date", "encoding"), [("{}", "utf-8"), ("{}", "utf-16"), ('"{}\n"', "utf-8")]
)
def test_dates_and_scale_of_a_sorted_file_are_told_by_all_parts_of_it(
    tmp_path: Path, date: str, encoding: str
) -> None:
    rows = [
        f"{date.format(SORTED[n // 15])},{n * 11 // 5040},Row number {n} of the file"
        for n in range(15 * len(SORTED))
    ]
    path = tmp_path / "f.csv"
    path.write_text("\n".join(["Date,Score,Comment", *rows, ""]), encoding)
    plan = plan_for(open_source(path), ImportOptions({}))
    assert (plan.dates, plan.rating) == ("mdy", RatingScale("nps", 0, 10))
    assert not any("guess" in note for note in plan.notes)


def test_a_column_that_is_blank_at_first_is_known_by_its_later_cells(tmp_path: Path) -> None:
    rows = [f"We have refunded you,{'It crashes' if n > 2000 else ''}\n" for n in range(4000)]
    plan = read(tmp_path, "Response,Comment\n" + "".join(rows))[1]
    assert plan.columns["text"] == "Comment"


def test_the_majority_of_dates_decides_and_the_others_are_told_of(tmp_path: Path) -> None:
    dates = ["01/02/2025", "13/02/2025", *(f"01/{day}/2025" for day in range(13, 17))]
    source, plan = read(tmp_path, "comment,date\n" + "".join(f"a,{date}\n" for date in dates))
    assert (
        "The order of day and month is a guess: of the dates that tell, 1 have the day first, "
        "4 the month. If the day is first, set dates=dmy (voc import: --dates dmy)."
    ) in plan.notes
    found = [outcome(record, plan, source) for record in source.records()]
    assert [each for each in found if "can't be read" in each] == [
        "date: '13/02/2025' can't be read as a date with the month first; "
        "if all dates are like this, set dates=dmy (voc import: --dates dmy)"
    ]


@pytest.mark.parametrize(
    ("header", "date", "note"),
    [
        ("Timestamp", "3. Wonnemond 2026", "The dates of 'Timestamp', such as '3. Wonnemond 2026'"),
        ("When", "2026-13-45 morning", "The dates of 'When', such as '2026-13-45 morning'"),
        ("When", "then", "No column with dates"),
    ],
)
def test_dates_that_can_not_be_read_are_told_of(
    tmp_path: Path, header: str, date: str, note: str
) -> None:
    plan = read(tmp_path, f"{header},comment\n{date},a at 12:30\n")[1]
    assert "occurred_at" not in plan.columns
    assert any(each.startswith(note) for each in plan.notes)


@pytest.mark.parametrize(
    ("header", "values", "scale"),
    [
        ("NPS", [1, 5], RatingScale("nps", 0, 10)),
        ("CSAT score", [1, 5], RatingScale("csat", 1, 5)),
        ("Effort", [1, 7], RatingScale("ces", 1, 7)),
        ("Rating", [1, 5], RatingScale("stars", 1, 5)),
        ("Rating", [0, 5], RatingScale("other", 0, 5)),
        ("Score", [0, 10], RatingScale("nps", 0, 10)),
        ("Score", [7.5], RatingScale("other", 0, 10)),
        ("Score", [80], RatingScale("other", 0, 100)),
        ("Score", [1000], None),
        ("Score", [-5], None),
        ("Score", [], None),
        ("NPS", [*range(11)] * 9 + [11], RatingScale("nps", 0, 10)),
        ("NPS", [1, 2, 3, 4, 11], RatingScale("nps", 0, 10)),
        ("CSAT", [1, 2, 3, 4, 5] * 4 + [0], RatingScale("csat", 1, 5)),
        ("CSAT", [0, 5, 0, 4], RatingScale("other", 0, 5)),
        ("CSAT", [5, 6, 7, 7, 3], RatingScale("other", 0, 10)),
        ("Rating", [1, 2, 3, 4, 5] * 4 + [99], RatingScale("stars", 1, 5)),
        ("Rating", [1, 2, 3, 4, 5] * 4 + [-1], RatingScale("stars", 1, 5)),
        ("Score", [80, 90, 9, 70, 100], RatingScale("other", 0, 100)),
    ],
)
def test_a_scale_is_told_by_header_and_range(
    header: str, values: list[float], scale: RatingScale | None
) -> None:
    assert guess_scale(header, [WrittenRating(float(value)) for value in values]) == scale


def test_the_ends_of_a_scale_may_be_labelled(tmp_path: Path) -> None:
    ratings = ("Not at all likely - 0", *range(1, 10), "Extremely likely - 10")
    rows = "".join(f"{rating},It is fine\n" for rating in ratings)
    source, plan = read(tmp_path, f"How likely are you to recommend us?,Why?\n{rows}")
    assert plan.rating == RatingScale("nps", 0, 10)
    assert [item["rating"]["value"] for item in items(source, plan)] == [*range(11)]


def test_long_cells_that_nearly_are_ratings_or_dates_take_no_time() -> None:
    started = perf_counter()
    assert read_rating("4" + " " * 100_000 + "!") is None
    assert read_time("1" + " " * 100_000 + "1:00 am !", "iso") is None
    assert perf_counter() - started < 2


def test_a_sample_ends_with_its_characters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.intake.planning.SAMPLE_CHARS", 1000)
    nested = '{"comment": "It is fine", "more": [' + "[]," * 400 + "0]}\n"
    plan = read(tmp_path, nested + '{"later": "x"}\n', "f.jsonl")[1]
    assert [guess.column for guess in plan.guesses] == ["comment", "more"]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("comment" + "," * 60_000 + "\nx\n", "f.csv"),
        ("".join(f'{{"a{n}": 1, "b{n}": 1, "c{n}": 1}}\n' for n in range(700)), "f.jsonl"),
    ],
)
def test_a_file_of_too_many_columns_is_refused_in_no_time(
    tmp_path: Path, content: str, name: str
) -> None:
    started = perf_counter()
    with pytest.raises(TooManyColumns):
        read(tmp_path, content, name)
    assert perf_counter() - started < 5


def test_a_file_of_many_columns_is_read(tmp_path: Path) -> None:
    names = ",".join(["comment", *(f"c{number}" for number in range(MAX_COLUMNS - 1))])
    assert read(tmp_path, f"{names}\n")[1].columns["text"] == "comment"


@pytest.mark.parametrize(
    ("source", "shown"),
    [("mail of bob@example.com", "mail of [email]"), ("0123456789", "0123456789")],
)
def test_a_plan_shows_a_source_without_persons(source: str, shown: str) -> None:
    assert ImportPlan("survey", source, is_native=False).shown()["source"] == shown
