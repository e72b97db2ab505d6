"""The spider of companies' own pages: a golden replay, versions, pages that moved or block, and the list of pages itself."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import company_pages
import pytest
from conftest import LATER, NOW, SOURCES, replay
from golden import NOWHERE, agreed, made
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import HtmlResponse, Response
from scrapy.spidermiddlewares.httperror import HttpError
from sqlite_utils import Database
from twisted.python.failure import Failure

from crawlers.companies import BadCompany
from crawlers.corp_pages import load_pages
from crawlers.download.middlewares import ForeignAddress
from crawlers.download.mirror import file_name
from crawlers.items import Document, Listing, Reject, Unreadable
from crawlers.parsers.web_page import page_text
from crawlers.sources import load_sources
from crawlers.spiders.corp_pages import CorpPagesSpider
from crawlers.storage import attachments
from crawlers.storage.attachments import VersionText
from crawlers.storage.record import upsert

RECORDED = SOURCES / "corp_pages"
READ = [page for page in load_pages() if not page.not_read]
KANOPY = next(page for page in READ if page.service == "Kanopy")


def crawl(
    corpus: Database, tmp_path: Path, *, now: str = NOW, today: str = "2026-11-25", changed: str = ""
) -> list[Any]:
    """Crawl all pages into a corpus, as the record pipeline does; return what the spider gave."""
    folder = tmp_path / f"mirror-{today}"
    company_pages.write(folder, changed=changed)
    spider = made(CorpPagesSpider)
    spider.today = today
    found = replay(spider, folder, tmp_path / "corpus.db")
    upsert(corpus, [each for each in found if isinstance(each, Document)], now=now, silent=today == "2026-11-25")
    attachments.store(corpus, [each for each in found if isinstance(each, VersionText)], now=now)
    return found


def of(found: list[Any], cls: type) -> list[Any]:
    return [each for each in found if isinstance(each, cls)]


def test_golden_replay_gives_the_records_that_were_read_and_agreed_to() -> None:
    spider = made(CorpPagesSpider)
    spider.pages = [page for page in spider.pages if (RECORDED / file_name(page.url)).exists()]  # a new page needs none
    assert len(spider.pages) >= 12
    agreed(RECORDED, replay(spider, RECORDED, NOWHERE))


def test_first_run_stores_each_page_that_is_read_and_lists_them_all(corpus: Database, tmp_path: Path) -> None:
    found = crawl(corpus, tmp_path)
    [listing] = of(found, Listing)
    assert set(listing.document_ids) == {page.key for page in READ} == {each.id for each in of(found, Document)}
    kanopy = next(each for each in of(found, Document) if each.id == KANOPY.key)
    assert (kanopy.title, kanopy.level, kanopy.status) == ("Kanopy: Terms of Service", "corporate", "in_force")
    assert [each.name for each in kanopy.versions] == ["First record, November 25, 2026"]
    assert [each.starts_at for each in kanopy.events] == []
    assert corpus.execute("select count(*) from changes").fetchone() == (0,), "the first contact is no news"


def test_second_run_over_the_same_words_gives_nothing_to_store(corpus: Database, tmp_path: Path) -> None:
    crawl(corpus, tmp_path)
    again = crawl(corpus, tmp_path, now=LATER, today="2026-11-28")
    assert of(again, Document) == of(again, VersionText) == []
    assert len(of(again, Listing)[0].document_ids) == len(READ)


def test_other_words_are_a_version_and_a_change_of_the_company(corpus: Database, tmp_path: Path) -> None:
    crawl(corpus, tmp_path)
    crawl(corpus, tmp_path, now=LATER, today="2026-11-28", changed="We may change the price of a license at any time.")
    sql = "select name, url from versions where document_id = ? order by ordinal"
    assert corpus.execute(sql, [KANOPY.key]).fetchall() == [
        ("First record, November 25, 2026", f"{KANOPY.url}#/2026-11-25"),
        ("Text of November 28, 2026", f"{KANOPY.url}#/2026-11-28"),
    ]
    told = corpus.execute("select happened_on, summary from changes where document_id = ?", [KANOPY.key]).fetchall()
    assert ("2026-11-28", "The company changed the text") in told
    assert corpus.execute("select status from documents where id = ?", [KANOPY.key]).fetchone() == ("changed",)


def test_text_that_shrank_to_a_remnant_is_a_warning_and_nothing_is_stored(corpus: Database, tmp_path: Path) -> None:
    company_pages.write(tmp_path / "long")
    company_pages.put(tmp_path / "long", KANOPY, company_pages.article(company_pages.TEXT * 12))
    long = replay(made(CorpPagesSpider), tmp_path / "long", tmp_path / "corpus.db")
    upsert(corpus, of(long, Document), now=NOW, silent=True)
    attachments.store(corpus, of(long, VersionText), now=NOW)
    spider = made(CorpPagesSpider)
    company_pages.write(tmp_path / "short")
    company_pages.put(tmp_path / "short", KANOPY, company_pages.article())
    found = replay(spider, tmp_path / "short", tmp_path / "corpus.db")
    assert of(found, Document) == []
    assert any("Kanopy Terms of Service: came with" in note for note in spider.notes)


# --------------------------------------------------------------------- pages that cannot be had


def failed(value: Exception) -> tuple[CorpPagesSpider, list[Any]]:
    """What the spider gives and notes when the request for a page of Kanopy ends like this."""

    async def run() -> list[Any]:
        failure = Failure(value)
        failure.request = Request(KANOPY.url, cb_kwargs={"page": KANOPY}, meta={"document_id": KANOPY.key})  # type: ignore[attr-defined]
        return [each async for each in spider.page_failed(failure)]

    spider = made(CorpPagesSpider)
    spider.waiting = {KANOPY.key}
    return spider, asyncio.run(run())


def status(code: int) -> HttpError:
    return HttpError(Response(KANOPY.url, status=code, body=b"no", request=Request(KANOPY.url)))


@pytest.mark.parametrize(
    ("value", "words", "listed"),
    [
        (status(404), "is not there any more (HTTP status 404)", False),
        (status(403), "not to be had: HTTP status 403", True),
        (IgnoreRequest("Forbidden by robots.txt"), "robots.txt asks programs not to read it", True),
        (ForeignAddress("refused: not an address of www.overdrive.com"), "moved to another site", True),
        (TimeoutError("took too long"), "not to be had: took too long", True),
    ],
)
def test_page_that_moved_or_blocks_is_a_warning(value: Exception, words: str, listed: bool) -> None:
    spider, found = failed(value)
    assert len(spider.notes) == 1
    assert spider.notes[0].startswith("Kanopy Terms of Service: ")
    assert words in spider.notes[0]
    [listing] = of(found, Listing)
    assert listing.document_ids == ((KANOPY.key,) if listed else ())
    assert bool(of(found, Reject)) is listed, "what is gone is an answer; what cannot be had is kept as such"


def test_page_that_moved_within_the_site_is_read_and_noted() -> None:
    spider = made(CorpPagesSpider)
    spider.waiting, spider.have = {KANOPY.key}, {}
    body = company_pages.article().encode()
    moved = HtmlResponse("https://www.overdrive.com/legal/kanopy", body=body, request=Request(KANOPY.url))
    assert [type(each) for each in spider.parse_page(moved, KANOPY)] == [Document, VersionText, Listing]
    assert "moved to https://www.overdrive.com/legal/kanopy" in spider.notes[0]
    with_slash = HtmlResponse(f"{KANOPY.url}/", body=body, request=Request(KANOPY.url))
    spider.notes.clear()
    list(spider.parse_page(with_slash, KANOPY))
    assert spider.notes == []


# --------------------------------------------------------------------- readable text


@pytest.mark.parametrize("form", company_pages.FORMS)
def test_text_of_a_page_is_whole_in_every_form(form: str) -> None:
    text = page_text(company_pages.FORMS[form]().encode())
    for words in company_pages.TEXT:
        assert words in text, words
    assert "tracking words" not in text
    if form != "old":  # where a table is the layout, its menu is a cell like the others
        assert "Our careers" not in text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0\0",
        company_pages.article().encode().replace(b"Ending", b"\xff\xfe\0<<}{"),
        b"<html>",
        b"%PDF-1.7 1 0 obj",
        b"<html><body>Are you human? Tick the box.</body></html>",
        b"x" * 9_000_000,
    ],
)
def test_what_has_no_readable_text_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        page_text(body)


# --------------------------------------------------------------------- the list of pages


def test_every_page_is_on_a_host_that_may_be_asked() -> None:
    source = load_sources()["corp_pages"]
    hosts = {*source.hosts, "www.overdrive.com"}
    assert {page.host for page in READ} == hosts, "name each host of corp_pages.yml in sources.yml, and no other"


def test_page_that_is_not_read_says_why() -> None:
    [elsevier] = [page for page in load_pages() if page.not_read]
    assert elsevier.service == "ScienceDirect"
    assert "forbids programs" in (elsevier.not_read or "")


@pytest.mark.parametrize(
    "entry",
    [
        "{service: Nobody, type: Terms of Service, url: 'https://x.org/a', found: x}",
        "{service: Kanopy, type: Poem, url: 'https://x.org/a', found: x}",
        "{service: Kanopy, type: Terms of Service, url: 'ftp://x.org/a', found: x}",
        "{service: Kanopy, type: Terms of Service, url: 'https://[x.org/a', found: x}",
        "{service: Kanopy, type: Terms of Service, url: 'https://x.org/a', found: x, more: y}",
        "{service: Kanopy, type: Terms of Service}",
        "{service: Kanopy, type: Imprint, url: 'https://x.org/a', found: x}, "
        "{service: Kanopy, type: Imprint, url: 'https://x.org/b', found: x}",
    ],
)
def test_entry_that_cannot_be_used_names_the_file(tmp_path: Path, entry: str) -> None:
    file = tmp_path / "corp_pages.yml"
    file.write_text(f"pages: [{entry}]")
    with pytest.raises(BadCompany, match=r"corp_pages\.yml"):
        load_pages(file)


def test_service_argument_asks_for_its_pages_alone() -> None:
    assert made(CorpPagesSpider, service="ProQuest").pages == [page for page in READ if page.service == "ProQuest"]
    with pytest.raises(ValueError, match="no page of it"):
        made(CorpPagesSpider, service="ScienceDirect")
