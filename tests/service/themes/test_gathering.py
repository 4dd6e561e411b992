"""Loose mentions of any age join a theme that is found after them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlmodel import select

from models.pain_point import ThemeRefresh
from service.analysis.engine import Engine
from service.db import Database
from service.themes import refresh
from service.themes.refresh import Refresher
from service.verify.checks import verify
from tests.fakes import FakeAnalyzer
from tests.service.themes.conftest import DECLINED, DieAfter, Look, Say, Themes, members

EARLIER = [
    f"The checkout declined my visa card {word}" for word in ("ago", "before", "once", "then")
]


@pytest.fixture(autouse=True)
def _few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh, "MAX_LOOSE", 3)
    monkeypatch.setattr(refresh, "PAGE", 1)


def test_what_is_older_than_a_new_theme_joins_it(
    say: Say, look: Look, themes: Themes, database: Database
) -> None:
    said = {*say(EARLIER), *say(["Broken checkout xxx xxxxx"]), *say(DECLINED)}
    assert look() == 1
    [theme] = themes()
    assert len(members(database, theme.id)) == len(said) - 1
    assert look() == 0


@pytest.mark.parametrize("crash_at", [2, 3, 4, 6, 8])
def test_gathering_that_was_killed_is_done_again(
    say: Say,
    look: Look,
    themes: Themes,
    database: Database,
    die_after: DieAfter,
    crash_at: int,
) -> None:
    """Also where so few are left that they alone would be no reason to look."""
    said = {*say(EARLIER), *say(DECLINED)}
    assert die_after(crash_at)
    assert verify(database).clean
    with database.write() as session:
        for row in session.exec(select(ThemeRefresh)):
            row.claimed_until, row.loose = None, 0
    look()
    [theme] = themes()
    assert members(database, theme.id) == said


def test_gathering_stops_when_asked_to_and_is_taken_up_again(
    say: Say, look: Look, themes: Themes, database: Database
) -> None:
    said = {*say(EARLIER), *say(DECLINED)}
    stop = Event()
    stop.set()
    with ThreadPoolExecutor(1) as computing:
        assert Refresher(database, Engine(FakeAnalyzer()).space, computing, stop).run_once()
    [theme] = themes()
    assert len(members(database, theme.id)) < len(said)
    assert look() == 1
    assert members(database, theme.id) == said
