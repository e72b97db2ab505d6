"""The search box: mistyped words, and words of another language."""

from __future__ import annotations

import html
import sqlite3
from pathlib import Path

import pytest
from search_fixtures import DAY, filled
from site_corpus import TODAY, build

import serve
from pages.browse import browse, translated
from pages.http import language
from publish.listing import publish


@pytest.fixture
def db(tmp_path: Path) -> sqlite3.Connection:
    return filled(tmp_path).conn


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("libary hotspot", "library hotspot"),
        ("librar hotspot", "librar* hotspot"),
        ("hotspotlending", "hotspot lending"),
        ("muesum hotspot", "museum hotspot"),
    ],
)
def test_a_mistyped_word_is_corrected_at_once(tmp_path: Path, typed: str, meant: str) -> None:
    db = filled(tmp_path)
    more = [("lending", 40), ("hotspot", 40), ("library", 40), ("museum", 40)]
    db.conn.executemany("insert into search_words (word, documents) values (?, ?)", more)
    found = browse.browse(db.conn, browse.Filters.of({"q": typed}), DAY)
    assert (found.meant, found.corrected) == (meant, True)
    assert found.results


def test_a_known_name_is_never_taken_for_a_slip(tmp_path: Path) -> None:
    db = filled(tmp_path)
    db.conn.executemany("insert into search_words (word, documents) values (?, ?)", [("faster", 900), ("jcpoa", 90)])
    for name in ("FASTR", "JCPA"):
        found = browse.browse(db.conn, browse.Filters.of({"q": name}), DAY)
        assert (found.meant, found.corrected) == (None, False)


def test_the_name_of_a_statement_is_no_slip_and_finds_its_position(tmp_path: Path) -> None:
    db = filled(tmp_path)
    db.conn.execute("update position_versions set name = 'Amicus brief, Hachette v. Internet Archive'")
    publish(db, "2022-03-09T10:00:00Z")
    db.conn.execute("insert into search_words (word, documents) values ('hatchett', 90)")
    found = browse.browse(db.conn, browse.Filters.of({"q": "Hachette"}), DAY)
    assert (found.meant, found.corrected) == (None, False)
    assert [each["id"] for each in found.positions] == ["tc-hotspot-lending"]


@pytest.mark.parametrize(
    ("typed", "foreign"),
    [
        ("libros electrónicos", True),
        ("derechos de autor", True),
        ("prohibicion de libros", True),
        ("¿censura?", True),
        ("libros privacy", True),
        ("libary hotspot", False),
        ("intelectual freedom", False),
        ("propiedad intelectual", True),
        ("library e-books florida", False),
        ("Los Angeles", False),
        ("...", False),
    ],
)
def test_words_of_another_language_are_told_from_slips(typed: str, foreign: bool) -> None:
    assert translated.is_foreign(typed) is foreign


def test_words_of_another_language_are_never_corrected_and_each_of_them_counts(tmp_path: Path) -> None:
    db = filled(tmp_path)
    db.conn.executemany("insert into search_words (word, documents) values (?, ?)", [("bros", 900), ("libretto", 90)])
    for spoken in language.LANGUAGES:
        with language.speaking(spoken):
            found = browse.browse(db.conn, browse.Filters.of({"q": "libros hotspots"}), DAY)
            assert (found.meant, found.corrected, found.loose, found.total) == (None, False, False, 0)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("fondos para bibliotecas", "/areas/library-funding"),
        ("¿Qué proyectos prohíben libros?", "/trackers/book-bans"),
        ("banda ancha", "/areas/broadband"),
        ("Nueva York", "/jurisdictions/us-ny"),
        ("para sobre", None),
    ],
)
def test_a_search_in_spanish_leads_to_what_has_that_name(db: sqlite3.Connection, typed: str, first: str | None) -> None:
    with language.speaking("es"):
        found = translated.leads(db, typed)
    assert (found[0].href if found else None) == first
    assert len(found) <= translated.MOST
    assert translated.leads(db, typed) == [], "in English the search itself does"


async def test_a_spanish_page_says_why_little_is_found_and_carries_out_no_correction(tmp_path: Path) -> None:
    client = serve.build(build(tmp_path), today=TODAY).client
    page = html.unescape((await client.get("/es/browse?q=privacidad")).text)
    assert "Los documentos están en inglés" in page
    assert '<a href="/es/trackers/privacy">Privacidad y control de edad</a>' in page
    assert "privaci*" not in page.partition("<main")[2]
    page = html.unescape((await client.get("/es/browse?q=libary")).text)
    assert "Resultados de" not in page
    assert "<strong>library</strong></a>?" in page, "a slip is offered"


async def test_the_page_says_what_it_corrected_and_offers_what_was_typed(tmp_path: Path) -> None:
    file = build(tmp_path)
    page = html.unescape((await serve.build(file, today=TODAY).client.get("/browse?q=libary")).text)
    assert "Showing results for <strong>library</strong>" in page
    assert 'href="/browse?q=%22libary%22"' in page
