"""Whatever happens, in whatever order: roll-ups are the truth, ids stay, nothing is half merged."""

from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.feedback import DONE, Feedback
from models.mention import Mention
from models.pain_point import PainPoint
from models.workspace import Workspace
from service.db import Database
from service.intake.erasure import erase_one
from service.verify.checks import verify
from tests.credentials import Keys, bearer
from tests.fakes import FakeAnalyzer
from tests.service.conftest import Analyse
from tests.service.themes.conftest import Look, Say

STEPS = 30
SUBJECTS = ("declined my visa card", "slow checkout page loading", "broken checkout voucher code")
ODDS = ("here", "there", "now", "then", "again", "twice", "today")


class History:
    """A workspace that random things happen to."""

    def __init__(self, seed: int, database: Database, workspace: Workspace) -> None:
        self.random = Random(seed)  # noqa: S311 - any history will do
        self.database = database
        self.workspace_id = workspace.id
        self.version = 1

    @property
    def analyzer(self) -> FakeAnalyzer:
        """The model of the day."""
        return FakeAnalyzer(str(self.version))

    def texts(self) -> list[str]:
        return [
            f"Checkout bad {self.random.choice(SUBJECTS)} {self.random.choice(ODDS)}"
            for _ in range(self.random.randrange(1, 6))
        ]

    def erase(self) -> None:
        if id := self._any(Feedback.id):
            self.database.transact(lambda session: erase_one(session, self.workspace_id, id))

    def request(self) -> tuple[str, str, dict[str, Any]] | None:
        """Something that a person might want."""
        item, theme, other = (
            self._any(Feedback.id),
            self._any(PainPoint.id),
            self._any(PainPoint.id),
        )
        if item is None or theme is None:
            return None
        mood = self.random.choice(("negative", "neutral", "positive"))
        path = f"/v1/pain-points/{theme}"
        wishes: list[tuple[str, str, dict[str, Any]]] = [
            ("PATCH", f"/v1/feedback/{item}/mentions/0", {"sentiment": mood}),
            ("PATCH", path, {"status": "resolved"}),
            ("POST", f"{path}/merge", {"into": str(other)}),
            ("POST", f"{path}/split", {"mentions": self._members(theme)}),
            ("POST", f"{path}/split", {"parts": 2}),
        ]
        return self.random.choice(wishes)

    def _members(self, theme: UUID) -> list[dict[str, Any]]:
        with self.database.read() as session:
            found = session.exec(select(Mention).where(Mention.pain_point_id == theme)).all()
        chosen = self.random.sample(found, min(len(found), 2))
        return [{"feedback_id": str(each.feedback_id), "ordinal": each.ordinal} for each in chosen]

    def _any(self, column: Any) -> UUID | None:
        with self.database.read() as session:
            ids = session.exec(select(column)).all()
        return self.random.choice(sorted(ids)) if ids else None


@pytest.mark.parametrize("seed", range(3))
def test_any_history_leaves_the_truth(
    database: Database,
    workspace: Workspace,
    client: TestClient,
    keys: Keys,
    say: Say,
    look: Look,
    analyse: Analyse,
    seed: int,
) -> None:
    history = History(seed, database, workspace)

    def read_again() -> None:
        history.version += 1
        analyse(history.analyzer)

    def shape() -> None:
        if wish := history.request():
            method, path, body = wish
            answer = client.request(method, path, json=body, headers=bearer(keys.manage))
            assert answer.status_code < 500, answer.text

    deeds: tuple[Callable[[], Any], ...] = (
        lambda: say(history.texts()),
        lambda: look(history.analyzer),
        read_again,
        history.erase,
        shape,
    )
    for deed in history.random.choices(deeds, weights=(3, 3, 1, 1, 4), k=STEPS):
        deed()
        report = verify(database)
        assert report.clean, report.findings
    read_again()
    look(history.analyzer)
    nothing_is_half_done(database)


def nothing_is_half_done(database: Database) -> None:
    """Everything is analysed, and no merged theme has mentions."""
    with database.read() as session:
        assert set(session.exec(select(Feedback.state))) <= {DONE}
        themes = {row.id: row for row in session.exec(select(PainPoint))}
        used = set(session.exec(select(Mention.pain_point_id).distinct())) - {None}
    homes = {row.merged_into for row in themes.values()} - {None}
    assert all(themes[id].merged_into is None for id in used | homes if id)
