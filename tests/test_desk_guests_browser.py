"""In a real Chromium: somebody without an account reports an error and staff close it; a partner says where they stand.

Needs what tests/test_browser.py needs. Pictures go to ci-output/.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import test_browser
from desk_fixtures import NOW, PASSWORD, PRIVATE, build, copy, open_desk, person, site_of
from site_corpus import BROADBAND, RULE, serving
from test_browser import axe, chromium, page
from test_desk_browser import enter, picture, press, sign_in
from test_desk_by_hand import DAY, FORM
from test_desk_typed_browser import write_and_lose

from desk.intake import manual_documents, manual_entry_pages, proposals, reports
from desk.intake.catalog_patch import Change
from desk.partners import partners
from positions.catalog.catalog import load_catalog
from settings import Configuration
from store.connect import open_partners

pytestmark = test_browser.pytestmark
__all__ = ["chromium", "page"]

TRACKER = "State,Bill number,Position,Notes\nUS,HR 1783,Support,Ask the whip\nUS,S. 42,love it,\nUS,HR 5,Oppose,\n"
PUBLIC = f"/documents/{BROADBAND}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = build(tmp_path_factory.mktemp("guests"))
    with closing(open_partners(config.partners, config.corpus)) as db:
        dana = partners.add_partner(db, "Dana Partner", "Electronic Frontier Foundation", password=PASSWORD, now=NOW)
        partners.publish_statement(
            db, dana, RULE, "support", "It helps readers without a line at home.", seen=0, now=NOW
        )
    with closing(open_desk(config)) as db:
        for words in ("The map lacks Puerto Rico since yesterday.", "The title is cut off in the middle."):
            reports.file(db, PUBLIC, words, "ibis@example.org", origin="a", now=NOW)
        reports.answer(db, person(db), 2, "no_error", "Its source cuts it.", seen=0, now=NOW)
        now = load_catalog().by_id["pr-library-records"].statement
        change = Change("wording", "pr-library-records", {"statement": "What you read is yours."}, now)
        proposals.propose(db, person(db), change, "Shorter.", now=NOW)
        manual_documents.add(db, person(db), manual_entry_pages.document_of(FORM, DAY), "by post", seen=0, now=NOW)
    return config.data


@pytest.fixture
def config(made: Path, tmp_path: Path) -> Configuration:
    found = copy(made, tmp_path)
    found.partners.write_bytes((made / "partners.db").read_bytes())
    return found


@pytest.fixture
def address(config: Configuration) -> Iterator[str]:
    yield from serving(site_of(config))


def test_somebody_reports_an_error_and_staff_close_it(page: Any, address: str) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    visitor = page.context.browser.new_context().new_page()
    visitor.goto(address + PUBLIC)
    visitor.get_by_role("link", name="Report an error on this page").click()
    assert visitor.get_by_label("Which page?").input_value() == PUBLIC
    visitor.get_by_label("What is wrong?").fill("wrong")
    visitor.get_by_role("button", name="Send the report").press("Enter")
    visitor.get_by_text("Describe the error").wait_for()
    axe(visitor)
    visitor.get_by_label("What is wrong?").fill("It passed the House on 8 March, not on 9 March.")
    visitor.get_by_role("button", name="Send the report").press("Enter")
    visitor.get_by_role("heading", name="Thank you").wait_for()
    axe(visitor)
    visitor.screenshot(path=test_browser.PICTURES / "guests-1-thanks.png", full_page=True)

    sign_in(page, address)
    page.get_by_role("link", name="2 reports of errors wait").click()
    report = page.get_by_role("article", name="Report 3")
    assert "It passed the House on 8 March" in report.inner_text()
    picture(page, "8-reports")
    report.get_by_label("Note for staff").fill("Corrected at the source.")
    report.get_by_role("button", name="Fixed").press("Enter")
    page.get_by_text("Closed: fixed.").wait_for()
    assert page.get_by_role("article").count() == 1
    page.get_by_role("link", name="Closed reports").click()
    page.get_by_text("Corrected at the source.").wait_for()
    assert visitor.goto(address + "/desk/reports").url.startswith(address + "/desk/login")
    assert not [word for word in PRIVATE if word in visitor.content()]
    assert said == []


def test_a_partner_who_signs_in_in_the_same_tab_clears_what_staff_typed(
    page: Any, address: str, config: Configuration
) -> None:
    sign_in(page, address)
    write_and_lose(page, address, config)
    enter(page, "Dana Partner")
    page.get_by_role("heading", name="Positions of Electronic Frontier Foundation").wait_for()
    assert "Not for others" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_a_partner_says_where_they_stand(page: Any, address: str) -> None:
    page.goto(address + "/desk")
    enter(page, "Dana Partner")
    page.get_by_role("heading", name="Positions of Electronic Frontier Foundation").wait_for()
    page.get_by_role("searchbox", name="Find a document").fill("HR 1783")
    press(page, "Enter")
    page.get_by_role("link", name="Library Broadband Act").click()
    page.get_by_label("Position of Electronic Frontier Foundation").select_option("Oppose")
    page.get_by_label("Public note").fill("It gives carriers a list of readers.")
    page.get_by_role("button", name="Publish").press("Enter")
    page.get_by_text("Published under the name of your organization.").wait_for()
    picture(page, "9-partner")
    page.goto(address + "/desk/trail")
    assert page.url.startswith(address + "/desk/login")

    visitor = page.context.browser.new_context().new_page()
    visitor.goto(address + PUBLIC)
    section = visitor.get_by_role("region", name="Positions of partners")
    assert "Electronic Frontier Foundation: Oppose" in section.inner_text()
    assert "It gives carriers a list of readers." in section.inner_text()
    assert "speak for themselves, not for the American Library Association" in section.inner_text()
    axe(visitor)
    visitor.screenshot(path=test_browser.PICTURES / "guests-2-document.png", full_page=True)


# --------------------------------------------------------------------- every page

ANYBODY = {"report": f"/report?page={PUBLIC}", "document": f"/documents/{RULE}"}
PARTNER = {
    "account": "/partner/account",
    "home": "/partner?q=library",
    "paper": f"/partner/documents/{RULE}",
    "none": "/partner/documents/us-1-hr1",
}
STAFF = {
    "reports": "/desk/reports",
    "reports-closed": "/desk/reports?closed=1",
    "added": "/desk/added",
    "add": "/desk/added/form",
    "correct": "/desk/added/form?id=us-117-hr77",
    "partners": "/desk/partners",
    "import": "/desk/import",
    "positions": "/desk/positions",
    "position-edit": "/desk/positions/pr-library-records",
    "position-version": "/desk/positions/pr-library-records?kind=version",
    "proposal": "/desk/proposals/1",
}


def every_page(page: Any, address: str) -> Iterator[str]:
    """Each page in turn, as the person who may see it, with everything unfolded."""
    for name, path in ANYBODY.items():
        page.goto(address + path)
        yield name
    for person_, pages, door in (
        ("Dana Partner", PARTNER, "Positions of Electronic"),
        ("Ana Reader", STAFF, "The queue"),
    ):
        page.goto(address + "/desk/login")
        page.get_by_label("Name").fill(person_)
        page.get_by_label("Password").fill(PASSWORD)
        press(page, "Enter")
        page.get_by_role("heading", name=door).wait_for()
        for name, path in pages.items():
            page.goto(address + path)
            for summary in page.locator("summary").all():
                summary.click()
            yield name
    page.goto(address + "/desk/import")
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "tracker.csv", "mimeType": "text/csv", "buffer": TRACKER.encode()}
    )
    page.get_by_role("button", name="Show preview").click()
    page.get_by_role("heading", name="Review before importing").wait_for()
    page.wait_for_load_state()  # a heading is there before the style sheet is, and without it the page is wider
    yield "import-preview"


def test_axe_finds_nothing(page: Any, address: str) -> None:
    for name in every_page(page, address):
        axe(page, f"desk-guests-{name}")


@pytest.mark.parametrize("page", [{"viewport": {"width": 320, "height": 640}}], indirect=True, ids=["320px"])
def test_narrow_screen_has_no_sideways_scroll(page: Any, address: str) -> None:
    for name in every_page(page, address):
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True, ids=["no-script"])
def test_a_field_that_is_wrong_says_so_without_a_script(page: Any, address: str) -> None:
    sign_in(page, address)
    page.goto(address + "/desk/added/form")
    for name, value in (("Title", "Rural Act"), ("Place", "us"), ("Session", "9"), ("Number", "HR 5")):
        page.get_by_label(name, exact=True).fill(value)
    page.get_by_label("Address").fill("https://example.org/5")
    page.get_by_label("Kind").select_option("bill")
    page.get_by_label("Status").select_option("introduced")
    page.get_by_role("button", name="Add it").click()
    page.get_by_label("Session", exact=True).and_(page.locator("[aria-invalid=true]")).wait_for()
    page.get_by_label("This place or session is new and correct").check()
    page.get_by_role("button", name="Add it").click()
    page.get_by_text("Saved. The next run tags").wait_for()
