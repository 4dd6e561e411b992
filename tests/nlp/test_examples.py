"""Files of labelled feedback are read as their owners meant them, or refused with the line."""

from dataclasses import replace
from pathlib import Path

import pytest

from nlp.labelled.examples import UNKNOWN, Example, cell_of, mention_count, read_examples
from nlp.labelled.records import DataError
from nlp.labels import HEADS


def _file(folder: Path, name: str, content: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content.encode(encoding))
    return path


def test_quotes_of_an_item_are_found_in_order(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        "items.jsonl",
        '{"text": "good, good", "mentions":'
        ' [{"quote": "good"}, {"quote": "good", "stage": "usage"}],'
        ' "primary": {"sentiment": "mixed", "stage": "usage"}}',
    )
    (example,) = read_examples(path)
    assert example.spans == [(0, 4), (6, 10)]
    assert [labels["stage"] for labels in example.labels] == [UNKNOWN, 4]
    assert example.primary == {"sentiment": "mixed", "stage": "usage"}
    assert example.quoted


def test_a_row_is_one_mention_and_its_own_primary_reading(tmp_path: Path) -> None:
    path = _file(tmp_path, "a.tsv", 'text\tsentiment\tseverity\nsay "hi\tneg\t2\n')
    (example,) = read_examples(path)
    assert example.text == 'say "hi'
    assert example.spans == [(0, 7)]
    assert example.primary == {"sentiment": "negative", "severity": "2"}
    assert not example.quoted


def test_a_primary_reading_without_mentions_is_of_a_whole_item(tmp_path: Path) -> None:
    path = _file(tmp_path, "a.jsonl", '{"text": "so so", "primary": {"sentiment": "mixed"}}')
    (example,) = read_examples(path)
    assert not example.spans
    assert not example.labels
    assert example.primary == {"sentiment": "mixed"}
    assert not example.quoted


def test_names_in_json_are_read_in_lower_case_as_headers_are(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        "a.jsonl",
        '{"Text": "good", "Lang": "en", "Mentions": [{"Quote": "good", "STAGE": "usage"}],'
        ' "Primary": {"Stage": "usage"}}\n{"TEXT": "x", " Stage": "usage"}',
    )
    item, mention = read_examples(path)
    assert item.language == "en"
    assert item.primary == mention.primary == {"stage": "usage"}
    assert item.labels[0]["stage"] == mention.labels[0]["stage"] == 4


@pytest.mark.parametrize("name", ["primary", "mentions"])
@pytest.mark.parametrize("value", ["", " ", "yes", "3"])
def test_a_table_has_no_items_whatever_its_columns_are_called(
    tmp_path: Path, name: str, value: str
) -> None:
    for delimiter, file in ((",", "a.csv"), ("\t", "a.tsv")):
        rows = (["text", "sentiment", name], ["x", "neg", value])
        content = "\n".join(map(delimiter.join, rows))
        (example,) = read_examples(_file(tmp_path, file, content))
        assert example.primary == {"sentiment": "negative"}
        assert example.spans == [(0, 1)]
        assert not example.quoted


def test_a_blank_instead_of_what_an_item_has_is_nothing(tmp_path: Path) -> None:
    row = '{"text": "x", "primary": "", "mentions": " ", "stage": "usage"}'
    (example,) = read_examples(_file(tmp_path, "a.jsonl", row))
    assert example.primary == {"stage": "usage"}
    assert not example.quoted


@pytest.mark.parametrize("blank", ["\n", "\r\n  \n", ";;\n"])
def test_blank_lines_before_the_header_are_passed_over(tmp_path: Path, blank: str) -> None:
    content = f"{blank}Lang;text;stage\nen;x;usage\n"
    (example,) = read_examples(_file(tmp_path, "a.csv", content, "utf-8-sig"))
    assert (example.text, example.language) == ("x", "en")
    with pytest.raises(DataError, match="line 2: there is no column 'text', only comment"):
        read_examples(_file(tmp_path, "b.csv", "\ncomment,stage\n"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_csv_file_is_read_whatever_parts_its_columns(tmp_path: Path, delimiter: str) -> None:
    rows = [["Lang", " Text ", "stage", "question"], ["en", '"a, b; c|d\te"', "usage", "Why?"]]
    content = "\r\n".join(delimiter.join(row) for row in rows)
    (example,) = read_examples(_file(tmp_path, "a.csv", content, "utf-8-sig"))
    assert example.text == "a, b; c|d\te"
    assert example.language == "en"
    assert example.context == "Why?"


def test_a_quoted_field_may_have_line_breaks(tmp_path: Path) -> None:
    content = 'text,stage\n"one\ntwo ""three""",usage\n\nx,nowhere\n'
    with pytest.raises(DataError, match="line 5: 'nowhere' is not a stage"):
        read_examples(_file(tmp_path, "a.csv", content))


def test_any_subset_of_heads_is_enough(tmp_path: Path) -> None:
    content = "text,emotion\nx,Anger\ny,\n"
    first, second = read_examples(_file(tmp_path, "a.csv", content))
    assert first.primary == {"emotion": "anger"}
    assert second.primary == {}
    assert {first.labels[0][head] for head in HEADS if head != "emotion"} == {UNKNOWN}
    assert mention_count([first, second]) == 2


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.tsv", "text\tstage\nx\tnowhere\n", "line 2: 'nowhere' is not a stage"),
        ("a.tsv", "text\tstage\n", "no rows"),
        ("a.csv", "", "no rows"),
        ("a.csv", "comment,stage\nx,usage\n", "line 1: there is no column 'text', only comment"),
        ("a.csv", "text,stage,stage\nx,usage,usage\n", "line 1: there are two columns"),
        ("a.csv", "text,stage\nx,usage,y\n", "line 2: 3 columns, but the header has 2"),
        ("a.csv", 'text,stage\nx,usage\n"y,usage\n', "line 3: .*check the quotes"),
        ("a.csv", "text,stage\n ,usage\n", "line 2: there is no text"),
        ("a.jsonl", '{"text": "x", "mentions": [{"quote": "y"}]}', "line 1: quote 'y'"),
        ("a.jsonl", '{"text": "x", "mentions": {}}', "line 1: mentions is not a list"),
        ("a.jsonl", '{"text": "x", "stage": "usage"}\n{"text": ', "line 2: invalid JSON"),
        ("a.jsonl", "[]", "line 1: not a JSON object"),
        (
            "a.jsonl",
            '{"Text": "x", "Sentiment": "neg", "sentiment": ""}',
            "line 1: there are two keys named 'sentiment'",
        ),
        ("a.jsonl", '{"text": "x", "primary": {"stage": "usage", "Stage": ""}}', "named 'stage'"),
        ("a.jsonl", '{"text": "x", "primary": "neg"}', "line 1: primary is not an object"),
        ("a.jsonl", '{"text": "x"}\n' + "[" * 100_000, "line 2: invalid JSON"),
        (
            "a.jsonl",
            '{"text": "x", "mentions": [], "stage": "usage"}',
            "line 1: the labels of an item",
        ),
        ("a.jsonl", '{"text": "x", "kind": 3}', "line 1: kind is 3, not a string"),
        ("a.csv", "text,kind\nx,letter\n", "line 2: 'letter' is not a kind; it is one of survey"),
        ("a.jsonl", r'{"text": "\ud83d"}', "line 1: there is no text"),
        ("a.xlsx", "", "neither"),
    ],
)
def test_a_bad_file_is_refused_with_the_line(
    tmp_path: Path, name: str, content: str, reason: str
) -> None:
    with pytest.raises(DataError, match=reason):
        read_examples(_file(tmp_path, name, content))


def test_a_file_that_is_not_in_utf_8_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, "a.csv", "text,stage\nZürich,usage\n", "latin-1")
    with pytest.raises(DataError, match="not in UTF-8"):
        read_examples(path)


def test_half_a_surrogate_pair_is_read_as_production_reads_it(tmp_path: Path) -> None:
    row = (
        r'{"text": "so \ud83d good", "question": "\ud83d?", "mentions": [{"quote": "\ud83d good"}]}'
    )
    (example,) = read_examples(_file(tmp_path, "a.jsonl", row))
    assert example.text == "so   good"
    assert example.spans == [(3, 9)]
    assert example.question == "?"


def test_kinds_and_languages_are_written_as_people_like(tmp_path: Path) -> None:
    (example,) = read_examples(_file(tmp_path, "a.csv", "text,kind,lang\nx,Survey,PT-br\n"))
    assert (example.kind, example.language) == ("survey", "pt")


def test_a_theme_is_one_of_its_cell_or_else_of_its_stage_and_touchpoint() -> None:
    row = Example("x", [(0, 1)], [{}], primary={"stage": "usage", "touchpoint": "app"})
    assert cell_of(row) == "usage app"
    assert cell_of(replace(row, cell="w7-01")) == "w7-01"


def test_only_the_question_is_taken_from_a_note_on_a_source(tmp_path: Path) -> None:
    content = (
        "kind\tcontext\ttext\tstage\nsurvey\thealth; asked: What was good?; 5 stars\tx\tusage\n"
    )
    assert read_examples(_file(tmp_path, "a.tsv", content))[0].context == "survey: What was good?"
