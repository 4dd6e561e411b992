"""What happens to a place while it is looked through is followed, then or the next time."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.feedback import Feedback
from models.pain_point import PainPoint
from nlp.themes.space import centroid_to_bytes, centroids_from_bytes
from service.db import Database
from service.themes import editing
from service.verify.checks import verify
from tests.credentials import Keys, bearer
from tests.service.themes.conftest import DECLINED, SLOW, Look, Say, Themes, members

DECLINED_TOO = [f"The checkout declined my visa card {word}" for word in ("ago", "once")]
OTHERS = [f"Broken checkout {word * 3} {word * 5}" for word in "xyzvw"]
STEPS = 4
"""The transactions of a refresh here."""


class People:
    """What they ask for; their processes are ended right after the deed itself."""

    def __init__(self, client: TestClient, keys: Keys, database: Database) -> None:
        self.client, self.keys, self.database = client, keys, database
        self.declined = self.slow = UUID(int=0)

    def erase(self) -> None:
        """Erase what the title of a theme quotes."""
        with self.database.read() as session:
            title = session.exec(select(PainPoint.title).where(PainPoint.id == self.declined)).one()
            quoted = session.exec(select(Feedback.id).where(Feedback.text == title)).one()
        self._ask("DELETE", f"/v1/feedback/{quoted}")

    def split(self) -> None:
        """Make one mention a theme of its own; its title is still to be found."""
        one = {"feedback_id": str(min(members(self.database, self.declined))), "ordinal": 0}
        self._ask("POST", f"/v1/pain-points/{self.declined}/split", {"mentions": [one]})

    def merge(self) -> None:
        """Merge two themes; most mentions are still to be moved."""
        self._ask("POST", f"/v1/pain-points/{self.slow}/merge", {"into": str(self.declined)})

    def name(self) -> None:
        """Give the theme a title, with which no refresh merges it into another."""
        self._ask("PATCH", f"/v1/pain-points/{self.slow}", {"title": "Takes minutes"})

    def _ask(self, method: str, path: str, body: Any = None) -> None:
        answer = self.client.request(method, path, json=body, headers=bearer(self.keys.manage))
        assert answer.is_success, answer.text


@pytest.fixture
def people(
    client: TestClient,
    keys: Keys,
    database: Database,
    say: Say,
    look: Look,
    themes: Themes,
    monkeypatch: pytest.MonkeyPatch,
) -> People:
    monkeypatch.setattr(editing, "MOVE_BATCH", 1)
    monkeypatch.setattr(editing, "move_rest", lambda *_: None)
    monkeypatch.setattr(editing, "describe_again", lambda *_: None)
    say([*DECLINED, *DECLINED_TOO, *SLOW])
    look()
    people = People(client, keys, database)
    declined, slow = sorted(themes(), key=lambda theme: "visa" not in " ".join(theme.keywords))
    people.declined, people.slow = declined.id, slow.id
    return people


@pytest.mark.parametrize("deed", [People.erase, People.split, People.merge])
@pytest.mark.parametrize("nth", range(1, STEPS + 1))
def test_a_deed_between_any_two_steps_of_a_refresh_is_followed(
    people: People,
    say: Say,
    look: Look,
    themes: Themes,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    deed: Callable[[People], None],
    nth: int,
) -> None:
    say(OTHERS)
    transact, steps = Database.transact, count(1)

    def interrupted(self: Database, work: Any) -> Any:
        if next(steps) == nth:
            with monkeypatch.context() as patch:
                patch.setattr(Database, "transact", transact)
                deed(people)
        return transact(self, work)

    with monkeypatch.context() as patch:
        patch.setattr(Database, "transact", interrupted)
        look()
    assert next(steps) > STEPS
    look()
    assert all(theme.keywords for theme in themes())
    with database.read() as session:
        are_merged = select(PainPoint.id).where(col(PainPoint.merged_into).is_not(None))
        merged = session.exec(are_merged).all()
    assert not any(members(database, theme) for theme in merged)
    assert verify(database).clean


@pytest.mark.parametrize("deeds", [[], [People.name]])
def test_mentions_go_where_their_theme_has_gone_and_nowhere_if_it_stays(
    people: People,
    say_loose: Say,
    look: Look,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    deeds: list[Callable[[People], None]],
) -> None:
    """Mentions are to join a theme that is to be merged; meanwhile a person may name it."""
    new = set(say_loose([f"Slow checkout page took minutes loading {word}" for word in "abcde"]))
    with database.write() as session:
        ids = (people.declined, people.slow)
        declined, slow = (
            session.exec(select(PainPoint).where(PainPoint.id == id)).one() for id in ids
        )
        [one, other] = centroids_from_bytes([declined.centroid, slow.centroid])
        declined.centroid = centroid_to_bytes((one + 4 * other) / np.linalg.norm(one + 4 * other))
        declined.created_at = slow.created_at - timedelta(days=1)
    transact, steps = Database.transact, count(1)

    def interrupted(self: Database, work: Any) -> Any:
        if next(steps) == 2:
            with monkeypatch.context() as patch:
                patch.setattr(Database, "transact", transact)
                for deed in deeds:
                    deed(people)
        return transact(self, work)

    with monkeypatch.context() as patch:
        patch.setattr(Database, "transact", interrupted)
        look()
    assert new <= members(database, people.slow if deeds else people.declined)
