"""Stored attacks, tried: from the records of three sources and the catalog to every page, feed, file and mail."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any

import desk_fixtures
import httpx
import lxml.html
import openpyxl
import pytest
from desk_fixtures import Browser
from hostile_fixtures import BILL, FAMILY, PAYLOAD, build, released, said_by_strangers, tampered
from icalendar import Calendar
from lxml import etree
from people_fixtures import COMMITTEES_PAGE, OHIOS_VOTE, READERS_PAGE

from digest import service
from digest.issues import compose, issues
from digest.subscribers.preferences import Preferences
from store.connect import open_mail

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with tampered(tmp_path_factory.mktemp("yaml")):
        config, documents = build(tmp_path_factory.mktemp("xss"))
        said = said_by_strangers(config)
        said["issue"] = released(config)
        yield config, documents, desk_fixtures.site_of(config, mail=config).app(), said


@pytest.fixture
def browser(world: Any) -> Browser:
    return Browser(world[2])


#: One of every kind of page, beside those of documents.
PAGES = (
    "/",
    "/es",
    "/browse",
    "/browse?q=library",
    "/browse?q=%22%3E%3Cscript%3Epwned()%3C/script%3E",
    "/areas",
    "/areas/broadband",
    "/positions",
    "/positions/tc-hotspot-lending",
    "/positions/tc-hotspot-lending/brief",
    "/es/positions/tc-hotspot-lending",
    "/jurisdictions",
    "/jurisdictions/us",
    "/deadlines",
    "/deadlines?past=1",
    "/calendar?month=2022-03",
    "/compare?a=us&b=us-tx",
    "/families",
    f"/families/{FAMILY}",
    f"/es/families/{FAMILY}",
    "/scorecard",
    "/desk/reports",
    "/desk/reports?closed=1",
    "/desk/partners",
    "/desk/positions",
    "/desk/positions/tc-hotspot-lending",
    "/desk/import",
    "/desk/added",
    "/desk/added/form",
    "/desk/areas",
    "/desk/following",
    "/desk/people",
    "/desk/account",
    "/positions/cp-fair-ebook-terms",
    "/sources",
    "/accuracy",
    "/glossary",
    "/about",
    "/tour",
    "/api",
    "/subscribe?searches=%3Cpwned%3E",
    "/digest",
    "/corpus",
    "/corpus/documents",
    "/corpus/positions",
    "/corpus/actions?_search=library",
    "/corpus/evidence",
    "/corpus/policy_areas",
    "/corpus?sql=select+title,url+from+documents",
    "/corpus?sql=select+'%3Cpwned%3E'+as+%22%3Cpwned%3E%22",
    "/desk",
    "/desk/trail",
    "/desk?q=%3Cpwned%3E",
    "/report",
    "/companies",
    "/companies/amazon",
    "/positions/cp-fair-ebook-terms/companies",
    "/trackers",
    "/trackers/broadband",
    "/chapters",
    "/people",
    "/scorecard/members",
    READERS_PAGE,
    COMMITTEES_PAGE,
    OHIOS_VOTE,
    "/browse/map",
    "/dumps",
    "/desk/bills",
    "/desk/stances",
    "/desk/chapters",
    "/desk/advocacy",
    "/desk/training",
    "/nothing/%3Cpwned%3E",
    "/corpus/documents/%3Cpwned%3E",
)


def pages(documents: list[str]) -> list[str]:
    """Every kind of page, with the hostile documents on it."""
    of_each = [
        f"{start}/documents/{key}{end}" for key in documents for start, end in (("", ""), ("/es", ""), ("/corpus", ""))
    ]
    of_each += [
        path.format(key)
        for key in documents
        for path in ("/embed/documents/{}", "/documents/{}/similar", "/documents/{}/versions", "/desk/documents/{}")
    ]
    return [*of_each, *PAGES]


def problems(page: str) -> list[str]:
    """What of a page an attack has made, or could use."""
    found, tree = [], lxml.html.document_fromstring(page)
    for node in tree.iter():
        if not isinstance(node.tag, str):
            continue
        if node.tag in ("pwned", "math", "mi", "object", "embed", "applet", "base", "style") or "pwned" in node.tag:
            found.append(f"<{node.tag}>")
        for name, value in node.attrib.items():
            if name.startswith("on") or name in ("style", "srcdoc") or "pwned" in name:
                found.append(f"{node.tag} {name}={value[:60]}")
            leads = name in ("href", "src", "action", "formaction", "xlink:href", "data", "poster", "srcset")
            if leads and not re.match(r"(https?://|/(?!/)|#|\?|mailto:|tel:\+?\d+$|$)", value.strip()):
                found.append(f"{node.tag} {name}={value[:60]}")
        if node.tag == "script":
            found += _script(node)
    return found


def _script(node: Any) -> list[str]:
    """Only files of ours, and data that is nothing but JSON."""
    if node.get("src"):
        return [] if node.get("src").startswith("/static/") and not node.text else [f"script {node.get('src')}"]
    if node.get("type") != "application/ld+json" or "<" in (node.text or ""):
        return ["script inside the page"]
    json.loads(node.text)
    return []


async def test_no_page_runs_or_links_what_a_source_says(browser: Browser, world: Any) -> None:
    await browser.sign_in()
    shown = 0
    typed = [
        f"/desk/proposals/{world[3]['proposal']}",
        f"/digest/{world[3]['issue']}",
        f"/digest/{world[3]['issue']}?language=es",
    ]
    for path in [*pages(world[1]), *typed]:
        answer = await browser.get(path, follow_redirects=True)
        assert answer.status_code in (200, 400, 404), (path, answer.status_code)
        assert answer.headers["content-type"].startswith("text/html"), path
        assert problems(answer.text) == [], path
        assert "1787569" not in answer.text, f"{path}: a template of theirs was carried out"
        assert "<script>pwned" not in answer.text
        shown += "pwned()" in answer.text
    assert shown > 30, "the attacks are on the pages, as words"


async def test_pages_of_strangers_words_show_them_as_words(browser: Browser, world: Any) -> None:
    """The attacks of each of these pages are on it, or it would have shown nothing; partners see only their own."""
    await browser.sign_in()
    for path in (
        f"/families/{FAMILY}",
        f"/digest/{world[3]['issue']}",
        "/desk/reports",
        "/desk/partners",
        "/desk/positions",
        "/desk/positions/tc-hotspot-lending",
        f"/desk/proposals/{world[3]['proposal']}",
        "/positions",
        "/areas",
        "/positions/tc-hotspot-lending",
        "/areas/broadband",
        f"/documents/{BILL}",
        "/families",
    ):
        answer = await browser.get(path)
        assert answer.status_code == 200, path
        assert problems(answer.text) == [], path
        assert "pwned()" in answer.text, f"{path} shows none of it"
    partner = Browser(world[2])
    await partner.sign_in("Pat Partner")
    for path in ("/partner", "/partner?q=%3Cpwned%3E", f"/partner/documents/{BILL}", "/partner/account"):
        answer = await partner.get(path)
        assert answer.status_code == 200, path
        assert problems(answer.text) == [], path
        assert "pwned" in answer.text, path


def test_what_looks_for_attacks_finds_them() -> None:
    for attack in (
        PAYLOAD,
        '<a href="javascript:x">',
        "<p onclick=x>",
        "<p style=x>",
        "<script>x</script>",
        '<script src="//x"></script>',
        '<a href="//x">',
    ):
        assert problems(f"<html><body>{attack}</body></html>"), attack


async def test_json_is_json_and_nothing_else(browser: Browser, world: Any) -> None:
    paths = [f"/documents/{key}.json" for key in world[1]] + [
        "/browse.json",
        "/deadlines.json",
        "/corpus/documents.json",
        "/areas/broadband.json",
    ]
    for path in paths:
        answer = await browser.get(path)
        assert answer.headers["content-type"].startswith("application/json"), path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "pwned" in json.dumps(answer.json())


async def test_feeds_hold_the_attacks_as_plain_text(browser: Browser, world: Any) -> None:
    for path in [f"/documents/{key}.atom" for key in world[1]] + [
        "/browse.atom",
        "/areas/broadband.atom",
        "/positions/tc-hotspot-lending.atom",
    ]:
        answer = await browser.get(path)
        tree = etree.fromstring(answer.content)
        assert {etree.QName(node).namespace for node in tree.iter()} == {"http://www.w3.org/2005/Atom"}
        for node in tree.iter():
            assert node.get("type") in (None, "application/atom+xml", "text/html"), "text is text, not HTML"
            assert "pwned" not in etree.QName(node).localname
            assert re.match(r"https?://", node.get("href") or "http://")


async def test_calendars_get_no_lines_of_others(browser: Browser, world: Any) -> None:
    for path in [f"/documents/{key}.ics" for key in world[1]] + ["/deadlines.ics", "/browse.ics"]:
        answer = await browser.get(path)
        assert not re.search(r"(?im)^(x-pwned|bcc|begin:valarm)", answer.text.replace("\r\n ", "")), path
        for event in Calendar.from_ical(answer.content).walk("VEVENT"):
            assert event.get("attach") is None
            assert re.match(r"https?://", str(event.get("url") or "http://"))


async def test_tables_get_no_formula(browser: Browser) -> None:
    for path in ("/browse.csv", "/deadlines.csv", "/areas/broadband.csv"):
        cells = [
            cell
            for row in csv.reader(io.StringIO((await browser.get(path)).text.removeprefix("\ufeff")))
            for cell in row
        ]
        assert any("pwned" in cell for cell in cells), path
        assert [cell for cell in cells if cell[:1] in ("=", "+", "@", "\t", "\r") or re.match(r"-[^\d]", cell)] == [], (
            path
        )
    book = openpyxl.load_workbook(io.BytesIO((await browser.get("/browse.xlsx")).content))
    assert [
        cell.coordinate for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    ] == []


async def test_the_card_for_other_sites_carries_nothing_into_them(browser: Browser) -> None:
    for path in (f"/embed/documents/{BILL}", f"/documents/{BILL}"):
        answer = await browser.get(path)
        assert answer.status_code == 200, path
        assert problems(answer.text) == []
    assert "onerror" not in (await browser.get("/static/embed.js")).text


def test_mails_hold_the_attacks_as_words(world: Any, tmp_path: Path) -> None:
    config = world[0]
    with closing(open_mail(tmp_path / "mail.db")) as db, closing(service.corpus(config.corpus)) as corpus:
        made = issues.prepare(
            db, corpus, list_="public", frequency="weekly", now="2022-03-09T08:00:00Z", day=datetime.date(2022, 3, 9)
        )
    links = {"manage": "https://s.example/m", "leave": "https://s.example/l"}
    for language in ("en", "es"):
        found, html, text = compose.compose(
            made, Preferences(), language, site="https://s.example", since=0, links=links
        )
        assert found
        assert "pwned()" in html
        tree = lxml.html.document_fromstring(html)
        assert [
            node.tag
            for node in tree.iter()
            if node.tag in ("script", "img", "svg", "math", "pwned", "form", "iframe", "link", "object")
        ] == []
        for node in tree.iter():
            assert [name for name in node.attrib if name.startswith("on") or "pwned" in name] == []
            assert re.match(r"(https://s\.example/|https?://www\.|#|$)", node.get("href") or ""), node.get("href")
        assert not re.search(r"(?im)^(x-pwned|bcc):", text)


async def test_an_answer_takes_no_line_of_a_header(browser: Browser) -> None:
    for path in (
        "/es/%0d%0aX-Pwned:1",
        "/es//evil.example",
        "/es/%5cevil.example/x",
        "/browse?q=%0d%0aX-Pwned:1",
        "/areas/x%0d%0aX-Pwned:1.csv",
        "/desk/login?next=//evil.example",
        "/desk/login?next=https://evil.example",
        "/desk/login?next=/%5cevil.example",
    ):
        answer = await browser.get(path)
        assert "x-pwned" not in answer.headers
        assert not re.match(r"(https?:)?[/\\]{2}", answer.headers.get("location", ""))
        assert "evil.example" not in httpx.URL(answer.headers.get("location", "/")).host


async def test_the_login_leads_to_pages_of_ours_only(world: Any) -> None:
    for place in (
        "//evil.example",
        "https://evil.example/desk",
        "/\\evil.example",
        "javascript:pwned()",
        "/desk\r\nX-Pwned: 1",
        "desk",
    ):
        browser = Browser(world[2])
        answer = await browser.send("/desk/login", name="Ana Reader", password=desk_fixtures.PASSWORD, next=place)
        assert answer.status_code in (302, 303)
        assert re.match(r"/[a-z]", answer.headers["location"]), answer.headers["location"]
        assert "evil" not in answer.headers["location"]
