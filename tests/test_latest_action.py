"""The latest action of a document, where its source lists or dates the actions of a bill in another order."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlite_utils import Database

from crawlers.items import Action, Bill
from crawlers.status import latest_action as module
from crawlers.status.latest_action import latest_action, load_orders
from crawlers.status.rederive_status import restate
from crawlers.storage.record import load_document, record_hash, upsert
from store.connect import migrate

NOW = "2026-11-25T00:00:00Z"
Listed = list[tuple[str, str | None, str]]

#: Two classes of one day, each newest first, as Kansas and Hawaii list them.
SIGNED: Listed = [
    ("2025-04-07", "executive-signature", "Approved by Governor"),
    ("2025-04-07", "executive-receipt", "Enrolled and presented to Governor"),
]
LATEST: list[tuple[str, Listed, tuple[str, str]]] = [
    # what staff write or copy, and who filed it
    (
        "mi",
        [
            ("2025-03-20", "referral-committee", "referred to Committee on Finance"),
            ("2025-03-25", "printing", "bill electronically reproduced 03/20/2025"),
        ],
        ("2025-03-20", "referred to Committee on Finance"),
    ),
    (
        "ia",
        [
            ("2026-04-09", "executive-signature", "Signed by Governor."),
            ("2026-05-13", "fiscal-note", "Fiscal note."),
            ("2026-05-14", "fiscal-note", "NOBA: Final"),
        ],
        ("2026-04-09", "Signed by Governor."),
    ),
    # a hearing that is filed months after its day, and one that is filed on it
    (
        "ma",
        [
            ("2025-09-29", "committee-passage-favorable", "Bill reported favorably by committee"),
            ("2025-10-20", "hearing", "Hearing scheduled for 07/15/2025 from 01:00 PM-08:00 PM in A-2"),
        ],
        ("2025-09-29", "Bill reported favorably by committee"),
    ),
    (
        "ma",
        [
            ("2025-07-07", "hearing", "Hearing scheduled for 07/15/2025 from 01:00 PM-05:00 PM in A-2"),
            ("2025-07-15", "hearing", "Hearing rescheduled to 07/15/2025 from 01:00 PM-06:00 PM in A-2"),
        ],
        ("2025-07-15", "Hearing rescheduled to 07/15/2025 from 01:00 PM-06:00 PM in A-2"),
    ),
    (
        "in",
        [
            ("2026-01-05", "referral-committee", "First reading: referred to Committee on Education"),
            ("2026-01-05", "sponsorship", "Authored by Representative Heine"),
        ],
        ("2026-01-05", "First reading: referred to Committee on Education"),
    ),
    # the day of the last action backwards
    ("ks", [("2025-03-01", "passage", "Passed"), *SIGNED], ("2025-04-07", "Approved by Governor")),
    (
        "hi",
        [
            ("2026-02-11", "reading-2", "Passed Second Reading and referred to WAM."),
            ("2026-02-11", "committee-passage", "Reported from AEN."),
        ],
        ("2026-02-11", "Passed Second Reading and referred to WAM."),
    ),
    # a list that runs forward stays as it is, also where a bill goes to a committee of the other chamber
    (
        "mi",
        [
            ("2025-03-01", "passage", "Passed by House"),
            ("2025-03-01", "referral-committee", "Referred to Committee on Health"),
        ],
        ("2025-03-01", "Referred to Committee on Health"),
    ),
    # a note moves no bill
    (
        "sc",
        [
            ("2023-01-10", "referral-committee", "Referred to Committee on Education"),
            ("2023-01-31", "clerical", "Scrivener's error corrected"),
        ],
        ("2023-01-10", "Referred to Committee on Education"),
    ),
    (
        "tx",
        [("2026-04-15", "clerical", "Statement(s) of vote recorded in Journal")],
        ("2026-04-15", "Statement(s) of vote recorded in Journal"),
    ),
    # one after the other, whatever the list says; what is in no order stays the last
    (
        "az",
        [
            ("2026-05-05", "executive-veto", "Vetoed by Governor"),
            ("2026-05-05", "executive-receipt", "Transmit to Governor"),
        ],
        ("2026-05-05", "Vetoed by Governor"),
    ),
    (
        "in",
        [
            ("2026-03-05", "became-law", "Public Law 7"),
            ("2026-03-05", "passage", "Signed by the President of the Senate"),
        ],
        ("2026-03-05", "Public Law 7"),
    ),
    (
        "nd",
        [
            ("2025-04-29", "executive-signature", "Signed by Governor"),
            ("2025-04-29", "introduction", "Filed with Secretary Of State"),
        ],
        ("2025-04-29", "Filed with Secretary Of State"),
    ),
    # a day of effect is no action of a law
    (
        "mn",
        [
            ("2026-05-05", "became-law", "Secretary of State Chapter 7"),
            ("2027-01-01", "effective-date", "Effective date 01/01/2027"),
        ],
        ("2026-05-05", "Secretary of State Chapter 7"),
    ),
    (
        "mi",
        [
            ("2026-04-21", "referral-committee", "Referred to Committee of the Whole"),
            ("2026-04-28", "effective-date", "Committee recommended immediate effect"),
        ],
        ("2026-04-28", "Committee recommended immediate effect"),
    ),
    # what Nebraska writes down after the approval was done before
    (
        "ne",
        [
            ("2025-06-06", "amendment-passage", "Portions of LB8 amended into LB7 by AM9"),
            ("2025-06-06", "executive-signature", "Approved by Governor on June 4, 2025"),
        ],
        ("2025-06-04", "Approved by Governor on June 4, 2025"),
    ),
    (
        "ne",
        [
            ("2025-06-06", "amendment-passage", "Portions of LB8 amended into LB7 by AM9"),
            ("2025-05-27", "veto-override-failure", "Failed to become law notwithstanding the objections"),
            ("2025-05-21", "executive-veto", "Returned by Governor without approval on May 20, 2025"),
        ],
        ("2025-05-27", "Failed to become law notwithstanding the objections"),
    ),
    # the day that a sentence about a governor names: filed too early, and reported later, after others of its day
    (
        "id",
        [
            ("2026-04-02", "executive-receipt", "Reported delivered to Governor at 5 p.m. on 04/02/26"),
            ("2026-04-02", "became-law", "Signed by Governor on 04/10/26 Session Law Chapter 7"),
        ],
        ("2026-04-10", "Signed by Governor on 04/10/26 Session Law Chapter 7"),
    ),
    (
        "id",
        [
            ("2026-03-30", "message", "Received from the Governor"),
            ("2026-03-30", "became-law", "Reported Signed by Governor on March 27, 2026"),
        ],
        ("2026-03-27", "Reported Signed by Governor on March 27, 2026"),
    ),
    (
        "ks",
        [
            ("2025-04-11", "motion", "The Legislature having adjourned, the veto is sustained."),
            ("2025-04-11", "executive-veto", "Vetoed by Governor; Returned to Senate on Friday, April 25, 2025"),
            ("2025-04-11", "executive-receipt", "Enrolled and presented to Governor on Friday, April 18, 2025"),
        ],
        ("2025-04-25", "Vetoed by Governor; Returned to Senate on Friday, April 25, 2025"),
    ),
]


def actions(listed: Listed) -> tuple[Action, ...]:
    return tuple(Action(acted_on=day, classification=kind, description=words) for day, kind, words in listed)


@pytest.mark.parametrize(("state", "listed", "found"), LATEST)
def test_the_latest_action_is_what_happened_last(state: str, listed: Listed, found: tuple[str, str]) -> None:
    last = latest_action(actions(listed), jurisdiction=f"us-{state}", source="us_states")
    assert last is not None
    assert (last.acted_on, last.description) == found


def test_only_the_lists_of_open_states_run_backwards() -> None:
    forward = [("2025-03-01", "passage", "Passed"), ("2025-03-01", "referral-committee", "Referred")]
    for source, place, words in (
        ("us_states_legiscan", "us-ks", "Referred"),
        ("us_states", "us-ks", "Passed"),
        ("us_local", "us-ks", "Referred"),
    ):
        last = latest_action(actions(forward), jurisdiction=place, source=source)
        assert last is not None
        assert last.description == words
    assert latest_action((), jurisdiction="us-ks", source="us_states") is None


def test_a_class_comes_at_one_place_of_a_day() -> None:
    orders = load_orders()
    assert orders.rank["enrolled"] < orders.rank["executive-receipt"] < orders.rank["executive-veto"]
    assert orders.rank["executive-signature"] < orders.rank["became-law"]


def bill() -> Bill:
    return Bill(
        id="us-ks-2025-2026-sb7",
        source="us_states",
        jurisdiction="us-ks",
        level="state",
        session="2025-2026",
        identifier="SB 7",
        document_type="bill",
        title="A bill",
        url="https://openstates.org/",
        source_url="https://v3.openstates.org/",
        introduced_on="2025-03-01",
        status="enacted",
        status_on="2025-04-07",
        status_history=(("introduced", "2025-03-01"), ("to_executive", "2025-04-07"), ("enacted", "2025-04-07")),
        actions=actions(SIGNED),
        chamber="upper",
        stamp="s1",
    )


def test_what_is_stored_gets_its_latest_action_without_news_and_without_a_change(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    forward = tmp_path / "latest_action.yml"
    forward.write_text(
        "newest_first: []\nnotes: [nothing]\none_after_the_other: []\nnot_once_decided: []\n", encoding="utf-8"
    )
    with monkeypatch.context() as patch:  # as a version before us stored it
        patch.setattr(module, "load_orders", lambda: load_orders(forward))
        upsert(db, [bill()], now=NOW, silent=True)
    latest = "select latest_action, latest_action_on, changed_at from documents"
    assert db.execute(latest).fetchall() == [("Enrolled and presented to Governor", "2025-04-07", NOW)]
    assert restate(db, now="2026-11-26T00:00:00Z") == 1
    assert db.execute(latest).fetchall() == [("Approved by Governor", "2025-04-07", NOW)]
    assert restate(db, now="2026-11-26T00:00:00Z") == 0
    # A first read gives the same: nothing is stored again, and nothing is told.
    assert db.execute("select record_hash from documents").fetchone() == (record_hash(bill()),)
    assert record_hash(load_document(db, bill().id)) == record_hash(bill())
    counts = upsert(db, [bill()], now="2026-11-27T00:00:00Z", silent=False)
    assert (counts.changed, counts.unchanged) == (0, 1)
    assert db.execute("select count(*) from changes").fetchone() == (0,)
