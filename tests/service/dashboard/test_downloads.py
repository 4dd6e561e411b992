"""Downloads of the pages: the API's exports, for signed-in visitors."""

import csv
import html
import io
import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from models.workspace import Workspace
from service.db import Database
from tests.credentials import Keys, bearer
from tests.service.rows import NOON, Said, theme, write

PERIOD = {"from": "2026-02-01", "to": "2026-03-31"}
SAME = {"since": "2026-02-01", "until": "2026-04-01", "bom": "true"}
CHECKOUT = ("purchase", "checkout")
PAGES = {
    "/": ["journey.csv", "journey.png"],
    "/pain-points": ["pain-points.csv"],
    "/wins": ["wins.csv"],
    "/search": ["mentions.csv"],
}


@pytest.fixture
def shop(database: Database, workspace: Workspace) -> None:
    """Complaints about the checkout, in a theme, and praise of the product, over two months."""
    with database.write() as session:
        declined = theme(session, workspace.id, CHECKOUT, "Card declined")
        for number in range(30):
            text = "my card was declined" if number % 2 else "=1+1"
            said = [
                Said(*CHECKOUT, severity=2, text=text, theme=declined),
                Said("usage", "product", "positive"),
            ]
            at = NOON - timedelta(days=2 * number)
            source = "web" if number % 3 else "app"
            write(session, workspace.id, said, occurred_at=at, source=source)


def rows(file: str) -> list[list[str]]:
    """The rows of a CSV file."""
    return list(csv.reader(io.StringIO(file)))


@pytest.mark.usefixtures("shop")
def test_every_ranking_and_list_has_its_file(visitor: TestClient) -> None:
    for path, files in PAGES.items():
        page = visitor.get(path, params=PERIOD | {"source": "web"}).text
        links = [html.unescape(link) for link in re.findall(r'href="(/export/[^"]*)"', page)]
        assert [re.split(r"[/?]", link)[2] for link in links] == files
        for link in links:
            assert "source=web" in link
            answer = visitor.get(link)
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-disposition"].startswith("attachment; ")
            assert "no-store" in answer.headers["cache-control"]
            assert answer.headers["vary"].startswith("Cookie")


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("file", "here", "there"),
    [
        ("journey", {"compare.from": "2026-01-01", "compare.to": "2026-01-31"}, {}),
        ("pain-points", {"sort": "recent", "status": "open"}, {"level": "theme"}),
        ("wins", {"source": "app", "sort": "pain"}, {"sort": "joy"}),
        ("mentions", {"q": "card", "sentiment": "negative"}, {}),
    ],
)
def test_a_file_is_what_the_api_exports(
    visitor: TestClient, keys: Keys, file: str, here: dict[str, str], there: dict[str, str]
) -> None:
    answer = visitor.get(f"/export/{file}.csv", params=PERIOD | here)
    days = {"compare.from": "compare_since", "compare.to": "compare_until"}
    same = {days.get(name, name): value for name, value in here.items()} | there
    if "compare_until" in same:
        same["compare_until"] = "2026-02-01"
    told = visitor.get(f"/v1/exports/{file}", params=SAME | same, headers=bearer(keys.read))
    assert told.status_code == 200, told.text
    assert answer.text == told.text
    assert len(rows(answer.text)) > 1


@pytest.mark.usefixtures("shop")
def test_what_can_not_be_a_file_is_told_on_a_page(visitor: TestClient) -> None:
    for path, params in {
        "/export/mentions.csv": {"q": "card", "match": "meaning"},
        "/export/pain-points.csv": {"from": "2026-03-02", "to": "2026-03-01"},
        "/export/wins.csv": {"sauce": "x"},
        "/export/journey.csv": {"stage": "nowhere"},
    }.items():
        answer = visitor.get(path, params=params)
        assert answer.status_code == 422
        assert answer.headers["content-type"].startswith("text/html")
        assert "content-disposition" not in answer.headers
    page = visitor.get("/search", params=PERIOD | {"q": "card", "match": "meaning"}).text
    assert "/export/" not in page


def test_who_signs_in_for_a_file_is_led_to_its_page(client: TestClient, keys: Keys) -> None:
    """A browser that is redirected to a download would stay on the sign-in page."""
    for page, files in PAGES.items():
        for file in files:
            wanted = {"key": keys.read, "next": f"/export/{file}?stage=purchase&sort=recent"}
            answer = client.post("/sign-in", data=wanted, follow_redirects=False)
            assert answer.headers["location"] == f"{page}?stage=purchase&sort=recent"


@pytest.mark.usefixtures("shop")
def test_files_are_for_who_is_signed_in_and_for_links_of_the_page(
    visitor: TestClient, keys: Keys
) -> None:
    path = "/export/mentions.csv"
    for site, status in {
        "cross-site": 403,
        "same-site": 403,
        "same-origin": 200,
        "none": 200,
    }.items():
        assert visitor.get(path, headers={"sec-fetch-site": site}).status_code == status
    visitor.cookies.clear()
    answer = visitor.get(path, headers=bearer(keys.read), follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fexport%2Fmentions.csv"
