"""Who decides next on a document: the committee, the chamber, or the office that has it."""

from __future__ import annotations

import sqlite3

import pytest
from people_fixtures import CHAIR, COMMITTEE, IN_COMMITTEE, OHIO_BILL, READER, REPORTED
from site_corpus import BROADBAND, PLAIN, RULE
from test_people_pages import DAY, document
from test_people_pages import corpus as corpus
from test_people_pages import db as db

from pages.database import Row
from pages.documents.progress import progress
from pages.people import deciding


def test_a_bill_in_committee_names_the_committee_its_chair_and_its_members(db: sqlite3.Connection) -> None:
    found = deciding.decider(db, document(db, IN_COMMITTEE), DAY)
    assert found is not None
    assert (found.step, found.chamber_name) == ("committee", "House")
    [body] = found.bodies
    assert [each["id"] for each in body.chairs] == [CHAIR]
    assert [each["id"] for each in body.members] == [CHAIR, READER]


def test_a_bill_that_its_committee_sent_on_waits_for_the_whole_chamber(db: sqlite3.Connection) -> None:
    found = deciding.decider(db, document(db, REPORTED), DAY)
    assert found is not None
    assert (found.step, found.bodies, [body.key for body in found.reported_by]) == ("floor", [], [COMMITTEE])
    assert found.members_query == "place=us&chamber=lower"


@pytest.fixture
def ordered(db: sqlite3.Connection) -> sqlite3.Connection:
    """The same, where the committee has voted to report the bill and has not filed its report."""
    copy = sqlite3.connect(":memory:")
    db.backup(copy)
    copy.row_factory = sqlite3.Row
    copy.execute("delete from actions where document_id = ? and ordinal = 2", (REPORTED,))
    return copy


def test_a_committee_that_voted_to_report_a_bill_has_it_until_its_report_is_filed(ordered: sqlite3.Connection) -> None:
    bill = document(ordered, REPORTED, status="in_committee", status_on="2022-01-11")
    found = deciding.decider(ordered, bill, DAY)
    assert found is not None
    assert found.ordered is not None
    assert (found.step, found.ordered["acted_on"], found.bodies, found.reported_by) == (
        "committee",
        "2022-02-01",
        [],
        [],
    )
    assert [body.key for body in found.voted] == [COMMITTEE]
    more = "insert into committees values (?, 9, 'Judiciary Committee', 'lower', 'hsju00', 'Referred To', '2022-01-11')"
    ordered.execute(more, (REPORTED,))
    found = deciding.decider(ordered, bill, DAY)
    assert found is not None
    assert ([body.key for body in found.voted], [body.name for body in found.bodies]) == (
        [COMMITTEE],
        ["Judiciary Committee"],
    )


def test_of_several_committees_without_a_markup_none_is_said_to_have_voted(ordered: sqlite3.Connection) -> None:
    bill = document(ordered, REPORTED, status="in_committee")
    ordered.execute("delete from committees where document_id = ? and activity <> 'Referred To'", (REPORTED,))
    found = deciding.decider(ordered, bill, DAY)
    assert found is not None
    assert [body.key for body in found.voted] == [COMMITTEE], "it is the only one"
    more = "insert into committees values (?, 9, 'Judiciary Committee', 'lower', 'hsju00', 'Referred To', '2022-01-11')"
    ordered.execute(more, (REPORTED,))
    found = deciding.decider(ordered, bill, DAY)
    assert found is not None
    assert (found.step, found.voted, len(found.bodies), found.ordered is not None) == ("committee", [], 2, True)


def test_a_vote_to_report_of_a_committee_that_no_source_names_is_kept(ordered: sqlite3.Connection) -> None:
    ordered.execute("delete from committees where document_id = ?", (REPORTED,))
    found = deciding.decider(ordered, document(ordered, REPORTED, status="in_committee"), DAY)
    assert found is not None
    assert found.ordered is not None
    assert found.referral is not None
    assert (found.step, found.voted) == ("committee", [])


def test_a_bill_that_passed_one_chamber_is_in_the_other(db: sqlite3.Connection) -> None:
    found = deciding.decider(db, document(db, BROADBAND), DAY)
    assert found is not None
    assert (found.step, found.chamber_name, found.bodies) == ("chamber", "Senate", [])


def test_where_no_committee_is_known_the_words_of_the_source_are_shown(db: sqlite3.Connection) -> None:
    found = deciding.decider(db, document(db, OHIO_BILL), DAY)
    assert found is not None
    assert found.step == "committee"
    assert found.referral is not None
    assert found.referral["description"] == "Referred to committee: Primary and Secondary Education"


@pytest.mark.parametrize(
    ("status", "step"),
    [("to_executive", "executive"), ("passed", "agreed"), ("passed_second_chamber", "both")],
)
def test_later_steps_have_no_committee(db: sqlite3.Connection, status: str, step: str) -> None:
    found = deciding.decider(db, document(db, IN_COMMITTEE, status=status), DAY)
    assert found is not None
    assert (found.step, found.bodies) == (step, [])
    only = deciding.decider(db, document(db, IN_COMMITTEE, status=status, chamber="legislature"), DAY)
    assert only is not None
    assert (only.step, only.chamber) == (step, "legislature"), "the page must not speak of both chambers"


DEAD: list[tuple[str, Row]] = [
    (IN_COMMITTEE, {"status": "failed"}),
    (IN_COMMITTEE, {"status": "withdrawn"}),
    (IN_COMMITTEE, {"status": "vetoed"}),
    (IN_COMMITTEE, {"status": "enacted"}),
    (IN_COMMITTEE, {"status": "adopted"}),
    (IN_COMMITTEE, {"status_reason": "session_ended"}),
    (IN_COMMITTEE, {"missing_since": "2022-03-01T00:00:00Z"}),
    (IN_COMMITTEE, {"session": "116"}),
    (IN_COMMITTEE, {"jurisdiction": "ca"}),
    (OHIO_BILL, {"latest_action_on": "2021-02-01", "published_on": "2021-01-01"}),
    (RULE, {}),
    (PLAIN, {}),
]


@pytest.mark.parametrize(("key", "changes"), DEAD)
def test_nobody_decides_on_what_is_dead_or_done(db: sqlite3.Connection, key: str, changes: Row) -> None:
    assert deciding.decider(db, document(db, key, **changes), DAY) is None


def acted(code: str, activity: str, day: str, chamber: str = "lower") -> Row:
    return {"code": code, "activity": activity, "active_on": day, "chamber": chamber, "name": code}


@pytest.mark.parametrize(
    ("rows", "having", "done"),
    [
        ([acted("hsju00", "Referred To", "2025-01-01")], ["hsju00"], []),
        ([acted("hsju00", "Reported By", "2025-02-01"), acted("hsju00", "Referred To", "2025-01-01")], [], ["hsju00"]),
        # What a subcommittee reports, its whole committee has.
        (
            [acted("hsvr09", "Reported by", "2025-03-01"), acted("hsvr00", "Referred To", "2025-01-01")],
            ["hsvr00"],
            [],
        ),
        # Of one day, the newest is first.
        (
            [acted("hshm00", "Markup By", "2025-02-26"), acted("hshm00", "Discharged from", "2025-02-26")],
            ["hshm00"],
            [],
        ),
        ([acted("ssju00", "Referred To", "2025-01-01", "upper")], [], []),
        ([acted("", "Referred To", "2025-01-01")], [], []),
    ],
)
def test_a_committee_has_a_bill_until_it_reports_or_is_discharged(
    rows: list[Row], having: list[str], done: list[str]
) -> None:
    found = deciding.lying(rows, "lower")
    assert ([row["code"] for row in found[0]], [row["code"] for row in found[1]]) == (having, done)


def test_a_referral_after_a_report_is_to_another_committee(db: sqlite3.Connection) -> None:
    copy = sqlite3.connect(":memory:")
    db.backup(copy)
    copy.row_factory = sqlite3.Row
    more = "insert into actions (document_id, ordinal, acted_on, description, classification, chamber) values (?, ?, ?, ?, ?, ?)"
    copy.execute(more, (OHIO_BILL, 1, "2022-03-01", "Reported", "committee-passage", "lower"))
    assert deciding.decider(copy, document(copy, OHIO_BILL, status="reported"), DAY).step == "floor"  # type: ignore[union-attr]
    copy.execute(more, (OHIO_BILL, 2, "2022-03-02", "Re-referred to Finance", "referral-committee", "lower"))
    found = deciding.decider(copy, document(copy, OHIO_BILL, status="reported"), DAY)
    assert found is not None
    assert found.referral is not None
    assert (found.step, found.referral["description"]) == ("committee", "Re-referred to Finance")


def test_the_last_of_a_day_is_what_happened_last_where_a_state_lists_it_first(db: sqlite3.Connection) -> None:
    copy = sqlite3.connect(":memory:")
    db.backup(copy)
    copy.row_factory = sqlite3.Row
    more = "insert into actions values (?, ?, '2022-03-01', ?, ?, 'lower', null)"
    copy.execute(more, (OHIO_BILL, 1, "Referred to Finance", "referral-committee"))
    copy.execute(more, (OHIO_BILL, 2, "Reported from Education", "committee-passage"))
    reported = document(copy, OHIO_BILL, status="reported", status_on="2022-03-01")
    assert deciding.decider(copy, reported, DAY).step == "floor"  # type: ignore[union-attr]
    assert deciding.referred_again(copy, reported) is None
    copy.execute("update documents set jurisdiction = 'us-hi' where id = ?", (OHIO_BILL,))
    backwards = reported | {"jurisdiction": "us-hi"}
    found = deciding.decider(copy, backwards, DAY)
    assert found is not None
    assert found.referral is not None
    assert (found.step, found.referral["description"]) == ("committee", "Referred to Finance")
    again = deciding.referred_again(copy, backwards)
    assert again is not None
    assert again["description"] == "Referred to Finance"
    [(_, shown, _)] = [each for each in progress(copy, OHIO_BILL).timeline if each[0] == "2022-03-01"]
    assert [each["description"] for each in shown] == ["Referred to Finance", "Reported from Education"]


def test_a_suspense_file_is_no_committee(db: sqlite3.Connection) -> None:
    copy = sqlite3.connect(":memory:")
    db.backup(copy)
    copy.row_factory = sqlite3.Row
    more = "insert into actions (document_id, ordinal, acted_on, description, classification, chamber) values (?, ?, ?, ?, ?, ?)"
    for ordinal, words in enumerate(["Re-referred to Com. on APPR.", "In committee: Referred to suspense file."], 1):
        copy.execute(more, (OHIO_BILL, ordinal, f"2022-03-0{ordinal}", words, "referral-committee", "lower"))
    found = deciding.decider(copy, document(copy, OHIO_BILL), DAY)
    assert found is not None
    assert found.referral is not None
    assert found.referral["description"] == "Re-referred to Com. on APPR.", "the committee that has the file"


@pytest.mark.parametrize(
    ("words", "step"),
    [
        (
            "Read the second time. Placed on Senate Legislative Calendar under General Orders. Calendar No. 373.",
            "floor",
        ),
        ("Held at the desk.", "floor"),
        ("Motion to proceed to consideration of measure made in Senate.", "chamber"),
    ],
)
def test_a_bill_on_the_calendar_or_at_the_desk_waits_for_the_whole_chamber(
    db: sqlite3.Connection, words: str, step: str
) -> None:
    copy = sqlite3.connect(":memory:")
    db.backup(copy)
    copy.row_factory = sqlite3.Row
    passed = document(copy, BROADBAND)
    copy.execute("insert into actions values (?, 99, '2026-11-01', ?, null, 'upper', null)", (BROADBAND, words))
    found = deciding.decider(copy, passed, DAY)
    assert found is not None
    assert (found.step, found.chamber_name) == (step, "Senate")


def test_a_bill_of_several_committees_waits_for_those_that_have_not_dealt_with_it(db: sqlite3.Connection) -> None:
    copy = sqlite3.connect(":memory:")
    db.backup(copy)
    copy.row_factory = sqlite3.Row
    reported = "Reported by the Committee on House Administration. H. Rept. 117-302, Part I."
    copy.execute("delete from committees where document_id = ?", (REPORTED,))
    for ordinal, (name, code, activity) in enumerate(
        (("House Administration", "hsha00", "Markup By"), ("Judiciary Committee", "hsju00", "Referred To"))
    ):
        row = (REPORTED, ordinal, name, "lower", code, activity, "2022-03-01")
        copy.execute("insert into committees values (?, ?, ?, ?, ?, ?, ?)", row)
    more = "insert into actions values (?, ?, '2022-04-01', ?, ?, 'lower', null)"
    copy.execute(more, (REPORTED, 98, reported, "committee-passage"))
    found = deciding.decider(copy, document(copy, REPORTED), DAY)
    assert found is not None
    assert (found.step, [body.name for body in found.bodies]) == ("committee", ["Judiciary Committee"])
    assert [body.name for body in found.reported_by] == ["House Administration"]
    copy.execute(more, (REPORTED, 99, "Placed on the Union Calendar, Calendar No. 5.", "calendar"))
    assert deciding.decider(copy, document(copy, REPORTED), DAY).step == "floor"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("chamber", "words", "found"),
    [
        # Its own chamber refers it once more: it has not left, whatever the status says.
        ("lower", "Passed on second consideration, refer to House Judiciary Committee", ("committee", "House")),
        ("lower", "Passed on second consideration, refer to Senate Calendar Committee", ("chamber", "Senate")),
        ("upper", "Introduced in the Senate, Referred to Senate Education Committee", ("committee", "Senate")),
        ("upper", "Referred to third reading", ("chamber", "Senate")),
        ("upper", "Committee amendment referred to Rules Committee", ("chamber", "Senate")),
    ],
)
def test_a_bill_is_where_it_was_referred_last(
    db: sqlite3.Connection, chamber: str, words: str, found: tuple[str, str]
) -> None:
    copy = sqlite3.connect(":memory:")
    db.backup(copy)
    copy.row_factory = sqlite3.Row
    copy.execute(
        "insert into actions values (?, 9, '2022-03-02', ?, 'introduction', ?, null)", (OHIO_BILL, words, chamber)
    )
    passed = document(copy, OHIO_BILL, status="passed_first_chamber", status_on="2022-03-02")
    decider = deciding.decider(copy, passed, DAY)
    assert decider is not None
    assert (decider.step, decider.chamber_name) == found
    assert (decider.referral["description"] if decider.referral else words) == words


@pytest.mark.parametrize(
    ("later", "again"),
    [
        ([], False),
        ([("referral-committee", "Rule 19(a) / Re-referred to Rules Committee")], True),
        (
            [
                (
                    "committee-passage-favorable",
                    "Bill reported favorably by committee and referred to the committee on Rules",
                )
            ],
            True,
        ),
        (
            [
                (
                    "committee-passage",
                    "Reported out of Assembly Committee with Amendments and Referred to Assembly Budget",
                )
            ],
            True,
        ),
        ([("committee-passage", "Comm report: To pass as amended and re-refer to Finance")], True),
        ([("committee-passage", "Committee substitute reported, but first to Finance")], True),
        ([("committee-passage-favorable", "Rec. for pass; ref to Calendar & Rules Committee")], True),
        ([("committee-passage", "Reported with request to re-refer to Finance")], False),
        ([("referral-committee", "to Elections, Const. Amendments & Intergovernmental Affairs (H)")], True),
        ([("referral-committee", "REFERRED TO COMMITTEE OF THE WHOLE")], False),
        ([("referral-committee", "Floor Amendment No. 1 Re-referred to Rules Committee")], False),
        ([("referral-committee", "Referred to Rules"), ("calendar", "placed on third reading")], False),
        ([("referral-committee", "Referred to Rules"), ("committee-passage", "Reported by Rules")], False),
    ],
)
def test_a_reported_bill_that_went_to_a_committee_again_is_there(
    db: sqlite3.Connection, later: list[tuple[str, str]], again: bool
) -> None:
    copy = sqlite3.connect(":memory:")
    db.backup(copy)
    copy.row_factory = sqlite3.Row
    for ordinal, (kind, words) in enumerate(later, 9):
        copy.execute(
            "insert into actions values (?, ?, '2022-03-03', ?, ?, 'lower', null)", (OHIO_BILL, ordinal, words, kind)
        )
    reported = document(copy, OHIO_BILL, status="reported", status_on="2022-03-02")
    found = deciding.referred_again(copy, reported)
    assert (found["description"] if found else None) == (later[-1][1] if again else None)
    assert deciding.referred_again(copy, reported | {"status": "passed_first_chamber"}) is None


@pytest.mark.parametrize(
    ("place", "words", "then", "found"),
    [
        ("us-ma", "Referred to the committee on Education", "Senate concurred", ("", True)),
        ("us-ma", "Referred to the committee on Rules of the two branches, acting concurrently", "", ("", True)),
        (
            "us-ma",
            "Referred to the committee on Health Care Financing",
            "Hearing scheduled for 10/06/2025",
            ("", False),
        ),
        ("us-ma", "Referred to the committee on House Ways and Means", "", ("House", False)),
        ("us-ma", "Reported favorably and referred to the committee on Senate Ways and Means", "", ("Senate", False)),
        ("us-oh", "Referred to committee: Education", "Hearing scheduled for 10/06/2025", ("House", False)),
    ],
)
def test_a_committee_of_both_chambers_is_of_no_single_one(
    db: sqlite3.Connection, place: str, words: str, then: str, found: tuple[str, bool]
) -> None:
    copy = sqlite3.connect(":memory:")
    db.backup(copy)
    copy.row_factory = sqlite3.Row
    more = "insert into actions values (?, ?, '2022-03-03', ?, ?, 'lower', null)"
    copy.execute(more, (OHIO_BILL, 9, words, "referral-committee"))
    copy.execute(more, (OHIO_BILL, 10, then, None))
    decider = deciding.decider(copy, document(copy, OHIO_BILL, jurisdiction=place), DAY)
    assert decider is not None
    assert (decider.step, decider.chamber_name, decider.joint) == ("committee", *found)
    assert decider.referral is not None
    assert decider.referral["description"] == words


def test_the_committee_of_the_whole_is_the_chamber(db: sqlite3.Connection) -> None:
    copy = sqlite3.connect(":memory:")
    db.backup(copy)
    copy.row_factory = sqlite3.Row
    words = "REFERRED TO COMMITTEE OF THE WHOLE"
    copy.execute(
        "insert into actions values (?, 9, '2022-03-03', ?, 'referral-committee', 'lower', null)", (OHIO_BILL, words)
    )
    found = deciding.decider(copy, document(copy, OHIO_BILL), DAY)
    assert found is not None
    assert found.step == "floor"


def test_nobody_decides_next_on_what_was_placed_on_file(db: sqlite3.Connection) -> None:
    copy = sqlite3.connect(":memory:")
    db.backup(copy)
    copy.row_factory = sqlite3.Row
    more = "insert into actions values (?, ?, ?, ?, ?, 'lower', null)"
    copy.execute(
        more,
        (
            OHIO_BILL,
            9,
            "2022-03-03",
            "Reported adversely by committee and placed on file",
            "committee-passage-unfavorable",
        ),
    )
    assert deciding.decider(copy, document(copy, OHIO_BILL), DAY) is None
    copy.execute(
        more, (OHIO_BILL, 10, "2022-03-04", "Taken from the files and referred to Finance", "referral-committee")
    )
    assert deciding.decider(copy, document(copy, OHIO_BILL), DAY) is not None
