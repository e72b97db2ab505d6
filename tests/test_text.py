"""The one reading of a text: words and sentences with exact offsets, spans, and one list of a document's text fields."""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classify.features import RULE_IN_FIELD
from crawlers.items import Document
from pages.documents.areas_and_positions import FIELD_LABELS
from text.sentences import LONGEST, sentence_at, sentences
from text.spans import FIELDS, Quote, Span
from text.tokens import beginning, chunks, fold, fold_words, forms, tokenize

PIECES = st.sampled_from(
    [
        "U.S.C.",
        "Sec. 3.",
        "H.Res. 5",
        "\n\n",
        "\n",
        ". ",
        "; ",
        "(1) ",
        "“quoted”",
        "\u00a0",
        "é",
        "🙂",
        "İstanbul",
        "E-Rate",
        "• ",
    ]
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=40).map("".join))


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(2, 40))
def test_chunks_joined_are_the_text(text: str, size: int) -> None:
    parts = list(chunks(text, size))
    assert "".join(part for _, part in parts) == text
    assert all(text[offset : offset + len(part)] == part and len(part) <= size for offset, part in parts)


@given(TEXTS, st.integers(0, 1000))
def test_tokens_are_at_their_offsets(text: str, offset: int) -> None:
    found = tokenize(text, offset)
    places = list(zip(found.starts, found.ends, strict=True))
    assert found.folded == [fold(text[start - offset : end - offset]) for start, end in places]
    assert found.folded == fold_words(text)
    assert all(before[1] <= after[0] for before, after in pairwise(places))


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("Libraries’", "library"),
        ("Children’s", "children"),
        ("boxes", "box"),
        ("status", "status"),
        ("access", "access"),
        ("this", "this"),
        ("taxes", "tax"),
    ],
)
def test_fold_reads_plurals_and_possessives_as_one(word: str, folded: str) -> None:
    assert fold_words(word) == [folded]
    assert fold(folded) == folded


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("authorize", ("authorize", "authoriz")),
        ("bureau", ("bureau", "bureaus")),
        ("record", ("record",)),
        ("census", ("census",)),
    ],
)
def test_forms_are_those_that_fold_keeps_apart(word: str, folded: tuple[str, ...]) -> None:
    assert forms(word) == folded


@pytest.mark.parametrize(
    "word", ["libraries", "Library’s", "boxes", "authorizes", "Taxes’", "bureaus", "status", "o'connor"]
)
def test_every_word_begins_as_its_folded_form_says(word: str) -> None:
    assert word.lower().replace("’", "'").startswith(beginning(fold(word)))


@given(
    st.one_of(
        TEXTS, st.text(min_size=LONGEST, max_size=LONGEST * 2), st.text(alphabet="aB .!?\n;\"'U.S1 ", max_size=120)
    )
)
def test_sentences_are_in_order_trimmed_and_lose_nothing(text: str) -> None:
    spans = sentences(text)
    assert all(a < b and text[a:b] == text[a:b].strip() and b - a <= LONGEST for a, b in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(spans[sentence_at(spans, at)] == (a, b) for a, b in spans for at in (a, b - 1))
    assert "".join("".join(text[a:b] for a, b in spans).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("See 17 U.S.C. 108 and Sec. 3 of H.R. 22. It ends.", 2),
        ("The U.S. Code, Sec. 4, is amended by Rep. Lee. Libraries gain.\n\nNext part", 3),
        ("H.Res. 5 and S.J.Res. 9 fall.", 1),
        ("First line\nsecond line. Third", 2),
        ("Title\n\nBody of the act", 2),
        ("No. 5 of the U.S. House.", 1),
        ("The bill • funds a • bars b", 3),
    ],
)
def test_sentences_know_the_abbreviations_of_law(text: str, count: int) -> None:
    assert len(sentences(text)) == count


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("x" * LONGEST * 2, LONGEST),  # nothing to cut after
        ("x" * (LONGEST - 5) + " " + "y" * LONGEST, LONGEST - 5),
        ("x" * (LONGEST - 9) + ", " + "y" * 5 + " " + "z" * LONGEST, LONGEST - 8),
        ("x" * (LONGEST - 15) + "; " + "y" * 5 + ", " + "z" * LONGEST, LONGEST - 14),
    ],
)
def test_an_endless_sentence_is_cut_after_the_best_mark(text: str, first: int) -> None:
    assert sentences(text)[0] == (0, first)


def test_spans_overlap_within_one_field_only() -> None:
    assert Span("text", 0, 5).overlaps(Span("text", 4, 9))
    assert not Span("text", 0, 5).overlaps(Span("text", 5, 9))
    assert not Span("text", 0, 5).overlaps(Span("title", 0, 5))
    assert Quote("title", 0, 3, "Act").place == ("title", 0, 3, "Act")


def test_every_list_of_text_fields_is_the_same() -> None:
    assert set(FIELDS) <= {field.name for field in fields(Document)}
    assert tuple(FIELD_LABELS) == tuple(RULE_IN_FIELD) == FIELDS
