"""Excerpts cut between words, and say where the mention is."""

import pytest

from service.insights.excerpts import excerpt


@pytest.mark.parametrize(
    ("around", "first", "chars", "shown"),
    [
        ("it said no. bye", 0, 15, "it said no. bye"),
        ("alf a word said no. And b", 9, 99, "…a word said no. And…"),
        ("said no.", 9, 17, "…said no."),
        ("半句话said no.半句话", 9, 99, "…半句话said no.半句话…"),
    ],
)
def test_excerpt_cuts_between_words(around: str, first: int, chars: int, shown: str) -> None:
    start = first + around.index("said")
    found = excerpt(around, first, start, start + len("said no."), chars)
    assert found.text == shown
    assert found.text[found.start : found.end] == "said no."
