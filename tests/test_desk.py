"""Verdicts of staff: only added to, told to the second person, held while what they rest on stands, and what is public."""

from __future__ import annotations

import datetime
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from desk_world import LATER, NOW, build, copy, corpus_of, open_desk, person
from site_corpus import BROADBAND, HOSTILE_BILL, PLAIN, RULE
from sqlite_utils import Database

from configuration import Configuration
from desk import papers, queue, reviews, standing, suggestions, work
from desk.queue import Asked, Filters
from desk.reviews import NotAllowed, Overtaken, Verdict
from desk.subjects import BadVerdict
from desk.tables import APPEND_ONLY
from publish import publish, publish_decisions

POSITION = "position:tc-hotspot-lending"
ASKED = Asked(1, datetime.date(2022, 3, 9), None)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("desk")).data


@pytest.fixture
def config(made: Path, tmp_path: Path) -> Configuration:
    return copy(made, tmp_path)


@pytest.fixture
def db(config: Configuration) -> Iterator[Database]:
    opened = open_desk(config)
    yield opened
    opened.close()


def say(
    db: Database, verdict: str = "confirm", subject: str = "area:broadband", who: str = "Ana Reader", **more: Any
) -> int:
    seen = more.pop("seen", reviews.last_id(db, more.get("document_id", BROADBAND)))
    now = more.pop("now", NOW)
    given = Verdict(**({"document_id": BROADBAND, "subject": subject, "verdict": verdict, "seen": seen} | more))
    return reviews.record(db, person(db, who), [given], now=now)[0]


def states(db: Database, document_id: str = BROADBAND) -> dict[str, str]:
    return {item.subject: item.state for item in papers.items(db, document_id)}


def decisions(config: Configuration) -> dict[tuple[str, str], tuple[Any, ...]]:
    found = corpus_of(config)
    rows = {
        (row[0], row[1]): row[2:]
        for row in found.execute("select document_id, subject, verdict, value, reason, words from decisions")
    }
    found.close()
    return rows


def change(config: Configuration, sql: str, *values: Any) -> None:
    corpus = corpus_of(config)
    with corpus.atomic():
        corpus.execute(sql, list(values))
    corpus.close()


# --------------------------------------------------------------------- recording


def test_a_verdict_keeps_what_was_seen(db: Database) -> None:
    number = say(db, note="certain")
    [row] = reviews.history(db, BROADBAND)
    assert (row["id"], row["name"], row["verdict"], row["note"], row["reviewed_at"]) == (
        number, "Ana Reader", "confirm", "certain", NOW,
    )  # fmt: skip
    assert json.loads(row["passage"])["words"] == "Broadband"
    assert row["text_hash"] == BROADBAND
    said = json.loads(row["suggestion"])
    assert (said["suggested"], said["sure"]) == (True, 0.94)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_people_did_can_neither_be_changed_nor_removed(db: Database, table: str) -> None:
    say(db)
    ana = person(db)
    work.add_note(db, ana, BROADBAND, "a note", NOW)
    work.assign(db, ana, BROADBAND, "Ben Writer", NOW)
    work.snooze(db, ana, BROADBAND, NOW, until_on="2022-04-01", until_change=None)
    work.hand_over(db, ana, "broadband", "Ben Writer", "", NOW)
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
        ("sponsor", "confirm", {}, "nothing a verdict can be about"),
        ("area:broadband; drop table reviews", "confirm", {}, "nothing a verdict can be about"),
        ("area:broadband", "perhaps", {}, "no verdict"),
        ("area:broadband", "undo", {}, "no verdict"),
        ("area:broadband", "confirm", {"value": "support"}, "no value"),
        (POSITION, "confirm", {}, "choose one of"),
        (POSITION, "change", {"value": "adore"}, "no value"),
        ("priority", "confirm", {"value": "3"}, "no value"),
        ("stance", "confirm", {"value": "support", "published": True}, "say why"),
        ("area:broadband", "confirm", {"published": True}, "only a stance"),
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


def test_what_nobody_suggested_cannot_be_rejected(db: Database) -> None:
    with pytest.raises(BadVerdict, match="nothing to reject"):
        say(db, "reject", "area:library-funding", document_id=RULE)


def test_roles_decide_who_may_do_what(db: Database) -> None:
    with pytest.raises(NotAllowed, match="reviewer"):
        say(db, who="Cleo Looker")
    say(db, who="Ben Writer")
    say(db, subject="stance", value="support", who="Ben Writer", reason="because")
    with pytest.raises(NotAllowed, match="approver"):
        say(db, subject="stance", value="support", reason="because", published=True, who="Ben Writer")
    say(db, subject="stance", value="support", reason="because", published=True)
    with pytest.raises(NotAllowed, match="approver"):
        say(db, "reject", "stance", published=True, who="Ben Writer")


def test_the_second_of_two_people_is_told_and_overwrites_nothing(db: Database) -> None:
    opened_by_both = reviews.last_id(db, BROADBAND)
    say(db, "reject", who="Ana Reader", seen=opened_by_both, note="about roads")
    with pytest.raises(Overtaken) as told:
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
    with pytest.raises(Overtaken):
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
    with pytest.raises(BadVerdict, match="taken back already"):
        reviews.undo(db, person(db), first, now=LATER)
    assert len(reviews.history(db, BROADBAND)) == 4


def test_undo_is_for_ones_own_last_word_only(db: Database) -> None:
    ana = say(db, "reject")
    with pytest.raises(NotAllowed):
        reviews.undo(db, person(db, "Ben Writer"), ana, now=LATER)
    say(db, "confirm", who="Ben Writer")
    with pytest.raises(Overtaken):
        reviews.undo(db, person(db), ana, now=LATER)


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
    assert states(db, RULE)["area:library-funding"] == standing.HOLDS
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
    change(
        config, "update documents set abstract = 'A later summary.', text_hash = 'other' where id = ?", BROADBAND
    )  # fmt: skip
    assert standing.settle_all(db, LATER) == 0
    assert states(db)["area:broadband"] == standing.HOLDS


def test_a_lost_passage_brings_the_pair_back_with_a_comparison(config: Configuration, db: Database) -> None:
    say(db, subject=POSITION, value="support")
    change(
        config, "update documents set abstract = 'Lending is forbidden.', text_hash = 'other' where id = ?", BROADBAND
    )  # fmt: skip
    assert standing.settle_all(db, LATER) == 1
    [item] = [item for item in papers.items(db, BROADBAND) if item.subject == POSITION]
    assert (item.state, item.why, item.waits) == (standing.RETURNED, standing.WHY["passage"], True)
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
    assert standing.settle_all(db, LATER) == 0


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
    standing.settle_all(db, LATER)
    [row] = db.query("select state, why from standings where subject = ?", [subject])
    assert (row["why"], row["state"]) == (expected, standing.RETURNED if expected else standing.HOLDS)


def test_another_direction_brings_a_position_back_unless_it_is_what_staff_said(db: Database) -> None:
    say(db, subject=POSITION, value="support")
    db.execute("update suggested_stances set stance = 'oppose'")
    assert standing.settle_all(db, LATER) == 1
    say(db, "change", POSITION, value="watch")
    db.execute("update suggested_stances set stance = 'watch'")
    assert standing.settle_all(db, LATER) == 0


def test_what_comes_up_again_after_a_rejection_of_something_else(config: Configuration, db: Database) -> None:
    """Added by hand and rejected later: when the machine then suggests it, people look again."""
    say(db, subject="area:library-funding", document_id=RULE)
    say(db, "reject", "area:library-funding", document_id=RULE)
    assert states(db, RULE)["area:library-funding"] == standing.HOLDS
    change(config, "insert into tags values (?, 'library-funding', 0.8)", RULE)
    assert standing.settle_all(db, LATER) == 1


def test_a_deferred_pair_waits_in_its_own_list(db: Database) -> None:
    say(db, "defer")
    assert states(db)["area:broadband"] == standing.DEFERRED
    entries, total = queue.ranked(db, Filters(put_off="1"), ASKED, skip=0, size=5)
    assert (total, entries[0].document_id, entries[0].waiting) == (1, BROADBAND, 3)
    say(db, "defer", "area:library-funding", document_id=HOSTILE_BILL)
    assert HOSTILE_BILL not in [e.document_id for e in queue.ranked(db, Filters(), ASKED, skip=0, size=9)[0]]
    assert queue.ranked(db, Filters(put_off="1"), ASKED, skip=0, size=5)[1] == 2


# --------------------------------------------------------------------- the queue


def test_the_queue_ranks_by_what_is_urgent(db: Database) -> None:
    entries, total = queue.ranked(db, Filters(), ASKED, skip=0, size=10)
    # The rule must be seen and closes in three weeks, the bill must be seen, the third is only unsure.
    assert [entry.document_id for entry in entries] == [RULE, BROADBAND, HOSTILE_BILL]
    assert total == 3
    assert entries[0].due_on == "2022-03-31"
    assert [entry.waiting for entry in entries] == [2, 4, 1]


def test_what_is_decided_leaves_the_queue(db: Database) -> None:
    say(db, "confirm", "area:broadband", document_id=RULE)
    say(db, "confirm", "priority", value="2", document_id=RULE)
    entries, total = queue.ranked(db, Filters(), ASKED, skip=0, size=10)
    assert (total, [entry.document_id for entry in entries]) == (2, [BROADBAND, HOSTILE_BILL])


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"area": "library-funding"}, [BROADBAND, HOSTILE_BILL]),
        ({"position": "tc-hotspot-lending"}, [BROADBAND]),
        ({"kind": "regulation"}, [RULE]),
        ({"jurisdiction": "us-tx"}, []),
        ({"must_see": "1"}, [RULE, BROADBAND]),
        ({"due": "1"}, [RULE]),
        ({"q": "hotspots"}, [RULE, BROADBAND]),
        ({"q": '"unbalanced'}, []),
        ({"mine": "1"}, [HOSTILE_BILL]),
        ({"unassigned": "1"}, [RULE, BROADBAND]),
        ({"my_areas": "1"}, [RULE, BROADBAND]),
        ({"asleep": "1"}, []),
    ],
)
def test_filters(db: Database, filters: dict[str, str], expected: list[str]) -> None:
    work.assign(db, person(db), HOSTILE_BILL, "Ana Reader", NOW)
    work.hand_over(db, person(db), "broadband", "Ana Reader", "", NOW)
    asked = replace(ASKED, account_id=person(db).id)
    entries, total = queue.ranked(db, Filters(**filters), asked, skip=0, size=10)
    assert [entry.document_id for entry in entries] == expected
    assert total == len(expected)


def test_new_since_the_last_visit(db: Database) -> None:
    found, _ = queue.ranked(db, Filters(new="1"), replace(ASKED, since="2022-03-09T07:59:59Z"), skip=0, size=10)
    assert [entry.document_id for entry in found] == [BROADBAND]
    assert queue.ranked(db, Filters(new="1"), replace(ASKED, since=NOW), skip=0, size=10) == ([], 0)


def test_sleep_until_a_day_or_an_event(config: Configuration, db: Database) -> None:
    ana = person(db)
    work.snooze(db, ana, BROADBAND, "2022-03-09T09:00:00Z", until_on="2022-03-12", until_change=None)
    assert BROADBAND not in [e.document_id for e in queue.ranked(db, Filters(), ASKED, skip=0, size=9)[0]]
    assert [e.document_id for e in queue.ranked(db, Filters(asleep="1"), ASKED, skip=0, size=9)[0]] == [BROADBAND]
    woken = replace(ASKED, today=datetime.date(2022, 3, 12))
    assert BROADBAND in [e.document_id for e in queue.ranked(db, Filters(), woken, skip=0, size=9)[0]]
    work.snooze(db, ana, RULE, NOW, until_on=None, until_change="status")
    assert work.snoozed(db, RULE, "2030-01-01")
    change(config, "insert into changes values ('c2', ?, ?, null, 'text', 'New text')", RULE, LATER)
    assert work.snoozed(db, RULE, "2022-03-11")
    change(config, "insert into changes values ('c3', ?, ?, null, 'status', 'Final')", RULE, LATER)
    assert work.snoozed(db, RULE, "2022-03-11") is None
    assert RULE in [e.document_id for e in queue.ranked(db, Filters(), ASKED, skip=0, size=9)[0]]
    with pytest.raises(work.BadWork, match="lie ahead"):
        work.snooze(db, ana, BROADBAND, NOW, until_on="2022-03-09", until_change=None)


def test_ceremonial_resolutions_stay_out(config: Configuration, db: Database) -> None:
    change(config, "insert into ceremonial values (?)", BROADBAND)
    assert BROADBAND not in [e.document_id for e in queue.ranked(db, Filters(), ASKED, skip=0, size=9)[0]]


def test_one_place_in_ten_is_drawn_by_lot(config: Configuration, db: Database) -> None:
    corpus = corpus_of(config)
    first = next(iter(corpus.query("select * from documents where id = ?", [PLAIN])))
    for n in range(30):
        key = f"us-117-hr{500 + n}"
        corpus.table("documents").insert(first | {"id": key})
        corpus.table("taggings").insert(
            {"document_id": key, "text_hash": key, "version": "1", "priority": 0, "priority_score": 0.1}
        )
        if n < 15:
            corpus.table("tags").insert({"document_id": key, "area_id": "broadband", "probability": 0.7})
    corpus.close()
    standing.settle_all(db, NOW)
    page, total = queue.listed(db, Filters(), ASKED, 1)
    assert total == 18
    assert [n for n, entry in page if entry.sampled] == [9]
    drawn = page[9][1].document_id
    assert drawn == queue.lots(db, ASKED.today, 1)[0].document_id
    assert {entry.document_id for entry in queue.lots(db, ASKED.today, 100)} <= {PLAIN} | {
        f"us-117-hr{n}" for n in range(515, 530)
    }
    # One by one gives the same order as the list, and every number is there once.
    one_by_one = [queue.at(db, Filters(), ASKED, n) for n in range(19)]
    assert [found[1].document_id for found in one_by_one if found] == [entry.document_id for _, entry in page]
    # Looked at, it falls out for everybody.
    say(db, subject="priority", value="0", document_id=drawn, sampled=True)
    assert drawn not in {entry.document_id for entry in queue.lots(db, ASKED.today, 100)}
    assert db.execute("select sampled from reviews").fetchone()[0] == 1


def test_an_empty_queue_has_no_turn(config: Configuration, db: Database) -> None:
    change(config, "delete from tags")
    change(config, "delete from position_matches")
    change(config, "update taggings set priority = 0")
    standing.settle_all(db, NOW)
    assert queue.at(db, Filters(area="broadband"), ASKED, 3) is None
    assert queue.listed(db, Filters(), ASKED, 1) == ([], 0)


# --------------------------------------------------------------------- what the public may know


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
    say(db, subject="stance", value="support", reason="It helps readers.", note="zyzzyva-note", published=True)
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


def test_a_publish_writes_the_same_and_a_second_writes_nothing(config: Configuration, db: Database) -> None:
    say(db, "confirm", "area:broadband")
    say(db, "reject", "area:library-funding")
    say(db, "confirm", "priority", value="1")
    publish_decisions(config.corpus, db, [BROADBAND])
    at_once = decisions(config)
    corpus = corpus_of(config)
    lists = [
        corpus.execute(f"select * from {table} order by 1, 2, 3, 4, 5").fetchall()
        for table in ("listing", "facet_counts")
    ]
    corpus.execute("delete from decisions")
    assert publish(corpus, LATER, db) > 0
    assert decisions(config) == at_once
    assert publish(corpus, LATER, db) == 0
    # Lists and counts were right at once, not only after the publishing.
    for table, before in zip(("listing", "facet_counts"), lists, strict=True):
        assert corpus.execute(f"select * from {table} order by 1, 2, 3, 4, 5").fetchall() == before
    listed = corpus.execute(
        "select area_id, must_see from listing where document_id = ? order by 1", [BROADBAND]
    ).fetchall()  # fmt: skip
    assert listed == [("any", 0), ("broadband", 0), ("tagged", 0)]
    corpus.close()


def test_a_verdict_that_came_back_is_public_no_more(config: Configuration, db: Database) -> None:
    say(db, "confirm", "area:broadband")
    say(db, subject="stance", value="support", reason="It helps.", published=True)
    change(config, "delete from tags where area_id = 'broadband'")
    corpus = corpus_of(config)
    publish(corpus, LATER, db)
    corpus.close()
    assert set(decisions(config)) == {(BROADBAND, "stance")}


def test_a_busy_public_file_costs_nobody_a_verdict(
    config: Configuration, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publish.PATIENCE_SECONDS", 0.05)
    corpus = corpus_of(config)
    corpus.execute("begin immediate")
    say(db, "confirm")
    assert not publish_decisions(config.corpus, db, [BROADBAND])
    corpus.execute("rollback")
    publish(corpus, LATER, db)
    corpus.close()
    assert (BROADBAND, "area:broadband") in decisions(config)


def test_a_verdict_on_a_document_that_is_gone_is_kept_and_not_shown(config: Configuration, db: Database) -> None:
    say(db, "confirm", "area:library-funding", document_id=HOSTILE_BILL)
    corpus = corpus_of(config)
    corpus.execute("pragma foreign_keys = off")
    corpus.execute("delete from documents where id = ?", [HOSTILE_BILL])
    publish(corpus, LATER, db)
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
    standing.settle_all(db, NOW)
    before, _ = queue.ranked(db, Filters(kind="bill"), ASKED, skip=0, size=1)
    say(db, subject=POSITION, value="support")
    assert states(db)[outcome] == "open"
    after, _ = queue.ranked(db, Filters(kind="bill"), ASKED, skip=0, size=1)
    assert [entry.waiting for entry in before + after] == [4, 4], "one decided, one more to decide"
    say(db, subject=outcome, value="partly")
    corpus = corpus_of(config)
    publish(corpus, LATER, db)
    assert corpus.execute("select outcome, words from outcomes").fetchall() == [("partly", words)]
    corpus.close()
    db.execute("update suggested_outcomes set outcome = 'rejected'")
    assert standing.settle_all(db, LATER) == 1


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
    standing.settle_all(db, NOW)
    assert [db.execute(f"select * from {table} order by 1, 2").fetchall() for table in tables] == at_once
