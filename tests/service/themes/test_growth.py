"""A theme that grows only by mentions that join it on arrival is described again."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from sqlmodel import select

from models.pain_point import PainPoint, ThemeRefresh
from service.analysis.engine import Engine
from service.clock import now
from service.db import Database
from service.themes import schedule
from service.themes.leases import claim, release_described
from service.themes.places import ArrivalCounts, place_of_theme
from service.themes.refresh import Refresher
from service.verify.checks import verify
from tests.fakes import FakeAnalyzer
from tests.service.conftest import Analyse
from tests.service.themes.conftest import DECLINED, Look, Say, Themes, members

WORDS = ("monday", "tuesday", "friday", "sunday", "june", "july", "march", "may")
VOUCHERS = [f"The checkout declined my visa voucher {word}" for word in WORDS]


@pytest.fixture
def refresher(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Refresher]:
    """One that never rests."""
    monkeypatch.setattr(schedule, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(schedule, "time", SimpleNamespace(monotonic=lambda: 0.0))
    with ThreadPoolExecutor(1) as computing:
        yield Refresher(database, Engine(FakeAnalyzer()).space, computing)


@pytest.fixture
def theme(say: Say, look: Look, themes: Themes) -> PainPoint:
    say([*DECLINED, *(f"{text} and again" for text in DECLINED)])
    look()
    [theme] = themes()
    return theme


def arrived(database: Database) -> list[tuple[int, int]]:
    with database.read() as session:
        return list(session.exec(select(ThemeRefresh.loose, ThemeRefresh.joined)))


def test_its_title_keywords_and_mean_are_found_anew(
    theme: PainPoint, say: Say, themes: Themes, database: Database, refresher: Refresher
) -> None:
    said = say([*VOUCHERS, *VOUCHERS])
    assert arrived(database) == [(0, 16)]
    assert refresher.run_once()
    [after] = themes()
    assert after.id == theme.id
    assert set(said) < members(database, theme.id)
    assert (theme.title in VOUCHERS, after.title in VOUCHERS) == (False, True)
    assert "voucher" in " ".join(after.keywords)
    assert after.centroid != theme.centroid
    assert arrived(database) == [(0, 0)]
    assert not refresher.run_once()
    assert verify(database).clean


def test_a_title_that_a_person_gave_stays(
    theme: PainPoint, say: Say, themes: Themes, database: Database, look: Look
) -> None:
    with database.write() as session:
        row = session.get_one(PainPoint, (theme.workspace_id, theme.id))
        row.title, row.titled_by = "Vouchers", theme.id
    say(VOUCHERS)
    assert look() == 1
    [after] = themes()
    assert (after.title, after.keywords != theme.keywords) == ("Vouchers", True)


def test_it_is_left_alone_until_it_has_grown_by_a_fifth(
    theme: PainPoint, say: Say, themes: Themes, refresher: Refresher
) -> None:
    """However many batches come."""
    say([f"The checkout declined my visa card {n}" for n in range(29)])
    assert refresher.run_once()
    [described] = themes()
    for few in (VOUCHERS[:3], VOUCHERS[3:6]):
        say(few)
        assert not refresher.run_once()
    assert themes() == [described]
    say(VOUCHERS[-1:])
    assert refresher.run_once()
    assert not refresher.run_once()
    assert themes() != [described]


def test_mentions_that_are_few_or_analysed_again_are_no_growth(
    theme: PainPoint, say: Say, database: Database, analyse: Analyse, refresher: Refresher
) -> None:
    say(VOUCHERS[:4])
    assert not refresher.run_once()
    analyse(FakeAnalyzer("2"))
    assert arrived(database) == [(0, 4)]


def test_loose_mentions_stay_loose_and_counted(
    theme: PainPoint, say: Say, say_loose: Say, database: Database, look: Look
) -> None:
    """Few of them are no reason to group them, also where a theme has grown."""
    loose = say_loose(VOUCHERS[:2])
    say(VOUCHERS[2:])
    assert arrived(database) == [(2, 6)]
    assert look() == 1
    assert arrived(database) == [(2, 0)]
    assert members(database, None) >= set(loose)


def test_what_has_joined_since_the_place_was_claimed_stays_counted(
    theme: PainPoint, say: Say, database: Database
) -> None:
    place = place_of_theme(theme)
    say(VOUCHERS[:3])
    counted = database.transact(lambda session: claim(session, place, now()))
    assert counted == ArrivalCounts(joined=3)
    say(VOUCHERS[3:])
    database.transact(lambda session: release_described(session, place, counted))
    assert arrived(database) == [(0, 5)]
