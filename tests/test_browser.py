"""The site in a real Chromium: axe in both themes, narrow screens, keyboard alone, nothing blocked by the policy.

Needs Debian's chromium (`apt-get install chromium`) and axe-core (`npm ci` in tests/browser). Skipped where they are not
installed, except in CI (the environment variable CI), where they must be. Pictures of every page go to ci-output/.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from people_fixtures import COMMITTEES_PAGE, IN_COMMITTEE, OHIOS_VOTE, READERS_PAGE, REPORTED, ROLL_CALL, with_people
from site_corpus import BROADBAND, RULE, TODAY, build, serving

import serve

ROOT = Path(__file__).resolve().parent.parent
AXE = ROOT / "tests" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PICTURES = ROOT / "ci-output"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not os.environ.get("CI") and not (CHROMIUM and AXE.exists()),
        reason="needs chromium (apt-get install chromium) and axe-core (npm ci in tests/browser)",
    ),
]

PAGES = {
    "home": "/",
    "accuracy": "/accuracy",
    "document": f"/documents/{BROADBAND}",
    "regulation": f"/documents/{RULE}",
    "areas": "/areas",
    "area": "/areas/broadband",
    "positions": "/positions",
    "positions-by-name": "/positions?order=name",
    "position": "/positions/tc-hotspot-lending",
    "places": "/jurisdictions",
    "place": "/jurisdictions/us",
    "state": "/jurisdictions/us-tx",
    "state-elsewhere": "/embed/jurisdictions/us-tx",
    "spanish-state": "/es/jurisdictions/us-tx",
    "list-map": "/browse/map?q=tracker:broadband&status=alive",
    "list-map-elsewhere": "/embed/browse/map?area=broadband",
    "spanish-list-map": "/es/browse/map?area=broadband",
    "issues": "/trackers",
    "issue": "/trackers/broadband",
    "issue-elsewhere": "/embed/trackers/broadband",
    "issue-list": "/browse?q=tracker:broadband&status=alive,dead",
    "deadlines": "/deadlines",
    "calendar": "/calendar",
    "calendar-empty": "/calendar?month=2031-01",
    "compare": "/compare?area=broadband&area=library-funding",
    "compare-places": "/compare?jurisdiction=us&jurisdiction=us-tx",
    "browse": "/browse?q=hotspots&area=broadband",
    "nothing-found": "/browse?q=xylophones&kind=bill",
    "by-number": "/browse?q=hr+1783",
    "mistyped": "/browse?q=libary",
    "people": "/people",
    "scorecard-of-members": "/scorecard/members?position=tc-hotspot-lending",
    "scorecard-method": "/scorecard/members/method",
    "people-nobody": "/people?q=nobody+at+all",
    "person": READERS_PAGE,
    "committee": COMMITTEES_PAGE,
    "roll-call": f"/votes/{ROLL_CALL}",
    "roll-call-state": OHIOS_VOTE,
    "document-in-committee": f"/documents/{IN_COMMITTEE}",
    "document-on-the-floor": f"/documents/{REPORTED}",
    "find-my-legislators": "/find-my-legislators",
    "glossary": "/glossary",
    "about": "/about",
    "chapters": "/chapters",
    "tour": "/tour",
    "sources": "/sources",
    "no-such-page": "/nothing-here",
    "data": "/corpus",
    "table": "/corpus/documents?kind=bill&_facet=status",
    "row": f"/corpus/documents/{BROADBAND}",
    "query": "/corpus?sql=select+id,+title+from+documents",
    "bad-query": "/corpus?sql=select+nothing",
    "api": "/api",
    "spanish-home": "/es/",
    "spanish-document": f"/es/documents/{BROADBAND}",
    "spanish-browse": "/es/browse?q=hotspots&area=broadband",
    "spanish-issue": "/es/trackers/broadband",
    "spanish-person": f"/es{READERS_PAGE}",
    "spanish-calendar": "/es/calendar?month=2022-03",
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from serving(serve.build(with_people(build(tmp_path_factory.mktemp("browser"), states=True)), today=TODAY))


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, request: pytest.FixtureRequest) -> Iterator[object]:
    options = getattr(request, "param", {})
    context = chromium.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
    yield context.new_page()
    context.close()


#: Which rules axe asks in which theme. In the dark the same document has other colors (site.css) and nothing else.
THEMES = {"light": {}, "dark": {"runOnly": ["color-contrast", "link-in-text-block"]}}


def axe(page, picture: str = "") -> None:
    """axe finds nothing on a page, in either theme; with a name, a picture of it in each."""
    page.wait_for_load_state()  # after a click, what is waited for is there before the style sheet
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for theme, rules in THEMES.items():
        # A color that is on its way to another is neither.
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        found = page.evaluate("rules => axe.run(document, rules)", rules | {"resultTypes": ["violations"]})
        assert [(theme, rule["id"], rule["nodes"][0]["html"][:200]) for rule in found["violations"]] == []
        if picture:
            PICTURES.mkdir(exist_ok=True)
            page.screenshot(path=PICTURES / f"{picture}-{theme}.jpg", full_page=True)
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(page, address: str, name: str) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(address + PAGES[name])
    axe(page, f"site-{name}")
    assert [words for words in said if "Failed to load resource" not in words] == []


@pytest.mark.parametrize("theme", THEMES)
def test_axe_would_find_a_color_that_nobody_can_read(page, theme: str) -> None:
    style = f"@media (prefers-color-scheme: {theme}) {{ p {{ color: #777; background: #888 }} }}"
    style += "@media (prefers-reduced-motion: no-preference) { p { transition: color 9s } }"
    page.set_content(f"<html lang=en><title>A</title><style>{style}</style><main><h1>A</h1><p>Words</p></main></html>")
    with pytest.raises(AssertionError, match=f"'{theme}', 'color-contrast'"):
        axe(page)


@pytest.mark.parametrize("page", [{"viewport": {"width": 320, "height": 640}}], indirect=True, ids=["320px"])
@pytest.mark.parametrize("name", PAGES)
def test_narrow_screen_has_no_sideways_scroll(page, address: str, name: str) -> None:
    page.goto(address + PAGES[name])
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("page", [{"viewport": {"width": 320, "height": 640}}], indirect=True, ids=["320px"])
@pytest.mark.parametrize("path", ["/positions/tc-hotspot-lending/brief", PAGES["browse"], PAGES["spanish-browse"]])
def test_targets_are_as_large_as_a_fingertip(page, address: str, path: str) -> None:
    page.goto(address + path)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {runOnly: ['target-size']})")["violations"]
    assert [node["html"][:200] for rule in found for node in rule["nodes"]] == []


@pytest.mark.parametrize("page", [{"viewport": {"width": 320, "height": 640}}], indirect=True, ids=["320px"])
def test_a_long_button_wraps(page, address: str) -> None:
    page.goto(address + PAGES["document"])
    page.locator("a.button").first.evaluate("button => button.textContent += 'x'.repeat(60)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_citation_is_selected_by_keyboard(page, address: str) -> None:
    page.goto(address + PAGES["document"])
    page.get_by_text("Cite this").focus()
    page.keyboard.press("Enter")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    field = page.get_by_label("APA")
    assert field.evaluate("field => field === document.activeElement")
    selected = field.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert "Library Broadband Act" in selected


def _focused(page) -> str:
    return page.evaluate("(document.activeElement.id || document.activeElement.textContent || '').trim().slice(0, 60)")


def test_keyboard_skips_to_the_content(page, address: str) -> None:
    page.goto(address + "/areas")
    page.keyboard.press("Tab")
    assert _focused(page) == "Skip to the content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_keyboard_reaches_everything_in_reading_order(page, address: str) -> None:
    page.goto(address + PAGES["browse"])
    wanted = page.evaluate(
        """[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary')]
        .filter(e => e.checkVisibility()).length"""
    )
    seen = page.evaluate("window.reached = []; 0")
    for _ in range(wanted):
        page.keyboard.press("Tab")
        page.evaluate("window.reached.push(document.activeElement)")
    seen = page.evaluate("new Set(window.reached).size")
    assert seen == wanted
    in_order = page.evaluate(
        """window.reached.every((e, n) => !n ||
        (window.reached[n - 1].compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING))"""
    )
    assert in_order


def test_focus_is_visible(page, address: str) -> None:
    page.goto(address + "/positions")
    for _ in range(4):
        page.keyboard.press("Tab")
    style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert style == "solid"


CONTRAST = """([one, other]) => {
    const part = (value) => value / 255 <= .04045 ? value / 255 / 12.92 : ((value / 255 + .055) / 1.055) ** 2.4;
    const parts = (color) => color.match(/[\\d.]+/g).map(Number).map(part);
    const light = (color) => parts(color).reduce((sum, value, n) => sum + value * [.2126, .7152, .0722][n], 0);
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + .05) / (dark + .05);
}"""


@pytest.mark.parametrize(
    "page", [{"color_scheme": "light"}, {"color_scheme": "dark"}], indirect=True, ids=["light", "dark"]
)
@pytest.mark.parametrize("path", [PAGES["browse"], "/corpus/documents?_facet=status&status=in_committee"])
def test_focus_is_visible_on_a_chosen_filter(page, address: str, path: str) -> None:
    page.goto(address + path)
    page.locator("li.on a").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineColor")
    row = page.evaluate("getComputedStyle(document.activeElement.closest('li')).backgroundColor")
    assert page.evaluate(CONTRAST, [ring, row]) >= 3


def test_search_by_keyboard_leads_to_a_document(page, address: str) -> None:
    page.goto(address + "/")
    page.get_by_label(re.compile(r"Search \d+ documents")).fill("hotspots")
    page.keyboard.press("Enter")
    page.wait_for_url("**/browse?q=hotspots")
    page.get_by_role("link", name="Library Broadband Act").first.click()
    page.wait_for_url(f"**/documents/{BROADBAND}")
    assert page.locator("mark").first.is_visible()


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True, ids=["no-script"])
def test_pages_need_no_script(page, address: str) -> None:
    page.goto(address + PAGES["document"])
    page.get_by_text("1 cosponsor").click()
    assert page.get_by_text("Rep. Writer, Bo").is_visible()


def test_a_chart_is_drawn_beside_its_table(page, address: str) -> None:
    page.goto(address + PAGES["compare"])
    chart = page.locator("figure.chart").first
    drawing = chart.locator("svg.plot")
    assert drawing.get_attribute("role") == "img"
    assert "Documents by status" in (drawing.get_attribute("aria-label") or "")
    assert drawing.locator("rect").count() == 8  # a bar for each number
    assert not chart.locator("table").is_visible()
    chart.locator("summary").focus()
    page.keyboard.press("Enter")
    assert chart.locator("table").is_visible()
    wide = drawing.bounding_box()["width"]
    page.set_viewport_size({"width": 400, "height": 800})
    page.wait_for_function(f"document.querySelector('svg.plot').getBoundingClientRect().width < {wide} - 50")
    assert chart.locator("svg.plot").count() == 1


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True, ids=["no-script"])
def test_without_scripts_a_chart_is_a_table(page, address: str) -> None:
    seen = 0
    for name in ("home", "area", "place", "compare"):
        page.goto(address + PAGES[name])
        tables = page.locator("figure.chart table").all()
        assert all(table.is_visible() for table in tables)
        assert page.locator("svg.plot").count() == 0
        seen += len(tables)
    assert seen > 2


def test_the_map_can_be_read_and_skipped_by_keyboard(page, address: str) -> None:
    page.goto(address + "/jurisdictions")
    states = page.locator("figure.states")
    assert states.get_by_role("link", name="TX 2 documents, Texas").is_visible()
    assert states.get_by_role("link", name="OH 1 document, Ohio").is_visible()
    assert states.get_by_label("AK not collected, Alaska").count() == 1
    assert states.get_by_role("link", name="Alaska").count() == 0
    states.locator("summary").click()
    rows = states.locator("tbody tr").all_inner_texts()
    assert rows[:3] == ["Texas\t2", "Guam\t1", "Ohio\t1"]
    assert rows[3:]
    assert all(row.endswith("\tnot collected") for row in rows[3:])
    states.get_by_text("Skip the map").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(
        "document.activeElement.closest('svg') === null && document.activeElement.closest('figure') !== null"
    )
    tile = states.get_by_role("link", name="TX 2 documents, Texas")
    tile.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    assert float(tile.locator("rect").evaluate("e => getComputedStyle(e).strokeWidth").removesuffix("px")) > 3
    page.keyboard.press("Enter")
    page.wait_for_url("**/jurisdictions/us-tx")


def test_a_month_is_turned_and_a_day_reached_by_keyboard(page, address: str) -> None:
    page.goto(address + "/calendar")
    page.get_by_role("link", name="March 31, 2022: 1 date").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/calendar#day-2022-03-31")
    page.get_by_role("link", name="Previous month").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/calendar?month=2022-02")
    assert page.get_by_role("heading", level=1).inner_text() == "Calendar: February 2022"


@pytest.mark.parametrize("page", [{"viewport": {"width": 320, "height": 640}}], indirect=True, ids=["320px"])
def test_on_a_narrow_screen_a_month_is_a_list(page, address: str) -> None:
    page.goto(address + "/calendar")
    assert not page.locator("table.month").is_visible()
    assert page.locator("section.day").is_visible()


@pytest.mark.parametrize("page", [{"reduced_motion": "reduce"}], indirect=True, ids=["reduced-motion"])
def test_reduced_motion_has_no_transition(page, address: str) -> None:
    page.goto(address + "/")
    assert page.evaluate("getComputedStyle(document.querySelector('a')).transitionDuration") in ("0s", "")


def test_a_chart_writes_numbers_as_its_page_does(page, address: str) -> None:
    page.goto(address + "/es" + PAGES["compare"])
    assert page.evaluate("told(1234.5)") == "1,234.5"


@pytest.mark.parametrize("page", [{"viewport": {"width": 320, "height": 640}}], indirect=True, ids=["320px"])
@pytest.mark.parametrize("path", [PAGES["compare-places"], PAGES["area"], PAGES["issue"]])
def test_no_name_of_a_chart_is_cut_off_by_a_narrow_screen(page, address: str, path: str) -> None:
    page.goto(address + path)
    page.evaluate("""() => {
        for (const figure of document.querySelectorAll("figure[data-chart]")) {
            const rows = figure.dataset.series === "rows" || figure.dataset.chart === "bars";
            const names = figure.querySelectorAll(rows ? "tbody tr > :first-child" : "thead th:not(:first-child)");
            for (const name of names) name.textContent += " y otras cosas largas".repeat(2);
            draw(figure);
        }
    }""")
    beyond = page.evaluate("""() => [...document.querySelectorAll("figure[data-chart] svg")].flatMap((svg) => {
        const right = svg.getBoundingClientRect().right + 1;
        return [...svg.querySelectorAll("text")].filter((text) => text.getBoundingClientRect().right > right);
    }).map((text) => text.textContent)""")
    assert page.locator("figure[data-chart] svg text").count()
    assert beyond == []


def test_print_leaves_out_what_is_no_content(page, address: str) -> None:
    page.goto(address + PAGES["document"])
    where = page.get_by_text("The address of this page:")
    assert not where.is_visible()
    page.emulate_media(media="print")
    assert where.is_visible()
    assert PAGES["document"] in (where.text_content() or "")
    assert not page.locator("header nav[aria-label=Main]").is_visible()
    assert not page.get_by_text("Cite this").is_visible()
    assert page.get_by_text("Rep. Writer, Bo").is_visible()
    assert page.locator("h1").is_visible()
