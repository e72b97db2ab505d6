"""The queue of the desk: what comes first, what sleeps, what stays out, and what an empty one says."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from desk_fixtures import (
    LATER,
    NOW,
    change,
    corpus_of,
    person,
    say,
)
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from site_corpus import BROADBAND, HOSTILE_BILL, PLAIN, RULE
from sqlite_utils import Database

from desk.queue import advocacy, collaboration, queue, queue_table
from desk.queue.advocacy import AdvocacyRecord
from desk.queue.queue import QueueViewer
from desk.queue.queue_filters import Filters
from desk.reviews import verdict_validity
from settings import Configuration

POSITION = "position:tc-hotspot-lending"
ASKED = QueueViewer(1, datetime.date(2022, 3, 9), None)


def test_the_queue_ranks_by_what_is_urgent(db: Database) -> None:
    entries, total = queue.ranked(db, Filters(), ASKED, skip=0, size=10)
    # The rule must be seen and closes in three weeks, the bill must be seen, the third is only unsure.
    assert [entry.document_id for entry in entries] == [RULE, BROADBAND, HOSTILE_BILL]
    assert total == 3
    assert entries[0].due_on == "2022-03-31"
    assert [entry.waiting for entry in entries] == [2, 4, 1]


def test_points_are_those_of_the_documentation(config: Configuration, db: Database) -> None:
    def points(**viewer: object) -> float:
        [entry] = queue.ranked(db, Filters(q="hotspots", kind="bill"), replace(ASKED, **viewer), skip=0, size=9)[0]
        assert entry.document_id == BROADBAND
        return entry.points

    def set_waiting(values: str) -> None:
        db.execute(f"update waiting set {values} where document_id = ?", [BROADBAND])

    old = {"today": datetime.date(2022, 12, 1)}
    set_waiting("returned = 0, priority = 1, priority_score = 0.25, doubt = 0.75, congress = 117")
    assert points(**old) == 0.5, "twice the score of the program, and nothing for its doubt"
    set_waiting("priority = 2")
    assert points(**old) == 4
    set_waiting("returned = 2")
    assert points(**old) == 8
    collaboration.reassign_area(db, person(db), "broadband", "Ben Writer", "", NOW)
    assert points(**old, account_id=person(db, "Ben Writer").id) == 10, "in an area of the viewer's own"
    assert points() == 10, "news within 90 days"
    change(config, "insert into events (document_id, ordinal, starts_at) values (?, 9, '2022-12-31')", BROADBAND)
    assert points(**old) == 10, "half of the 60 days are left"
    assert points(today=datetime.date(2025, 12, 1)) == 4, "its Congress has ended"


def test_a_bill_that_ended_with_its_session_sinks(config: Configuration, db: Database) -> None:
    def points() -> float:
        [entry] = queue.ranked(db, Filters(q="hotspots", kind="bill", ended="1"), ASKED, skip=0, size=9)[0]
        return entry.points

    before = points()
    change(config, "update documents set status = 'failed', status_reason = 'session_ended' where id = ?", BROADBAND)
    queue_table.refresh_all(db, NOW[:10])
    assert points() == before - 4
    assert queue.ranked(db, Filters(q="hotspots", kind="bill"), ASKED, skip=0, size=9) == ([], 0), "only when asked for"


@pytest.mark.parametrize("status", ["failed", "withdrawn", "replaced", "vetoed", "enacted", "adopted", "unheard"])
def test_what_can_no_longer_move_is_left_out_in_states_too(config: Configuration, db: Database, status: str) -> None:
    def found(**filters: str) -> list[str]:
        return [e.document_id for e in queue.ranked(db, Filters(**filters), ASKED, skip=0, size=9)[0]]

    change(config, "update documents set jurisdiction = 'us-ga', session = '2021_22' where id = ?", BROADBAND)
    queue_table.refresh_all(db, NOW[:10])
    assert BROADBAND in found()
    if status == "unheard":
        change(config, "update documents set latest_action_on = '2021-03-01' where id = ?", BROADBAND)
        ended = "insert into session_ends (jurisdiction, session, ends_on) values ('us-ga', '2021_22', '2021-04-01')"
        change(config, ended)
        columns = "jurisdiction, session, source, special, seen_at"
        change(config, f"insert into sessions ({columns}) values ('us-ga', '2021_22', 'x', 0, '2022-03-01')")
    else:
        change(config, f"update documents set status = '{status}' where id = ?", BROADBAND)
    queue_table.refresh(db, BROADBAND, NOW[:10])
    assert BROADBAND not in found()
    assert BROADBAND in found(ended="1")


@pytest.mark.parametrize(
    ("title", "today", "waits"),
    [
        (
            "Making appropriations for the Legislative Branch for the fiscal year ending September 30, 2021",
            "2022-03-09",
            False,
        ),
        (
            "Making appropriations for the Legislative Branch for the fiscal year ending September 30, 2022",
            "2022-03-09",
            True,
        ),
        (
            "Making appropriations for the Legislative Branch for the fiscal year ending September 30, 2022",
            "2022-10-01",
            False,
        ),
        ("To extend section 702 through March 1, 2022.", "2022-03-09", False),
        ("Library Broadband Act", "2022-03-09", True),
    ],
)
def test_money_for_a_year_that_is_over_waits_for_nobody(
    config: Configuration, db: Database, title: str, today: str, waits: bool
) -> None:
    change(config, "update documents set title = 'Short name', abstract = ? where id = ?", title, BROADBAND)
    if "extend" in title:
        change(config, "update documents set title = ? where id = ?", title, BROADBAND)
    queue_table.refresh_all(db, today)
    for filters in (Filters(), Filters(must_see="1")):
        found = {entry.document_id for entry in queue.ranked(db, filters, ASKED, skip=0, size=9)[0]}
        assert (BROADBAND in found) is waits
    assert BROADBAND in {entry.document_id for entry in queue.ranked(db, Filters(ended="1"), ASKED, skip=0, size=9)[0]}
    change(config, "update documents set status = 'enacted' where id = ?", BROADBAND)
    queue_table.refresh(db, BROADBAND, today)
    [congress] = db.execute("select congress from waiting where document_id = ?", [BROADBAND]).fetchone()
    assert congress == 0, "law, whatever its title"


def test_doubt_decides_only_between_equals(db: Database) -> None:
    db.execute("update waiting set priority = 2, returned = 0, latest_on = '2022-03-01', doubt = 0.1")
    db.execute("update waiting set doubt = 0.9 where document_id = ?", [HOSTILE_BILL])
    found = [entry.document_id for entry in queue.ranked(db, Filters(), ASKED, skip=0, size=9)[0]]
    assert found == [RULE, HOSTILE_BILL, BROADBAND]


@pytest.mark.parametrize(
    ("change_of", "switch"),
    [
        ("jurisdiction = 'uk'", "abroad"),
        ("kind = 'regulation', latest_on = '2020-01-01'", "old"),
        ("congress = 100", "ended"),
    ],
)
def test_what_nobody_works_on_any_more_is_there_when_asked_for(db: Database, change_of: str, switch: str) -> None:
    db.execute(f"update waiting set {change_of} where document_id = ?", [HOSTILE_BILL])
    assert HOSTILE_BILL not in [e.document_id for e in queue.ranked(db, Filters(), ASKED, skip=0, size=9)[0]]
    assert HOSTILE_BILL in [e.document_id for e in queue.ranked(db, Filters(**{switch: "1"}), ASKED, skip=0, size=9)[0]]
    db.execute("update waiting set returned = 1 where document_id = ?", [HOSTILE_BILL])
    assert HOSTILE_BILL in [e.document_id for e in queue.ranked(db, Filters(), ASKED, skip=0, size=9)[0]], "came back"


def test_the_number_of_an_area_is_that_of_the_list_behind_it(db: Database) -> None:
    def in_list() -> int:
        return queue.ranked(db, Filters(area="broadband"), ASKED, skip=0, size=9)[1]

    assert queue.waiting_by_area(db, ASKED)["broadband"] == in_list() > 1
    db.execute("update waiting set congress = 0 where document_id = ?", [BROADBAND])
    assert queue.waiting_by_area(db, ASKED)["broadband"] == in_list() > 0, "what can no longer move is in neither"


def test_what_is_decided_leaves_the_queue(db: Database) -> None:
    say(db, "confirm", "area:broadband", document_id=RULE)
    say(db, "confirm", "priority", value="2", document_id=RULE)
    entries, total = queue.ranked(db, Filters(), ASKED, skip=0, size=10)
    assert (total, [entry.document_id for entry in entries]) == (2, [BROADBAND, HOSTILE_BILL])


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"area": "library-funding"}, [BROADBAND, HOSTILE_BILL]),
        ({"position": "tc-hotspot-lending"}, [BROADBAND]),
        ({"kind": "regulation"}, [RULE]),
        ({"jurisdiction": "us-tx"}, []),
        ({"must_see": "1"}, [RULE, BROADBAND]),
        ({"due": "1"}, [RULE]),
        ({"q": "hotspots"}, [RULE, BROADBAND]),
        ({"q": '"unbalanced'}, []),
        ({"mine": "1"}, [HOSTILE_BILL]),
        ({"unassigned": "1"}, [RULE, BROADBAND]),
        ({"my_areas": "1"}, [RULE, BROADBAND]),
        ({"asleep": "1"}, []),
    ],
)
def test_filters(db: Database, filters: dict[str, str], expected: list[str]) -> None:
    collaboration.assign(db, person(db), HOSTILE_BILL, "Ana Reader", NOW)
    collaboration.reassign_area(db, person(db), "broadband", "Ana Reader", "", NOW)
    asked = replace(ASKED, account_id=person(db).id)
    entries, total = queue.ranked(db, Filters(**filters), asked, skip=0, size=10)
    assert [entry.document_id for entry in entries] == expected
    assert total == len(expected)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", [RULE, BROADBAND, HOSTILE_BILL]),
        ("action", [BROADBAND, RULE, HOSTILE_BILL]),
        ("due", [RULE, BROADBAND, HOSTILE_BILL]),
        ("priority", [RULE, BROADBAND, HOSTILE_BILL]),
        ("place", [HOSTILE_BILL, RULE, BROADBAND]),
        ("'; drop table reviews", [RULE, BROADBAND, HOSTILE_BILL]),
    ],
)
def test_the_queue_is_sorted_as_asked(db: Database, sort: str, expected: list[str]) -> None:
    """Guam comes before Texas, and Congress before both."""
    db.execute("update waiting set latest_on = '2022-03-01', jurisdiction = 'us-gu' where document_id = ?", [RULE])
    db.execute("update waiting set jurisdiction = 'us-tx' where document_id = ?", [BROADBAND])
    entries, total = queue.ranked(db, Filters(sort=sort), ASKED, skip=0, size=10)
    assert ([entry.document_id for entry in entries], total) == (expected, 3)
    second, _ = queue.ranked(db, Filters(sort=sort), ASKED, skip=1, size=1)
    assert second[0].document_id == expected[1], "one by one goes in the same order"


def test_a_sort_stays_in_the_address_and_is_no_filter() -> None:
    asked = Filters.of({"sort": ["due"]})
    assert asked.query(n=3) == "sort=due&n=3"
    assert not asked.narrows
    assert replace(asked, kind="bill").narrows
    assert queue.pages(26, asked) == 2, "no place is kept for the random sample"


def test_an_upcoming_date_comes_before_none_and_the_nearest_first(config: Configuration, db: Database) -> None:
    change(config, "insert into events (document_id, ordinal, starts_at) values (?, 9, '2022-03-20')", HOSTILE_BILL)
    entries, _ = queue.ranked(db, Filters(sort="due"), ASKED, skip=0, size=10)
    assert [entry.due_on for entry in entries] == ["2022-03-20", "2022-03-31", None]


def test_new_since_the_last_visit(db: Database) -> None:
    found, _ = queue.ranked(db, Filters(new="1"), replace(ASKED, since="2022-03-09T07:59:59Z"), skip=0, size=10)
    assert [entry.document_id for entry in found] == [BROADBAND]
    assert queue.ranked(db, Filters(new="1"), replace(ASKED, since=NOW), skip=0, size=10) == ([], 0)


def test_sleep_until_a_day_or_an_event(config: Configuration, db: Database) -> None:
    ana = person(db)
    collaboration.snooze(db, ana, BROADBAND, "2022-03-09T09:00:00Z", until_on="2022-03-12", until_change=None)
    assert BROADBAND not in [e.document_id for e in queue.ranked(db, Filters(), ASKED, skip=0, size=9)[0]]
    assert [e.document_id for e in queue.ranked(db, Filters(asleep="1"), ASKED, skip=0, size=9)[0]] == [BROADBAND]
    woken = replace(ASKED, today=datetime.date(2022, 3, 12))
    assert BROADBAND in [e.document_id for e in queue.ranked(db, Filters(), woken, skip=0, size=9)[0]]
    collaboration.snooze(db, ana, RULE, NOW, until_on=None, until_change="status")
    assert collaboration.current_snooze(db, RULE, "2030-01-01")
    change(config, "insert into changes values ('c2', ?, ?, null, 'text', 'New text')", RULE, LATER)
    assert collaboration.current_snooze(db, RULE, "2022-03-11")
    change(config, "insert into changes values ('c3', ?, ?, null, 'status', 'Final')", RULE, LATER)
    assert collaboration.current_snooze(db, RULE, "2022-03-11") is None
    assert RULE in [e.document_id for e in queue.ranked(db, Filters(), ASKED, skip=0, size=9)[0]]
    with pytest.raises(collaboration.BadWork, match="in the future"):
        collaboration.snooze(db, ana, BROADBAND, NOW, until_on="2022-03-09", until_change=None)


def test_a_bill_of_two_sessions_is_asked_about_once(config: Configuration, db: Database) -> None:
    def found() -> list[str]:
        queue_table.refresh_all(db, NOW[:10])
        return [e.document_id for e in queue.ranked(db, Filters(), ASKED, skip=0, size=9)[0]]

    assert BROADBAND in found()
    change(config, f"insert into twice_listed values (?, '{HOSTILE_BILL}')", BROADBAND)
    assert BROADBAND not in found()
    assert HOSTILE_BILL in found()
    values = "'position:tc-hotspot-lending', 1, 'returned', 'gone', ''"
    db.execute(
        f"insert into standings (document_id, subject, review_id, state, why, since) values (?, {values})", [BROADBAND]
    )
    assert BROADBAND in found(), "a decision that came back"


def test_ceremonial_resolutions_stay_out(config: Configuration, db: Database) -> None:
    change(config, "insert into ceremonial values (?)", BROADBAND)
    assert BROADBAND not in [e.document_id for e in queue.ranked(db, Filters(), ASKED, skip=0, size=9)[0]]


def test_one_place_in_ten_is_drawn_by_lot(config: Configuration, db: Database) -> None:
    corpus = corpus_of(config)
    first = next(iter(corpus.query("select * from documents where id = ?", [PLAIN])))
    for n in range(30):
        key = f"us-117-hr{500 + n}"
        corpus.table("documents").insert(first | {"id": key, "status": "introduced"})
        corpus.table("taggings").insert(
            {"document_id": key, "text_hash": key, "version": "1", "priority": 0, "priority_score": 0.1}
        )
        if n < 15:
            corpus.table("tags").insert({"document_id": key, "area_id": "broadband", "probability": 0.7})
    corpus.close()
    verdict_validity.settle_all(db, NOW)
    page, total = queue.queue_slice(db, Filters(), ASKED, 1)
    assert total == 18
    assert [n for n, entry in page if entry.sampled] == [9]
    drawn = page[9][1].document_id
    assert drawn == queue.random_sample(db, ASKED.today, 1)[0].document_id
    assert {entry.document_id for entry in queue.random_sample(db, ASKED.today, 100)} <= {PLAIN} | {
        f"us-117-hr{n}" for n in range(515, 530)
    }
    # One by one gives the same order as the list, and every number is there once.
    one_by_one = [queue.entry_at(db, Filters(), ASKED, n) for n in range(19)]
    assert [found[1].document_id for found in one_by_one if found] == [entry.document_id for _, entry in page]
    # Looked at, it falls out for everybody.
    say(db, subject="priority", value="0", document_id=drawn, sampled=True)
    assert drawn not in {entry.document_id for entry in queue.random_sample(db, ASKED.today, 100)}
    assert db.execute("select sampled from reviews").fetchone()[0] == 1


@pytest.mark.parametrize("total", [0, 1, 9, 10, 25, 45, 50, 250, 1000])
def test_the_last_page_ends_with_the_last_document(total: int) -> None:
    """Every tenth place is kept for the sample, so fewer than 25 of a page are of the ranked part."""
    for filters in (Filters(), Filters(area="broadband")):
        places = range(queue.pages(total, filters) * queue.PAGE)
        ranked = sum(not queue._is_sample_slot(place, filters) for place in places)
        assert ranked >= total
        less = range((queue.pages(total, filters) - 1) * queue.PAGE)
        assert sum(not queue._is_sample_slot(place, filters) for place in less) < max(1, total)


def test_nine_decisions_bring_a_document_of_the_sample(db: Database) -> None:
    ana, drawn = person(db).id, queue.random_sample(db, ASKED.today, 1)[0].document_id
    asked = replace(ASKED, account_id=ana)

    def after(*, sampled: bool = False, filters: Filters | None = None, who: QueueViewer = asked) -> str:
        return queue.address_after(db, filters or Filters(), who, 0, sampled=sampled)

    def decide(*numbers: int, sampled: bool = False) -> None:
        for number in numbers:
            row = {
                "document_id": f"us-117-s{number}",
                "subject": "priority",
                "verdict": "confirm",
                "text_hash": "x",
                "suggestion": "{}",
            }
            more = {"reviewer": ana, "reviewed_at": NOW, "sampled": sampled}
            db.table("reviews").insert_all([row | more, row | more | {"subject": "area:broadband"}])

    decide(*range(8))
    assert after() == "/desk/next?n=0"
    decide(8)
    assert after() == f"/desk/documents/{drawn}?n=0"
    assert after(filters=Filters(kind="bill")) == "/desk/next?kind=bill&n=0", "not in a list that is filtered"
    assert after(who=replace(asked, account_id=person(db, "Ben Writer").id)) == "/desk/next?n=0", (
        "each person's own nine"
    )
    assert after(who=replace(asked, today=datetime.date(2022, 3, 10))) == "/desk/next?n=0", "of one day"
    # Left undecided, it comes again, and no document of the ranking is passed over.
    assert queue.place_after(0, Filters(), sampled=True, cleared=False) == 0
    decide(20)
    assert after() == f"/desk/documents/{drawn}?n=0"
    decide(21, sampled=True)
    assert after(sampled=True) == "/desk/next?n=0"
    decide(*range(30, 39))
    assert after() == f"/desk/documents/{drawn}?n=0"


def test_a_place_moves_on_only_where_the_list_does(db: Database) -> None:
    def after(number: int, *, sampled: bool, cleared: bool) -> int:
        return queue.place_after(number, Filters(), sampled=sampled, cleared=cleared)

    assert [after(3, sampled=False, cleared=cleared) for cleared in (True, False)] == [3, 4]
    assert [after(9, sampled=True, cleared=cleared) for cleared in (True, False)] == [10, 10]


def test_a_hearing_that_staff_recorded_counts_as_a_date(db: Database) -> None:
    def entry() -> queue.Entry:
        [found] = queue.ranked(db, Filters(q="hotspots", kind="bill"), ASKED, skip=0, size=9)[0]
        return found

    before = entry()
    assert before.due_on is None
    record = AdvocacyRecord(kind="hearing", title="Hearing", document_id=BROADBAND, due_on="2022-04-08")
    advocacy.add(db, person(db), record, now=NOW)
    assert entry().due_on == "2022-04-08"
    assert entry().points == before.points + 2, "half of the 60 days are left"
    assert BROADBAND in [each.document_id for each in queue.ranked(db, Filters(due="1"), ASKED, skip=0, size=9)[0]]


def test_an_empty_queue_has_no_turn(config: Configuration, db: Database) -> None:
    change(config, "delete from tags")
    change(config, "delete from position_matches")
    change(config, "update taggings set priority = 0")
    verdict_validity.settle_all(db, NOW)
    assert queue.entry_at(db, Filters(area="broadband"), ASKED, 3) is None
    assert queue.queue_slice(db, Filters(), ASKED, 1) == ([], 0)
