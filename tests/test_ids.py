"""Ids sort by the time that they were made."""

from datetime import UTC, datetime, timedelta

from models.types import first_id, new_id

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def test_an_id_lies_between_the_first_of_its_millisecond_and_the_first_of_the_next() -> None:
    for at in (NOON, NOON + 7 * MILLISECOND):
        made = new_id(at)
        assert first_id(at) < made < first_id(at + MILLISECOND)
        assert (made.version, made.variant) == (first_id(at).version, first_id(at).variant)


def test_no_id_is_from_before_the_epoch() -> None:
    assert first_id(datetime(1900, 1, 1, tzinfo=UTC)) == first_id(datetime(1970, 1, 1, tzinfo=UTC))


def test_a_fresh_id_is_of_now() -> None:
    before = datetime.now(UTC) - MILLISECOND
    assert first_id(before) < new_id() < first_id(datetime.now(UTC) + MILLISECOND)
