"""Properties that hold for any text: marks never change it, and search never fails."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.browse import search
from pages.documents.highlight import Mark, excerpts, pieces, telling

spans = st.lists(
    st.tuples(st.integers(-3, 60), st.integers(-3, 60), st.sampled_from(["a", "b"])).map(lambda found: Mark(*found)),
    max_size=8,
)


@given(st.text(max_size=50), spans)
def test_pieces_joined_are_the_text(text: str, found: list[Mark]) -> None:
    cut = pieces(text, found)
    assert "".join(piece.text for piece in cut) == text
    marked = "".join(piece.text for piece in cut if piece.labels)
    inside = {at for span in found if 0 <= span.start < span.end <= len(text) for at in range(span.start, span.end)}
    covered = "".join(text[at] for at in sorted(inside))
    assert "".join(marked.split()) == "".join(covered.split())


@given(st.text(alphabet="ab \n", max_size=50), spans)
def test_no_mark_is_empty_or_goes_over_a_line_break(text: str, found: list[Mark]) -> None:
    marked = [piece.text for piece in pieces(text, found) if piece.labels]
    assert not [words for words in marked if "\n" in words]
    assert not [words for words in marked if not words.strip()]


@given(
    st.lists(st.tuples(st.text(alphabet="ab ", min_size=1, max_size=9).filter(str.strip), st.booleans()), max_size=12)
)
def test_told_evidence_is_few_and_no_part_of_other_evidence(found: list[tuple[str, bool]]) -> None:
    told = telling(found)
    assert len(told) <= 4
    assert bool(told) == bool(found)
    padded = [f" {' '.join(words.casefold().split())} " for words in told]
    assert not [(one, two) for one in padded for two in padded if one is not two and one in two]
    assert set(told) <= {" ".join(words.split()) for words, _ in found}


def test_told_evidence_prefers_rules_and_longer_words() -> None:
    found = [
        ("from E-Rate\nto colleges", False),
        ("library", True),
        ("E-Rate", True),
        ("school library", True),
        ("e-rate", False),
    ]
    assert telling(found) == ["E-Rate", "school library"]
    assert telling([("books", False), ("one. Two", False), ("book", False), ("two", False)]) == ["books", "two"]
    assert telling([("Library", True), ("libraries", True), ("robocall", True), ("The", False)]) == [
        "Library",
        "robocall",
    ]
    assert telling([("of the", False), ("---", False)]) != []


@given(st.text(alphabet="ab ", min_size=1, max_size=400), spans)
def test_excerpts_mark_the_same_words(text: str, found: list[Mark]) -> None:
    marked = [piece.text for cut in excerpts(text, found, around=10, limit=99) for piece in cut if piece.labels]
    assert marked == [piece.text for piece in pieces(text, found) if piece.labels]


_typed = st.lists(
    st.one_of(
        st.sampled_from(["AND", "OR", "NOT", "(", ")", '"', "-", "*", "a", "b*", "a:b", "NEAR(", "^"]),
        st.text(max_size=5),
    ),
    max_size=30,
).map(" ".join)


@pytest.mark.slow
@settings(max_examples=400)
@given(_typed)
def test_search_is_always_an_expression_that_sqlite_takes(typed: str) -> None:
    expression = search.parse(typed).expression
    if expression is None:
        return
    db = sqlite3.connect(":memory:")
    db.execute("create virtual table t using fts5(title, abstract, text, tokenize='porter unicode61')")
    with closing(db):
        assert db.execute("select * from t where t match ?", [expression]).fetchall() == []
