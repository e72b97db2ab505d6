"""The spider of state bills' texts: a golden replay, what is asked for and when, robots.txt, and answers that are no text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import scrapy
from conftest import LATER, NOW, SOURCES, replay
from golden import agreed, made
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.test import get_crawler
from sqlite_utils import Database
from twisted.python.failure import Failure

from crawlers.items import Bill, Document, Listing, Reject, TextVersion, Unreadable
from crawlers.markup.formats import hosts
from crawlers.parsers.state_text import NamedText, kind_of_answer, to_fetch
from crawlers.sources import load_sources
from crawlers.spiders.us_state_text import UsStateTextSpider
from crawlers.storage import attachments
from crawlers.storage.attachments import VersionText
from crawlers.storage.record import load_document, upsert
from text.changes import ADDED, STRUCK

RECORDED = SOURCES / "us_state_text"
MN = "https://www.revisor.mn.gov/bills/94/2025/0/HF/10/versions"
UT = "https://le.utah.gov/Session/2026/bills"
ND = "https://ndlegis.gov/assembly/69-2025/regular/documents/25-0010-01000.pdf"
TX = "http://capitol.texas.gov/tlodocs/89R/billtext/html/HB00010I.HTM"


def bill(state: str, number: str, *versions: TextVersion) -> Bill:
    return Bill(
        id=f"us-{state}-1-{number}",
        source="us_states",
        jurisdiction=f"us-{state}",
        level="state",
        session="1",
        identifier=number.upper(),
        title="A bill",
        url="https://openstates.org/x",
        source_url="https://v3.openstates.org/x",
        status="introduced",
        introduced_on="2025-01-10",
        versions=versions,
    )


def version(name: str, url: str, kind: str = "text/html", day: str | None = None) -> TextVersion:
    return TextVersion(name=name, issued_on=day, url=url, media_type=kind)


BILLS = (
    bill("mn", "hf10", version("Introduction", f"{MN}/0/"), version("1st Engrossment", f"{MN}/1/")),
    bill(
        "ut",
        "hb10",
        version("Introduced", f"{UT}/introduced/HB0010.xml", "text/xml", "2026-01-10"),
        version("Introduced", f"{UT}/introduced/HB0010.pdf", "application/pdf", "2026-01-10"),
        version("Comparison to Original Bill", f"{UT}/introduced/CP HB0010.pdf", "application/pdf"),
    ),
    bill("nd", "hb10", version("INTRODUCED", ND, "application/pdf")),
    bill("tx", "hb10", version("Introduced", TX)),
    bill("ny", "a10", version("Introduced", "https://assembly.state.ny.us/leg/?bn=A10")),
)


@pytest.fixture
def path(corpus: Database) -> Path:
    upsert(corpus, list(BILLS), now=NOW, silent=True)
    corpus.conn.executemany("insert into tags values (?, 'privacy', 0.9)", [(each.id,) for each in BILLS])
    return Path(corpus.execute("pragma database_list").fetchone()[2])


def run(path: Path, folder: Path = RECORDED, **arguments: Any) -> list[Any]:
    """What a spider yields over a corpus."""
    spider = made(UsStateTextSpider, corpus=path, **arguments)
    return replay(spider, folder, path)


def store(db: Database, items: list[Any], *, now: str) -> None:
    upsert(db, [item for item in items if isinstance(item, Document)], now=now, silent=True)
    attachments.store(db, [item for item in items if isinstance(item, VersionText)], now=now)


def texts(items: list[Any]) -> dict[str, VersionText]:
    return {item.url: item for item in items if isinstance(item, VersionText)}


# --------------------------------------------------------------------- what comes of the recordings


def test_golden_replay_gives_the_records_that_were_read_and_agreed_to(path: Path) -> None:
    agreed(RECORDED, run(path))


def test_added_and_struck_words_are_kept_with_the_text(corpus: Database, path: Path) -> None:
    items = run(path)
    store(corpus, items, now=LATER)
    for url, words in (
        (f"{MN}/0/", {"may": STRUCK, "must not": ADDED}),
        (f"{UT}/introduced/HB0010.xml", {"may": STRUCK, "shall": ADDED}),
        (ND, {"may": STRUCK, "shall": ADDED}),
    ):
        found = texts(items)[url]
        assert found.text is not None
        assert found.marks is not None
        assert {found.text[start:end]: mark for start, end, mark in found.marks} == words
    stored = load_document(corpus, "us-mn-1-hf10")
    assert stored.text == texts(items)[f"{MN}/0/"].text
    assert (stored.source, stored.title) == ("us_states", "A bill")
    row = corpus.execute("select marks, note from version_texts where url = ?", [ND]).fetchone()
    assert row == ('[[21, 24, "struck"], [25, 30, "added"]]', None)


def test_a_version_that_is_not_there_is_no_text(path: Path) -> None:
    assert texts(run(path))[f"{MN}/1/"].text is None


def test_a_host_that_asks_us_not_to_is_not_asked(path: Path) -> None:
    found = texts(run(path))[TX]
    assert (found.text, found.note) == (None, "forbidden")
    assert hosts()["capitol.texas.gov"].forbidden
    assert hosts()["iga.in.gov"].forbidden


def test_only_known_hosts_and_texts_of_the_bill_itself_are_asked_for(path: Path) -> None:
    assert set(texts(run(path))) == {f"{MN}/0/", f"{MN}/1/", f"{UT}/introduced/HB0010.xml", ND, TX}


def test_every_host_that_may_be_asked_is_described_and_the_other_way_round() -> None:
    asked = set(load_sources()["us_state_text"].hosts) - {"www.flsenate.gov"}
    assert asked == {name for name, host in hosts().items() if not host.forbidden}


def test_only_what_carries_a_tag_or_comes_near_one(corpus: Database, path: Path) -> None:
    corpus.execute("delete from tags")
    assert run(path) == []
    corpus.execute("insert into taggings values ('us-nd-1-hb10', 'x', 'x', 1, 0.1, 1, 0.1, null, null)")
    assert list(texts(run(path))) == [ND]
    assert len(texts(run(path, tagged="no"))) == 5
    assert list(texts(run(path, tagged="no", jurisdiction="us-nd"))) == [ND]


# --------------------------------------------------------------------- the next run


def test_second_run_asks_for_nothing(corpus: Database, path: Path) -> None:
    store(corpus, run(path), now=LATER)
    assert {type(item) for item in run(path)} == {Listing}


def test_what_was_not_there_is_asked_for_again_once_the_bill_has_changed(corpus: Database, path: Path) -> None:
    store(corpus, run(path), now=NOW)
    corpus.execute("update documents set changed_at = ? where id = 'us-mn-1-hf10'", [LATER])
    assert set(texts(run(path))) == {f"{MN}/1/"}


def test_an_address_that_always_has_the_newest_version_is_asked_again(corpus: Database) -> None:
    url = "https://www.scstatehouse.gov/sess126_2025-2026/bills/10.htm"
    upsert(corpus, [bill("sc", "s10", version("Filed", url))], now=NOW, silent=True)
    stored = VersionText(document_id="us-sc-1-s10", version="Filed", url=url, text="A bill.", marks=())
    attachments.store(corpus, [stored], now=NOW)
    path = Path(corpus.execute("pragma database_list").fetchone()[2])
    assert texts(run(path, tagged="no")) == {}
    corpus.execute("update documents set changed_at = ?", [LATER])
    assert set(texts(run(path, tagged="no"))) == {url}


# --------------------------------------------------------------------- which version, which kind of file


def test_the_newest_version_is_the_one_furthest_along() -> None:
    names = ["Enrolled Version", "Committee Substitute", "Introduced Version"]  # as West Virginia lists them
    url = "https://www.wvlegislature.gov/Bill_Status/bills_text.cfm?billdoc="
    named = [NamedText(name=name, url=f"{url}{n}", issued_on=None, ordinal=n) for n, name in enumerate(names)]
    assert [text.name for text in to_fetch(named)] == names[::-1]


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("House Amendment 1", f"{UT}/amended/HB0010.Hamd.1.pdf"),
        ("Comparison to Sub 1", f"{UT}/introduced/CP HB0010S01 To HB0010S02.pdf"),
        ("hb10 hfat smith 3-1 adopted.htm", "https://www.wvlegislature.gov/legisdocs/chamber/2026/RS/com_amends/x.htm"),
        ("Amendment HB0010SS001", "https://wyoleg.gov/2026/Amends/HB0010SS001.pdf"),
    ],
)
def test_amendments_and_comparisons_are_no_versions_of_the_bill(name: str, url: str) -> None:
    assert to_fetch([NamedText(name=name, url=url, issued_on=None, ordinal=0)]) == []


@pytest.mark.parametrize(
    ("media_type", "content_type", "body", "found"),
    [
        ("text/html", "text/html; charset=UTF-8", b"<html></html>", ("html", "UTF-8")),
        ("text/html", "application/octet-stream", b"  <p></HTML>\n", ("html", None)),
        ("text/html", "text/html", b"<html><p>cut o", None),
        ("text/html", "text/html", b"<html>\xff\xfe\x00</html>", None),
        (None, "application/octet-stream", b"%PDF-1.7", None),
        ("application/pdf", "text/html", b"<html>We are mending the site", None),
        ("text/html", "application/pdf", b"<html>", None),
        ("text/html", "application/json", b"{}", None),
    ],
)
def test_an_answer_of_another_kind_is_refused(
    media_type: str | None, content_type: str, body: bytes, found: tuple[str, str | None] | None
) -> None:
    text = NamedText(name="x", url=f"{MN}/0/", issued_on=None, ordinal=0, media_type=media_type)
    if found:
        assert kind_of_answer(text, content_type, body) == found
        return
    with pytest.raises(Unreadable, match=r"asked for|first or last bytes|garbled"):
        kind_of_answer(text, content_type, body)


def test_a_page_without_the_text_is_a_gap_and_asked_for_again(corpus: Database, path: Path, tmp_path: Path) -> None:
    page = tmp_path / "www.revisor.mn.gov/bills/94/2025/0/HF/10/versions/0"
    page.parent.mkdir(parents=True)
    page.write_text("<html><body><p>The site is being mended.</p></body></html>")
    spider = made(UsStateTextSpider, corpus=path, jurisdiction="us-mn")
    answer = Response(f"{MN}/0/", body=page.read_bytes(), headers={"Content-Type": "text/html"})
    text = NamedText(name="Introduction", url=f"{MN}/0/", issued_on=None, ordinal=0, media_type="text/html")
    assert isinstance(spider.read_answer(text, answer), Unreadable)


async def test_what_robots_txt_forbids_is_kept_as_such_and_no_gap(path: Path) -> None:
    spider = made(UsStateTextSpider, corpus=path, jurisdiction="us-nd")
    [request] = [each async for each in spider.start() if isinstance(each, scrapy.Request)]
    failure = Failure(IgnoreRequest("Forbidden by robots.txt"))
    failure.request = request  # type: ignore[attr-defined]
    items = [each async for each in spider.part_failed(failure)]
    assert texts(items)[ND].note == "forbidden"
    assert not [each for each in items if isinstance(each, Reject)]


def test_each_host_is_given_the_time_that_it_asks_for() -> None:
    crawler = get_crawler(UsStateTextSpider)
    slots = crawler.settings.getdict("DOWNLOAD_SLOTS")
    assert (slots["le.utah.gov"]["delay"], slots["ndlegis.gov"]["delay"]) == (10, 1)
