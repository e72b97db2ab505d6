"""The day of an introduction: New Hampshire files a bill in December and names the day in January on which it is introduced."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlite_utils import Database
from test_us_states import row

from crawlers.items import Action, Bill
from crawlers.parsers import openstates
from crawlers.status.introduction import with_named_day
from crawlers.status.rederive_status import restate
from crawlers.storage.record import load_document, upsert
from store.connect import migrate

NOW = "2025-06-01T00:00:00Z"
FILED = "2024-12-19"
HEARD = Action(acted_on="2025-01-16", description="Hearing: 01/23/2025, Room 100", classification="hearing")


def filed(sentence: str, on: str = FILED) -> Action:
    return Action(acted_on=on, description=sentence, classification="introduction", chamber="upper")


@pytest.mark.parametrize(
    ("sentence", "on", "day"),
    [
        ("Introduced 01/08/2025 and Referred to Judiciary; SJ 2", FILED, "2025-01-08"),
        ("Introduced (in recess of) 01/09/2025 and referred to Finance HJ 3 P. 21", "2025-01-14", "2025-01-09"),
        ("Introduced pursuant to Rule 36c 03/06/2025 HJ 7 P. 98", "2025-03-12", "2025-03-06"),
        ("To Be Introduced 01/08/2025 and Referred to Commerce; SJ 1", FILED, "2025-01-08"),
        ("To Be Introduced 01/16/2025 and Referred to Commerce; SJ 1", FILED, "2025-01-16"),  # it was heard on that day
        ("To Be Introduced 01/29/2025 and Referred to Commerce; SJ 1", FILED, None),  # not yet: nothing later is known
        ("To Be Introduced 01/07/2024 and Referred to Commerce; SJ 1", FILED, FILED),  # last year's January is a slip
        ("Introduced and Adopted VV 12/04/2024 HJ 1", FILED, None),
        ("Introduced", FILED, None),
    ],
)
def test_an_introduction_has_the_day_that_its_sentence_names(sentence: str, on: str, day: str | None) -> None:
    heard = replace(HEARD, acted_on=max(HEARD.acted_on, on))
    said, introduced_on = with_named_day([(filed(sentence, on), ("introduction",)), (heard, ("hearing",))])
    assert introduced_on == day
    assert said[0][0].acted_on == (day or on)
    assert said[1][0] == heard


def test_the_introduction_in_the_other_chamber_is_not_the_bill_s_own() -> None:
    other = filed("Introduced (in recess of) 03/27/2025 and referred to Election Law HJ 11 P. 113", "2025-03-28")
    said, introduced_on = with_named_day([(HEARD, ("hearing",)), (other, ("introduction",))])
    assert introduced_on is None
    assert said[1][0].acted_on == "2025-03-27"


def test_a_stored_bill_gets_the_day_of_its_introduction_and_keeps_its_actions_as_they_are() -> None:
    bill = Bill(
        id="us-nh-2025-sb13",
        source="us_states",
        jurisdiction="us-nh",
        level="state",
        session="2025",
        identifier="SB 13",
        document_type="bill",
        chamber="upper",
        title="A bill",
        url="https://gc.nh.gov/",
        source_url="https://v3.openstates.org/bills/1",
        introduced_on=FILED,
        published_on=FILED,
        status="in_committee",
        status_on=FILED,
        status_history=(("introduced", FILED), ("in_committee", FILED)),
        actions=(filed("Introduced 01/08/2025 and Referred to Judiciary; SJ 2"), replace(HEARD, chamber="upper")),
    )
    db = Database(memory=True)
    migrate(db, "corpus.db")
    upsert(db, [bill], now=NOW, silent=True)
    assert restate(db, now=NOW) == 1
    found = load_document(db, bill.id)
    assert found.published_on == "2025-01-08"
    assert found.status_history == (("introduced", "2025-01-08"), ("in_committee", "2025-01-08"))
    assert found.actions == bill.actions
    assert restate(db, now=NOW) == 0
    assert db.execute("select count(*) from changes").fetchone()[0] == 0


def test_a_bill_that_is_read_gets_the_day_of_its_introduction() -> None:
    said = "Introduced 01/08/2025 and Referred to Judiciary; SJ 2"
    steps = [(FILED, said, ["introduction", "referral-committee"]), (HEARD.acted_on, HEARD.description, ["hearing"])]
    listed = [
        {"description": text, "date": day, "order": at, "classification": classes}
        for at, (day, text, classes) in enumerate(steps)
    ]
    bill = openstates.parse_bill(row(1, "2025-06-01T10:00:00+00:00", first_action_date=FILED, actions=listed))
    assert bill.introduced_on == bill.published_on == "2025-01-08"
    assert bill.status_history[:2] == (("introduced", "2025-01-08"), ("in_committee", "2025-01-08"))
    assert bill.actions[0].acted_on == FILED, "the list of actions is as its source gives it"


def test_a_bill_that_is_only_to_be_introduced_is_in_no_committee_yet() -> None:
    said = "To Be Introduced 01/08/2025 and referred to Judiciary"
    listed = [
        {"description": said, "date": FILED, "order": 0, "classification": ["introduction", "referral-committee"]}
    ]
    bill = openstates.parse_bill(row(1, "2024-12-20T10:00:00+00:00", first_action_date=FILED, actions=listed))
    assert bill.status_history == (("introduced", FILED),)


def test_a_stored_bill_that_is_only_to_be_introduced_leaves_its_committee() -> None:
    said = filed("To Be Introduced 01/08/2025 and referred to Judiciary")
    bill = replace(
        openstates.parse_bill(row(1, "2024-12-20T10:00:00+00:00", first_action_date=FILED, actions=[])),
        introduced_on=FILED,
        published_on=FILED,
        status="in_committee",
        status_on=FILED,
        status_history=(("introduced", FILED), ("in_committee", FILED)),
        actions=(said,),
    )
    db = Database(memory=True)
    migrate(db, "corpus.db")
    upsert(db, [bill], now=NOW, silent=True)
    assert restate(db, now=NOW) == 1
    assert load_document(db, bill.id).status_history == (("introduced", FILED),)
    assert restate(db, now=NOW) == 0


def test_the_latest_of_a_bill_is_not_what_a_minority_of_its_committee_would_have() -> None:
    listed = [
        {"description": text, "date": "2025-11-19", "order": at, "classification": []}
        for at, text in enumerate(
            ("Majority Committee Report: Ought to Pass", "Minority Committee Report: Inexpedient")
        )
    ]
    db = Database(memory=True)
    migrate(db, "corpus.db")
    upsert(db, [openstates.parse_bill(row(1, "2025-11-20T10:00:00+00:00", actions=listed))], now=NOW, silent=True)
    assert db.execute("select latest_action from documents").fetchone() == ("Majority Committee Report: Ought to Pass",)
