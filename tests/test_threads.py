"""A rulemaking as one thread: what belongs together, and which date comes next."""

from __future__ import annotations

import datetime
from pathlib import Path

from rulemaking_fixtures import DAY, EXTENSION, FINAL, db  # noqa: F401
from site_corpus import BROADBAND, NOW, RULE, TODAY, document_row
from sqlite_utils import Database

import serve
from crawlers.storage.rulemakings import DRAWER, MOST_NAMED
from pages.documents import document, rulemaking
from pages.export import dates
from pages.places.calendar import deadlines
from publish.listing import publish


def _thread(db: Database, key: str) -> list[str]:
    found = document.document(db.conn, key, DAY)
    assert found is not None
    return [row["id"] for row in found.thread]


def test_docket_and_rin_tie_a_rulemaking_together(db: Database) -> None:
    assert _thread(db, RULE) == [RULE, EXTENSION, FINAL]
    assert _thread(db, BROADBAND) == []


def test_an_extension_replaces_the_deadline_before_it(db: Database) -> None:
    found = document.document(db.conn, RULE, DAY)
    assert found is not None
    assert found.next_event is not None
    assert (found.next_event["document_id"], found.next_event["starts_at"]) == (EXTENSION, "2022-04-30T23:59:59")
    assert rulemaking.next_event(db.conn, [RULE], DAY)["starts_at"] == "2022-03-31T23:59:00"


def _replies(db: Database, key: str, day: str) -> None:
    said = {"kind": "reply_close", "starts_at": f"{day}T23:59:59", "timezone": "America/New_York"}
    db.table("events").insert({"document_id": key, "ordinal": 1, **said})


def test_replies_are_the_next_date_after_comments_and_are_extended_like_them(db: Database) -> None:
    _replies(db, RULE, "2022-05-10")
    ids, after_comments = [RULE, EXTENSION], datetime.date(2022, 5, 1)
    assert rulemaking.next_event(db.conn, ids, DAY)["kind"] == "comment_close"
    assert rulemaking.next_event(db.conn, ids, after_comments)["starts_at"] == "2022-05-10T23:59:59"
    _replies(db, EXTENSION, "2022-05-31")
    assert rulemaking.next_event(db.conn, ids, after_comments)["starts_at"] == "2022-05-31T23:59:59"
    chosen = dates.of_document(db.conn, RULE)
    assert chosen is not None
    events = dates.settled(db.conn, dates.dates(db.conn, chosen, ">=", DAY, 10))
    assert [(each["kind"], each["starts_at"][:10]) for each in events][-1] == ("reply_close", "2022-05-31")


async def test_a_day_for_replies_is_a_date_to_keep_until_a_longer_period_for_comments_overtakes_it(
    db: Database,
) -> None:
    _replies(db, RULE, "2022-04-15")
    path = Path(db.execute("select file from pragma_database_list where name = 'main'").fetchone()[0])
    db.conn.commit()
    site = serve.build(path, today=TODAY).client
    kinds = [event.kind for event in deadlines(db.conn, DAY) if event.document_id == RULE]
    assert kinds == ["comment_close", "reply_close"]
    for address in (f"/documents/{RULE}", "/deadlines.csv", "/calendar.ics"):
        assert "Reply comments close" in (await site.get(address)).text, address
    db.execute("update events set starts_at = '2022-04-30T23:59:59' where document_id = ? and ordinal = 0", [RULE])
    db.conn.commit()
    assert [event.kind for event in deadlines(db.conn, DAY) if event.document_id == RULE] == ["comment_close"]
    assert "Reply comments close" not in (await site.get(f"/documents/{RULE}")).text


def test_a_thread_takes_effect_on_the_day_to_which_a_correction_moved_it(db: Database) -> None:
    db.table("documents").update(FINAL, {"effective_on": "2022-10-01"})
    moved = {"kind": "effective", "starts_at": "2022-11-01T00:00:00", "timezone": "America/New_York", "recorded": "{}"}
    db.table("events").insert({"document_id": FINAL, "ordinal": 0, **moved})
    publish(db, NOW)
    assert [row["effective_on"] for row in db.query("select effective_on from threads")] == ["2022-11-01"]
    assert rulemaking.next_event(db.conn, [RULE, EXTENSION], datetime.date(2022, 5, 1)) is None


def test_a_docket_of_very_many_documents_ties_nothing(db: Database) -> None:
    db.conn.executemany(
        "insert into terms values (?, 9, 'docket', 'WC Docket 21-31')",
        [(row["id"],) for row in db.conn.execute("select id from documents where kind = 'bill'").fetchall()],
    )
    for number in range(DRAWER):
        key = f"us-fr-2022-1{number:04}"
        db.table("documents").insert(
            document_row(key, kind="regulation", identifier=key, title="Other", url="https://a.b/")
        )
        db.conn.execute("insert into terms values (?, 0, 'docket', 'WC Docket 21-31')", [key])
    publish(db, NOW)
    assert _thread(db, EXTENSION) == []


def filed(db: Database, count: int) -> None:
    """`count` files of regulations.gov, all of them the publication RULE."""
    for number in range(count):
        key = f"us-regs-ed-2022-{number}"
        row = document_row(
            key,
            kind="regulation",
            source="us_regulations",
            session="regs",
            identifier=key[8:],
            status="proposed",
            title="Comments wanted",
            url="https://www.regulations.gov/",
            published_on="2022-03-01",
            document_type="Proposed Rule",
        )
        db.table("documents").insert(row)
        link = {
            "document_id": key,
            "ordinal": 0,
            "linked_id": RULE,
            "kind": "published as",
            "said_by": "regulations.gov",
        }
        db.table("links").insert(link)
    publish(db, NOW)


def test_what_regulations_gov_has_of_a_publication_is_in_its_thread(db: Database) -> None:
    filed(db, 1)
    sql = "select thread_id from thread_documents where document_id in (?, 'us-regs-ed-2022-0')"
    assert len(db.execute(sql, [RULE]).fetchall()) == 2
    assert len(set(db.execute(sql, [RULE]).fetchall())) == 1


def test_a_publication_filed_under_many_dockets_ties_none(db: Database) -> None:
    filed(db, MOST_NAMED + 1)
    assert db.execute("select count(*) from thread_documents where document_id like 'us-regs-%'").fetchone()[0] == 0


def test_a_correction_belongs_to_what_it_corrects(db: Database) -> None:
    db.table("documents").insert(
        document_row(
            "us-fr-2022-30000",
            kind="regulation",
            identifier="x",
            title="Correction",
            url="https://a.b/",
            published_on="2022-10-01",
        )
    )
    db.table("links").insert({"document_id": "us-fr-2022-30000", "ordinal": 0, "linked_id": FINAL, "kind": "corrects"})
    publish(db, NOW)
    assert _thread(db, FINAL)[-1] == "us-fr-2022-30000"
    assert "us-fr-2022-30000" in _thread(db, RULE)


async def test_the_page_shows_the_thread(db: Database) -> None:
    path = Path(db.execute("select file from pragma_database_list where name = 'main'").fetchone()[0])
    site = serve.build(path, today=TODAY)
    page = (await site.client.get(f"/documents/{RULE}")).text
    assert "The rulemaking it belongs to" in page
    assert f'href="/documents/{EXTENSION}"' in page
    assert "April 30, 2022" in page
