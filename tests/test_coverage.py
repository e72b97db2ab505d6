"""When a source is overdue, dried up, or of a new form, and how the page and the command say so."""

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
from coverage_fixtures import of, part, run, stored
from golden import NOWHERE
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler
from sqlite_utils import Database
from truncated_sources import CASES

import serve
from crawlers.completeness import fields
from crawlers.completeness.completeness import told
from crawlers.completeness.coverage_tables import HOLDINGS
from crawlers.completeness.health import DRY_LEAST
from crawlers.parsers import xmltree
from crawlers.parsers.billstatus import parse_bill
from crawlers.run_settings import spider_class
from crawlers.sources import load_sources
from crawlers.spider import MOST_UNKNOWN, SourceSpider
from crawlers.storage.record import upsert
from operations.status import NAMED, lines, warning_lines
from pages.places.coverage import share
from publish.listing import publish

# --------------------------------------------------------------------- how a source stands


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
        "the last run failed",
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
    monkeypatch.setattr(SourceSpider, "must_hold", lambda *_: False)  # two records do not fill a year
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
        "full_disk": [],
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


async def test_a_source_of_people_counts_its_records_and_a_run_that_failed_is_said_in_words(
    tmp_path: Path, corpus: Database
) -> None:
    run(corpus, "us_people", parts=[part("members", 537)])
    run(corpus, state="interrupted", parts=[part("117", 4)])
    publish(corpus, NOW)
    page = (await serve.build(tmp_path / "corpus.db", today=NOW[:10]).client.get("/sources")).text
    assert "<p>537 records of people or votes.</p>" in page
    assert "the last run was cut off" in of(corpus, "us_bills").warnings
    assert '<th scope="row">all</th>' in page, "members are no session"
    of_bills, of_people = (each.partition("</table>")[0] for each in page.split('aria-label="Runs of ')[1:])
    assert ("Listed" in of_people, "Listed" in of_bills) == (False, True)


async def test_a_run_that_asks_only_for_what_changed_says_how_much_is_unchanged(
    tmp_path: Path, corpus: Database
) -> None:
    run(corpus, "uk_bills", listed=73, changed=2, parts=[part("", 73)])
    run(corpus, listed=4, parts=[part("117", 4, complete=False)])
    publish(corpus, NOW)
    page = (await serve.build(tmp_path / "corpus.db", today=NOW[:10]).client.get("/sources")).text
    bills, british = page.split('aria-label="Runs of ')[1:]
    cells = [re.findall(r'<td class="n">(?:<span class="quiet">)?([^<]*)', each)[:4] for each in (bills, british)]
    assert cells == [["4", "0", "0", "not known"], ["73", "0", "2", "71"]]
    assert "<td>complete</td>" in british
