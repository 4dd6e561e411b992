"""From documents to analyses, with an engine that knows a few words."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from nlp.analyzer import Analyzer
from nlp.arrays import Float32
from nlp.backends.protocol import Reading, Window
from nlp.decoding import Calibration
from nlp.documents import Analysis, Document, Kind
from nlp.info import ModelInfo
from nlp.labels import HEADS, SEVERITIES, STAGES, TOUCHPOINTS, Head
from nlp.loading import load_analyzer
from nlp.segment import Piece, segment

WORDS: Mapping[str, Mapping[Head, str]] = {
    "great": {"sentiment": "positive", "emotion": "delight", "intent": "praise"},
    "awful": {"sentiment": "negative", "emotion": "anger", "intent": "complaint", "severity": "2"},
    "stolen": {"sentiment": "negative", "severity": "3"},
    "card": {"stage": "purchase", "touchpoint": "checkout"},
    "parcel": {"stage": "onboarding", "touchpoint": "delivery"},
    "maybe": {"stage": "usage"},
}
DEFAULTS: Mapping[Head, str] = {
    "sentiment": "neutral",
    "stage": "none",
    "touchpoint": "none",
    "emotion": "neutral",
    "intent": "statement",
    "severity": "0",
}
FILLERS = ("the", "was", "a", "and", "my", "is", "but", ".", ",", "!", "query", ":")
SPECIALS = ("<s>", "</s>", "<unk>", "survey", "review", "ticket")
IDS = {word: index for index, word in enumerate([*WORDS, *FILLERS, *SPECIALS])}
SURE, UNSURE = 12.0, 0.1


class WordBackend:
    """Reads a mention by the words in it; of ``maybe`` it is not sure."""

    max_tokens = 64

    def __init__(self) -> None:
        self.windows: list[Window] = []

    def read(self, windows: Iterable[Window]) -> list[Reading]:
        return [self._read(window) for window in windows]

    def _read(self, window: Window) -> Reading:
        self.windows.append(window)
        rows = [self._logits(set(window.ids[start:end])) for start, end in window.spans]
        logits = {head: np.stack([row[head] for row in rows]) for head in HEADS}
        return Reading(logits, np.tile(np.array([0.6, 0.8], np.float32), (len(rows), 1)))

    def _logits(self, ids: set[int]) -> dict[Head, Float32]:
        found = dict(DEFAULTS)
        strength = SURE
        for word, meaning in WORDS.items():
            if IDS[word] in ids:
                found.update(meaning)
                strength = UNSURE if word == "maybe" else SURE
        logits: dict[Head, Float32] = {}
        for head, labels in HEADS.items():
            logits[head] = np.zeros(len(labels), dtype=np.float32)
            logits[head][labels.index(found[head])] = strength
        return logits


@pytest.fixture
def backend() -> WordBackend:
    return WordBackend()


@pytest.fixture
def analyzer(backend: WordBackend) -> Analyzer:
    tokenizer = Tokenizer(models.WordLevel(IDS, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    calibration = Calibration(dict.fromkeys(HEADS, 1.0), dict.fromkeys(HEADS, 0.5))
    return Analyzer(backend, tokenizer, calibration, ModelInfo("words", "1", "0", "fake", "none"))


def one(
    analyzer: Analyzer, text: str, allowed_cells: frozenset[tuple[str, str]] | None = None
) -> Analysis:
    (analysis,) = analyzer.analyze([Document(text, language="en", allowed_cells=allowed_cells)])
    return analysis


def test_each_point_is_a_mention_with_its_own_labels(analyzer: Analyzer) -> None:
    text = "the parcel was great. my card is awful!"
    analysis = one(analyzer, text)
    first, second = analysis.mentions
    assert (first.text, first.sentiment, first.stage, first.touchpoint) == (
        "the parcel was great.",
        "positive",
        "onboarding",
        "delivery",
    )
    assert (second.text, second.stage, second.intent, second.severity) == (
        "my card is awful!",
        "purchase",
        "complaint",
        2,
    )
    assert [text[m.start : m.end] for m in analysis.mentions] == [first.text, second.text]
    assert first.score == pytest.approx(1, abs=0.01)
    assert first.confidence.stage > 0.99


def test_analyses_come_in_the_order_of_the_documents(analyzer: Analyzer) -> None:
    texts = ["the parcel", "", "my card", "n/a", "awful"]
    analyses = analyzer.analyze([Document(text, language="en") for text in texts])
    assert [[m.text for m in a.mentions] for a in analyses] == [
        ["the parcel"],
        [],
        ["my card"],
        [],
        ["awful"],
    ]


def test_a_whole_batch_is_one_read(analyzer: Analyzer, backend: WordBackend) -> None:
    analyzer.analyze([Document("the card. the parcel"), Document("a card", kind="survey")])
    assert len(backend.windows) == 2


def test_opposites_in_one_sentence_are_two_mentions(analyzer: Analyzer) -> None:
    text = "the parcel the parcel was great and my card my card is awful"
    assert [m.sentiment for m in one(analyzer, text).mentions] == ["positive", "negative"]


def test_a_contrast_parts_opposites_without_a_comma_however_short(analyzer: Analyzer) -> None:
    text = "the parcel was great but my card is awful"
    assert [m.sentiment for m in one(analyzer, text).mentions] == ["positive", "negative"]
    agreeing = "the parcel was great but my card is great"
    assert [m.text for m in one(analyzer, agreeing).mentions] == [agreeing]


def test_pieces_that_agree_are_one_mention(analyzer: Analyzer) -> None:
    text = "the parcel the parcel was great and my card my card is great"
    assert [m.text for m in one(analyzer, text).mentions] == [text]


def test_what_is_not_known_is_unassigned_with_its_confidence(analyzer: Analyzer) -> None:
    (mention,) = one(analyzer, "the was a").mentions
    assert (mention.stage, mention.touchpoint) == ("unassigned", "unassigned")
    assert mention.confidence.stage > 0.9
    assert mention.candidates.stage[0].key == "none"
    assert len(mention.candidates.stage) == len(mention.candidates.touchpoint) == 3


def test_what_is_not_sure_enough_is_unassigned_but_a_candidate(analyzer: Analyzer) -> None:
    (mention,) = one(analyzer, "maybe").mentions
    assert mention.stage == "unassigned"
    assert mention.candidates.stage[0].key == "usage"
    assert mention.confidence.stage == pytest.approx(mention.candidates.stage[0].p, abs=1e-3)


def cells(*stages: str, touchpoints: Sequence[str] = TOUCHPOINTS) -> frozenset[tuple[str, str]]:
    return frozenset((stage, touchpoint) for stage in stages for touchpoint in touchpoints)


def test_an_explicit_stage_is_certain(analyzer: Analyzer) -> None:
    analysis = one(analyzer, "my card is awful", allowed_cells=cells("support"))
    assert (analysis.stage, analysis.touchpoint) == ("support", "checkout")
    assert analysis.confidence is not None
    assert analysis.confidence.stage == 1.0
    assert 0.9 < analysis.confidence.touchpoint <= 1.0


def test_an_explicit_cell_leaves_nothing_to_the_model(analyzer: Analyzer) -> None:
    analysis = one(analyzer, "the was a", allowed_cells=frozenset([("renewal", "pricing")]))
    assert (analysis.stage, analysis.touchpoint) == ("renewal", "pricing")
    assert analysis.confidence is not None
    assert (analysis.confidence.stage, analysis.confidence.touchpoint) == (1.0, 1.0)


def test_several_allowed_stages_narrow_the_choice(analyzer: Analyzer) -> None:
    allowed = cells("onboarding", "usage", "support")
    assert one(analyzer, "the parcel", allowed_cells=allowed).stage == "onboarding"


def test_what_the_sender_has_narrowed_is_decided_however_unsure_the_model_is(
    analyzer: Analyzer,
) -> None:
    allowed = cells("onboarding", "usage", "support")
    assert one(analyzer, "my card", allowed_cells=allowed).stage in {s for s, _ in allowed}


def test_cells_that_exclude_each_other_are_chosen_together(analyzer: Analyzer) -> None:
    allowed = frozenset([("purchase", "delivery"), ("onboarding", "checkout")])
    analysis = one(analyzer, "my card", allowed_cells=allowed)
    assert (analysis.stage, analysis.touchpoint) in allowed | {("unassigned", "unassigned")}


def test_the_item_keeps_to_what_the_sender_allows_whatever_its_mentions_say(
    analyzer: Analyzer,
) -> None:
    text = "the parcel is awful. my card is awful. the parcel is great"
    pairs = frozenset([("purchase", "delivery"), ("onboarding", "checkout")])
    for allowed in (cells("support"), cells("usage", "support"), pairs):
        analysis = one(analyzer, text, allowed_cells=allowed)
        assert (analysis.stage, analysis.touchpoint) in allowed
    assert one(analyzer, text, allowed_cells=cells("support")).confidence.stage == 1.0  # type: ignore[union-attr]


def test_no_mention_is_neutral_and_unassigned(analyzer: Analyzer) -> None:
    analysis = one(analyzer, "n/a")
    assert (analysis.main, analysis.confidence, analysis.mentions) == (None, None, ())
    assert (analysis.sentiment, analysis.score, analysis.severity) == ("neutral", 0.0, 0)
    assert (analysis.stage, analysis.touchpoint) == ("unassigned", "unassigned")


def test_the_senders_language_wins(analyzer: Analyzer) -> None:
    (analysis,) = analyzer.analyze([Document("the card was great", language="pt-BR")])
    assert analysis.language == "pt"


def test_embeddings_come_on_request(analyzer: Analyzer) -> None:
    documents = [Document("my card is great and the parcel is great")]
    (without,), (given,) = analyzer.analyze(documents), analyzer.analyze(documents, embeddings=True)
    assert without.mentions[0].embedding is None
    assert given.mentions[0].embedding == pytest.approx((0.6, 0.8))


class Cheerful:
    """A sentiment model that likes everything."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def read(self, texts: Sequence[str]) -> Float32:
        self.texts.extend(texts)
        return np.tile(np.array([0, 0, 9], np.float32), (len(texts), 1))


def test_another_model_can_decide_on_sentiment(analyzer: Analyzer) -> None:
    analyzer._sentiment = cheerful = Cheerful()
    analysis = one(analyzer, "my card is awful. the parcel")
    assert [m.sentiment for m in analysis.mentions] == ["positive", "positive"]
    assert analysis.mentions[0].stage == "purchase"
    assert cheerful.texts == ["my card is awful.", "the parcel"]


def test_no_says_something_if_there_was_a_question_and_it_is_not_neutral(
    analyzer: Analyzer,
) -> None:
    question = "Was our agent able to help?"
    assert analyzer.analyze([Document("No.", question=question)])[0].mentions == ()
    analyzer._sentiment = Cheerful()
    (mention,) = analyzer.analyze([Document("No.", question=question)])[0].mentions
    assert (mention.text, mention.sentiment) == ("No.", "positive")
    for text in ("No.", "n/a"):
        assert analyzer.analyze([Document(text, subject=question)])[0].mentions == ()
    assert analyzer.analyze([Document("n/a", question=question)])[0].mentions == ()


def test_a_short_answer_is_in_the_language_of_its_question(analyzer: Analyzer) -> None:
    asked = "Warum haben Sie den Vertrag gekündigt?"
    assert analyzer.analyze([Document("Umzug", question=asked)])[0].language == "de"
    assert analyzer.analyze([Document("Umzug", subject=asked)])[0].language == "und"
    answer = Document("It was too expensive for what I got.", question=asked)
    assert analyzer.analyze([answer])[0].language == "en"


def test_the_engine_may_begin_before_all_texts_are_prepared(
    analyzer: Analyzer, backend: WordBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = []

    def watched(text: str, code: str, kind: Kind | None, *, asked: bool) -> list[Piece]:
        begun.append((text, len(backend.windows)))
        return segment(text, code, kind, asked)

    monkeypatch.setattr("nlp.analyzer.segment", watched)
    analyzer.analyze([Document(text, language="en") for text in ("my card", "the parcel")])
    assert begun == [("my card", 0), ("the parcel", 1)]


@pytest.fixture(scope="module")
def bundled() -> Analyzer:
    return load_analyzer(threads=1)


HOSTILE = {
    "empty": "",
    "nul": "\0 the app crashed \0",
    "surrogates": "the app \ud83d crashed \udc00",
    "no space": "a" * 5_000,
    "newlines": "\n" * 10_000,
    "emoji": "😡😡",
    "right to left": "האפליקציה קורסת כל הזמן, אבל השירות היה מצוין. ",
    "long review": "The room was clean, but the shower was cold. " * 667,
    "one word often": "no " * 3000,
    "zero width": "\u200b\ufeff",
}


@pytest.mark.model
@pytest.mark.parametrize("name", HOSTILE)
def test_any_string_can_be_analysed(name: str, bundled: Analyzer) -> None:
    text = HOSTILE[name]
    calm, analysis = bundled.analyze([Document("Great app."), Document(text, kind="review")])
    assert len(calm.mentions) == 1
    for found in analysis.mentions:
        assert found.text == text[found.start : found.end]
        assert found.stage in {*STAGES, "unassigned"} - {"none"}
        assert str(found.severity) in SEVERITIES
    if name == "long review":
        assert len(analysis.mentions) == 2 * 667
