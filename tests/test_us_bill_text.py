"""The spider of bill texts: a golden replay over a stored bill, every version, the newest one, and hostile XML."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import scrapy
from conftest import LATER, NOW, ROOT, SOURCES, replay
from golden import agreed, made
from scrapy.http import TextResponse
from sqlite_utils import Database

from crawlers.composite_spider import Work
from crawlers.download.mirror import recorded
from crawlers.items import Bill, Document, Listing, Reject, Sponsor, TextVersion, Unreadable
from crawlers.parsers.bill_text import newest, package, parse_text
from crawlers.spiders.us_bill_text import UsBillTextSpider
from crawlers.storage import attachments
from crawlers.storage.attachments import VersionText
from crawlers.storage.record import load_document, upsert
from crawlers.storage.stored_texts import usual_share

RECORDED = SOURCES / "us_bill_text"
KEY = "us-119-s146"
CONGRESS = "https://www.congress.gov/119/bills/s146"


def bill(*codes: str, title: str = "TAKE IT DOWN Act", source: str = "us_bills") -> Bill:
    versions = tuple(
        TextVersion(name=code.upper(), issued_on=None, url=f"{CONGRESS}/BILLS-119s146{code}.xml") for code in codes
    )
    return Bill(
        id=KEY,
        source=source,
        jurisdiction="us",
        level="federal",
        session="119",
        identifier="S. 146",
        title=title,
        url="https://www.congress.gov/bill/119th-congress/senate-bill/146",
        source_url="https://x/y",
        document_type="s",
        chamber="upper",
        introduced_on="2025-01-16",
        status="enacted",
        status_on="2025-05-19",
        versions=versions,
        sponsors=(Sponsor(name="Sen. Ted Cruz", role="sponsor"),),
    )


@pytest.fixture
def path(corpus: Database) -> Path:
    upsert(corpus, [bill("is", "rs", "enr")], now=NOW, silent=True)
    corpus.execute("insert into tags values (?, 'privacy', 0.9)", [KEY])
    return Path(corpus.execute("pragma database_list").fetchone()[2])


def run(path: Path, **arguments: Any) -> list[Any]:
    """What a spider yields over a corpus."""
    spider = made(UsBillTextSpider, corpus=path, **arguments)
    return replay(spider, RECORDED, path)


def store(db: Database, items: list[Any], *, now: str) -> None:
    upsert(db, [item for item in items if isinstance(item, Document)], now=now, silent=True)
    attachments.store(db, [item for item in items if isinstance(item, VersionText)], now=now)


def test_golden_replay_gives_the_records_that_were_read_and_agreed_to(path: Path) -> None:
    agreed(RECORDED, run(path))


def test_every_version_is_kept_and_the_newest_is_the_bills_text(path: Path) -> None:
    items = run(path)
    texts = {item.version: item.text or "" for item in items if isinstance(item, VersionText)}
    assert set(texts) == {"IS", "RS", "ENR"}
    [found] = [item for item in items if isinstance(item, Bill)]
    assert found.text == texts["ENR"]
    assert "within 48 hours" in texts["ENR"]


def test_what_a_committee_struck_out_is_left_out_and_numbers_stand_before_their_text(path: Path) -> None:
    texts = {item.version: item.text or "" for item in run(path) if isinstance(item, VersionText)}
    assert "3 days" not in texts["RS"]
    assert "(a) In general.—A covered platform shall have a way" in texts["IS"]
    assert "\n(1) within 3 days; and\n(2) with all known copies." in texts["IS"]
    assert "“Recording of the TAKE IT DOWN Act”" in texts["IS"]
    assert texts["IS"].startswith("To have covered platforms take down")


def test_who_signed_it_when_is_no_part_of_the_text() -> None:
    signed = (
        b"<bill><form><legis-num>S. 836</legis-num></form><legis-body><section><text>It is law.</text></section></legis-body>"
        b"<attestation><attestation-group><attestation-date>Passed the Senate March 5, 2026.</attestation-date>"
        b"<role>Secretary</role></attestation-group></attestation></bill>"
    )
    assert parse_text(signed, "us-119-s836") == "It is law."


def test_text_joins_what_another_source_said_of_the_bill(corpus: Database, path: Path) -> None:
    store(corpus, run(path), now=LATER)
    stored = load_document(corpus, KEY)
    assert (stored.source, stored.status, stored.title) == ("us_bills", "enacted", "TAKE IT DOWN Act")
    assert "48 hours" in (stored.text or "")
    said = corpus.execute("select source from field_provenance where document_id = ? and field = 'text'", [KEY])
    assert said.fetchall() == [("us_bill_text",)]
    upsert(corpus, [bill("is", "rs", "enr", title="TAKE IT DOWN Act of 2025")], now=LATER, silent=True)
    assert "48 hours" in (load_document(corpus, KEY).text or "")


def test_second_run_asks_for_nothing_and_a_new_version_for_that_one(corpus: Database) -> None:
    upsert(corpus, [bill("is")], now=NOW, silent=True)
    path = Path(corpus.execute("pragma database_list").fetchone()[2])
    store(corpus, run(path, tagged="no"), now=NOW)
    assert [type(item).__name__ for item in run(path, tagged="no")] == ["Listing"]
    upsert(corpus, [bill("is", "enr")], now=LATER, silent=True)
    items = run(path, tagged="no")
    assert [item.version for item in items if isinstance(item, VersionText)] == ["ENR"]


def test_version_that_no_list_names_yet_is_found_when_asked_ahead(corpus: Database) -> None:
    upsert(corpus, [bill("is")], now=NOW, silent=True)
    path = Path(corpus.execute("pragma database_list").fetchone()[2])
    spider = made(UsBillTextSpider, corpus=path, tagged="no", ahead="yes")
    [_, request] = run_start(spider)
    work = request.cb_kwargs["work"]
    assert [name for name, _ in work.waiting] == [f"BILLS-119s146{code}" for code in ("is", "rs", "es", "pcs", "ats")]
    found = answer_all(spider, request, there={"is", "rs"})
    assert [(item.version, item.text is None) for item in found if isinstance(item, VersionText)] == [
        ("IS", False),
        ("Reported in Senate", False),
    ]
    [document] = [item for item in found if isinstance(item, Bill)]
    assert "48 hours" in (document.text or "")


def answer_all(spider: UsBillTextSpider, request: scrapy.Request, *, there: set[str]) -> list[Any]:
    """What comes of a bill when only the versions of some codes are there."""
    items: list[Any] = []
    waiting = [request]
    while waiting:
        request = waiting.pop()
        response = recorded(RECORDED, request.url)
        known = package(request.url)
        if not known or known.code not in there:
            response = TextResponse(request.url, status=404)
        response.request = request
        for each in spider.parse_part(response, **request.cb_kwargs):
            (waiting if isinstance(each, scrapy.Request) else items).append(each)
    return items


def test_bill_without_a_tag_is_not_asked_for(corpus: Database) -> None:
    upsert(corpus, [bill("is")], now=NOW, silent=True)
    path = Path(corpus.execute("pragma database_list").fetchone()[2])
    [listing] = run(path)
    assert isinstance(listing, Listing)
    assert listing.document_ids == ()


def test_version_that_is_not_there_is_final_until_the_bill_changes(corpus: Database) -> None:
    upsert(corpus, [bill("is")], now=NOW, silent=True)
    path = Path(corpus.execute("pragma database_list").fetchone()[2])
    url = "https://www.govinfo.gov/content/pkg/BILLS-119s146is/xml/BILLS-119s146is.xml"
    attachments.store(corpus, [VersionText(document_id=KEY, version="IS", url=url, text=None)], now=NOW)
    assert len(run(path, tagged="no")) == 1
    corpus.execute("update documents set changed_at = ?", [LATER])
    assert [item.version for item in run(path, tagged="no") if isinstance(item, VersionText)] == ["IS"]


def test_text_that_cannot_be_read_is_a_gap_and_asked_for_next_time(path: Path) -> None:
    spider = made(UsBillTextSpider, corpus=path)
    list(run_start(spider))
    work = Work(key=KEY, record=spider.bills[KEY].row, stamp="s", waiting=[("BILLS-119s146is", "https://x/y")])
    request = scrapy.Request("https://x/y", meta={"retry_times": 9, "document_id": KEY})
    gap, found = spider.parse_part(TextResponse("https://x/y", body=b"<html>", request=request), work)
    assert isinstance(gap, Reject)
    assert (found.text, found.stamp) == (None, None)


def run_start(spider: UsBillTextSpider) -> Iterator[Any]:
    start = spider.start()
    while True:
        try:
            start.__anext__().send(None)
        except StopIteration as found:
            yield found.value
        except StopAsyncIteration:
            return


@pytest.mark.parametrize(
    ("url", "key", "code"),
    [
        ("https://www.govinfo.gov/bulkdata/BILLS/119/1/hr/BILLS-119hr22ih.xml", "us-119-hr22", "ih"),
        ("https://www.congress.gov/119/bills/sconres7/BILLS-119sconres7eas2.xml", "us-119-sconres7", "eas2"),
        ("https://www.govinfo.gov/content/pkg/BILLS-118hjres9enr/xml/BILLS-118hjres9enr.xml", "us-118-hjres9", "enr"),
    ],
)
def test_version_is_read_from_whatever_address_means_it(url: str, key: str, code: str) -> None:
    found = package(url)
    assert found is not None
    assert (found.document_id, found.code) == (key, code)
    assert found.url == f"https://www.govinfo.gov/content/pkg/{found.name}/xml/{found.name}.xml"


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("hr", ["ih", "rh", "eh", "rfs", "rs", "es", "enr"]),
        ("s", ["is", "rs", "es", "rfh", "rh", "eh", "enr"]),
        ("sres", ["is", "ats"]),
        ("hr", ["ih", "eh", "pcs", "eas", "enr"]),
        ("hres", ["ih", "eh"]),
    ],
)
def test_newest_version_is_the_furthest(kind: str, codes: list[str]) -> None:
    made_of = [package(f"BILLS-119{kind}5{code}") for code in codes]
    for end in range(1, len(made_of) + 1):
        pairs = [(each, None) for each in reversed(made_of[:end]) if each]
        assert newest(pairs) == made_of[end - 1]


BODY = "<legis-body><section><enum>1.</enum><text>Words.</text></section></legis-body>"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "not XML"),
        (b"<html><body>We'll be back soon</body></html>", "not the text of a bill"),
        (b"<bill><form/></bill>", "without words"),
        (f"<bill>{BODY}".encode(), "not XML"),
        (f'<!DOCTYPE bill [<!ENTITY x "y">]><bill>{BODY}</bill>'.encode(), "entities"),
        (f'<!DOCTYPE bill [<!ENTITY x SYSTEM "file:///etc/passwd">]><bill>&x;{BODY}</bill>'.encode(), "entities"),
        (f"<bill><form><legis-num>S. 147</legis-num></form>{BODY}</bill>".encode(), "us-119-s147"),
    ],
)
def test_broken_and_hostile_texts_are_refused(body: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        parse_text(body, KEY)


def test_all_recorded_texts_can_be_read() -> None:
    folders = sorted((Path.home() / ".cache" / "upstream").glob("bill-text-119.*/119"))
    if not (ROOT.parent / "shared").exists() or not folders:
        pytest.skip("../shared is absent or its server has not unpacked the bill texts yet")
    files = sorted(folders[0].glob("*.xml"))[::25]
    found = [(package(file.name), parse_text(file.read_bytes(), package(file.name).document_id)) for file in files]  # type: ignore[union-attr]
    assert len(found) > 50
    assert all(len(text) > 100 for _, text in found)


def test_the_usual_share_of_texts_is_that_of_bills_of_congress(path: Path, corpus: Database) -> None:
    """Texts of states stand in the same table, and many of theirs are not there or may not be asked for."""
    state = Bill(
        id="us-in-2026-hb1",
        source="us_states",
        jurisdiction="us-in",
        level="state",
        session="2026",
        identifier="HB 1",
        document_type="bill",
        title="A bill",
        url="https://in.example/1",
        source_url="https://in.example/1",
    )
    upsert(corpus, [state], now=NOW, silent=True)
    rows = [
        (KEY, "u1", "Text", None),
        (KEY, "u2", None, None),
        (state.id, "u3", None, None),
        (state.id, "u4", None, "forbidden"),
    ]
    for key, url, text, note in rows:
        corpus.table("version_texts").insert(
            {"document_id": key, "version": url, "url": url, "text": text, "fetched_at": NOW, "note": note}
        )
    assert usual_share(path, "federal") == 0.5
    assert usual_share(path, "state") == 0.0, "what robots.txt forbids was never asked for"


def test_the_newer_form_of_a_text_says_whose_it_is_too() -> None:
    body = (SOURCES / "us_bill_text/www.govinfo.gov/content/pkg/BILLS-119s146enr/xml/BILLS-119s146enr.xml").read_bytes()
    assert parse_text(body, "us-119-s146")
    with pytest.raises(Unreadable, match="asked for the text of us-119-s147, got us-119-s146"):
        parse_text(body, "us-119-s147")
    packaged = body.replace(
        b"<citableAs>119 S 146 ENR", b"<citableAs>BILLS-119s146enr</citableAs><citableAs>119 S 146 ENR"
    )
    assert parse_text(packaged, "us-119-s146") == parse_text(body, "us-119-s146")
