"""What people take away or subscribe to: every form of every list, read back by other programs."""

from __future__ import annotations

import datetime
import re
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import icalendar
import pytest
from lxml import etree
from site_corpus import BROADBAND, HOSTILE, HOSTILE_BILL, RULE, TODAY, build
from sqlite_utils import Database

import serve
from datasette.plugins import pm
from pages.export import atom, dates, feeds
from pages.http import formatting
from publish.listing import publish

SITE = "https://policy.example.org"
ATOM = {"a": atom.ATOM}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("feeds"))


@pytest.fixture(scope="module")
def site(corpus: Path):
    return serve.build(corpus, today=TODAY, site=SITE)


async def get(site, path: str, **headers: str):
    answer = await site.client.get(path, headers=headers)
    assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
    return answer


# --------------------------------------------------------------------- Atom


def check_atom(body: bytes) -> list[etree._Element]:
    """What RFC 4287 demands, section by section; gives the entries."""
    feed = etree.fromstring(body)
    assert feed.tag == f"{{{atom.ATOM}}}feed"
    for node in (feed, *feed.findall("a:entry", ATOM)):
        for name in ("id", "title", "updated"):  # 4.1.1, 4.1.2: exactly one of each
            assert len(node.findall(f"a:{name}", ATOM)) == 1, name
        assert node.findtext("a:id", "", ATOM).startswith(f"{SITE}/")
        moment = node.findtext("a:updated", "", ATOM)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", moment), moment
        datetime.datetime.fromisoformat(moment.replace("Z", "+00:00"))
        links = [(link.get("rel", "alternate"), link.get("type")) for link in node.findall("a:link", ATOM)]
        assert len(links) == len(set(links))  # 4.1.1: no two alternates of one type
        assert all(link.get("href", "").startswith(f"{SITE}/") for link in node.findall("a:link", ATOM))
        assert all(category.get("term") for category in node.findall("a:category", ATOM))
    assert feed.find("a:author/a:name", ATOM) is not None  # 4.1.1: of the feed, or of every entry
    entries = feed.findall("a:entry", ATOM)
    ids = [entry.findtext("a:id", "", ATOM) for entry in entries]
    assert len(ids) == len(set(ids))
    order = [entry.findtext("a:updated", "", ATOM) for entry in entries]
    assert order == sorted(order, reverse=True)
    assert feed.findtext("a:updated", "", ATOM) >= max(order, default="")
    return entries


ATOM_FEEDS = {
    "/browse.atom": 3,
    "/browse.atom?area=any": 4,
    "/browse.atom?area=broadband": 2,
    "/browse.atom?q=hotspots&kind=regulation": 1,
    "/browse.atom?q=hotspots&must_see=1&year=2022&jurisdiction=us&status=proposed&sort=latest": 1,
    "/browse.atom?q=hr+1783": 1,
    "/browse.atom?q=xylophones": 0,
    "/areas/library-funding.atom": 2,
    "/jurisdictions/us.atom": 3,
    "/jurisdictions/us.atom?area=any": 4,
    "/positions/tc-hotspot-lending.atom": 1,
    "/deadlines.atom": 1,
    "/deadlines.atom?past=1": 1,
    f"/documents/{BROADBAND}.atom": 4,
    f"/documents/{HOSTILE_BILL}.atom": 0,
}


@pytest.mark.parametrize("path", ATOM_FEEDS)
async def test_a_json_feed_has_the_entries_of_its_atom_feed(site, path: str) -> None:
    answer = await get(site, path.replace(".atom", ".feed"))
    assert answer.headers["content-type"] == "application/feed+json; charset=utf-8"
    found = answer.json()
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert found["feed_url"] == SITE + path.replace(".atom", ".feed")
    entries = check_atom((await get(site, path)).content)
    assert [each["id"] for each in found["items"]] == [entry.findtext("a:id", namespaces=ATOM) for entry in entries]
    assert all(each["content_text"] and each["date_modified"].endswith("Z") for each in found["items"])


@pytest.mark.parametrize("path", ATOM_FEEDS)
async def test_atom_is_valid_and_has_its_entries(site, path: str) -> None:
    answer = await get(site, path)
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert len(check_atom(answer.content)) == ATOM_FEEDS[path]


async def test_hostile_text_is_text_in_every_form(site) -> None:
    [entry] = [
        e
        for e in check_atom((await get(site, "/areas/library-funding.atom")).content)
        if e.findtext("a:title", "", ATOM).startswith("S. 42")
    ]
    assert entry.findtext("a:title", "", ATOM) == f"S. 42: {HOSTILE}"
    assert {child.tag.rpartition("}")[2] for child in entry} == {
        "title",
        "id",
        "updated",
        "link",
        "category",
        "summary",
    }
    rows = (await get(site, "/areas/library-funding.json")).json()["documents"]
    assert HOSTILE in {row["title"] for row in rows}
    assert {row["source_url"] for row in rows if row["id"] == HOSTILE_BILL} == {None}


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/jurisdictions/us-oh", "Data through June 30, 2021."),
        ("/browse?area=any&jurisdiction=us-oh", "Data through June 30, 2021."),
        ("/deadlines?jurisdiction=us-oh", "Data through June 30, 2021."),
        ("/documents/us-oh-134-hb1", "Data through June 30, 2021."),
        ("/deadlines", f"How far the data of each place reach: {SITE}/jurisdictions"),
        ("/browse?area=any&jurisdiction=us-oh,us-tx", f"How far the data of each place reach: {SITE}/jurisdictions"),
        ("/browse?area=any&jurisdiction=states", f"How far the data of each place reach: {SITE}/jurisdictions"),
    ],
)
async def test_a_feed_says_how_far_its_data_reach(tmp_path: Path, path: str, says: str) -> None:
    file = build(tmp_path, states=True)
    with sqlite3.connect(file) as db:
        db.execute(
            "insert into session_ends (jurisdiction, session, ends_on, moved_on) values ('us-oh', '134', '2021-12-31', ?)",
            ["2021-06-30"],
        )
        db.execute("update documents set latest_action_on = '2021-06-30' where id = 'us-oh-134-hb1'")
        db.execute("update listing set sort_on = '2021-06-30' where document_id = 'us-oh-134-hb1'")
    made = serve.build(file, today=TODAY, site=SITE)
    place, _, query = path.partition("?")
    read = await get(made, f"{place}.atom?{query}".rstrip("?"))
    assert etree.fromstring(read.content).findtext("a:subtitle", "", ATOM) == says
    check_atom(read.content)
    assert (await get(made, f"{place}.feed?{query}".rstrip("?"))).json()["description"] == says
    if "area=any" in path:
        assert ("News of its session collected through June 30, 2021." in read.text) == (
            "us-oh" in path or "states" in path
        )


async def test_news_of_a_document_is_a_new_entry(site, corpus: Path, tmp_path: Path) -> None:
    file = tmp_path / "corpus.db"
    file.write_bytes(corpus.read_bytes())
    db = Database(file)
    news = {"latest_action_on": "2022-03-09", "latest_action": "Read twice.", "changed_at": "2022-03-09T11:00:00Z"}
    db.table("documents").update(BROADBAND, news)
    publish(db, "2022-03-09T12:00:00Z")
    db.close()
    moved = check_atom((await get(serve.build(file, today=TODAY, site=SITE), "/browse.atom")).content)
    before = check_atom((await get(site, "/browse.atom")).content)
    ids = [{entry.findtext("a:id", "", ATOM) for entry in each} for each in (before, moved)]
    assert ids[0] - ids[1] == {f"{SITE}/documents/{BROADBAND}#2022-03-08"}
    assert ids[1] - ids[0] == {f"{SITE}/documents/{BROADBAND}#2022-03-09"}


async def test_a_document_tells_its_changes_and_its_actions_once(site) -> None:
    entries = check_atom((await get(site, f"/documents/{BROADBAND}.atom")).content)
    told = [entry.findtext("a:title", "", ATOM) for entry in entries]
    assert sorted(told) == [
        "Introduced in House",
        "New status: Passed one chamber",
        "Passed House by voice vote.",
        "Received in the Senate.",
    ]


def test_a_new_status_and_a_date_are_kept_as_keys_and_told_in_words() -> None:
    assert formatting.change_says("status", "passed_first_chamber") == "Passed one chamber"
    assert formatting.change_says("event", "comment_close: Send them by mail") == "Comments close: Send them by mail"
    assert formatting.change_says("title", "short: A Bill") == "short: A Bill"


async def test_a_document_without_dates_is_dated_by_the_change_of_its_record(tmp_path: Path) -> None:
    """Bills of the United Kingdom have no dates. A feed must not say that they are of 1970."""
    file = build(tmp_path)
    db = Database(file)
    db.execute(
        "update documents set status_on = null, published_on = null, latest_action_on = null where id = ?", [BROADBAND]
    )
    db.execute("update documents set changed_at = '2026-02-03T04:05:06Z' where id = ?", [BROADBAND])
    for table in ("actions", "status_history", "changes"):
        db.execute(f"delete from {table} where document_id = ?", [BROADBAND])
    db.conn.commit()
    publish(db, "2026-02-03T12:00:00Z")
    db.conn.commit()
    db.close()
    answer = await get(serve.build(file, today=TODAY, site=SITE), "/browse.atom")
    (own,) = [entry for entry in check_atom(answer.content) if BROADBAND in entry.findtext("a:id", "", ATOM)]
    assert own.findtext("a:updated", "", ATOM) == "2026-02-03T00:00:00Z"
    assert own.findtext("a:id", "", ATOM).endswith("#2026-02-03")


def test_characters_that_xml_cannot_hold_are_left_out() -> None:
    entry = atom.Entry(f"{SITE}/x", "a\x00b\x0bc\ufffe\ud800", f"{SITE}/x", "2022-01-01", "\x1b[31mred")
    [found] = check_atom(atom.write_atom("t\x08", SITE, "/", "/x.atom", [entry]))
    assert found.findtext("a:title", "", ATOM) == "a b c  "


# --------------------------------------------------------------------- iCalendar


def events_of(body: bytes) -> dict[str, Any]:
    assert body.endswith(b"END:VCALENDAR\r\n")
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    calendar = icalendar.Calendar.from_ical(body)
    assert calendar.subcomponents, "RFC 5545, 3.6: at least one component"
    assert calendar["VERSION"] == "2.0"
    assert calendar["PRODID"]
    assert calendar.errors == []
    assert icalendar.Calendar.from_ical(calendar.to_ical()).to_ical() == calendar.to_ical()
    for event in calendar.events:
        assert event.errors == []
        assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "LAST-MODIFIED", "SEQUENCE", "URL"} <= set(event)
    zones = {zone["TZID"] for zone in calendar.walk("VTIMEZONE")}
    used = {event["DTSTART"].params["TZID"] for event in calendar.events if "TZID" in event["DTSTART"].params}
    assert used <= zones
    return {str(event["UID"]): event for event in calendar.events}


# --------------------------------------------------------------------- asking again


EVERY_FORM = [
    *(f"/browse.{form}?area=broadband" for form in feeds.TYPES),
    *(f"/deadlines.{form}" for form in feeds.TYPES),
    *(f"/positions/tc-hotspot-lending.{form}" for form in feeds.TYPES),
    *(f"/documents/{RULE}.{form}" for form in ("atom", "ics", "json")),
]


@pytest.mark.parametrize("path", EVERY_FORM)
async def test_who_has_it_already_is_told_so(site, path: str) -> None:
    first = await get(site, path)
    tag, when = first.headers["etag"], first.headers["last-modified"]
    for headers in ({"if-none-match": tag}, {"if-none-match": f'"other", {tag}'}, {"if-modified-since": when}):
        again = await site.client.get(path, headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    for headers in ({"if-none-match": '"other"', "if-modified-since": when}, {"if-modified-since": "no date"}):
        assert (await site.client.get(path, headers=headers)).status_code == 200
    assert first.headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in first.headers


async def test_a_change_of_the_file_changes_the_mark(corpus: Path, tmp_path: Path) -> None:
    file = tmp_path / "corpus.db"
    file.write_bytes(corpus.read_bytes())
    site = serve.build(file, today=TODAY, site=SITE)
    tag = (await get(site, "/browse.atom")).headers["etag"]
    with sqlite3.connect(file) as db:
        db.execute("update documents set title = 'Another title' where id = ?", [BROADBAND])
    again = await get(site, "/browse.atom", **{"if-none-match": tag})
    assert "Another title" in again.text
    assert again.headers["etag"] != tag


@pytest.mark.parametrize(
    "path",
    [
        "/areas/no-such-area.atom",
        "/jurisdictions/xx.csv",
        "/positions/nothing.ics",
        "/documents/us-117-hr0.atom",
        "/documents/us-117-hr0.ics",
        "/documents/us-117-hr0.json",
        "/browse.exe",
        "/documents/..%2fops.atom",
        "/staff.atom",
        "/browse.atom/x",
    ],
)
async def test_what_is_not_there_has_no_feed(site, path: str) -> None:
    assert (await site.client.get(path, follow_redirects=True)).status_code == 404


@pytest.mark.parametrize(
    "q", ['"', "NOT", "((((", "'; drop table documents --", "\x00", "x" * 5000, "<script>", "a* b*"]
)
@pytest.mark.parametrize("form", feeds.TYPES)
async def test_no_question_breaks_a_feed(site, q: str, form: str) -> None:
    answer = await get(site, f"/browse.{form}?q={quote_plus(q)}")
    refused = await site.client.get(f"/browse.{form}?area={quote_plus(q)}&year={quote_plus(q)}")
    assert (refused.status_code, "It takes: " in refused.text) == (400, True)
    if form == "atom":
        check_atom(answer.content)
    if form == "ics":
        events_of(answer.content)


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/jurisdictions/us", "Documents on information policy, United States"),
        ("/jurisdictions/us?area=any", "United States"),
        ("/jurisdictions/us?area=broadband", "Broadband, United States: information policy"),
        ("/browse?area=tagged", "Documents on information policy"),
        ("/browse?q=hotspots", "“hotspots”"),
        ("/browse?q=tracker:book-bans", "Book bans and removals"),
        ("/areas/broadband", "Broadband: information policy"),
    ],
)
async def test_a_feed_is_called_one_on_information_policy_once_and_where_it_is_one(site, path: str, title: str) -> None:
    page, _, query = path.partition("?")
    assert (await get(site, f"{page}.feed?{query}")).json()["title"] == title


async def test_the_files_of_a_place_hold_what_its_page_counts(site) -> None:
    page = (await get(site, "/jurisdictions/us")).text
    found = (await get(site, "/jurisdictions/us.json")).json()
    assert f"{found['total']} documents on information policy among 4 collected" in page
    assert found["total"] == len(found["documents"]) == 3
    everything = re.search(r'<a href="(/browse.csv[^"]+)"[^>]*>All 4 documents as CSV</a>', page)
    assert everything
    assert len((await get(site, everything[1].replace("&amp;", "&"))).text.splitlines()) == 5


@pytest.mark.parametrize(
    "after", ["x", "2022-03-01", "2022-03-01/us-fr-1/", "2022-03-01/us-fr-1/" + "9" * 30, "a/b/c", "a/b/²"]
)
async def test_a_place_in_a_list_of_dates_that_is_none_is_refused_and_never_the_beginning_again(
    site, after: str
) -> None:
    answer = await site.client.get("/deadlines.json", params={"after": after})
    assert answer.status_code == 400
    assert "is no place in a list of dates" in answer.text


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/browse.json?page=3", "no parameter “page”. It takes: q, area, kind, "),
        ("/browse.json?jurisdictions=us-tx", "no parameter “jurisdictions”"),
        ("/browse.csv?size=5", "no parameter “size”"),
        ("/browse/map.csv?foo=1", "no parameter “foo”"),
        ("/browse.json?jurisdiction=us-tx&jurisdiction=us", "jurisdiction: give it once"),
        ("/browse.atom?area=privacy&area=broadband", "area: give it once"),
        ("/browse.json?after=zzz", "after=zzz is no place in a list of documents"),
        ("/browse.json?after=2022-01-01", "is no place in a list of documents"),
        ("/browse.json?size=abc", "size=abc is no number from 1 to 1,000"),
        ("/browse.json?sort=oldest", "sort has no value “oldest”. It takes: latest"),
        ("/areas/broadband.json?area=privacy", "no parameter “area”. It takes: q, kind, "),
        ("/areas/broadband.json?page=2", "no parameter “page”"),
        ("/jurisdictions/us.csv?jurisdiction=us-tx", "no parameter “jurisdiction”"),
        ("/positions/tc-hotspot-lending.json?area=privacy", "no parameter “area”. It takes: size, after"),
        ("/positions/tc-hotspot-lending.csv?area=privacy", "no parameter “area”. It takes: none"),
        ("/deadlines.json?past=true", "past has no value “true”. It takes: 0, 1"),
        ("/deadlines.csv?past=yes", "past has no value “yes”"),
        ("/deadlines.json?past=1&year=2020", "no parameter “year”. It takes: area, kind, jurisdiction, past"),
        ("/deadlines.json?size=5", "no parameter “size”"),
        ("/calendar.ics?kind=vote&kind=hearing", "kind: give it once"),
        ("/calendar.json?month=nonsense", "month has no value “nonsense”. It takes: YYYY-MM"),
        ("/calendar.csv?month=2022-13", "month has no value “2022-13”"),
        ("/deadlines.json?month=2022-02", "no parameter “month”"),
    ],
)
async def test_a_file_uses_or_refuses_every_part_of_its_address(site, address: str, says: str) -> None:
    answer = await site.client.get(address)
    assert answer.status_code == 400
    assert says in (answer.json()["error"] if ".json" in address else answer.text)


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("/browse", "?q=hotspots&year=2022&sort=latest"),
        ("/browse", "?jurisdiction=us-tx&jurisdiction=us&page=2&sort=oldest&utm_source=mail"),
        ("/browse", "?area=&area=privacy&kind=bill"),
        ("/deadlines", "?area=all&past=1&lang=es"),
        ("/deadlines", "?area=all&area=privacy&past=true&fbclid=x"),
        ("/calendar", "?area=all&month=2022-03&utm_source=mail"),
        ("/areas/broadband", "?utm_source=mail"),
        ("/positions/tc-hotspot-lending", "?page=2"),
    ],
)
async def test_a_page_leads_to_files_that_take_its_address(site, page: str, query: str) -> None:
    found = feeds.links(page, query.removeprefix("?"))
    assert len(found) == 5
    for link in found:
        await get(site, link.href)


async def test_the_files_of_a_page_take_a_repeated_part_as_the_page_does() -> None:
    [first, *_] = feeds.links("/browse", "jurisdiction=us-tx&jurisdiction=us&kind=bill")
    assert first.href == "/browse.atom?jurisdiction=us-tx&kind=bill"


def test_a_place_in_a_list_of_dates_is_read_as_it_is_written() -> None:
    event = {"starts_at": "2022-03-01T09:00:00", "document_id": "us-tx-87-hb1", "ordinal": -2}  # set by a meeting
    assert dates.read_place(dates.place_in_words(event)) == dates.place_of(event)


async def test_dates_come_whole_a_window_after_another(site, monkeypatch: pytest.MonkeyPatch) -> None:
    plugins = [each for each in pm.get_plugins() if hasattr(each, "MOST_DATES")]
    for past in ("", "?past=1"):
        address = f"/deadlines.json?area=all{past.replace('?', '&')}"
        whole = (await get(site, address)).json()
        assert whole["next"] is None
        assert whole["page"] == f"{SITE}/deadlines?area=all{past.replace('?', '&')}"
        with monkeypatch.context() as context:
            for plugin in plugins:
                context.setattr(plugin, "MOST_DATES", 1)
            table = (await get(site, address.replace(".json", ".csv"))).text
            found, following = [], SITE + address
            while following:
                page = (await get(site, following.removeprefix(SITE))).json()
                found += page["dates"]
                following = page["next"]
        assert found == whole["dates"] != []
        assert len(table.splitlines()) == 1 + len(found)
