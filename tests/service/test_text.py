"""Text that can't be stored is refused with its position."""

import pytest
from pydantic import BaseModel, ValidationError

from service.text import CleanText, refuse_invisible


class Holder(BaseModel):
    text: CleanText = ""


@pytest.mark.parametrize("text", ["", " ", "é", "\U0001f600", "שלום", "a\tb\nc", "\ufeff", "\x7f"])
def test_any_other_text_is_kept_as_it_is(text: str) -> None:
    assert Holder(text=text).text == text


@pytest.mark.parametrize(("text", "what"), [("ab\0", "NUL character at position 2")])
def test_nul_is_refused(text: str, what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        Holder(text=text)


BLANK = ["", " ", "\u200b", "\u200d", "\u3164", "\u00ad", "\U000e0100"]
UNSEEN = ["a\nb", "a\tb", "\x1b[2J", "a\u202eb", "a\u2028b", "a\u3164", "a\u2800b", "a\U000e0067"]
HIDDEN_WORDS = "\U0001f3f4" + "".join(chr(0xE0000 + ord(c)) for c in "hiddenwords") + "\U000e007f"
WITHOUT_MEANING = ["a\ue000", "a\ufffe", "a\ufdd0", "a\U0010ffff"]


@pytest.mark.parametrize("text", [*BLANK, *UNSEEN, HIDDEN_WORDS, *WITHOUT_MEANING])
def test_what_is_not_seen_on_one_line_is_no_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"is blank|contains an invisible or private"):
        refuse_invisible(text)


@pytest.mark.parametrize("text", [" web shop ", "👩‍🍳", "❤️", "می‌خواهم", "10\u00a0€"])
def test_names_may_be_of_any_script(text: str) -> None:
    assert refuse_invisible(text) == text.strip()


ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize("text", [f"{ENGLAND} England", "葛\U000e0100", "\U0001fae9"])
def test_flags_variants_and_emoji_newer_than_python_are_names(text: str) -> None:
    assert refuse_invisible(text) == text


@pytest.mark.parametrize("text", ["\u200fدعم", "دعم\u200e", "د\u00adعم", " \u061c دعم"])
def test_soft_hyphens_and_marks_of_direction_are_taken_out_of_names(text: str) -> None:
    assert refuse_invisible(text) == "دعم"


def test_lone_surrogates_are_refused() -> None:
    with pytest.raises(ValidationError):
        Holder(text="a\ud800")
