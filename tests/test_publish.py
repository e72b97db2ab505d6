"""What the site needs precomputed: equal to the tables it comes from, and written only where it differs."""

from __future__ import annotations

import datetime
import random
import sqlite3
from pathlib import Path

import pytest
from site_corpus import BROADBAND, HOSTILE_BILL, NOW, PLAIN, RULE, TODAY, build, document_row
from sqlite_utils import Database

import serve
from pages.browse import browse, search
from pages.browse.cards import cards
from pages.documents.successor import other_record
from pages.export import dates as export_dates
from pages.export.exports import document_rows
from pages.places import calendar
from pages.places.home import home
from publish.listing import publish
from store.connect import connect
from store.constants import FACETS

DAY = datetime.date.fromisoformat(TODAY)
LATER = "2022-04-01T00:00:00Z"


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return connect(build(tmp_path))


def test_second_run_writes_nothing(db: Database) -> None:
    file = Path(db.execute("select file from pragma_database_list where name = 'main'").fetchone()[0])
    db.execute("pragma wal_checkpoint(truncate)")
    assert publish(db, LATER) == 0
    assert file.with_name("corpus.db-wal").stat().st_size == 0
    assert db.execute("select max(published_at) from published").fetchone()[0] == NOW


def test_a_change_rewrites_only_what_it_touches(db: Database) -> None:
    db.execute("update documents set status = 'enacted' where id = ?", [BROADBAND])
    written = publish(db, LATER)
    assert 0 < written < 30
    assert publish(db, LATER) == 0
    rows = db.execute("select distinct status from listing where document_id = ?", [BROADBAND]).fetchall()
    assert rows == [("enacted",)]


def test_a_document_and_its_tags_that_go_leave_no_trace(db: Database) -> None:
    db.execute("delete from tags where document_id = ?", [BROADBAND])
    publish(db, LATER)
    assert db.execute("select area_id from listing where document_id = ?", [BROADBAND]).fetchall() == [("any",)]


def test_an_interrupted_run_leaves_what_was_there(db: Database) -> None:
    before = db.execute("select * from listing").fetchall()
    db.execute("update documents set status = 'enacted'")
    db.execute("create trigger stop before insert on facet_counts begin select raise(abort, 'disk full'); end")
    with pytest.raises(sqlite3.DatabaseError, match="disk full"):
        publish(db, LATER)
    assert db.execute("select * from listing").fetchall() == before
    db.execute("drop trigger stop")
    assert publish(db, LATER) > 0


def test_counts_equal_the_documents_counted_one_by_one(db: Database) -> None:
    for row in db.query("select * from facet_counts"):
        where = " and ".join(f"{name} = :{name}" for name in ("area_id", *FACETS))
        number = db.execute(f"select count(*) from listing where {where}", row).fetchone()[0]
        assert number == row["documents"]
    total = db.execute("select sum(documents) from facet_counts where area_id = 'any'").fetchone()[0]
    assert total == db.execute("select count(*) from documents").fetchone()[0]


def test_listing_knows_year_number_and_newest_day(db: Database) -> None:
    row = next(db.query("select * from listing where area_id = 'any' and document_id = ?", [BROADBAND]))
    assert (row["year"], row["number"], row["sort_on"], row["must_see"]) == ("2021", "hr1783", "2022-03-08", 1)
    row = next(db.query("select * from listing where area_id = 'any' and document_id = ?", [PLAIN]))
    assert (row["year"], row["must_see"]) == ("2021", 0)


def test_what_a_governor_did_after_the_last_day_of_the_chambers_is_the_newest_news(db: Database) -> None:
    db.execute(
        "update documents set status = 'vetoed', status_on = '2022-03-19', changed_at = '2022-03-20' where id = ?",
        [PLAIN],
    )
    publish(db, LATER)
    db.conn.row_factory = sqlite3.Row
    [card] = cards(db.conn, [PLAIN], DAY)
    [row] = document_rows(db.conn, [PLAIN], DAY, "https://x.org")
    assert card.latest_on == row["latest_on"] == "2022-03-19"


def test_the_day_on_which_a_law_takes_effect_is_no_news_of_it(db: Database) -> None:
    db.execute(
        "update documents set status = 'enacted', status_on = '2022-03-19', latest_action = 'Effective Date', "
        "latest_action_on = '2022-07-01', changed_at = '2022-08-01' where id = ?",
        [PLAIN],
    )
    acted = [(80, "2022-03-19", "Act 271", "became-law"), (81, "2022-07-01", "Effective Date", "effective-date")]
    for ordinal, day, words, kind in acted:
        row = (PLAIN, ordinal, day, words, kind)
        db.execute(
            "insert into actions (document_id, ordinal, acted_on, description, classification) values (?, ?, ?, ?, ?)",
            row,
        )
    publish(db, LATER)
    db.conn.row_factory = sqlite3.Row
    [card] = cards(db.conn, [PLAIN], DAY)
    assert card.latest_on == "2022-03-19"


@pytest.mark.parametrize(
    ("kind", "status", "listed_in"),
    [
        ("draft", "failed", {"any"}),
        ("draft", "introduced", {"any", "tagged", "broadband"}),
        ("bill", "failed", {"any", "tagged", "broadband"}),
    ],
)
def test_a_draft_that_was_given_up_counts_in_no_area(db: Database, kind: str, status: str, listed_in: set[str]) -> None:
    key = "us-mt-2025-lc3811"
    row = document_row(
        key,
        jurisdiction="us-mt",
        identifier="LC3811",
        title="A draft",
        document_type=kind,
        status=status,
        url="https://bills.legmt.gov/",
    )
    db.table("documents").insert(row)
    db.execute("insert into taggings values (?, ?, 'v', 1, 0.5, 1, 0.5, null, null)", [key, key])
    db.execute("insert into tags values (?, 'broadband', 0.9)", [key])
    publish(db, LATER)
    areas = db.execute("select area_id from listing where document_id = ?", [key]).fetchall()
    assert {area for (area,) in areas} == listed_in
    db.conn.row_factory = sqlite3.Row
    [card] = cards(db.conn, [key], DAY)
    assert card.kind == ("Draft of a bill" if kind == "draft" else "Bill")


@pytest.fixture
def honours(db: Database) -> str:
    """A resolution that only honours, marked must see by a program that took its words for more."""
    key = "us-117-hres9"
    row = document_row(
        key,
        identifier="H. Res. 9",
        title="Honoring the life of a school librarian.",
        document_type="hres",
        url="https://www.congress.gov/",
        published_on="2022-03-01",
        latest_action_on="2022-03-08",
    )
    db.table("documents").insert(row)
    db.execute("insert into taggings values (?, ?, 'v', 2, 0.99, 2, 0.99, null, null)", [key, key])
    db.execute("insert into tags values (?, 'broadband', 0.9)", [key])
    publish(db, LATER)
    db.conn.row_factory = sqlite3.Row
    return key


def test_a_ceremonial_resolution_stands_in_no_list_unless_asked_for(db: Database, honours: str) -> None:
    def listed(**choice: str) -> list[str]:
        return [result.card.id for result in browse.browse(db.conn, browse.Filters.of(choice), DAY).results]

    assert honours not in listed()
    assert honours not in listed(must_see="1")
    assert honours not in listed(q="librarian")
    assert listed(ceremonial="1") == [honours]
    assert honours in listed(ceremonial="any", area="broadband")
    assert listed(ceremonial="1", q="librarian") == [honours]
    front = home(db.conn, NOW)
    assert BROADBAND in str(front)
    assert honours not in str(front)
    assert front.totals.searched == front.totals.documents - 1
    [row] = document_rows(db.conn, [honours], DAY, "https://x.org")
    assert row["must_see"] == 0, "a download calls nothing priority that its card does not"
    db.conn.execute(
        "insert into events (document_id, ordinal, kind, starts_at) values (?, 0, 'hearing', '2022-03-20')", [honours]
    )
    choice = export_dates.of_document(db.conn, honours)
    assert choice
    [event] = export_dates.dates(db.conn, choice, ">=", DAY, 10)
    assert event["must_see"] == 0
    found = calendar._events(db.conn, DAY, calendar.Wanted(), "e.document_id = ?", [honours])
    assert [each.must_see for each in found] == [0]


def _any_choice(random_: random.Random, db: Database) -> browse.Filters:
    """Filters taken from a row that exists or, one time in four, from different rows."""
    row = random_.choice(list(db.query("select * from listing")))
    other = random_.choice(list(db.query("select * from listing")))
    values = {
        "area": "" if row["area_id"] == "any" else row["area_id"],
        **{name: str((other if random_.random() < 0.25 else row)[name]) for name in FACETS},
    }
    kept = {name: value for name, value in values.items() if random_.random() < 0.5}
    return browse.Filters.of(kept | {"q": random_.choice(["", "", "library", "hotspots OR reading"])})


@pytest.mark.parametrize("seed", range(40))
def test_every_count_beside_a_choice_is_what_the_choice_gives(db: Database, seed: int) -> None:
    db.conn.row_factory = sqlite3.Row
    found = browse.browse(db.conn, _any_choice(random.Random(seed), db), DAY)
    assert found.total == len(found.results)
    for facet in found.facets:
        for choice in facet.choices:
            if choice.chosen:
                continue
            chosen = browse.Filters(**{**found.filters.__dict__, facet.name: choice.value, "page": 1})
            assert browse.browse(db.conn, chosen, DAY).total == choice.count, (facet.name, choice.value)


@pytest.mark.parametrize(
    ("typed", "expression"),
    [
        ("library", '"library"'),
        ("library books", '("library" AND "books")'),
        ('"library books"', '"library books"'),
        ("library OR books", '("library" OR "books")'),
        ("library AND books", '("library" AND "books")'),
        ("library NOT books", '(("library") NOT "books")'),
        ("library -books", '(("library") NOT "books")'),
        ("a b OR c", '(("a" AND "b") OR "c")'),
        ("(a OR b) c", '(("a" OR "b") AND "c")'),
        ("librar*", '"librar"*'),
        ("websites", '("website" OR "web-site")'),
        ("web-site library", '(("website" OR "web-site") AND "library")'),
        ('"ebooks"', '"ebooks"'),
        ("ebook*", '"ebook"*'),
        ("re-use", '"re-use"'),
        ('the "open', '"open"'),
        ("what is the", '("what" AND "is" AND "the")'),
        ("KOSA", '("KOSA" OR "kids online safety act")'),
        ("kosa privacy", '(("kosa" OR "kids online safety act") AND "privacy")'),
        ('"KOSA"', '"KOSA"'),
        ("BEAD", '"broadband equity access and deployment"'),
        ("fight the book bans act", '"fight book bans act"'),
        ("broadband in Rhode Island", '"broadband"'),
        ("TX broadband", '"broadband"'),
        ("Texas", None),
        ("title:secret", 'title : "secret"'),
        ("TITLE:secret", 'title : "secret"'),
        ('summary:"public library" fast', '(abstract : "public library" AND "fast")'),
        ("library NOT title:law", '(("library") NOT title : "law")'),
        ("text:(a OR b)", 'text : ("a" OR "b")'),
        ("title:", '"title:"'),
        ("subtitle:secret", '"subtitle:secret"'),
        ("id:us-1", '"id:us-1"'),
        ("sponsor:wyden", None),
        ("number:hr1 library", '"library"'),
        ("NOT a", None),
        ("", None),
        ("*** ()", None),
    ],
)
def test_what_is_typed_becomes_an_expression(db: Database, typed: str, expression: str | None) -> None:
    found = search.parse(typed)
    assert found.expression == expression
    where, values = found.where()
    db.execute(f"select count(*) from listing where {where}", values).fetchone()
    if expression:
        db.execute("select count(*) from documents_fts where documents_fts match ?", [expression]).fetchone()


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("sponsor:reader", {BROADBAND}),
        ('sponsor:"Ada Reader"', {BROADBAND}),
        ("sponsor:rea", {BROADBAND}),
        ("sponsor:writer broadband", {BROADBAND}),
        ("sponsor:writer lighthouses", set()),
        ("sponsor:nobody", set()),
        ("broadband NOT sponsor:reader", set()),
        ("hotspots -sponsor:reader", {RULE}),
        ("number:hr1783", {BROADBAND}),
        ('number:"H.R. 1783"', {BROADBAND}),
        ("number:2022-04567", {RULE}),
        ("hotspots NOT number:hr1783", {RULE}),
        ("title:hotspot", {RULE}),
        ("summary:hotspots", {BROADBAND}),
        ("text:hotspots", {RULE}),
        ("hotspots NOT title:hotspot", {BROADBAND}),
        ("title:(broadband OR lighthouses)", {BROADBAND, PLAIN}),
        ('sponsor:"" number:- "', set()),
    ],
)
def test_a_search_in_one_field_finds_what_stands_there(db: Database, typed: str, ids: set[str]) -> None:
    db.conn.row_factory = sqlite3.Row
    found = browse.browse(db.conn, browse.Filters.of({"q": typed}), DAY)
    assert ({result.card.id for result in found.results} if not found.loose else set()) == ids


def test_a_sponsor_that_was_asked_for_is_the_reason_shown(db: Database) -> None:
    db.conn.row_factory = sqlite3.Row
    [result] = browse.browse(db.conn, browse.Filters.of({"q": "sponsor:writer"}), DAY).results
    assert (result.where, [piece.text for piece in result.why]) == ("list of cosponsors", ["Rep. Writer, Bo [R-OH-2]"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("libary", "library"),
        ("librery hotspot", "library hotspot"),
        ("Brodband NOT lighthouse", "broadband NOT lighthouse"),
        ("title:libary", "title:library"),
        ("library", None),
        ("hotspots", None),
        ("zzzzzz", None),
        ('"libary act"', None),
        ("libary*", "library*"),
        ("lib", None),
        ("", None),
    ],
)
def test_a_mistyped_word_is_put_right(db: Database, typed: str, meant: str | None) -> None:
    db.conn.row_factory = sqlite3.Row
    assert browse.browse(db.conn, browse.Filters.of({"q": typed}), DAY).meant == meant


def test_words_to_help_with_follow_titles_and_positions(db: Database) -> None:
    def known() -> set[str]:
        return {row[0] for row in db.execute("select word from search_words")}

    assert {"library", "hotspots", "broadband", "price"} <= known()
    assert "lighthouses" not in known()
    for n in range(3):
        db.execute(
            "update documents set title = title || ' in lighthouses' where id = ?", [[BROADBAND, RULE, HOSTILE_BILL][n]]
        )
    db.execute("update documents set status = 'enacted' where id = ?", [BROADBAND])
    publish(db, LATER)
    assert "lighthouses" in known()
    assert publish(db, LATER) == 0


def _carried_over(db: Database, first: str, second: str, *, introduced: str, status: str, on: str) -> tuple[str, str]:
    """A bill of 2025 and its record in a later session, published; the ids of both."""
    for session, starts_on in (("2025", "2025-02-03"), ("2026", "2026-02-02"), ("2027", "2027-02-01")):
        db.execute(
            "insert or ignore into session_ends (jurisdiction, session, starts_on) values ('us-ok', ?, ?)",
            [session, starts_on],
        )
    for key, day in ((first, "2025-02-03"), (second, introduced)):
        row = document_row(
            key,
            jurisdiction="us-ok",
            session=key.split("-")[2],
            identifier="HB1124",
            title="Broadband",
            url="https://www.oklegislature.gov/",
            published_on=day,
            status=status,
            status_on=on,
        )
        db.table("documents").insert(row)
    publish(db, LATER)
    return first, second


@pytest.mark.parametrize(
    ("introduced", "status", "on", "listed"),
    [
        ("2025-02-03", "in_committee", "2025-02-04", ["us-ok-2026-hb1124"]),  # carried over
        ("2025-02-03", "enacted", "2026-05-11", ["us-ok-2026-hb1124"]),
        ("2025-02-03", "enacted", "2025-05-11", ["us-ok-2025-hb1124"]),  # a law before the second session began
        ("2026-02-02", "enacted", "2026-05-11", ["us-ok-2025-hb1124", "us-ok-2026-hb1124"]),  # another bill
    ],
)
def test_a_bill_that_its_source_lists_in_two_sessions_counts_once(
    db: Database, introduced: str, status: str, on: str, listed: list[str]
) -> None:
    pair = _carried_over(db, "us-ok-2025-hb1124", "us-ok-2026-hb1124", introduced=introduced, status=status, on=on)
    found = db.execute("select document_id from listing where jurisdiction = 'us-ok' and area_id = 'any' order by 1")
    assert [row[0] for row in found.fetchall()] == listed
    assert publish(db, LATER) == 0
    db.conn.row_factory = sqlite3.Row
    others = [other_record(db.conn, key) for key in pair]
    if len(listed) == 2:
        assert others == [None, None]
    else:
        assert [(each["id"], each["listed"]) for each in others if each] == [
            (pair[1], pair[1] in listed),
            (pair[0], pair[0] in listed),
        ]


@pytest.mark.parametrize(("on", "about"), [("2025-02-04", 0), ("2025-05-11", 1)])  # each time the one left out before
def test_of_two_records_lists_have_the_one_that_staff_decided_about(db: Database, on: str, about: int) -> None:
    def listed() -> list[str]:
        publish(db, LATER)
        found = db.execute("select document_id from listing where jurisdiction = 'us-ok' and area_id = 'any'")
        return [row[0] for row in found.fetchall()]

    pair = _carried_over(db, "us-ok-2025-hb1124", "us-ok-2026-hb1124", introduced="2025-02-03", status="enacted", on=on)
    db.execute("update documents set status = 'in_committee' where status_on = '2025-02-04'")
    assert listed() == [pair[1 - about]]
    insert = (
        "insert into decisions (document_id, subject, verdict, decided_on) values (?, 'area:broadband', 'confirm', ?)"
    )
    db.execute(insert, [pair[about], LATER[:10]])
    assert listed() == [pair[about]]
    db.execute(insert, [pair[1 - about], LATER[:10]])
    assert listed() == [pair[1 - about]]


@pytest.mark.parametrize(
    ("on", "listed"),
    [
        ("2025-02-04", "us-ok-2027-hb1124"),
        ("2026-05-11", "us-ok-2026-hb1124"),  # a law before the third session began
        ("2025-05-11", "us-ok-2025-hb1124"),  # and before the second
    ],
)
def test_a_bill_in_three_sessions_counts_once_too(db: Database, on: str, listed: str) -> None:
    status = "in_committee" if on == "2025-02-04" else "enacted"
    keys = [f"us-ok-{session}-hb1124" for session in ("2025", "2026", "2027")]
    _carried_over(db, *keys[:2], introduced="2025-02-03", status=status, on=on)
    row = next(db.query("select * from documents where id = ?", keys[1:2]))
    db.table("documents").insert(row | {"id": keys[2], "session": "2027"})
    publish(db, LATER)
    assert dict(db.execute("select document_id, listed_as from twice_listed").fetchall()) == {
        key: listed for key in keys if key != listed
    }
    found = db.execute("select document_id from listing where jurisdiction = 'us-ok' and area_id = 'any'").fetchall()
    assert found == [(listed,)]


def test_a_bill_is_not_looked_for_in_sessions_long_before_it(db: Database) -> None:
    db.execute("insert into session_ends (jurisdiction, session, starts_on) values ('us-ok', '2019', '2019-02-04')")
    # A day that cannot be: it alone shows that the session was not asked.
    _carried_over(
        db, "us-ok-2019-hb1124", "us-ok-2026-hb1124", introduced="2025-02-03", status="failed", on="2026-05-11"
    )
    assert db.execute("select count(*) from twice_listed").fetchone() == (0,)


async def test_each_page_of_a_bill_in_two_sessions_leads_to_the_other(tmp_path: Path) -> None:
    file = build(tmp_path)
    db = connect(file)
    law = {"introduced": "2025-02-03", "status": "enacted", "on": "2025-05-11"}
    listed, other = _carried_over(db, "us-ok-2025-hb1124", "us-ok-2026-hb1124", **law)
    db.close()
    client = serve.build(file, today=TODAY, site="https://x.org").client
    for here, there, words in ((listed, other, "have it here"), (other, listed, "have it there")):
        page = (await client.get(f"/documents/{here}")).text
        assert f'in another session, too: <a href="/documents/{there}">' in page
        assert words in page


async def test_the_record_that_lists_leave_out_says_what_its_other_record_does(tmp_path: Path) -> None:
    file = build(tmp_path)
    db = connect(file)
    waiting = {"introduced": "2025-02-03", "status": "reported", "on": "2025-02-04"}
    left_out, listed = _carried_over(db, "us-ok-2025-hb1124", "us-ok-2026-hb1124", **waiting)
    for key in (left_out, listed):
        again = "Referred to Committee on Rules"
        db.table("actions").insert({"document_id": key, "ordinal": 1, "acted_on": "2025-02-05", "description": again})
    db.execute("update session_ends set ends_on = '2026-05-29'")
    session = {"source": "us_states", "jurisdiction": "us-ok", "title": "Regular Session", "special": 0, "seen_at": NOW}
    db.table("sessions").insert_all(session | {"session": year} for year in ("2025", "2026"))
    publish(db, LATER)
    for day, status, on in (("2026-03-01", "passed", "2026-02-20"), ("2026-11-29", "enacted", "2026-11-02")):
        db.execute("update documents set status = ?, status_on = ? where id = ?", [status, on, listed])
        client = serve.build(file, today=day).client
        page = (await client.get(f"/documents/{left_out}")).text
        assert page.count("The source lists this bill in another session, too:") == 1
        assert f'href="/glossary#statuses-{status}">' in page, "what became of it"
        for stale in (
            "nothing has been heard of it",
            "check with the legislature",
            "After that report",
            "Who decides next",
        ):
            assert stale not in page
        said = (await client.get(f"/api/document?document={left_out}")).json()
        assert "another session, too: see other_record. Lists and counts have that record. No stance" in said["says"]
        assert (said["result"]["other_record"]["id"], said["result"]["other_record"]["status"]) == (listed, status)
        assert said["result"]["document"]["can_still_move"] is None
        assert said["result"]["decides_next"] is None
    said = (await client.get(f"/api/document?document={listed}")).json()
    assert (said["result"]["other_record"]["id"], said["result"]["other_record"]["listed"]) == (left_out, False)
