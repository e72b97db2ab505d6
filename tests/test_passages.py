"""Passages that two texts share: found with their places in both, near ones too, and never boilerplate."""

from __future__ import annotations

import random

import pytest
from comparison_fixtures import FORMULA, LOANS, LOANS_CHANGED, add, bill
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from comparison.rules import load_rules
from comparison.similarity.passages import LEAST, SharedPassage, prepare, shared
from comparison.similarity.shared_passages import COMMON
from comparison.similarity.shingles import hash_tokens, prints
from comparison.update import update

RULES = load_rules()
SHED = "Sheds for canoes stand on the east bank. Paddles hang dry. Nobody rows after dark without a lamp. "
MILL = "The old mill grinds rye on Tuesdays and oats on other days, as it has since the bridge was built. "


def found(one: str, other: str) -> list[SharedPassage]:
    return shared(prepare(one, RULES), prepare(other, RULES))


def noise(seed: int, number: int = 60) -> str:
    pick = random.Random(seed)
    return " ".join("".join(pick.choices("abcdefghij", k=7)) for _ in range(number)) + ". "


def test_passages_are_found_with_their_places_in_both_texts() -> None:
    one, other = f"{noise(1)}{LOANS} {noise(2)}", f"{MILL}{LOANS}"
    [passage] = found(one, other)
    assert one[passage.first.start : passage.first.end] == LOANS.rstrip(".")
    assert other[passage.second.start : passage.second.end] == LOANS.rstrip(".")
    assert (passage.words, passage.same) == (len(hash_tokens(LOANS).hashes), 1.0)


def test_passages_with_a_few_words_changed_are_one() -> None:
    [passage] = found(f"{noise(1)}{LOANS}", f"{LOANS_CHANGED} {noise(2)}")
    assert 0.9 < passage.same < 1
    assert passage.words > 80


def test_passages_of_case_and_punctuation_alone_do_not_differ() -> None:
    [passage] = found(LOANS.upper(), LOANS.replace(",", " —"))
    assert passage.same == 1


def test_passages_that_moved_are_found_each_where_it_stands() -> None:
    second = LOANS.replace("hotspot", "telescope").replace("signal", "lens").replace("addresses", "stars")
    second = " ".join(reversed(second.split()))
    passages = found(f"{LOANS} {noise(3)}{second}", f"{second} {noise(4)}{LOANS}")
    assert len(passages) == 2
    assert passages[0].second.start > passages[1].second.start


@pytest.mark.parametrize(
    "form",
    [
        FORMULA,
        "Be it enacted by the Senate and House of Representatives of the United States of America in Congress assembled, "
        + FORMULA,
        "The term Secretary means the Secretary of the Interior. The term State has the meaning given the term in section 2. "
        * 4,
        "Nothing in this Act may be construed to limit "
        + "the rights of any person under any other law of any State " * 6
        + ".",
        "A violation of this Act shall be treated as a violation of a rule defining an unfair or deceptive act or practice "
        "prescribed under section 18 of the Act. " + FORMULA,
    ],
)
def test_passages_of_boilerplate_do_not_count(form: str) -> None:
    assert found(f"{SHED}{form} {noise(5)}", f"{MILL}{form} {noise(6)}") == []


def test_passages_shorter_than_the_least_do_not_count() -> None:
    short = " ".join(LOANS.split()[: LEAST - 5])
    assert found(f"{noise(1)}{short} {noise(2)}", f"{noise(3)}{short} {noise(4)}") == []


@pytest.mark.slow
def test_passages_of_a_text_that_repeats_itself_end_soon() -> None:
    assert found("the same words again and again " * 20_000, "the same words again and again " * 20_000) == []


@given(st.text(max_size=400), st.text(max_size=400))
@settings(max_examples=60, deadline=None)
def test_passages_of_any_texts_lie_within_them(one: str, other: str) -> None:
    for passage in found(one + LOANS, LOANS + other):
        assert 0 <= passage.first.start < passage.first.end <= len(one + LOANS)
        assert 0 <= passage.second.start < passage.second.end <= len(LOANS + other)


@given(st.integers(0, 40), st.integers(0, 40))
@settings(max_examples=25, deadline=None)
def test_prints_of_a_passage_do_not_depend_on_what_stands_around_it(before: int, after: int) -> None:
    whole = f"{noise(before)}{LOANS} {LOANS_CHANGED} {noise(after)}"
    assert set(prints(LOANS).tolist()) <= set(prints(whole).tolist())


# --------------------------------------------------------------------- as a step of a run


def pairs(db: Database) -> set[tuple[str, str]]:
    return set(db.execute("select document_id, other_id from shared_texts").fetchall())


def text_of(*parts: str) -> str:
    return "\n\n".join(parts)


def test_sharing_finds_a_short_bill_within_a_long_law(corpus: Database) -> None:
    long = text_of(*(noise(n) for n in range(40)), LOANS, LOANS_CHANGED, *(noise(n) for n in range(40, 80)))
    add(
        corpus,
        bill("us-119-hr1", "Hotspot Privacy Act", text=text_of(LOANS, FORMULA)),
        bill("us-119-s2", "Omnibus of many harbours", text=long, status="enacted"),
        bill("us-119-hr3", "Bridges and ferries of the coast", text=noise(99)),
    )
    update(corpus)
    assert pairs(corpus) == {("us-119-hr1", "us-119-s2"), ("us-119-s2", "us-119-hr1")}
    share = dict(corpus.execute("select document_id, share from shared_texts").fetchall())
    assert share["us-119-hr1"] > 0.9 > 0.1 > share["us-119-s2"]
    row = corpus.execute("select * from shared_passages where document_id = 'us-119-hr1'").fetchone()
    back = corpus.execute("select * from shared_passages where document_id = 'us-119-s2'").fetchone()
    assert row[3:7] == (*back[5:7], *back[3:5])
    assert long[back[3] : back[4]] == LOANS.rstrip(".")


def test_sharing_drops_passages_that_a_new_text_no_longer_has(corpus: Database) -> None:
    add(
        corpus,
        bill("us-119-hr1", "Hotspot Privacy Act", text=LOANS),
        bill("us-119-s2", "Readers of harbours", text=LOANS),
    )
    update(corpus)
    assert pairs(corpus)
    add(corpus, bill("us-119-s2", "Readers of harbours", text=noise(3)))
    update(corpus)
    assert pairs(corpus) == set()
    assert corpus.execute("select count(*) from shared_passages").fetchone() == (0,)


def test_sharing_takes_what_many_texts_have_for_common_property(corpus: Database) -> None:
    add(
        corpus,
        *(
            bill(f"us-119-hr{n}", f"Harbour number {n} of the coast", text=text_of(noise(n), LOANS))
            for n in range(COMMON + 2)
        ),
    )
    update(corpus)
    assert pairs(corpus) == set()


def test_sharing_compares_documents_of_the_register_within_one_rulemaking_only(corpus: Database) -> None:
    rules = [
        bill(f"us-fr-2025-000{n}", f"Hotspots at sea, rule {n}", kind="regulation", document_type="Rule", text=LOANS)
        for n in (1, 2, 3)
    ]
    add(corpus, *rules)
    update(corpus)
    assert pairs(corpus) == set()
    corpus.table("thread_documents").insert_all(
        {"document_id": row["id"], "thread_id": rules[0]["id"], "ordinal": n} for n, row in enumerate(rules[:2])
    )
    add(corpus, *(row | {"text_hash": "new"} for row in rules))
    update(corpus)
    assert pairs(corpus) == {(rules[0]["id"], rules[1]["id"]), (rules[1]["id"], rules[0]["id"])}


def test_sharing_makes_companions_of_bills_with_the_same_text(corpus: Database) -> None:
    add(
        corpus,
        bill("us-119-hr1", "Hotspot Privacy Act", text=text_of(LOANS, noise(1))),
        bill("us-119-s2", "A bill to keep readers' habits to themselves", text=text_of(LOANS, noise(1), FORMULA)),
    )
    update(corpus)
    row = corpus.execute("select kind, basis, documents from look_alike_groups").fetchone()
    assert row == ("companion", "text", 2)
