"""Documents drawn to be labeled: the same ones again, none that is known, half kept; and how far two readers agree."""

from __future__ import annotations

import json
import lzma
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks import draw_labels
from benchmarks.draw_labels import (
    SHOWN_AS,
    UNDECIDED,
    Plan,
    Resemblance,
    draw,
    label_id,
    labeled_since,
    read_plans,
    reported,
    shares,
)
from benchmarks.label_agreement import agree, main, read, table
from classify.training.labels import BILLS, FOLDER, corpus_id, read_labels

PLANS = read_plans()
BROAD = PLANS["drawn.jsonl"].words
SUBJECTS = (
    "roads",
    "bees",
    "harbors",
    "taxes",
    "schools",
    "wolves",
    "bridges",
    "salt",
    "ferries",
    "grain",
    "radio",
    "snow",
)
FIRST = [
    {"id": "us/117/hr/1", "title": "Known", "abstract": "Old news of a river", "areas": [], "priority": 0},
    {"id": "us/117/hr/2", "title": "Much", "abstract": " ".join(SUBJECTS), "areas": [], "priority": 0},
]


def plan(**wanted: int) -> Plan:
    return Plan(seed=1, at_random=50, words=BROAD, wanted=wanted)


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "dev.jsonl"
    path.write_text("".join(json.dumps(row | {"split": "train", "stratum": "core"}) + "\n" for row in FIRST), "utf-8")
    bills = [
        {"id": f"us/{congress}/hr/9{place}", "title": f"{word} Act", "official_title": f"On {word}", "abstract": None}
        for congress in (109, 113)
        for place, word in enumerate(SUBJECTS)
    ]
    with lzma.open(tmp_path / BILLS, "wt") as file:
        file.writelines(json.dumps(bill) + "\n" for bill in bills)
    return path


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.db"
    known = next(label.document for label in read_labels() if label.id.startswith("us-mn/") and label.document)
    rows = [
        (f"us-mn-1-hf{place}", f"A bill on the privacy of {word} and {word}") for place, word in enumerate(SUBJECTS)
    ]
    rows += [(known, "A bill on minerals"), ("us-mn-1-hf99", "Old news of a river, known")]
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(
            "create table documents (id text, jurisdiction text, session text, source text, title text, abstract text, text text)"
        )
        db.executemany(
            "insert into documents values (?, 'us-mn', '1', 'us_states', ?, '', ?)", [(*row, "x" * 900) for row in rows]
        )
    return path


def test_a_draw_repeats_itself_and_leaves_out_what_is_known_or_resembles_it(gold: Path, corpus: Path) -> None:
    drawn = draw(corpus, gold, plan(us_states=8, **{"older bills": 4}))
    assert drawn == draw(corpus, gold, plan(us_states=8, **{"older bills": 4}))
    ids = [each.id for each in drawn]
    assert len(ids) == len(set(ids)) == 7, "four and two at random, and one that says privacy"
    assert not {"us-mn/1/hf99", *(label.id for label in read_labels())} & set(ids)
    assert {each.id.split("/")[1] for each in drawn if each.source == "older bills"} == {"109"}
    assert all(len(each.words) <= 700 for each in drawn)


def test_half_of_a_draw_is_at_random_and_half_of_each_stratum_is_kept(gold: Path, corpus: Path) -> None:
    drawn = draw(corpus, gold, plan(us_states=8))
    assert Counter(each.stratum for each in drawn) == {"random": 4, "words-privacy": 1}, "the other words are not there"
    splits = Counter(each.split for each in drawn if each.stratum == "random")
    assert splits == {"train": 2, "kept": 2}
    assert sum(shares(plan(), 101).values()) == 101
    assert set(shares(plan(), 8)) == {"random", *(f"words-{area}" for area in BROAD)}


def test_what_the_tagger_leaves_undecided_is_drawn_to_learn_from(gold: Path, corpus: Path) -> None:
    open_ones = {"us-mn/1/hf0": "Relating to records of agencies", "us-mn/1/hf5": "A bill on school materials"}
    with closing(sqlite3.connect(corpus)) as db, db:
        db.execute("update documents set title = 'A bill to name a bridge ' || id")
        for label, title in open_ones.items():
            db.execute("update documents set title = ? where id = ?", [title, corpus_id(label)])
    wanted = Plan(seed=1, at_random=0, undecided=100, kept=False, words={}, wanted={"us_states": 8})
    drawn = draw(corpus, gold, wanted)
    assert {(each.id, each.stratum, each.split) for each in drawn} == {(key, UNDECIDED, "train") for key in open_ones}
    assert shares(wanted, 8) == {"random": 0, UNDECIDED: 8}


def test_what_the_public_would_see_of_an_area_is_drawn(gold: Path, corpus: Path) -> None:
    with closing(sqlite3.connect(corpus)) as db, db:
        db.execute("update documents set title = 'A bill to name a bridge ' || id")
        told = "An act to prohibit discrimination by race in public housing and to enforce civil rights"
        db.execute("update documents set title = ? where id = 'us-mn-1-hf3'", [told])
    wanted = Plan(
        1, at_random=0, words={}, wanted={"us_states": 8}, kept=False, shown={"civil-liberties": 50, "privacy": 50}
    )
    [one] = draw(corpus, gold, wanted)
    assert (one.id, one.stratum, one.split) == ("us-mn/1/hf3", f"{SHOWN_AS}civil-liberties", "train")
    assert shares(wanted, 9) == {"random": 0, f"{SHOWN_AS}civil-liberties": 4, f"{SHOWN_AS}privacy": 4}


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_names_the_file_of_its_labels_and_repeats_it_as_if_unlabeled(name: str) -> None:
    rows = [json.loads(line) for line in (FOLDER / name).read_text("utf-8").splitlines()]
    assert {row["id"] for row in rows} <= labeled_since(name)
    assert {row["source"] for row in rows} == {*PLANS[name].wanted}
    strata = {"random", "random-of-chosen", UNDECIDED, *(f"words-{area}" for area in PLANS[name].words)}
    strata |= {f"{SHOWN_AS}{area}" for area in PLANS[name].shown}
    assert {row["stratum"] for row in rows} <= strata


def test_what_was_read_to_be_reported_on_is_not_drawn(
    gold: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert reported() >= {"us-pa-2025-2026-hb1162", "us-nj-222-s589"}
    before = {each.id for each in draw(corpus, gold, plan(us_states=8))}
    monkeypatch.setattr(draw_labels, "reported", lambda: {corpus_id(key) for key in before})
    assert not before & {each.id for each in draw(corpus, gold, plan(us_states=8))}


def test_what_was_said_before_is_not_new() -> None:
    known = Resemblance(["To fund the roads of the county", "To name a bridge", "Of bees and of a keeper", "A census"])
    assert not known.new("To fund roads of the county")
    assert known.new("Bees and their keepers, a census")
    assert not known.new("A census of bees and their keepers")


@pytest.mark.parametrize(
    ("document", "jurisdiction", "session", "label"),
    [
        ("us-119-hr1234", "us", "119", "us/119/hr/1234"),
        ("us-fr-2024-00538", "us", "fr", "us-fr/2024-00538"),
        (
            "us-ca-20252026-special-session-1-ab1",
            "us-ca",
            "20252026 Special Session 1",
            "us-ca/20252026-special-session-1/ab1",
        ),
        ("ca-45-1-c22", "ca", "45-1", "ca/45-1/c22"),
        ("us-regs-fcc2012-0260-0001", "us", "regs", "us/regs-fcc2012-0260/0001"),
    ],
)
def test_ids_of_labels_lead_back_to_the_document(document: str, jurisdiction: str, session: str, label: str) -> None:
    assert label_id(document, jurisdiction, session) == label
    assert corpus_id(label) == document


def readings(path: Path, *rows: tuple[str, list[str], int]) -> Path:
    path.write_text("".join(json.dumps({"id": i, "areas": a, "priority": p}) + "\n" for i, a, p in rows), "utf-8")
    return path


def test_two_readers_are_compared_on_what_both_read(tmp_path: Path) -> None:
    first = readings(
        tmp_path / "1", ("a", ["privacy"], 1), ("b", [], 0), ("c", ["literacy", "privacy"], 2), ("d", [], 0)
    )
    second = readings(tmp_path / "2", ("a", ["privacy"], 1), ("b", ["literacy"], 1), ("c", ["privacy"], 1))
    found = agree(read(first), read(second))
    assert (found.documents, found.same_areas, found.same_priority) == (3, 1, 1)
    assert found.micro.f1 == pytest.approx(2 / 3, abs=0.001)
    assert {name: each.f1 for name, each in found.areas.items()} == {"privacy": 1.0, "literacy": 0.0}
    assert set(found.differences) == {"b", "c"}
    assert "3 documents read by both" in table(found)


def test_the_command_names_the_differences_and_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = readings(tmp_path / "1", ("a", ["privacy"], 1)), readings(tmp_path / "2", ("a", [], 0))
    monkeypatch.setattr(sys, "argv", ["label_agreement", str(first), str(second), "--differences"])
    main()
    assert "a  |  privacy 1  |  none 0" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["label_agreement", str(first), str(readings(tmp_path / "3", ("z", [], 0)))])
    with pytest.raises(SystemExit):
        main()
    assert "not read by the first: z" in capsys.readouterr().err
    for line, wrong in (("{", "line 1"), ('{"id": "a", "areas": [], "priority": 0}\n' * 2, "twice")):
        second.write_text(line, "utf-8")
        with pytest.raises(ValueError, match=wrong):
            read(second)
    with pytest.raises(ValueError, match="unknown areas: weather"):
        agree({"a": (frozenset(["weather"]), 1)}, {"a": (frozenset(), 0)})
