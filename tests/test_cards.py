"""Cards of documents: a line from the summary where the title says little, one card for one bill, cases in their own words."""

from __future__ import annotations

import datetime
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from site_corpus import BROADBAND, PLAIN, RULE, TODAY, build

import serve
from crawlers.parsers.regulations_gov import agency_names
from pages.browse.cards import cards, one_per_title, summary_line
from pages.documents import court
from pages.documents.document import document

DAY = datetime.date.fromisoformat(TODAY)


@pytest.mark.parametrize(
    ("title", "abstract", "line"),
    [
        ("Primaries", "Lets voters of either party vote by mail in every primary.", "Lets voters of either party vote"),
        (
            "Open Courts Act of 2021",
            "Open Courts Act of 2021\n\nThis bill directs the courts to publish their records without a fee.",
            "This bill directs the courts",
        ),
        ("Primaries", "Primaries are held by parties, and this restates it at length for all.", None),
        ("Primaries", "Short.", None),
        ("Primaries", None, None),
        (
            "Relating to the hours during which a public library must be open",
            "It says more than that, at length.",
            None,
        ),
    ],
)
def test_a_short_title_gets_the_line_that_says_what_it_does(title: str, abstract: str | None, line: str | None) -> None:
    found = summary_line(title, abstract)
    assert found is None if line is None else found is not None and found.startswith(line)


@pytest.mark.parametrize(
    ("summary", "words"),
    [
        (
            "17:1201 Digital Millennium Copyright Act; 820 Copyright",
            "Digital Millennium Copyright Act (title 17 of the U.S. Code, section 1201); Copyright",
        ),
        (
            "05:551 Administrative Procedure Act; Other Statutes: Agency Decision",
            "Administrative Procedure Act (title 5 of the U.S. Code, section 551); Other Statutes: Agency Decision",
        ),
        ("42:2000bb", "title 42 of the U.S. Code, section 2000bb"),
        ("The court holds that a library may lend.", None),
        (None, None),
    ],
)
def test_the_codes_of_a_docket_are_decoded(summary: str | None, words: str | None) -> None:
    assert court.cause(summary) == words


def test_a_case_is_filed() -> None:
    assert court.status_in_words("case", "introduced") == "Filed"
    assert court.status_in_words("case", "decided") == "Decided or closed by a court"
    assert court.status_in_words("bill", "introduced") == "Introduced"


def test_one_bill_is_one_card_whatever_its_titles(tmp_path: Path) -> None:
    file = build(tmp_path)
    db = sqlite3.connect(file)
    db.row_factory = sqlite3.Row
    assert len(one_per_title(cards(db, [BROADBAND, PLAIN], DAY), 9)) == 2
    db.execute(
        "insert into links (document_id, ordinal, linked_id, kind) values (?, 90, ?, 'related')", [PLAIN, BROADBAND]
    )
    assert len(one_per_title(cards(db, [BROADBAND, PLAIN], DAY), 9)) == 2, "a related bill is another bill"
    db.execute(
        "insert into links (document_id, ordinal, linked_id, kind) values (?, 91, ?, 'Identical bill')",
        [PLAIN, BROADBAND],
    )
    for order in ([BROADBAND, PLAIN], [PLAIN, BROADBAND]):
        [card] = one_per_title(cards(db, order, DAY), 9)
        assert [card.id, *(other.id for other in card.also)] == order


def test_a_title_of_many_bills_joins_no_cards(tmp_path: Path) -> None:
    db = sqlite3.connect(build(tmp_path))
    db.row_factory = sqlite3.Row
    db.execute("update documents set title = 'Education', kind = 'bill' where id in (?, ?)", [BROADBAND, PLAIN])
    assert len(one_per_title(cards(db, [BROADBAND, PLAIN], DAY), 9)) == 2, "one repeals the other"
    db.execute("insert into look_alike_groups values ('g', 'companion', 'Education', 2, 1, 'title')")
    db.execute("insert into look_alikes values ('g', ?, 0, 1.0), ('g', ?, 1, 1.0)", [BROADBAND, PLAIN])
    [card] = one_per_title(cards(db, [BROADBAND, PLAIN], DAY), 9)
    assert ([other.id for other in card.same_title], card.same_bill) == ([PLAIN], [])
    db.execute(
        "insert into links (document_id, ordinal, linked_id, kind) values (?, 91, ?, 'companion')", [PLAIN, BROADBAND]
    )
    [card] = one_per_title(cards(db, [BROADBAND, PLAIN], DAY), 9)
    assert ([other.id for other in card.same_bill], card.same_title) == ([PLAIN], [])


def test_notices_of_one_title_from_two_agencies_are_two_cards_that_name_them(tmp_path: Path) -> None:
    db = sqlite3.connect(build(tmp_path))
    db.row_factory = sqlite3.Row
    title = "Privacy Act of 1974; System of Records"
    db.execute("update documents set title = ?, kind = 'regulation' where id in (?, ?)", [title, RULE, PLAIN])
    db.execute("delete from terms where document_id in (?, ?)", [RULE, PLAIN])
    agencies = "insert into terms (document_id, ordinal, kind, term) values (?, 0, 'agency', ?)"
    db.execute(agencies, [RULE, "Department of Homeland Security"])
    db.execute(agencies, [PLAIN, "Railroad Retirement Board"])
    found = one_per_title(cards(db, [RULE, PLAIN], DAY), 9)
    assert [card.agencies for card in found] == [("Department of Homeland Security",), ("Railroad Retirement Board",)]
    db.execute("update terms set term = 'Department of Homeland Security' where document_id = ?", [PLAIN])
    assert len(one_per_title(cards(db, [RULE, PLAIN], DAY), 9)) == 1
    db.execute("update terms set term = 'RISC' where document_id = ?", [PLAIN])
    assert cards(db, [PLAIN], DAY)[0].agencies == (), "a code names nobody"


def test_the_codes_of_regulations_gov_are_shown_as_names(tmp_path: Path) -> None:
    db = sqlite3.connect(build(tmp_path))
    db.row_factory = sqlite3.Row
    db.execute("delete from terms where document_id = ?", [RULE])
    for ordinal, code in enumerate(("COLC", "RISC")):
        db.execute("insert into terms values (?, ?, 'agency', ?)", [RULE, ordinal, code])
    name = "Copyright Office, Library of Congress"
    assert cards(db, [RULE], DAY)[0].agencies == (name,)
    shown = document(db, RULE, DAY)
    assert shown is not None
    assert shown.terms["agency"] == [f"{name} (COLC)", "RISC"]
    assert list(agency_names()) == sorted(agency_names()), "the file is in the order of its codes"


async def test_a_card_says_which_bill_goes_on_in_place_of_a_replaced_one_and_what_became_of_it(tmp_path: Path) -> None:
    """In Iowa, HSB 720 was "Replaced" on every list, and its place in them hid that HF 2622 failed."""
    file = build(tmp_path, states=True)
    db = sqlite3.connect(file)
    db.row_factory = sqlite3.Row
    old, new = "us-tx-87-hb1", "us-tx-87-hb2"
    words = "Committee report approving bill, renumbered as HB 2."
    db.execute("insert into actions (document_id, ordinal, description) values (?, 90, ?)", [old, words])
    for key, status in ((old, "replaced"), (new, "enacted")):
        db.execute("update documents set status = ?, title = 'Libraries and their boards' where id = ?", [status, key])
        db.execute("update listing set status = ? where document_id = ?", [status, key])
    db.execute("insert into look_alike_groups values ('g', 'companion', 'Libraries', 2, 1, 'title')")
    db.execute("insert into look_alikes values ('g', ?, 0, 1.0), ('g', ?, 1, 1.0)", [old, new])
    db.commit()
    [card] = one_per_title(cards(db, [old, new], DAY), 9)
    assert card.in_its_place is not None
    assert (card.in_its_place.id, card.in_its_place.status_word) == (new, "Became law")
    assert [[other.id for other in card.also], card.same_title] == [[new], []], "named once"
    page = (await serve.build(file, today=TODAY).client.get("/browse?q=number:hb1")).text
    shown = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "Replaced" in shown
    assert re.search(r"In its place: HB ?2 ?, Became law", shown)
    db.execute("update listing set status = 'unheard_passed' where document_id = ?", [new])
    [card] = cards(db, [old], DAY)
    assert card.in_its_place is not None
    assert (card.in_its_place.status, card.in_its_place.status_word[:7]) == ("unheard", "No news"), "nobody knows"
    db.execute("update actions set description = 'WITHDRAWN APP P.L.2025, c.244.' where ordinal = 90")
    db.commit()
    page = (await serve.build(file, today=TODAY).client.get("/browse?q=number:hb1")).text
    assert re.search(r"In its place: P\.L\.2025, c\.244 ?, Became law", " ".join(re.sub(r"<[^>]+>", " ", page).split()))
    db.execute("delete from actions where ordinal = 90")
    assert cards(db, [old], DAY)[0].in_its_place is None, "its source names no bill"


@pytest.mark.parametrize(
    ("link", "there", "said"),
    [
        ("companion", {}, "A bill that the source calls its companion became law:"),
        (None, {}, "A bill with the same title and summary became law:"),
        (None, {"abstract": "Provides that a library system may spend less."}, None),
        (None, {"abstract": None}, None),
        (None, {"title": "LIBRARIES-OTHER"}, None),
        (None, {"status": "passed_first_chamber"}, None),
        (None, {"session": "86"}, None),
        ("related", {"abstract": "Provides that a library system may spend less."}, None),
    ],
)
async def test_a_card_names_the_bill_of_the_same_words_that_became_law(
    tmp_path: Path, link: str | None, there: dict[str, str], said: str | None
) -> None:
    """Illinois names no companions: HB2747 looked open on every list, though SB1550 is Public Act 104-0108."""
    db = sqlite3.connect(file := build(tmp_path, states=True))
    db.row_factory = sqlite3.Row
    here, law = "us-tx-87-hb1", "us-tx-87-hb2"
    same = {"title": "LIBRARY SYSTEMS-STATE GRANTS", "abstract": "Provides that a library system may spend more."}
    for key, row in ((here, same | {"status": "reported"}), (law, same | {"status": "enacted"} | there)):
        for name, value in row.items():
            db.execute(f"update documents set {name} = ? where id = ?", [value, key])
    if link:
        db.execute("insert into links (document_id, ordinal, linked_id, kind) values (?, 9, ?, ?)", [law, here, link])
    db.execute("insert into look_alike_groups values ('g', 'companion', 'Libraries', 2, 1, 'words')")
    db.execute("insert into look_alikes values ('g', ?, 0, 1.0), ('g', ?, 1, 1.0)", [here, law])
    db.commit()
    [card] = cards(db, [here], DAY)
    assert (card.law_beside.id if card.law_beside else None) == (law if said else None)
    assert cards(db, [law], DAY)[0].law_beside is None
    page = (await serve.build(file, today=TODAY).client.get("/browse?q=number:hb1")).text
    assert not said or f'{said} <a href="/documents/{law}">' in page
    assert ("became law:" in page) is bool(said)


@pytest.mark.parametrize(
    ("chamber", "status", "named"),
    [
        ("upper", "reported", True),
        ("lower", "reported", False),
        ("legislature", "reported", False),
        ("upper", "failed", True),
        ("upper", "vetoed", False),
    ],
)
async def test_where_no_bill_has_a_summary_a_card_names_the_law_of_the_other_chamber_with_its_title(
    tmp_path: Path, chamber: str, status: str, named: bool
) -> None:
    """Wisconsin: AB 33 was "Reported" on every list, though SB 33 is law. Two of one chamber are two bills."""
    db = sqlite3.connect(file := build(tmp_path, states=True))
    here, law = "us-tx-87-hb1", "us-tx-87-hb2"
    for key, its_status, where in ((here, status, "lower"), (law, "enacted", chamber)):
        same = "title = 'Relating to: records of library users', abstract = null"
        db.execute(f"update documents set {same}, status = ?, chamber = ? where id = ?", [its_status, where, key])
    db.execute("insert into look_alike_groups values ('g', 'companion', 'Libraries', 2, 1, 'words')")
    db.execute("insert into look_alikes values ('g', ?, 0, 1.0), ('g', ?, 1, 1.0)", [here, law])
    db.commit()
    page = (await serve.build(file, today=TODAY).client.get("/browse?q=number:hb1")).text
    words = f'A bill of the other chamber with the same title became law: <a href="/documents/{law}">'
    assert (words in page) is named


def test_no_more_cards_than_are_wanted(tmp_path: Path) -> None:
    db = sqlite3.connect(build(tmp_path))
    db.row_factory = sqlite3.Row
    found = cards(db, [BROADBAND, PLAIN, RULE], DAY)
    assert [[card.id for card in one_per_title(found, limit)] for limit in (0, 1, 2, 3)] == [
        [],
        [BROADBAND],
        [BROADBAND, PLAIN],
        [BROADBAND, PLAIN, RULE],
    ]


async def test_nothing_leads_to_a_page_that_is_empty(tmp_path: Path) -> None:
    file = build(tmp_path)

    async def footer() -> str:
        page: Any = await serve.build(file, today=TODAY).client.get("/about")
        return str(page.text)

    empty = await footer()
    assert 'href="/scorecard"' not in empty
    assert 'href="/families"' not in empty
    db = sqlite3.connect(file)
    db.execute(
        "insert into outcomes (document_id, position_id, outcome, status, decided_on) "
        "values (?, 'tc-hotspot-lending', 'enacted', 'enacted', '2022-03-01')",
        [BROADBAND],
    )
    db.execute("insert into look_alike_groups values ('family-a', 'family', 'A family', 2, 2, 'words')")
    db.commit()
    db.close()
    full = await footer()
    assert 'href="/scorecard"' in full
    assert 'href="/families"' in full


@pytest.mark.parametrize(
    ("title", "status", "overtaken"),
    [
        (
            "Making appropriations for the fiscal year ending September 30, 2021, and for other purposes.",
            "reported",
            True,
        ),
        (
            "Making appropriations for the fiscal year ending September 30, 2021, and for other purposes.",
            "enacted",
            False,
        ),
        (
            "Making appropriations for the fiscal year ending September 30, 2023, and for other purposes.",
            "reported",
            False,
        ),
    ],
)
async def test_an_undecided_bill_with_money_of_a_past_year_says_so(
    tmp_path: Path, title: str, status: str, overtaken: bool
) -> None:
    """On lists H.R. 5304 was a priority that was "reported", more than two months after the year whose money it votes."""
    db = sqlite3.connect(file := build(tmp_path))
    db.row_factory = sqlite3.Row
    db.execute("update documents set title = ?, status = ? where id = ?", [title, status, BROADBAND])
    db.commit()
    shown = document(db, BROADBAND, DAY)
    assert shown is not None
    assert shown.overtaken is overtaken
    assert cards(db, [BROADBAND], DAY)[0].overtaken is overtaken
    page = (await serve.build(file, today=TODAY).client.get("/browse?q=number:hr1783")).text
    assert ("The fiscal year or the extension that it names is over" in page) is overtaken
