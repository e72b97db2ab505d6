"""Two versions of a text: what was inserted, deleted, moved and changed, in laws as govinfo prints them and in plain text."""

from __future__ import annotations

import json
import sqlite3
import time

import pytest
from comparison_fixtures import LOANS, add, bill
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from comparison.versions import differences as versions
from comparison.versions import provisions
from comparison.versions.differences import compare
from comparison.versions.provisions import VersionProvision, differences
from comparison.versions.sections import sections
from comparison.versions.version_order import stage
from pages.documents import text_versions
from positions.matching.matcher import Matcher

HOUSE = """A bill to require that public libraries lend telescopes to readers for the study of the moon and stars.

1. Short title
This Act may be cited as the Telescope Act.

2. Loans
(a) A library may lend a telescope for 14 days.
(b) No fee may be asked.

3. Storage
Lenses are kept in a dry room.

4. Report
The Director reports every year."""
#: The same in the form of an enrolled bill, with a number changed, a section gone, one new and two that changed places.
ENROLLED = """An Act To require that public libraries lend telescopes to readers for the study of the moon and stars.
Be it enacted by the Senate and House of Representatives,

SECTION 1. SHORT TITLE.
This Act may be cited as the “Telescope Act”.

SEC. 2. REPORT.
The Director reports every year.

SEC. 3. LOANS.
(a) A library may lend a telescope for 21 days.
(b) No fee may be asked.

SEC. 4. MOON CHARTS.
Charts of the moon are printed large."""

TITLE = ENROLLED.partition("\n")[0]


def kinds(old: str, new: str) -> dict[str, str]:
    return {change.heading: change.kind + (" moved" if change.moved else "") for change in compare(old, new).changes}


# --------------------------------------------------------------------- sections


def test_sections_begin_at_headings_and_blank_lines() -> None:
    assert [part.heading for part in sections(ENROLLED)] == [
        TITLE,
        "SECTION 1. SHORT TITLE.",
        "SEC. 2. REPORT.",
        "SEC. 3. LOANS.",
        "SEC. 4. MOON CHARTS.",
    ]


def test_sections_of_plain_text_begin_at_their_numbers() -> None:
    text = "Be it enacted as follows:\nSection 1. Doors open.\n§ 2. Doors close.\nThis holds on Sundays.\n§ 3. Keys."
    assert [part.text.split()[0] for part in sections(text)] == ["Be", "Section", "§", "§"]


def test_sections_keep_a_heading_with_the_subsections_that_follow_a_gap() -> None:
    parts = sections("SEC. 3. GRANTS.\n\n(a) In General.—Grants are made.\n\nSEC. 4. END.\nIt ends.")
    assert [part.heading for part in parts] == ["SEC. 3. GRANTS.", "SEC. 4. END."]


@given(st.text(alphabet="ab .\n§1SEC", max_size=200))
@settings(deadline=None)
def test_sections_together_hold_every_word(text: str) -> None:
    assert "".join(part.text for part in sections(text)).split() == text.split()


# --------------------------------------------------------------------- comparing


def test_compare_sees_through_the_print_of_a_stage() -> None:
    assert kinds(HOUSE, ENROLLED) == {
        TITLE: "changed",
        "SECTION 1. SHORT TITLE.": "same",
        "SEC. 2. REPORT.": "same moved",
        "SEC. 3. LOANS.": "changed",
        "3. Storage": "deleted",
        "SEC. 4. MOON CHARTS.": "inserted",
    }


@pytest.mark.parametrize(
    "attested",
    [
        " Passed the Senate March 5, 2026.Secretary",
        "Passed the House of Representatives March 27, 2025.Kevin F. McCumber,Clerk.",
        "\n\nAgreed to in the House of Representatives July 14, 2025.\nAttest:Clerk.",
    ],
)
def test_that_a_chamber_passed_a_bill_is_no_change_of_its_words(attested: str) -> None:
    assert compare(HOUSE, HOUSE + attested).identical
    report = "\n\n5. Copies\nThe law passed the Senate March 5, 2026. A copy goes to the Secretary. It is kept."
    assert not compare(HOUSE, HOUSE + report).identical


def test_a_space_beside_a_quotation_mark_is_no_change() -> None:
    old = "1. Words\nStrike “parent” and insert“parent or teen”in each place."
    assert compare(old, old.replace("insert“", "insert “").replace("”in", "” in")).identical
    assert not compare(old, old.replace("teen", "child")).identical


def test_compare_shows_the_words_that_changed() -> None:
    [loans] = [change for change in compare(HOUSE, ENROLLED).changes if change.heading == "SEC. 3. LOANS."]
    assert [(p.mark, p.text.strip()) for p in loans.pieces if p.mark != "same"] == [
        ("deleted", "2."),
        ("inserted", "SEC. 3."),
        ("deleted", "14"),
        ("inserted", "21"),
    ]


def test_compare_finds_nothing_between_a_text_and_itself() -> None:
    assert compare(HOUSE, HOUSE).identical
    assert not compare(HOUSE, ENROLLED).identical


@pytest.mark.parametrize(("old", "new"), [("", ""), ("", HOUSE), (HOUSE, ""), ("   \n\n \n", "x")])
def test_compare_takes_empty_texts(old: str, new: str) -> None:
    compared = compare(old, new)
    assert compared.count("deleted") == len(sections(old))
    assert compared.count("inserted") == len(sections(new))


@given(
    st.lists(st.sampled_from(HOUSE.split("\n\n")), max_size=7),
    st.lists(st.sampled_from(HOUSE.split("\n\n")), max_size=7),
)
@settings(deadline=None)
def test_compare_tells_every_section_of_both_texts_once(one: list[str], other: list[str]) -> None:
    old, new = "\n\n".join(one), "\n\n".join(other)
    compared = compare(old, new)
    assert sorted(c.old.start for c in compared.changes if c.old) == [part.start for part in sections(old)]
    assert [c.new.start for c in compared.changes if c.new] == [part.start for part in sections(new)]


@given(st.text(alphabet="abc \n", max_size=80), st.text(alphabet="abc \n", max_size=80))
@settings(deadline=None)
def test_differences_hold_both_texts(old: str, new: str) -> None:
    pieces = versions.differences(old, new)
    assert "".join(p.text for p in pieces if p.mark != "deleted") == new
    assert "".join(p.text for p in pieces if p.mark != "inserted").split() == old.split()


def test_compare_refuses_what_takes_too_long() -> None:
    with pytest.raises(versions.TooLong):
        compare("x" * versions.LONGEST, "y")


@pytest.mark.slow
def test_compare_of_two_megabytes_takes_seconds() -> None:
    part = "SEC. {0}. Harbour number {0}.\nThe harbour master of harbour {0} keeps a book of {1} pages. " + LOANS * 3
    old = "\n\n".join(part.format(n, n) for n in range(1_300))
    new = "\n\n".join(part.format(n, n + n % 3) for n in range(1_300) if n % 11)
    assert len(old) > 2_000_000
    began = time.process_time()
    compared = compare(old, new)
    assert compared.count("deleted") == 119
    assert time.process_time() - began < 30


def test_stages_of_a_bill_come_in_their_order() -> None:
    codes = ["ih", "rh", "eh", "rfs", "pcs", "rs", "eas", "eah", "enr"]
    addresses = [f"https://www.govinfo.gov/content/pkg/BILLS-119hr22{c}/xml/BILLS-119hr22{c}.xml" for c in codes]
    assert sorted(set(addresses), key=lambda url: (stage(url), url)) == addresses
    assert stage("https://example.org/text.pdf") < stage(addresses[0])


# --------------------------------------------------------------------- provisions that touch a position

BAN = "A State may not remove a book from a public library because of the views it holds."
FUNDS = "There is appropriated $10,000,000 for grants under the Library Services and Technology Act."


def store(db: Database, *texts: str) -> None:
    add(db, bill("us-119-hr1", "Libraries Act", text=texts[-1]))
    db.execute("delete from version_texts")
    db.table("version_texts").insert_all(
        {
            "document_id": "us-119-hr1",
            "version": f"v{n}",
            "url": f"https://x.org/v{n}",
            "text": text,
            "fetched_at": f"2026-0{n + 1}",
        }
        for n, text in enumerate(texts)
    )
    db.table("tags").upsert_all(
        [
            {"document_id": "us-119-hr1", "area_id": area, "probability": 0.9}
            for area in ("library-funding", "intellectual-freedom")
        ],
        pk=("document_id", "area_id"),
    )
    found = Matcher().match({"text": texts[-1]}, {"library-funding", "intellectual-freedom"})
    db.table("position_matches").upsert_all(  # only positions that are shown with the document are read
        (
            {"document_id": "us-119-hr1", "position_id": match.position_id, "ordinal": 0, "score": 0.9}
            | {"field": "text", "start": 0, "end": 1, "words": match.provision.words}
            for match in found
        ),
        pk=("document_id", "position_id", "ordinal"),
    )


def stored(db: Database) -> set[tuple[str, str]]:
    return set(db.execute("select url, position_id from version_provisions").fetchall())


def test_provisions_of_each_version_are_read_once(corpus: Database) -> None:
    from store.connect import migrate

    migrate(corpus, "corpus.db")
    store(corpus, f"1. Money\n{FUNDS}", f"1. Money\n{FUNDS}\n\n2. Books\n{BAN}")
    matcher = Matcher()
    assert provisions.read_versions(corpus, matcher) == 1
    assert {url for url, _ in stored(corpus)} == {"https://x.org/v0", "https://x.org/v1"}
    assert {key for url, key in stored(corpus) if url.endswith("v1")} > {
        key for url, key in stored(corpus) if url.endswith("v0")
    }
    assert provisions.read_versions(corpus, matcher) == 0
    old = text_versions.Version("v0", "v0", None, "https://x.org/v0")
    corpus.conn.row_factory = sqlite3.Row
    assert [found.position_id for found in text_versions._read(corpus.conn, "us-119-hr1", old)]
    corpus.execute(
        "insert into decisions (document_id, subject, verdict, decided_on) "
        "select distinct document_id, 'position:' || position_id, 'reject', '2026-01-02' from position_matches"
    )
    assert not text_versions._read(corpus.conn, "us-119-hr1", old), "what staff rejected is gone at once"
    corpus.conn.row_factory = None
    corpus.execute("delete from decisions")
    corpus.execute("delete from tags")
    assert provisions.read_versions(corpus, matcher) == 0
    assert stored(corpus) == set()


def test_words_that_a_version_strikes_are_none_of_its_provisions(corpus: Database) -> None:
    from store.connect import migrate

    migrate(corpus, "corpus.db")
    store(corpus, f"1. Money\n{FUNDS}\n\n2. Books\n{BAN}", f"1. Money\n{FUNDS}")
    struck = corpus.execute("select instr(text, ?) - 1 from version_texts where version = 'v0'", [BAN]).fetchone()[0]
    corpus.execute(
        "update version_texts set marks = ? where version = 'v0'",
        [json.dumps([[struck, struck + len(BAN), "struck"]])],
    )
    provisions.read_versions(corpus)
    read = {url[-2:]: {key for each, key in stored(corpus) if each == url} for url, _ in stored(corpus)}
    assert read["v0"] == read["v1"]


def test_provisions_public_table_names_no_direction(corpus: Database) -> None:
    from store.connect import migrate

    migrate(corpus, "corpus.db")
    assert not {"stance", "reason"} & {column.name for column in corpus.table("version_provisions").columns}


def test_differences_of_provisions_tell_what_came_went_and_changed() -> None:
    old = [
        VersionProvision("text", 0, 9, "A fee of 10 dollars may be asked of readers.", "a"),
        VersionProvision("text", 20, 29, "Gone.", "b"),
        VersionProvision("text", 0, 4, "“Same” one", "c"),
    ]
    new = [
        VersionProvision("text", 0, 9, "A fee of 20 dollars may be asked of readers.", "a"),
        VersionProvision("text", 0, 4, "Same one", "c"),
        VersionProvision("text", 1, 5, "New.", "d"),
    ]
    assert [(each.kind, each.position_id) for each in differences(old, new)] == [
        ("changed", "a"),
        ("gone", "b"),
        ("new", "d"),
    ]
