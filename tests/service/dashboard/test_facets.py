"""The filters that a page offers, and those that are chosen."""

import html
import re

import pytest
from fastapi.testclient import TestClient

from models.workspace import Workspace
from service.db import Database
from tests.service.dashboard.pages import PERIOD, asked, open_page
from tests.service.rows import NOON, Said, write

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


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize("other", ["Inc", "not met lately"])
def test_what_is_compared_with_is_sent_by_its_box_alone(visitor: TestClient, other: str) -> None:
    page = open_page(visitor, "/", PERIOD | {"source": "Acme", "compare.source": other})
    fields = re.findall(r'<input [^>]*name="compare.source" value="[^"]*"[^>]*>', page)
    (ticked,) = (field for field in fields if f'value="{other}"' in field)
    assert ticked == f'<input type="checkbox" name="compare.source" value="{other}" checked>'


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize(("path", "query"), [("/", {}), ("/pain-points", {"source": "Acme"})])
def test_what_is_compared_with_goes_along_where_it_has_no_box(
    visitor: TestClient, path: str, query: dict[str, str]
) -> None:
    page = open_page(visitor, path, PERIOD | query | {"compare.source": "Inc"})
    assert page.count('name="compare.source"') == 1
    assert '<input type="hidden" name="compare.source" value="Inc">' in page


@pytest.mark.usefixtures("firms")
def test_the_box_of_a_language_is_ticked_by_any_tag_of_it(visitor: TestClient) -> None:
    page = open_page(visitor, "/", PERIOD | {"language": "en-GB"})
    assert re.findall(r'name="language" value="[^"]*"[^>]*>', page) == [
        'name="language" value="en" checked>'
    ]
