"""Documents added by hand: on the site at once, one with what a source tells later, untouched by crawl and rebuild."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from desk_fixtures import (
    LATER,
    NOW,
    PASSWORD,
    SECRET,
    Browser,
    build,
    copy,
    corpus_of,
    field,
    open_desk,
    person,
    site_of,
)
from sample import CRAWL, MIRROR, Sample, sample  # noqa: F401

import serve
from crawlers.items import Bill, Document, Sponsor
from crawlers.storage.record import upsert
from desk.intake import manual_documents, manual_entry_pages
from desk.reviews import reviews
from desk.reviews.reviews import Verdict
from pages.http import formatting
from settings import Configuration

pytestmark = pytest.mark.slow

FORM = {
    "kind": "bill",
    "jurisdiction": "us",
    "session": "117",
    "identifier": "H.R. 77",
    "title": "Rural Library Act",
    "url": "https://example.org/hr77",
    "status": "introduced",
    "published_on": "2022-03-01",
    "hearing_on": "",
    "deadline_on": "",
    "abstract": "",
    "text": "Public libraries may lend books and hotspots.",
    "note": "zyzzyva-note",
}
KEY = "us-117-hr77"
DAY = datetime.date(2022, 3, 9)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("by_hand")).data


@pytest.fixture
def config(made: Path, tmp_path: Path) -> Configuration:
    return copy(made, tmp_path)


@pytest.fixture
def db(config: Configuration) -> Iterator[Any]:
    with closing(open_desk(config)) as opened:
        yield opened


@pytest.fixture
def corpus(config: Configuration) -> Iterator[Any]:
    with closing(corpus_of(config)) as opened:
        yield opened


@pytest.fixture
async def browser(config: Configuration) -> Browser:
    made = Browser(site_of(config).app())
    await made.sign_in()
    return made


async def send(browser: Browser, path: str = "/desk/added/form", **form: str) -> Any:
    return await browser.send(path, **({"seen": "0", "step": "save"} | FORM | form))


def official(**values: Any) -> Document:
    known: dict[str, Any] = {
        "id": KEY,
        "source": "us_bills",
        "jurisdiction": "us",
        "level": "federal",
        "session": "117",
        "identifier": "H.R. 77",
        "title": "Rural Library Act of 2022",
        "url": "https://www.congress.gov/hr77",
        "source_url": "https://govinfo/hr77",
        "status": "in_committee",
        "status_on": "2022-03-03",
        "introduced_on": "2022-02-28",
        "sponsors": (Sponsor(name="Rep. Ibis, A.", role="sponsor"),),
    }
    return Bill(**(known | values))


def row(corpus: Any, key: str = KEY) -> dict[str, Any]:
    return next(corpus.query("select * from documents where id = ?", [key]))


# --------------------------------------------------------------------- the form


async def test_it_is_on_the_site_at_once(browser: Browser, corpus: Any) -> None:
    assert "No document has been added by hand" in (await browser.get("/desk/added")).text
    answer = await send(browser, text="Libraries\x00 \u202e lend  books.\r\n\r\n\r\n\r\n<script>alert(1)</script>")
    assert answer.headers["location"] == "/desk/added", answer.text
    page = (await browser.get(f"/documents/{KEY}")).text
    assert "Rural Library Act" in page
    assert "Added by hand by the staff of this site" in page
    assert "zyzzyva-note" not in page
    stored = row(corpus)
    assert (stored["source"], stored["level"], stored["first_seen_at"][:2]) == ("by_hand", "federal", "20")
    # Cleaned as everything else is.
    assert stored["text"] == "Libraries \u202e lend books.\n\n<script>alert(1)</script>"
    assert "<script>alert" not in page
    assert KEY in (await browser.get("/browse?q=rural")).text
    for path in (
        f"/desk/documents/{KEY}",
        "/sources",
        "/jurisdictions/us",
        "/",
        f"/documents/{KEY}/similar",
        f"/embed/documents/{KEY}",
    ):
        assert (await browser.get(path)).status_code == 200, path
    listed = (await browser.get("/desk/added")).text
    assert "On the site, from this record only" in listed
    assert "zyzzyva-note" in listed
    assert "added a document" in (await browser.get("/desk/trail")).text


@pytest.mark.parametrize(
    ("values", "name", "says"),
    [
        ({"kind": "poem"}, "kind", "Choose a kind"),
        ({"status": ""}, "status", "Choose a status"),
        ({"title": " "}, "title", "Enter a title"),
        ({"title": "x" * 1_001}, "title", "At most 1,000 characters"),
        ({"identifier": ""}, "identifier", "Enter a number"),
        ({"identifier": "§§§"}, "identifier", "A number needs letters or digits"),
        ({"session": ""}, "session", "Enter the number or years of the session"),
        ({"session": "9"}, "session", "Known sessions are 117: choose one of these"),
        ({"jurisdiction": "us-zz"}, "jurisdiction", "Nothing from"),
        ({"jurisdiction": ""}, "jurisdiction", "Enter a place"),
        ({"url": "javascript:alert(1)"}, "url", "Enter the address of the document"),
        ({"url": "https://user@host/"}, "url", "Enter the address of the document"),
        ({"url": "http://[x"}, "url", "Enter the address of the document"),
        ({"published_on": "1.3.2022"}, "published_on", "Enter a date such as 2026-11-30"),
        ({"published_on": "2022-02-31"}, "published_on", "Enter a date such as 2026-11-30"),
        ({"published_on": "2999-12-31"}, "published_on", "This date is in the future"),
        ({"hearing_on": "2020-01-01"}, "hearing_on", "This is before the document was introduced"),
        ({"deadline_on": "2027-03-10"}, "deadline_on", "This is more than 5 years away"),
        (
            {"identifier": "HR 1783"},
            "identifier",
            "This number is already here: HR 1783, United States, 117th Congress",
        ),
    ],
)
async def test_what_is_wrong_stands_beside_its_field(
    browser: Browser, db: Any, values: dict[str, str], name: str, says: str
) -> None:
    answer = await send(browser, **values)
    assert answer.status_code == 400
    assert f'id="{name}-error">{says}' in answer.text
    assert "Public libraries may lend books and hotspots." in answer.text
    assert db.execute("select count(*) from hand_documents").fetchone()[0] == 0


async def test_a_new_place_is_taken_when_it_is_meant(browser: Browser, corpus: Any) -> None:
    answer = await send(browser, jurisdiction="us-vt", session="2026", identifier="S. 4", new_place="1")
    assert answer.status_code == 302
    assert row(corpus, "us-vt-2026-s4")["level"] == "state"


async def test_a_viewer_adds_nothing(config: Configuration) -> None:
    browser = Browser(site_of(config).app())
    await browser.sign_in("Cleo Looker")
    assert (await browser.get("/desk/added")).status_code == 200
    assert (await browser.get("/desk/added/form")).status_code == 403
    assert (await send(browser)).status_code == 403


async def test_a_whole_text_fits_and_a_book_does_not(browser: Browser, corpus: Any) -> None:
    assert (await send(browser, text="library " * 60_000)).status_code == 302
    assert len(row(corpus)["text"]) == 60_000 * 8 - 1
    assert (await send(browser, text="x" * 2_100_000)).status_code == 413


@pytest.mark.parametrize(
    ("values", "key"),
    [
        (
            {"kind": "case", "url": "https://www.courtlistener.com/opinion/10692152/a-v-b/", "identifier": ""},
            "us-court-opinion10692152",
        ),
        ({"kind": "case", "identifier": "ca9 22-15566", "session": ""}, "us-court-ca9-22-15566"),
        ({"kind": "regulation", "identifier": "2026-01234", "session": ""}, "us-fr-2026-01234"),
        ({"kind": "regulation", "identifier": "ED-2005-0004-0001", "session": ""}, "us-regs-ed2005-0004-0001"),
        (
            {"kind": "local_matter", "jurisdiction": "us-ny-nyc", "session": "2022", "identifier": "Res 0093-2022"},
            "us-ny-nyc-2022-res93-2022",
        ),
        ({"jurisdiction": "US", "identifier": "hr0077"}, KEY),
        ({"jurisdiction": "United States", "identifier": "hr0077"}, KEY),
        ({"jurisdiction": "Vermont", "session": "2026", "identifier": "S. 4"}, "us-vt-2026-s4"),
        ({"jurisdiction": "VT", "session": "2026", "identifier": "S. 4"}, "us-vt-2026-s4"),
    ],
)
def test_the_id_is_the_one_that_a_source_would_give(values: dict[str, str], key: str) -> None:
    assert manual_entry_pages.document_of(FORM | values, DAY).id == key


@pytest.mark.parametrize(
    ("values", "key", "name"),
    [
        (
            {"kind": "case", "title": "Reader v. Library Board"},
            "us-court-reader-v-library-board",
            "Reader v. Library Board",
        ),
        (
            {"kind": "local_matter", "jurisdiction": "us-tx-llano"},
            "us-tx-llano-2022-rural-library-act",
            "Rural Library Act",
        ),
        ({"kind": "regulation"}, "us-regs-rural-library-act", "Rural Library Act"),
    ],
)
def test_what_has_no_number_is_named_by_its_title(values: dict[str, str], key: str, name: str) -> None:
    made = manual_entry_pages.document_of(FORM | {"identifier": "", "session": ""} | values, DAY)
    assert (made.id, made.identifier) == (key, name)


async def test_a_hearing_and_a_deadline_are_dates_to_keep(browser: Browser, db: Any, corpus: Any) -> None:
    dates = {"hearing_on": "2022-03-20", "deadline_on": "2027-03-09"}  # five years from now, to the day
    assert (await browser.send("/desk/added/form", **(FORM | dates), seen="0")).status_code == 302
    events = corpus.execute("select kind, starts_at from events where document_id = ? order by 2", [KEY]).fetchall()
    assert events == [("hearing", "2022-03-20"), ("comment_close", "2027-03-09")]
    page = (await browser.get(f"/desk/added/form?id={KEY}")).text
    assert 'name="hearing_on" value="2022-03-20"' in page
    wrong = await browser.send("/desk/added/form", **(FORM | {"identifier": "H.R. 78", "hearing_on": "soon"}), seen="0")
    assert (wrong.status_code, "enter a date" in wrong.text.lower()) == (400, True)


@pytest.mark.parametrize("session", ["court", "regs", "fr"])
def test_what_stands_for_a_session_is_not_shown_as_one(session: str) -> None:
    assert formatting.session_in_words("us", session) == ""


async def test_correct_withdraw_and_bring_back(browser: Browser, db: Any, corpus: Any) -> None:
    await send(browser)
    path = f"/desk/added/form?id={KEY}"
    page = (await browser.get(path)).text
    assert "Public libraries may lend books and hotspots." in page
    seen = field(page, "seen")
    for _ in range(2):  # sent twice
        assert (await send(browser, path, seen=seen, title="Rural Libraries Act")).status_code == 302
    assert row(corpus)["title"] == "Rural Libraries Act"
    # The page of before is out of date now.
    assert (await send(browser, path, seen=seen, title="Mine")).status_code == 409
    assert "would be another document" in (await send(browser, path, seen="2", identifier="HR 78")).text
    assert (await send(browser, path, seen="2", step="withdraw", title="")).status_code == 302
    gone = row(corpus)
    assert (gone["status"], gone["text"], bool(gone["missing_since"])) == ("unrecorded", None, True)
    assert corpus.execute("select count(*) from events where document_id = ?", [KEY]).fetchone()[0] == 0
    assert "Withdrawn" in (await browser.get("/desk/added")).text
    assert (await send(browser, path, seen="3")).status_code == 302
    assert (row(corpus)["text"], row(corpus)["missing_since"]) == (FORM["text"], None)
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        db.execute("delete from hand_documents")


async def test_a_withdrawn_record_is_no_withdrawn_bill(browser: Browser, db: Any) -> None:
    """Staff remove their record of a real bill; its sponsors have withdrawn nothing, and no source ever listed it."""
    await send(browser)
    said = {"verdict": "confirm", "value": "oppose", "reason": "It closes libraries.", "source": "ALA, 2022"}
    reviews.record(db, person(db), [Verdict(document_id=KEY, subject="stance", published=True, **said)], now=NOW)
    await send(browser, f"/desk/added/form?id={KEY}", seen="1")
    gone = await send(browser, f"/desk/added/form?id={KEY}", seen="2", step="withdraw", title="")
    assert "stays public until an approver withdraws it" in (await browser.get(gone.headers["location"])).text
    page = (await browser.get(f"/documents/{KEY}")).text
    assert "The staff of this site removed this record" in page
    assert "No longer recorded" in page
    assert "Withdrawn" not in page
    assert "source has not listed" not in page
    assert "listed by its source" not in (await browser.get("/browse?q=rural")).text
    said = (await browser.get(f"/api/document?document={KEY}")).json()
    assert "Staff added this record by hand and removed it on" in said["says"]
    assert said["result"]["document"]["can_still_move"] is None


async def test_withdrawing_publishes_no_draft(browser: Browser, db: Any, corpus: Any) -> None:
    await send(browser)
    path = f"/desk/added/form?id={KEY}"
    await send(browser, path, seen="1", step="draft", title="A draft of Zyzzyva")
    assert (await send(browser, path, seen="2", step="withdraw", title="")).status_code == 302
    assert (row(corpus)["title"], bool(row(corpus)["missing_since"])) == (FORM["title"], True)


# --------------------------------------------------------------------- beside the sources


def add(db: Any, corpus: Any, **values: str) -> None:
    manual_documents.add(db, person(db), manual_entry_pages.document_of(FORM | values, DAY), "", seen=0, now=NOW)
    assert manual_documents.take_in(corpus, db, NOW) == 1


def fate(db: Any) -> str:
    return manual_documents.listed(db)[0]["fate"]


def test_a_second_time_changes_nothing(db: Any, corpus: Any) -> None:
    add(db, corpus)
    before = list(corpus.conn.iterdump())
    assert manual_documents.take_in(corpus, db, LATER) == 0
    assert list(corpus.conn.iterdump()) == before


@pytest.mark.parametrize("sponsored", [True, False])
def test_what_a_source_tells_later_leads_and_is_the_same_document(db: Any, corpus: Any, sponsored: bool) -> None:
    add(db, corpus)
    told = official() if sponsored else official(sponsors=())
    done = upsert(corpus, [told], now=LATER, silent=False)
    assert done.refused == []
    assert corpus.execute("select count(*) from documents where id like '%hr77'").fetchone()[0] == 1
    stored = row(corpus)
    assert (stored["source"], stored["title"], stored["url"]) == ("us_bills", told.title, told.url)
    # What the source does not say comes from what was typed.
    assert (stored["status"], stored["text"]) == ("in_committee", FORM["text"])
    assert fate(db) == "merged"
    assert manual_documents.take_in(corpus, db, LATER) == 0
    assert row(corpus) == stored


def test_the_source_is_believed_where_somebody_took_a_wrong_number(db: Any, corpus: Any) -> None:
    add(db, corpus)
    other = official(title="Lighthouse Preservation Act")
    done = upsert(corpus, [other], now=LATER, silent=False)
    assert done.refused == []
    assert (row(corpus)["title"], row(corpus)["text"]) == ("Lighthouse Preservation Act", None)
    assert fate(db) == "aside"
    assert manual_documents.take_in(corpus, db, LATER) == 0
    assert corpus.execute("select source from provenance where document_id = ?", [KEY]).fetchall() == [("us_bills",)]
    assert upsert(corpus, [replace(other, abstract="Lamps.")], now=LATER, silent=False).changed == 1


def test_withdrawn_from_beside_a_source_leaves_what_the_source_says(db: Any, corpus: Any) -> None:
    add(db, corpus)
    upsert(corpus, [official()], now=LATER, silent=False)
    manual_documents.add(db, person(db), manual_entry_pages.document_of(FORM, DAY), "", seen=1, now=LATER, gone=True)
    assert manual_documents.take_in(corpus, db, LATER) == 1
    assert (row(corpus)["text"], row(corpus)["missing_since"], row(corpus)["status"]) == (None, None, "in_committee")
    assert manual_documents.take_in(corpus, db, LATER) == 0


def test_a_lost_corpus_gets_it_back_without_news(db: Any, corpus: Any) -> None:
    add(db, corpus)
    assert corpus.execute("select count(*) from changes where document_id = ?", [KEY]).fetchone()[0] > 0
    for table in ("changes", "provenance", "listing", "documents"):
        corpus.execute(f"delete from {table} where {'id' if table == 'documents' else 'document_id'} = ?", [KEY])
    assert manual_documents.take_in(corpus, db, "2022-06-01T00:00:00Z") == 1
    assert corpus.execute("select count(*) from changes where document_id = ?", [KEY]).fetchone()[0] == 0
    assert row(corpus)["first_seen_at"] == NOW


def test_what_cannot_be_put_in_now_is_put_in_later(config: Configuration, db: Any, corpus: Any) -> None:
    manual_documents.add(db, person(db), manual_entry_pages.document_of(FORM, DAY), "", seen=0, now=NOW)
    corpus.execute("begin immediate")
    assert not manual_documents.show(config.corpus, db, KEY, NOW)
    corpus.rollback()
    assert fate(db) == "waits"
    assert manual_documents.show(config.corpus, db, KEY, NOW)
    assert fate(db) == "shown"


async def test_it_is_tagged_by_the_next_rebuild_and_outlives_crawls(
    infopolicy: Callable[..., Any], sample: Sample, tmp_path: Path
) -> None:
    sample.copy(tmp_path / "data")
    infopolicy("user", "add", "Ana Reader", "--role", "approver", input=PASSWORD)
    config = Configuration(data=tmp_path / "data", site="http://localhost")
    browser = Browser(serve.build(config.corpus, secret=SECRET, desk=config).app())
    await browser.sign_in()
    text = "A State library agency may use Library Services and Technology Act grants for public libraries."
    assert (await send(browser, text=text)).status_code == 302
    with closing(sqlite3.connect(config.corpus)) as corpus:

        def stored() -> Any:
            return corpus.execute("select * from documents where id = ?", [KEY]).fetchall()

        assert infopolicy("rebuild", mirror=MIRROR).returncode == 0  # the bill has ended with its Congress
        before = stored()
        for command in (("rebuild",), CRAWL, ("rebuild", "--all")):
            done = infopolicy(*command, mirror=MIRROR)
            assert done.returncode == 0, done.stderr
            assert stored() == before, command
            tags = corpus.execute("select area_id from tags where document_id = ?", [KEY]).fetchall()
            assert ("library-funding",) in tags
    for path in (f"/documents/{KEY}", "/sources", f"/desk/documents/{KEY}", "/desk", "/corpus/documents.json"):
        answer = await browser.get(path)
        assert answer.status_code == 200, path
    assert KEY in (await browser.get("/desk?q=rural&ended=1")).text


async def test_a_draft_is_for_staff_until_it_is_saved_for_the_public(
    browser: Browser, db: Any, config: Configuration
) -> None:
    form = "/desk/added/form"
    assert (await browser.send(form, **FORM, step="draft", seen="0")).status_code == 302
    assert "A draft, which only staff see" in (await browser.get("/desk/added")).text
    assert (await browser.get(f"/documents/{KEY}")).status_code == 404
    with closing(corpus_of(config)) as corpus:
        assert manual_documents.take_in(corpus, db, LATER) == 0, "no run makes it public either"
    page = (await browser.get(f"{form}?id={KEY}")).text
    assert "Make it public" in page
    seen = field(page, "seen")
    assert (await browser.send(f"{form}?id={KEY}", **FORM, step="save", seen=seen)).status_code == 302
    assert "Rural Library Act" in (await browser.get(f"/documents/{KEY}")).text
    seen = field((await browser.get(f"{form}?id={KEY}")).text, "seen")
    changed = FORM | {"title": "Rural Library Act of quokka-draft"}
    assert (await browser.send(f"{form}?id={KEY}", **changed, step="draft", seen=seen)).status_code == 302
    assert "quokka-draft" not in (await browser.get(f"/documents/{KEY}")).text, "a correction can be a draft too"
    with closing(corpus_of(config)) as corpus:
        assert manual_documents.take_in(corpus, db, LATER) == 0
    assert "quokka-draft" in (await browser.get(f"{form}?id={KEY}")).text


async def test_dates_are_on_the_calendar_at_once_also_without_an_area(browser: Browser, corpus: Any) -> None:
    answer = await send(browser, title="Parking ordinance", text="", hearing_on="2022-03-20", deadline_on="2022-03-25")
    assert answer.status_code == 302
    assert "on the calendar and the page of deadlines; follow it" in (await browser.get("/desk/added")).text
    assert not corpus.execute("select 1 from listing where document_id = ? and area_id = 'tagged'", [KEY]).fetchone()
    for path in ("/calendar?month=2022-03", "/deadlines"):
        assert f"/documents/{KEY}" in (await browser.get(path)).text, path
    plain = await send(browser, identifier="H.R. 78")
    assert plain.status_code == 302
    assert "page of deadlines" not in (await browser.get("/desk/added")).text


async def test_no_word_of_a_draft_stays_in_the_address_of_what_is_public(
    browser: Browser, db: Any, config: Configuration
) -> None:
    form, path = "/desk/added/form", "/desk/added/form?id=us-2022-quokka-draft-of-an-ordinance"
    matter = FORM | {"kind": "local_matter", "identifier": "", "session": "", "title": "Quokka draft of an ordinance"}
    sent = await browser.send(form, **matter, step="draft", seen="0")
    assert sent.status_code == 302, "a local matter needs no session"
    page = (await browser.get(path)).text
    assert (field(page, "identifier"), field(page, "session")) == ("", "")
    corrected = matter | {"title": "Ordinance on meeting rooms"}
    assert (await browser.send(path, **corrected, step="save", seen=field(page, "seen"))).status_code == 302
    key = "us-2022-ordinance-on-meeting-rooms"
    assert "quokka" not in (await browser.get(f"/documents/{key}")).text.casefold()
    assert (await browser.get("/documents/us-2022-quokka-draft-of-an-ordinance")).status_code == 404
    with closing(corpus_of(config)) as corpus:
        manual_documents.take_in(corpus, db, LATER)
        assert not any("quokka" in line.casefold() for line in corpus.conn.iterdump())
    assert [row["fate"] for row in manual_documents.listed(db)] == ["shown", "gone"]
    page = (await browser.get(f"{form}?id={key}")).text
    assert field(page, "identifier") == "Ordinance on meeting rooms", "what the public has keeps its number"


async def test_a_draft_gets_its_first_number_back(browser: Browser, db: Any, corpus: Any) -> None:
    form, other = "/desk/added/form", "us-117-hr78"
    for path, number in ((form, "H.R. 77"), (f"{form}?id={KEY}", "H.R. 78"), (f"{form}?id={other}", "H.R. 77")):
        seen = field((await browser.get(path)).text, "seen") if path != form else "0"
        for again in (False, True):  # a form that was sent twice says the same twice, and writes once
            answer = await send(browser, path, identifier=number, step="draft", seen=seen)
            assert answer.status_code == 302, (number, again)
    fates = {row["document_id"]: row["fate"] for row in manual_documents.listed(db)}
    assert fates == {KEY: "draft", other: "gone"}
    assert (await send(browser, form, identifier="H.R. 79", step="draft")).status_code == 302
    taken = await send(browser, f"{form}?id={KEY}", identifier="H.R. 79", step="draft", seen="5")
    assert "This number is already here: H.R. 79, United States, 117th Congress" in taken.text
