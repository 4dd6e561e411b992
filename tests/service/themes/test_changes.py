"""Corrections, erasure and changed texts: themes follow, and nothing goes on being quoted."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from models.feedback import Feedback
from models.mention import Mention
from models.pain_point import IN_PROGRESS, PainPoint, ThemeRefresh
from models.rollup import RollupPain
from models.workspace import Workspace
from service.db import Database
from service.intake.erasure import erase_customer, erase_one
from service.intake.upserts import make_pending, withdraw
from service.items import lock_feedback
from service.themes import describing, steps
from service.themes.describing import ThemeDescription, describe_theme
from service.themes.places import Place
from service.themes.queries import Key
from service.verify.checks import verify
from tests import fakes
from tests.credentials import Keys, bearer
from tests.fakes import FakeAnalyzer
from tests.service.conftest import Analyse
from tests.service.themes.conftest import (
    DECLINED,
    SLOW,
    DieAfter,
    Look,
    Say,
    Themes,
    mean_of,
    members,
)


@pytest.fixture
def correct(client: TestClient, keys: Keys, database: Database) -> Callable[..., None]:
    """``correct(feedback_id, stage="usage")`` corrects the only mention."""

    def send(feedback_id: UUID, **labels: Any) -> None:
        path = f"/v1/feedback/{feedback_id}/mentions/0?journey=eight-stage"
        answer = client.patch(path, json=labels, headers=bearer(keys.manage))
        assert answer.status_code == 200, answer.text
        report = verify(database)
        assert report.clean, report.findings

    return send


def theme_of(database: Database, feedback_id: UUID) -> UUID | None:
    with database.read() as session:
        of_it = select(Mention.pain_point_id).where(Mention.feedback_id == feedback_id)
        return session.exec(of_it).one()


def test_a_corrected_mention_looks_for_its_theme_where_it_is_now(
    say: Say, look: Look, database: Database, correct: Callable[..., None]
) -> None:
    ids = say([*DECLINED, *SLOW])
    [app] = say(["The app declined my visa card again"])  # "card": read as checkout
    look()
    home = theme_of(database, ids[0])
    assert theme_of(database, app) == home
    correct(app, stage="usage", touchpoint="mobile_app")
    assert theme_of(database, app) is None
    correct(app, stage="purchase", touchpoint="checkout")
    assert theme_of(database, app) == home
    correct(app, severity=1)
    assert theme_of(database, app) == home
    correct(app, sentiment="neutral")
    assert theme_of(database, app) is None


def test_a_mention_gets_back_the_theme_that_it_had_where_it_was_read(
    say: Say,
    look: Look,
    database: Database,
    workspace: Workspace,
    correct: Callable[..., None],
    analyse: Analyse,
) -> None:
    first, *_, slow = say([*DECLINED, *SLOW])
    look()
    near, other = theme_of(database, first), theme_of(database, slow)
    assert near
    assert other
    place = Place(workspace.id, "purchase", "checkout", "negative")
    _transact(database, steps.move, place, [Key(first, 0)], near, other)
    assert theme_of(database, first) == other
    correct(first, stage="usage", touchpoint="mobile_app")
    correct(first, stage="support", touchpoint="support")
    analyse(FakeAnalyzer("2"))
    assert theme_of(database, first) is None
    correct(first, stage=None, touchpoint=None)
    assert theme_of(database, first) == other
    correct(first, sentiment="neutral")
    analyse(FakeAnalyzer("3"))
    correct(first, sentiment=None)
    assert theme_of(database, first) == other


def test_a_corrected_mention_that_another_model_has_read_finds_no_theme_yet(
    say: Say,
    say_loose: Say,
    look: Look,
    database: Database,
    analyse: Analyse,
    correct: Callable[..., None],
) -> None:
    """Vectors of two models are never compared."""
    say([*DECLINED, *SLOW])
    look()
    [said] = say_loose(["The checkout declined my visa card now"])
    analyse(FakeAnalyzer("2"))
    correct(said, stage="usage", touchpoint="mobile_app")
    correct(said, stage="purchase", touchpoint="checkout")
    assert theme_of(database, said) is None


def test_an_erased_customer_is_not_quoted(
    say: Say, look: Look, themes: Themes, database: Database, workspace: Workspace
) -> None:
    """Every title in turn is from somebody who is erased; in the end nobody is left."""
    for number, text in enumerate([*DECLINED, *SLOW]):
        say([text], customer_ref=f"c{number}")
    look()
    while found := themes():
        said = {theme.title for theme in found}
        with database.read() as session:
            of_them = select(Feedback.customer_ref).where(col(Feedback.text).in_(said))
            quoted = session.exec(of_them).all()
        for customer in quoted:
            assert customer is not None
            _transact(database, erase_customer, workspace.id, customer)
        after = themes()
        assert said.isdisjoint(theme.title for theme in after)
        assert {theme.title for theme in after} <= {"Checkout at purchase"}
        look()
    with database.read() as session:
        assert session.exec(select(RollupPain)).all() == []
        assert session.exec(select(PainPoint)).all() == []


def test_a_theme_does_not_quote_what_has_left_it(
    say: Say,
    look: Look,
    themes: Themes,
    database: Database,
    workspace: Workspace,
    correct: Callable[..., None],
) -> None:
    """Once it has, nobody would know which theme quotes what is erased."""
    texts = dict(zip(say([*DECLINED, *SLOW]), [*DECLINED, *SLOW], strict=True))
    look()
    said = {theme.title for theme in themes()}
    quoted = [id for id, text in texts.items() if text in said]
    assert len(quoted) == len(said) == 2
    correct(quoted[0], stage="usage", touchpoint="mobile_app")
    correct(quoted[1], sentiment="neutral")
    assert {(theme.title, *theme.keywords) for theme in themes()} == {("Checkout at purchase",)}
    for id in quoted:
        _transact(database, erase_one, workspace.id, id)
    look()
    assert said.isdisjoint(theme.title for theme in themes())
    assert all(theme.keywords for theme in themes())


def test_a_theme_does_not_quote_what_is_read_to_be_of_another(
    say: Say,
    look: Look,
    themes: Themes,
    database: Database,
    analyse: Analyse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    say([*DECLINED, *SLOW])
    look()
    for theme in themes():
        with database.write() as session:
            session.get_one(PainPoint, (theme.workspace_id, theme.id)).owner = "Ana"
    before = [theme.title for theme in themes()]
    analyse(FakeAnalyzer("2"))
    assert [theme.title for theme in themes()] == before
    monkeypatch.setattr(fakes, "_cell", lambda *_: ("renewal", "mobile_app"))
    analyse(FakeAnalyzer("3"))
    assert {(theme.title, *theme.keywords) for theme in themes()} == {("Checkout at purchase",)}
    assert verify(database).clean


def test_no_spelling_hides_what_was_erased(
    say: Say, look: Look, themes: Themes, database: Database, workspace: Workspace
) -> None:
    """A capital "ı" is "I", a folded "ß" is "ss", a keyword has blanks for commas; a person's title
    stays, not the keywords."""
    texts = [f"ısrarla straße, checkout declined my visa card {word}" for word in "abcde"]
    ids = say(texts)
    look()
    [theme] = themes()
    assert theme.title.startswith("Israrla")
    assert "ısrarla straße" in theme.keywords
    quoted = next(id for id, text in zip(ids, texts, strict=True) if theme.title[1:] == text[1:])
    _transact(database, erase_one, workspace.id, quoted)
    assert [(each.title, each.keywords) for each in themes()] == [("Checkout at purchase", [])]
    look()
    with database.write() as session:
        row = session.get_one(PainPoint, (theme.workspace_id, theme.id))
        row.title, row.titled_by = "Card refused", workspace.id
        assert row.keywords
    _transact(database, erase_one, workspace.id, next(id for id in ids if id != quoted))
    assert [(each.title, each.keywords) for each in themes()] == [("Card refused", [])]


@pytest.mark.parametrize(
    "use",
    [
        {"owner": "Ana"},
        {"status": IN_PROGRESS},
        {"title": "Card refused", "titled_by": UUID(int=1)},
        {"shaped": True},
    ],
)
def test_what_people_use_outlives_its_mentions(
    say: Say,
    look: Look,
    themes: Themes,
    database: Database,
    workspace: Workspace,
    use: dict[str, Any],
) -> None:
    ids = say([*DECLINED, *SLOW])
    look()
    kept, _ = themes()
    with database.write() as session:
        row = session.get_one(PainPoint, (kept.workspace_id, kept.id))
        row.sqlmodel_update(use)
    for id in ids:
        _transact(database, erase_one, workspace.id, id)
    look()
    assert [(theme.id, theme.title, theme.keywords) for theme in themes()] == [
        (kept.id, use.get("title", "Checkout at purchase"), [])
    ]


def test_what_others_are_still_to_be_moved_to_outlives_its_own_mentions(
    say: Say,
    look: Look,
    themes: Themes,
    database: Database,
    workspace: Workspace,
    die_after: DieAfter,
) -> None:
    """The refresh that merged them is killed before it moves a mention."""
    say([*DECLINED, *SLOW])
    look()
    older, younger = themes()
    with database.write() as session:
        row = session.get_one(PainPoint, (younger.workspace_id, younger.id))
        row.centroid = older.centroid
    say([f"Broken checkout {word * 3} {word * 5}" for word in "xyzvw"])
    assert die_after(2)  # it has claimed the place and merged
    moving = members(database, younger.id)
    assert moving
    for id in members(database, older.id):
        _transact(database, erase_one, workspace.id, id)
    with database.write() as session:
        for refresh in session.exec(select(ThemeRefresh)):
            refresh.claimed_until = None
    look()
    assert members(database, younger.id) == set()
    assert moving <= members(database, older.id)


def test_no_mean_is_of_what_was_erased(
    say: Say,
    look: Look,
    themes: Themes,
    database: Database,
    client: TestClient,
    keys: Keys,
) -> None:
    """Neither of a theme that has other mentions nor of one that people keep without any."""
    ids = say([*DECLINED, "The checkout declined my visa card once", *SLOW])
    look()
    manager = bearer(keys.manage)
    for theme in themes():
        path = f"/v1/pain-points/{theme.id}"
        assert client.patch(path, json={"status": IN_PROGRESS}, headers=manager).is_success
    before = {theme.id: theme.centroid for theme in themes()}
    assert client.delete(f"/v1/feedback/{ids[0]}", headers=manager).is_success
    changed = theme_of(database, ids[1])
    assert [theme.centroid for theme in themes() if theme.id == changed] == [b""]
    assert look()
    for theme in themes():
        assert (theme.centroid != before[theme.id]) == (theme.id == changed)
        assert theme.centroid == mean_of(database, theme)
    for id in ids[1:]:
        assert client.delete(f"/v1/feedback/{id}", headers=manager).is_success
    look()
    assert {theme.id: theme.centroid for theme in themes()} == dict.fromkeys(before, b"")
    say([*DECLINED, *SLOW])
    look()
    assert len(themes()) == 4


def test_no_mean_of_what_a_theme_was_merged_of_outlives_its_mentions(
    say: Say,
    look: Look,
    themes: Themes,
    database: Database,
    client: TestClient,
    keys: Keys,
) -> None:
    ids = say([*DECLINED, *SLOW])
    look()
    into, merged = themes()
    manager = bearer(keys.manage)
    path = f"/v1/pain-points/{merged.id}/merge"
    assert client.post(path, json={"into": str(into.id)}, headers=manager).is_success
    for id in ids:
        assert client.delete(f"/v1/feedback/{id}", headers=manager).is_success
    look()
    with database.read() as session:
        assert session.exec(select(PainPoint.centroid)).all() == [b"", b""]


def test_what_is_erased_while_a_mean_is_computed_is_not_in_it(
    say: Say,
    look: Look,
    themes: Themes,
    database: Database,
    client: TestClient,
    keys: Keys,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ids = say(
        [*DECLINED, *(f"The checkout declined my visa card {word}" for word in ("ago", "once"))]
    )
    look()
    left = iter(ids)

    def erase(id: UUID) -> None:
        path = f"/v1/feedback/{id}"
        assert client.delete(path, headers=bearer(keys.manage)).is_success

    def meanwhile(*arguments: Any) -> ThemeDescription:
        monkeypatch.setattr(describing, "describe_theme", describe_theme)
        erase(next(left))
        return describe_theme(*arguments)

    erase(next(left))
    monkeypatch.setattr(describing, "describe_theme", meanwhile)
    look()
    [theme] = themes()
    assert members(database, theme.id) == set(left)
    assert theme.centroid == mean_of(database, theme)


def test_a_changed_text_leaves_its_theme_and_may_come_back(
    say: Say,
    look: Look,
    themes: Themes,
    database: Database,
    workspace: Workspace,
    analyse: Analyse,
) -> None:
    ids = say([*DECLINED, *SLOW])
    look()
    home = theme_of(database, ids[0])

    def change(session: Session) -> None:
        rows = lock_feedback(session, workspace.id, ids)
        withdraw(session, rows.values())
        for row in rows.values():
            row.text = row.text.replace("card", "bank card")
            make_pending(row, row.received_at)

    database.transact(change)
    assert {theme.title for theme in themes()} == {"Checkout at purchase"}
    assert verify(database).clean
    analyse()
    assert theme_of(database, ids[0]) == home
    look()
    assert "bank" in next(theme.title for theme in themes() if theme.id == home)
    assert len(members(database, home)) == 3


def _transact(database: Database, work: Callable[..., Any], *arguments: Any) -> None:
    database.transact(lambda session: work(session, *arguments))
    report = verify(database)
    assert report.clean, report.findings
