"""Which mention a correction is about, whatever else is in the text by now."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from service.corrections.matching import match_corrections

TEXT = "Bad. Slow. Bad."
MENTIONS = [{"start": 0, "end": 4}, {"start": 5, "end": 10}, {"start": 11, "end": 15}]


@dataclass
class Said:
    text: str
    start: int
    new: dict[str, Any] = field(default_factory=lambda: {"severity": 1})
    among: dict[str, list[str]] | None = None


def test_the_nearest_of_equal_texts_is_meant() -> None:
    assert set(match_corrections(TEXT, MENTIONS, [Said("Bad.", 9)]).labels) == {2}
    assert set(match_corrections(TEXT, MENTIONS, [Said("Bad.", 2)]).labels) == {0}


@pytest.mark.parametrize("before", ["", "We came back. ", "Slow. " * 9])
def test_equal_texts_keep_their_order_when_text_is_added_before_them(before: str) -> None:
    shifted = [{edge: at + len(before) for edge, at in each.items()} for each in MENTIONS]
    log = [Said("Bad.", 11, {"intent": "churn"}), Said("Bad.", 0, {"severity": 3})]
    found = match_corrections(before + TEXT, shifted, log)
    assert found.labels == {0: {"severity": 3}, 2: {"intent": "churn"}}
    assert found.mentions == [2, 0]


def test_with_fewer_mentions_than_corrected_ones_the_nearest_counts() -> None:
    log = [Said("Bad.", 0, {"severity": 1}), Said("Bad.", 30, {"severity": 3}), Said("Bad.", 30)]
    found = match_corrections("Slow. Slow. Bad.", [{"start": 12, "end": 16}], log)
    assert found.mentions == [0, None, None]
    assert found.labels == {0: {"severity": 1}}


def test_with_more_mentions_than_corrected_ones_the_nearest_in_order_count() -> None:
    three = [{"start": at, "end": at + 4} for at in (0, 5, 40)]
    found = match_corrections(
        "Bad. Bad. " + "Slow. " * 5 + "Bad.", three, [Said("Bad.", 38), Said("Bad.", 30)]
    )
    assert found.mentions == [2, 1]


def test_a_span_that_is_gone_is_reported() -> None:
    found = match_corrections(TEXT, MENTIONS, [Said("Slow.", 5), Said("Fast.", 5)])
    assert found.mentions == [1, None]
    assert found.labels == {1: {"severity": 1}}


def test_later_ones_win_and_none_takes_back() -> None:
    log = [
        Said("Slow.", 5, {"severity": 1, "intent": "churn"}),
        Said("Slow.", 5, {"severity": 3}),
        Said("Slow.", 5, {"intent": None}),
    ]
    assert match_corrections(TEXT, MENTIONS, log).labels == {1: {"severity": 3}}


def test_what_was_meant_alike_goes_with_the_label() -> None:
    several = Said("Slow.", 5, {"stage": "usage"}, {"stage": ["usage", "support"]})
    other = Said("Slow.", 5, {"severity": 1})
    assert match_corrections(TEXT, MENTIONS, [several, other]).among == {
        1: {"stage": ["usage", "support"]}
    }
    exact = Said("Slow.", 5, {"stage": "usage"})
    assert match_corrections(TEXT, MENTIONS, [several, exact]).among == {1: {}}
