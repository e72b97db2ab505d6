"""What counts as short, gone, overdue, dried up or of a new form, and how the page and the command say so."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import NOW, bill_xml, replay
from golden import NOWHERE
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler
from sqlite_utils import Database
from truncated_sources import CASES

import serve
from crawlers.completeness import fields
from crawlers.completeness.completeness import close, gone, is_short, rejects_rise, told
from crawlers.completeness.coverage_tables import HOLDINGS
from crawlers.completeness.health import DRY_LEAST, Health, health
from crawlers.items import ExpectedCount, Listing
from crawlers.parsers import xmltree
from crawlers.parsers.billstatus import parse_bill
from crawlers.run_settings import spider_class
from crawlers.sources import load_sources
from crawlers.spider import MOST_UNKNOWN, SourceSpider
from crawlers.storage.record import upsert
from operations.status import NAMED, lines, warning_lines
from pages.places.coverage import share
from publish.listing import publish

PLACE = ("us", "117", "hr")


# --------------------------------------------------------------------- what counts as short


@pytest.mark.parametrize(
    ("expected", "received", "short"),
    [
        (0, 0, False),
        (1, 1, False),
        (1, 0, True),  # the only one, and nothing now
        (2, 1, False),
        (4, 3, False),
        (4, 2, True),
        (10, 9, False),
        (10, 8, True),  # one document may always be withdrawn
        (100, 95, False),
        (100, 94, True),
        (500, 250, True),
        (13_092, 12_438, False),
        (13_092, 12_437, True),
        (50, 60, False),
    ],
)
def test_short_is_more_than_one_in_twenty_and_more_than_one(expected: int, received: int, short: bool) -> None:
    assert is_short(expected, received) is short


def stored(db: Database, count: int, kind: str = "hr") -> list[str]:
    """So many bills of one type are in the corpus; their ids."""
    bills = [
        parse_bill(xmltree.parse(bill_xml(n, kind=kind).encode(), root="billStatus"), source_url="https://x/y")
        for n in range(1, count + 1)
    ]
    upsert(db, bills, now=NOW, silent=True)
    return [bill.id for bill in bills]


def listing(ids: list[str], part: str = "hr") -> Listing:
    return Listing(source="us_bills", jurisdiction="us", session="117", part=part, document_ids=tuple(ids))


def closed(db: Database, *listings: Listing, tally: ExpectedCount | None = None, **given: Any) -> Any:
    standard = {"rejected": set(), "excused": False, "believe": False, "now": NOW}
    return close(db, "us_bills", listings, {PLACE: tally} if tally else {}, **standard | given)


def missing(db: Database) -> int:
    return int(db.execute("select count(*) from documents where missing_since is not null").fetchone()[0])


def test_one_bill_less_is_withdrawn_and_half_the_bills_are_an_outage(corpus: Database) -> None:
    ids = stored(corpus, 10)
    found = closed(corpus, listing(ids[:5]))
    [part] = found.parts
    assert (found.missing, part["expected"], part["received"], part["complete"]) == (0, 10, 5, False)
    assert told(found.parts) == [
        "us 117 hr: the source lists only 5 of the 10 documents it listed before: taken for cut off, nothing counts as gone"
    ]
    found = closed(corpus, listing(ids[:9]))
    assert (found.missing, found.parts[0]["complete"], told(found.parts)) == (1, True, [])
    assert missing(corpus) == 1


def test_many_small_parts_that_lack_one_document_each_are_suspicious_together(corpus: Database) -> None:
    kinds = ("hr", "s", "hres", "sres")
    ids = {kind: stored(corpus, 2, kind) for kind in kinds}
    found = closed(corpus, *(listing(ids[kind][:1], kind) for kind in kinds))
    assert (found.missing, missing(corpus)) == (0, 0)
    assert all(part["reason"] for part in found.parts)
    assert told(found.parts)[-1] == "1 more parts came short, see infopolicy status"


def test_what_a_person_believes_goes_missing(corpus: Database) -> None:
    ids = stored(corpus, 10)
    found = closed(corpus, listing(ids[:5]), believe=True)
    assert (found.missing, told(found.parts), found.parts[0]["expected"]) == (5, [], 5)


def test_listed_and_not_stored_is_told_but_not_of_a_run_that_meant_to_store_less(corpus: Database) -> None:
    ids = stored(corpus, 5)
    more = [f"us-117-hr{n}" for n in range(6, 11)]
    found = closed(corpus, listing(ids + more), rejected=set(more))
    assert told(found.parts) == ["us 117 hr: 10 documents are listed and 5 of them are stored, 5 could not be read"]
    assert told(closed(corpus, listing(ids + more), excused=True).parts) == []


@pytest.mark.parametrize(("total", "short"), [(10, False), (20, True), (5, True), (11, False)])
def test_the_source_s_own_total_weighs_more_than_its_list(corpus: Database, total: int, short: bool) -> None:
    ids = stored(corpus, 10)
    found = closed(
        corpus, listing(ids), tally=ExpectedCount(jurisdiction="us", session="117", part="hr", expected=total)
    )
    sentence = f"us 117 hr: the source says it holds {total} documents, 10 are stored"
    assert told(found.parts) == ([sentence] if short else [])
    assert found.parts[0]["complete"] is not short


def test_a_session_that_was_only_begun_is_no_alarm(corpus: Database) -> None:
    stored(corpus, 3)
    found = closed(corpus, tally=ExpectedCount(jurisdiction="us", session="117", part="hr", expected=500))
    [part] = found.parts
    assert (part["expected"], part["received"], part["complete"], told([part])) == (500, 3, False, [])


# --------------------------------------------------------------------- what earlier runs knew


def run(db: Database, source: str = "us_bills", state: str = "finished", at: str = NOW, **row: Any) -> None:
    numbers = dict.fromkeys(("added", "changed", "unchanged", "rejected", "missing", "waiting"), 0)
    parts = json.dumps(row.pop("parts", []))
    times = {"source": source, "started_at": at, "finished_at": at, "state": state, "coverage": parts}
    db.table("runs").insert(numbers | times | row)


def part(session: str, count: int, **more: Any) -> dict[str, Any]:
    place = {"jurisdiction": "us", "session": session, "part": "hr"}
    return place | {"listed": count, "stored": count, "expected": count, "received": count, "complete": True} | more


def test_what_is_gone_stays_told_until_it_is_back_or_not_asked_for(corpus: Database) -> None:
    run(corpus, parts=[part("117", 20), part("116", 7), part("115", 0)])
    anything = lambda jurisdiction, session: True  # noqa: E731
    [lost] = gone(corpus, "us_bills", [("us", "117", "hr")], anything)
    assert (lost["session"], lost["expected"], lost["received"], lost["complete"]) == ("116", 7, 0, False)
    run(corpus, parts=[part("117", 20), lost])
    assert gone(corpus, "us_bills", [("us", "117", "hr")], anything) == [lost]
    assert gone(corpus, "us_bills", [("us", "117", "hr"), ("us", "116", "hr")], anything) == []
    assert gone(corpus, "us_bills", [], lambda jurisdiction, session: session != "116") == [
        lost
        | {
            "session": "117",
            "stored": 20,
            "expected": 20,
            "reason": "listed 20 documents before and nothing now",
        }
    ]


def test_a_run_that_failed_has_no_say_over_what_a_finished_one_saw(corpus: Database) -> None:
    run(corpus, parts=[part("117", 20)])
    run(corpus, state="failed")
    run(corpus, state="interrupted", parts=[part("116", 20)])
    found = gone(corpus, "us_bills", [], lambda jurisdiction, session: True)
    assert [each["session"] for each in found] == ["117"]


@pytest.mark.parametrize(
    ("before", "anew", "handled", "rises"),
    [(1, 40, 1000, True), (1, 2, 10, False), (30, 40, 1000, False), (0, 3, 4000, False), (0, 30, 4000, True)],
)
def test_a_rising_share_of_rejects_is_told(corpus: Database, before: int, anew: int, handled: int, rises: bool) -> None:
    for _ in range(3):
        run(corpus, added=1000 - before, rejected=before)
    words = rejects_rise(corpus, "us_bills", anew=anew, handled=handled)
    assert (words is not None) is rises


def test_the_first_run_can_show_no_rise(corpus: Database) -> None:
    assert rejects_rise(corpus, "us_bills", anew=50, handled=60) is None


# --------------------------------------------------------------------- how a source stands


def of(db: Database, source: str, now: str = NOW) -> Health:
    return next(each for each in health(db.conn, now) if each.source == source)


def test_a_source_in_order_has_nothing_to_tell(corpus: Database) -> None:
    stored(corpus, 4)
    run(corpus, parts=[part("117", 4)])
    publish(corpus, NOW)
    found = of(corpus, "us_bills")
    assert found.warnings == []
    [held] = found.holdings
    assert (held.documents, held.expected, held.received, held.whole_at) == (4, 4, 4, NOW)
    assert (held.with_actions, held.with_text, held.newest_on) == (0, 0, "2021-03-01")
    assert of(corpus, "uk_bills").warnings == [], "a source that was never asked is no alarm"


@pytest.mark.parametrize(("hours", "overdue"), [(47, False), (49, True)])
def test_a_source_is_overdue_after_twice_its_time(corpus: Database, hours: int, overdue: bool) -> None:
    run(corpus, at="2026-11-20T00:00:00Z")
    now = f"2026-11-{20 + hours // 24:02}T{hours % 24:02}:00:00Z"
    words = "no run to its end since 2026-11-20; it should be asked every 24 hours"
    assert of(corpus, "us_bills", now).warnings == ([words] if overdue else [])


def test_a_failed_run_says_why_and_keeps_the_sessions_of_the_last_good_one(corpus: Database) -> None:
    run(corpus, parts=[part("117", 4)])
    run(corpus, state="failed", note="2 listings or bulk files could not be read: the crawl is partial")
    found = of(corpus, "us_bills")
    assert found.warnings == [
        "the last run is failed",
        "2 listings or bulk files could not be read: the crawl is partial",
    ]
    assert found.holdings[0].expected == 4


def test_the_reason_of_a_session_is_told_once(corpus: Database) -> None:
    bad = part("117", 4, received=2, complete=False, reason="listed 4 documents before and nothing now", gone=True)
    run(corpus, parts=[bad], note="; ".join([*told([bad]), "5 of 9 records could not be read (limit 1%)"]))
    assert of(corpus, "us_bills").warnings == [
        "5 of 9 records could not be read (limit 1%)",
        "us 117: hr: listed 4 documents before and nothing now",
    ]


def test_what_waits_for_tomorrow_s_requests_is_no_alarm(corpus: Database) -> None:
    begun = part("117", 900, stored=100, received=100, complete=False)
    run(corpus, parts=[begun], waiting=12)
    found = of(corpus, "us_bills")
    assert (found.warnings, found.holdings[0].complete) == ([], False)
    run(corpus, parts=[begun])
    assert of(corpus, "us_bills").warnings == ["us: 117 hr: 100 of 900 listed documents are stored"]


def test_of_a_begun_session_later_runs_count_too(corpus: Database) -> None:
    stored(corpus, 8)
    run(corpus, parts=[part("117", 0, stored=3, expected=500, received=3, complete=False)])
    publish(corpus, NOW)
    [held] = of(corpus, "us_bills").holdings
    assert (held.received, held.expected) == (8, 500)


def months(db: Database, source: str, place: str, **counts: int) -> None:
    publish(db, NOW)
    rows = [
        {"source": source, "jurisdiction": place, "month": month.replace("_", "-")[1:], "documents": count}
        for month, count in counts.items()
    ]
    db.table("coverage_months").insert_all(rows)


@pytest.mark.parametrize(
    ("source", "counts", "dry"),
    [
        ("us_bills", {"m2025_10": 300, "m2026_09": 250}, True),
        ("us_bills", {"m2025_10": 300, "m2026_10": 1}, False),
        ("us_bills", {"m2025_10": DRY_LEAST - 1}, False),
        ("us_states", {"m2025_10": 300, "m2024_10": 280}, True),
        ("us_states", {"m2025_10": 300}, False),  # a legislature that sits every other year
    ],
)
def test_a_source_that_is_asked_and_has_dried_up(
    corpus: Database, source: str, counts: dict[str, int], dry: bool
) -> None:
    run(corpus, source, at="2026-11-24T00:00:00Z")
    months(corpus, source, "us-xx", **counts)
    words = "us-xx: nothing published in October 2026 has come; of October 2025 there are 300"
    assert of(corpus, source, NOW).warnings == ([words] if dry else [])


def test_nobody_can_say_a_month_is_dry_that_was_not_asked_for(corpus: Database) -> None:
    run(corpus, at="2026-10-31T23:00:00Z")
    months(corpus, "us_bills", "us", m2025_10=300)
    assert of(corpus, "us_bills", "2026-11-01T00:00:00Z").warnings == []


# --------------------------------------------------------------------- fields nobody knows


def test_a_new_field_is_told_until_somebody_knows_it_or_a_month_has_passed(
    corpus: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(corpus, at="2026-11-01T00:00:00Z", unknown='["bill.mood"]', note=f"{fields.TOLD}: bill.mood")
    run(corpus, at="2026-11-24T00:00:00Z", unknown="[]")
    words = "new fields in its records that nobody here has looked at yet: bill.mood"
    assert of(corpus, "us_bills", "2026-11-25T00:00:00Z").warnings == [words]
    monkeypatch.setattr(fields, "load_fields", lambda: {"us_bills": {"bill": frozenset({"mood"})}})
    assert of(corpus, "us_bills", "2026-11-25T00:00:00Z").warnings == []
    monkeypatch.undo()
    run(corpus, at="2026-12-02T00:00:00Z", unknown="[]")
    assert of(corpus, "us_bills", "2026-12-02T01:00:00Z").warnings == []


def spider(source: str, folder: Path) -> SourceSpider:
    case, cls = CASES[source], spider_class(source)
    made = cls.from_crawler(get_crawler(cls), today=case.today, **case.arguments)
    made.settings = Settings({"INFOPOLICY_CORPUS": str(NOWHERE)})
    assert isinstance(made, SourceSpider)
    replay(made, folder, NOWHERE)
    return made


#: The first bytes of a compressed archive: it holds texts, no records.
PACKED = b"\x1f\x8b"


def with_a_new_field(source: str, folder: Path) -> None:
    """Give every record of the mirror a field that it never had: whatever has several of the known fields is a record."""
    known = frozenset().union(*fields.load_fields()[source].values())

    def add(value: Any) -> Any:
        if isinstance(value, list):
            return [add(each) for each in value]
        if not isinstance(value, dict):
            return value
        found = {name: add(each) for name, each in value.items()}
        return found | ({"brandNew": 1} if len(known & set(found)) >= 5 else {})

    for path in filter(Path.is_file, folder.rglob("*")):
        if path.read_bytes().startswith(PACKED):
            continue
        body = path.read_text()
        if path.suffix == ".csv":
            head, *rows = body.splitlines()
            path.write_text("\n".join([f"{head},brandNew", *(f"{row},1" for row in rows), ""]))
        elif body.lstrip().startswith("<"):
            path.write_text(
                re.sub(r"<(bill|Bill|extension|vote-metadata|roll_call_vote)>", r"<\1><brandNew>1</brandNew>", body)
            )
        elif body.lstrip().startswith(("{", "[")):  # not the text of a document
            path.write_text(json.dumps(add(json.loads(body))))


@pytest.mark.parametrize("source", fields.load_fields())
def test_every_source_notices_a_new_field_of_its_records(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in load_sources().values():
        if each.key:
            monkeypatch.setenv(each.key, "not-a-key")
    CASES[source].write(tmp_path, 2, 2)
    assert spider(source, tmp_path).unknown == set()
    with_a_new_field(source, tmp_path)
    assert {name.rsplit(".", 1)[1] for name in spider(source, tmp_path).unknown} == {"brandNew"}


def test_fields_are_kept_of_every_source_but_those_that_give_texts() -> None:
    kept, sources = set(fields.load_fields()), set(load_sources()) - {"corp_pages", "us_bill_text", "us_state_text"}
    assert kept == sources, "list the fields of each source in crawlers/completeness/fields.yml"


def test_a_record_of_a_thousand_new_fields_is_no_flood(tmp_path: Path) -> None:
    CASES["us_bills"].write(tmp_path, 1, 1)
    made = spider("us_bills", tmp_path)
    for start in range(0, 1000, 15):
        made.audit("bill", (f"x{n}" for n in range(start, start + 15)))
    assert len(made.unknown) <= 2 * MOST_UNKNOWN


# --------------------------------------------------------------------- the command and the page


def test_the_command_names_a_few_sessions_and_counts_the_others(corpus: Database) -> None:
    reason = "listed 9 documents before and nothing now"
    run(corpus, parts=[part(str(n), 0, expected=9, complete=False, gone=True, reason=reason) for n in range(100, 112)])
    found = of(corpus, "us_bills")
    plain = {
        "source": "us_bills",
        "problems": [],
        "holdings": [vars(each) for each in found.holdings],
        "documents": 0,
        "last_run": found.last_run,
        "last_success": found.last_success,
        "warnings": found.warnings,
    }
    everything = {
        "sources": [plain],
        "documents": 0,
        "data": "d",
        "tagged": 0,
        "must_see": 0,
        "matched": 0,
        "untagged": 0,
        "rejects": 0,
        "unreadable": [],
        "last_backup": None,
        "late_backup": [],
        "unsure_mails": [],
        "failing_webhooks": [],
        "last_full_check": None,
    }
    shown = list(warning_lines(everything))
    assert len(shown) == NAMED + 1
    assert shown[-1] == f"us_bills: {12 - NAMED} more sessions like these: infopolicy status --json"
    assert "  ! us_bills: 0 documents, 0 of 108 expected came (12 sessions)" in "\n".join(lines(everything))


@pytest.mark.parametrize(
    ("part_of", "whole", "words"),
    [(0, 0, ""), (0, 5, "0%"), (1, 5, "20%"), (5, 5, "100%"), (1, 1000, "under 1%"), (999, 1000, "over 99%")],
)
def test_a_share_is_all_or_nothing_only_where_it_is(part_of: int, whole: int, words: str) -> None:
    assert share(part_of, whole) == words


async def test_the_page_marks_what_is_wrong_in_words_and_escapes_what_a_source_sent(
    tmp_path: Path, corpus: Database
) -> None:
    stored(corpus, 2)
    bad = part(
        "<b>117", 4, received=2, complete=False, reason="the source lists only 2 of the 4 documents it listed before"
    )
    run(corpus, parts=[bad], unknown=json.dumps(["bill.<script>alert(1)</script>"]))
    run(corpus, "uk_bills", parts=[])
    publish(corpus, NOW)
    site = serve.build(tmp_path / "corpus.db", today=NOW[:10])
    page = (await site.client.get("/sources")).text
    assert "1 of 2 sources needs attention" in page
    assert page.count("Needs attention") == 2, "at the head and with the source"
    assert "Short</span>" in page
    assert (
        "United States, Session &lt;b&gt;117: hr: the source lists only 2 of the 4 documents it listed before." in page
    )
    assert "<script>alert" not in page
    assert "bill.&lt;script&gt;" in page
    assert "Bills and resolutions of the states" in page.split("Known, but not collected here")[1]


async def test_a_session_of_which_the_source_lists_nothing_is_not_called_whole(
    tmp_path: Path, corpus: Database
) -> None:
    run(corpus, parts=[part("117", 0, received=0, complete=True)])
    publish(corpus, NOW)
    page = (await serve.build(tmp_path / "corpus.db", today=NOW[:10]).client.get("/sources")).text
    assert '<span class="quiet">None listed</span>' in page
    assert "<td>Whole</td>" not in page


async def test_bills_that_others_name_and_months_without_documents_are_said_to_be_lacking(
    tmp_path: Path, corpus: Database
) -> None:
    first, *others = stored(corpus, 3)
    links = [(first, 90, "us-117-hr7148", "Related bill"), (others[0], 90, "us-117-hr7148", "Related bill")]
    links += [(first, 91, others[1], "Related bill"), (first, 92, "us-117-hamdt1", "amendment")]
    for link in links:
        corpus.execute("insert into links (document_id, ordinal, linked_id, kind) values (?, ?, ?, ?)", link)
    for number, day in enumerate(("2024-01-17", "2025-01-02", "2025-02-03")):
        corpus.table("documents").insert(
            corpus.table("documents").get(first)
            | {"id": f"us-fr-{number}", "source": "us_federal_register", "session": "fr", "published_on": day}
        )
        corpus.table("provenance").insert(
            next(corpus.query("select * from provenance limit 1"))
            | {"document_id": f"us-fr-{number}", "source": "us_federal_register"}
        )
    publish(corpus, NOW)
    page = (await serve.build(tmp_path / "corpus.db", today=NOW[:10]).client.get("/sources")).text
    named = "H.R. 7148, 117th Congress (2 documents)"
    assert f"Other documents name 1 bill of these Congresses that is not collected: {named}." in page
    assert "Nothing published in February 2024 to December 2024 is collected." in page


async def test_the_page_stands_before_the_first_publish(tmp_path: Path) -> None:
    from site_corpus import TODAY, build

    file = build(tmp_path)
    with closing(sqlite3.connect(file)) as db, db:
        for table in HOLDINGS:
            db.execute(f"drop table {table}")
    page = await serve.build(file, today=TODAY).client.get("/sources")
    assert page.status_code == 200
    assert "Bills and resolutions of the U.S. Congress" in page.text


def test_publishing_twice_writes_nothing_and_a_merged_document_counts_with_both_sources(corpus: Database) -> None:
    stored(corpus, 3)
    bill = parse_bill(xmltree.parse(bill_xml(1).encode(), root="billStatus"), source_url="https://x/y")
    upsert(corpus, [replace(bill, source="us_congress_api")], now=NOW, silent=True)
    publish(corpus, NOW)
    rows = corpus.execute("select source, jurisdiction, session, documents from coverage order by 1").fetchall()
    assert rows == [("us_bills", "us", "117", 3), ("us_congress_api", "us", "117", 1)]
    assert publish(corpus, NOW) == 0


def test_status_of_a_corpus_that_an_older_version_wrote(corpus: Database) -> None:
    run(corpus, parts=[{"session": "117", "part": "hr", "listed": 3, "stored": 3, "complete": True}])
    corpus.execute("alter table runs drop column unknown")
    [held] = of(corpus, "us_bills").holdings
    assert (held.jurisdiction, held.expected, held.received) == ("us", 3, 3)
