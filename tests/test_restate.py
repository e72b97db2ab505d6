"""New rules reach what is stored, and tell no news about it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database
from test_imports import MODULES, imports

from crawlers.items import Action, Bill, Document, Law, Sponsor, Title
from crawlers.status import federal
from crawlers.status import rederive_status as module
from crawlers.status.rederive_status import RULES, begin, restate, version
from crawlers.storage.record import load_document, rewrite, upsert
from store.connect import migrate

NOW = "2026-11-25T00:00:00Z"


@pytest.fixture
def corpus() -> Database:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    # As a version before us left it: a sentence without class, and a status that forgets it.
    bill = Bill(
        id="us-117-hr7",
        source="us_bills",
        jurisdiction="us",
        level="federal",
        session="117",
        identifier="H.R. 7",
        document_type="hr",
        title="A bill",
        url="https://www.congress.gov/",
        source_url="https://www.govinfo.gov/",
        introduced_on="2021-01-28",
        status_on="2021-01-28",
        status_history=(("introduced", "2021-01-28"),),
        actions=(
            Action(acted_on="2021-01-28", description="Referred to the House Committee on Education and Labor."),
            Action(acted_on="2021-04-15", description="Passed/agreed to in House: On passage Passed: 217 - 210."),
        ),
        stamp="s1",
    )
    upsert(db, [bill], now=NOW, silent=True)
    return db


def test_restate_brings_actions_and_status_up_to_the_rules(corpus: Database) -> None:
    assert restate(corpus, now=NOW) == 1
    bill = load_document(corpus, "us-117-hr7")
    assert [action.classification for action in bill.actions] == ["referral-committee", "passage"]
    assert (bill.status, bill.status_on) == ("passed_first_chamber", "2021-04-15")
    assert bill.status_history[1] == ("in_committee", "2021-01-28")


def test_restate_gives_a_stored_law_its_number(corpus: Database) -> None:
    bill = load_document(corpus, "us-117-hr7")
    signed = Action(acted_on="2021-06-10", description="Became Private Law No: 117-1.")
    rewrite(corpus, [replace(bill, actions=(*bill.actions, signed))], now=NOW)
    assert restate(corpus, now=NOW) == 1
    assert load_document(corpus, "us-117-hr7").laws == (Law(kind="Private Law", number="117-1"),)
    assert not corpus.execute("select 1 from changes where kind = 'law'").fetchall()


def test_restate_takes_back_a_report_that_a_committee_only_voted_for(corpus: Database) -> None:
    bill = load_document(corpus, "us-117-hr7")
    ordered = Action(acted_on="2021-03-24", description="Ordered to be Reported by Voice Vote.")
    old = (*bill.status_history, ("in_committee", "2021-01-28"), ("reported", "2021-03-24"))
    stored = replace(bill, actions=(bill.actions[0], ordered), status="reported", status_on="2021-03-24")
    rewrite(corpus, [replace(stored, status_history=old)], now=NOW)
    assert restate(corpus, now=NOW) == 1
    again = load_document(corpus, "us-117-hr7")
    assert again.status_history == (("introduced", "2021-01-28"), ("in_committee", "2021-01-28"))
    assert (again.status, again.status_on) == ("in_committee", "2021-01-28")
    assert corpus.execute("select count(*) from changes").fetchone() == (0,)


def test_restate_writes_abstracts_from_titles_that_are_stored(corpus: Database) -> None:
    bill = load_document(corpus, "us-117-hr7")
    title = Title(kind="Short Title(s) from Engrossed Amendment Senate bill text", title="Libraries Act")
    rewrite(corpus, [replace(bill, titles=(title,), abstract="What another source says.")], now=NOW)
    restate(corpus, now=NOW)
    assert load_document(corpus, "us-117-hr7").abstract == "As the Senate amended it: Libraries Act."


def test_what_was_derived_again_stays_when_another_source_speaks(corpus: Database) -> None:
    bill = load_document(corpus, "us-117-hr7")
    assert isinstance(bill, Bill)
    text = replace(bill, source="us_bill_text", text="Be it enacted", actions=(), status_on=None, status_history=())
    upsert(corpus, [text], now=NOW, silent=True)
    restate(corpus, now=NOW)
    upsert(corpus, [replace(text, text="Be it enacted by the Senate")], now=NOW, silent=True)
    kept = load_document(corpus, "us-117-hr7")
    assert (kept.status, kept.text) == ("passed_first_chamber", "Be it enacted by the Senate")


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


def test_restate_keeps_an_abstract_of_another_source(corpus: Database) -> None:
    rewrite(corpus, [replace(load_document(corpus, "us-117-hr7"), abstract="What another source says.")], now=NOW)
    restate(corpus, now=NOW)
    assert load_document(corpus, "us-117-hr7").abstract == "What another source says."


def test_restate_tells_no_news_and_keeps_the_stamp(corpus: Database) -> None:
    restate(corpus, now=NOW)
    assert corpus.execute("select count(*) from changes").fetchone()[0] == 0
    assert corpus.execute("select stamp from provenance").fetchall() == [("s1",)]


def test_restate_leaves_the_mark_on_what_its_source_no_longer_lists(corpus: Database) -> None:
    corpus.execute("update documents set missing_since = ?", [NOW])
    assert restate(corpus, now="2026-11-26T00:00:00Z") == 1
    assert corpus.execute("select missing_since from documents").fetchall() == [(NOW,)]
    upsert(corpus, [load_document(corpus, "us-117-hr7")], now=NOW, silent=True)
    assert corpus.execute("select missing_since from documents").fetchall() == [(None,)]


def test_restate_does_nothing_until_the_rules_change(corpus: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    restate(corpus, now=NOW)
    assert restate(corpus, now=NOW) == 0
    monkeypatch.setattr(module, "version", lambda name: "another")
    monkeypatch.setattr(federal, "classify_action", lambda description: None)
    assert restate(corpus, now=NOW) == 1
    assert load_document(corpus, "us-117-hr7").status == "introduced"


def test_rules_of_one_source_leave_the_others_alone(corpus: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    restate(corpus, now=NOW)
    asked: list[str] = []
    monkeypatch.setattr(module, "restate_source", lambda db, source, *_: asked.append(source) or 0)
    monkeypatch.setitem(RULES, "us_regulations", (federal.FILE,))
    restate(corpus, now=NOW)
    assert asked == ["us_regulations"]


def test_a_corpus_begins_with_the_present_rules(corpus: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = Database(memory=True)
    migrate(empty, "corpus.db")
    begin(empty)
    begin(empty)
    assert dict(empty.execute("select * from derivations").fetchall()) == {name: version(name) for name in RULES}
    monkeypatch.setattr(module, "restate_source", lambda *_: pytest.fail("read everything again"))
    assert restate(empty, now=NOW) == 0
    begin(corpus)  # has a document of before: nobody knows its rules
    assert corpus.execute("select * from derivations").fetchall() == []


#: The modules that derive again, by the rules of others.
DERIVING = {f"crawlers.status.rederive_{part}" for part in ("status", "states", "batches")}
#: What parsers read with; the list of states; and LegiScan's bills of Congress, which nothing derives again.
NO_RULES = {"crawlers.parsers.json_reader", "crawlers.parsers.states", "text.yaml_config", "crawlers.status.federal"}


def test_the_hashes_of_rules_miss_no_module_that_they_are_made_of(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    names = {path: name for name, path in MODULES.items()}
    monkeypatch.setattr(Path, "read_bytes", lambda path: hashed.append(names.get(path, "")) or b"")
    of_any: set[str] = set()
    for name in RULES:
        hashed.clear()
        version(name)
        of_any |= set(hashed)
        assert _rules_in(set(hashed) - {""}) <= set(hashed) | NO_RULES, name
    assert _rules_in(DERIVING) - DERIVING <= of_any | {
        "crawlers.parsers.federal_register"
    }  # for the name of its office


def _rules_in(modules: set[str]) -> set[str]:
    found = {name for each in modules for name in imports(MODULES[each])} & MODULES.keys()
    return {name for name in found if name.startswith(("crawlers.parsers.", "crawlers.status.", "text."))}


@pytest.mark.parametrize(
    ("sentence", "status", "after"),
    [
        ("Bill not proceeded with", "withdrawn", "failed"),
        ("Dropped from the Senate Order Paper", "withdrawn", "failed"),
        ("Bill withdrawn", "withdrawn", "withdrawn"),
    ],
)
def test_a_bill_of_canada_that_is_not_proceeded_with_was_not_withdrawn_by_its_sponsors(
    sentence: str, status: str, after: str
) -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    upsert(db, [_of_canada((sentence, "withdrawal"), status=status)], now=NOW, silent=True)
    restate(db, now=NOW)
    bill = load_document(db, "ca-44-1-c243")
    assert (bill.status, bill.status_on) == (after, "2023-05-11")
    assert bill.status_history == (("introduced", "2022-02-08"), (after, "2023-05-11"))


def test_a_law_of_canada_was_not_withdrawn_on_its_way() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    events = (("Bill not proceeded with", "withdrawal"), ("Royal assent", "became-law"))
    upsert(db, [_of_canada(*events, status="enacted")], now=NOW, silent=True)
    assert restate(db, now=NOW) == 1
    assert load_document(db, "ca-44-1-c243").status_history == (("introduced", "2022-02-08"), ("enacted", "2023-05-11"))


@pytest.mark.parametrize(
    ("kind", "source", "key", "before", "title", "after"),
    [
        ("bill", "uk_bills", "uk-bills-3764", "3764", "Renters’ Rights Act 2025", "Renters’ Rights Act 2025"),
        ("case", "us_courts", "us-court-docket7", "docket 7", "Doe v. Roe (D.D.C., 1:26-cv-00576)", "1:26-cv-00576"),
        ("case", "us_courts", "us-court-opinion8", "opinion 8", "In re A.B. (Vt.)", "In re A.B. (Vt.)"),
        ("case", "us_court_opinions", "us-court-ca5-26-1", "ca5-26-1", "Doe v. Roe (Fifth Circuit, 26-1)", "26-1"),
    ],
)
def test_what_was_called_by_the_key_of_its_source_is_called_as_people_do(
    kind: str, source: str, key: str, before: str, title: str, after: str
) -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    place = {
        "jurisdiction": key[:2],
        "session": key.split("-")[1],
        "level": "court" if kind == "case" else "international",
    }
    address = {"url": "https://example.org/", "source_url": "https://example.org/"}
    cls = Bill if kind == "bill" else Document
    stored = cls(id=key, kind=kind, source=source, identifier=before, title=title, **place, **address)
    upsert(db, [stored], now=NOW, silent=True)
    assert restate(db, now=NOW) == 1
    assert load_document(db, key).identifier == after
    assert db.execute("select count(*) from changes").fetchone() == (0,)


def _of_canada(*events: tuple[str, str], status: str) -> Bill:
    """A bill of Canada's House as an earlier version stored it, with its last events, all on one day."""
    first = Action(acted_on="2022-02-08", description="Introduction and first reading", classification="introduction")
    last = [Action(acted_on="2023-05-11", description=words, classification=word) for words, word in events]
    steps = [("withdrawn", "2023-05-11"), *([(status, "2023-05-11")] if status != "withdrawn" else [])]
    return Bill(
        id="ca-44-1-c243",
        source="ca_bills",
        jurisdiction="ca",
        level="international",
        session="44-1",
        identifier="C-243",
        chamber="lower",
        title="A bill",
        url="https://www.parl.ca/",
        source_url="https://www.parl.ca/",
        introduced_on="2022-02-08",
        status=status,
        status_on="2023-05-11",
        status_history=(("introduced", "2022-02-08"), *steps),
        actions=(first, *last),
    )


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
        ("HF indefinitely postponed", "failure", "failed", "replaced"),
        ("Accompanied a new draft, see S2515", "substitution", "introduced", "replaced"),
        ("Substituted by A3318 (1R)", "substitution", "reported", "replaced"),  # its report is not stored
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
    bill = replace(bill, sponsors=halves, subjects=("Libraries", "(vetoed)", "(Claims Bills)"))
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
