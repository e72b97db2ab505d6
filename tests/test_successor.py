"""The bill that goes on in place of one that was replaced."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator

import pytest
from sqlite_utils import Database

from crawlers.items import Action, Bill, Link
from crawlers.storage.record import upsert
from pages.answers.answer import At
from pages.answers.documents import described, document
from pages.database import Row
from pages.documents.successor import carriers, law_beside, law_instead, successor
from publish.identical_law import IDENTICAL_LAW
from store.connect import migrate

NOW = "2026-11-29T10:00:00Z"


def _bill(number: str, words: str, status: str = "replaced", companions: tuple[str, ...] = ()) -> Bill:
    return Bill(
        id=f"us-ma-194th-{number.lower().replace(' ', '')}",
        source="us_states",
        kind="bill",
        level="state",
        jurisdiction="us-ma",
        session="194th",
        identifier=number,
        document_type="bill",
        title=f"An Act {number}",
        url="https://malegislature.gov/",
        source_url="https://v3.openstates.org/bills/1",
        introduced_on="2025-01-14",
        status=status,
        status_on="2025-05-12",
        actions=(
            Action(acted_on="2025-01-14", description="Accompanied a hearing"),
            Action(acted_on="2025-05-12", description=words, classification="substitution"),
            Action(acted_on="2025-05-13", description="Senate concurred"),
        ),
        links=tuple(
            Link(document_id=f"us-ma-194th-{each}", kind="companion", said_by="us_states") for each in companions
        ),
    )


@pytest.fixture
def corpus() -> Iterator[Database]:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    bills = [
        _bill("S29", "Accompanied a new draft, see S2515"),
        _bill("S2515", "New draft substituted, see H4160"),
        _bill("H4160", "Signed by the Governor", "enacted"),
        _bill("H7", "Accompanied a new draft, see H9999"),
        _bill("H8", "Accompanied H8"),
        _bill("HB 1", "Laid on Table, companion bill(s) passed, see CS/CS/SB 4 (Ch. 2026-228)"),
        _bill("SB 4", "Approved", "enacted"),
        _bill("H10", "Accompanied H11"),
        _bill("H11", "Accompanied H10"),
        _bill("H12", "Accompanied H4160", "reported"),
        _bill("HB 13", "Comp. SB subst."),
        _bill("HB 16", "Comp. SB subst.", companions=("sb4",)),
        _bill("HB 17", "Comp. SB subst.", companions=("sb4", "sf213")),
        _bill("HB 18", "Incorporated by Education", companions=("sb4",)),
        _bill("HSB 14", "Committee report approving bill, renumbered as SF 213. S.J. 466."),
        _bill("HSB 15", "Committee report approving bill, renumbered as []."),
        _bill("SF 213", "Signed by Governor", "enacted"),
        _bill("SF 4371", "Rule 45; subst. General Orders HF3287, SF indefinitely postponed", companions=("hf3827",)),
        _bill("SF 4372", "Rule 45; subst. General Orders HF3287, SF indefinitely postponed", companions=("hf12",)),
        _bill("SF 4373", "Rule 45; subst. General Orders HF3287, SF indefinitely postponed", companions=("hf9999",)),
        _bill(
            "SF 4374", "Rule 45; subst. General Orders HF3287, SF indefinitely postponed", companions=("hf12", "hf3287")
        ),
        _bill("SF 4375", "Combined with S1193 (SCS)", companions=("hf12",)),
        _bill("HF 360", "HF indefinitely postponed", companions=("sf213",)),
        _bill("HB 79", "Crawford Motion to Substitute SB4 for HB79 a Companion Bill - Adopted Voice Vote"),
        _bill("HF 3287", "Introduction and first reading", "failed"),
        _bill("HF 3827", "Governor approval", "enacted"),
        _bill("HF 12", "Introduction and first reading", "failed"),
        _bill("S1193", "Approved", "enacted"),
        _bill("LB 694", "Provisions/portions of LB694 amended into LB150 by AM1491", "reported"),
        _bill("LB 6", "Provisions/portions of LB6 amended into LB150 by AM1"),
        _bill("A 1052", "WITHDRAWN APP P.L.2025, c.244."),
        _bill("AJR 44", "WITHDRAWN APP P.L.2025, JR-22."),
        _bill("A 1204", "WITHDRAWN APP P.L.,2025, c173."),
        _bill("A 12", "WITHDRAWN APP P.L.2025, c.244.", "reported"),
        _bill("LB 150", "Provisions/portions of LB694 amended into LB150 by AM1491", "enacted"),
    ]
    upsert(db, bills, now=NOW, silent=True)
    yield db
    db.close()


def _goes_on(db: Database, number: str) -> str | None:
    row: Row = {"id": f"us-ma-194th-{number}", "status": "replaced" if number != "h12" else "reported"}
    db.conn.row_factory = sqlite3.Row
    found = successor(db.conn, row)
    return found and found["identifier"]


@pytest.mark.parametrize(
    ("number", "other"),
    [
        ("s29", "H4160"),  # past the draft that was replaced itself
        ("s2515", "H4160"),
        ("hb1", "SB 4"),
        ("h7", None),  # not collected
        ("h8", None),  # names itself
        ("h12", None),  # was not replaced
        ("hb13", None),  # no number
        ("hb16", "SB 4"),
        ("hb17", None),  # one of two companions
        ("hb18", None),  # the bill that holds it need not be its companion
        ("hsb14", "SF 213"),
        ("hsb15", None),  # its number was not filed
        ("sf4371", "HF 3827"),  # the companion, whose digits the action swaps
        ("sf4372", None),  # the companion is another bill: nobody can tell which of the two it is
        ("sf4373", "HF 3287"),  # the companion is not collected
        ("sf4374", "HF 3287"),
        ("hf360", "SF 213"),
        ("hb79", "SB 4"),  # Alabama
        ("sf4375", "S1193"),  # of its own chamber, whatever its companion in the other
    ],
)
def test_the_bill_that_goes_on_is_the_end_of_the_chain(corpus: Database, number: str, other: str | None) -> None:
    assert _goes_on(corpus, number) == other


def test_the_bills_between_a_replaced_one_and_the_last_of_its_chain_are_named(corpus: Database) -> None:
    corpus.conn.row_factory = sqlite3.Row
    for number, between in (("s29", ["S2515"]), ("s2515", [])):
        found = successor(corpus.conn, {"id": f"us-ma-194th-{number}", "status": "replaced"})
        assert found is not None
        assert [each["identifier"] for each in found["by_way"]] == between


def test_a_bill_whose_provisions_were_amended_into_another_one_names_it(corpus: Database) -> None:
    corpus.conn.row_factory = sqlite3.Row
    for number, others in (("lb694", [("LB 150", "enacted")]), ("lb150", []), ("s29", [])):
        found = carriers(corpus.conn, {"id": f"us-ma-194th-{number}"})
        assert [(each["identifier"], each["status"]) for each in found] == others


def test_a_bill_that_was_postponed_for_good_once_it_was_in_another_one_is_replaced_by_that(corpus: Database) -> None:
    assert _goes_on(corpus, "lb6") == "LB 150"


@pytest.mark.parametrize(
    ("number", "law"),
    [
        ("a1052", "P.L.2025, c.244"),
        ("ajr44", "P.L.2025, JR-22"),
        ("a1204", "P.L.2025, c.173"),
        ("a12", None),
        ("s29", None),
    ],
)
def test_a_bill_that_was_withdrawn_because_another_is_law_has_the_number_of_that_law(
    corpus: Database, number: str, law: str | None
) -> None:
    """New Jersey: the bill of the session before, which no action names."""
    corpus.conn.row_factory = sqlite3.Row
    row = dict(corpus.table("documents").get(f"us-ma-194th-{number}"))
    assert law_instead(corpus.conn, row) == law
    if law:
        at = At(corpus.conn, datetime.date(2026, 11, 29), "https://example.org")
        assert f"become law in its place: {law}." in document(at, row["id"]).says


def test_programs_learn_which_bill_goes_on_too(corpus: Database) -> None:
    corpus.conn.row_factory = sqlite3.Row
    at = At(corpus.conn, datetime.date(2026, 11, 29), "https://example.org")
    said = document(at, "us-ma-194th-hb16")
    assert [(each["id"], each["status"]) for each in said.result["continues_as"]] == [("us-ma-194th-sb4", "enacted")]
    assert "It goes on under another number: see continues_as." in said.says
    assert document(at, "us-ma-194th-hb13").result["continues_as"] == []


def test_programs_are_not_told_that_a_bill_can_move_whose_identical_one_became_law(corpus: Database) -> None:
    link = {"document_id": "us-ma-194th-h12", "ordinal": 9, "linked_id": "us-ma-194th-sf213", "kind": "Identical bill"}
    at = At(corpus.conn, datetime.date(2026, 11, 29), "https://example.org")
    corpus.conn.row_factory = sqlite3.Row
    assert described(at, ["us-ma-194th-h12"])[0]["can_still_move"] is True
    assert described(at, ["us-ma-194th-sf213"])[0]["can_still_move"] is False, "it is law"
    assert "no longer move" not in document(at, "us-ma-194th-sf213").says
    corpus.table("links").insert({**link, "said_by": "us_states"})
    assert described(at, ["us-ma-194th-h12"])[0]["can_still_move"] is None
    assert "became law: SF 213" in document(at, "us-ma-194th-h12").says


def test_two_bills_that_name_each_other_end(corpus: Database) -> None:
    assert _goes_on(corpus, "h10") in ("H10", "H11")


@pytest.mark.parametrize(
    ("own", "twin", "kind", "of_lists", "of_page"),
    [
        ({}, {}, "Identical bill", True, True),
        ({}, {}, "identical", True, True),
        ({}, {}, "companion", False, True),
        ({}, {}, "Related bill", False, False),
        ({}, {"status": "failed"}, "Identical bill", False, False),
        ({}, {"session": "193rd"}, "Identical bill", False, False),
        ({}, {"jurisdiction": "us-me"}, "Identical bill", False, False),
        ({"status": "failed"}, {}, "Identical bill", False, True),  # it was decided: its status says how
    ],
)
@pytest.mark.parametrize("named_by", ["own", "twin"])
def test_only_a_law_of_the_same_session_takes_the_place_of_its_twin(
    corpus: Database,
    own: dict[str, str],
    twin: dict[str, str],
    kind: str,
    of_lists: bool,
    of_page: bool,
    named_by: str,
) -> None:
    ids = ["us-ma-194th-h12", "us-ma-194th-sf213"]
    for key, change in zip(ids, (own, twin), strict=True):
        corpus.table("documents").update(key, change)
    named, other = ids if named_by == "own" else ids[::-1]
    link = {"document_id": named, "ordinal": 9, "linked_id": other, "kind": kind, "said_by": "us_states"}
    corpus.table("links").insert(link)
    corpus.conn.row_factory = sqlite3.Row
    row = dict(corpus.table("documents").get(ids[0]))
    number = corpus.execute(f"select {IDENTICAL_LAW} from documents d where id = ?", [ids[0]]).fetchone()[0]
    assert (number == "SF 213") == of_lists, number
    assert (law_beside(corpus.conn, row) is not None) == of_page
