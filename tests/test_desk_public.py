"""What the public may know of verdicts: only what is decided and published, written once, and gone when it is taken back."""

from __future__ import annotations

import datetime
from contextlib import closing

import pytest
from desk_fixtures import (
    LATER,
    NOW,
    change,
    corpus_of,
    decisions,
    person,
    say,
    states,
)
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from site_corpus import BROADBAND, HOSTILE_BILL
from sqlite_utils import Database

import pipelines
from desk.queue import queue
from desk.queue.queue import QueueViewer
from desk.queue.queue_filters import Filters
from desk.reviews import reviews, verdict_validity
from publish.at_once import publish_decisions
from publish.listing import publish
from settings import Configuration
from store.connect import connect

POSITION = "position:tc-hotspot-lending"
ASKED = QueueViewer(1, datetime.date(2022, 3, 9), None)


def test_only_what_is_decided_and_published_becomes_public(config: Configuration, db: Database) -> None:
    say(db, "confirm", "area:broadband", note="zyzzyva-note")
    say(db, "reject", "area:library-funding")
    say(db, "change", POSITION, value="oppose", note="zyzzyva-note")
    say(db, subject="stance", value="oppose", reason="quokka-draft")
    assert publish_decisions(config.corpus, db, [BROADBAND])
    assert decisions(config) == {
        (BROADBAND, "area:broadband"): ("confirm", None, None, "Broadband"),
        (BROADBAND, "area:library-funding"): ("reject", None, None, "public libraries"),
        (BROADBAND, POSITION): ("confirm", None, None, "A library may lend hotspots to readers."),
    }
    say(
        db,
        subject="stance",
        value="support",
        reason="It helps readers.",
        note="zyzzyva-note",
        source="https://example.org/letter",
        published=True,
    )
    publish_decisions(config.corpus, db, [BROADBAND])
    assert decisions(config)[BROADBAND, "stance"] == ("confirm", "support", "It helps readers.", None)
    say(db, subject="stance", value="oppose", reason="quokka-draft", who="Ben Writer")
    publish_decisions(config.corpus, db, [BROADBAND])
    assert decisions(config)[BROADBAND, "stance"][1] == "support", "a draft replaces nothing that is public"
    say(db, "reject", "stance", published=True)
    publish_decisions(config.corpus, db, [BROADBAND])
    assert (BROADBAND, "stance") not in decisions(config)
    public = config.corpus.read_bytes() + config.corpus.with_name("corpus.db-wal").read_bytes()
    assert not [word for word in (b"zyzzyva", b"quokka", b"Ana Reader", b"ana@example.org") if word in public]


@pytest.mark.slow
def test_a_publish_writes_the_same_and_a_second_writes_nothing(config: Configuration, db: Database) -> None:
    say(db, "confirm", "area:broadband")
    say(db, "reject", "area:library-funding")
    say(db, "confirm", "priority", value="1")
    publish_decisions(config.corpus, db, [BROADBAND])
    at_once = decisions(config)
    corpus = corpus_of(config)
    lists = [
        corpus.execute(f"select * from {table} order by 1, 2, 3, 4, 5").fetchall()
        for table in ("listing", "facet_counts", "agency_counts", "activity")
    ]
    corpus.execute("delete from decisions")
    assert pipelines.publish(corpus, db, LATER) > 0
    assert decisions(config) == at_once
    assert pipelines.publish(corpus, db, LATER) == 0
    # Lists and counts were right at once, not only after the publishing.
    for table, before in zip(("listing", "facet_counts", "agency_counts", "activity"), lists, strict=True):
        assert corpus.execute(f"select * from {table} order by 1, 2, 3, 4, 5").fetchall() == before
    listed = corpus.execute(
        "select area_id, must_see from listing where document_id = ? order by 1", [BROADBAND]
    ).fetchall()
    assert listed == [("any", 0), ("broadband", 0), ("tagged", 0)]
    corpus.close()


def test_a_position_rejected_here_takes_its_support_from_the_same_words_elsewhere_at_once(
    config: Configuration, db: Database
) -> None:
    """Although no match of the judged document is stored any more: what staff judged has the words."""
    say(db, "reject", POSITION)
    change(config, "delete from position_matches where document_id = ?", HOSTILE_BILL)
    change(config, f"update position_matches set document_id = '{HOSTILE_BILL}' where document_id = ?", BROADBAND)
    change(config, "delete from position_matches where 'position:' || position_id <> ?", POSITION)
    change(config, "update tags set probability = 0.6 where document_id = ?", HOSTILE_BILL)
    change(config, "update taggings set priority = 1 where document_id = ?", HOSTILE_BILL)
    listed = f"select area_id from listing where document_id = '{HOSTILE_BILL}' order by 1"
    corpus = corpus_of(config)
    publish(corpus, LATER)
    assert [row[0] for row in corpus.execute(listed)] == ["any", "library-funding", "tagged"]
    corpus.close()
    assert publish_decisions(config.corpus, db, [BROADBAND])
    corpus = corpus_of(config)
    assert [row[0] for row in corpus.execute(listed)] == ["any"]
    corpus.close()


def test_a_verdict_that_came_back_is_public_no_more(config: Configuration, db: Database) -> None:
    say(db, "confirm", "area:broadband")
    say(db, subject="stance", value="support", reason="It helps.", source="x.org", published=True)
    change(config, "delete from tags where area_id = 'broadband'")
    corpus = corpus_of(config)
    pipelines.publish(corpus, db, LATER)
    corpus.close()
    assert set(decisions(config)) == {(BROADBAND, "stance")}


def test_a_busy_public_file_costs_nobody_a_verdict(
    config: Configuration, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publish.at_once.PATIENCE_SECONDS", 0.05)
    corpus = corpus_of(config)
    corpus.execute("begin immediate")
    say(db, "confirm")
    assert not publish_decisions(config.corpus, db, [BROADBAND])
    corpus.execute("rollback")
    pipelines.publish(corpus, db, LATER)
    corpus.close()
    assert (BROADBAND, "area:broadband") in decisions(config)


def test_a_verdict_on_a_document_that_is_gone_is_kept_and_not_shown(config: Configuration, db: Database) -> None:
    say(db, "confirm", "area:library-funding", document_id=HOSTILE_BILL)
    corpus = corpus_of(config)
    corpus.execute("pragma foreign_keys = off")
    corpus.execute("delete from documents where id = ?", [HOSTILE_BILL])
    pipelines.publish(corpus, db, LATER)
    corpus.close()
    assert decisions(config) == {}
    assert db.execute("select count(*) from reviews").fetchone()[0] == 1


def test_an_outcome_waits_once_its_position_is_at_stake(config: Configuration, db: Database) -> None:
    outcome = "outcome:tc-hotspot-lending"
    words = "A library may lend hotspots to readers."
    db.execute(
        "insert into suggested_outcomes values (?, 'tc-hotspot-lending', 'incorporated', 'serves it', 'abstract', 49, 88, ?)",
        [BROADBAND, words],
    )
    assert states(db)[outcome] == "settled"
    verdict_validity.settle_all(db, NOW)
    before, _ = queue.ranked(db, Filters(kind="bill"), ASKED, skip=0, size=1)
    say(db, subject=POSITION, value="support")
    assert states(db)[outcome] == "open"
    after, _ = queue.ranked(db, Filters(kind="bill"), ASKED, skip=0, size=1)
    assert [entry.waiting for entry in before + after] == [4, 4], "one decided, one more to decide"
    say(db, subject=outcome, value="partly")
    corpus = corpus_of(config)
    pipelines.publish(corpus, db, LATER)
    assert corpus.execute("select outcome, words from outcomes").fetchall() == [("partly", words)]
    corpus.close()
    db.execute("update suggested_outcomes set outcome = 'rejected'")
    assert verdict_validity.settle_all(db, LATER) == 1


def test_agreement_changes_nothing_of_a_pin_and_its_line(config: Configuration, db: Database) -> None:
    def pin() -> tuple[str, str | None] | None:
        publish_decisions(config.corpus, db, [BROADBAND])
        found = decisions(config).get((BROADBAND, "pin"))
        return found and (found[0], found[2])

    say(db, "change", "priority", value="2", reason="It pays for hotspots.")
    for verdict in ("confirm", "change"):
        agreed = say(db, verdict, "priority", value="2", who="Ben Writer")
        assert pin() == ("confirm", "It pays for hotspots.")
    change(config, "update taggings set priority = 0 where document_id = ?", BROADBAND)
    assert verdict_validity.settle_all(db, LATER) == 0, "a pin holds whatever the program says later"
    reviews.undo(db, person(db, "Ben Writer"), agreed, now=LATER)
    assert pin() == ("confirm", "It pays for hotspots.")
    say(db, "confirm", "priority", value="1", who="Ben Writer")
    assert pin() is None
    say(db, "confirm", "priority", value="2", who="Ben Writer")
    assert pin() is None, "a priority that staff confirm is no pin"


def test_an_outcome_counts_at_once_and_no_longer_once_it_or_its_stance_is_taken_back(
    config: Configuration, db: Database
) -> None:
    def counted() -> tuple[list[tuple[str | None]], list[tuple[int, int]]]:
        assert publish_decisions(config.corpus, db, [BROADBAND])
        with closing(corpus_of(config)) as corpus:
            return (
                corpus.execute("select went from outcomes").fetchall(),
                corpus.execute("select decided, no from scorecard where dimension = 'all'").fetchall(),
            )

    change(config, "update documents set status = 'failed' where id = ?", BROADBAND)
    say(db, subject=POSITION, value="support")
    say(db, subject="stance", value="support", reason="It helps.", source="x.org", published=True)
    outcome = say(db, subject="outcome:tc-hotspot-lending", value="untouched")
    assert counted() == ([("no",)], [(1, 1)])
    say(db, "reject", "stance", published=True)
    assert counted() == ([(None,)], [(1, 0)]), "without a stance nobody can say whose way it went"
    reviews.undo(db, person(db), outcome, now=LATER)
    assert counted() == ([], [])


def test_one_document_at_a_time_and_all_at_once_give_the_same(config: Configuration, db: Database) -> None:
    """What waits is brought up to date by each verdict and made anew at each publishing: both must agree."""
    say(db, "confirm", "area:broadband")
    say(db, "defer", "area:library-funding")
    say(db, "reject", POSITION)
    number = say(db, "confirm", "priority", value="2")
    reviews.undo(db, person(db), number, now=NOW)
    tables = ("waiting", "waiting_pairs", "standings")
    at_once = [db.execute(f"select * from {table} order by 1, 2").fetchall() for table in tables]
    for table in tables:
        db.execute(f"delete from {table}")
    verdict_validity.settle_all(db, NOW)
    assert [db.execute(f"select * from {table} order by 1, 2").fetchall() for table in tables] == at_once


def test_what_staff_reject_is_not_shown_beside_the_same_words_elsewhere(config: Configuration, db: Database) -> None:
    other = HOSTILE_BILL
    copied = "position_id, ordinal, score, field, start, end, upper(words) from position_matches where document_id = ?"
    change(config, f"insert into position_matches select ?, {copied}", other, BROADBAND)

    def shown(document: str) -> set[str]:
        rows = corpus_of(config).execute("select position_id from shown_positions where document_id = ?", [document])
        return {row[0] for row in rows}

    hotspots = POSITION.partition(":")[2]
    assert hotspots in shown(BROADBAND) & shown(other)
    given = say(db, "reject", POSITION)
    publish_decisions(config.corpus, db, [BROADBAND])
    assert hotspots not in shown(BROADBAND) | shown(other)
    reviews.undo(db, person(db), given, now=LATER)
    publish_decisions(config.corpus, db, [BROADBAND])
    assert hotspots in shown(BROADBAND) & shown(other)


def test_a_decision_lists_the_companion_again_at_once(config: Configuration, db: Database) -> None:
    """A doubtful area of one bill is public for the sake of the other, until staff reject it there."""
    listed = "select area_id from listing where document_id = ? order by 1"
    with closing(connect(config.corpus)) as corpus:
        corpus.execute("update tags set probability = 0.89 where document_id = ?", [HOSTILE_BILL])
        corpus.execute("update tags set probability = 0.95 where document_id = ?", [BROADBAND])
        corpus.execute("update taggings set priority = 1 where document_id = ?", [HOSTILE_BILL])
        corpus.execute(
            "insert into links values (?, 90, ?, 'Identical bill', 'us_bills', null)", [BROADBAND, HOSTILE_BILL]
        )
        publish(corpus, NOW)
        assert [row[0] for row in corpus.execute(listed, [HOSTILE_BILL])] == ["any", "library-funding", "tagged"]
        say(db, "reject", "area:library-funding")
        assert publish_decisions(config.corpus, db, [BROADBAND])
        assert [row[0] for row in corpus.execute(listed, [HOSTILE_BILL])] == ["any"]
