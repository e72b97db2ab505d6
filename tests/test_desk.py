"""Verdicts of staff: only added to, told to the second person, and held while what they rest on stands."""

from __future__ import annotations

import datetime
import json
import sqlite3
from typing import Any

import pytest
from desk_fixtures import (
    LATER,
    NOW,
    change,
    corpus_of,
    decisions,
    open_desk,
    person,
    say,
    states,
)
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from site_corpus import BROADBAND, HOSTILE_BILL, RULE
from sqlite_utils import Database

from desk.queue import collaboration, queue
from desk.queue.queue import QueueViewer
from desk.queue.queue_filters import Filters
from desk.reviews import review_items, reviews, suggestions, verdict_validity
from desk.reviews.reviews import EditConflict, NotAllowed
from desk.reviews.subjects import BadVerdict
from publish.at_once import publish_decisions
from settings import Configuration
from store.schema.staff import APPEND_ONLY
from text.spans import Quote

POSITION = "position:tc-hotspot-lending"
ASKED = QueueViewer(1, datetime.date(2022, 3, 9), None)


# --------------------------------------------------------------------- recording


def test_a_verdict_keeps_what_was_seen(db: Database) -> None:
    number = say(db, note="certain")
    [row] = reviews.history(db, BROADBAND)
    assert (row["id"], row["name"], row["verdict"], row["note"], row["reviewed_at"]) == (
        number,
        "Ana Reader",
        "confirm",
        "certain",
        NOW,
    )
    assert json.loads(row["passage"])["words"] == "Broadband"
    assert row["text_hash"] == BROADBAND
    said = json.loads(row["suggestion"])
    assert (said["suggested"], said["sure"]) == (True, 0.94)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_people_did_can_neither_be_changed_nor_removed(db: Database, table: str) -> None:
    say(db)
    ana = person(db)
    collaboration.add_note(db, ana, BROADBAND, "a note", NOW)
    collaboration.assign(db, ana, BROADBAND, "Ben Writer", NOW)
    collaboration.snooze(db, ana, BROADBAND, NOW, until_on="2022-04-01", until_change=None)
    collaboration.reassign_area(db, ana, "broadband", "Ben Writer", "", NOW)
    before = db.execute(f"select * from {table}").fetchall()
    assert before
    for sql in (f"update {table} set id = id + 1", f"delete from {table}"):
        with pytest.raises(sqlite3.IntegrityError, match="only added to"):
            db.execute(sql)
    assert db.execute(f"select * from {table}").fetchall() == before


@pytest.mark.parametrize(
    ("subject", "verdict", "more", "why"),
    [
        ("area:nonsense", "confirm", {}, "no area called"),
        ("sponsor", "confirm", {}, "cannot be decided"),
        ("area:broadband; drop table reviews", "confirm", {}, "cannot be decided"),
        ("area:broadband", "perhaps", {}, "not a verdict"),
        ("area:broadband", "undo", {}, "not a verdict"),
        ("area:broadband", "confirm", {"value": "support"}, "not a value"),
        (POSITION, "confirm", {}, "choose one of"),
        (POSITION, "change", {"value": "adore"}, "not a value"),
        ("priority", "confirm", {"value": "3"}, "not a value"),
        ("stance", "confirm", {"value": "support", "published": True}, "enter a reason"),
        ("stance", "confirm", {"value": "support", "reason": "x", "published": True}, "name a source"),
        ("area:broadband", "confirm", {"published": True}, "only stances"),
        ("area:broadband", "confirm", {"document_id": "us-1-hr1"}, "no such document"),
        ("area:broadband", "confirm", {"note": "x" * 4_001}, "at most"),
    ],
)
def test_a_verdict_that_makes_no_sense_is_refused_and_leaves_nothing(
    db: Database, subject: str, verdict: str, more: dict[str, Any], why: str
) -> None:
    with pytest.raises(BadVerdict, match=why):
        say(db, verdict, subject, **more)
    assert db.execute("select count(*) from reviews").fetchone()[0] == 0


def test_an_area_shows_the_words_of_its_rules_and_others_their_passages() -> None:
    passages = tuple(Quote("title", n, n + 1, word) for n, word in enumerate("abcd"))
    area = suggestions.Suggestion("area:x", passages=passages, evidence=(("deploy", False), ("broadband", True)))
    assert area.words == ["broadband"]
    assert suggestions.Suggestion(POSITION, passages=passages).words == ["a", "b", "c"]


def test_what_nobody_suggested_cannot_be_rejected(db: Database) -> None:
    with pytest.raises(BadVerdict, match="nothing to reject"):
        say(db, "reject", "area:library-funding", document_id=RULE)


def test_roles_decide_who_may_do_what(db: Database) -> None:
    with pytest.raises(NotAllowed, match="reviewer"):
        say(db, who="Cleo Looker")
    say(db, who="Ben Writer")
    say(db, subject="stance", value="support", who="Ben Writer", reason="because")
    with pytest.raises(NotAllowed, match="approver"):
        say(
            db,
            subject="stance",
            value="support",
            reason="because",
            source="Policy manual",
            published=True,
            who="Ben Writer",
        )
    say(db, subject="stance", value="support", reason="because", source="Policy manual", published=True)
    with pytest.raises(NotAllowed, match="approver"):
        say(db, "reject", "stance", published=True, who="Ben Writer")


def test_the_second_of_two_people_is_told_and_overwrites_nothing(db: Database) -> None:
    opened_by_both = reviews.last_id(db, BROADBAND)
    say(db, "reject", who="Ana Reader", seen=opened_by_both, note="about roads")
    with pytest.raises(EditConflict) as told:
        say(db, "confirm", who="Ben Writer", seen=opened_by_both)
    assert (told.value.by["name"], told.value.by["verdict"], told.value.by["note"]) == (
        "Ana Reader",
        "reject",
        "about roads",
    )
    in_force = reviews.current(db, BROADBAND, "area:broadband")
    assert in_force
    assert (in_force["verdict"], in_force["name"]) == ("reject", "Ana Reader")
    # Another subject of the same document was not touched by Ana: Ben's verdict on it counts.
    say(db, subject="area:library-funding", who="Ben Writer", seen=opened_by_both)
    # Having seen hers, he may disagree, and both stay.
    say(db, "confirm", who="Ben Writer")
    assert [row["verdict"] for row in reviews.history(db, BROADBAND)] == ["confirm", "confirm", "reject"]


def test_two_at_the_same_moment_from_two_connections(config: Configuration, db: Database) -> None:
    other = open_desk(config)
    say(db, "reject", seen=0)
    with pytest.raises(EditConflict):
        say(other, "confirm", who="Ben Writer", seen=0)
    other.close()


def test_undo_brings_back_the_verdict_before(db: Database) -> None:
    first = say(db, "confirm")
    second = say(db, "reject")
    assert reviews.undo(db, person(db), second, now=LATER) == BROADBAND
    in_force = reviews.current(db, BROADBAND, "area:broadband")
    assert in_force
    assert in_force["id"] == first
    reviews.undo(db, person(db), first, now=LATER)
    assert reviews.current(db, BROADBAND, "area:broadband") is None
    assert states(db)["area:broadband"] == "open"
    with pytest.raises(BadVerdict, match="already undone"):
        reviews.undo(db, person(db), first, now=LATER)
    assert len(reviews.history(db, BROADBAND)) == 4


def test_an_undo_keeps_what_the_text_was_when_it_was_undone(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    given = say(db, "confirm")
    texts = suggestions.texts_of(db, BROADBAND)
    assert texts
    monkeypatch.setattr(reviews, "texts_of", lambda *_: texts | {"text_hash": "another text"})
    reviews.undo(db, person(db), given, now=LATER)
    assert reviews.history(db, BROADBAND)[0]["text_hash"] == "another text"


def test_undo_is_for_ones_own_last_word_only(db: Database) -> None:
    ana = say(db, "reject")
    with pytest.raises(NotAllowed):
        reviews.undo(db, person(db, "Ben Writer"), ana, now=LATER)
    say(db, "confirm", who="Ben Writer")
    with pytest.raises(EditConflict):
        reviews.undo(db, person(db), ana, now=LATER)


def test_the_undo_that_is_offered_is_of_what_nobody_has_decided_again(db: Database) -> None:
    first = say(db, subject="area:library-funding")
    say(db, "reject")
    say(db, "confirm", who="Ben Writer")
    offered = reviews.last_of(db, person(db))
    assert offered
    assert offered["id"] == first, "what Ben decided again since is out of the way of what was before it"
    reviews.undo(db, person(db), first, now=LATER)
    assert reviews.last_of(db, person(db)) is None


# --------------------------------------------------------------------- what is missed


def test_words_picked_by_a_person_become_evidence(config: Configuration, db: Database) -> None:
    texts = suggestions.texts_of(db, RULE)
    assert texts
    where = suggestions.find(texts, "let schools  and\nlibraries", field="text", near=95)
    assert where
    assert (where.words, where.field) == ("let schools and libraries", "text")
    second = texts["text"].index("let schools", 40)
    assert where.start == second
    say(db, subject="area:library-funding", document_id=RULE, passage=where)
    assert states(db, RULE)["area:library-funding"] == verdict_validity.HOLDS
    assert publish_decisions(config.corpus, db, [RULE])
    assert decisions(config)[RULE, "area:library-funding"] == ("confirm", None, None, "let schools and libraries")
    corpus = corpus_of(config)
    shown = corpus.execute(
        "select area_id, confirmed from shown_tags where document_id = ? order by 1", [RULE]
    ).fetchall()
    assert shown == [("broadband", 0), ("library-funding", 1)]
    corpus.close()


def test_words_that_are_not_there_are_not_found() -> None:
    assert suggestions.find({"title": "Reading"}, "Writing") is None
    assert suggestions.find({"title": "Reading"}, "  ") is None


# --------------------------------------------------------------------- does it still hold


def test_a_late_summary_brings_nothing_back(config: Configuration, db: Database) -> None:
    say(db)
    change(config, "update documents set abstract = 'A later summary.', text_hash = 'other' where id = ?", BROADBAND)
    assert verdict_validity.settle_all(db, LATER) == 0
    assert states(db)["area:broadband"] == verdict_validity.HOLDS


def test_a_lost_passage_brings_the_pair_back_with_a_comparison(config: Configuration, db: Database) -> None:
    say(db, subject=POSITION, value="support")
    change(
        config, "update documents set abstract = 'Lending is forbidden.', text_hash = 'other' where id = ?", BROADBAND
    )
    assert verdict_validity.settle_all(db, LATER) == 1
    [item] = [item for item in review_items.items(db, BROADBAND, review_items.titles(db)) if item.subject == POSITION]
    assert (item.state, item.why, item.waits) == (verdict_validity.RETURNED, verdict_validity.WHY["passage"], True)
    assert item.review
    assert (item.review["verdict"], item.review["name"]) == ("confirm", "Ana Reader")
    assert item.seen_words == "A library may lend hotspots to readers."
    assert item.before["value"] == "support"
    entries, _ = queue.ranked(db, Filters(returned="1"), ASKED, skip=0, size=5)
    assert [(entry.document_id, entry.returned) for entry in entries] == [(BROADBAND, 1)]


def test_moved_words_still_hold(config: Configuration, db: Database) -> None:
    say(db, subject=POSITION, value="support")
    abstract = "New first sentence. A library  may lend\nhotspots to readers."
    change(config, "update documents set abstract = ?, text_hash = 'other' where id = ?", abstract, BROADBAND)
    assert verdict_validity.settle_all(db, LATER) == 0


@pytest.mark.parametrize(
    ("verdict", "subject", "value", "sql", "expected"),
    [
        ("confirm", "area:broadband", None, "delete from tags where area_id = 'broadband'", "gone"),
        ("reject", "area:broadband", None, "delete from tags where area_id = 'broadband'", ""),
        ("confirm", "area:broadband", None, "update tags set probability = 0.51", ""),
        ("confirm", "priority", "2", "update taggings set priority = 0", "value"),
        ("confirm", "priority", "1", "update taggings set priority = 1", ""),
    ],
)
def test_a_changed_suggestion_brings_back_what_disagrees(
    config: Configuration, db: Database, verdict: str, subject: str, value: str | None, sql: str, expected: str
) -> None:
    say(db, verdict, subject, value=value)
    change(config, sql)
    verdict_validity.settle_all(db, LATER)
    [row] = db.query("select state, why from standings where subject = ?", [subject])
    assert (row["why"], row["state"]) == (expected, verdict_validity.RETURNED if expected else verdict_validity.HOLDS)


def test_a_pin_holds_whatever_the_program_says_and_can_be_taken_back(config: Configuration, db: Database) -> None:
    change(config, "update taggings set priority = 1 where document_id = ?", BROADBAND)
    pin = say(db, "change", "priority", value="2")
    for priority in (0, 2, 1):
        change(config, "update taggings set priority = ?", priority)
        assert verdict_validity.settle_all(db, LATER) == 0
    assert states(db)["priority"] == verdict_validity.HOLDS
    reviews.undo(db, person(db), pin, now=LATER)
    assert states(db)["priority"] == "settled"


def test_another_direction_brings_a_position_back_unless_it_is_what_staff_said(db: Database) -> None:
    say(db, subject=POSITION, value="support")
    db.execute("update suggested_stances set stance = 'oppose'")
    assert verdict_validity.settle_all(db, LATER) == 1
    say(db, "change", POSITION, value="watch")
    db.execute("update suggested_stances set stance = 'watch'")
    assert verdict_validity.settle_all(db, LATER) == 0


def test_what_comes_up_again_after_a_rejection_of_something_else(config: Configuration, db: Database) -> None:
    """Added by hand and rejected later: when the machine then suggests it, people look again."""
    say(db, subject="area:library-funding", document_id=RULE)
    say(db, "reject", "area:library-funding", document_id=RULE)
    assert states(db, RULE)["area:library-funding"] == verdict_validity.HOLDS
    change(config, "insert into tags values (?, 'library-funding', 0.8)", RULE)
    assert verdict_validity.settle_all(db, LATER) == 1


def test_a_deferred_pair_waits_in_its_own_list(db: Database) -> None:
    say(db, "defer")
    assert states(db)["area:broadband"] == verdict_validity.DEFERRED
    entries, total = queue.ranked(db, Filters(put_off="1"), ASKED, skip=0, size=5)
    assert (total, entries[0].document_id, entries[0].waiting) == (1, BROADBAND, 3)
    say(db, "defer", "area:library-funding", document_id=HOSTILE_BILL)
    assert HOSTILE_BILL not in [e.document_id for e in queue.ranked(db, Filters(), ASKED, skip=0, size=9)[0]]
    assert queue.ranked(db, Filters(put_off="1"), ASKED, skip=0, size=5)[1] == 2


def test_the_history_says_in_words_what_was_done(db: Any) -> None:
    def last() -> str:
        return reviews.history(db, BROADBAND)[0]["did"]

    say(db, subject="stance", value="oppose", reason="It harms.", who="Ben Writer")
    assert last() == "drafted the stance “Oppose”"
    given = {"value": "oppose", "reason": "It harms.", "source": "Letter", "published": True}
    say(db, subject="stance:tc-hotspot-lending", **given)
    assert last().startswith("published the stance “Oppose” on “")
    assert "hotspot" in last().lower()
    say(db, "change", "priority", value="2")
    assert last() == "pinned it as a priority"
    say(db, "change", "priority", value="1")
    assert last() == "unpinned it"
    newest, pinned, *_ = reviews.history(db, BROADBAND)
    assert (newest["in_force"], pinned["in_force"]) == (1, 0), "what was replaced cannot be undone"
    say(db, "confirm", "area:broadband")
    assert last() == "confirmed the area “Broadband”"
