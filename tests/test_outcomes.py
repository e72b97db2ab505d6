"""Outcomes: suggested from final texts to staff alone, public once confirmed, counted by position, area, year and level."""

from __future__ import annotations

import json
from typing import Any

import pytest
from comparison_fixtures import add, bill
from sqlite_utils import Database

from positions.matching.matcher import Match
from positions.matching.provisions import Provision
from positions.outcomes import outcomes, project, suggest, went
from positions.scorecard import write_scorecard
from publish.listing import publish
from publish.reference import write_reference

NOW = "2026-11-25T00:00:00Z"
SUPPORTED = "The Library Services and Technology Act is extended through 2031."
FINAL = "https://www.govinfo.gov/content/pkg/BILLS-119hr1enr/xml/BILLS-119hr1enr.xml"


def match(
    stance: str, words: str = "It does.", *, reason: str = "acts", position: str = "lf-lsta", field: str = "text"
) -> Match:
    return Match(position, stance, 0.8, Provision(field, 0, len(words), words), f"{reason}: {stance}, {position}")


def value(*found: Match, main: dict[str, set[int]]) -> str | None:
    [outcome] = outcomes(found, {"lf-lsta"}, main)
    return outcome.value


# --------------------------------------------------------------------- what a final text did


@pytest.mark.parametrize(
    ("found", "main", "expected"),
    [
        ([match("support")], {1}, "incorporated"),
        ([match("support")], set(), "incorporated"),
        ([match("support_if_amended")], {1}, "partly"),
        ([match("oppose")], {-1}, "rejected"),
        ([match("oppose"), match("support", reason="another")], {1, -1}, "partly"),
        ([match("oppose"), match("support")], {1}, None),  # one trigger, read both ways
        ([match("oppose")], set(), None),  # the title does not say so
        ([match("oppose")], {1}, None),
        ([match("support")], {-1}, None),
        ([match("watch")], {1}, None),
        ([match("support", "This Act may be cited as the Library Act.")], {1}, None),
        ([match("support", "LIBRARY SERVICES")], {1}, None),
        ([], {1}, "untouched"),
    ],
)
def test_outcomes_follow_from_the_sentences(found: list[Match], main: set[int], expected: str | None) -> None:
    assert value(*found, main={"lf-lsta": main}) == expected


def test_outcomes_of_what_is_said_in_passing_are_for_people() -> None:
    [outcome] = outcomes([match("support")], {"lf-lsta"}, {})
    assert outcome.value is None
    assert outcome.match is not None


@pytest.mark.parametrize(
    ("outcome", "status", "stance", "expected"),
    [
        ("incorporated", "enacted", None, "yes"),
        ("partly", "enacted", "support", "partly"),
        ("rejected", "final", None, "no"),
        ("untouched", "enacted", "support", None),
        ("untouched", "failed", "oppose", "yes"),
        ("untouched", "vetoed", "oppose_unless_amended", "yes"),
        ("untouched", "failed", "support", "no"),
        ("untouched", "failed", "watch", None),
        ("untouched", "failed", None, None),
    ],
)
def test_went_says_whose_way(outcome: str, status: str, stance: str | None, expected: str | None) -> None:
    assert went(outcome, status, stance) == expected


# --------------------------------------------------------------------- suggestions


def tagged(db: Database, row: dict[str, Any], *, versions: tuple[tuple[str, str], ...] = ()) -> None:
    add(db, row)
    db.table("tags").upsert(
        {"document_id": row["id"], "area_id": "library-funding", "probability": 0.9}, pk=("document_id", "area_id")
    )
    db.execute("delete from version_texts where document_id = ?", [row["id"]])
    db.table("version_texts").insert_all(
        {"document_id": row["id"], "version": name, "url": url, "text": row["text"], "fetched_at": NOW}
        for name, url in versions
    )
    db.table("position_matches").upsert(
        {
            "document_id": row["id"],
            "position_id": "lf-lsta",
            "ordinal": 0,
            "score": 0.8,
            "field": "title",
            "start": 0,
            "end": 4,
            "words": row["title"],
        },
        pk=("document_id", "position_id", "ordinal"),
    )


def suggested(staff: Database) -> dict[str, tuple[str | None, str | None]]:
    return {
        row[0]: row[1:]
        for row in staff.execute(
            "select document_id, outcome, words from suggested_outcomes where position_id = 'lf-lsta'"
        )
    }


def test_suggest_reads_the_enrolled_text(corpus: Database, staff: Database) -> None:
    law = bill("us-119-hr1", "To extend the Library Services and Technology Act", text=SUPPORTED, status="enacted")
    tagged(corpus, law, versions=(("Enrolled Bill", FINAL),))
    assert suggest(corpus, staff) == 1
    assert suggested(staff) == {"us-119-hr1": ("incorporated", SUPPORTED)}
    assert suggest(corpus, staff) == 0


@pytest.mark.parametrize(("mark", "expected"), [("added", "incorporated"), ("struck", "rejected")])
def test_suggest_reads_what_the_final_text_changes(corpus: Database, staff: Database, mark: str, expected: str) -> None:
    kept = "The Library Services and Technology Act is repealed in 1996."  # law that the bill only reprints
    text = f"SECTION 1. The code is amended to read:\n{kept}\n{SUPPORTED}"
    title = "To extend the Library Services and Technology Act"
    if mark == "struck":
        title = "To repeal the Library Services and Technology Act"
    tagged(corpus, bill("us-wa-2025-hb1", title, text=text, status="enacted"), versions=(("Enrolled", "https://x/1"),))
    at = text.index(SUPPORTED)
    corpus.execute("update version_texts set marks = ?", [json.dumps([[at, at + len(SUPPORTED), mark]])])
    suggest(corpus, staff)
    assert suggested(staff) == {"us-wa-2025-hb1": (expected, SUPPORTED)}


def test_suggest_says_nothing_without_the_final_text(corpus: Database, staff: Database) -> None:
    law = bill("us-119-hr1", "To extend the Library Services and Technology Act", text=SUPPORTED, status="enacted")
    tagged(corpus, law, versions=(("Introduced in House", FINAL.replace("enr", "ih")),))
    tagged(
        corpus, bill("us-tx-892-hb1", "Extending the Library Services and Technology Act", text=None, status="enacted")
    )
    suggest(corpus, staff)
    assert suggested(staff) == {}


def test_suggest_knows_that_what_failed_changed_nothing(corpus: Database, staff: Database) -> None:
    tagged(
        corpus, bill("us-tx-892-hb1", "Extending the Library Services and Technology Act", text=None, status="failed")
    )
    suggest(corpus, staff)
    assert suggested(staff) == {"us-tx-892-hb1": ("untouched", None)}


def test_suggest_takes_of_a_rule_its_summary_alone(corpus: Database, staff: Database) -> None:
    passing = "One comment said that the Library Services and Technology Act is repealed by nobody."
    rule = bill(
        "us-fr-2025-1",
        "Grants to States under the Library Services and Technology Act",
        kind="regulation",
        status="final",
    )
    rule["text"] = f"SUMMARY: This rule extends the Library Services and Technology Act grants.\nDATES: Now.\n{passing}"
    tagged(corpus, rule)
    suggest(corpus, staff)
    [(_, words)] = suggested(staff).values()
    assert words is not None
    assert "This rule extends" in words


def test_suggest_leaves_out_what_only_honours(corpus: Database, staff: Database) -> None:
    row = bill(
        "us-119-sres1", "A resolution designating April as Library Services and Technology Act Month", text=SUPPORTED
    )
    tagged(corpus, row | {"status": "adopted", "document_type": "sres"}, versions=(("ATS", FINAL),))
    suggest(corpus, staff)
    assert suggested(staff) == {}


def test_suggest_takes_back_what_no_longer_holds(corpus: Database, staff: Database) -> None:
    row = bill("us-tx-892-hb1", "Extending the Library Services and Technology Act", text=None, status="failed")
    tagged(corpus, row)
    suggest(corpus, staff)
    add(corpus, row | {"status": "in_committee"})
    suggest(corpus, staff)
    assert suggested(staff) == {}


# --------------------------------------------------------------------- what staff confirmed


def decide(db: Database, document: str, subject: str, value: str | None, verdict: str = "confirm") -> None:
    db.table("decisions").insert(
        {
            "document_id": document,
            "subject": subject,
            "verdict": verdict,
            "value": value,
            "words": "A passage.",
            "decided_on": "2026-11-01",
        },
        alter=True,
    )


@pytest.fixture
def decided(corpus: Database) -> Database:
    write_reference(corpus)
    publish(corpus, NOW)
    add(
        corpus,
        bill("us-119-hr1", "A law on library money", status="enacted", status_on="2026-03-01"),
        bill("us-tx-892-hb2", "A bill on library money", status="failed", status_on="2025-06-01"),
        bill("us-tx-892-hb3", "Another bill on library money", status="failed", status_on="2025-06-01"),
    )
    decide(corpus, "us-119-hr1", "outcome:lf-lsta", "incorporated")
    decide(corpus, "us-119-hr1", "outcome:lf-save-imls", "partly")
    decide(corpus, "us-tx-892-hb2", "outcome:lf-lsta", "untouched")
    decide(corpus, "us-tx-892-hb2", "stance", "oppose")
    decide(corpus, "us-tx-892-hb3", "outcome:lf-lsta", "untouched")
    decide(corpus, "us-tx-892-hb3", "outcome:lf-save-imls", None, verdict="reject")
    return corpus


def test_project_makes_confirmed_outcomes_public_and_rejected_ones_not(decided: Database) -> None:
    assert project(decided) == 4
    rows = {(row[0], row[1]): row[2:4] for row in decided.execute("select * from outcomes")}
    assert rows == {
        ("us-119-hr1", "lf-lsta"): ("incorporated", "yes"),
        ("us-119-hr1", "lf-save-imls"): ("partly", "partly"),
        ("us-tx-892-hb2", "lf-lsta"): ("untouched", "yes"),
        ("us-tx-892-hb3", "lf-lsta"): ("untouched", None),
    }
    assert project(decided) == 0


def test_project_follows_when_a_decision_is_taken_back(decided: Database) -> None:
    project(decided)
    decided.execute("delete from decisions where document_id = 'us-119-hr1'")
    assert project(decided) == 2
    assert decided.execute("select count(*) from outcomes").fetchone() == (2,)


def test_scorecard_counts_by_each_dimension(decided: Database) -> None:
    project(decided)
    write_scorecard(decided)
    rows = {(row[0], row[1]): row[2:] for row in decided.execute("select * from scorecard")}
    assert rows["all", "all"] == (4, 2, 1, 0, 1, 0.8333)
    assert rows["position", "lf-lsta"] == (3, 2, 0, 0, 1, 1.0)
    assert rows["year", "2025"] == (2, 1, 0, 0, 1, 1.0)
    assert rows["level", "federal"] == (2, 1, 1, 0, 0, 0.75)
    assert rows["area", "library-funding"][0] == 4
    assert write_scorecard(decided) == 0


def test_scorecard_is_empty_without_outcomes(corpus: Database) -> None:
    publish(corpus, NOW)
    assert write_scorecard(corpus) == 0
    assert corpus.execute("select count(*) from scorecard").fetchone() == (0,)


def test_suggested_outcomes_never_reach_the_public_file(corpus: Database) -> None:
    publish(corpus, NOW)
    assert "suggested_outcomes" not in corpus.table_names()
