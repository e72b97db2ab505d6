"""Identifiers and stored text: one form for each, whatever a source calls it."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawlers.items import FEDERAL_TYPES, BadRecord, clean, document_id, slug

#: What identifiers are made of: the sources' own habits, and what nobody expects.
PIECES = st.lists(
    st.sampled_from(
        ["H", "R", "hr", ".", " ", "0", "00", "1", "42", "-", "–", "é", "ß", "№", "/", "\n", "S.J.Res.", "HB", "int"]
    )
    | st.characters(),
    max_size=8,
).map("".join)
JURISDICTIONS = st.sampled_from(["us", "us-tx", "us-fr", "US", "ca", "eu"])


@given(JURISDICTIONS, PIECES, PIECES)
def test_id_is_a_plain_key_or_the_record_is_refused(jurisdiction: str, session: str, identifier: str) -> None:
    try:
        key = document_id(jurisdiction, session, identifier)
    except BadRecord:
        assert not slug(session) or not slug(identifier)
        return
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key)


@given(JURISDICTIONS, st.sampled_from(["117", "89R", "2025-26"]), PIECES.filter(slug))
@example("us-tx", "89r", "int-0123-2024")
@example("us", "117", "s-0-0")
def test_id_of_its_own_parts_is_itself(jurisdiction: str, session: str, identifier: str) -> None:
    key = document_id(jurisdiction, session, identifier)
    last = key.removeprefix(f"{slug(jurisdiction)}-{slug(session)}-")
    assert document_id(slug(jurisdiction), slug(session), last) == key


@given(
    st.sampled_from(sorted(FEDERAL_TYPES)),
    st.integers(1, 99999),
    st.integers(0, 4),
    st.sampled_from(["", " ", ". ", "-", "."]),
)
def test_federal_id_is_congress_s_word_without_leading_zeros(kind: str, number: int, zeros: int, gap: str) -> None:
    for spelled in (kind, kind.upper(), ".".join(kind.upper())):
        key = document_id("us", "117", f"{spelled}{gap}{'0' * zeros}{number}")
        assert key == f"us-117-{FEDERAL_TYPES[kind]}{number}"


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        (("us", "119", "H.R. 1234"), "us-119-hr1234"),
        (("us", "119", "hcr5"), "us-119-hconres5"),
        (("us", "119", "H. Con. Res. 5"), "us-119-hconres5"),
        (("us-tx", "89R", "HB 00900"), "us-tx-89r-hb900"),
        (("us-tx", "89R", "SCR 3"), "us-tx-89r-scr3"),  # a state's words stay its own
        (("us-fr", "2026", "2026-01234"), "us-fr-2026-2026-01234"),  # no letters: zeros are part of the number
        (("us", "117", "HR 0"), "us-117-hr0"),
        (("us", "116", "hr1"), "us-116-hr1"),  # the same number in another session is another document
    ],
)
def test_id_examples(parts: tuple[str, str, str], key: str) -> None:
    assert document_id(*parts) == key


def test_hostile_number_does_not_stall_the_pattern() -> None:
    assert document_id("us", "117", "a-" * 50_000 + "!").startswith("us-117-a-")


DIRT = [" ", "\n", "\r\n", "\t", "\u00a0", "\u2028", "\x00", "\x85", "e\u0301", "a", "\ud800"]


@given(st.text() | st.lists(st.sampled_from(DIRT)).map("".join))
@example("\x1f\n \n\n\n\x0c a")
def test_clean_is_idempotent_and_normalised(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    if once is not None:
        assert once == once.strip()
        assert once
        assert "  " not in once
        assert "\n\n\n" not in once
        assert unicodedata.is_normalized("NFC", once)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", once)
        once.encode("utf-8")


def test_an_accent_behind_a_control_character_joins_its_letter() -> None:
    assert clean("cafe\x05\u0301") == clean(clean("cafe\x05\u0301")) == "caf\u00e9"


def test_clean_keeps_words_and_paragraphs() -> None:
    assert clean("  one \t two\r\n\r\n\r\n three  ") == "one two\n\nthree"
    assert clean("   ") is None
    assert clean("") is None
    assert clean(None) is None
