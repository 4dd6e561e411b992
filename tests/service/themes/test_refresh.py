"""Themes are found, joined and merged; ids stay, and the roll-ups are the truth all the time."""

import pytest
from sqlmodel import select

from models.pain_point import ThemeRefresh
from models.workspace import Workspace
from service.analysis.engine import Engine
from service.clock import now
from service.current_analysis import make_current
from service.db import Database
from service.themes.leases import DuePlace, claim, due_places, marks_of, release
from service.themes.places import ArrivalCounts, Place
from service.themes.queries import Key
from service.themes.steps import TooFew, create
from service.verify.checks import verify
from tests.fakes import FakeAnalyzer
from tests.service.conftest import Analyse
from tests.service.themes.conftest import DECLINED, SLOW, DieAfter, Look, Say, Themes, members


def test_themes_are_found_among_mentions_of_one_place(
    say: Say, look: Look, themes: Themes, database: Database
) -> None:
    declined, slow = set(say(DECLINED)), set(say(SLOW))
    say(["The app is broken", "Bad agent"])
    assert look() == 1
    found = {frozenset(members(database, theme.id)): theme for theme in themes()}
    assert set(found) == {frozenset(declined), frozenset(slow)}
    theme = found[frozenset(declined)]
    assert (theme.stage, theme.touchpoint, theme.sentiment) == ("purchase", "checkout", "negative")
    assert theme.title in DECLINED
    assert "visa" in " ".join(theme.keywords)
    assert theme.status == "open"


def test_one_customer_or_few_mentions_make_no_theme(say: Say, look: Look, themes: Themes) -> None:
    say([". ".join(DECLINED), *SLOW[:2]])
    assert look() == 1
    assert themes() == []


def test_too_few_mentions_are_not_looked_at(say: Say, look: Look) -> None:
    say(DECLINED)
    assert look() == 0


def test_praise_makes_wins(say: Say, look: Look, themes: Themes) -> None:
    say([f"Great fast delivery by the courier {word}" for word in ("a", "b", "c", "d", "e")])
    assert look() == 1
    assert [theme.sentiment for theme in themes()] == ["positive"]


def test_mentions_of_no_stage_have_no_theme(say: Say, look: Look, themes: Themes) -> None:
    say([f"This is all so bad and broken {word}" for word in ("a", "b", "c", "d", "e")])
    assert look() == 0
    assert themes() == []


def test_who_comes_later_joins_on_arrival(
    say: Say, look: Look, themes: Themes, database: Database
) -> None:
    say([*DECLINED, *SLOW])
    look()
    [new] = say(["The checkout declined my visa card yesterday"])
    [theme] = [theme for theme in themes() if "visa" in " ".join(theme.keywords)]
    assert new in members(database, theme.id)
    assert verify(database).clean
    with database.read() as session:
        assert session.exec(select(ThemeRefresh.loose)).all() == [0]


def test_ids_stay_over_refreshes_and_re_analysis(
    say: Say, look: Look, themes: Themes, database: Database, analyse: Analyse
) -> None:
    say([*DECLINED, *SLOW])
    look()
    before = {theme.id: members(database, theme.id) for theme in themes()}
    later = FakeAnalyzer("2")
    analyse(later)
    assert {theme.id: members(database, theme.id) for theme in themes()} == before
    assert {theme.model_version for theme in themes()} == {"1-000000000000"}
    assert look(later) == 1
    assert {theme.id: members(database, theme.id) for theme in themes()} == before
    assert {theme.model_version for theme in themes()} == {"2-000000000000"}
    assert look(later) == 0


def test_themes_are_worked_over_for_the_model_that_started_last(
    say: Say, look: Look, analyse: Analyse
) -> None:
    say([*DECLINED, *SLOW])
    look()
    later = FakeAnalyzer("2")
    analyse(later)
    assert [look(later), look(), look(later)] == [1, 0, 0]


def test_nothing_is_created_while_themes_wait_for_the_present_model(
    say: Say, look: Look, themes: Themes, database: Database
) -> None:
    """A worker with a new model has read nothing of the old themes yet."""
    say([*DECLINED, *SLOW])
    look()
    before = [theme.id for theme in themes()]
    later = FakeAnalyzer("2")
    database.transact(lambda session: make_current(session, Engine(later).version))
    assert look(later) == 1
    assert [theme.id for theme in themes()] == before


def test_the_younger_of_two_that_are_the_same_goes_into_the_older(
    say: Say, look: Look, themes: Themes, database: Database
) -> None:
    say([*DECLINED, *SLOW])
    look()
    older, younger = themes()
    both = members(database, older.id) | members(database, younger.id)
    with database.write() as session:
        row = session.get_one(type(younger), (younger.workspace_id, younger.id))
        row.centroid = older.centroid
    say([f"Broken checkout {word * 3} {word * 5}" for word in ("x", "y", "z", "v", "w")])
    look()
    assert younger.id not in {theme.id for theme in themes()}
    assert both <= members(database, older.id)
    assert members(database, younger.id) == set()


@pytest.mark.parametrize("crash_at", range(1, 9))
def test_a_refresh_that_was_killed_is_done_again(
    say: Say,
    look: Look,
    themes: Themes,
    database: Database,
    die_after: DieAfter,
    crash_at: int,
) -> None:
    """Every transaction in turn is the last one that is committed."""
    declined, slow = set(say(DECLINED)), set(say(SLOW))
    if die_after(crash_at):
        assert verify(database).clean
    with database.write() as session:
        for row in session.exec(select(ThemeRefresh)):
            row.claimed_until = None
    look()
    assert {frozenset(members(database, theme.id)) for theme in themes()} == {
        frozenset(declined),
        frozenset(slow),
    }
    assert all(theme.keywords for theme in themes())


def test_of_two_workers_only_one_makes_a_theme(
    say: Say, look: Look, themes: Themes, database: Database, workspace: Workspace
) -> None:
    ids = say([*DECLINED, *SLOW])
    look()
    before = themes()
    place = Place(workspace.id, "purchase", "checkout", "negative")
    space, keys = Engine(FakeAnalyzer()).space, [Key(id, 0) for id in ids]
    with pytest.raises(TooFew):
        database.transact(lambda session: create(session, space, place, keys, b""))
    assert themes() == before


def test_what_has_come_since_a_place_was_claimed_stays_counted(
    say: Say, database: Database, workspace: Workspace
) -> None:
    place = Place(workspace.id, "purchase", "checkout", "negative")
    space = Engine(FakeAnalyzer()).space
    say([*DECLINED, *SLOW])
    seen = database.transact(lambda session: claim(session, place, now()))
    assert seen == ArrivalCounts(loose=6)
    say([f"Broken checkout {word}" for word in ("x", "y", "z", "v", "w")])
    with database.write() as session:
        release(session, place, seen, marks_of(session, place, space.name).so_far)
        assert due_places(session, space, now()) == [
            DuePlace(place, ArrivalCounts(loose=5), must_refresh=False)
        ]


def test_a_place_that_another_worker_has_is_left_alone(
    say: Say, look: Look, themes: Themes, database: Database, workspace: Workspace
) -> None:
    say([*DECLINED, *SLOW])
    place = Place(workspace.id, "purchase", "checkout", "negative")
    with database.write() as session:
        assert claim(session, place, now()) == ArrivalCounts(loose=6)
        assert claim(session, place, now()) is None
    assert look() == 0
    assert themes() == []
