"""Items as they follow from stored mentions, and back."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nlp.decoding import Calibration, probabilities, read_labels
from nlp.documents import Mention
from nlp.labels import HEADS
from nlp.summary import summarize
from service.corrections.layers import (
    bare_values,
    item_columns,
    set_label,
    summarized,
    with_corrections,
    with_minimum_severity,
    without_layers,
)

CALIBRATION = Calibration(dict.fromkeys(HEADS, 1.0), dict.fromkeys(HEADS, 0.4))
BY_MODEL = {"stage": "model", "touchpoint": "model"}


def mentions_read(seed: int, count: int, allowed: Any = None) -> list[Mention]:
    """Mentions as the analyzer makes them, of logits at random."""
    rng = np.random.default_rng(seed)
    logits = {head: rng.normal(0, 1.5, (count, len(labels))) for head, labels in HEADS.items()}
    labels = read_labels(
        probabilities(logits, CALIBRATION.temperatures), CALIBRATION, [allowed] * count
    )
    ends = np.cumsum(rng.integers(5, 90, count)).tolist()
    return [
        labels.mention(index, start, end, "", None)
        for index, (start, end) in enumerate(zip([0, *ends], ends, strict=False))
    ]


def stored(mentions: list[Mention]) -> list[dict[str, Any]]:
    """Their columns, as they come back from a database."""
    return [json.loads(json.dumps(bare_values(mention, BY_MODEL))) for mention in mentions]


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("allowed", [None, frozenset([("usage", "product"), ("support", "none")])])
def test_an_item_is_the_same_from_its_stored_mentions(seed: int, allowed: Any) -> None:
    mentions = mentions_read(seed, 1 + seed % 6, allowed)
    assert summarized("en", stored(mentions)) == item_columns(summarize("en", mentions))


@pytest.mark.parametrize("seed", range(10))
def test_corrections_that_are_taken_back_leave_no_trace(seed: int) -> None:
    read = stored(mentions_read(seed, 4))
    said = {"stage": "renewal", "touchpoint": "unassigned", "sentiment": "negative"}
    laid = [
        with_corrections(values, said) if seed % 4 != at else values
        for at, values in enumerate(read)
    ]
    assert summarized("en", laid) != summarized("en", read)
    assert [without_layers(values) for values in laid] == read


def test_what_was_read_stays_if_it_was_meant_too() -> None:
    [read] = stored(mentions_read(3, 1))
    other = "usage" if read["stage"] != "usage" else "support"
    laid = with_corrections(read, {"stage": other}, {"stage": [read["stage"], other]})
    assert (laid["stage"], laid["stage_provenance"]) == (read["stage"], "human")
    assert laid["replaced"]["stage"]["among"] == [read["stage"], other]
    assert with_corrections(read, {"stage": other}, {"stage": [other, "x"]})["stage"] == other
    assert without_layers(laid) == read


def test_a_severity_that_was_learned_goes_with_its_sentiment() -> None:
    [read] = stored(mentions_read(3, 1))
    read |= {"sentiment": "negative", "severity": 2}
    learned = {**read, "replaced": None}
    for field, label in (("sentiment", "neutral"), ("severity", 0)):
        set_label(learned, field, label, "learned", 0.9)
    for labels in ({"sentiment": "negative"}, {"sentiment": "negative", "severity": 1}):
        laid = with_corrections(learned, labels)
        assert laid["severity"] == labels.get("severity", 2)
        assert without_layers(laid) == read
    assert with_corrections(learned, {"sentiment": "positive"})["severity"] == 0
    assert "severity" not in with_corrections(learned, {"sentiment": "negative"})["replaced"]


def test_a_learned_complaint_does_some_harm_too() -> None:
    [read] = stored(mentions_read(3, 1))
    for was, severity, harm in (("positive", 0, 1), ("neutral", 2, 2), ("negative", 0, 0)):
        read |= {"sentiment": was, "severity": severity}
        assert with_minimum_severity(read) == read
        learned = {**read, "replaced": None}
        set_label(learned, "sentiment", "negative", "learned", 0.9)
        laid = with_minimum_severity(learned)
        assert laid["severity"] == harm
        assert without_layers(laid) == read


def test_what_a_person_says_of_every_mention_is_the_items() -> None:
    read = stored(mentions_read(1, 3))
    item = summarized("en", [with_corrections(each, {"stage": "renewal"}) for each in read])
    assert (item["stage"], item["confidence"]["stage"]) == ("renewal", 1.0)
    assert item["candidates"]["stage"] in [values["candidates"]["stage"] for values in read]


def test_a_learned_label_of_the_main_mention_is_the_items_with_native_candidates() -> None:
    first, second = mentions_read(2, 2)
    read = stored([replace(first, end=first.start + 400), second])
    over = {**read[0], "stage": "usage+fitting", "replaced": {"stage": {}}}
    over["confidence"] = {**over["confidence"], "stage": 0.9}
    item = summarized("en", [over, read[1]])
    assert item["stage"] == "usage+fitting"
    assert item["candidates"]["stage"] == read[0]["candidates"]["stage"]
    assert all(one["key"] in HEADS["touchpoint"] for one in item["candidates"]["touchpoint"])
    weak = summarized("en", [{**over, "end": over["start"] + 2}, read[1]])
    assert all(one["key"] in HEADS["stage"] for one in weak["candidates"]["stage"])
