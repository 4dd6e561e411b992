"""What an event loop may draft itself, and what a thread has to."""

from typing import Any

import pytest

from service.intake import drafts
from service.intake.drafts import (
    MAX_INLINE_CHARS,
    MAX_INLINE_CHARS_WITH_NUMBERS,
    MAX_INLINE_DIGITS,
    DraftBuilder,
)
from service.intake.schemas import SurveyIn, TicketIn

NUMBERS = f"{'12345678 ' * (MAX_INLINE_DIGITS // 8):A<{MAX_INLINE_CHARS_WITH_NUMBERS}}"


@pytest.mark.parametrize(
    "sent",
    [
        {"text": "a" * MAX_INLINE_CHARS},
        {"text": "Ring 0170 1234567", "question": "Why?", "attributes": {"plan": "b", "n": 3}},
        {"text": "a" * (MAX_INLINE_CHARS - 200), "subject": NUMBERS},
        {"text": "It took 3 days. " * 5},
        {"text": "a", "external_id": "r-1042"},
        {"text": "a", "external_id": "01701234567"},
    ],
)
def test_short_texts_of_few_numbers_may_be_drafted_inline(
    builder: DraftBuilder, sent: dict[str, Any]
) -> None:
    assert builder.may_build_inline(SurveyIn.model_validate(sent))


@pytest.mark.parametrize(
    "sent",
    [
        {"text": "a" * (MAX_INLINE_CHARS + 1)},
        {"text": "a" * MAX_INLINE_CHARS, "question": "b"},
        {"text": NUMBERS + "A"},
        {"text": "12345678 " * (MAX_INLINE_DIGITS // 8) + "1"},
        {"text": "fe80::1 " * 26},
        {"text": "a", "attributes": {str(n): "012345678 " for n in range(23)}},
        {"text": "a", "stage": "purchase"},
        {"text": "a", "customer": "c-1"},
        {"text": "<p>a</p>"},
        {"text": "a", "external_id": "bob@example.com"},
    ],
)
def test_nothing_else_may(builder: DraftBuilder, sent: dict[str, Any]) -> None:
    assert not builder.may_build_inline(SurveyIn.model_validate(sent))


def test_nor_may_a_ticket(builder: DraftBuilder) -> None:
    assert not builder.may_build_inline(TicketIn.model_validate({"text": "a"}))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("我的手机13812345678", "我的手机[phone]"),
        ("Mi chiami al 347 1234567", "Mi chiami al [phone]"),
        ("8 (916) 123-45-67", "[phone]"),
        ("(11) 98765-4321", "[phone]"),
        ("me liguem por favor no 11987654321", "me liguem por favor no [phone]"),
        ("मेरा नंबर 98765 43210 है", "मेरा नंबर [phone] है"),
        ("رقم هاتفي هو 01012345678 من فضلكم", "رقم هاتفي هو [phone] من فضلكم"),
        ("Gọi cho tôi 0912 345 678 sớm nhé", "Gọi cho tôi [phone] sớm nhé"),
        ("Ring mig på 070-123 45 67, jag väntar", "Ring mig på [phone], jag väntar"),
        ("Please call 07911 123456", "Please call [phone]"),
    ],
)
def test_national_numbers_are_found_though_no_language_was_sent(
    builder: DraftBuilder, text: str, kept: str
) -> None:
    assert builder.build(SurveyIn(text=text)).row["text"] == kept


def test_numbers_in_attributes_are_those_of_the_language_of_the_words(
    builder: DraftBuilder,
) -> None:
    sent = {"text": "Proszę o kontakt, czekam na odpowiedź", "attributes": {"a": "22 123 45 67"}}
    assert builder.build(SurveyIn.model_validate(sent)).row["attributes"] == {"a": "[phone]"}


def test_the_language_is_looked_for_only_where_it_matters(
    builder: DraftBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = list[str]()

    def detect(text: str) -> str:
        looked_at.append(text)
        return "en"

    monkeypatch.setattr(drafts, "detect", detect)
    for text in ("It broke.", "I paid £1,299.00 on 2026-05-03.", "Order 20231234567 is late."):
        builder.build(SurveyIn(text=text))
    builder.build(SurveyIn(text="Ring 07911 123456", language="en"))
    assert looked_at == []
    builder.build(SurveyIn(text="Ring 07911 123456", subject="Or 020 7946 0958"))
    assert looked_at == ["Ring 07911 123456"]


def test_html_is_made_plain(builder: DraftBuilder) -> None:
    sent = {"text": "<p>a</p>", "subject": "A&amp;B", "question": "Why&nbsp;not?"}
    row = builder.build(SurveyIn.model_validate(sent)).row
    assert (row["text"], row["subject"], row["question"]) == ("a", "A&B", "Why not?")


def test_text_is_as_long_as_it_is_without_its_tags(builder: DraftBuilder) -> None:
    item = SurveyIn.model_validate({"text": "<style>" + "x" * 2000 + "</style><p>a</p>"})
    assert builder.build(item).row["text"] == "a"
