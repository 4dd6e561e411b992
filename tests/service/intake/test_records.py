"""Files as they come: encodings, delimiters, broken rows."""

import re
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from service.intake import records, table
from service.intake.records import Record, RowError, Source, UnreadableFile, open_source
from service.intake.table import MAX_ROW_LINES


def opened(folder: Path, content: bytes | str, name: str = "file.csv") -> Source:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_source(path)


def values(source: Source) -> list[dict[str, Any]]:
    return [record.values for record in source.records() if isinstance(record, Record)]


def faults(source: Source) -> dict[int, str]:
    found = (record for record in source.records() if isinstance(record, RowError))
    return {error.line: error.reason for error in found}


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_usual_encoding_and_delimiter_is_read(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    text = f"Datum{delimiter}Kommentar\r\n2026-01-01{delimiter}Schöne Grüße – 5 €\r\n"
    source = opened(tmp_path, text.encode(encoding))
    assert source.columns == ("Datum", "Kommentar")
    assert values(source) == [{"Datum": "2026-01-01", "Kommentar": "Schöne Grüße – 5 €"}]


def test_a_late_byte_that_is_not_utf8_tells_the_encoding(tmp_path: Path) -> None:
    content = b"text\n" + b"plain\n" * 50_000 + "Käse\n".encode("cp1252")
    assert values(opened(tmp_path, content))[-1] == {"text": "Käse"}


@pytest.mark.parametrize("rows", [1, 50_000])
def test_a_byte_that_is_not_utf8_leaves_the_other_rows_alone(tmp_path: Path, rows: int) -> None:
    content = "text\n" + "Déçu – très\n" * rows
    cut = "so 😀".encode()[:-1] + b"\n"
    source = opened(tmp_path, content.encode() + cut + "Käse\n".encode("cp1252"))
    texts = [each["text"] for each in values(source)]
    assert texts == [*["Déçu – très"] * rows, "so \ufffd", "Käse"]
    assert (source.encoding, source.not_utf8) == ("utf-8", 2)


def test_a_file_in_another_encoding_shows_a_word_as_it_is_read(tmp_path: Path) -> None:
    source = opened(tmp_path, "text\nвсё плохо\n".encode("cp1251"))
    assert (source.encoding, source.not_utf8_example) == ("cp1252", "âñ¸")


def test_quoted_line_breaks_and_delimiters_are_part_of_the_cell(tmp_path: Path) -> None:
    source = opened(tmp_path, 'a,b\n"one\ntwo, ""three""",x\n')
    assert values(source) == [{"a": 'one\ntwo, "three"', "b": "x"}]


def test_ragged_rows_are_faults_with_their_lines(tmp_path: Path) -> None:
    source = opened(tmp_path, 'a,b\n1\n"x\ny",2\n1,2,3\n1,2,,\n')
    assert list(faults(source)) == [2, 5]
    assert "2" in faults(source)[2]
    assert values(source) == [{"a": "x\ny", "b": "2"}, {"a": "1", "b": "2"}]


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_any_number_of_blank_rows_may_come_before_the_header(
    tmp_path: Path, delimiter: str
) -> None:
    blank = delimiter * 3 + "\n"
    rows = f"Comment{delimiter}Score{delimiter}Date{delimiter}ID\n" + delimiter.join("abcd") + "\n"
    source = opened(tmp_path, blank * 40 + rows)
    assert source.columns == ("Comment", "Score", "Date", "ID")
    assert values(source) == [{"Comment": "a", "Score": "b", "Date": "c", "ID": "d"}]


def test_empty_lines_are_no_rows(tmp_path: Path) -> None:
    source = opened(tmp_path, "\n\na,b\n\n1,2\n , \n\n")
    assert values(source) == [{"a": "1", "b": "2"}]
    assert faults(source) == {}


ROWS = ["id,score,comment", *(f"{n},{n},Row {n}" for n in range(1, 10)), '10,10,"Row 10, quoted"']


def with_row(number: int, row: str, rows: list[str] = ROWS, end: str = "\n") -> str:
    return end.join([*rows[:number], row, *rows[number + 1 :], ""])


@pytest.mark.parametrize("rows", [ROWS, ROWS[:10]], ids=["a quoted row follows", "none does"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_quote_that_never_ends_costs_its_own_row_alone(
    tmp_path: Path, rows: list[str], end: str, encoding: str
) -> None:
    content = with_row(3, '3,3,"Row 3 text', rows, end)
    source = opened(tmp_path, content.encode(encoding))
    assert list(faults(source)) == [4]
    assert "quotes" in faults(source)[4]
    others = [str(number) for number in range(1, len(rows)) if number != 3]
    assert [value["id"] for value in values(source)] == others
    lines = [record.line for record in source.records()]
    assert lines == list(range(2, len(rows) + 1))


@pytest.mark.parametrize("number", [1, 9])
def test_nor_does_one_in_the_first_row_or_the_last(tmp_path: Path, number: int) -> None:
    source = opened(tmp_path, with_row(number, f'{number},"{number},x', ROWS[:10]))
    assert list(faults(source)) == [number + 1]
    assert len(values(source)) == 8


def test_a_header_with_a_quote_that_never_ends_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="header"):
        opened(tmp_path, with_row(0, 'id,"score,comment'))


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('a 5" screen', 'a 5" screen'),
        ('"a 5"" screen\nof, mine"', 'a 5" screen\nof, mine'),
        ('"3,3,""x""\n\n4,4,y"', '3,3,"x"\n\n4,4,y'),
        ('"He said "no" to me"', 'He said no" to me"'),
        ('"fine" ', "fine "),
    ],
)
def test_other_quotes_are_read_as_before(tmp_path: Path, cell: str, value: str) -> None:
    source = opened(tmp_path, with_row(3, f"3,3,{cell}"))
    assert faults(source) == {}
    assert values(source)[2]["comment"] == value
    assert len(values(source)) == 10


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('"Line one\nline two" ', "Line one\nline two "),
        ('"Line one\n" ', "Line one\n "),
        ('"Fast, but\nthe "premium" line is bad"', 'Fast, but\nthe premium" line is bad"'),
    ],
)
def test_quotes_of_a_row_of_several_lines_are_read_as_of_one(
    tmp_path: Path, end: str, cell: str, value: str
) -> None:
    text = f"comment;score\n{cell};3\nfine;5\n".replace("\n", end)
    source = opened(tmp_path, text)
    assert faults(source) == {}
    assert values(source) == [
        {"comment": value.replace("\n", end), "score": "3"},
        {"comment": "fine", "score": "5"},
    ]


def test_one_in_a_file_of_one_column_too(tmp_path: Path) -> None:
    source = opened(tmp_path, 'comment\n"Line one\nline two" \nfine\n')
    assert [value["comment"] for value in values(source)] == ["Line one\nline two ", "fine"]


@pytest.mark.parametrize("row", ['4,some 5" screen', '4,"quoted one"', '4," "', "4,x"])
def test_a_quote_that_never_ends_takes_no_row_that_follows(tmp_path: Path, row: str) -> None:
    source = opened(tmp_path, f'id,comment\n3,"open\n{row}\n6,"z"\n')
    assert list(faults(source)) == [2]
    assert [value["id"] for value in values(source)] == ["4", "6"]


@pytest.mark.parametrize(
    "cell",
    ['"He said "no" and\nI left sad"', '"Fast, but the "premium\nline" is bad"'],
)
def test_the_rest_of_a_row_that_can_not_be_read_is_no_row_of_its_own(
    tmp_path: Path, cell: str
) -> None:
    source = opened(tmp_path, f'comment,score\n{cell},2\nmy 19",3\nfine,4\n')
    assert list(faults(source)) == [2, 3, 4]
    assert "rest of an earlier row" in faults(source)[3]
    assert [value["score"] for value in values(source)] == ["4"]


def test_a_quote_that_is_closed_nowhere_in_a_long_file_harms_its_row_alone(tmp_path: Path) -> None:
    source = opened(tmp_path, 'a,b\n1,"' + "x,y\n" * (2 * MAX_ROW_LINES))
    assert list(faults(source)) == [2]
    assert len(values(source)) == 2 * MAX_ROW_LINES - 1


def test_lines_that_are_too_long_are_faults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "MAX_LINE_CHARS", 40)
    rows = ["a,b", "1,x", "2," + "x" * 100, '3,"x', "4," + "x" * 37, "5," + "x" * 60, "6,x", ""]
    source = opened(tmp_path, "\n".join(rows))
    assert [value["a"] for value in values(source)] == ["1", "6"]
    assert list(faults(source)) == [3, 4, 5, 6]


def test_a_file_full_of_open_quotes_is_read_in_a_time_that_grows_with_its_length(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "MAX_REREAD_CHARS", 1_000_000)
    lines = 100_000
    source = opened(tmp_path, "a,b\n" + '5",""",\n' * lines + "1,x\n")
    started = perf_counter()
    found = faults(source)
    assert 0 < len(found) < 300
    assert perf_counter() - started < 5
    left_out = [re.search(r"the ([\d,]+) lines that follow", reason) for reason in found.values()]
    told = sum(int(each[1].replace(",", "")) for each in left_out if each)
    assert told + len(found) + len(values(source)) == lines + 1


def test_rows_after_open_quotes_are_read_however_many_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "MAX_REREAD_CHARS", 1000)
    rows = [f'{n},"x' if n % 100 == 0 else f"{n},x" for n in range(10_000)]
    source = opened(tmp_path, "\n".join(["a,b", *rows, ""]))
    assert len(faults(source)) == 100
    assert len(values(source)) == 9900


def test_columns_without_a_name_or_with_the_same_one_are_told_apart(tmp_path: Path) -> None:
    assert opened(tmp_path, "a,,a\n1,2,3\n").columns == ("a", "column 2", "a (3)")


def test_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    assert values(opened(tmp_path, "a,b\n")) == []


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\n \n", "empty"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"\x89PNG\0\0\0\0\0\0", "not text"),
        (b'[{"text": "x"}]', "JSONL"),
        (b'{\n  "reviews": [\n    {"text": "x"}\n  ]\n}\n', "one JSON document"),
        (b'\xef\xbb\xbf\r\n{"page": 1,\r\n "reviews": []}', "one JSON document"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, word: str) -> None:
    with pytest.raises(UnreadableFile, match=word):
        opened(tmp_path, content)


def test_json_lines_are_read_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MAX_LINE_CHARS", 40)
    lines = [b'\xef\xbb\xbf{"a": 1}', b"", b"nope", b"[1]", b'"x"', b"x" * 100, b'{"a": 2}']
    source = opened(tmp_path, b"\n".join(lines), "file.jsonl")
    assert values(source) == [{"a": 1}, {"a": 2}]
    assert list(faults(source)) == [3, 4, 5, 6]


@pytest.mark.parametrize("line", ["{", '{"a": 1,', '{"a": [', "{a}"])
def test_a_first_line_that_breaks_off_makes_no_document(tmp_path: Path, line: str) -> None:
    source = opened(tmp_path, f'{line}\n{{"a": 2}}\n', "file.jsonl")
    assert values(source) == [{"a": 2}]
    assert list(faults(source)) == [1]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"a": nope}', "is not valid JSON: Expecting value at column 7"),
        ('{"a": "\t"}', "is not valid JSON: Invalid control character at column 8"),
        ('{"a": ' + "1" * 4301 + "}", "has a number of more than 4,300 digits; send it as text"),
        ("[" * 9000 + "]" * 9000, "is nested too deeply; leave levels out"),
    ],
)
def test_a_json_line_that_can_not_be_read_is_told_why(
    tmp_path: Path, line: str, reason: str
) -> None:
    source = opened(tmp_path, f'{{"a": 1}}\n{line}\n', "file.jsonl")
    assert faults(source) == {2: reason}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_json_lines_are_read_in_every_usual_encoding(
    tmp_path: Path, encoding: str, end: str
) -> None:
    text = end.join(['{"a": "Käse – 5 €"}', "{", '{"a": 2}', ""])
    source = opened(tmp_path, text.encode(encoding), "file.jsonl")
    assert values(source) == [{"a": "Käse – 5 €"}, {"a": 2}]
    assert list(faults(source)) == [2]


def test_one_byte_of_another_encoding_leaves_the_other_json_lines_alone(tmp_path: Path) -> None:
    content = '{"a": "Käse"}\n'.encode() + '{"a": "Käse"}\n'.encode("cp1252")
    assert values(opened(tmp_path, content, "file.jsonl")) == [{"a": "Käse"}] * 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^"])
@pytest.mark.parametrize("line", ["sep={}", '"sep={}"', "SEP={}", "\ufeffsep={}", "\nsep={}"])
def test_a_first_line_that_says_the_delimiter_is_no_row(
    tmp_path: Path, delimiter: str, line: str
) -> None:
    source = opened(tmp_path, f"{line.format(delimiter)}\r\na{delimiter}b\r\n1{delimiter}x\r\n")
    assert source.columns == ("a", "b")
    assert values(source) == [{"a": "1", "b": "x"}]


def test_a_line_that_says_the_delimiter_alone_is_an_empty_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="empty"):
        opened(tmp_path, "sep=;\n")


def test_the_digest_is_of_the_content(tmp_path: Path) -> None:
    one, same, other = (
        opened(tmp_path, content, name).digest
        for name, content in (("a.csv", "a\n1\n"), ("b.csv", "a\n1\n"), ("c.csv", "a\n2\n"))
    )
    assert one == same != other


HEADER = "Respondent ID,Date Created,Would you recommend us?,Why?,How was it?,,,More?"
SUBHEADERS = ",,,Open-Ended Response,Delivery,Support,,Open-Ended Response"
ANSWERS = ["17,11/13/2026,3,Slow,2,1,4,", "18,11/14/2026,,Fine,5,5,5,Thanks"]


@pytest.mark.parametrize("between", ["", "\n", ",,,,,,,\n"])
def test_a_second_line_of_headers_is_no_row(tmp_path: Path, between: str) -> None:
    source = opened(tmp_path, "\n".join([HEADER, between + SUBHEADERS, *ANSWERS, ""]))
    assert source.columns[2:] == (
        "Would you recommend us?",
        "Why?",
        "How was it?: Delivery",
        "How was it?: Support",
        "How was it?",
        "More?",
    )
    assert [value["Why?"] for value in values(source)] == ["Slow", "Fine"]
    assert values(source)[0]["How was it?: Support"] == "1"
    assert faults(source) == {}


CODES = "StartDate,ResponseId,Q1,Q2,Q2"
WORDINGS = 'Start Date,Response ID,"How likely are you to recommend us?\n(0-10)",,Why?'
IMPORT_IDS = ",".join(
    f'"{{""ImportId"":""{code}"",""timeZone"":""America/Denver""}}"' for code in "abcde"
)


def test_the_wording_of_qualtrics_names_the_columns(tmp_path: Path) -> None:
    rows = [CODES, WORDINGS, IMPORT_IDS, "2025-03-01 10:00:00,R_1,0,x,Slow", ""]
    source = opened(tmp_path, "\n".join(rows))
    question = "How likely are you to recommend us?\n(0-10)"
    assert source.columns == ("Start Date", "Response ID", question, "Q2", "Why?")
    assert source.codes["Q1"] == question
    assert source.codes["Q2 (5)"] == "Why?"
    assert source.time_zone == "America/Denver"
    assert [value["Why?"] for value in values(source)] == ["Slow"]
    assert faults(source) == {}


@pytest.mark.parametrize("row", ["{,{}", '{,"{""ImportId"":""a""}"', '"[""ImportId""]",a'])
def test_other_rows_below_the_first_are_rows(tmp_path: Path, row: str) -> None:
    assert len(values(opened(tmp_path, f"id,Why?\n1,Slow\n{row}\n"))) == 2


@pytest.mark.parametrize(
    "rows",
    [
        [SUBHEADERS],
        [SUBHEADERS, "17,,3,Slow,2,1,4,"],
        [",11/12/2026,3,Nothing works,,,,", *ANSWERS],
        ["16,,3,Nothing works,,,,", *ANSWERS],
    ],
)
def test_an_answer_without_an_id_or_a_date_is_a_row_all_the_same(
    tmp_path: Path, rows: list[str]
) -> None:
    assert len(values(opened(tmp_path, "\n".join([HEADER, *rows, ""])))) == len(rows)


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (
            "ID,Ticket Number,Created At,Completed At,Comment,Score",
            ["1,,2024-01-01,,Checkout is broken,3", "2,T-2,2024-01-02,2024-01-03,Late,4"],
        ),
        (
            "Response ID,Start Date,End Date,Respondent ID,Why?,,NPS",
            ["R1,2024-01-01,,,The form is broken,and late,2", "R2,2024-01-01,2024-01-02,77,Ok,,9"],
        ),
        ("ID,Date,Comment", [",,Nothing but words", "2,2024-01-02,Fine"]),
        (",ID,Date,Comment", ["0,,,Nothing but words", "1,2,2024-01-02,Fine"]),
    ],
)
def test_a_first_row_in_which_much_is_blank_is_an_answer(
    tmp_path: Path, header: str, rows: list[str]
) -> None:
    assert len(values(opened(tmp_path, "\n".join([header, *rows, ""])))) == len(rows)


@pytest.mark.parametrize("sub", ["Response", "Open-Ended Response"])
def test_a_second_line_of_headers_needs_no_question_of_several_columns(
    tmp_path: Path, sub: str
) -> None:
    lines = ["Response ID,Date,Survey ID,Why?", f",,,{sub}", "1,2024-01-01,1,Slow"]
    found = values(opened(tmp_path, "\n".join([*lines, "2,2024-01-02,,Fine"])))
    assert [value["Why?"] for value in found] == ["Slow", "Fine"]


def test_without_columns_of_ids_and_dates_the_second_line_is_a_row(tmp_path: Path) -> None:
    assert len(values(opened(tmp_path, "Name,Comment\n,Fine\nJane,Bad\n"))) == 2
