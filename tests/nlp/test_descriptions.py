"""The words for every label are the same in the code and in the codebook."""

import re
from pathlib import Path

from nlp.descriptions import DESCRIPTIONS
from nlp.labelled.examples import SHORT
from nlp.labels import HEADS

CODEBOOK = Path(__file__).parents[2] / "docs" / "codebook.md"


def test_every_label_is_described_in_the_words_of_the_codebook() -> None:
    sections = re.split(r"^## \d\. (\w+).*$", CODEBOOK.read_text("utf-8"), flags=re.MULTILINE)[1:]
    written = {
        head: {
            SHORT.get(label, label): meaning
            for label, meaning in re.findall(r"^\| (\w+) \| (.+?) \|", body, re.MULTILINE)
            if label != "label"
        }
        for head, body in zip(sections[::2], sections[1::2], strict=True)
    }
    assert written == DESCRIPTIONS


def test_the_descriptions_are_of_the_models_labels_in_their_order() -> None:
    assert {head: tuple(meanings) for head, meanings in DESCRIPTIONS.items()} == HEADS
