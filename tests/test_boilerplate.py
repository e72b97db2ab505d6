"""Set phrases of notices: left out before tagging and matching, with every other word where it was."""

from __future__ import annotations

import pytest

from classify.encoder import words_of
from classify.tagger import Tagger
from text.boilerplate import load_boilerplate, title_words, without_boilerplate, without_opening
from text.tokens import tokenize

RULE = "The rule opens the records of the agency."
FORMULA = "Individuals with disabilities can obtain this document in an accessible format."


def test_a_set_phrase_takes_its_whole_sentence_and_nothing_else() -> None:
    text = f"{RULE} {FORMULA} {RULE}"
    words = tokenize(text, 100)
    kept = without_boilerplate(text, words, 100)
    assert kept.folded == tokenize(f"{RULE} {RULE}").folded
    assert {text[start - 100 : end - 100] for start, end in zip(kept.starts, kept.ends, strict=True)} == set(
        RULE.strip(".").split()
    )


def test_a_text_without_one_stays_as_it_is() -> None:
    words = tokenize(RULE)
    assert without_boilerplate(RULE, words) is words
    assert without_boilerplate("", tokenize("")).folded == []


def test_a_title_that_is_running_text_is_read_as_text_and_one_without_a_word_says_nothing() -> None:
    running = f"The panel meets in June and talks of the plans of several agencies. {FORMULA}"
    assert title_words(running, tokenize(running)).folded == tokenize(running.removesuffix(FORMULA)).folded
    short = "Auxiliary aids for voters"
    assert title_words(short, tokenize(short)).folded == tokenize(short).folded, "a formula in a title like any other"
    assert title_words("Id.", tokenize("Id.")).folded == []
    assert title_words("$SOS", tokenize("$SOS")).folded == ["sos"]


def test_every_pattern_is_found_in_its_own_words() -> None:
    for item in load_boilerplate().sentences:
        said = " ".join(
            word.split("|")[0].rstrip("*").replace("_", " ") for word in item.source.replace("..", " ").split()
        )
        assert without_boilerplate(said, tokenize(said)).folded == [], item.source


def test_a_set_phrase_is_evidence_of_no_area_but_a_title_is() -> None:
    def areas(title: str, abstract: str) -> set[str]:
        ((_, tagging),) = Tagger().tag_batch([("x", title, abstract, None)])
        return {tag.area for tag in tagging.areas if tag.tagged}

    plain = areas("Grants for farms", "The office makes grants.")
    assert areas("Grants for farms", f"The office makes grants. {FORMULA}") == plain
    assert "government-information" in areas("Sunshine Act Meetings", "")


@pytest.mark.parametrize(
    ("opening", "rest"),
    [
        (
            "By Mr. Tarr, a petition (accompanied by bill, Senate, No. 2076) of Bruce E. Tarr",
            " for legislation on tax credits. Revenue.",
        ),
        (
            "By Representative Kane of Shrewsbury and Senator Velis, a joint petition (accompanied by bill, House, No. 772) "
            "(subject to Joint Rule 12) of Hannah Kane, John C. Velis and others",
            " relative to voters.",
        ),
        ("A petition (accompanied by bill) of Tracy Stewart,", " for legislation to ban tires."),
        (
            "Senate, June 2, 2025 -- The committee on Education, to whom was referred the petition (accompanied by bill, "
            "Senate, No. 47) of Michael O. Moore",
            " for legislation on libraries, reports the accompanying bill.",
        ),
    ],
)
def test_who_asks_for_a_bill_says_nothing_of_what_it_does(opening: str, rest: str) -> None:
    told = without_opening(opening + rest)
    assert told == " " * len(opening) + rest, "every offset stays"
    read = words_of("A title", opening + rest)
    assert read == f"A title. {rest.strip()}", "the transformer reads the same"
    ((_, tagging),) = Tagger().tag_batch([("x", "An Act relative to voters", opening + rest, None)])
    assert not any(
        each.start < len(opening) for tag in tagging.areas for each in tag.evidence if each.field == "abstract"
    )


@pytest.mark.parametrize(
    "summary",
    ["", "A petition drive needs signatures of 5% of the voters for the ballot.", "The petition of voters for a vote."],
)
def test_a_summary_that_names_nobody_stays_whole(summary: str) -> None:
    assert without_opening(summary) == summary
