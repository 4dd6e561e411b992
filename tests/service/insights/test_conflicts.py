"""A rating that clearly contradicts the text is told, found and never decides the reading."""

from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest

from models.workspace import Workspace
from service.db import Database
from service.insights.conflicts import contradicts
from service.intake.ratings import RatingIn, Scale
from tests.service.insights.conftest import CHECKOUT, Get
from tests.service.rows import Said, nps, rating, write

FURIOUS = ("negative", -0.98, 3)
ANNOYED = ("negative", -0.98, 1)
DELIGHTED = ("positive", 0.97, 0)


@pytest.mark.parametrize(
    ("value", "scale", "reading", "conflict"),
    [
        (5, "stars", FURIOUS, True),
        (5, "stars", ANNOYED, False),
        (4, "stars", FURIOUS, False),
        (1, "stars", FURIOUS, False),
        (1, "stars", DELIGHTED, True),
        (2, "stars", DELIGHTED, False),
        (5, "stars", DELIGHTED, False),
        (5, "stars", ("negative", -0.6, 3), False),
        (1, "stars", ("positive", 0.6, 0), False),
        (5, "stars", ("mixed", -0.8, 3), False),
        (1, "stars", ("neutral", 0.8, 0), False),
        (0, "nps", DELIGHTED, True),
        (2, "nps", DELIGHTED, True),
        (3, "nps", DELIGHTED, False),
        (9, "nps", FURIOUS, True),
        (8, "nps", FURIOUS, False),
        (5, "csat", FURIOUS, True),
        (1, "ces", DELIGHTED, True),
        (7, "ces", FURIOUS, True),
        (7, "ces", DELIGHTED, False),
    ],
)
def test_what_counts_as_clear(
    value: float, scale: Scale, reading: tuple[str, float, int], conflict: bool
) -> None:
    place = RatingIn(value=value, scale=scale).normalised
    assert contradicts(place, _reading(*reading)) is conflict


def test_without_a_rating_there_is_no_conflict() -> None:
    assert not contradicts(None, _reading(*FURIOUS))


def test_the_list_finds_what_the_rule_marks(
    get: Get, database: Database, workspace: Workspace
) -> None:
    ratings: list[dict[str, Any]] = [{}, *map(nps, (0, 2, 3, 9, 10)), rating(5, 1, 5, "stars")]
    sentiments, scores = ("negative", "neutral", "positive"), (-0.98, -0.75, 0.0, 0.75, 0.97)
    with database.write() as session:
        for columns, sentiment, score in product(ratings, sentiments, scores):
            said = [Said(*CHECKOUT, sentiment, severity=2)]
            write(session, workspace.id, said, score=score, **columns)
        write(session, workspace.id, [Said(*CHECKOUT)], state="pending", sentiment=None, **nps(10))
    listed = {
        asked: {item["id"] for item in _all(get, rating_conflict=asked)}
        for asked in ("true", "false")
    }
    everything = _all(get)
    marked = {item["id"] for item in everything if (item["analysis"] or {}).get("rating_conflict")}
    assert len(marked) == 2 * 2 + 3 * 2
    assert listed["true"] == marked
    assert listed["false"] == {item["id"] for item in everything} - marked


def _all(get: Get, **asked: str) -> list[Any]:
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = get("/v1/feedback", limit=7, **asked, **cursor)
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def _reading(sentiment: str, score: float, severity: int) -> SimpleNamespace:
    return SimpleNamespace(sentiment=sentiment, score=score, severity=severity)
