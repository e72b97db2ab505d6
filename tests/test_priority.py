"""Which documents library staff must see: every example of the rules, what decides in which order, and what is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import NOW, ROOT
from sqlite_utils import Database

from crawlers.items import KINDS
from derive.grading import grade_all
from derive.priority import BY_MODEL, BY_POSITION, COMPANION, BadRules, Facts, Grade, PriorityRules, Rule, shared
from positions.catalog.catalog import load_catalog
from positions.catalog.records import LEVELS

RULES = PriorityRules()
#: A document of each level, and what a rule that does not say otherwise needs.
IDS = {
    "federal": "us-119-hr1",
    "state": "us-ia-2025-2026-hf1",
    "local": "us-ny-nyc-2022-int1",
    "abroad": "ca-44-1-c1",
    "corporate": "corp-contrib-x",
}
CASES = [
    pytest.param(rule, title, holds, id=f"{rule.id}: {title[:60]}")
    for rule in (*RULES.never, *RULES.must_see)
    for holds, titles in ((True, rule.examples), (False, rule.counterexamples))
    for title in titles
]


def facts(rule: Rule, title: str) -> Facts:
    return Facts(
        id=IDS[min(rule.levels, key=LEVELS.index) if rule.levels else "federal"],
        kind=min(rule.kinds, key=KINDS.index) if rule.kinds else "bill",
        names=tuple(title.split(" | ")),
        areas=rule.areas or {"library-funding"},
        moved=True,
    )


@pytest.mark.parametrize(("rule", "title", "holds"), CASES)
def test_every_example_of_a_rule_falls_under_it_and_no_counterexample_does(rule: Rule, title: str, holds: bool) -> None:
    grade = RULES.grade(facts(rule, title))
    if rule.at_most is None:
        assert (grade.priority == 2 and grade.why == rule.id) is holds or (holds and grade.priority == 2)
    else:
        assert (grade.priority <= rule.at_most and grade.why == rule.id) is holds or (
            holds and grade.priority <= rule.at_most
        )


def test_every_rule_has_examples_of_both_kinds_and_known_words() -> None:
    ids = [rule.id for rule in (*RULES.never, *RULES.must_see)]
    assert len(ids) == len(set(ids))
    for rule in (*RULES.never, *RULES.must_see):
        assert rule.examples, rule.id
        assert rule.counterexamples, rule.id
        assert rule.levels <= set(LEVELS), rule.id
        assert rule.kinds <= set(KINDS), rule.id


def test_positions_that_decide_are_in_the_catalog() -> None:
    catalog = load_catalog()
    known = {position.id for position in (*catalog.positions, *catalog.unlisted)}
    assert (RULES.alone | RULES.together | RULES.with_libraries | RULES.federal) <= known


LIBRARY_BILL = Facts(id="us-ia-2025-2026-hf1", names=("An act relating to public libraries",), areas={"literacy"})


def test_a_document_without_an_area_has_no_priority() -> None:
    assert RULES.grade(LIBRARY_BILL).priority == 2
    assert RULES.grade(Facts(id=LIBRARY_BILL.id, names=LIBRARY_BILL.names)) == Grade(0, at_most=0)


def test_what_nobody_has_to_act_on_wins_over_all_that_is_at_stake() -> None:
    notice = Facts(
        id="us-fr-2025-1",
        kind="regulation",
        names=("Notice of Suspension; Schools and Libraries Universal Service Support Mechanism",),
        areas={"telecommunications"},
        positions={"tc-erate"},
        model=2,
    )
    assert (RULES.grade(notice).priority, RULES.grade(notice).why) == (0, "debarment")


def test_a_federal_bill_on_a_fight_needs_to_move_or_to_have_sponsors() -> None:
    def bill(**more: object) -> int:
        return RULES.grade(
            Facts(
                id="us-117-hr1",
                names=("A bill to amend section 230 of the Communications Act of 1934",),
                areas={"intellectual-freedom"},
                **more,  # type: ignore[arg-type]
            )
        ).priority

    assert (bill(), bill(sponsors=2), bill(sponsors=3), bill(moved=True)) == (1, 1, 2, 2)


def test_a_position_decides_where_the_document_names_libraries() -> None:
    def bill(opening: str, *positions: str) -> Grade:
        return RULES.grade(
            Facts(
                id="us-ks-2025-2026-hb1",
                names=("An act relating to crimes",),
                opening=opening,
                areas={"intellectual-freedom"},
                positions=positions,
            )
        )

    assert bill("Ends the exemption of libraries.", "if-no-criminal-liability") == Grade(2, BY_POSITION)
    assert bill("Ends the exemption of theaters.", "if-no-criminal-liability") == Grade(1)
    assert bill("", "if-readers-in-prison") == Grade(2, BY_POSITION)
    assert bill("", "if-no-criminal-liability", "if-no-viewpoint-removal") == Grade(2, BY_POSITION)
    assert bill("Ends the exemption of theaters.", "cl-equal-access") == Grade(1)


def test_the_model_decides_only_where_the_first_words_name_libraries() -> None:
    def bill(opening: str) -> Grade:
        return RULES.grade(
            Facts(
                id="us-ky-2026rs-hb1",
                names=("AN ACT relating to education.",),
                opening=opening,
                areas={"literacy"},
                model=2,
            )
        )

    assert bill("Require each school to employ a librarian.") == Grade(2, BY_MODEL)
    assert bill("Require each school to employ a nurse.") == Grade(1)
    assert bill(f"{'word ' * 100}. The legislative library receives a report.") == Grade(1)


def test_a_draft_that_nobody_introduced_is_no_priority() -> None:
    lost = "Prohibit book bans in public libraries"
    for kind, grade in ((None, 2), ("draft", 1)):
        found = RULES.grade(
            Facts(id="us-mt-2025-lc1403", names=(lost,), areas={"intellectual-freedom"}, document_type=kind)
        )
        assert found.priority == grade, kind


def test_companions_share_the_highest_grade_but_never_over_what_a_document_can_have() -> None:
    grades = {"a": Grade(2, "libraries"), "b": Grade(1), "c": Grade(0, "statues", 0), "d": Grade(1)}
    found = shared(grades, [["a", "b", "c", "unknown"]])
    assert found == grades | {"b": Grade(2, COMPANION)}


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    text = (ROOT / "derive/priority.yml").read_text(encoding="utf-8")
    path = tmp_path / "priority.yml"
    for broken in (text.replace("  - id: debarment", "  - title: 3", 1), text.replace('"debar*"', '"de*"'), "never: ["):
        path.write_text(broken, encoding="utf-8")
        with pytest.raises(BadRules, match=r"priority\.yml"):
            PriorityRules(path)


# --------------------------------------------------------------------- what is written


@pytest.fixture
def graded(corpus: Database) -> Database:
    """Two companions about libraries, one of which only the other's title names; a statue; a bill without an area."""
    titles = {
        "us-ia-2025-2026-hf1": "A bill for an act relating to public libraries and their boards.",
        "us-ia-2025-2026-sf2": "A bill for an act relating to local boards.",
        "us-119-hr3": "To direct the Joint Committee on the Library to obtain a statue.",
        "us-119-hr4": "To support library infrastructure.",
    }
    for key, title in titles.items():
        place = key.split("-")[1]
        corpus.table("documents").insert(
            {
                "id": key,
                "kind": "bill",
                "source": "us_bills",
                "jurisdiction": "us" if place.isdigit() else f"us-{place}",
                "level": "federal" if place.isdigit() else "state",
                "session": "119",
                "identifier": key,
                "title": title,
                "url": "https://x",
                "status": "introduced",
                "first_seen_at": NOW,
                "changed_at": NOW,
                "text_hash": key,
                "record_hash": key,
            }
        )
        corpus.table("taggings").insert(
            {
                "document_id": key,
                "text_hash": key,
                "version": "v",
                "priority": 1,
                "priority_score": 0.2,
                "model_priority": 1,
                "model_score": 0.2,
            }
        )
        if key != "us-119-hr4":
            corpus.execute("insert into tags values (?, 'library-funding', 0.9)", [key])
    corpus.execute(
        "insert into links values ('us-ia-2025-2026-sf2', 0, 'us-ia-2025-2026-hf1', 'companion', 'us_states', null)"
    )
    return corpus


def stored(db: Database) -> dict[str, tuple[int, float, str | None]]:
    return {row[0]: row[1:] for row in db.execute("select document_id, priority, priority_score, why from taggings")}


def test_grades_are_written_with_their_reason_and_must_see_ranks_first(graded: Database) -> None:
    assert grade_all(graded) == 3
    assert stored(graded) == {
        "us-ia-2025-2026-hf1": (2, 0.6, "libraries"),
        "us-ia-2025-2026-sf2": (2, 0.6, COMPANION),
        "us-119-hr3": (0, 0.098, "statues"),
        "us-119-hr4": (1, 0.2, None),
    }


def test_what_congress_calls_identical_is_tied_however_its_kind_is_written(graded: Database) -> None:
    graded.execute("update links set kind = 'Identical bill'")
    grade_all(graded)
    assert stored(graded)["us-ia-2025-2026-sf2"] == (2, 0.6, COMPANION)


def test_a_second_time_nothing_is_written_and_only_what_changed_is_graded_again(graded: Database) -> None:
    grade_all(graded)
    assert grade_all(graded) == 0
    graded.execute(
        "update documents set title = 'A bill for an act relating to boards of health.' where id like '%hf1'"
    )
    assert grade_all(graded) == 2
    assert {key: each[0] for key, each in stored(graded).items()} == {
        "us-ia-2025-2026-hf1": 1,
        "us-ia-2025-2026-sf2": 1,
        "us-119-hr3": 0,
        "us-119-hr4": 1,
    }


def test_a_bill_of_congress_has_moved_once_its_committee_voted_to_report_it(graded: Database) -> None:
    graded.execute("update documents set title = 'A bill to amend section 230 of an Act.' where id = 'us-119-hr4'")
    graded.execute("insert into tags values ('us-119-hr4', 'privacy', 0.9)")
    grade_all(graded)
    assert stored(graded)["us-119-hr4"][0] == 1, "nobody has moved it, and few have sponsored it"
    graded.execute(
        "insert into actions (document_id, ordinal, acted_on, description, classification) "
        "values ('us-119-hr4', 0, '2025-03-03', 'Ordered to be Reported by Voice Vote.', 'committee-passage')"
    )
    grade_all(graded)
    assert stored(graded)["us-119-hr4"][0] == 2


# --------------------------------------------------------------------- the two lists


def of_list(name: str) -> list[dict[str, Any]]:
    lines = (ROOT / f"classify/gold/priority/{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_the_lists_of_taken_up_documents_and_look_alikes_are_facts_with_their_source() -> None:
    rows = of_list("must_see")
    taken_up = [row for row in rows if row["must_see"]]
    look_alikes = [row for row in rows if not row["must_see"]]
    assert len({row["id"] for row in rows}) == len(rows)
    assert len(taken_up) >= 60
    assert len(look_alikes) >= 60
    assert all(row["by"] and row["about"] and row["source_url"].startswith("http") for row in taken_up)
    assert all(row["why"] for row in look_alikes)


LISTS = ("must_see", "must_see_second", "must_see_third", "must_see_fourth", "must_see_fifth", "must_see_sixth")


@pytest.mark.parametrize("place", range(1, len(LISTS)), ids=LISTS[1:])
def test_the_lists_of_others_say_who_acted_and_name_nothing_that_an_earlier_one_names(place: int) -> None:
    rows = of_list(LISTS[place])
    known = {row["id"] for name in LISTS[:place] for row in of_list(name)}
    assert len({row["id"] for row in rows} - known) == len(rows)
    assert all(row["by"] and row["what"] if row["must_see"] else row["why"] for row in rows)
    assert {row["must_see"] for row in rows} == {True, False}
