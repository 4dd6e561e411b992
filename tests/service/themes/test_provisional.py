"""With a new model the mean of a theme is of few mentions at first, of more as they are read."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import SimpleNamespace

import pytest

from models.workspace import Workspace
from service.analysis.engine import Engine
from service.analysis.service import BatchAnalyzer
from service.db import Database
from service.settings import Settings
from service.themes import schedule
from service.themes.leases import release
from service.themes.places import ArrivalCounts, Place
from service.themes.queries import Key
from service.themes.refresh import Refresher
from service.themes.steps import move
from service.verify.checks import verify
from tests.fakes import FakeAnalyzer
from tests.service.themes.conftest import DECLINED, SLOW, Look, Say, Themes, mean_of

LATER = FakeAnalyzer("2")
Read = Callable[..., None]


@pytest.fixture
def refresher(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Refresher]:
    """One of the later model that never rests."""
    monkeypatch.setattr(schedule, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(schedule, "time", SimpleNamespace(monotonic=lambda: 0.0))
    with ThreadPoolExecutor(1) as computing:
        yield Refresher(database, Engine(LATER).space, computing)


@pytest.fixture
def read(database: Database, settings: Settings) -> Read:
    """Let the later model read the latest items that it has not read."""

    def run(items: int) -> None:
        few = settings.model_copy(update={"batch_items": items})
        assert BatchAnalyzer(database, Engine(LATER), few).run_once(lambda: True)

    return run


def test_a_mean_of_few_mentions_is_made_of_more_as_they_are_read(
    say: Say, look: Look, themes: Themes, database: Database, refresher: Refresher, read: Read
) -> None:
    say(["The checkout declined my visa card and bad", *DECLINED, "The card declined my visa"])
    look()
    [theme] = themes()
    before = theme.centroid
    read(2)
    assert refresher.run_once()
    assert {theme.model_version for theme in themes()} == {"1-000000000000"}
    for _ in range(3):
        read(1)
        assert refresher.run_once()
        [theme] = themes()
        assert theme.model_version == "2-000000000000"
        assert theme.centroid == mean_of(database, theme, LATER)
    assert theme.centroid == before
    assert not refresher.run_once()
    assert verify(database).clean


def test_a_worker_of_the_model_before_leaves_alone_what_the_later_one_is_still_to_read(
    say: Say, look: Look, themes: Themes, database: Database, refresher: Refresher, read: Read
) -> None:
    say([*DECLINED, *SLOW])
    look()
    read(5)
    assert refresher.run_once()
    with ThreadPoolExecutor(1) as computing:
        assert not Refresher(database, Engine(FakeAnalyzer()).space, computing).run_once()
    read(1)
    assert refresher.run_once()
    assert {theme.model_version for theme in themes()} == {"2-000000000000"}
    assert not refresher.run_once()


def test_nothing_is_merged_by_a_mean_of_few_mentions(
    say: Say,
    say_loose: Say,
    look: Look,
    themes: Themes,
    database: Database,
    workspace: Workspace,
    refresher: Refresher,
    read: Read,
) -> None:
    """The latest mentions of two themes say the same, the others do not."""
    say([f"{text} {word}" for text in (*DECLINED, *SLOW) for word in ("now", "then")])
    look()
    before = [theme.id for theme in themes()]
    ids = say_loose(["Broken checkout"] * 6)
    place = Place(workspace.id, "purchase", "checkout", "negative")
    for theme, group in zip(before, (ids[:3], ids[3:]), strict=True):
        keys = [Key(id, 0) for id in group]
        database.transact(partial(move, place=place, keys=keys, source=None, target=theme))
    database.transact(lambda session: release(session, place, ArrivalCounts(loose=6), None))
    for items in (6, 12):
        read(items)
        assert refresher.run_once()
        assert [theme.id for theme in themes()] == before
    assert not refresher.run_once()
    assert verify(database).clean
