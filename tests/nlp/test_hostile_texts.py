"""Any text is read: without a crash, at exact offsets, in time that grows with its length."""

import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from nlp.analyzer import Analyzer
from nlp.artefact import BUNDLED
from nlp.backends.protocol import Reading, Window
from nlp.decoding import Calibration
from nlp.documents import Analysis, Document
from nlp.encoding import MAX_TOKENS, load_tokenizer
from nlp.info import ModelInfo
from nlp.labels import HEADS
from nlp.loading import load_analyzer
from service.cli.bench.lengths import UNITS, measure, text_of

GREETINGS = (Path(__file__).parent / "greetings.txt").read_text("utf-8").splitlines()
SPACES = [char for char in map(chr, range(sys.maxunicode + 1)) if char.isspace()]
FORMS = ("{}", "{}!", "{}, {}", "{} 👋")


class ZeroBackend:
    """A backend whose logits are all zero, so that the rest alone takes time."""

    max_tokens = MAX_TOKENS

    def read(self, windows: Iterable[Window]) -> list[Reading]:
        return [self._read(len(window.spans)) for window in windows]

    def _read(self, mentions: int) -> Reading:
        logits = {
            head: np.zeros((mentions, len(labels)), np.float32) for head, labels in HEADS.items()
        }
        return Reading(logits, np.ones((mentions, 1), np.float32))


@pytest.fixture(scope="module")
def mute() -> Analyzer:
    calibration = Calibration(dict.fromkeys(HEADS, 1.0), dict.fromkeys(HEADS, 0.5))
    info = ModelInfo("mute", "1", "0", "fake", "none")
    analyzer = Analyzer(ZeroBackend(), load_tokenizer(BUNDLED), calibration, info)
    analyzer.analyze([Document("What is loaded at the first text is loaded now.")])
    return analyzer


@pytest.fixture(scope="module")
def bundled() -> Analyzer:
    return load_analyzer()


def check(text: str, analysis: Analysis) -> None:
    end = 0
    for mention in analysis.mentions:
        assert end <= mention.start < mention.end <= len(text)
        assert mention.text == text[mention.start : mention.end]
        end = mention.end


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
def test_a_character_of_a_long_text_costs_no_more(mute: Analyzer, unit: str) -> None:
    usual, longer = measure(mute, unit, [10_000, 100_000]).micros
    assert longer < max(4 * usual, 20)


@pytest.mark.parametrize("kind", ["survey", "review", "ticket", None])
def test_hostile_texts_are_read(mute: Analyzer, kind: str | None) -> None:
    texts = [text_of(unit, 5_000) for unit in UNITS.values()]
    documents = [Document(text, kind, text, text) for text in texts]  # type: ignore[arg-type]
    for text, analysis in zip(texts, mute.analyze(documents), strict=True):
        check(text, analysis)


@pytest.mark.model
def test_the_model_reads_hostile_texts(bundled: Analyzer) -> None:
    texts = [text_of(unit, 1_000) for unit in UNITS.values()]
    documents = [Document(text) for text in texts]
    for text, analysis in zip(texts, bundled.analyze(documents, embeddings=True), strict=True):
        check(text, analysis)


@pytest.mark.parametrize("sign", ["Regards,", "--"])
def test_a_line_of_any_white_space_below_a_sign_off_is_read(mute: Analyzer, sign: str) -> None:
    texts = [f"Nice place.\n{sign}\n{space}\nFoo Bar" for space in SPACES]
    for text, analysis in zip(texts, mute.analyze([*map(Document, texts)]), strict=True):
        check(text, analysis)
        assert [mention.text for mention in analysis.mentions] == ["Nice place."]


def test_greetings_of_the_world_are_read(mute: Analyzer) -> None:
    texts = [form.format(greeting, greeting) for greeting in GREETINGS for form in FORMS]
    assert len(set(texts)) > 1000
    for text, analysis in zip(texts, mute.analyze([*map(Document, texts)]), strict=True):
        check(text, analysis)
