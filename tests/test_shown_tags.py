"""Which areas the public sees: likely ones, those of documents for which something else speaks, and what staff decided."""

from __future__ import annotations

import datetime
import sqlite3
from pathlib import Path

import pytest
from site_corpus import BROADBAND, HOSTILE_BILL, NOW, PLAIN, TODAY, build, opened

import serve
from classify.tagger import Tagger
from pages.browse.cards import cards
from pages.documents.document import document
from publish.at_once import _relist_same_words, _with_companions, relist
from publish.listing import publish
from publish.listing_rows import add_functions
from store.connect import connect
from store.constants import SHOWN_TAG, SHOWN_TAG_OF

AREA = "library-funding"
DAY = datetime.date.fromisoformat(TODAY)


@pytest.fixture
def db(tmp_path: Path) -> sqlite3.Connection:
    return opened(tmp_path)


def shown(db: sqlite3.Connection, key: str = HOSTILE_BILL) -> list[str]:
    return [row[0] for row in db.execute("select area_id from shown_tags where document_id = ? order by 1", [key])]


def doubt(db: sqlite3.Connection, key: str = HOSTILE_BILL) -> None:
    db.execute("update tags set probability = ? where document_id = ?", [SHOWN_TAG - 0.01, key])
    db.execute("update taggings set priority = 1 where document_id = ?", [key])


def decide(db: sqlite3.Connection, subject: str, verdict: str, value: str | None = None) -> None:
    db.execute(
        "insert into decisions (document_id, subject, verdict, value, decided_on) values (?, ?, ?, ?, '2022-03-01')",
        [HOSTILE_BILL, subject, verdict, value],
    )


def test_a_doubtful_area_is_for_staff_alone(db: sqlite3.Connection) -> None:
    assert shown(db) == [AREA]
    doubt(db)
    assert shown(db) == []
    db.execute("update tags set probability = ? where document_id = ?", [SHOWN_TAG, HOSTILE_BILL])
    assert shown(db) == [AREA]
    db.execute("update tags set probability = 0.1 where document_id = ?", [BROADBAND])
    db.execute("update taggings set priority = 0 where document_id = ?", [BROADBAND])
    assert shown(db, BROADBAND) == ["broadband", AREA], "a position that is shown with it speaks for it"


WIDE = [area for area, cut in SHOWN_TAG_OF.items() if cut > SHOWN_TAG]


@pytest.mark.parametrize("area", WIDE)
def test_an_area_with_wide_edges_is_public_from_a_surer_probability(db: sqlite3.Connection, area: str) -> None:
    doubt(db)
    db.execute("update tags set area_id = ?, probability = ? where document_id = ?", [area, SHOWN_TAG, HOSTILE_BILL])
    assert shown(db) == []
    db.execute("update tags set probability = ? where document_id = ?", [SHOWN_TAG_OF[area], HOSTILE_BILL])
    assert shown(db) == [area]


def test_one_title_that_names_captions_shows_accessibility(db: sqlite3.Connection) -> None:
    fields = ("a", "Closed captioning in towpath theaters", None, None)
    ((_, tagging),) = Tagger().tag_batch([fields])
    likely = next(tag.probability for tag in tagging.areas if tag.area == "accessibility")
    doubt(db)
    change = "update tags set area_id = 'accessibility', probability = ? where document_id = ?"
    db.execute(change, [likely - 0.01, HOSTILE_BILL])
    assert shown(db) == []
    db.execute(change, [likely, HOSTILE_BILL])
    assert shown(db) == ["accessibility"]


@pytest.mark.parametrize(
    ("subject", "verdict", "value", "expected"),
    [
        (f"area:{AREA}", "confirm", None, [AREA]),
        (f"area:{AREA}", "reject", None, []),
        ("area:broadband", "confirm", None, ["broadband"]),
        ("priority", "confirm", "2", [AREA]),
        ("priority", "confirm", "1", []),
        ("stance", "confirm", "support", [AREA]),
        ("stance:tc-hotspot-lending", "confirm", "support", [AREA]),
    ],
)
def test_what_staff_decided_counts(
    db: sqlite3.Connection, subject: str, verdict: str, value: str | None, expected: list[str]
) -> None:
    doubt(db)
    decide(db, subject, verdict, value)
    assert shown(db) == expected


def test_a_position_that_staff_rejected_speaks_for_nothing(db: sqlite3.Connection) -> None:
    db.execute("update tags set probability = 0.1 where document_id = ?", [BROADBAND])
    db.execute("update taggings set priority = 0 where document_id = ?", [BROADBAND])
    assert shown(db, BROADBAND) == ["broadband", AREA]
    db.execute(
        "insert into decisions (document_id, subject, verdict, decided_on) "
        "select distinct document_id, 'position:' || position_id, 'reject', '2022-03-01' from position_matches "
        "where document_id = ?",
        [BROADBAND],
    )
    assert shown(db, BROADBAND) == []


def test_a_position_that_staff_added_without_words_speaks_for_an_area(db: sqlite3.Connection) -> None:
    doubt(db)
    decide(db, "position:that-left-the-catalog", "confirm")
    assert shown(db) == []
    decide(db, "position:tc-hotspot-lending", "confirm")
    assert shown(db) == [AREA]


def test_a_list_looks_up_one_document_and_not_all_matches(db: sqlite3.Connection) -> None:
    plan = db.execute(
        "explain query plan select * from shown_tags where document_id in (?, ?)", [HOSTILE_BILL, BROADBAND]
    ).fetchall()
    assert not [row[3] for row in plan if row[3].startswith("SCAN m")]


def test_priority_speaks_for_an_area(db: sqlite3.Connection) -> None:
    doubt(db)
    db.execute("update taggings set priority = 2 where document_id = ?", [HOSTILE_BILL])
    assert shown(db) == [AREA]
    decide(db, f"area:{AREA}", "reject")
    assert shown(db) == []


def test_pages_say_that_an_area_is_doubtful_and_not_which(db: sqlite3.Connection) -> None:
    before = document(db, HOSTILE_BILL, DAY)
    assert before is not None
    assert [tag.area_id for tag in before.tags] == [AREA]
    doubt(db)
    view = document(db, HOSTILE_BILL, DAY)
    assert view is not None
    assert (view.tags, view.doubtful) == ([], True)
    assert not any(piece.labels for piece in [*view.title_pieces, *view.abstract_pieces])
    [card] = cards(db, [HOSTILE_BILL], DAY)
    assert (card.areas, card.evidence) == ([], [])
    decide(db, f"area:{AREA}", "reject")
    rejected = document(db, HOSTILE_BILL, DAY)
    assert rejected is not None
    assert not rejected.doubtful


def test_lists_leave_it_out_with_the_next_publication(tmp_path: Path) -> None:
    corpus = connect(build(tmp_path))
    listed = "select area_id from listing where document_id = ? order by 1"
    assert [row[0] for row in corpus.execute(listed, [HOSTILE_BILL])] == ["any", AREA, "tagged"]
    doubt(corpus.conn)
    publish(corpus, NOW)
    assert [row[0] for row in corpus.execute(listed, [HOSTILE_BILL])] == ["any"]


def test_a_rejected_position_takes_its_support_from_areas_elsewhere(tmp_path: Path) -> None:
    """The same words, rejected in one document, hide the position in another, and with it a doubtful area."""
    corpus = connect(build(tmp_path))
    match = dict(corpus.query("select * from position_matches where document_id = ?", [BROADBAND]).__next__())
    corpus.table("position_matches").insert(match | {"document_id": HOSTILE_BILL})
    doubt(corpus.conn)
    publish(corpus, NOW)
    listed = "select area_id from listing where document_id = ? order by 1"
    assert [row[0] for row in corpus.execute(listed, [HOSTILE_BILL])] == ["any", AREA, "tagged"]
    corpus.execute(
        "insert into decisions (document_id, subject, verdict, words, decided_on) values (?, ?, 'reject', ?, '2022-03-01')",
        [BROADBAND, f"position:{match['position_id']}", match["words"].upper()],
    )
    add_functions(corpus)
    _relist_same_words(corpus, match["position_id"], [BROADBAND])
    assert [row[0] for row in corpus.execute(listed, [HOSTILE_BILL])] == ["any"]


def test_so_do_words_that_were_judged_where_no_match_is_stored(tmp_path: Path) -> None:
    corpus = connect(build(tmp_path))
    match = next(corpus.query("select * from position_matches where document_id = ?", [BROADBAND]))
    corpus.execute("update position_matches set document_id = ? where document_id = ?", [HOSTILE_BILL, BROADBAND])
    doubt(corpus.conn)
    publish(corpus, NOW)
    listed = "select area_id from listing where document_id = ? order by 1"
    assert [row[0] for row in corpus.execute(listed, [HOSTILE_BILL])] == ["any", AREA, "tagged"]
    corpus.execute("delete from position_matches where position_id <> ?", [match["position_id"]])
    corpus.execute(
        "insert into decisions (document_id, subject, verdict, words, decided_on) values (?, ?, 'reject', ?, '2022-03-01')",
        [BROADBAND, f"position:{match['position_id']}", match["words"]],
    )
    add_functions(corpus)
    _relist_same_words(corpus, match["position_id"], [BROADBAND])
    assert [row[0] for row in corpus.execute(listed, [HOSTILE_BILL])] == ["any", AREA, "tagged"], "no words are known"
    _relist_same_words(corpus, match["position_id"], [BROADBAND], [match["words"].upper()])
    assert [row[0] for row in corpus.execute(listed, [HOSTILE_BILL])] == ["any"]


def make_companions(db: sqlite3.Connection, kind: str, one: str = HOSTILE_BILL, other: str = PLAIN) -> None:
    """A doubtful area on the hostile bill; the plain one is sure of it, and nothing else speaks for either."""
    doubt(db)
    db.execute("insert or replace into tags values (?, ?, ?)", [PLAIN, AREA, SHOWN_TAG])
    db.execute("insert into links values (?, 90, ?, ?, 'us_bills', null)", [one, other, kind])


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("Identical bill", [AREA]), ("identical", [AREA]), ("companion", [AREA]), ("Related bill", [])],
)
@pytest.mark.parametrize("pair", [(HOSTILE_BILL, PLAIN), (PLAIN, HOSTILE_BILL)])
def test_an_area_of_a_companion_is_shown_too(
    db: sqlite3.Connection, pair: tuple[str, str], kind: str, expected: list[str]
) -> None:
    make_companions(db, kind, *pair)
    assert shown(db) == expected
    db.execute("delete from tags where document_id = ?", [HOSTILE_BILL])
    assert shown(db) == [], "software did not find it here"


def test_a_companion_speaks_by_its_own_probability_alone(db: sqlite3.Connection) -> None:
    make_companions(db, "companion")
    db.execute("update tags set probability = ? where document_id = ?", [SHOWN_TAG - 0.01, PLAIN])
    assert shown(db) == []
    db.execute("update taggings set priority = 2 where document_id = ?", [PLAIN])
    assert (shown(db, PLAIN), shown(db)) == ([AREA], []), "priority speaks for the document that has it"


def test_staff_decide_for_a_companion_too_and_last_for_the_document_itself(db: sqlite3.Connection) -> None:
    make_companions(db, "companion")
    there = (
        "insert or replace into decisions (document_id, subject, verdict, decided_on) values (?, ?, ?, '2022-03-01')"
    )
    db.execute(there, [PLAIN, f"area:{AREA}", "reject"])
    assert shown(db) == []
    db.execute("delete from tags where document_id = ?", [PLAIN])
    db.execute(there, [PLAIN, f"area:{AREA}", "confirm"])
    assert shown(db) == [AREA], "staff added it there"
    decide(db, f"area:{AREA}", "reject")
    assert shown(db) == []


def test_a_decision_lists_its_companions_again(tmp_path: Path) -> None:
    corpus = connect(build(tmp_path))
    make_companions(corpus.conn, "companion", PLAIN, HOSTILE_BILL)
    publish(corpus, NOW)
    listed = "select area_id from listing where document_id = ? order by 1"
    assert [row[0] for row in corpus.execute(listed, [HOSTILE_BILL])] == ["any", AREA, "tagged"]
    assert _with_companions(corpus, [PLAIN]) == [PLAIN, HOSTILE_BILL]
    assert _with_companions(corpus, [HOSTILE_BILL]) == [HOSTILE_BILL, PLAIN]
    corpus.execute(
        "insert into decisions (document_id, subject, verdict, decided_on) values (?, ?, 'reject', '2022-03-01')",
        [PLAIN, f"area:{AREA}"],
    )
    add_functions(corpus)
    for key in _with_companions(corpus, [PLAIN]):
        relist(corpus, key)
    assert [row[0] for row in corpus.execute(listed, [HOSTILE_BILL])] == ["any"]
    counts = "select area_id, sum(documents) from facet_counts group by 1 order by 1"
    kept = corpus.execute(counts).fetchall()
    publish(corpus, NOW)
    assert corpus.execute(counts).fetchall() == kept


@pytest.mark.parametrize(("kind", "called"), [("Identical bill", "identical"), ("companion", "its companion")])
async def test_the_page_names_the_companion(tmp_path: Path, kind: str, called: str) -> None:
    file = build(tmp_path)
    corpus = connect(file)
    make_companions(corpus.conn, kind)
    site = serve.build(file, today=TODAY)
    sentence = f'Shown because it is an area of a bill that the source calls {called}: <a href="/documents/{PLAIN}">'
    assert sentence in (await site.client.get(f"/documents/{HOSTILE_BILL}")).text
    assert "Shown because" not in (await site.client.get(f"/documents/{PLAIN}")).text
    corpus.execute("update taggings set priority = 2 where document_id = ?", [HOSTILE_BILL])
    assert "Shown because" not in (await site.client.get(f"/documents/{HOSTILE_BILL}")).text, (
        "priority is reason enough"
    )
    corpus.execute("update taggings set priority = 1 where document_id = ?", [HOSTILE_BILL])
    corpus.execute("update tags set probability = 0.5 where document_id = ?", [PLAIN])
    assert "Shown because" not in (await site.client.get(f"/documents/{HOSTILE_BILL}")).text
    corpus.execute(
        "insert into decisions (document_id, subject, verdict, decided_on) values (?, ?, 'confirm', '2022-03-01')",
        [PLAIN, f"area:{AREA}"],
    )
    assert sentence in (await site.client.get(f"/documents/{HOSTILE_BILL}")).text, "staff confirmed it there"


@pytest.mark.parametrize(("subject", "value"), [("stance", "support"), ("priority", "2")])
def test_what_speaks_for_the_document_itself_needs_no_companion(
    db: sqlite3.Connection, subject: str, value: str
) -> None:
    make_companions(db, "companion")
    before = document(db, HOSTILE_BILL, DAY)
    decide(db, subject, "confirm", value)
    after = document(db, HOSTILE_BILL, DAY)
    assert before is not None
    assert after is not None
    assert [each.companion and each.companion["id"] for each in before.tags] == [PLAIN]
    assert [each.companion for each in after.tags] == [None]
