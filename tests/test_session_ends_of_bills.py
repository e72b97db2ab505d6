"""What becomes of the bills that did not pass before their session ended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import bill_xml
from sqlite_utils import Database
from test_session_ends import NOW
from test_us_states import row

from crawlers.items import SessionDates
from crawlers.parsers import billstatus, xmltree
from crawlers.parsers import openstates as api
from crawlers.status import session_end
from crawlers.status.session_end import load_rules
from crawlers.storage import sessions
from crawlers.storage.record import load_document, record_hash, upsert
from crawlers.storage.session_ends import moved_on, write_session_ends


def _store(db: Database, *rows: dict[str, Any]) -> None:
    upsert(db, [api.parse_bill(each) for each in rows], now=NOW, silent=True)


def _state(db: Database, ends_on: str = "2025-03-06") -> None:
    said = SessionDates(
        source="us_states", jurisdiction="us-wy", session="2025", starts_on="2025-01-14", ends_on=ends_on
    )
    sessions.store(db, [said], now=NOW)


def _standing(db: Database, number: int = 1) -> tuple[Any, ...]:
    return db.execute(
        "select status, status_on, status_reason from documents where id = ?", [f"us-wy-2025-hb{number}"]
    ).fetchone()


def signed(number: int, year: int = 2025) -> dict[str, Any]:
    actions = [
        {"description": "Introduced", "date": f"{year}-01-14", "classification": ["introduction"], "order": 0},
        {"description": "Signed", "date": f"{year}-03-14", "classification": ["executive-signature"], "order": 1},
    ]
    return row(number, f"{year}-03-14T00:00:00+00:00", actions=actions)


def test_what_did_not_pass_fails_on_the_day_its_session_ended_and_a_law_stays(corpus: Database) -> None:
    _store(corpus, row(1, "2025-01-14T00:00:00+00:00"), signed(2))
    _state(corpus)
    assert write_session_ends(corpus, today="2025-04-01", now=NOW) == 0
    assert write_session_ends(corpus, today="2025-05-01", now=NOW) == 1
    assert _standing(corpus) == ("failed", "2025-03-06", "session_ended")
    assert _standing(corpus, 2) == ("enacted", "2025-03-14", None)
    steps = corpus.execute(
        "select status, reached_on from status_history where document_id = 'us-wy-2025-hb1'"
    ).fetchall()
    assert steps == [("introduced", "2025-01-14"), ("failed", "2025-03-06")]
    assert moved_on_file(corpus) == {("us-wy", "2025"): "2025-03-14"}


def test_what_both_chambers_of_congress_passed_may_be_signed_after_its_end(corpus: Database) -> None:
    passed = [
        ("2022-12-20", "Passed/agreed to in House: On passage Passed by voice vote."),
        ("2022-12-22", "Passed/agreed to in Senate: Passed Senate without amendment by Voice Vote."),
    ]
    for number, actions in ((1, []), (2, passed)):
        body = bill_xml(number, actions=tuple(actions)).encode()
        bill = billstatus.parse_bill(xmltree.parse(body, root="billStatus"), source_url="https://x/y", stamp="s")
        upsert(corpus, [bill], now=NOW, silent=True)

    def standing() -> list[str]:
        return [status for (status,) in corpus.execute("select status from documents order by id")]

    write_session_ends(corpus, today="2023-01-03", now=NOW)
    assert standing() == ["failed", "passed_second_chamber"]
    write_session_ends(corpus, today="2023-02-02", now=NOW)
    assert standing() == ["failed", "failed"]


@pytest.mark.parametrize(
    ("state", "status"),
    [*((state, "failed") for state in ("ct", "hi", "ky", "tx", "wv")), ("wy", "passed_second_chamber")],
)
def test_what_both_chambers_passed_and_nobody_enrolled_ends_where_the_record_would_say_so(
    corpus: Database, state: str, status: str
) -> None:
    passed, law = (
        replace(api.parse_bill(raw | {"session": "2026"}), id=f"us-{state}-2026-hb{number}", jurisdiction=f"us-{state}")
        for number, raw in ((1, row(1, "2026-01-14T00:00:00+00:00")), (2, signed(2, 2026)))
    )
    history = (("passed_second_chamber", passed.status_on or ""),)
    upsert(corpus, [replace(passed, status=history[0][0], status_history=history), law], now=NOW, silent=True)
    said = SessionDates(
        source="us_states", jurisdiction=f"us-{state}", session="2026", starts_on="2026-01-14", ends_on="2026-03-06"
    )
    sessions.store(corpus, [said], now=NOW)
    write_session_ends(corpus, today="2026-06-01", now=NOW)
    found = corpus.execute("select status from documents order by id").fetchall()
    assert found == [(status,), ("enacted",)]


@pytest.mark.parametrize(
    ("sentence", "status"),
    [
        ("House dissented from Senate amendments", "failed"),  # Indiana
        ("Senate advisors appointed: Ford J.D., Goode", "failed"),
        ("Senate conferees Fateh; Putnam; Duckworth", "failed"),  # Minnesota
        ("Senate not concur, conference committee of 3 requested", "failed"),
        ("Conference Committee Report not adopted; Yea 40, Nay 83, Absent 2", "failed"),  # Kansas
        ("Motion to concur with amendments failed; Yea 59, Nay 62, Absent 4", "failed"),
        ("House Conference Committee Appointed (Delegates Ebersole and Hornberger)", "failed"),  # Maryland
        ("Senate Requests House Recede", "failed"),
        ("Senate Considered House Amendments - Result was to Adhere", "failed"),  # Colorado
        ("Senate Considered House Amendments - Result was to Concur - Repassed", "passed_second_chamber"),
        ("House receded from its amendments", "passed_second_chamber"),
        ("Signed by the Speaker of the House", "passed_second_chamber"),
    ],
)
def test_what_both_chambers_passed_in_words_on_which_they_did_not_agree_ends_with_its_session(
    corpus: Database, sentence: str, status: str
) -> None:
    _store(corpus, heard(1, "2025-02-20"))
    known = {"status": "passed_second_chamber", "latest_action": sentence}
    corpus.table("documents").update("us-wy-2025-hb1", known)
    _state(corpus)
    write_session_ends(corpus, today="2025-06-01", now=NOW)
    assert _standing(corpus)[0] == status


@pytest.mark.parametrize(
    ("sentence", "on", "ends_too"),
    [
        ("Committee report approving bill, renumbered as HF 12.", "2025-02-20", False),
        ("Laid on Table, refer to CS/SB 15", "2025-02-20", False),
        ("Companion bill passed", "2025-02-20", False),
        ("Laid on the table", "2025-02-20", True),
        ("Adopted in concurrence", "2025-02-20", False),
        ("House read and passed", "2025-02-20", False),
        ("Senate requests House to concur", "2025-02-20", True),
        ("Tabled, Passed, YEAS 8, NAYS 3", "2025-02-20", True),
        ("Committee report: do pass", "2025-02-20", True),
        ("Read by title, ordered engrossed, passed to 3rd reading.", "2025-02-20", True),
        ("Second Reading Passed with Amendments", "2025-02-20", True),
        ("Report adopted; Passed Second Reading, as amended (SD 1) and referred to WAM.", "2025-02-20", True),  # Hawaii
        ("Report adopted; referred to the committee(s) on FIN as amended in HD 2", "2025-02-20", True),
        ("The recommendation was not adopted.", "2025-02-20", True),
        ("Motion Special Order until Next Session (Senator King) Adopted", "2025-02-20", True),  # Maryland
        ("Motion Recommit to Committee (Senator Beidle) Adopted", "2025-02-20", True),
        ("Motion to table the motion to discharge adopted", "2025-02-20", True),  # West Virginia
        ("Placed on calendar pursuant to JR 6F-6 , Passed, YEAS 29, NAYS 37", "2025-02-20", True),  # South Dakota
        ("Senate Concurrent Resolution 6 Suspended adopt previous committee report", "2025-02-20", True),  # Minnesota
        ("Committee Amendment Adopted", "2025-02-20", True),
        ("Referred to the Committee on Education", "2025-03-20", False),  # a step after the session
    ],
)
def test_what_goes_on_elsewhere_or_afterwards_is_not_called_failed(
    corpus: Database, sentence: str, on: str, ends_too: bool
) -> None:
    bill = heard(1, on)
    bill["actions"][1] |= {"description": sentence, "classification": ["referral-committee"]}
    _store(corpus, bill)
    _state(corpus)
    assert write_session_ends(corpus, today="2025-06-01", now=NOW) == int(ends_too)


@pytest.mark.parametrize(
    ("kind", "after", "ends_too"),
    [("bill", [], True), ("concurrent resolution", [], False), ("bill", ["Senate read and passed as amended"], False)],
)
def test_what_one_chamber_passed_and_no_other_took_up_ends_with_its_session(
    corpus: Database, kind: str, after: list[str], ends_too: bool
) -> None:
    """Rhode Island: "Senate passed Sub A" was the last word of 44 bills, and might have been the passage in both chambers."""
    bill = heard(1, "2025-02-20") | {"classification": [kind]}
    bill["actions"][1] |= {"description": "House read and passed", "classification": ["passage"]}
    later = {"date": "2025-02-21", "classification": [], "order": 2}
    bill["actions"] += [later | {"description": words} for words in after]
    _store(corpus, bill)
    _state(corpus)
    assert write_session_ends(corpus, today="2025-06-01", now=NOW) == int(ends_too)


def test_what_one_chamber_adopts_by_itself_is_not_called_failed(corpus: Database) -> None:
    _store(corpus, heard(1, "2025-02-20"), heard(2, "2025-02-20") | {"classification": ["resolution"]})
    _state(corpus)
    assert write_session_ends(corpus, today="2025-06-01", now=NOW) == 1
    assert _standing(corpus, 2) == ("in_committee", "2025-02-20", None)


def test_news_of_a_session_goes_on_to_the_day_on_which_the_governor_decided(corpus: Database) -> None:
    filed = [
        {"description": "Introduced", "date": "2025-01-14", "classification": ["introduction"], "order": 0},
        {"description": "Vetoed on 03/14/25", "date": "2025-03-06", "classification": ["executive-veto"], "order": 1},
    ]
    _store(corpus, row(1, "2025-03-06T00:00:00+00:00", actions=filed))
    _state(corpus)
    write_session_ends(corpus, today="2025-05-01", now=NOW)
    assert moved_on_file(corpus) == {("us-wy", "2025"): "2025-03-14"}


def test_a_session_lasts_until_the_day_on_which_its_bills_died_at_its_adjournment(corpus: Database) -> None:
    """The page of Arkansas said that its session ended on April 16, 2025, and its bills that they died at its end on May 5."""
    died = [
        {
            "description": "Read the third time and passed.",
            "date": "2025-03-06",
            "classification": ["passage"],
            "order": 0,
        },
        {
            "description": "Died in House Committee at Sine Die adjournment.",
            "date": "2025-03-25",
            "classification": ["failure"],
            "order": 1,
        },
    ]
    _store(corpus, row(1, "2025-03-25T00:00:00+00:00", actions=died), row(2, "2025-01-14T00:00:00+00:00"))
    _state(corpus)
    write_session_ends(corpus, today="2025-06-01", now=NOW)
    assert corpus.execute("select ended_on from session_ends where session = '2025'").fetchone() == ("2025-03-25",)
    assert _standing(corpus, 2) == ("failed", "2025-03-25", "session_ended")


@pytest.mark.parametrize("special", [True, False])
def test_a_record_of_few_bills_must_reach_the_end_of_a_regular_session(corpus: Database, special: bool) -> None:
    _store(corpus, heard(1, "2025-02-10"))
    said = SessionDates(
        source="us_states",
        jurisdiction="us-wy",
        session="2025",
        starts_on="2025-01-14",
        ends_on="2025-03-06",
        special=special,
    )
    sessions.store(corpus, [said], now=NOW)
    assert write_session_ends(corpus, today="2025-06-01", now=NOW) == int(special)


def moved_on_file(db: Database) -> dict[tuple[str, str], str]:
    return moved_on(Path(db.execute("pragma database_list").fetchone()[2]))


def test_a_second_look_writes_nothing_and_the_source_s_word_is_kept(corpus: Database) -> None:
    _store(corpus, row(1, "2025-01-14T00:00:00+00:00"), signed(2))
    before = load_document(corpus, "us-wy-2025-hb1")
    _state(corpus)
    write_session_ends(corpus, today="2025-05-01", now=NOW)
    written = corpus.conn.total_changes
    assert write_session_ends(corpus, today="2025-05-02", now=NOW) == 0
    assert corpus.execute("select count(*) from status_history where document_id = 'us-wy-2025-hb1'").fetchone()[0] == 2
    assert corpus.conn.total_changes - written <= 1  # the temporary table
    after = load_document(corpus, "us-wy-2025-hb1")
    assert (after, record_hash(after)) == (before, record_hash(before))


def heard(number: int, on: str) -> dict[str, Any]:
    actions = [
        {"description": "Introduced", "date": "2025-01-14", "classification": ["introduction"], "order": 0},
        {"description": "Heard", "date": on, "classification": [], "order": 1},
    ]
    return row(number, f"{on}T00:00:00+00:00", actions=actions)


def test_only_an_end_that_we_saw_coming_is_news(corpus: Database) -> None:
    _store(corpus, heard(1, "2025-02-20"))
    _state(corpus)
    write_session_ends(corpus, today="2025-05-01", now=NOW)
    assert corpus.execute("select count(*) from changes").fetchone()[0] == 0
    late = {"description": "Signed", "date": "2025-04-15", "classification": ["executive-signature"], "order": 2}
    _store(corpus, signed(2) | {"actions": [*signed(2)["actions"], late]})
    _state(corpus, ends_on="2025-04-20")  # it is called back
    assert write_session_ends(corpus, today="2025-04-19", now=NOW) == 1
    assert _standing(corpus) == ("in_committee", "2025-02-20", None)
    assert write_session_ends(corpus, today="2025-06-10", now=NOW) == 1
    assert corpus.execute("select kind, happened_on from changes").fetchall() == [("ended", "2025-04-20")]


def test_bills_that_come_after_their_session_ended_are_no_news(corpus: Database) -> None:
    _state(corpus)
    write_session_ends(corpus, today="2025-02-01", now=NOW)  # its dates are known, no bill has come
    _store(corpus, heard(1, "2025-02-20"))
    assert write_session_ends(corpus, today="2025-05-01", now=NOW) == 1
    assert corpus.execute("select count(*) from changes").fetchone()[0] == 0


def test_a_session_that_moves_again_revives_its_bills_and_a_new_record_replaces_ours(corpus: Database) -> None:
    early = row(1, "2025-01-14T00:00:00+00:00")
    _store(corpus, early, row(2, "2025-01-14T00:00:00+00:00"), signed(3))
    _state(corpus)
    write_session_ends(corpus, today="2025-05-01", now=NOW)
    _store(corpus, signed(2))
    assert _standing(corpus, 2) == ("enacted", "2025-03-14", None)
    late = {"description": "Heard", "date": "2025-04-30", "classification": [], "order": 2}
    _store(corpus, signed(2) | {"actions": [*signed(2)["actions"], late]})
    assert write_session_ends(corpus, today="2025-05-02", now=NOW) == 1
    assert _standing(corpus) == ("introduced", "2025-01-14", None)


@pytest.mark.parametrize(
    ("was", "now", "problem"),
    [
        ("  ak: {begins", "  xx: {begins", "'xx' is no postal code"),
        ("carry_over:", "carryover:", "see 'carry_over'"),
        ("  ga: 40", "  xx: 40", "'xx' is no postal code"),
        ("  ga: 40", "  ga: forty", "session_end"),
        ("two_years:", "more: 1\ntwo_years:", "see 'more'"),
        ("ends: 04-01}", "ends: 04-31}", "session_end"),
        ("44: 2025-03-23}", "44: 2025-03-32}", "session_end"),
    ],
)
def test_a_slip_in_the_rules_is_named(tmp_path: Path, was: str, now: str, problem: str) -> None:
    file = tmp_path / "session_end.yml"
    file.write_text(session_end.FILE.read_text(encoding="utf-8").replace(was, now, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=problem):
        load_rules(file)
