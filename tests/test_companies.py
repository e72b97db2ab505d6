"""What the rules of companies say and what of it changed, the pages of companies, and the table of one position."""

from __future__ import annotations

import csv
import datetime
import io
import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from conftest import NOW, replay
from datasette.app import Datasette
from golden import made
from site_corpus import TODAY, build
from sqlite_utils import Database
from terms_archive import NEW, TECHNICAL, Archive, license_text

import serve
from classify.tagger import Tag, Tagging
from comparison.versions import company_provisions as cp
from crawlers.items import Document
from crawlers.spiders.corp_terms import CorpTermsSpider
from crawlers.storage import attachments
from crawlers.storage.attachments import VersionText
from crawlers.storage.record import upsert
from derive import company_scope
from derive.company_scope import in_scope, redo_if_changed
from derive.priority import Facts, Grade, priority_rules
from pages.answers.answer import Answer, At
from pages.answers.changes import changes
from pages.documents import text_versions
from pages.http.formatting import change_word
from positions.catalog.catalog import HOME, check, load_catalog
from positions.matching import company_provisions as rules
from positions.matching.matcher import Matcher
from positions.relevance.relevance import matched
from store.connect import connect

STORE = "corp-contrib-amazon-kindle-store-terms-of-service"
EVIL = "<script>alert(1)</script>"
FORBIDS, ALLOWS = "You may not rent or lend a book to anyone.", "You may lend a book once to a friend, for 14 days."
RESELL = "Nobody shall, at whatever price and for whatever reason, not even once, resell an audiobook."
ADVERTISERS = "We share data about your activity with advertisers and advertising partners."


def archive() -> Archive:
    """A store whose rules on lending turned, and a service that shares data."""
    found = Archive()
    store = ("Amazon Kindle Store", "Terms of Service")
    found.record(*store, "2024-01-05", license_text(lending=FORBIDS), NEW)
    found.record(*store, "2024-02-05", "Enter the characters")
    found.record(*store, "2024-03-05", license_text(lending=ALLOWS, data=ADVERTISERS))
    found.record(*store, "2024-04-05", "Menu\n\n" + license_text(lending=FORBIDS, data=ADVERTISERS), TECHNICAL)
    found.record(*store, "2024-05-05", "Menu\n\n" + license_text(lending=FORBIDS, data=ADVERTISERS, devices="two"))
    found.record("Netflix", "Terms of Service", "2024-01-01", "=1+1: the movies are licensed, not sold.", NEW)
    for each in ("=HYPERLINK(1) " + ADVERTISERS, ADVERTISERS + f" {EVIL}"):
        found.record("Goodreads", "Privacy Policy", f"2024-0{len(found.records) + 4}-01", each, NEW)
    return found


def fill(db: Database, folder: Path, recorded: Archive | None = None, *, silent: bool = True) -> None:
    corpus = Path("/nowhere/corpus.db") if silent else Path(db.execute("pragma database_list").fetchone()[2])
    items = replay(made(CorpTermsSpider), (recorded or archive()).write(folder), corpus)
    upsert(db, [each for each in items if isinstance(each, Document)], now=NOW, silent=silent)
    attachments.store(db, [each for each in items if isinstance(each, VersionText)], now=NOW)


@pytest.fixture
def stored(corpus: Database, tmp_path: Path) -> Database:
    fill(corpus, tmp_path / "mirror")
    return corpus


# --------------------------------------------------------------------- sentences

CASES = [
    pytest.param(kind.id, way.id, sentence, holds, id=f"{kind.id} {way.id}: {sentence[:50]}")
    for kind in rules.load_kinds().values()
    for way in kind.ways
    for holds, sentences in ((True, way.examples), (False, way.counterexamples))
    for sentence in sentences
]


@pytest.mark.parametrize(("kind", "way", "sentence", "holds"), CASES)
def test_examples_of_a_way_have_it_and_counterexamples_do_not(kind: str, way: str, sentence: str, holds: bool) -> None:
    assert ((kind, way) in rules.ways_of(sentence)) is holds


def test_kinds_name_positions_that_exist() -> None:
    from crawlers.companies import type_meanings

    known = set(load_catalog().by_id)
    for kind in rules.load_kinds().values():
        assert set(kind.positions) <= known, kind.id
        assert set(kind.types) <= set(type_meanings()), kind.id


def test_kind_is_looked_for_only_in_its_kinds_of_terms() -> None:
    price = "We may change the price of a subscription."
    assert [each.kind for each in rules.provisions(price, "Terms of Service")] == ["price"]
    assert rules.provisions(price, "Privacy Policy") == []
    appeal = "If you believe that we removed your post by mistake, you can appeal."
    assert [each.kind for each in rules.provisions(appeal, "Community Guidelines - Spam")] == ["removal"]


def test_place_of_a_provision_is_that_of_its_sentence() -> None:
    text = f"Hello. {FORBIDS} Goodbye. {FORBIDS}"
    [found] = rules.provisions(text, "Terms of Service")
    assert text[found.start : found.end] == found.words == FORBIDS


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("", FORBIDS, ["new"]),
        (FORBIDS, "", ["gone"]),
        (FORBIDS, FORBIDS.replace("  ", " "), []),
        (FORBIDS, FORBIDS.replace("anyone", "any other person"), ["changed"]),
        ("You may not lend a book once to a friend, for 14 days.", ALLOWS, ["turned"]),
        ("A purchaser shall not rent any book to third parties.", ALLOWS, ["turned"]),
        (
            FORBIDS,
            "Nobody shall not resell, at any price, to anybody at all, an audiobook.",
            ["changed"],
        ),
        (f"{FORBIDS}\n\nMore.", f"More.\n\n{FORBIDS}", []),
        (FORBIDS, f"{FORBIDS} {RESELL}", ["more"]),
        (f"{FORBIDS} {RESELL}", FORBIDS, ["less"]),
        (f"{FORBIDS} {RESELL}", f"{FORBIDS} {ALLOWS}", ["new", "less"]),
    ],
)
def test_what_came_went_changed_and_turned(old: str, new: str, what: list[str]) -> None:
    found = cp.differences(*(rules.provisions(text, "Terms of Service") for text in (old, new)))
    assert [each.what for each in found] == what


@pytest.mark.parametrize("text", ["a: {title: A}", "a: {title: A, positions: [], ways: {}, more: 1}", "[1]", "a: ["])
def test_file_of_another_form_names_itself(tmp_path: Path, text: str) -> None:
    file = tmp_path / "company_provisions.yml"
    file.write_text(text)
    with pytest.raises(rules.BadKinds, match=r"company_provisions\.yml"):
        rules.load_kinds(file)


# --------------------------------------------------------------------- what is kept


def test_changes_of_the_company_are_read_and_other_records_are_not(stored: Database) -> None:
    assert cp.read_company_provisions(stored) == 3
    sql = "select changed_on, what, kind, way_before, way from company_provisions where document_id = ? and url <> ''"
    told = stored.execute(sql, [STORE]).fetchall()
    assert {row[0] for row in told} == {"2024-03-05"}, "neither the incomplete record nor the archive's own"
    lending = [(row[1], row[3], row[4]) for row in told if row[2] == "lending"]
    assert lending == [("turned", "forbids", "allows")]
    assert ("2024-03-05", "new", "selling", None, "shares") in told
    stands = stored.execute(
        "select distinct kind, way from company_provisions where document_id = ? and url = ''", [STORE]
    )
    assert ("lending", "forbids") in stands.fetchall()


def test_second_reading_does_nothing(stored: Database) -> None:
    cp.read_company_provisions(stored)
    before = stored.conn.total_changes
    assert cp.read_company_provisions(stored) == 0
    assert stored.conn.total_changes == before


# --------------------------------------------------------------------- versions of a text


def rows_of(folder: Path) -> sqlite3.Connection:
    """The corpus as pages read it."""
    db = sqlite3.connect(folder / "corpus.db")
    db.row_factory = sqlite3.Row
    return db


def test_versions_are_in_the_order_of_the_archive_with_a_key_each(stored: Database, tmp_path: Path) -> None:
    found = text_versions.versions(rows_of(tmp_path), STORE)
    assert [each.label for each in found] == [
        "First record, January 5, 2024",
        "Text of February 5, 2024, incomplete",
        "Text of March 5, 2024",
        "Text of April 5, 2024, extracted again",
        "Text of May 5, 2024",
    ]
    assert len({each.key for each in found}) == 5
    assert all(re.fullmatch(r"[0-9a-f]{12}", each.key) for each in found)


def test_comparison_passes_over_an_incomplete_record(stored: Database, tmp_path: Path) -> None:
    db = rows_of(tmp_path)
    march = text_versions.versions(db, STORE)[2]
    view = text_versions.page(db, STORE, {"to": march.key})
    assert view is not None
    assert view.old is not None
    assert view.old.name == "First record, January 5, 2024"
    assert {row["kind"] for row in view.company} >= {"Lending and sharing what was paid for"}


# --------------------------------------------------------------------- pages


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    folder = tmp_path_factory.mktemp("companies")
    path = build(folder)
    db = connect(path)
    fill(db, folder / "mirror")
    cp.read_company_provisions(db)
    db.close()
    return serve.build(path, today=TODAY)


async def get(site: Datasette, address: str, status: int = 200) -> str:
    answer = await site.client.get(address)
    assert answer.status_code == status, answer.text[:300]
    assert EVIL not in answer.text
    return answer.text


CREDIT = "opendatacommons.org/licenses/by/1-0"


@pytest.mark.parametrize(
    "address",
    [
        "/companies",
        "/companies/amazon",
        f"/documents/{STORE}",
        f"/documents/{STORE}/versions",
        "/positions/cp-fair-ebook-terms/companies",
        "/positions/cp-fair-ebook-terms",
    ],
)
async def test_every_page_with_rules_of_companies_names_the_archive_and_its_license(
    site: Datasette, address: str
) -> None:
    assert CREDIT in await get(site, address)
    if not address.endswith("/versions"):
        assert CREDIT in await get(site, f"/es{address}")


async def test_company_page_tells_what_its_rules_say_and_what_turned(site: Datasette) -> None:
    page = re.sub(r"\s+", " ", await get(site, "/companies/amazon"))
    assert "Amazon Kindle Store: Terms of Service" in page
    assert "Readers may not lend or pass it on" in page
    assert "Readers&#39; data go to advertisers or data brokers" in page
    assert re.search(r'<time datetime="2024-05-05">.*<time datetime="2024-03-05">', page), "newest first"
    assert 'href="/positions/cp-fair-ebook-terms' in page
    spanish = await get(site, "/es/companies/amazon")
    assert "Los lectores no pueden prestarlo ni cederlo" in spanish


async def test_page_of_the_rules_says_what_such_a_text_settles_and_for_whom(site: Datasette) -> None:
    page = await get(site, f"/documents/{STORE}")
    assert "The contract that a reader accepts by using the service." in page
    assert 'Rules of <a href="/companies/amazon">Amazon</a>.' in page
    assert "no summary" not in page


async def test_feed_of_the_rules_of_a_company_says_what_turned(site: Datasette) -> None:
    feed = (await site.client.get(f"/documents/{STORE}.atom")).text
    assert "<title>Amazon Kindle Store: Terms of Service" in feed
    assert (
        "The company changed the text. Turned: Readers may lend or share it (before: Readers may not lend or pass it on)"
        in feed
    )


def test_feed_for_programs_says_what_turned_once_the_new_text_was_read(corpus: Database, tmp_path: Path) -> None:
    store = ("Amazon Kindle Store", "Terms of Service")
    found = Archive()
    found.record(*store, "2024-01-05", license_text(lending=FORBIDS), NEW)
    fill(corpus, tmp_path / "first", found)
    cp.read_company_provisions(corpus)
    found.record(*store, "2024-03-05", license_text(lending=ALLOWS, data=ADVERTISERS))
    fill(corpus, tmp_path / "later", found, silent=False)

    def fed() -> Answer:
        return changes(At(rows_of(tmp_path), datetime.date.fromisoformat(TODAY), "https://policy.example.org"))

    [change] = fed().result["changes"]
    assert (change["summary"], change["place"]) == ("The company changed the text", "corp")
    assert change_word("introduced", "corporate_policy") == "First recorded"
    assert change["rules"] is None, "not read yet"
    cp.read_company_provisions(corpus)
    told = fed()
    turned, *others = told.result["changes"][0]["rules"]
    assert turned == {
        "what": "turned",
        "says": "Readers may lend or share it",
        "said_before": "Readers may not lend or pass it on",
    }
    shared = {"what": "new", "says": "Readers' data go to advertisers or data brokers", "said_before": None}
    assert shared in others
    assert told.automatic == ["changes[].rules"]
    found.record(*store, "2024-04-05", license_text(lending=ALLOWS, data=ADVERTISERS, devices="three"))
    fill(corpus, tmp_path / "last", found, silent=False)
    cp.read_company_provisions(corpus)
    assert [each["rules"] == [] for each in fed().result["changes"]] == [False, True]


async def test_company_of_which_nothing_is_stored_is_not_there(site: Datasette) -> None:
    assert 'href="/companies/zoom"' not in await get(site, "/companies")
    await get(site, "/companies/zoom", 404)
    await get(site, "/companies/nobody", 404)
    await get(site, "/positions/nothing/companies", 404)
    await get(site, "/positions/nothing/companies.csv", 404)


async def test_table_of_a_position_as_a_spreadsheet_has_every_sentence_and_no_formula(site: Datasette) -> None:
    text = (await site.client.get("/positions/cp-fair-ebook-terms/companies.csv")).text.lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["company"] for row in rows} == {"Amazon", "Netflix"}
    assert "'=1+1: the movies are licensed, not sold." in {row["sentence"] for row in rows}
    assert all(row["recorded_by"] == "Open Terms Archive contributors, ODC-BY 1.0" for row in rows)
    assert not any(value.startswith(("=", "+", "@")) for row in rows for value in row.values())


async def test_versions_page_says_what_turned(site: Datasette) -> None:
    listed = await get(site, f"/documents/{STORE}/versions")
    keys = re.findall(r'<option value="([0-9a-f]{12})"', listed)
    page = re.sub(r"\s+", " ", await get(site, f"/documents/{STORE}/versions?from={keys[0]}&to={keys[2]}"))
    assert "Lending and sharing what was paid for" in page
    assert "Selling or sharing data about readers</strong>: New: Readers&#39; data go to advertisers" in page


# --------------------------------------------------------------------- areas


def scoped(key: str, title: str, text: str, tagging: Tagging) -> dict[str, bool]:
    return {tag.area: tag.tagged for tag in in_scope(key, title, text, tagging, load_catalog()).areas}


def test_rules_of_a_company_carry_the_areas_of_its_entry_alone() -> None:
    tags = tuple(Tag(area, 0.9, True, ()) for area in ("privacy", "intellectual-freedom"))
    zoom = scoped("corp-contrib-zoom-terms-of-service", "Zoom: Terms of Service", "", Tagging(tags, 1, 0.5))
    assert zoom == {"privacy": True, "intellectual-freedom": False}
    assert not any(scoped("corp-contrib-x", "Nobody: Terms", "", Tagging(tags, 1, 0.5)).values())
    bill = Tagging(tags, 1, 0.5)
    assert in_scope("us-119-hr1", "Zoom: Terms of Service", "", bill, load_catalog()) is bill


def test_provision_that_touches_a_position_shows_its_area() -> None:
    tags = Tagging((Tag("privacy", 0.1, False, ()), Tag("library-funding", 0.9, True, ())), 0, 0.1)
    title, text = "Amazon Kindle Store: Terms of Service", f"Hello. {FORBIDS}"
    assert scoped(STORE, title, text, tags) == {"privacy": False, "library-funding": False, "copyright": True}
    assert scoped(STORE, title, "Hello.", tags) == {"privacy": False, "library-funding": False}
    [evidence] = in_scope(STORE, title, text, tags, load_catalog()).areas[-1].evidence
    assert text[evidence.start : evidence.end] == evidence.words
    assert evidence.rule == "provision"


def test_companies_are_tagged_again_when_their_areas_change(stored: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    insert = (
        "insert into taggings (document_id, text_hash, version, priority, priority_score) values (?, 'h', 'v', 1, 0.5)"
    )
    stored.execute(insert, [STORE])
    hashed = "select text_hash from taggings"
    redo_if_changed(stored, load_catalog())
    assert stored.execute(hashed).fetchone() == ("",)
    stored.execute("update taggings set text_hash = 'h'")
    redo_if_changed(stored, load_catalog())
    assert stored.execute(hashed).fetchone() == ("h",), "nothing has changed"


def test_rules_of_companies_are_listed_and_never_must_see_by_themselves() -> None:
    facts = Facts(
        id=STORE, kind="corporate_policy", names=("Library Services and Technology Act",), areas={"copyright"}
    )
    assert priority_rules().grade(facts) == Grade(1, "corporate", 1)


# --------------------------------------------------------------------- matches


def found_in(title: str, text: str, areas: set[str], document_id: str = STORE) -> list[tuple[str, str, str]]:
    fields = {"title": title, "abstract": None, "text": text}
    found = matched(Matcher(), document_id, fields, areas)
    assert all(text[each.provision.start : each.provision.end] == each.provision.words for each in found)
    assert all(each.shown for each in found)
    return [(each.position_id, each.stance, each.provision.words) for each in found]


def test_provision_of_a_company_is_a_match_of_the_positions_that_the_catalog_names() -> None:
    store = found_in("Amazon Kindle Store: Terms of Service", f"Hello. {FORBIDS}", {"copyright"})
    assert {(position, stance) for position, stance, _ in store} == {
        ("cp-fair-ebook-terms", "oppose"),
        ("cp-lending-first-sale", "oppose"),
        ("cp-contract-override", "oppose"),
    }
    assert {words for _, _, words in store} == {FORBIDS}


def test_provision_is_no_match_without_the_area_or_where_nobody_would_read_the_company_for_it() -> None:
    assert found_in("Amazon Kindle Store: Terms of Service", FORBIDS, {"privacy"}) == []
    assert found_in("Signal: Terms of Service", FORBIDS, {"copyright", "privacy"}) == []
    assert found_in("Nobody: Terms of Service", FORBIDS, {"copyright"}) == []
    assert found_in("Amazon Kindle Store: Terms of Service", "Welcome.", {"copyright"}) == []


def test_rules_that_say_both_suggest_no_side() -> None:
    text = f"We do not sell your personal information. {ADVERTISERS}"
    found = found_in("Goodreads: Privacy Policy", text, {"privacy"}, "corp-contrib-goodreads-privacy-policy")
    assert [(position, stance) for position, stance, _ in found] == [("pr-consumer-data", "watch")] * 2


def test_bill_in_the_words_of_a_company_has_no_such_match() -> None:
    fields = {"title": "Amazon Kindle Store: Terms of Service", "abstract": None, "text": FORBIDS}
    found = matched(Matcher(), "us-119-hr1", fields, {"copyright"})
    assert not any(each.trigger.startswith("company:") for each in found)


def test_catalog_names_only_provisions_that_there_are_and_kinds_of_the_table_of_the_position(tmp_path: Path) -> None:
    for position in load_catalog().positions:
        for way, _ in position.companies:
            assert position.id in rules.load_kinds()[way.partition(".")[0]].positions, (position.id, way)
    entries = tmp_path / "entries"
    shutil.copytree(HOME, entries)
    file = entries / "privacy.yml"
    file.write_text(file.read_text().replace("[encryption.has]", "[encryption.maybe]"))
    assert any("unknown provision 'encryption.maybe'" in problem for problem in check(entries))


def test_companies_are_matched_again_when_the_kinds_of_provisions_change(
    stored: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    redo_if_changed(stored, load_catalog())
    stored.execute("insert into matchings (document_id, text_hash, version, areas) values (?, 'h', 'v', 'a')", [STORE])
    redo_if_changed(stored, load_catalog())
    assert stored.execute("select text_hash from matchings").fetchone() == ("h",)
    monkeypatch.setattr(company_scope, "version", lambda catalog: "another")
    redo_if_changed(stored, load_catalog())
    assert stored.execute("select text_hash from matchings").fetchone() == ("",)
