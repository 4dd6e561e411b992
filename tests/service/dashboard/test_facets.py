"""Filters that a page offers, and what it does with those that were chosen."""

import html
import re

import pytest
from fastapi.testclient import TestClient

from models.workspace import Workspace
from service.db import Database
from tests.service.dashboard.test_address import asked
from tests.service.dashboard.test_pages import PERIOD, open_page
from tests.service.insights.rows import NOON, Said, write

SOURCES = ("Acme, Inc", "Acme", "Inc")


@pytest.fixture
def firms(database: Database, workspace: Workspace) -> None:
    """A complaint from each of three systems."""
    with database.write() as session:
        for source in SOURCES:
            said = [Said("purchase", "checkout")]
            write(session, workspace.id, said, occurred_at=NOON, source=source)


@pytest.mark.usefixtures("firms")
def test_a_value_with_a_comma_can_be_chosen(visitor: TestClient) -> None:
    offered = re.findall(r'name="source" value="([^"]*)"', open_page(visitor, "/"))
    assert sorted(offered) == ["Acme", r"Acme\, Inc", "Inc"]
    page = open_page(visitor, "/", PERIOD | {"source": r"Acme\, Inc"})
    assert "1 analysed" in page
    assert r'value="Acme\, Inc" checked' in page
    assert "<bdi>Acme, Inc</bdi>" in page
    (without,) = re.findall(r'href="([^"]*)"><span>source:', page)
    assert asked(html.unescape(without)) == {"from": PERIOD["from"], "to": PERIOD["to"]}


@pytest.mark.usefixtures("firms")
def test_a_segment_is_not_compared_with_itself(visitor: TestClient) -> None:
    page = open_page(visitor, "/", PERIOD | {"source": "Acme", "compare.source": "Acme"})
    assert "on both sides" in page
    assert "Side by side" not in page
