"""Text that can't be stored is refused with its position."""

import pytest
from pydantic import BaseModel, ValidationError

from service.web.text import CleanText, CleanValue, seen


class Holder(BaseModel):
    text: CleanText = ""
    value: CleanValue = None


@pytest.mark.parametrize("text", ["", " ", "é", "\U0001f600", "שלום", "a\tb\nc", "\ufeff", "\x7f"])
def test_any_other_text_is_kept_as_it_is(text: str) -> None:
    assert Holder(text=text).text == text


@pytest.mark.parametrize(("text", "what"), [("ab\0", "NUL character at position 2")])
def test_nul_is_refused(text: str, what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        Holder(text=text)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\u200b", "\u200d", "\u3164", "a\nb", "a\tb", "\x1b[2J", "a\u202eb", "a\u2028b"],
)
def test_what_is_not_seen_on_one_line_is_no_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"is blank|contains an invisible character"):
        seen(text)


@pytest.mark.parametrize("text", [" web shop ", "👩‍🍳", "❤️", "می‌خواهم", "10\u00a0€"])
def test_names_may_be_of_any_script(text: str) -> None:
    assert seen(text) == text.strip()


def test_lone_surrogates_are_refused() -> None:
    with pytest.raises(ValidationError):
        Holder(text="a\ud800")


@pytest.mark.parametrize("value", ["a", 1, 1.5, True, None])
def test_plain_values_pass(value: object) -> None:
    assert Holder.model_validate({"value": value}).value == value


@pytest.mark.parametrize("value", ["\0", float("nan"), float("inf"), [], {}])
def test_other_values_do_not(value: object) -> None:
    with pytest.raises(ValidationError):
        Holder.model_validate({"value": value})
