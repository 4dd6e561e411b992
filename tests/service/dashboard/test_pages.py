"""The pages: they match the API, escape what they quote, and explain errors."""

import html
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from models.pain_point import PAIN
from models.workspace import Workspace
from service.db import Database
from service.insights.journey_cells import cell_id
from service.journey.native import Cell
from tests.credentials import Keys, bearer
from tests.service.dashboard.conftest import sign_in
from tests.service.dashboard.pages import PERIOD, SAME, first_link, open_page, text_of
from tests.service.rows import (
    NOON,
    Said,
    nps,
    rating,
    theme,
    write,
    write_long_before,
)

JSON = {"content-type": "application/json"}
CHECKOUT = ("purchase", "checkout")
PLACES = (("usage", "product"), ("support", "support"))
PATHS = ("/", "/pain-points", "/wins", "/drivers", "/trends", "/changes", "/search")
HOSTILE = "</blockquote><script>alert(1)</script>\"'&{{ 7 * 7 }}{% raw %}\u202e\u2066 javascript:x"

NONSENSE: list[tuple[dict[str, str], str]] = [
    ({"nonsense": "1"}, "nonsense"),
    ({"from": "yesterday"}, "from"),
    ({"from": "2026-03-02", "to": "2026-03-01"}, "must not be before"),
    ({"stage": "nowhere"}, "nowhere"),
    ({"journey": "<b>"}, "journey"),
    ({"period": "8"}, "period"),
    ({"cursor": "x"}, "cursor"),
    ({"sort": "x"}, "sort"),
    ({"since": "x" * 3000}, "since"),
    ({"to": "9999-12-31"}, "between the years"),
    ({"compare.from": "2026-03-02", "compare.to": "2026-03-01"}, "must not be before"),
    ({"status": "x"}, "status"),
]


@pytest.fixture
def shop(database: Database, workspace: Workspace) -> str:
    """Thirty complaints about the checkout in a theme, the last one hostile; its feedback's id."""
    with database.write() as session:
        declined = theme(session, workspace.id, CHECKOUT, "Card <b>declined</b>", keywords=["<i>"])
        for number in range(30):
            text = HOSTILE if number == 29 else f"card number {number}"
            said = [
                Said(*CHECKOUT, severity=2, text=text, theme=declined),
                Said("usage", "product"),
            ]
            last = write(
                session,
                workspace.id,
                said,
                occurred_at=NOON,
                source=text if number == 29 else "web",
                attributes={"persona": HOSTILE if number == 29 else "smb"},
                **nps(number % 10),
            )
        return str(last.id)


def test_the_map_says_what_the_api_says(visitor: TestClient, keys: Keys, shop: str) -> None:
    page = open_page(visitor, "/")
    told = visitor.get("/v1/journey", params=SAME, headers=bearer(keys.read)).json()
    nps_value = told["overall"]["kpis"]["nps"]["value"]
    assert f"\u2212{-nps_value:.1f}" in page
    assert f"{told['coverage']['analysed']} analysed" in page
    for stage in told["stages"]:
        assert (stage["name"] in page) is (stage["key"] != "unassigned" or stage["mentions"] > 0)
    assert page.count("Card &lt;b&gt;declined&lt;/b&gt;") >= 2


def test_a_pain_point_has_its_course_and_its_quotes(
    visitor: TestClient, keys: Keys, shop: str
) -> None:
    for level in ("theme", "cell"):
        params = SAME | {"level": level, "stage": "purchase"}
        told = visitor.get("/v1/pain-points", params=params, headers=bearer(keys.read)).json()
        point = told["items"][0]
        page = open_page(visitor, f"/pain-points/{point['id']}")
        assert 'role="img"' in page
        assert f"<dd>{point['items']}</dd>" in page
        assert "card number 28" in page
        assert page.count("<mark") == 10
        more = first_link(page, rf"/pain-points/{point['id']}\?[^\"]*cursor=")
        assert visitor.get(more).text.count("<mark") == 10


@pytest.mark.usefixtures("shop")
def test_what_is_new_after_years_has_its_course(
    visitor: TestClient, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        said = [Said("onboarding", "delivery", "positive")]
        write(session, workspace.id, said, occurred_at=NOON - timedelta(days=1500))
    page = open_page(visitor, "/pain-points", {"period": "all"})
    for _ in ("theme", "its cell"):
        page = open_page(visitor, first_link(page, "/pain-points/"), {"period": "all"})
        assert "Mentions by month" in page


def test_a_change_stands_beside_the_interval_that_it_is_in(
    visitor: TestClient, database: Database, workspace: Workspace
) -> None:
    """8 mentions in 4 items, then 6 in 6: 25% fewer mentions, 50% more items."""
    with database.write() as session:
        write_long_before(session, workspace.id)
        slow = Said(*CHECKOUT, severity=1, theme=theme(session, workspace.id, CHECKOUT, "Slow"))
        for number in range(10):
            said, days = ([slow], 0) if number < 6 else ([slow] * 2, 60)
            write(session, workspace.id, said, occurred_at=NOON - timedelta(days=days))
    ranking = open_page(visitor, "/pain-points")
    point = open_page(visitor, first_link(ranking, "/pain-points/"))
    assert "<dt>Items vs. previous period</dt><dd>+50%" in ranking
    assert "<dt>Change in items</dt><dd>+50%" in point
    assert "4 items in the previous period; −64% to +" in point


def test_the_change_of_a_cell_is_that_of_its_complaints(
    visitor: TestClient, database: Database, workspace: Workspace
) -> None:
    counts = {"negative": (5, 3), "positive": (2, 40)}
    with database.write() as session:
        write_long_before(session, workspace.id)
        for sentiment, counted in counts.items():
            said = [Said(*CHECKOUT, sentiment, severity=sentiment == "negative")]
            for days, count in zip((60, 0), counted, strict=True):
                for _ in range(count):
                    at = NOON - timedelta(days=days)
                    write(session, workspace.id, said, occurred_at=at)
    ranking = open_page(visitor, "/pain-points", PERIOD | {"sort": "trend"})
    assert "<dt>Complaints vs. previous period</dt><dd>−40%</dd>" in ranking
    point = open_page(visitor, first_link(ranking, "/pain-points/"))
    assert "<dt>Change in complaints</dt><dd>−40%</dd>" in point
    assert "7 items in the previous period, 71% of mentions negative; −91% to +" in point
    assert "may be chance" in point
    wins = open_page(visitor, "/wins", PERIOD | {"sort": "trend"})
    assert '<dt>Praise vs. previous period</dt><dd>+1,900% <span class="shift">sig' in wins


def test_a_previous_period_with_the_first_feedback_counts_from_then_on_and_says_so(
    visitor: TestClient, database: Database, workspace: Workspace
) -> None:
    """Two items every day for 20 days before the 59 days of the period, and in them."""
    with database.write() as session:
        slow = Said(*CHECKOUT, severity=1, theme=theme(session, workspace.id, CHECKOUT, "Slow"))
        for day in range(-27, 52):
            for _ in range(2):
                write(session, workspace.id, [slow], occurred_at=NOON - timedelta(days=day))
    ranking = open_page(visitor, "/pain-points")
    point = open_page(visitor, first_link(ranking, "/pain-points/"))
    assert "<dt>Items vs. previous period</dt><dd>0%" in ranking
    assert "The previous period counts from 12 Jan 2026 on, the day of the first" in ranking
    assert "40 items in the previous period (from 12 Jan 2026, the first feedback)" in point
    map_ = text_of(open_page(visitor, "/"))
    assert "compared with 12 Jan 2026 to 31 Jan 2026 (40 items): the previous period, from" in map_
    assert "First seen 12 Jan 2026, last seen 31 Mar 2026 (all time)" in point
    cell = cell_id(workspace.id, Cell(*CHECKOUT), PAIN)
    later = {"from": "2026-02-10", "to": "2026-02-20"}
    ranking = open_page(visitor, "/pain-points", later)
    assert "counts from" not in ranking
    for path in (first_link(ranking, "/pain-points/"), f"/pain-points/{cell}"):
        page = open_page(visitor, path, later)
        assert "First seen 12 Jan 2026, last seen 31 Mar 2026 (all time)" in page


def test_what_customers_write_stays_text(visitor: TestClient, shop: str) -> None:
    escaped = html.escape(HOSTILE, quote=False).replace('"', "&#34;").replace("'", "&#39;")
    page = open_page(visitor, f"/feedback/{shop}")
    assert page.count(escaped) >= 4
    for path in PATHS:
        open_page(visitor, path)
    narrowed = open_page(
        visitor, "/", {"source": HOSTILE, "attr.persona": HOSTILE, "period": "all"}
    )
    assert escaped in narrowed


def test_filters_go_along_every_link(visitor: TestClient, shop: str) -> None:
    page = open_page(visitor, "/", PERIOD | {"source": "web", "attr.persona": "smb"})
    links = re.findall(r'href="(/(?:pain-points|wins|drivers)[^"]*)"', page)
    assert len(links) > 5
    assert all("attr.persona=smb" in link and "from=2026-02-01" in link for link in links)


def test_a_filter_that_makes_no_sense_is_told(visitor: TestClient, shop: str) -> None:
    for params, message in NONSENSE:
        page = open_page(visitor, "/pain-points", params, 422)
        assert message in page
        assert 'aria-label="Pages"' in page


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/trends", {"from": "2026-03-02", "to": "2026-03-01"}),
        ("/", {"compare.from": "2026-03-02", "compare.to": "2026-03-01"}),
    ],
)
def test_dates_the_wrong_way_round_stay_in_the_form(
    visitor: TestClient, shop: str, path: str, params: dict[str, str]
) -> None:
    page = open_page(visitor, path, params | {"source": "web"}, 422)
    for name, day in params.items():
        assert f'name="{name}" value="{day}"' in page
    assert len(re.findall(r"<details[^>]* open", page)) == 1
    assert 'name="source" value="web" checked' in page


def test_what_is_not_there_is_told(visitor: TestClient) -> None:
    for path in (f"/pain-points/{uuid4()}", f"/feedback/{uuid4()}"):
        assert "Not found" in open_page(visitor, path, status=404)
    for path in ("/pain-points/nonsense", "/feedback/1", "/export/journey.pdf"):
        page = open_page(visitor, path, status=404)
        assert "There is nothing at this address." in page
        assert 'aria-label="Pages"' in page


def test_a_browser_that_is_lost_gets_a_page(client: TestClient, keys: Keys) -> None:
    client.headers["accept"] = "text/html,application/xhtml+xml,*/*;q=0.8"
    page = open_page(client, "/nowhere", status=404)
    assert "There is nothing at this address." in page
    assert "Sign out" not in page
    sign_in(client, keys.read)
    assert "Sign out" in open_page(client, "/nowhere", status=404)
    told = "application/problem+json"
    assert client.get("/v1/nowhere").headers["content-type"] == told
    client.headers["accept"] = "*/*"
    assert client.get("/nowhere").headers["content-type"] == told


def test_another_workspace_is_not_seen(client: TestClient, other_keys: Keys, shop: str) -> None:
    stranger = sign_in(client, other_keys.read)
    open_page(stranger, f"/feedback/{shop}", status=404)
    for path in PATHS:
        page = open_page(stranger, path)
        assert "declined" not in page
        assert "alert(1)" not in page


def test_an_empty_workspace_has_its_pages(visitor: TestClient) -> None:
    for path in PATHS:
        for params in ({}, {"period": "7"}, {"journey": "eight-stage"}):
            page = open_page(visitor, path, params)
            assert "voc demo" in page
            assert "voc import file.csv" in page
            assert 'aria-label="Filters"' not in page
            assert "answers" not in page


def test_the_first_feedback_comes_in_as_the_welcome_says(visitor: TestClient, keys: Keys) -> None:
    page = html.unescape(open_page(visitor, "/"))
    url, body = re.findall(r"curl (\S+) .* -d '([^']+)'", page, re.DOTALL)[0]
    answer = visitor.post(url, content=body, headers=bearer(keys.ingest) | JSON)
    assert answer.status_code == 202
    assert "voc demo" not in open_page(visitor, "/")


def test_the_usual_period_reaches_the_latest_feedback(visitor: TestClient, shop: str) -> None:
    page = visitor.get("/").text
    assert re.findall(r'href="[^"]*" aria-current="true">([^<]+)<', page) == ["All"]


def test_the_style_is_served_with_a_name_of_its_own(visitor: TestClient) -> None:
    style = first_link(open_page(visitor, "/"), "/assets/page.css")
    assert re.fullmatch(r"/assets/page\.css\?v=[0-9a-f]{12}", style)
    assert visitor.get(style).headers["content-type"].startswith("text/css")


def test_behind_a_prefix_every_link_has_it(visitor: TestClient, shop: str) -> None:
    proxied = TestClient(visitor.app, root_path="/voc", cookies=visitor.cookies)
    page = open_page(proxied, "/voc/")
    links = re.findall(r'(?:href|action)="([^"]+)"', page)
    assert len(links) > 20
    assert [link for link in links if not link.startswith(("/voc/", "#"))] == []
    proxied.cookies.clear()
    asked = proxied.get("/voc/wins", follow_redirects=False)
    assert asked.headers["location"] == "/voc/sign-in?next=%2Fwins"


def test_pages_are_not_in_the_description_of_the_api(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert [path for path in paths if not path.startswith(("/v1", "/livez", "/readyz", "/m"))] == []


def test_two_periods_stand_side_by_side(
    visitor: TestClient, keys: Keys, database: Database, workspace: Workspace
) -> None:
    """Three quarters of 40 answers in February complain, and a quarter of 40 in March."""
    with database.write() as session:
        write_long_before(session, workspace.id)
        for number in range(80):
            bad = number % 4 < (3 if number < 40 else 1)
            said = Said(*CHECKOUT, "negative" if bad else "positive")
            at = NOON - timedelta(days=20) if number < 40 else NOON
            write(session, workspace.id, [said], occurred_at=at, **nps(2 if bad else 9))
    periods = {"from": "2026-03-01", "to": "2026-03-31", "compare.from": "2026-02-01"}
    page = open_page(visitor, "/", periods | {"compare.to": "2026-02-28"})
    same = {"since": "2026-03-01", "until": "2026-04-01", "compare_since": "2026-02-01"}
    told = visitor.get(
        "/v1/journey", params=same | {"compare_until": "2026-03-01"}, headers=bearer(keys.read)
    ).json()
    assert told["compared_with"]["by"] == "period"
    change = told["overall"]["changes"]["negative_share"]
    assert (change["difference"], change["significant"]) == (-0.5, True)
    assert "Side by side" in page
    assert "1 Feb 2026 to 28 Feb 2026 (40 items)" in page
    assert "\u221250 \u25bc" in page
    assert ", few" not in page
    assert "Side by side" not in open_page(visitor, "/", {"from": "2026-03-01"})


def test_a_difference_of_one_answer_is_of_few(
    visitor: TestClient, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        for at, score in ((NOON, 9), (NOON - timedelta(days=20), 2)):
            write(session, workspace.id, [Said(*CHECKOUT)], occurred_at=at, **nps(score))
    periods = {"from": "2026-03-01", "compare.from": "2026-02-01", "compare.to": "2026-02-28"}
    page = open_page(visitor, "/", periods)
    assert re.search(r">\+200</b> \(\S+ to \+200\), few<", page)


def test_one_day_of_the_other_period_is_enough(visitor: TestClient, shop: str) -> None:
    page = open_page(visitor, "/", PERIOD | {"compare.from": "2025-02-01"})
    assert "no feedback for 1 Feb 2025 to 31 Mar 2025" in page


def test_periods_that_can_not_be_compared_leave_the_map_and_the_form(
    visitor: TestClient, shop: str
) -> None:
    days = {"compare.from": "2026-03-01", "compare.to": "2026-03-02"}
    page = open_page(visitor, "/", PERIOD | days | {"attr.persona": "smb"})
    assert "on both sides" in page
    assert "29 items" in page
    assert 'name="compare.from" value="2026-03-01"' in page
    assert "Side by side" not in page
    endless = {"period": "all", "compare.from": "2026-03-01"}
    assert "both its dates" in open_page(visitor, "/", endless)
    unknown = days | {"compare.nonsense": "x"}
    assert "compare.nonsense" in open_page(visitor, "/", unknown, 422)


def test_the_same_days_a_year_before_are_a_link(visitor: TestClient, shop: str) -> None:
    page = open_page(visitor, "/", {"from": "2024-02-29", "to": "2024-03-10"})
    assert "compare.from=2023-02-28&amp;compare.to=2023-03-10" in page
    long = open_page(visitor, "/", {"from": "2024-03-01", "to": "2026-03-10"})
    assert "compare.from=2023-03-01&amp;compare.to=2024-02-29" in long


def test_the_course_over_time_has_every_stage(visitor: TestClient, keys: Keys, shop: str) -> None:
    page = open_page(visitor, "/trends")
    told = visitor.get(
        "/v1/trends", params=SAME | {"group": "stage"}, headers=bearer(keys.read)
    ).json()
    for series in told["series"]:
        mentions = sum(point["mentions"] for point in series["points"])
        assert (f"<bdi>{series['name']}</bdi></a> <span" in page) is (mentions > 0)
    assert "Mentions by week" in page
    assert "Mentions by day" in open_page(visitor, "/trends", {"period": "all"})


def test_spikes_of_stages_are_told_beside_those_of_everything(
    visitor: TestClient, database: Database, workspace: Workspace
) -> None:
    """A rise in one stage that a fall in another hides in their sum."""
    with database.write() as session:
        for week in range(12):
            at = NOON - timedelta(weeks=week)
            for _ in range(30 if week else 2):
                write(session, workspace.id, [Said("usage", "product", "neutral")], occurred_at=at)
            for _ in range(2 if week else 30):
                write(session, workspace.id, [Said(*CHECKOUT, "neutral")], occurred_at=at)
    page = open_page(visitor, "/trends", {"from": "2026-02-01", "to": "2026-03-08"})
    told = re.findall(r"<li>▼ (.+?)\s*</li>", page)
    assert told == ["<bdi>Purchase</bdi>, week of 2 Mar 2026: <b>30 mentions</b>, 2 expected"]
    assert "None." not in page


def test_an_effect_has_as_many_decimals_as_its_interval(
    visitor: TestClient, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        declined = theme(session, workspace.id, CHECKOUT, "Card declined")
        for number in range(60):
            said = Said(*CHECKOUT, theme=declined) if number % 3 else Said("usage", "product")
            score = rating(1 + number % 7, 1, 7, "csat")
            write(session, workspace.id, [said], occurred_at=NOON, **score)
    page = open_page(visitor, f"/pain-points/{declined}")
    _, _, shown = page.partition("Effect on CSAT (1-7)</dt>")
    figure = r"[−+]?\d+\.\d"
    assert re.match(
        f'<dd>{figure}</dd><dd class="fine"><span class="interval">{figure} to {figure}</span>',
        shown,
    ), shown[:200]


def test_only_effects_beyond_chance_are_told_in_a_ranking(
    visitor: TestClient, keys: Keys, database: Database, workspace: Workspace
) -> None:
    """All who complain about the checkout give 2; those about the product 4 to 10, like others."""
    with database.write() as session:
        for number in range(120):
            place, score = (
                (CHECKOUT, 2) if number % 3 == 0 else (("usage", "product"), 4 + number % 7)
            )
            write(session, workspace.id, [Said(*place)], occurred_at=NOON, **nps(score))
        for number in range(120):
            said = Said("support", "support", "neutral")
            write(session, workspace.id, [said], occurred_at=NOON, **nps(4 + number % 7))
    told = visitor.get("/v1/pain-points", params=SAME, headers=bearer(keys.read)).json()["items"]
    sure = [
        point["impact"]["nps"]
        for point in told
        if point["impact"]["nps"]["interval"]["low"] * point["impact"]["nps"]["interval"]["high"]
        > 0
    ]
    assert 0 < len(sure) < len(told)
    page = open_page(visitor, "/pain-points")
    assert page.count("Effect on NPS, in points") == len(sure)
    assert f", {sure[0]['n']} ratings</span>" in page


def test_drivers_of_too_few_answers_come_after_the_rest(
    visitor: TestClient, keys: Keys, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        for number in range(65):
            place, score = (CHECKOUT, 0) if number < 5 else (PLACES[number % 2], 7)
            said = Said(*place, "neutral")
            write(session, workspace.id, [said], occurred_at=NOON, **nps(score))
    told = visitor.get(
        "/v1/drivers", params=SAME | {"by": "cell"}, headers=bearer(keys.read)
    ).json()["items"]
    assert [driver["small"] for driver in told] == [True, False, False]
    plain = text_of(open_page(visitor, "/drivers"))
    few, *judged = (plain.index(f" {driver['name']} ") for driver in told)
    assert max(judged) < plain.index("Too few to judge") < few


def test_feedback_leads_to_the_places_that_it_is_about(
    visitor: TestClient, keys: Keys, shop: str
) -> None:
    page = open_page(visitor, f"/feedback/{shop}").partition("<main")[2]
    links = [html.unescape(link) for link in re.findall(r'href="(/[^"]*)"', page)]
    assert [link.partition("?")[0] for link in links[:2]] == ["/", "/search"]
    titles = [
        re.findall(r"<title>(.*) ·", visitor.get(link).text)[0]
        for link in links
        if link.startswith("/pain-points/")
    ]
    assert titles == [
        "Checkout at Purchase",
        "Card &lt;b&gt;declined&lt;/b&gt;",
        "Product at Retention",
    ]


@pytest.mark.parametrize(
    ("first", "last", "by"),
    [("2026-02-02", "2026-03-04", "day"), ("2026-02-01", "2026-03-04", "week")],
)
def test_a_month_is_drawn_by_day(
    visitor: TestClient, shop: str, first: str, last: str, by: str
) -> None:
    assert f"Mentions by {by}" in open_page(visitor, "/trends", {"from": first, "to": last})


def test_one_item_of_one_day_is_told_in_the_singular(
    visitor: TestClient, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        slow = theme(session, workspace.id, CHECKOUT, "Slow checkout")
        for day in (1, 0):
            at = NOON - timedelta(days=day)
            write(session, workspace.id, [Said(*CHECKOUT, theme=slow)], occurred_at=at, **nps(3))
    today = NOON.date().isoformat()
    for path in ("/", f"/pain-points/{slow}", "/trends", "/drivers"):
        page = open_page(visitor, path, {"from": today, "to": today})
        told = text_of(page)
        assert not re.search(r"\b1 (items|mentions|ratings|answers)\b", told)
        if path == "/":
            assert "1 mention, 100% negative" in told
            assert "1 item, too few to judge" in told
            assert "4 Mar 2026, compared with 3 Mar 2026 (1 item)" in told
            assert "no feedback" in told
            assert "0 items" not in told


@pytest.mark.parametrize("path", ["/", "/trends"])
def test_a_net_sentiment_of_too_few_answers_has_no_colour(
    visitor: TestClient, database: Database, workspace: Workspace, path: str
) -> None:
    with database.write() as session:
        write(session, workspace.id, [Said(*CHECKOUT)], occurred_at=NOON)
    page = open_page(visitor, path)
    assert not re.search('(circle|span) class="(swatch )?n3', page)
    assert 'class="swatch n1 few"' in page
    if path == "/":
        assert '<circle class="few"' in page
        assert "Purchase \u2212100 (too few to judge)" in page
        assert 'class="swatch none">\u2013<' in page


def test_where_only_ignored_ones_are_a_ranking_says_that_they_are_left_out(
    visitor: TestClient, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        declined = theme(session, workspace.id, CHECKOUT, "Card declined", status="ignored")
        for _ in range(5):
            said = [Said(*CHECKOUT, theme=declined)]
            write(session, workspace.id, said, occurred_at=NOON)
    page = open_page(visitor, "/pain-points")
    assert "All but ignored" in page
    assert "No pain points in this period" in page
    assert re.search(r'Ignored ones are hidden: <a href="/pain-points\?[^"]*status=ignored', page)
    assert "Card declined" in open_page(visitor, "/pain-points", PERIOD | {"status": "ignored"})
    page = open_page(visitor, "/pain-points", PERIOD | {"status": "resolved"})
    assert "No resolved pain points in this period" in page
    assert "Ignored ones are hidden" not in page


@pytest.mark.parametrize("path", ["/pain-points", "/wins"])
def test_bars_are_as_long_on_every_page_of_a_ranking(
    visitor: TestClient, database: Database, workspace: Workspace, path: str
) -> None:
    """One theme weighs four times as much as each of the 21 others, and is not among the latest."""
    sentiment = "negative" if path == "/pain-points" else "positive"
    with database.write() as session:
        for number in range(22):
            slow = theme(session, workspace.id, CHECKOUT, f"Theme {number}", sentiment=sentiment)
            at = NOON - timedelta(days=0 if number else 1)
            for _ in range(1 if number else 4):
                said = Said(*CHECKOUT, sentiment, severity=2, theme=slow)
                write(session, workspace.id, [said], occurred_at=at)
    first = open_page(visitor, path)
    second = visitor.get(first_link(first, rf"{path}\?[^\"]*cursor=")).text
    latest = open_page(visitor, path, PERIOD | {"sort": "recent"})
    assert _bars(first) == [100.0] + [25.0] * 19
    assert _bars(second) == [25.0] * 2
    assert _bars(latest) == [25.0] * 20


def _bars(page: str) -> list[float]:
    """The lengths of the bars of a ranking."""
    return [float(width) for width in re.findall(r'class="bar [^>]*><rect width="([^"]*)"', page)]


def test_rankings_are_narrowed_to_a_stage_and_a_status(visitor: TestClient, shop: str) -> None:
    resolved = PERIOD | {"status": "resolved"}
    assert "No resolved pain points" in open_page(visitor, "/pain-points", resolved)
    page = open_page(visitor, "/pain-points", PERIOD | {"status": "open"})
    assert "declined" in page
    assert 'class="status open"' not in page
    page = open_page(visitor, "/pain-points", PERIOD | {"stage": "retention"})
    assert "<span>stage:</span> <bdi>Retention</bdi>" in page
    assert "declined" not in page


def test_where_nothing_was_heard_before_nothing_is_called_a_change(
    visitor: TestClient, shop: str
) -> None:
    page = open_page(visitor, "/pain-points")
    assert "vs. previous period" not in page
    assert "No feedback before this period" in open_page(visitor, first_link(page, "/pain-points/"))


def test_the_days_that_were_chosen_are_told(visitor: TestClient, shop: str) -> None:
    assert "Dates <b>1 Feb 2026 to 31 Mar 2026</b>" in open_page(visitor, "/")
    assert "<summary>Dates</summary>" in open_page(visitor, "/", {"period": "all"})


@pytest.mark.parametrize(
    "period",
    [
        {"since": "2026-03-01"},
        {"since": "2026-02-01", "until": "2026-03-05"},
        {"since": "2026-03-01T12:00:00Z"},
    ],
)
def test_a_period_of_the_api_is_kept_by_the_filters(
    visitor: TestClient, shop: str, period: dict[str, str]
) -> None:
    page = open_page(visitor, "/pain-points", period)
    form = page.partition('<form method="get"')[2].partition("</form>")[0]
    sent = dict(re.findall(r'type="(?:hidden|date)" name="([^"]*)" value="([^"]*)"', form))
    again = open_page(visitor, "/pain-points", sent)
    told = [re.findall(r'<p class="fresh">([^.]*)', text)[0] for text in (page, again)]
    assert told[0] == told[1]


def test_weeks_that_are_cut_off_are_not_drawn_as_whole_ones(visitor: TestClient, shop: str) -> None:
    whole = {"from": "2026-02-02", "to": "2026-03-29"}
    cut = {"from": "2026-01-28", "to": "2026-03-04"}  # a Wednesday, as NOON is
    for path in ("/trends", first_link(open_page(visitor, "/pain-points"), "/pain-points/")):
        path = path.partition("?")[0]
        assert "incomplete week" not in open_page(visitor, path, whole)
        page = open_page(visitor, path, cut)
        assert '<g class="partial">' in page
        assert "pale: incomplete week" in page
        assert "2 Mar 2026, incomplete week" in page


def test_what_stands_for_themes_on_the_map_is_counted_in_items_as_they_are(
    visitor: TestClient, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        write(session, workspace.id, [Said(*CHECKOUT, severity=2)] * 3, occurred_at=NOON)
    page = open_page(visitor, "/")
    told = re.findall(r'Checkout(?:</bdi>)?</a> <span class="n">(\d+)<', page)
    assert told == ["1", "1"]  # the desk's map and the phone's


def test_a_touchpoint_has_its_department_owner_and_target_on_the_map(
    visitor: TestClient, keys: Keys, shop: str
) -> None:
    kept = {"department": "E-comm <dept>", "owner": "Ana"}
    checkout = kept | {"key": "checkout", "kpi": {"name": "negative_share", "target": 0.2}}
    definition = {"preset": "five-stage", "touchpoints": [checkout]}
    visitor.put("/v1/journey/definition", json=definition, headers=bearer(keys.manage))
    page = open_page(visitor, "/")
    for head in (r'<th scope="row"><bdi>Checkout.*?</th>', r'<ul class="squares">.*?</li>'):
        told = text_of(re.findall(head, page, re.DOTALL)[0])
        assert "E-comm <dept>, Ana" in told
        assert "Negative share 100.0%, target 20.0% missed" in told


def test_themes_on_the_map_say_where_they_are_and_how_they_change(
    visitor: TestClient, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        write_long_before(session, workspace.id)
        for touchpoint, now, before in (("checkout", 30, 5), ("delivery", 4, 4)):
            cell = ("purchase", touchpoint)
            slow = theme(session, workspace.id, cell, f"Slow {touchpoint}")
            for number in range(now + before):
                at = NOON - timedelta(days=0 if number < now else 60)
                write(session, workspace.id, [Said(*cell, severity=1, theme=slow)], occurred_at=at)
    page = open_page(visitor, "/")
    hurts = page[page.index("Hurts most") :].partition("</div>")[0]
    assert "30 items · Checkout at Purchase" in text_of(hurts)
    assert "more: </span>500%" in hurts
    places = re.findall(r'<span class="place">(.*?)</span></li>', page)
    assert any(text_of(place).startswith("Checkout ") and "500%" in place for place in places)
    assert any(text_of(place).startswith("Delivery ·") and "few items" in place for place in places)
    assert not any("%" in place for place in places if "Delivery" in place)
