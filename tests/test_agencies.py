"""Lists of an agency: its names are one, a department has its bureaus' documents, and every number is that of its list."""

from __future__ import annotations

import datetime
import itertools
import re
import sqlite3
from pathlib import Path

import pytest
from site_corpus import HOSTILE_BILL, RULE, TODAY, build, document_row

import serve
from crawlers.agencies import key_of, keys_of, load_agencies
from crawlers.parsers.regulations_gov import agency_names
from digest.issues.searches import _tied
from pages.browse import browse
from pages.browse.facets import MOST_AGENCIES
from pages.browse.filters import Filters
from pages.browse.search import parse
from pages.browse.selection import of_filters
from pages.documents.document import document
from publish.listing import publish
from store.connect import connect

DAY = datetime.date.fromisoformat(TODAY)
#: Documents and their agencies, as the sources write them.
AGENCIES = {
    "us-fr-2025-00001": ("Library of Congress", "Copyright Office"),
    "us-fr-2025-00002": ("LIBRARY OF CONGRESS", "U.S. Copyright Office"),
    "us-regs-colc-1": ("COLC",),
    "us-regs-crb-1": ("CRB",),
    "us-fr-2025-00003": ("Education Department",),
    "us-regs-ed-1": ("ED",),
    "us-fr-2025-00004": ("Department of Education", "Federal Communications Commission"),
    "us-fr-2025-00005": ("Office of the Secretary",),
    "us-fr-2025-00006": ("Practice and Procedure", "XYZ"),
}
COPYRIGHT_OFFICE = {"us-fr-2025-00001", "us-fr-2025-00002", "us-regs-colc-1"}
EDUCATION = {"us-fr-2025-00003", "us-regs-ed-1", "us-fr-2025-00004"}


def _corpus(folder: Path) -> sqlite3.Connection:
    db = connect(build(folder))
    for at, (key, names) in enumerate(AGENCIES.items()):
        row = document_row(
            key, kind="regulation", identifier=key, title=f"Rule {at} on reading", url="https://example.org/"
        )
        db.table("documents").insert(row | {"status": "proposed", "published_on": f"2025-01-{at + 1:02}"})
        terms = [{"document_id": key, "ordinal": n, "kind": "agency", "term": name} for n, name in enumerate(names)]
        db.table("terms").insert_all(terms)
    db.table("tags").insert({"document_id": "us-regs-colc-1", "area_id": "broadband", "probability": 0.99})
    publish(db, "2025-03-09T09:00:00Z")
    db.conn.row_factory = sqlite3.Row
    return db.conn


@pytest.fixture
def db(tmp_path: Path) -> sqlite3.Connection:
    return _corpus(tmp_path)


def _ids(db: sqlite3.Connection, **args: str) -> set[str]:
    return {result.card.id for result in browse.browse(db, Filters.of(args), DAY).results}


def _choices(db: sqlite3.Connection, **args: str) -> dict[str, int]:
    found = browse.browse(db, Filters.of(args), DAY)
    return {each.value: each.count for facet in found.facets if facet.name == "agency" for each in facet.choices}


# --------------------------------------------------------------------- the file


def test_the_names_of_an_agency_are_one_and_those_of_several_are_none() -> None:
    names = ["Copyright Office", "Copyright Office, Library of Congress", "U.S. COPYRIGHT OFFICE", "COLC"]
    assert {key_of(name) for name in names} == {"copyright-office"}
    assert keys_of(names) == ["copyright-office", "library-of-congress"], "each once, with what it is part of"
    assert [key_of(name) for name in ("Office of the Secretary", "Practice and Procedure", "XYZ", "")] == [None] * 4


def test_the_file_is_in_the_order_of_the_alphabet_and_has_every_agency_with_a_code() -> None:
    names = [agency.name.casefold() for agency in load_agencies().values()]
    assert names == sorted(names)
    assert [name for name in agency_names().values() if key_of(name) is None] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("A: {also: [B]}\nb: {}", "two agencies have one name: b"),
        ("A B: {}\nA-B: {}", "two agencies have one name"),
        ("A: {of: B}", "A must be part of another agency of this file"),
        ("A: {of: B}\nB: {of: A}", "must be part of another agency"),
        ("A: {part: B}", "may have `of` and `also`, and nothing else"),
        ("A: {also: B}", "must be a list of texts"),
        ("A:", "agencies.yml"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "agencies.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(says)):
        load_agencies(file)


# --------------------------------------------------------------------- lists


def test_a_list_has_all_documents_of_an_agency_whatever_name_they_use(db: sqlite3.Connection) -> None:
    assert _ids(db, agency="copyright-office") == COPYRIGHT_OFFICE
    assert _ids(db, agency="library-of-congress") == COPYRIGHT_OFFICE | {"us-regs-crb-1"}, "with those of its parts"
    assert _ids(db, agency="department-of-education") == EDUCATION
    assert _ids(db, agency="copyright-office,department-of-education") == COPYRIGHT_OFFICE | EDUCATION
    assert _ids(db, agency="copyright-office", area="broadband") == {"us-regs-colc-1"}
    assert _ids(db, agency="copyright-office", q="reading", year="2025") == COPYRIGHT_OFFICE
    assert _ids(db, agency="federal-communications-commission", kind="bill") == set()
    assert _ids(db, agency="office") == set(), "a part of a key is none"


@pytest.mark.parametrize(
    "args", [{"area": "any"}, {"q": "reading"}, {"agency": "copyright-office"}, {"agency": "peace-corps", "q": "rule"}]
)
def test_every_number_is_that_of_the_list_it_leads_to(db: sqlite3.Connection, args: dict[str, str]) -> None:
    found = browse.browse(db, Filters.of(args), DAY)
    assert found.total == len(found.results)
    for facet in found.facets:
        for choice in itertools.filterfalse(lambda each: each.chosen, facet.choices):
            chosen = Filters.of({**args, facet.name: choice.value})
            assert browse.browse(db, chosen, DAY).total == choice.count, (facet.name, choice.value)


def test_a_list_offers_the_agencies_with_the_most_documents_and_one_of_rules_offers_all(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = _choices(db, area="any")
    assert everything["library-of-congress"] == 4
    assert everything["copyright-office"] == 3
    assert len(everything) < MOST_AGENCIES
    monkeypatch.setattr("pages.browse.facets.MOST_AGENCIES", 2)
    chosen = "federal-communications-commission"
    first = browse.browse(db, Filters.of({"agency": chosen}), DAY)
    offered = next(facet for facet in first.facets if facet.name == "agency")
    assert [choice.value for choice in offered.choices][:2] == [chosen, "library-of-congress"], "what is chosen first"
    assert len(offered.choices) == 3
    assert offered.more == f"/browse?agency={chosen}&kind=regulation"
    assert _choices(db, kind="regulation") == everything


def test_a_second_publishing_writes_nothing_and_a_new_name_moves_a_document(tmp_path: Path) -> None:
    _corpus(tmp_path).close()
    corpus = connect(tmp_path / "corpus.db")
    assert publish(corpus, "2025-03-10T09:00:00Z") == 0
    corpus.execute("update terms set term = 'FCC' where term = 'ED'")
    assert publish(corpus, "2025-03-11T09:00:00Z") > 0
    counted = "select sum(documents) from agency_counts where area_id = 'any' and agency = ?"
    assert corpus.execute(counted, ["federal-communications-commission"]).fetchone()[0] == 1


# --------------------------------------------------------------------- what else takes the filter


async def test_pages_and_files_have_the_list_and_refuse_an_agency_that_is_none(tmp_path: Path) -> None:
    db = _corpus(tmp_path)
    assert of_filters(db, Filters.of({"agency": "copyright-office"}), DAY).title == "Copyright Office"
    site = serve.build(tmp_path / "corpus.db", today=TODAY)
    page = (await site.client.get("/browse?agency=copyright-office")).text
    assert "<h1>Browse: Copyright Office</h1>" in page
    assert 'href="/browse.csv?agency=copyright-office"' in page
    assert '<a href="/browse?area=any" rel="nofollow" aria-current="true"><span>Copyright Office</span>' in page
    spanish = (await site.client.get("/es/browse?agency=copyright-office")).text
    assert '<span lang="en">Copyright Office</span>' in spanish
    assert "<h3>Organismo</h3>" in spanish
    rows = (await site.client.get("/browse.json?agency=copyright-office")).json()
    assert {row["id"] for row in rows["documents"]} == COPYRIGHT_OFFICE
    assert (await site.client.get("/browse.csv?agency=library-of-congress")).text.count("Rule ") == 4
    assert (await site.client.get("/browse.atom?agency=copyright-office")).text.count("<entry>") == 3
    for address in ("/browse.csv?agency=fcc", "/api/search?agency=fcc"):
        refused = await site.client.get(address)
        assert refused.status_code == 400
        assert "It takes: administration-for-children-and-families, " in refused.text
    answer = (await site.client.get("/api/search?agency=copyright-office")).json()
    assert answer["result"]["total"] == 3


async def test_a_document_leads_to_the_lists_of_its_agencies(tmp_path: Path) -> None:
    db = _corpus(tmp_path)
    site = serve.build(tmp_path / "corpus.db", today=TODAY)
    page = (await site.client.get("/documents/us-regs-colc-1")).text
    assert '<a href="/browse?agency=copyright-office">Copyright Office, Library of Congress (COLC)</a>' in page
    none = (await site.client.get("/documents/us-fr-2025-00006")).text
    assert "<li>Practice and Procedure</li><li>XYZ</li>" in none
    for key in AGENCIES:
        shown = document(db, key, DAY)
        assert shown is not None
        for agency in shown.agencies.values():
            assert key in _ids(db, agency=agency)


def test_a_saved_search_finds_what_the_list_has(db: sqlite3.Connection) -> None:
    assert _ids(db, q="agency:copyright-office") == COPYRIGHT_OFFICE
    assert _ids(db, q="agency:library-of-congress NOT agency:copyright-office") == {"us-regs-crb-1"}
    assert _ids(db, q='agency:"Copyright-Office" reading') == COPYRIGHT_OFFICE
    assert _ids(db, q="agency:fcc") == set()
    assert parse("agency:fcc").note == "There is no agency “fcc”."
    everything = [*AGENCIES, RULE, HOSTILE_BILL]
    assert _tied(db, everything, parse("agency:copyright-office")) == COPYRIGHT_OFFICE, "the digest has the same"


def test_a_subscription_to_an_agency_says_that_priority_documents_come_too() -> None:
    words = "Get all documents of this agency, and priority documents, by email"
    address = "/subscribe?searches=agency%3Acopyright-office"
    assert Filters.of({"agency": "copyright-office", "area": "copyright"}).subscription() == (words, address)
    assert Filters.of({"agency": "copyright-office,peace-corps"}).subscription() is None


@pytest.mark.parametrize(
    ("typed", "agency", "words"),
    [
        ("FCC", "federal-communications-commission", ""),
        ("fcc", "federal-communications-commission", ""),
        ("FCC reading", "federal-communications-commission", "reading"),
        ("FCC zebras", "federal-communications-commission", ""),
        ("rules of the Copyright Office on reading", "copyright-office", "reading"),
        ("fcc reading", None, ""),
        ("ED reading", None, ""),
        ("NTIA", None, ""),
        ("FCC OR reading", None, ""),
    ],
)
def test_the_list_of_an_agency_that_is_named_is_offered(
    db: sqlite3.Connection, typed: str, agency: str | None, words: str
) -> None:
    found = browse.browse(db, Filters.of({"q": typed}), DAY).offers.agency
    if agency is None:
        assert found is None
        return
    assert found is not None
    narrowed = Filters.of({"q": words, "agency": agency})
    assert (found.words, found.address) == (words, narrowed.address())
    assert found.count == browse.browse(db, narrowed, DAY).total


async def test_the_page_offers_the_list_of_an_agency(tmp_path: Path) -> None:
    _corpus(tmp_path).close()
    client = serve.build(tmp_path / "corpus.db", today=TODAY).client
    page = (await client.get("/browse?q=FCC")).text
    assert 'See also what this agency published: <a href="/browse?agency=federal-communications-commission">' in page
    assert "what this agency published" not in (await client.get("/browse?q=FCC&agency=copyright-office")).text
