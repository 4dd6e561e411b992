from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from service.clock import now
from service.intake.fields import primary_language
from service.intake.ratings import RatingIn
from service.intake.schemas import BATCH_EXAMPLE, BatchIn, ReviewIn, SurveyIn, TicketIn


def reason(model: type[Any], **fields: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        model(**fields)
    return str(caught.value.errors()[0]["msg"])


@pytest.mark.parametrize(
    ("rating", "normalised"),
    [
        ({"value": 3, "scale": "nps"}, 0.3),
        ({"value": 5, "scale": "csat"}, 1.0),
        ({"value": 1, "scale": "ces"}, 0.0),
        ({"value": 4, "scale": "stars"}, 0.75),
        ({"value": 7, "scale": "csat", "min": 1, "max": 7}, 1.0),
        ({"value": 50, "scale": "other", "min": 0, "max": 100}, 0.5),
    ],
)
def test_a_rating_has_its_place_on_its_scale(rating: dict[str, Any], normalised: float) -> None:
    assert RatingIn(**rating).normalised == pytest.approx(normalised)


@pytest.mark.parametrize(
    ("rating", "word"),
    [
        ({"value": 11, "scale": "nps"}, "outside"),
        ({"value": -1, "scale": "nps"}, "outside"),
        ({"value": 6.5, "scale": "nps"}, "whole"),
        ({"value": 0, "scale": "stars"}, "outside"),
        ({"value": 3, "scale": "other"}, "needs min and max"),
        ({"value": 3, "scale": "other", "min": 5, "max": 1}, "min must be below"),
        ({"value": 3, "scale": "nps", "min": 1, "max": 5}, "always 0 to 10"),
        ({"value": float("nan"), "scale": "nps"}, "finite"),
        ({"value": float("inf"), "scale": "nps"}, "finite"),
        ({"value": 3, "scale": "smileys"}, "'nps'"),
        ({"value": True, "scale": "nps"}, "true or false"),
        ({"value": 1, "scale": "other", "min": False, "max": 5}, "true or false"),
    ],
)
def test_a_rating_that_is_none_is_refused(rating: dict[str, Any], word: str) -> None:
    assert word in reason(RatingIn, **rating)


@pytest.mark.parametrize(
    ("time", "word"),
    [
        ("1970-01-01T00:00:00Z", "unix time"),
        ("2999-01-01T00:00:00Z", "future"),
        ("2026-01-01T00:00:00", "add one, such as Z"),
        ("2026-01-01", "add one, such as Z"),
        (1767225600, "RFC 3339"),
        ("1767225600", "RFC 3339"),
        ("soon", "RFC 3339"),
    ],
)
def test_a_time_that_is_not_one_is_refused_with_the_remedy(time: Any, word: str) -> None:
    assert word in reason(SurveyIn, text="x", occurred_at=time)


def test_a_time_keeps_its_moment_whatever_its_offset() -> None:
    item = SurveyIn.model_validate({"text": "x", "occurred_at": "2026-03-01T12:00:00+02:00"})
    assert item.occurred_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_clocks_that_are_fast_by_hours_are_forgiven() -> None:
    assert SurveyIn(text="x", occurred_at=now() + timedelta(hours=20)).occurred_at


@pytest.mark.parametrize(
    ("typo", "meant"), [("txt", "text"), ("externalId", "external_id"), ("Ratings", "rating")]
)
def test_an_unknown_field_is_refused_with_the_likely_one(typo: str, meant: str) -> None:
    assert f"did you mean '{meant}'" in reason(SurveyIn, text="x", **{typo: "y"})


def test_an_unknown_field_like_no_other_is_refused_too() -> None:
    assert "attributes" in reason(SurveyIn, text="x", zzzzz=1)


def test_unknown_fields_of_a_rating_are_refused() -> None:
    assert "did you mean 'value'" in reason(RatingIn, value=1, scale="nps", val=2)


@pytest.mark.parametrize(
    ("attributes", "word"),
    [
        ({"a": [1]}, "nested"),
        ({"a": {}}, "nested"),
        ({"a": "x" * 257}, "256"),
        ({"a": 10**400}, "finite"),
        ({"a": float("nan")}, "finite"),
        ({"a": "\ud800"}, "surrogate"),
        ({"a" * 65: 1}, "64"),
        ({" ": 1}, "blank"),
        ({str(number): 1 for number in range(51)}, "at most 50"),
    ],
)
def test_attributes_are_a_few_flat_scalars(attributes: Any, word: str) -> None:
    assert word in reason(SurveyIn, text="x", attributes=attributes)


def test_null_for_attributes_is_none() -> None:
    assert SurveyIn.model_validate({"text": "x", "attributes": None}).attributes == {}


def test_attributes_keep_their_types() -> None:
    sent = {"a": 1, "b": True, "c": 1.5, "d": "x", "e": None}
    assert SurveyIn(text="x", attributes=sent).attributes == sent


def test_numbers_are_taken_for_references() -> None:
    item = SurveyIn.model_validate({"text": "x", "external_id": 17, "customer": 18})
    assert (item.external_id, item.customer) == ("17", "18")


@pytest.mark.parametrize("blank", ["", "  ", "\u200b", "\ufeff \u2060", None])
@pytest.mark.parametrize(
    "field",
    [
        *("priority", "status", "customer", "external_id", "source", "channel"),
        *("stage", "touchpoint", "language", "occurred_at"),
    ],
)
def test_a_blank_text_is_as_if_it_were_left_out(field: str, blank: str | None) -> None:
    item = TicketIn.model_validate({"text": "x", field: blank})
    assert item.model_dump() == TicketIn(text="x").model_dump()


@pytest.mark.parametrize("field", ["external_id", "source", "language"])
def test_a_long_blank_text_is_too_long(field: str) -> None:
    assert "at most" in reason(SurveyIn, text="x", **{field: "\u200b" * 1000})


@pytest.mark.parametrize(
    ("tag", "language"),
    [("pt-BR", "pt"), ("nb-NO", "no"), ("nn", "no"), ("iw", "he"), (None, "und")],
)
def test_a_tag_is_stored_as_the_language_that_analyses_name(tag: str | None, language: str) -> None:
    assert primary_language(tag) == language


def test_a_language_tag_is_checked_for_its_form() -> None:
    assert SurveyIn(text="x", language="pt_BR").language == "pt-BR"
    assert "pt-BR" in reason(SurveyIn, text="x", language="english")


def test_a_review_has_a_title_as_well() -> None:
    assert ReviewIn.model_validate({"text": "x", "title": "Good"}).subject == "Good"


def test_only_the_customers_parts_of_a_conversation_are_read() -> None:
    ticket = TicketIn.model_validate(
        {
            "text": "It broke.",
            "conversation": [
                {"author_role": "customer", "text": "It broke."},
                {"author_role": "agent", "text": "Sorry!"},
                {"author_role": "bot", "text": "Rate us"},
                {"author_role": "customer", "text": "Still broken.", "at": "2026-01-01T00:00:00Z"},
            ],
        }
    )
    assert ticket.words == "It broke.\n\nStill broken."


def test_the_examples_of_a_batch_are_accepted() -> None:
    assert len(BatchIn.model_validate(BATCH_EXAMPLE).items) == 3
