"""New rules reach the bills of states that are stored, and tell no news about them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlite_utils import Database
from test_restate import NOW

from crawlers.items import Action, Bill, Sponsor
from crawlers.status.rederive_status import restate
from crawlers.storage.record import load_document, upsert
from store.connect import migrate


def _of_state(sentence: str, word: str, status: str) -> Bill:
    """A bill of Tennessee's Senate as an earlier version stored it, with its last action."""
    return Bill(
        id="us-tn-114-sb1",
        source="us_states",
        jurisdiction="us-tn",
        level="state",
        session="114",
        identifier="SB 1",
        document_type="bill",
        chamber="upper",
        title="A bill",
        url="https://www.capitol.tn.gov/",
        source_url="https://v3.openstates.org/bills/1",
        introduced_on="2025-01-14",
        status=status,
        status_on="2025-01-15" if status != "introduced" else "2025-01-14",
        status_history=(("introduced", "2025-01-14"), *([(status, "2025-01-15")] if status != "introduced" else ())),
        actions=(
            Action(acted_on="2025-01-14", description="Introduced", classification="introduction", chamber="upper"),
            Action(acted_on="2025-01-15", description=sentence, classification=word, chamber="upper"),
        ),
    )


def test_what_a_state_said_stays_derived_again_when_legiscan_speaks() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    bill = replace(
        _of_state("not adopted", "passage", "passed_first_chamber"), jurisdiction="us-md", id="us-md-114-sb1"
    )
    heard = Action(acted_on="2025-01-14", description="Hearing 2/10 at 11:00 a.m.", chamber="upper")
    bill = replace(bill, actions=(heard, *bill.actions))
    other = replace(bill, source="us_states_legiscan", actions=bill.actions[:2], status="introduced")
    other = replace(other, status_on="2025-01-14", status_history=bill.status_history[:1])
    for each in (bill, other):
        upsert(db, [each], now=NOW, silent=True)
    restate(db, now=NOW)
    upsert(db, [replace(other, abstract="A new word")], now=NOW, silent=True)
    stored = load_document(db, bill.id)
    assert (stored.status, stored.abstract) == ("failed", "A new word")
    assert [each.starts_at for each in stored.events] == ["2025-02-10T11:00:00"]
    record = "select json_extract(record, '$.status') from observations where source = 'us_states'"
    assert db.execute(record).fetchall() == [("failed",)]


def test_what_a_source_that_does_not_lead_said_is_derived_again_too() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    bill = _of_state("Introduced", "introduction", "introduced")
    received = Action(acted_on="2025-01-15", description="Senate/ to Governor in Executive Branch - Governor")
    other = replace(bill, source="us_states_legiscan", actions=(received,), status="passed", status_on="2025-01-15")
    other = replace(other, status_history=(*bill.status_history, ("passed", "2025-01-15")))
    for each in (bill, other):
        upsert(db, [each], now=NOW, silent=True)
    restate(db, now=NOW)
    upsert(db, [replace(bill, abstract="A new word")], now=NOW, silent=True)
    assert load_document(db, bill.id).status == "to_executive"


@pytest.mark.parametrize(("word", "step"), [("executive-receipt", "to_executive"), ("became-law", "enacted")])
def test_restate_finds_the_passage_that_is_listed_after_what_followed_it(word: str, step: str) -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    later = [
        Action(acted_on="2025-01-15", description="Acted", classification=each, chamber="upper")
        for each in (word, "passage")
    ]
    bill = _of_state("Referred", "referral-committee", step)
    upsert(db, [replace(bill, actions=(bill.actions[0], *later))], now=NOW, silent=True)
    restate(db, now=NOW)
    assert load_document(db, bill.id).status_history == (
        ("introduced", "2025-01-14"),
        ("passed_first_chamber", "2025-01-15"),
        (step, "2025-01-15"),
    )


@pytest.mark.parametrize(
    ("sentence", "word", "before", "after"),
    [
        ("Passed on Second Consideration, refer to Senate Rules", "passage", "passed_first_chamber", "in_committee"),
        ("Third reading, passed; yeas, 40; nays, 9.", "reading-3", "introduced", "passed_first_chamber"),
        ("Third reading, passed; yeas, 40; nays, 9.", "reading-3", "in_committee", "passed_first_chamber"),
        ("Third reading, passed; yeas, 40; nays, 9.", "reading-3", "reported", "reported"),
        ("W/D", "withdrawal", "withdrawn", "in_committee"),
        ("Committee Report: Inexpedient to Legislate, Vote 3-2", "committee-failure", "in_committee", "reported"),
        ("Received", "enrolled", "passed", "introduced"),
        ("Read 1st time & referred to Committee on Education", "introduction", "introduced", "in_committee"),
        ("Scheduled for the House Journal Addenda", "hearing", "in_committee", "introduced"),
        ("HF indefinitely postponed", "failure", "failed", "replaced"),
        ("Accompanied a new draft, see S2515", "substitution", "introduced", "replaced"),
        ("Substituted by A3318 (1R)", "substitution", "reported", "replaced"),  # its report is not stored
        ("WITHDRAWN APP P.L.2025, c.244.", "withdrawal", "withdrawn", "replaced"),
        ("Comp. became Pub. Ch. 270", "became-law", "enacted", "introduced"),  # that it was replaced is another action
        ("not adopted", "passage", "passed_first_chamber", "failed"),
        ("HELD BY THE GOVERNOR.", "", "introduced", "to_executive"),
        ("Committee report approving bill, renumbered as SF 213.", "committee-passage", "reported", "replaced"),
        ("Subcommittee recommends passage.", "committee-passage-favorable", "reported", "in_committee"),
        ("NOBA: House Full Approps", "committee-action", "in_committee", "introduced"),
        ("Failed in s/c K-12 Subcommittee of Education Committee", "committee-failure", "in_committee", "failed"),
        ("Reported and Referred to Assembly Budget Committee", "referral-committee", "in_committee", "reported"),
    ],
)
def test_a_passage_that_was_none_or_was_not_told_is_put_right_where_the_status_follows_from_what_is_stored(
    sentence: str, word: str, before: str, after: str
) -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    upsert(db, [_of_state(sentence, word, before)], now=NOW, silent=True)
    assert restate(db, now=NOW) == (before != after)
    bill = load_document(db, "us-tn-114-sb1")
    assert bill.status == after
    assert restate(db, now=NOW) == 0
    assert db.execute("select count(*) from changes").fetchone()[0] == 0


def test_an_order_that_was_called_a_bill_is_adopted_and_a_docket_number_has_passed_no_chamber() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    order = replace(_of_state("Adopted", "passage", "passed_first_chamber"), title="Order relative to co-sponsorship")
    docket = replace(order, id="us-tn-114-sb2", title="An act", document_type="proposed bill")
    upsert(db, [order, docket], now=NOW, silent=True)
    assert restate(db, now=NOW) == 2
    stored = [load_document(db, each.id) for each in (order, docket)]
    assert [(each.document_type, each.status) for each in stored] == [
        ("order", "adopted"),
        ("proposed bill", "introduced"),
    ]


def test_a_vote_that_sent_a_bill_of_new_hampshire_to_a_second_committee_no_longer_counts() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    bill = _of_state("Ought to Pass: MA VV 01/15/2025  HJ 5", "passage", "passed_first_chamber")
    referred = Action(
        acted_on="2025-01-15", description="Referred to Finance", classification="referral-committee", chamber="upper"
    )
    upsert(db, [replace(bill, actions=(*bill.actions, referred))], now=NOW, silent=True)
    assert restate(db, now=NOW) == 1
    assert load_document(db, bill.id).status == "in_committee"


def test_what_was_only_placed_on_file_becomes_a_message() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    report = _of_state("Placed on file", "clerical", "introduced")
    upsert(db, [replace(report, actions=report.actions[1:])], now=NOW, silent=True)
    assert restate(db, now=NOW) == 1
    stored = load_document(db, report.id)
    assert (stored.document_type, stored.status, stored.status_on) == ("message", "notice", "2025-01-14")


def test_a_bill_of_one_chamber_that_was_said_to_have_passed_both_has_passed() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    bill = _of_state("Passed on Final Reading 48-0-1", "passage", "passed_second_chamber")
    actions = tuple(replace(each, chamber="legislature") for each in bill.actions)
    upsert(db, [replace(bill, chamber="legislature", actions=actions)], now=NOW, silent=True)
    assert restate(db, now=NOW) == 1
    assert load_document(db, bill.id).status_history == (("introduced", "2025-01-14"), ("passed", "2025-01-15"))


def test_the_day_of_a_referral_that_is_stored_with_the_introduction_alone_stays() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    bill = _of_state("Subcommittee recommends passage.", "committee-passage-favorable", "reported")
    report = Action(acted_on="2025-01-20", description="Committee report", classification="committee-passage")
    history = (bill.status_history[0], ("in_committee", "2025-01-14"), bill.status_history[1])
    upsert(db, [replace(bill, actions=(*bill.actions, report), status_history=history)], now=NOW, silent=True)
    assert restate(db, now=NOW) == 1
    assert load_document(db, bill.id).status_history == (*history[:2], ("reported", "2025-01-20"))


def test_a_joint_resolution_that_is_a_law_and_an_agreement_that_did_not_count_are_put_right() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    adopted = replace(
        _of_state("Act No. 264", "became-law", "adopted"), document_type="joint resolution", identifier="SJR 1"
    )
    agreed = replace(_of_state("Concurred in House amendments", "amendment-passage", "introduced"), id="us-tn-114-sb2")
    upsert(db, [adopted, agreed], now=NOW, silent=True)
    assert restate(db, now=NOW) == 2
    assert [load_document(db, key).status for key in (adopted.id, agreed.id)] == ["enacted", "passed"]


def test_a_signature_gets_its_day_even_where_the_steps_before_it_do_not_follow_from_what_is_stored() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    bill = _of_state("Signed by Governor on 01/20/25 Session Law Chapter 3", "executive-signature", "enacted")
    history = (bill.status_history[0], ("passed_first_chamber", "2025-01-14"), bill.status_history[1])
    upsert(db, [replace(bill, status_history=history)], now=NOW, silent=True)
    assert restate(db, now=NOW) == 1
    stored = load_document(db, bill.id)
    assert (stored.status_on, stored.status_history) == ("2025-01-20", (*history[:2], ("enacted", "2025-01-20")))
    db.execute("update derivations set version = 'old' where name = 'passages'")
    assert restate(db, now=NOW) == 0


def test_a_resolution_that_its_source_calls_a_bill_is_adopted() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    resolution = _of_state("Senate Third Reading Passed - No Amendments", "passage", "passed_first_chamber")
    upsert(db, [replace(resolution, identifier="SR 1")], now=NOW, silent=True)
    assert restate(db, now=NOW) == 1
    stored = load_document(db, resolution.id)
    assert (stored.document_type, stored.status) == ("resolution", "adopted")


def test_a_resolution_of_both_chambers_that_one_passed_is_not_adopted() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    resolution = _of_state("adopted", "passage", "adopted")
    upsert(db, [replace(resolution, identifier="HCR 0007", document_type="resolution")], now=NOW, silent=True)
    assert restate(db, now=NOW) == 1
    stored = load_document(db, resolution.id)
    assert (stored.document_type, stored.status) == ("concurrent resolution", "passed_first_chamber")


def test_a_resolution_that_the_other_chamber_referred_is_not_adopted() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    resolution = replace(_of_state("Adopted, sent to House", "passage", "adopted"), document_type="resolution")
    received = Action(acted_on="2025-01-16", description="Introduced", classification="introduction", chamber="lower")
    referred = replace(received, description="Referred to Transportation", classification="referral-committee")
    own = replace(resolution, id="us-tn-114-sr2", identifier="SR 2", actions=(*resolution.actions, received))
    upsert(db, [replace(resolution, actions=(*own.actions, referred)), own], now=NOW, silent=True)
    assert restate(db, now=NOW) == 1
    stored = load_document(db, resolution.id)
    assert (stored.document_type, stored.status) == ("concurrent resolution", "passed_first_chamber")
    assert load_document(db, own.id).status == "adopted", "the other chamber was told of it"


def test_a_message_of_a_governor_that_its_source_calls_a_proclamation_waits_for_nothing() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    message = replace(
        _of_state("Received.", "receipt", "introduced"), identifier="GM1209", document_type="proclamation"
    )
    upsert(
        db, [replace(message, title="Informing the Legislature that the Governor signed a bill")], now=NOW, silent=True
    )
    assert restate(db, now=NOW) == 1
    stored = load_document(db, message.id)
    assert (stored.document_type, stored.status, stored.status_on) == ("message", "notice", "2025-01-14")
    assert restate(db, now=NOW) == 0


def test_a_bill_without_a_day_of_introduction_is_put_right_too() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    bill = _of_state("Passed on Second Consideration", "passage", "passed_first_chamber")
    bill = replace(bill, introduced_on=None, actions=bill.actions[1:], status_history=bill.status_history[1:])
    upsert(db, [bill], now=NOW, silent=True)
    assert restate(db, now=NOW) == 1
    assert load_document(db, bill.id).status == "introduced"


def test_an_override_that_an_earlier_version_did_not_count_undoes_the_veto() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    acted = [("veto-override-passage", "upper"), ("veto-override-passage", "lower"), ("executive-veto", "lower")]
    actions = tuple(
        Action(acted_on="2025-01-15", description=word, classification=word, chamber=chamber) for word, chamber in acted
    )
    bill = _of_state("x", "filing", "vetoed")
    upsert(db, [replace(bill, actions=(bill.actions[0], *actions))], now=NOW, silent=True)
    assert restate(db, now=NOW) == 1
    assert load_document(db, bill.id).status == "enacted"


def test_a_resolution_that_a_chamber_refused_is_no_longer_adopted() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    acted = [
        ("Adopted", "passage", "upper"),
        ("Motion to concur with amendments failed; Yea 59", "motion", "upper"),
        ("Adopted as amended", "passage", "lower"),
    ]
    actions = tuple(
        Action(acted_on="2025-01-15", description=text, classification=word, chamber=chamber)
        for text, word, chamber in acted
    )
    bill = replace(_of_state("x", "filing", "adopted"), document_type="concurrent resolution", identifier="SCR 1")
    history = (bill.status_history[0], ("passed_first_chamber", "2025-01-15"), bill.status_history[1])
    stored = replace(bill, actions=(bill.actions[0], *actions), status_history=history)
    upsert(db, [stored], now=NOW, silent=True)
    assert restate(db, now=NOW) == 1
    assert load_document(db, bill.id).status == "passed_second_chamber"


def test_half_names_and_notes_among_the_subjects_of_stored_state_bills_are_mended() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    bill = _of_state("Introduced", "introduction", "introduced")
    halves = tuple(Sponsor(name=name, role="sponsor") for name in ("Kusch", "LEE", "M."))
    bill = replace(bill, sponsors=halves, subjects=("Libraries", "(vetoed)", "(Claims Bills)", "k"))
    other = replace(bill, id="us-tx-89-sb1", jurisdiction="us-tx", sponsors=halves[:2], subjects=("Vetoed bills",))
    upsert(db, [bill, other], now=NOW, silent=True)
    assert restate(db, now=NOW) == 1
    stored = load_document(db, bill.id)
    assert [each.name for each in stored.sponsors] == ["Kusch", "LEE, M."]
    assert stored.subjects == ("Libraries",)
    assert db.execute("select count(*) from changes").fetchone() == (0,)


def test_a_bill_of_legiscan_that_the_governor_received_is_with_the_governor() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    bill = replace(
        _of_state("Senate/ to Governor in Executive Branch - Governor", "", "passed"), source="us_states_legiscan"
    )
    upsert(db, [bill], now=NOW, silent=True)
    assert restate(db, now=NOW) == 1
    stored = load_document(db, bill.id)
    assert (stored.status, stored.status_on) == ("to_executive", "2025-01-15")
    assert stored.status_history == (*bill.status_history, ("to_executive", "2025-01-15"))
    db.execute("update derivations set version = 'old' where name = 'passages'")
    assert restate(db, now=NOW) == 0
