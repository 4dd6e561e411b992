"""What an event loop may draft itself, and what a thread has to."""

from typing import Any

import pytest

from service.intake.drafts import QUICK_CHARS, QUICK_CHARS_WITH_NUMBERS, Clerk
from service.intake.schemas import SurveyIn, TicketIn

NUMBERS = "AA11 " * (QUICK_CHARS_WITH_NUMBERS // 5)


@pytest.mark.parametrize(
    "sent",
    [
        {"text": "a" * QUICK_CHARS},
        {"text": "Ring 0170 1234567", "question": "Why?", "attributes": {"plan": "b", "n": 3}},
        {"text": "a" * (QUICK_CHARS - 200), "subject": NUMBERS},
        {"text": "It took 3 days. " * 5},
        {"text": "a", "external_id": "r-1042"},
        {"text": "a", "external_id": "01701234567"},
    ],
)
def test_short_texts_of_few_numbers_are_quick(clerk: Clerk, sent: dict[str, Any]) -> None:
    assert clerk.is_quick(SurveyIn.model_validate(sent))


@pytest.mark.parametrize(
    "sent",
    [
        {"text": "a" * (QUICK_CHARS + 1)},
        {"text": "a" * QUICK_CHARS, "question": "b"},
        {"text": NUMBERS + "1"},
        {"text": "fe80::1 " * 26},
        {"text": "a", "attributes": {str(n): "012345678 " for n in range(23)}},
        {"text": "a", "stage": "purchase"},
        {"text": "a", "customer": "c-1"},
        {"text": "<p>a</p>"},
        {"text": "a", "external_id": "bob@example.com"},
    ],
)
def test_everything_else_is_not(clerk: Clerk, sent: dict[str, Any]) -> None:
    assert not clerk.is_quick(SurveyIn.model_validate(sent))


def test_nor_is_a_ticket(clerk: Clerk) -> None:
    assert not clerk.is_quick(TicketIn.model_validate({"text": "a"}))


def test_html_is_made_plain(clerk: Clerk) -> None:
    sent = {"text": "<p>a</p>", "subject": "A&amp;B", "question": "Why&nbsp;not?"}
    row = clerk.draft(SurveyIn.model_validate(sent)).row
    assert (row["text"], row["subject"], row["question"]) == ("a", "A&B", "Why not?")


def test_text_is_as_long_as_it_is_without_its_tags(clerk: Clerk) -> None:
    item = SurveyIn.model_validate({"text": "<style>" + "x" * 2000 + "</style><p>a</p>"})
    assert clerk.draft(item).row["text"] == "a"
