"""The report and the card show every figure, safely and without help from elsewhere."""

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from nlp.evaluate.baselines import vader
from nlp.evaluate.card import write_card
from nlp.evaluate.figures import Figures
from nlp.evaluate.page import page, reliability_picture
from nlp.evaluate.run import ask, evaluate
from nlp.evaluate.wording import provenance
from nlp.labelled.examples import Example, read_examples
from nlp.labels import HEADS
from nlp.manifest import load_manifest, write_manifest
from tests.nlp.constant_model import MANIFEST, fake_model

FLOOR = Path(__file__).parent / "floor.tsv"
AREA = {"pairs": 7, "same_cell": 0.61, "other_cells": None}
SCORE = {"precision": 0.7123, "recall": 0.5234, "f1": 0.6034}
CLUSTERS = {
    **SCORE,
    "themes": 6,
    "clusters": 5,
    "grouped": 0.8,
    "grouped_precision": 0.64,
    "near_duplicates": 0.04,
    "arrival": SCORE,
}
ITEM = Example(
    text="<script>alert(1)</script> was slow. It's fine & good.",
    spans=[(0, 35), (36, 53)],
    labels=[{**dict.fromkeys(HEADS, 0), "sentiment": 2}, dict.fromkeys(HEADS, 1)],
    language="en",
    primary={"sentiment": "mixed"},
    quoted=True,
)


@pytest.fixture(scope="module")
def figures() -> Figures:
    sets = {"floor.tsv": read_examples(FLOOR), "items.jsonl": [ITEM]}
    model = fake_model()
    return {
        "model": {"name": "test", "version": "1", "trained_on": ["floor.tsv"]},
        "command": "voc evaluate test --data floor.tsv",
        "context": True,
        "sets": evaluate(model, sets, ask(model, sets), {"VADER": vader}),
        "themes": {
            "file": "themes.jsonl",
            "mentions": 9,
            "model": {"all": AREA},
            "clusters": CLUSTERS,
        },
        "rounding": {"floor.tsv": {"stage": {"served": 0.7, "exact": 0.71, "differ": 0.02}}},
    }


class _Balance(HTMLParser):
    """Counts tags that are open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """Nothing is left open."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_complete_in_itself_and_escapes_what_customers_wrote(figures: Figures) -> None:
    written = page(figures)
    balance = _Balance()
    balance.feed(written)
    assert balance.open == []
    assert "<script" not in written
    assert "Warning: the model was trained on floor.tsv" in written
    assert "&lt;script&gt;alert(1)&lt;/script&gt; was slow." in written
    assert re.findall(r"(?:src|href)=\"(?!#)|url\(|@import", written) == []
    assert "<b>Baselines</b>: VADER (a word list, for the sentiment of rows" in written
    for head in HEADS:
        assert f'aria-label="{head}, true and predicted"' in written
        assert f'aria-label="reliability of {head}"' in written


def test_the_page_needs_no_more_than_one_model_and_one_file(figures: Figures) -> None:
    least = {"model": {"name": "test", "version": "1"}, "context": True}
    written = page({**least, "sets": {"items.jsonl": figures["sets"]["items.jsonl"]}})
    assert "At a glance" not in written
    assert "What the model was trained on is not recorded" in written
    assert "What 8 bits cost" not in written


def test_the_picture_is_valid_xml(figures: Figures) -> None:
    heads = figures["sets"]["floor.tsv"]["heads"]
    picture = ElementTree.fromstring(reliability_picture(heads, "a < b"))  # noqa: S314
    assert picture.get("aria-label") == "a < b"


def test_the_card_has_the_notes_the_command_and_every_figure(
    figures: Figures, tmp_path: Path
) -> None:
    write_manifest(tmp_path, MANIFEST)
    (tmp_path / "notes.md").write_text("Made for a test.")
    (tmp_path / "reliability-former.svg").write_text("")
    write_card(tmp_path, figures)
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    for part in (
        "Made for a test.",
        "voc evaluate test --data floor.tsv",
        "### floor.tsv: 150 mentions in 150 texts",
        "Of 2 marked mentions",
        "| model | all | 7 | 0.610 | – |",
        "| floor.tsv | stage | 0.700 | 0.710 | 2.0% |",
        "B-cubed: precision 0.712, recall 0.523, F1 0.603",
    ):
        assert part in card
    pictures = re.findall(r"\]\((reliability-.*?)\)", card)
    assert sorted(pictures) == sorted(path.name for path in tmp_path.glob("reliability-*.svg"))
    assert load_manifest(tmp_path).metrics["floor.tsv"].keys() == HEADS.keys()


def test_the_card_draws_every_file_with_labelled_mentions_under_its_own_name(
    figures: Figures, tmp_path: Path
) -> None:
    write_manifest(tmp_path, MANIFEST)
    found = figures["sets"]["items.jsonl"]
    sets = {"my items.csv": found, "my items.jsonl": found, "whole.jsonl": {**found, "heads": {}}}
    write_card(tmp_path, {**figures, "sets": sets})
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    pictures = {"reliability-1.svg", "reliability-2.svg"}
    assert {path.name for path in tmp_path.glob("*.svg")} == pictures
    assert set(re.findall(r"\]\((.*?\.svg)\)", card)) == pictures
    assert page({**figures, "sets": sets}).count("Mentions, as given") == 2


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"trained_on": ["a.csv", "b.csv"]}, "Warning: the model was trained on a.csv, b.csv."),
        ({"trained_on": []}, "The model was not trained on any of these files."),
        ({"trained_on": None}, "not recorded"),
        ({"trained_on": [], "calibrated_on": ["c.csv"]}, "thresholds were fitted to c.csv."),
    ],
)
def test_the_report_says_whether_the_model_was_trained_on_the_files(
    known: Figures, said: str
) -> None:
    assert said in provenance(known)
