"""Where a bill stands: real sentences of Congress, and rules that hold for any order of them."""

# ruff: noqa: E501 (sentences are quoted to the letter)

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.items import STATUSES, Action
from crawlers.parsers.billstatus import TYPES
from crawlers.status.federal import bill_history, classify_action, congress_ends_on, congress_of, congresses_of

#: One real sentence for each rule, and for what no rule should catch.
SENTENCES = [
    ("Became Public Law No: 117-1.", "became-law"),
    ("Signed by President.", "executive-signature"),
    ("Presented to President.", "executive-receipt"),
    ("Vetoed by President.", "executive-veto"),
    ("Pocket Vetoed by President.", "executive-veto"),
    (
        "Failed of passage/not agreed to in House: On passage, the objections of the President to the contrary notwithstanding Failed by the Yeas and Nays: (2/3 required): 221 - 206.",
        "veto-override-failure",
    ),
    (
        "Failed of passage/not agreed to in Senate: Failed of passage in Senate over veto by Yea-Nay Vote. 51 - 41.",
        "veto-override-failure",
    ),
    (
        "Passed/agreed to in House: On passage, the objections of the President to the contrary notwithstanding Passed by the Yeas and Nays: (2/3 required): 322 - 87.",
        "veto-override-passage",
    ),
    ("Passed/agreed to in House: On passage Passed by the Yeas and Nays: 220 - 212 (Roll no. 49).", "passage"),
    ("Passed/agreed to in Senate: Passed Senate with an amendment by Unanimous Consent.", "passage"),
    (
        "Failed of passage/not agreed to in House: On motion to suspend the rules and pass the bill Failed by the Yeas and Nays: (2/3 required): 206 - 217.",
        "failure",
    ),
    (
        "Resolving differences -- House actions: On motion that the House agree to the Senate amendment Agreed to without objection.",
        "differences-resolved",
    ),
    (
        "Resolving differences -- House actions: On motion that the House disagree to the Senate amendment, and request a conference Agreed to by voice vote.",
        "differences",
    ),
    (
        "Resolving differences -- House actions: On motion that the House agree with an amendment to the Senate amendment Agreed to by voice vote.",
        "differences",
    ),
    (
        "Resolving differences -- Senate actions: Senate agreed, under the order of 12/15/22, having achieved 60 votes in the affirmative, to the House amendment to the Senate amendment to H.R. 1437 by Yea-Nay Vote. 71 - 19.",
        "differences-resolved",
    ),
    (
        "Resolving differences -- Senate actions: Senate concurred in the House amendment to S.2089 with an amendment (SA 5133) by Unanimous Consent.",
        "differences",
    ),
    ("Reported (Amended) by the Committee on Agriculture. H. Rept. 117-113, Part I.", "committee-passage"),
    ("Ordered to be Reported by Voice Vote.", "committee-passage"),
    (
        "Select Committee on Intelligence. Original measure reported to Senate by Senator Warner. Without written report.",
        "committee-passage",
    ),
    ("Forwarded by Subcommittee to Full Committee by Voice Vote.", "committee-action"),
    ("Supplemental report filed by the Committee on Armed Services, H. Rept. 117-118, Part II.", None),
    ("Committee on Agriculture discharged.", "committee-discharge"),
    ("Referred to the House Committee on Small Business.", "referral-committee"),
    ("Read the second time and referred to the Committee on Armed Services.", "referral-committee"),
    ("Committee Hearings Held.", "hearing"),
    ("Placed on the Union Calendar, Calendar No. 1.", "calendar"),
    ("Introduced in House", "introduction"),
    ("Received in the House.", "message"),
    ("Sponsor introductory remarks on measure. (CR 7623-7624)", None),
    ("Motion to reconsider laid on the table Agreed to without objection.", None),
]


@pytest.mark.parametrize(("sentence", "word"), SENTENCES)
def test_sentence_has_its_word(sentence: str, word: str | None) -> None:
    assert classify_action(sentence) == word


def history(*steps: tuple[str, str], kind: str = "hr") -> list[str]:
    actions = [Action(acted_on=day, description=text, classification=classify_action(text)) for day, text in steps]
    return [status for status, _ in bill_history(actions, document_type=kind, introduced_on="2021-01-04")]


HOUSE = ("2021-03-03", "Passed/agreed to in House: On passage Passed by the Yeas and Nays: 220 - 212.")
SENATE = ("2021-04-03", "Passed/agreed to in Senate: Passed Senate without amendment by Unanimous Consent.")
REFERRED = ("2021-02-01", "Referred to the House Committee on Small Business.")
FAILED = ("2021-05-01", "Failed of passage/not agreed to in House: On motion to suspend the rules Failed.")


def test_each_kind_of_measure_ends_its_own_way() -> None:
    assert history(REFERRED, HOUSE, SENATE) == [
        "introduced",
        "in_committee",
        "passed_first_chamber",
        "passed_second_chamber",
    ]
    assert history(HOUSE, kind="hres") == ["introduced", "adopted"]
    assert history(HOUSE, SENATE, kind="hconres") == ["introduced", "passed_first_chamber", "adopted"]


def test_a_bill_is_reported_when_its_report_is_filed_not_when_its_committee_votes_for_that() -> None:
    voted = ("2021-03-01", "Ordered to be Reported (Amended) by the Yeas and Nays: 31 - 20.")
    filed = ("2021-04-01", "Reported (Amended) by the Committee on Small Business. H. Rept. 117-12.")
    assert history(REFERRED, voted) == ["introduced", "in_committee"]
    assert history(voted, ("2021-04-02", "Placed on the Union Calendar.")) == ["introduced", "in_committee"]
    assert history(REFERRED, voted, filed) == ["introduced", "in_committee", "reported"]
    senate = ("2021-03-01", "Committee on Indian Affairs. Ordered to be reported without amendment favorably.")
    assert history(senate, kind="s") == ["introduced", "in_committee"]


def test_second_committee_is_no_step_back() -> None:
    assert history(
        HOUSE, ("2021-03-09", "Received in the Senate and Read twice and referred to the Committee on Rules.")
    ) == [
        "introduced",
        "passed_first_chamber",
    ]


def test_failure_holds_until_the_measure_goes_further() -> None:
    assert history(REFERRED, FAILED)[-1] == "failed"
    assert history(REFERRED, FAILED, ("2021-06-01", HOUSE[1]))[-1] == "passed_first_chamber"


def test_failed_motion_after_all_have_passed_is_no_failure_of_the_measure() -> None:
    sent = ("2021-04-20", "Presented to President.")
    assert history(HOUSE, SENATE, sent, FAILED)[-1] == "to_executive"


def test_veto_holds_unless_the_bill_becomes_law_all_the_same() -> None:
    veto = ("2021-06-02", "Vetoed by President.")
    failed = ("2021-06-09", "Failed of passage in Senate over veto by Yea-Nay Vote. 51 - 41.")
    law = ("2021-06-10", "Became Public Law No: 117-1.")
    assert history(HOUSE, SENATE, veto, failed)[-1] == "vetoed"
    assert history(HOUSE, SENATE, veto, law)[-2:] == ["vetoed", "enacted"]


DAYS = st.dates(min_value=date(2021, 1, 4), max_value=date(2022, 12, 31))
ACTIONS = st.lists(st.tuples(DAYS.map(str), st.sampled_from([sentence for sentence, _ in SENTENCES])), max_size=25).map(
    sorted
)


@given(ACTIONS, st.sampled_from(sorted(TYPES)))
def test_history_is_a_path_of_known_steps_with_dates_in_order(steps: list[tuple[str, str]], kind: str) -> None:
    actions = [Action(acted_on=day, description=text, classification=classify_action(text)) for day, text in steps]
    found = bill_history(actions, document_type=kind, introduced_on="2021-01-04")
    assert found[0] == ("introduced", "2021-01-04")
    assert all(status in STATUSES for status, _ in found)
    assert [day for _, day in found] == sorted(day for _, day in found)
    assert all(one != other for (one, _), (other, _) in pairwise(found))
    onward = [
        STATUSES.index(status)
        for status, _ in found
        if status not in ("failed", "withdrawn", "vetoed", "enacted", "adopted")
    ]
    assert onward == sorted(set(onward))


@given(ACTIONS, st.sampled_from(sorted(TYPES)))
def test_more_actions_only_lengthen_the_path(steps: list[tuple[str, str]], kind: str) -> None:
    actions = [Action(acted_on=day, description=text, classification=classify_action(text)) for day, text in steps]
    whole = bill_history(actions, document_type=kind, introduced_on="2021-01-04")
    for cut in range(len(actions)):
        part = bill_history(actions[:cut], document_type=kind, introduced_on="2021-01-04")
        assert whole[: len(part)] == part


def test_congress_of_a_day() -> None:
    assert congress_of("2021-01-02") == 116
    assert congress_of("2021-01-03") == 117
    assert congress_of("2022-12-31") == 117
    assert congress_of("2026-11-25") == 119
    assert congress_ends_on(117) == "2023-01-03"


def test_the_congress_before_is_read_until_its_last_bills_are_recorded() -> None:
    assert congresses_of("2027-01-02") == (119,)
    assert congresses_of("2027-01-03") == congresses_of("2027-04-03") == (120, 119)
    assert congresses_of("2027-04-04") == (120,)
