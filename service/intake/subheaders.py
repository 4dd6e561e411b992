"""A second line of headers, as SurveyMonkey writes it: what each column of a question is about."""

from collections.abc import Iterator, Sequence
from typing import Final

from service.intake.headers import TARGET_OF, Target, folded

Row = Sequence[str]

_IN_EVERY_ROW: Final[tuple[Target, ...]] = ("external_id", "occurred_at")


def are_subheaders(header: Row, row: Row, next_rows: Sequence[Row]) -> bool:
    """Whether the ``row`` after the header has no id and no date, as all that follow it have."""
    if not next_rows or not any(map(str.strip, row)):
        return False
    return all(
        any(
            not row[at].strip() and all(each[at].strip() for each in next_rows)
            for at, name in enumerate(header)
            if TARGET_OF.get(folded(name)) == target
        )
        for target in _IN_EVERY_ROW
    )


def joined(header: Row, subheaders: Row) -> Iterator[str]:
    """The names of the columns: ``"Question: Delivery"`` if a question goes over several.

    The second line of one that has a single column says nothing ("Open-Ended Response").
    """
    question = ""
    for name, sub, following in zip(header, subheaders, [*header[1:], "end"], strict=True):
        question = name.strip() or question
        is_one_of_several = not name.strip() or not following.strip()
        parts = (question, sub.strip()) if is_one_of_several else (name,)
        yield ": ".join(filter(None, parts))
