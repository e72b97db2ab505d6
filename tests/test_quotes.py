"""The words that are shown with a match: what a reader understands without the rest of the document."""

from __future__ import annotations

import pytest

from positions.matching.matcher import Matcher
from positions.matching.matches import Match
from positions.matching.provisions import Provision
from positions.matching.quotes import quoted
from positions.relevance.relevance import matched
from text.sentences import sentences


def match(field: str, words: str, text: str, named: str | None = None) -> Match:
    start = text.index(words)
    provision = Provision(field, start, start + len(words), words)
    title = Provision("title", 0, len(named), named) if named else None
    return Match("a-position", "watch", 0.5, provision, "reason", named=title)


@pytest.mark.parametrize(
    "words",
    [
        "Short title This Act may be cited as the “Open Shelves Act”.",
        "(c) Shelf.—For purposes of this section, the term shelf means a board.",
        "(b) Rule.—Nothing in this title shall be construed to close a shelf.",
        "(3) Shelves need wood.",
        "Amendments to the Shelves Act of 1978",
        "that lend shelves.",
        "Title 3 of the code is amended by adding a new chapter to read as follows: CHAPTER 9 SHELVES.",
        "Subject: Shelves (Docket No. 1).",
        "The report required by this shelf lists each shelf.",
        "The Department appreciates the support for shelves.",
    ],
)
def test_a_sentence_of_the_text_that_says_nothing_gives_way_to_the_title(words: str) -> None:
    found = match("text", words, words, named="Open shelves in each town")
    assert quoted(found, {"text": words}).provision.words == "Open shelves in each town"
    alone = match("text", words, words)
    assert quoted(alone, {"text": words}) is alone, "nothing else names the position"


@pytest.mark.parametrize(
    "words",
    [
        "Section 17.4—Shelves of Towns\n8.",
        "(b) Shelves specified.— The shelves specified in this subsection are the following:\n(1) Shelf 3.",
    ],
)
def test_an_entry_of_a_table_and_what_leads_a_list_give_way_to_any_title(words: str) -> None:
    shown = quoted(match("text", words, words), {"title": "Open Shelves Act", "text": words}).provision
    assert (shown.field, shown.start, shown.end, shown.words) == ("title", 0, 16, "Open Shelves Act")


@pytest.mark.parametrize(
    "words",
    [
        "The Shelf Act was enacted by the Council in 2020.",
        "The act defines a shelf.",
        "A shelf keeper is an entity that owns shelves.",
    ],
)
def test_a_definition_or_a_law_of_before_in_a_summary_gives_way_to_the_title(words: str) -> None:
    shown = quoted(match("abstract", words, words), {"title": "Open Shelves Act", "abstract": words}).provision
    assert (shown.field, shown.words) == ("title", "Open Shelves Act")


def test_a_sentence_of_the_text_that_says_something_is_shown() -> None:
    words = "Each town shall keep its shelves open on two days of the week."
    found = match("text", words, words, named="Open shelves in each town")
    assert quoted(found, {"text": words}) is found


@pytest.mark.parametrize(
    ("summary", "shown"),
    [
        (
            "Amends the Shelves Act. Provides that a shelf is open. Effective soon.",
            "Amends the Shelves Act. Provides that a shelf is open.",
        ),
        (
            "Creates the Shelves Act. Defines terms. Opens each shelf in town.",
            "Creates the Shelves Act. Defines terms. Opens each shelf in town.",
        ),
        ("Shelves Act of 2031\n\nThis bill opens shelves.", "Shelves Act of 2031\n\nThis bill opens shelves."),
        ("Amends the Shelves Act.", "Amends the Shelves Act."),
        ("Amends the Shelves Act. " + "Opens shelves and " * 40 + "tables.", "Amends the Shelves Act."),
        ("Amends the Shelves Act to open shelves. Closes doors.", "Amends the Shelves Act to open shelves."),
    ],
)
def test_what_only_names_an_act_is_shown_with_the_sentence_after_it(summary: str, shown: str) -> None:
    start, end = sentences(summary)[0]
    found = quoted(match("abstract", summary[start:end], summary), {"abstract": summary})
    assert found.provision.words == summary[found.provision.start : found.provision.end] == shown


def test_a_document_shows_such_words() -> None:
    fields: dict[str, str | None] = {
        "title": "FOIA-SHELVES",
        "abstract": "Amends the Freedom of Information Act. Provides that a town answers a request for records in ten days.",
        "text": None,
    }
    places = [each.provision for each in matched(Matcher(), "us-il-104th-hb1", fields, {"government-information"})]
    assert fields["abstract"] in {each.words for each in places}
    assert "Amends the Freedom of Information Act." not in {each.words for each in places}


def test_each_finding_of_a_resolution_is_a_sentence() -> None:
    text = "Whereas shelves are open; and\nWhereas, Books are read (90 Fed. Reg. 13043; on shelves);\nResolved, That they stay."
    assert [text[start:end] for start, end in sentences(text)] == [
        "Whereas shelves are open; and",
        "Whereas, Books are read (90 Fed. Reg. 13043; on shelves);\nResolved, That they stay.",
    ]


def test_the_reasons_of_a_resolution_give_way_to_its_title_where_a_summary_says_what_it_asks() -> None:
    reason = "Whereas, In 2031 the town of Ash counted 438 closed shelves; and"
    found = match("text", reason, reason, named="Open Shelves Act")
    asks = {"text": reason, "abstract": "Resolution calling on the state to pass the Open Shelves Act."}
    assert quoted(found, asks).provision.words == "Open Shelves Act"
    assert quoted(found, {"text": reason, "abstract": None}).provision.words == reason
    alone = match("text", reason, reason)
    assert quoted(alone, asks).provision.words == reason, "nothing else names the position"
