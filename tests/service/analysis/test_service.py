"""A worker's batch: what is written, and what happens when something goes wrong in between."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select, update

from models.feedback import DONE, FAILED, PENDING, Feedback
from models.mention import Mention
from models.workspace import Workspace
from nlp.documents import Analysis, Document
from service.analysis import service as room
from service.analysis.service import BatchAnalyzer
from service.clock import now
from service.db import Database
from service.journey.schemas import DefinitionIn
from service.journey.service import put_definition
from service.verify.checks import verify
from tests.fakes import FakeAnalyzer
from tests.service.analysis.conftest import AddFeedback, MakeBatchAnalyzer

Find = Callable[[UUID], Feedback]


class Interrupted(FakeAnalyzer):
    """Does something else once, just before it reads."""

    def __init__(self, interruption: Callable[[], Any]) -> None:
        super().__init__()
        self.interruption: Callable[[], Any] | None = interruption

    def analyze(self, documents: Sequence[Document], embeddings: bool = False) -> list[Analysis]:
        if self.interruption is not None:
            self.interruption()
            self.interruption = None
        return super().analyze(documents, embeddings)


class Unwritable(FakeAnalyzer):
    """Reads an impossible stage into any text about an app."""

    def analyze(self, documents: Sequence[Document], embeddings: bool = False) -> list[Analysis]:
        return [
            replace(
                analysis,
                mentions=tuple(
                    replace(mention, stage="nowhere") if "app" in mention.text else mention
                    for mention in analysis.mentions
                ),
            )
            for analysis in super().analyze(documents, embeddings)
        ]


class Short(FakeAnalyzer):
    """Forgets the last document of every batch."""

    def analyze(self, documents: Sequence[Document], embeddings: bool = False) -> list[Analysis]:
        return super().analyze(documents[:-1], embeddings)


@pytest.fixture
def find(database: Database) -> Find:
    """The row with an id, as it is now."""

    def find(key: UUID) -> Feedback:
        with database.read() as session:
            return session.exec(select(Feedback).where(Feedback.id == key)).one()

    return find


def mentions(database: Database) -> Sequence[Mention]:
    with database.read() as session:
        return session.exec(select(Mention).order_by(col(Mention.ordinal))).all()


def change(database: Database, **columns: Any) -> None:
    with database.write() as session:
        session.execute(update(Feedback).values(**columns))


def work(batch_analyzer: BatchAnalyzer) -> int:
    """Rounds until there is nothing to do."""
    rounds = 0
    while batch_analyzer.run_once(lambda: True):
        rounds += 1
    return rounds


def test_an_item_is_read_and_its_mentions_and_sums_are_written(
    add: AddFeedback, batch_analyzer: MakeBatchAnalyzer, find: Find, database: Database
) -> None:
    key = add("The checkout was slow. I love the app. Great support")
    assert work(batch_analyzer()) == 1
    row = find(key)
    assert (row.state, row.attempts, row.error, row.claimed_by) == (DONE, 0, None, None)
    assert (row.sentiment, row.stage, row.touchpoint) == ("mixed", "purchase", "checkout")
    assert (row.severity, row.language_read, row.analysis_version) == (2, "en", "1-000000000000")
    assert row.analysed_at is not None
    first, second, third = mentions(database)
    assert (first.start, first.end, first.sentiment) == (0, 21, "negative")
    assert (second.start, second.end, second.touchpoint) == (23, 37, "mobile_app")
    assert (third.start, third.end, third.sentiment) == (39, 52, "positive")
    assert first.candidates == {
        "stage": [{"key": "purchase", "p": 0.9}],
        "touchpoint": [{"key": "checkout", "p": 0.9}],
    }
    assert row.confidence is not None
    assert row.confidence["stage"] < first.confidence["stage"] == 0.9
    assert {first.stage_provenance, first.touchpoint_provenance} == {"model"}
    report = verify(database)
    assert report.clean
    assert (report.items, report.mentions) == (1, 3)


def test_an_item_without_words_is_done_without_mentions(
    add: AddFeedback, batch_analyzer: MakeBatchAnalyzer, find: Find, database: Database
) -> None:
    key = add("", rating_value=9, rating_min=0, rating_max=10, rating_scale="nps", rating_norm=0.9)
    work(batch_analyzer())
    assert (find(key).state, find(key).confidence) == (DONE, None)
    assert mentions(database) == []
    assert verify(database).clean


def test_what_the_sender_said_narrows_the_reading(
    add: AddFeedback, batch_analyzer: MakeBatchAnalyzer, find: Find, database: Database
) -> None:
    key = add("The checkout was slow.", stage_sent="awareness", touchpoint_sent="website")
    work(batch_analyzer())
    assert (find(key).stage, find(key).touchpoint) == ("awareness", "website")
    [mention] = mentions(database)
    assert mention.stage_provenance == mention.touchpoint_provenance == "explicit"


def test_a_touchpoint_that_the_journey_has_no_more_is_ignored(
    add: AddFeedback, batch_analyzer: MakeBatchAnalyzer, database: Database, workspace: Workspace
) -> None:
    definition = DefinitionIn.model_validate(
        {
            "stages": [
                {"key": "all", "name": "All", "includes": [{"stage": "purchase"}]},
            ],
            "touchpoints": [{"key": "shop", "name": "Shop", "includes": ["website"]}],
        }
    )
    add("The checkout was slow.", stage_sent="all", touchpoint_sent="checkout")
    database.transact(
        lambda session: put_definition(session, workspace.id, definition, lambda _: True)
    )
    work(batch_analyzer())
    [mention] = mentions(database)
    assert (mention.stage, mention.stage_provenance) == ("purchase", "explicit")
    assert (mention.touchpoint, mention.touchpoint_provenance) == ("checkout", "model")


def test_a_new_version_of_the_analysis_replaces_the_old_one(
    add: AddFeedback, batch_analyzer: MakeBatchAnalyzer, find: Find, database: Database
) -> None:
    key = add("The checkout was slow. I love the app")
    work(batch_analyzer())
    assert work(batch_analyzer(FakeAnalyzer("2"))) == 1
    assert find(key).analysis_version == "2-000000000000"
    assert {mention.model_version for mention in mentions(database)} == {"2-000000000000"}
    report = verify(database)
    assert report.clean
    assert report.mentions == 2


def test_of_two_versions_the_one_that_started_last_has_the_last_word(
    add: AddFeedback, batch_analyzer: MakeBatchAnalyzer, find: Find, database: Database
) -> None:
    key = add()
    older, newer = batch_analyzer(), batch_analyzer(FakeAnalyzer("2"))
    assert [work(older), work(newer), work(older), work(newer)] == [1, 1, 0, 0]
    fresh = add()
    assert [work(older), work(newer), work(older)] == [1, 1, 0]
    assert {find(id).analysis_version for id in (key, fresh)} == {"2-000000000000"}
    assert [work(batch_analyzer()), work(newer)] == [1, 0]
    assert {find(id).analysis_version for id in (key, fresh)} == {"1-000000000000"}
    assert verify(database).clean


def test_an_item_that_changed_while_it_was_read_is_read_again(
    add: AddFeedback, batch_analyzer: MakeBatchAnalyzer, find: Find, database: Database
) -> None:
    key = add("The checkout was slow.")
    changes = {"text": "I love the app", "revision": 2, "claimed_by": None, "claimed_until": None}
    reader = batch_analyzer(Interrupted(lambda: change(database, **changes)))
    reader.run_once(lambda: True)
    assert (find(key).state, mentions(database)) == (PENDING, [])
    reader.run_once(lambda: True)
    assert (find(key).state, find(key).sentiment) == (DONE, "positive")
    assert verify(database).clean


def test_a_result_whose_claim_went_to_another_worker_is_dropped(
    add: AddFeedback, batch_analyzer: MakeBatchAnalyzer, find: Find, database: Database
) -> None:
    key = add()
    other = batch_analyzer()

    def overtake() -> None:
        change(database, claimed_until=now() - timedelta(seconds=1))
        other.run_once(lambda: True)

    batch_analyzer(Interrupted(overtake)).run_once(lambda: True)
    assert find(key).state == DONE
    report = verify(database)
    assert report.clean
    assert report.mentions == 1


def test_an_item_erased_while_it_was_read_stays_erased(
    add: AddFeedback, batch_analyzer: MakeBatchAnalyzer, database: Database
) -> None:
    key = add()

    def erase() -> None:
        with database.write() as session:
            session.delete(session.exec(select(Feedback).where(Feedback.id == key)).one())

    assert batch_analyzer(Interrupted(erase)).run_once(lambda: True)
    assert mentions(database) == []
    assert verify(database).clean


def test_an_item_that_breaks_the_model_fails_alone_and_with_its_reason(
    add: AddFeedback,
    batch_analyzer: MakeBatchAnalyzer,
    find: Find,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("service.analysis.claims.BACK_OFF_SECONDS", (60.0,))
    good = [add() for _ in range(20)]
    bad = add("poison")
    reader = batch_analyzer(max_attempts=2)
    work(reader)
    assert {find(key).state for key in good} == {DONE}
    assert (find(bad).state, find(bad).attempts) == (PENDING, 1)
    assert find(bad).error == "RuntimeError: poisoned batch"
    assert find(bad).due_at > now()
    change(database, due_at=now())
    work(reader)
    assert (find(bad).state, find(bad).attempts) == (FAILED, 2)
    change(database, due_at=now())
    assert work(reader) == 0
    assert verify(database).clean


def test_an_analysed_item_that_the_next_version_fails_on_contributes_nothing(
    add: AddFeedback, batch_analyzer: MakeBatchAnalyzer, find: Find, database: Database
) -> None:
    key = add("The checkout was slow.")
    work(batch_analyzer())
    change(database, text="poison")
    work(batch_analyzer(FakeAnalyzer("2"), max_attempts=1))
    row = find(key)
    assert (row.state, row.sentiment, row.analysis_version) == (FAILED, None, None)
    report = verify(database)
    assert report.clean
    assert (report.mentions, report.rows) == (0, 0)


@pytest.mark.parametrize("analyzer", [Unwritable(), Short()])
def test_a_result_that_makes_no_sense_counts_against_its_item(
    analyzer: FakeAnalyzer,
    add: AddFeedback,
    batch_analyzer: MakeBatchAnalyzer,
    find: Find,
    database: Database,
) -> None:
    good, bad = add("Great checkout"), add("The app")
    work(batch_analyzer(analyzer, max_attempts=1))
    assert find(bad).state == FAILED
    assert (find(good).state == DONE) == isinstance(analyzer, Unwritable)
    assert verify(database).clean


def test_an_item_that_ended_its_process_too_often_is_set_aside(
    add: AddFeedback, batch_analyzer: MakeBatchAnalyzer, find: Find, database: Database
) -> None:
    key = add()
    change(database, attempts=4, claimed_by="gone", claimed_until=now())
    analyzer = FakeAnalyzer()
    work(batch_analyzer(analyzer))
    assert (find(key).state, analyzer.calls) == (FAILED, [])
    assert find(key).error == "the analysis crashed the process 4 times"


def test_a_failing_database_counts_against_nobody(
    add: AddFeedback,
    batch_analyzer: MakeBatchAnalyzer,
    find: Find,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = add()
    reader = batch_analyzer(max_attempts=1)

    def lost(*_: Any) -> None:
        raise OperationalError("COMMIT", {}, Exception("connection lost"))

    for _ in range(3):
        with monkeypatch.context() as patch:
            patch.setattr(room, "write", lost)
            with pytest.raises(OperationalError):
                reader.run_once(lambda: True)
        assert find(key).attempts == 1
    work(reader)
    assert find(key).state == DONE
    assert verify(database).clean


def test_what_is_unread_when_the_worker_must_stop_is_given_back(
    add: AddFeedback, batch_analyzer: MakeBatchAnalyzer, database: Database
) -> None:
    for _ in range(20):
        add()
    answers = iter([True, False])
    batch_analyzer().run_once(lambda: next(answers))
    with database.read() as session:
        rows = session.exec(select(Feedback)).all()
    assert sorted(row.state for row in rows) == [DONE] * 16 + [PENDING] * 4
    assert {(row.attempts, row.claimed_by) for row in rows} == {(0, None)}


def test_a_long_batch_keeps_its_claim(
    add: AddFeedback, batch_analyzer: MakeBatchAnalyzer, find: Find, database: Database
) -> None:
    keys = [add() for _ in range(40)]
    seen: list[Any] = []

    def look() -> bool:
        seen.append(max(filter(None, (find(key).claimed_until for key in keys))))
        time.sleep(0.02)
        return True

    batch_analyzer(lease_seconds=0.03).run_once(look)
    assert seen[0] < seen[1] < seen[2]
