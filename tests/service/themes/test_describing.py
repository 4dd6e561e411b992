"""The language that themes are told in."""

from datetime import date
from typing import Any

from models.rollup_span import RollupItemSpan
from models.workspace import Workspace
from service.db import Database
from service.rollups.segments import ALL_FEEDBACK
from service.rollups.spans import ITEMS_ONLY_VIEW, SLICES
from service.themes.describing import main_language
from tests.service.themes.conftest import Say


def store(database: Database, workspace: Workspace, **columns: Any) -> None:
    row: dict[str, Any] = {
        "workspace_id": workspace.id,
        "span": SLICES["year"],
        "segment": ALL_FEEDBACK,
        "view": ITEMS_ONLY_VIEW,
        "start": date(2026, 1, 1),
        "kind": "review",
        "source": "shop",
        "channel": "website",
        "language": "en",
        "cells": "0",
        "scale": "",
    }
    with database.write() as session:
        session.add(RollupItemSpan(**row | columns))


def test_it_is_that_of_most_feedback(say: Say, database: Database, workspace: Workspace) -> None:
    texts = ("The app is slow", "The app is broken", "Great support")
    for text, language in zip(texts, ("en", "de", "de"), strict=True):
        say([text], language=language)
    with database.read() as session:
        assert main_language(session, workspace.id) == "de"


def test_it_is_counted_by_the_year_and_each_item_once(
    database: Database, workspace: Workspace
) -> None:
    """A view of the cells has items again, so have months, a span without languages tells none."""
    for year in (2025, 2026):
        store(database, workspace, start=date(year, 1, 1), language="pt", items=2)
    store(database, workspace, items=3)
    store(database, workspace, span=SLICES["month"], items=80)
    store(database, workspace, view="checkout", cells="1", items=90)
    store(database, workspace, span="year", start=date(2026, 1, 1), language="", items=7)
    with database.read() as session:
        assert main_language(session, workspace.id) == "pt"


def test_without_feedback_it_is_english(database: Database, workspace: Workspace) -> None:
    with database.read() as session:
        assert main_language(session, workspace.id) == "en"
