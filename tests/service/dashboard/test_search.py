"""Search on the page."""

import html
import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from models.types import new_id
from models.workspace import Workspace
from service.db import Database
from service.web.cursors import encode_cursor
from tests.credentials import Keys, bearer
from tests.service.dashboard.pages import PERIOD, SAME, first_link, open_page
from tests.service.rows import NOON, Said, write


@pytest.fixture
def shop(database: Database, workspace: Workspace) -> None:
    """Twenty-five mentions of a card, the first ones praise, and one of <b>tea</b>."""
    with database.write() as session:
        for number in range(25):
            mood = "positive" if number < 3 else "negative"
            said = Said("purchase", "checkout", mood, text=f"My card, number {number}")
            at = NOON + timedelta(minutes=number)
            write(session, workspace.id, [said], occurred_at=at)
        tea = Said("usage", "product", "neutral", text="<b>Tea</b> & biscuits")
        write(session, workspace.id, [tea], occurred_at=NOON)


def test_words_are_found_as_the_api_finds_them(visitor: TestClient, keys: Keys, shop: None) -> None:
    page = open_page(visitor, "/search", PERIOD | {"q": "card"})
    told = visitor.get("/v1/mentions", params=SAME | {"q": "card"}, headers=bearer(keys.read))
    numbers = re.findall(r'My <b class="sought">card</b>, number (\d+)', page)
    assert numbers == [item["excerpt"]["text"].split()[-1] for item in told.json()["items"]]
    following = visitor.get(first_link(page, r"/search\?[^\"]*cursor=")).text
    assert len(re.findall('class="sought"', following)) == 5
    assert "Earlier feedback" not in following


def test_what_is_found_can_be_narrowed(visitor: TestClient, shop: None) -> None:
    page = open_page(visitor, "/search", PERIOD | {"q": "card", "sentiment": "positive"})
    assert page.count('class="sought"') == 3
    assert 'name="q" value="card"' in page
    none = open_page(visitor, "/search", PERIOD | {"q": "card", "stage": "awareness"})
    assert "No matches with these filters" in none


def test_what_is_found_stays_text(visitor: TestClient, shop: None) -> None:
    page = open_page(visitor, "/search", PERIOD | {"q": "tea"})
    assert html.escape("<b>") + '<b class="sought">Tea</b>' in page
    open_page(visitor, "/search", PERIOD | {"q": '"><script>alert(1)</script>'})


def test_without_a_question_the_latest_are_shown(visitor: TestClient, shop: None) -> None:
    page = open_page(visitor, "/search")
    assert page.count("<mark") == 20
    assert "number 24" in page


def test_a_search_for_nothing_says_what_is_wrong(visitor: TestClient, shop: None) -> None:
    page = open_page(visitor, "/search", {"q": "-card"})
    assert "This search has no word to search for" in page
    assert 'aria-invalid="true"' in page


def test_a_meaning_is_read_by_the_model(visitor: TestClient, keys: Keys, shop: None) -> None:
    page = open_page(visitor, "/search", PERIOD | {"q": "My card", "match": "meaning"})
    told = visitor.get("/v1/mentions", params=SAME | {"like": "My card"}, headers=bearer(keys.read))
    assert page.count("<blockquote") == len(told.json()["items"])


def test_a_search_that_can_not_be_is_told(visitor: TestClient, shop: None) -> None:
    open_page(visitor, "/search", {"q": "card", "stage": "nowhere"}, 422)
    open_page(visitor, "/search", {"q": "card", "cursor": "x"}, 422)
    open_page(visitor, "/search", {"q": "x" * 1001}, 422)


def test_an_altered_cursor_is_told(visitor: TestClient, shop: None) -> None:
    for path, listed, *ordinal in (("/search", "mentions", 0), ("/changes", "changes")):
        cursor = encode_cursor(listed, ["2026-01-01", str(new_id()), *ordinal])
        assert "cursor" in open_page(visitor, path, {"cursor": cursor}, 422)
