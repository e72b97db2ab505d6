"""A document is found by its titles: by the exact one first, and by the others of its record."""

from __future__ import annotations

from pathlib import Path

import pytest
from search_fixtures import DAY, filled, found_by
from site_corpus import document_row
from sqlite_utils import Database

from pages.browse import browse, finding, selection, titles
from publish.listing import publish


@pytest.mark.parametrize("typed", ["SAVE America Act", '"SAVE America Act"', 'title:"save america"', "title:save act"])
def test_a_bill_is_found_by_each_of_its_titles(tmp_path: Path, typed: str) -> None:
    db = filled(tmp_path)
    row = document_row("us-118-s1383", identifier="S. 1383", title="Veterans Access Act", url="https://example.org/")
    db.table("documents").insert(row | {"session": "118"})
    titles = ("Veterans Access Act", "SAVE America Act")
    db.table("titles").insert_all(
        {"document_id": "us-118-s1383", "ordinal": at, "kind": "Short title", "title": title}
        for at, title in enumerate(titles)
    )
    assert found_by(db.conn, typed) == []
    publish(db, "2022-03-09T10:00:00Z")
    found = browse.browse(db.conn, browse.Filters.of({"q": typed}), DAY)
    assert [(each.card.id, each.where) for each in found.results] == [("us-118-s1383", "list of other titles")]
    assert "SAVE America Act" in "".join(piece.text for piece in found.results[0].why)
    assert found.total == 1
    held = db.execute(
        "select title from other_titles where rowid = (select rowid from documents where id = 'us-118-s1383')"
    )
    assert held.fetchone()[0] == "SAVE America Act", "the one that it is shown by is found already"
    db.conn.row_factory = None
    assert publish(db, "2022-03-09T11:00:00Z") == 0


@pytest.fixture
def with_titles(tmp_path: Path) -> Database:
    """A long title with signs of operators, an old bill of one title among many with its words, and a short title with a year."""
    db = filled(tmp_path)
    rows = {
        "us-117-hr90": ("Reading Rooms (and Kiosks); NOT a Grant: to Amend", {"session": "117"}),
        "us-117-hr91": ("Public Reading Rooms", {"session": "117", "status": "failed", "published_on": "2021-01-01"}),
        "us-117-hr92": ("To provide for kiosks.", {"session": "117"}),
        "us-117-hr93": ("Congratulating the town of Otterville on its 100th anniversary", {"document_type": "hres"}),
    }
    rows |= {f"us-118-hr{at}": (f"Public Reading Rooms of Otterville {at}", {"session": "118"}) for at in range(50, 60)}
    for key, (title, other) in rows.items():
        row = document_row(key, identifier=key, title=title, url="https://example.org/")
        db.table("documents").insert(row | other)
        db.table("tags").insert(
            {"document_id": key, "area_id": "broadband", "probability": 0.9 if "118" in key else 0.1}
        )
    title = "Kiosks for Otters Act of 2021"
    db.table("titles").insert({"document_id": "us-117-hr92", "ordinal": 0, "kind": "Short title", "title": title})
    publish(db, "2022-03-09T10:00:00Z")
    return db


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Reading Rooms (and Kiosks); NOT a Grant: to Amend", "us-117-hr90"),
        ("public reading-rooms.", "us-117-hr91"),
        ("Kiosks for Otters Act of 2021", "us-117-hr92"),
        ("kiosks for otters act", "us-117-hr92"),
        ("Congratulating the town of Otterville on its 100th anniversary", "us-117-hr93"),
    ],
)
def test_the_title_of_a_document_puts_it_first(with_titles: Database, typed: str, key: str) -> None:
    assert found_by(with_titles.conn, typed)[0] == key
    assert finding.find_documents(with_titles.conn, typed)[0] == key
    assert found_by(with_titles.conn, typed).count(key) == 1


def test_a_document_that_the_list_leaves_out_is_found_by_its_title(with_titles: Database) -> None:
    asked = {"q": "Congratulating the town of Otterville on its 100th anniversary"}
    found = browse.browse(with_titles.conn, browse.Filters.of(asked), DAY)
    assert (found.by_title, [card.id for card in found.direct], found.total) == (True, ["us-117-hr93"], 0)
    found = browse.browse(with_titles.conn, browse.Filters.of(asked | {"ceremonial": "any"}), DAY)
    assert (found.by_title, found.direct, found.total) == (False, [], 1)
    found = browse.browse(with_titles.conn, browse.Filters.of(asked | {"jurisdiction": "us-tx"}), DAY)
    assert found.direct == []


@pytest.mark.parametrize(
    ("chosen", "listed"),
    [
        ({}, {"us-117-hr93"}),
        ({"kind": "bill"}, {"us-117-hr93"}),
        ({"status": "enacted"}, set()),
        ({"area": "tagged"}, set()),
    ],
)
def test_a_file_has_what_was_named_only_where_it_fits_the_filters(
    with_titles: Database, chosen: dict[str, str], listed: set[str]
) -> None:
    asked = browse.Filters.of({"q": "Congratulating the town of Otterville on its 100th anniversary"} | chosen)
    found = browse.browse(with_titles.conn, asked, DAY)
    assert ([card.id for card in found.direct], found.fitting) == (["us-117-hr93"], listed), (
        "the page shows it, and says so"
    )
    selected = selection.of_filters(with_titles.conn, asked, DAY)
    assert {place[1] for place in selection.window(with_titles.conn, selected, 9)} == listed
    assert selected.total == len(listed)


def test_a_title_that_was_cut_is_found_by_its_beginning(with_titles: Database) -> None:
    title = "To provide for " + " and ".join(f"kiosk number {at}" for at in range(40))
    row = document_row("us-117-hr94", identifier="H.R. 94", title=title, url="https://example.org/")
    with_titles.table("documents").insert(row)
    publish(with_titles, "2022-03-09T11:00:00Z")
    assert found_by(with_titles.conn, title)[0] == "us-117-hr94"
    assert titles.with_title(with_titles.conn, title[:200], ("1", [])) == []


def test_words_with_which_many_titles_begin_are_looked_for_in_no_title(
    with_titles: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert titles.with_title(with_titles.conn, "Public Reading Rooms", ("1", [])) == ["us-117-hr91"]
    monkeypatch.setattr(titles, "BEGINNINGS", 5)
    assert titles.with_title(with_titles.conn, "Public Reading Rooms", ("1", [])) == []


def test_one_word_and_a_title_of_many_are_subjects(with_titles: Database) -> None:
    for at in range(titles.MOST + 1):
        row = document_row(f"us-116-hr{at}", identifier=str(at), title="Reading kiosks", url="https://example.org/")
        with_titles.table("documents").insert(row)
    row = document_row("us-116-s1", identifier="S. 1", title="Kiosks", url="https://example.org/")
    with_titles.table("documents").insert(row)
    publish(with_titles, "2022-03-09T11:00:00Z")
    for typed in ("Reading kiosks", "Kiosks", "", "🎈"):
        assert titles.with_title(with_titles.conn, typed, ("1", [])) == []


def test_what_a_document_may_not_say_is_not_overlooked_for_its_other_titles(tmp_path: Path) -> None:
    db = filled(tmp_path)
    db.table("titles").insert(
        {"document_id": "us-118-s1409", "ordinal": 0, "kind": "Short title", "title": "SAVE America Act"}
    )
    publish(db, "2022-03-09T10:00:00Z")
    assert found_by(db.conn, "america") == ["us-118-s1409"]
    assert found_by(db.conn, "america NOT kids") == []


def test_a_title_of_another_year_is_no_answer_where_the_words_name_the_year(with_titles: Database) -> None:
    for typed, expected in (("Public Reading Rooms", True), ("Public Reading Rooms this year", False)):
        found = browse.browse(with_titles.conn, browse.Filters.of({"q": typed}), DAY)
        shown = {card.id for card in found.direct} | {each.card.id for each in found.results}
        assert ("us-117-hr91" in shown) == expected, typed
        assert bool(found.years) != expected
