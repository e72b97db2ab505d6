"""Properties that hold for any text: marks never change it, and search never fails."""

from __future__ import annotations

import sqlite3

from hypothesis import given, settings
from hypothesis import strategies as st

from pages import search
from pages.highlight import Span, passages, pieces

spans = st.lists(
    st.tuples(st.integers(-3, 60), st.integers(-3, 60), st.sampled_from(["a", "b"])).map(lambda found: Span(*found)),
    max_size=8,
)


@given(st.text(max_size=50), spans)
def test_pieces_joined_are_the_text(text: str, found: list[Span]) -> None:
    cut = pieces(text, found)
    assert "".join(piece.text for piece in cut) == text
    marked = "".join(piece.text for piece in cut if piece.labels)
    inside = {at for span in found if 0 <= span.start < span.end <= len(text) for at in range(span.start, span.end)}
    assert marked == "".join(text[at] for at in sorted(inside))


@given(st.text(alphabet="ab ", min_size=1, max_size=400), spans)
def test_passages_mark_the_same_words(text: str, found: list[Span]) -> None:
    marked = [piece.text for cut in passages(text, found, around=10, limit=99) for piece in cut if piece.labels]
    assert marked == [piece.text for piece in pieces(text, found) if piece.labels]


_typed = st.lists(
    st.one_of(
        st.sampled_from(["AND", "OR", "NOT", "(", ")", '"', "-", "*", "a", "b*", "a:b", "NEAR(", "^"]),
        st.text(max_size=5),
    ),
    max_size=30,
).map(" ".join)


@settings(max_examples=400)
@given(_typed)
def test_search_is_always_an_expression_that_sqlite_takes(typed: str) -> None:
    expression = search.parse(typed).expression
    if expression is None:
        return
    db = sqlite3.connect(":memory:")
    db.execute("create virtual table t using fts5(title, abstract, text, tokenize='porter unicode61')")
    db.execute("select * from t where t match ?", [expression]).fetchall()
    db.close()
