"""The dashboard in a real browser, by mouse, keyboard and touch."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    expect,
    sync_playwright,
)

from service.pictures import formatting
from tests.service.dashboard.site import (
    ARABIC,
    CHANGED,
    DECLINED,
    HEBREW,
    HOSTILE,
    KEY,
    ODD_KEY,
    days_ago,
    served,
)

CHROMIUM: Final = shutil.which("chromium")
DESK: Final = {"width": 1280, "height": 900}
PHONE: Final = {"width": 360, "height": 740}
PAPER: Final = {"width": 718, "height": 1047}
"""A4 with the margins of the page."""
SERIOUS: Final = {"serious", "critical"}
REFUSED: Final = "Failed to load resource: the server responded with a status of 4"
PATHS: Final = (
    *("/", "/pain-points", "/wins", "/drivers", "/trends", "/changes", "/search", "/sign-in"),
)

BACKWARDS: Final = "from=2026-03-02&to=2026-03-01"

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the shop's page is served."""
    with served(tmp_path_factory.mktemp("site")) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("there is no chromium; .ci/run installs it")
        pytest.skip("there is no chromium; apt-get install chromium")
    with sync_playwright() as driver:
        found = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield found
        found.close()


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Open]:
    """Open a path as a visitor; fails on external requests and console errors.

    Browsers log a 4xx response as an error: pass ``refused`` to allow it.
    """
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def begin(
        path: str = "/",
        signed_in: bool = True,
        refused: bool = False,
        key: str = KEY,
        **options: Any,
    ) -> Page:
        context = browser.new_context(base_url=site, **{"viewport": DESK} | options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        _note(page, site, wrong, REFUSED if refused else None)
        if signed_in:
            context.request.post("/sign-in", form={"key": key}, max_redirects=0)
        page.goto(path)
        return page

    yield begin
    for context in contexts:
        context.close()
    assert wrong == []


def _note(page: Page, site: str, wrong: list[str], but: str | None) -> None:
    """Collect what goes wrong on a page."""

    def console(told: ConsoleMessage) -> None:
        if told.type == "error" and not (but and told.text.startswith(but)):
            wrong.append(told.text)

    def request(asked: Request) -> None:
        if not asked.url.startswith(site):
            wrong.append(asked.url)

    page.on("console", console)
    page.on("request", request)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(dialog.message))


def findings(page: Page) -> list[str]:
    """Serious and critical findings of axe-core."""
    violations = Axe().run(page).response["violations"]
    return [
        f"{found['id']}: {found['nodes'][0]['html'][:200]}"
        for found in violations
        if found["impact"] in SERIOUS
    ]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the screen; a phone's window widens with it."""
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return width - (page.viewport_size or DESK)["width"]


def two_periods() -> str:
    """A comparison of the last 60 days with the 60 before."""
    other = f"compare.from={days_ago(120)}&compare.to={days_ago(61)}"
    return f"from={days_ago(60)}&to={days_ago(1)}&{other}"


def test_a_person_signs_in_and_finds_what_hurts(visit: Open) -> None:
    page = visit("/", signed_in=False)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("Key").fill(KEY)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Journey map")).to_be_visible()
    page.get_by_role("link", name="Checkout at Purchase").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout at Purchase")
    expect(page.locator("svg.chart:visible")).to_be_visible()
    page.get_by_role("link", name=DECLINED).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(DECLINED)
    said = page.locator(".quotes mark").first.inner_text()
    page.locator(".quotes figcaption a").first.click()
    expect(page.locator(".whole mark", has_text=said)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile(r"/sign-in\?next=%2Ffeedback"))
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_wrong_key_is_told(visit: Open) -> None:
    page = visit("/pain-points", signed_in=False, refused=True)
    page.get_by_label("Key").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("not a valid key")


def test_filters_narrow_the_map_and_go_along(visit: Open) -> None:
    page = visit()
    items = page.locator(".tiles dd").nth(2)
    all_items = items.inner_text()
    page.locator("summary", has_text="Persona").click()
    page.get_by_label("smb").check()
    page.locator("details[open]").get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile(r"attr\.persona=smb"))
    assert items.inner_text() != all_items
    page.locator("summary", has_text="Compare").click()
    page.get_by_label("enterprise").last.check()
    page.locator("details[open]").get_by_role("button", name="Compare").click()
    expect(page.locator(".against")).to_contain_text("persona enterprise")
    expect(page.get_by_role("heading", name="Side by side")).to_be_visible()
    page.locator("summary", has_text="Compare").click()
    page.get_by_label("enterprise").last.uncheck()
    page.locator("details[open]").get_by_role("button", name="Compare").click()
    expect(page).not_to_have_url(re.compile(r"compare\.attr"))
    expect(page.get_by_role("heading", name="Side by side")).to_be_hidden()
    page.get_by_role("link", name="30 days").click()
    page.get_by_role("link", name="Pain points").click()
    expect(page).to_have_url(re.compile(r"/pain-points\?.*attr\.persona=smb"))
    expect(page).to_have_url(re.compile(r"period=30"))
    page.get_by_role("link", name="persona: smb").click()
    assert "attr.persona=smb" not in page.url


def test_two_periods_of_ones_own_are_compared(visit: Open) -> None:
    page = visit()
    page.locator("summary", has_text="Dates").click()
    dates = page.locator("details[open]")
    dates.get_by_label("From").fill(days_ago(60))
    dates.get_by_label("To, inclusive").fill(days_ago(1))
    dates.get_by_role("button", name="Apply").click()
    page.locator("summary", has_text="Compare").click()
    compare = page.locator("details[open]")
    compare.get_by_label("From").fill(days_ago(180))
    compare.get_by_label("To, inclusive").fill(days_ago(61))
    compare.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="Side by side")).to_be_visible()
    expect(page.locator(".sides tbody tr").first).to_contain_text("All")
    page.locator("summary", has_text="Compare").click()
    expect(compare.get_by_label("From")).to_have_value(days_ago(180))
    page.locator("summary", has_text="Compare").click()
    page.get_by_role("link", name="Pain points").click()
    page.get_by_role("link", name="Journey map").first.click()
    expect(page.get_by_role("heading", name="Side by side")).to_be_visible()
    page.get_by_role("link", name="compared with another period").click()
    expect(page.get_by_role("heading", name="Side by side")).to_be_hidden()


def test_a_person_looks_for_what_was_said(visit: Open) -> None:
    page = visit("/?period=all")
    page.get_by_role("link", name="Search").click()
    page.get_by_label("Search for").fill("checkout")
    page.keyboard.press("Enter")
    expect(page.locator(".sought").first).to_have_text("checkout")
    page.get_by_role("link", name="Earlier feedback").click()
    expect(page).to_have_url(re.compile(r"cursor="))
    page.locator("summary", has_text="Source").click()
    page.get_by_label("web", exact=True).check()
    page.locator("details[open]").get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile(r"q=checkout"))
    expect(page).not_to_have_url(re.compile(r"cursor="))
    page.get_by_label("Meaning").check()
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page).to_have_url(re.compile(r"match=meaning"))
    expect(page).to_have_url(re.compile(r"source=web"))
    expect(page.get_by_role("heading", name="Nearest in meaning")).to_be_visible()
    page.get_by_role("link", name="Journey map").click()
    assert "checkout" not in page.url


def test_a_change_is_judged_and_marked_in_the_pictures(visit: Open) -> None:
    page = visit("/trends")
    expect(page.locator("svg.chart:visible .change")).to_have_count(1)
    page.get_by_role("link", name=CHANGED).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(CHANGED)
    expect(page.locator("h1 .status")).to_be_visible()
    page.get_by_role("link", name="8 weeks").click()
    expect(page).to_have_url(re.compile(r"days=56"))
    expect(page.get_by_role("table", name="Each measure")).to_contain_text("Share of complaints")
    page.get_by_role("link", name="What customers have said since").click()
    expect(page.get_by_role("heading", name="What customers say")).to_be_visible()
    expect(page).to_have_url(re.compile(r"touchpoint=checkout"))


def test_dates_the_wrong_way_round_are_corrected_where_they_are(visit: Open) -> None:
    page = visit(f"/trends?{BACKWARDS}&source=web", refused=True)
    expect(page.get_by_role("alert")).to_contain_text("must not be before")
    page.get_by_label("From").fill(days_ago(60))
    page.get_by_label("To, inclusive").fill(days_ago(1))
    page.locator("details[open]").get_by_role("button", name="Apply").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Over time")
    expect(page).to_have_url(re.compile(r"source=web"))


def test_what_is_shown_comes_as_a_file(visit: Open) -> None:
    page = visit("/?period=all")
    with page.expect_download() as table:
        page.get_by_role("link", name="CSV").click()
    with page.expect_download() as picture:
        page.get_by_role("link", name="PNG").click()
    names = [file.value.suggested_filename for file in (table, picture)]
    assert [name.rpartition(".")[2] for name in names] == ["csv", "png"]


def test_filters_unfold_on_a_phone(visit: Open) -> None:
    page = visit("/pain-points", viewport=PHONE, is_mobile=True, has_touch=True)
    expect(page.locator("summary", has_text="Stage")).to_be_hidden()
    page.get_by_text("Filters", exact=True).tap()
    page.locator("summary", has_text="Stage").tap()
    page.get_by_label("Purchase").check()
    page.locator("details[open]").get_by_role("button", name="Apply").tap()
    expect(page).to_have_url(re.compile(r"stage=purchase"))
    expect(page.get_by_role("link", name="stage: Purchase")).to_be_visible()


def test_by_keyboard_alone(visit: Open) -> None:
    page = visit("/", signed_in=False)
    expect(page.get_by_label("Key")).to_be_focused()
    page.keyboard.type(KEY)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Journey map")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    summary = page.locator("summary", has_text="Channel")
    for _ in range(30):
        page.keyboard.press("Tab")
        if summary.evaluate("it => it === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"channel=\w+"))
    cell = page.locator(".board a.cell").first
    cell.focus()
    assert cell.evaluate("it => getComputedStyle(it).outlineStyle") != "none"
    page.keyboard.press("Enter")
    expect(page.locator("svg.chart:visible")).to_be_visible()


def test_on_a_phone_nothing_is_wider_than_the_window(visit: Open) -> None:
    page = visit("/", refused=True, viewport=PHONE, is_mobile=True, has_touch=True)
    assert overflow(page) <= 0
    expect(page.locator(".board")).to_be_hidden()
    expect(page.get_by_role("heading", name="Purchase")).to_be_visible()
    page.locator(".stages").get_by_role("link", name="Checkout at Purchase").tap()
    expect(
        page.locator("blockquote", has_text="Donaudampfschifffahrtsgesellschaft")
    ).to_be_visible()
    assert overflow(page) <= 0
    segments = "/?attr.persona=smb&compare.attr.persona=enterprise"
    for path in (*PATHS[1:], segments, f"/?{two_periods()}", f"/trends?{BACKWARDS}"):
        page.goto(path)
        assert overflow(page) <= 0, path


FILLED = """() => document.querySelectorAll('.board .cell').forEach(cell => {
    cell.querySelector('b').textContent = '\u2212100';
    cell.querySelector('.n').textContent = '123,456';
})"""
LINES = """() => [...document.querySelectorAll('.board .cell b, .board .cell .n')].map(it => {
    const [box, cell] = [it, it.parentElement].map(of => of.getBoundingClientRect());
    return box.height < 32 && box.left >= cell.left && box.right <= cell.right;
})"""
BROKEN = """() => [...document.querySelectorAll('.board .stage a')].filter(
    it => it.getClientRects().length > it.textContent.split(' ').length
).map(it => it.textContent)"""


@pytest.mark.parametrize("width", [1280, 1440])
@pytest.mark.parametrize("journey", ["five-stage", "eight-stage"])
def test_large_numbers_and_long_names_stay_whole_on_the_map(
    visit: Open, journey: str, width: int
) -> None:
    page = visit(f"/?journey={journey}", viewport={"width": width, "height": 900})
    page.evaluate(FILLED)
    lines = page.evaluate(LINES)
    assert lines
    assert all(lines)
    assert page.evaluate(BROKEN) == []
    assert overflow(page) <= 0


BOXES = """(element, texts) => texts.map(text => {
    const nodes = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (nodes.nextNode()) {
        const at = nodes.currentNode.data.indexOf(text);
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(nodes.currentNode, at);
        range.setEnd(nodes.currentNode, at + text.length);
        const box = range.getBoundingClientRect();
        return [box.left, box.right];
    }
})"""


def left_to_right(place: Locator, *texts: str) -> bool:
    """Whether texts follow one another from left to right."""
    boxes = place.evaluate(BOXES, texts)
    return all(box[1] <= following[0] + 1 for box, following in pairwise(boxes))


def test_names_of_any_direction_leave_what_is_around_them_in_order(visit: Open) -> None:
    page = visit("/search?touchpoint=checkout", key=ODD_KEY)
    day = formatting.day(date.fromisoformat(days_ago(27)))
    caption = page.locator("figcaption").first
    assert left_to_right(caption, "negative", "Checkout", " at ", HEBREW, day, "survey")
    page.goto("/pain-points?touchpoint=delivery")
    assert left_to_right(page.locator(".ranking h2"), ARABIC, " at ", HEBREW)
    page.locator(".ranking h2 a").click()
    assert left_to_right(page.locator("h1"), ARABIC, " at ", HEBREW)
    page.locator("figcaption a").first.click()
    assert left_to_right(page.locator("figcaption").first, ARABIC, " at ", HEBREW)
    page.goto("/drivers?kpi=sentiment")
    row = page.get_by_role("rowheader", name=ARABIC)
    assert left_to_right(row, ARABIC, " at ", HEBREW)


HEIGHTS = """() => [...document.querySelectorAll('.stages .swatch, .courses .swatch')].map(
    it => it.getBoundingClientRect().height
)"""


@pytest.mark.parametrize("width", [360, 1280])
def test_a_long_word_leaves_the_net_sentiment_in_one_line(visit: Open, width: int) -> None:
    page = visit("/", key=ODD_KEY, viewport={"width": width, "height": 740})
    for path in ("/", "/trends"):
        page.goto(path)
        heights = page.evaluate(HEIGHTS)
        assert heights
        assert max(heights) < 30, path
        assert overflow(page) <= 0, path


def test_the_map_begins_on_the_first_screen_and_keeps_its_stages_in_view(visit: Open) -> None:
    page = visit("/", viewport={"width": 1440, "height": 900})
    first = page.locator(".board .cell").first.bounding_box()
    assert first
    assert first["y"] + first["height"] < 900
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.evaluate("document.querySelector('.board').scrollTop = 9999")
    expect(page.locator(".board thead").get_by_text("Purchase")).to_be_in_viewport()
    expect(page.get_by_role("rowheader", name="Expectations")).to_be_in_viewport()


def test_a_phone_has_a_chart_and_tables_of_its_own(visit: Open) -> None:
    page = visit("/trends", viewport=PHONE, is_mobile=True, has_touch=True)
    chart = page.locator(".plot svg.chart:visible")
    expect(chart).to_have_count(1)
    box = chart.bounding_box()
    assert box
    assert box["height"] > box["width"] / 2
    page.goto("/drivers")
    table = page.locator(".drivers").bounding_box()
    assert table
    assert table["width"] <= PHONE["width"]
    expect(page.get_by_role("rowheader").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit: Open, scheme: str) -> None:
    page = visit("/", color_scheme=scheme, refused=True)
    grounds = {"light": "rgb(246, 247, 249)", "dark": "rgb(16, 21, 27)"}
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == grounds[scheme]
    cell = page.get_by_role("link", name="Checkout at Purchase").first.get_attribute("href") or ""
    theme = page.get_by_role("link", name=DECLINED).first.get_attribute("href") or ""
    page.goto("/changes")
    change = page.get_by_role("link", name=CHANGED).get_attribute("href") or ""
    usual = ("/", "/pain-points", "/drivers", "/trends", "/search?q=say", "/changes", change, cell)
    rare = (theme, "/wins", "/sign-in", "/?from=2020-01-01&to=2020-02-01", "/wins?nonsense=1")
    rarer = ("/search?q=-say", f"/?{two_periods()}", f"/trends?{BACKWARDS}", "/nowhere")
    for path in (*usual, *((*rare, *rarer) if scheme == "light" else ())):
        answer = page.goto(path)
        if answer and answer.status < 400:
            page.evaluate("document.querySelectorAll('details').forEach(it => { it.open = true })")
        assert findings(page) == [], path


def test_axe_finds_nothing_serious_on_a_phone(visit: Open) -> None:
    assert findings(visit("/", viewport=PHONE, is_mobile=True)) == []


def test_it_prints_the_whole_map(visit: Open) -> None:
    page = visit("/", viewport=PAPER)
    page.emulate_media(media="print")
    expect(page.locator(".board")).to_be_visible()
    expect(page.locator(".stages")).to_be_hidden()
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(page.get_by_text("Filters", exact=True)).to_be_hidden()
    board = page.locator(".board")
    assert board.evaluate("board => board.scrollWidth <= board.clientWidth")
    pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
    assert 1 <= pages <= 3


def test_it_needs_no_script(visit: Open) -> None:
    page = visit("/", java_script_enabled=False)
    assert page.locator("script").count() == 0
    page.locator("summary", has_text="Source").click()
    page.get_by_role("link", name="Pain points").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pain points")


def test_hostile_feedback_is_text(visit: Open) -> None:
    page = visit("/")
    page.get_by_role("link", name="Checkout at Purchase").first.click()
    quote = page.locator("blockquote", has_text="got you")
    expect(quote).to_be_visible()
    assert HOSTILE.split("\u202e")[0] in quote.inner_text()
    assert page.locator("img, script").count() == 0
