"""What messages quote."""

import pytest

from service.redaction.quotes import LONGEST, quoted

PRIVATE = [
    "anna.mustermann@example.com",
    "4111 1111 1111 1111",
    "+49 171 2345678",
    "DE89 3704 0044 0532 0130 00",
]


@pytest.mark.parametrize("private", PRIVATE)
@pytest.mark.parametrize("shown", [1, 5, 10, 14])
def test_no_piece_is_left_of_what_stands_where_it_is_cut(private: str, shown: int) -> None:
    before = "so " * LONGEST
    text = before[-(LONGEST - shown) :] + private
    assert quoted(text).strip("'").startswith(before[-(LONGEST - shown) :])
    assert private[:1] not in quoted(text).replace("[email]"[:shown], "")


def test_what_is_not_private_is_quoted_as_it_is() -> None:
    assert quoted("soon") == "'soon'"
    assert quoted(12.5) == "'12.5'"
    assert quoted("\ud800\0") == r"'\ud800\x00'"
