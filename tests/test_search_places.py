"""Places and years among the words of a search: what is read as one, what comes first, and the way to take it back."""

from __future__ import annotations

import html
import re
import sqlite3
from pathlib import Path

import pytest
from search_fixtures import DAY, filled, found_by
from site_corpus import TODAY, document_row

import serve
from pages.browse import browse, finding, search, years
from pages.database import marks
from pages.http import language
from publish.listing import publish

NOTE = "“{}” is looked for as a word here. For the documents of that place, write place:{} instead."


@pytest.fixture
def db(tmp_path: Path) -> sqlite3.Connection:
    return filled(tmp_path).conn


def _look(db: sqlite3.Connection, typed: str, **chosen: str) -> browse.Browse:
    return browse.browse(db, browse.Filters.of({"q": typed} | chosen), DAY)


@pytest.mark.parametrize(
    ("typed", "places", "without"),
    [
        ("library books in Rhode Island", ["us-ri"], "library books"),
        ("TX library books", ["us-tx"], "library books"),
        ("books or libraries", [], ""),
        ("IN library books", [], ""),
        ("nyc library", ["us-ny-nyc"], "library"),
        ("book bans Texas and Florida", ["us-tx", "us-fl"], "book bans"),
        ("book bans TX, FL", ["us-tx", "us-fl"], "book bans"),
        ("Florida’s book bans", ["us-fl"], "book bans"),
        ("book bans Texas OR Florida", ["us-tx", "us-fl"], "book bans"),
        ("library OR museum Texas", [], ""),
        ('book bans Texas OR Florida OR "Ohio"', [], ""),
        ("tracker:libraries Iowa", ["us-ia"], "tracker:libraries"),
        ("library of congress Ohio", ["us-oh"], "library of congress"),
        ("Washington DC libraries", ["us-dc"], "libraries"),
        ("bills in Texas", ["us-tx"], ""),
        ("tech companies in Texas", ["us-tx"], "tech companies"),
        ("place:companies", [], ""),
        ("e-books en Nueva York y Nuevo México", ["us-ny", "us-nm"], "e-books"),
        ("copyright Nuevo Mexico", ["us-nm"], "copyright"),
        ("proyectos de ley en Luisiana", ["us-la"], ""),
    ],
)
def test_places_are_read_from_a_search(typed: str, places: list[str], without: str) -> None:
    asked = search.parse(typed)
    assert (asked.places, asked.without_places) == (places, without)
    assert search.parse(asked.places_as_words).places == []


@pytest.mark.parametrize(
    ("typed", "note"),
    [
        ("library OR museum New York", NOTE.format("New York", "us-ny")),
        ("library NOT Texas", NOTE.format("Texas", "us-tx")),
        ("library OR museum", None),
        ("title:Texas library", None),
        ("library OR museum place:us-ny", None),
        ('library OR "New York"', None),
        ("library New York", None),
    ],
)
def test_a_search_with_operators_says_that_a_place_is_a_word(typed: str, note: str | None) -> None:
    assert search.parse(typed).note == note


def test_both_of_two_places_count(db: sqlite3.Connection) -> None:
    assert sorted(found_by(db, "library Texas and Rhode Island")) == ["us-ri-2026-hb7606", "us-tx-89-hb900"]


def test_the_documents_of_a_place_come_before_those_that_name_it(db: sqlite3.Connection) -> None:
    others = ["us-117-hr5", "us-118-hr77", "us-118-s1409"]
    with db:
        db.execute(
            "update documents set title = 'School library books', abstract = 'School library books as in Texas.' "
            f"where id in ({marks(others)})",
            others,
        )
    assert found_by(db, "school library books")[0] in others
    found = found_by(db, "school library books texas")
    assert (found[0], sorted(found[1:])) == ("us-tx-89-hb900", others)


def test_a_place_alone_lists_its_documents(db: sqlite3.Connection) -> None:
    assert sorted(found_by(db, "bills in Texas")) == ["us-tx-89-hb7606", "us-tx-89-hb900"]
    assert _look(db, "Ohio").total == 0


async def test_the_page_says_how_places_were_read_with_ways_back(tmp_path: Path) -> None:
    filled(tmp_path)
    site = serve.build(tmp_path / "corpus.db", today=TODAY)
    page = html.unescape((await site.client.get("/browse?q=library+Texas+and+Iowa")).text)
    texas, iowa = ('<strong><a href="/jurisdictions/us-tx">Texas</a></strong>', "Iowa</a></strong>.")
    assert re.search(f"Places in your search: {texas}, <strong>.*{iowa}", page)
    assert 'href="/browse?q=library&jurisdiction=us-tx%2Cus-ia">Only the documents of these places' in page
    assert 'href="/browse?q=library+%22Texas%22+and+%22Iowa%22">Search for the names as words instead' in page
    page = html.unescape((await site.client.get("/browse?q=electronic+literary+ohio")).text)
    assert "No document of theirs has these words. Those below are of other places." in page
    assert "Only the documents of these places" not in page, "there are none"
    page = html.unescape((await site.client.get("/browse?q=HB+900+Texas")).text)
    assert "Places in your search" not in page, "a number names its place by itself"
    page = html.unescape((await site.client.get("/browse?q=library+Texas&jurisdiction=us-tx")).text)
    assert "Places in your search" not in page


@pytest.mark.parametrize(
    ("typed", "words", "year"),
    [
        ("book bans this year", "book bans", "2022"),
        ("book bans last year in Texas", "book bans in Texas", "2021"),
        ("book bans in 2021", "book bans", "2021"),
        ("book bans introduced since 2020", "book bans introduced", "2020,2021,2022"),
        ("ebooks from 2019 to 2021, Ohio", "ebooks Ohio", "2019,2020,2021"),
        ("ebooks in 2019 and 2021", "ebooks", "2019,2021"),
        ("bills in 2021", "", "2021"),
        ("ebooks este año", "ebooks", "2022"),
        ("AI copyright bills in the 118th Congress", "AI copyright bills congress", "2023,2024"),
        ("bills of this Congress", "congress", "2021,2022"),
        ("S 1409 118th Congress", None, None),
        ("library of congress", None, None),
        ("ebooks del año pasado", "ebooks", "2021"),
        ("ebooks en 2021", "ebooks", "2021"),
        ("ebooks desde 2021", "ebooks", "2021,2022"),
        ("ebooks desde 2019 hasta 2021", "ebooks", "2019,2020,2021"),
        ("leyes de 2021", "", "2021"),
        ("broadband by 2021", None, None),
        ("ebooks in 2021-2022 session", None, None),
        ("HB 7606 in 2021", None, None),
        ('"book bans" in 2021', None, None),
        ("Act of 2021", None, None),
        ("since 2030", None, None),
    ],
)
def test_years_in_words_are_the_filter_of_years(typed: str, words: str | None, year: str | None) -> None:
    found = years.asked(browse.Filters(q=typed), DAY)
    assert (found.q, found.year) == (words, year) if found else (words, year) == (None, None)


def test_a_year_that_is_chosen_already_stays() -> None:
    assert years.asked(browse.Filters(q="book bans in 2021", year="2020"), DAY) is None


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("E-Rate 2021", "/browse?q=E-Rate&year=2021"),
        ("library funding 2030", None),
        ("fiscal year 2021", None),
        ("Act of 2021", None),
        ("2021", None),
    ],
)
def test_a_year_alone_is_offered(typed: str, address: str | None) -> None:
    found = years.perhaps(browse.Filters(q=typed), DAY)
    assert (found[1] if found else None) == address


async def test_the_page_says_how_years_were_read(tmp_path: Path) -> None:
    filled(tmp_path)
    site = serve.build(tmp_path / "corpus.db", today=TODAY)
    page = html.unescape((await site.client.get("/browse?q=library+this+year")).text)
    assert "introduced or published in <strong>2022</strong>. " in page
    assert '<a href="/browse?q=library">See those of any year</a>' in page
    assert page.count('href="/browse.csv?q=library&year=2022"') == 2, "a file keeps the year that the page names"
    assert "/browse.csv?q=library+this" not in page
    page = html.unescape((await site.client.get("/browse?q=library+2022")).text)
    assert 'See also: <a href="/browse?q=library&year=2022">' in page


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["2021"], "2021"),
        (["2022", "2021"], "2021 and 2022"),
        (["2019", "2022"], "2019 and 2022"),
        (["2022", "2021", "2020"], "2020 to 2022"),
        (["2018", "2021", "2022"], "2018, 2021, and 2022"),
        (["2021", "nonsense", "2020"], "2020, 2021, and nonsense"),
    ],
)
def test_years_in_a_row_are_said_by_their_ends(values: list[str], said: str) -> None:
    assert years.in_words(values) == said


def test_a_place_in_spanish_is_no_word_of_a_search_in_spanish(db: sqlite3.Connection) -> None:
    with language.speaking("es"):
        found = _look(db, "ebooks en Nueva York")
    assert [result.card.id for result in found.results] == ["us-ri-2026-hb7606"], "as for New York"
    assert found.offers.leads == [], "the page names the place already"


async def test_words_of_another_language_lead_to_the_page_in_it(tmp_path: Path) -> None:
    """Whoever types Spanish on an English page found nothing, and no way to what bears these words as a name."""
    filled(tmp_path)
    client = serve.build(tmp_path / "corpus.db", today=TODAY).client
    link = '<a lang="es" hreflang="es" href="/es/browse?q=bibliotecas" rel="nofollow">Esta búsqueda en español</a>'
    assert link in (await client.get("/browse?q=bibliotecas")).text
    assert "Esta búsqueda" not in (await client.get("/browse?q=zebras")).text
    assert "Esta búsqueda" not in (await client.get("/es/browse?q=bibliotecas")).text


def test_documents_that_only_name_a_place_do_not_stand_for_its_own(tmp_path: Path) -> None:
    """Three documents of elsewhere that name Texas were all that "book bans Texas" found."""
    filling = filled(tmp_path)
    for number, names_texas in enumerate((True, True, True, False)):
        title = f"Hotspot otters {number}" + (" as in Texas" if names_texas else "")
        row = document_row(f"us-117-s90{number}", identifier=f"S. 90{number}", title=title, url="https://example.org/")
        filling.table("documents").insert(row)
    publish(filling, "2022-03-09T10:00:00Z")
    found = _look(filling.conn, "otters Texas")
    assert found.total == 4
    assert found.of_places is not None
    assert found.of_places.elsewhere
    assert _look(filling.conn, "books Texas").total == 1, "its own are enough"


async def test_a_long_time_is_said_as_one(tmp_path: Path) -> None:
    """37 years were listed one by one, in the notice, in the title, and with no document beside the list."""
    filled(tmp_path)
    site = serve.build(tmp_path / "corpus.db", today=TODAY)
    page = html.unescape((await site.client.get("/browse?q=library+since+1990")).text)
    assert "introduced or published in <strong>1990 to 2022</strong>. " in page
    assert "<title>library, 1990 to 2022 · " in page
    assert ">1990</a>" not in page
    assert ">2022<" in page
    said = (await site.client.get("/api/search?q=library+since+1990")).json()
    assert "about documents of 1990 to 2022." in str(said)
    page = html.unescape((await site.client.get("/es/browse?q=library+since+1990")).text)
    assert "1990 a 2022" in page


def test_a_place_alone_is_a_word_where_documents_are_looked_for_by_words(db: sqlite3.Connection) -> None:
    with db:
        db.execute("update documents set title = 'Barns of Texas' where id = 'us-117-hr5'")
    assert finding.find_documents(db, "Texas") == ["us-117-hr5"]
    assert search.parse_words("library Texas").places == ["us-tx"]
