"""Labels are joined with texts that are kept elsewhere."""

from pathlib import Path

import pytest

from nlp.labelled.examples import read_examples
from nlp.labelled.records import DataError
from nlp.train.borrowed import checksum, main

TEXT = 'Lovely "staff".  But the queue!'
HEADER = "sha256\tstart\tend\tsentiment\tstage\ttouchpoint\temotion\tintent\tseverity\n"


def test_labels_find_their_texts_again(tmp_path: Path) -> None:
    texts, labels, out = (tmp_path / name for name in ("texts.tsv", "labels.tsv", "out.tsv"))
    texts.write_text(f"text\tlang\tsource\nanother\ten\tx\n{TEXT}\ten\tclinic\n", "utf-8")
    start = TEXT.index("But")
    said = [
        (checksum(TEXT), 0, start, "pos", "usage", "store", "delight", "praise", 0),
        (checksum(TEXT), start, len(TEXT), "neg", "usage", "store", "frustration", "complaint", 1),
        (checksum("gone"), 0, 4, "neu", "none", "none", "neutral", "statement", 0),
    ]
    rows = "".join("\t".join(map(str, row)) + "\n" for row in said)
    labels.write_text(HEADER + rows, "utf-8")
    main(texts, labels, out)
    found = read_examples(out)
    assert [example.text for example in found] == ['Lovely "staff".', "But the queue!"]
    assert [example.labels[0]["sentiment"] for example in found] == [2, 0]
    assert {(example.language, example.source) for example in found} == {("en", "clinic")}


def test_labels_of_other_texts_are_refused(tmp_path: Path) -> None:
    texts, labels = tmp_path / "texts.tsv", tmp_path / "labels.tsv"
    texts.write_text("text\nsomething\n", "utf-8")
    labels.write_text(HEADER, "utf-8")
    with pytest.raises(DataError, match="no label"):
        main(texts, labels, tmp_path / "out.tsv")
