"""Labelling stored mentions anew."""

from typing import Any

from sqlalchemy import event

from models.workspace import Workspace
from service.analysis.engine import Engine
from service.corrections.relabel import relabel
from service.db import Database
from service.items import lock_feedback
from service.journey.queries import lock_workspace
from tests.fakes import FakeAnalyzer
from tests.service.conftest import Analyse
from tests.service.corrections.conftest import review


def test_what_a_workspace_has_taught_is_looked_up_once_for_all_items(
    database: Database, workspace: Workspace, analyse: Analyse
) -> None:
    rows = [review(workspace, f"The app is slow, {number} times") for number in range(5)]
    with database.write() as session:
        session.add_all(rows)
        session.flush()
        ids = [row.id for row in rows]
    analyse()
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    with database.write() as session:
        lock_workspace(session, workspace.id, share=True)
        locked = list(lock_feedback(session, workspace.id, ids).values())
        event.listen(database.engine, "before_cursor_execute", note)
        relabel(session, workspace.id, locked, Engine(FakeAnalyzer()).space)
    assert len([each for each in statements if "FROM learning" in each]) == 1
    assert not [each for each in statements if "FROM workspace" in each]
