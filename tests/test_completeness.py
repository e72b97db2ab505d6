"""What counts as short and gone, and what a run knows of those before it."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import NOW
from coverage_fixtures import part, run, stored
from sqlite_utils import Database

from crawlers.completeness.completeness import close, gone, is_short, rejects_rise, told
from crawlers.items import ExpectedCount, Listing

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
