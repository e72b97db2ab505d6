"""What readers thought of shown positions, and the draw that gave them (positions/evaluation/shown.py)."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from positions.catalog.catalog import load_catalog
from positions.evaluation import shown
from positions.relevance.labels import read_labels

JUDGED = [
    {"id": "us-xx-1-hb1", "position": "gi-foia", "draw": "1", "verdict": "right", "again": "right"},
    {"id": "us-xx-1-hb1", "position": "gi-open-data", "draw": "1", "verdict": "marginal", "again": "right"},
    {"id": "us-xx-1-hb2", "position": "gi-foia", "draw": "1", "verdict": "wrong", "again": "right"},
    {"id": "us-xx-1-hb3", "position": "gi-foia", "draw": "2", "verdict": "right"},
]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(
            "create table documents (id, title, abstract);"
            "create table shown_positions (document_id, position_id);"
            "create table shown_matches (document_id, position_id, ordinal, field, words)"
        )
        for n in range(1, 7):
            key = f"us-xx-1-hb{n}"
            db.execute("insert into documents values (?, ?, null)", [key, f"Public records {n}"])
            db.execute("insert into shown_positions values (?, 'gi-foia')", [key])
            db.execute("insert into shown_matches values (?, 'gi-foia', 0, 'title', ?)", [key, f"Public records {n}"])
        db.commit()
    return path


@pytest.fixture
def judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in JUDGED), encoding="utf-8")
    monkeypatch.setattr(shown, "FILE", file)


@pytest.mark.usefixtures("judged")
def test_a_draw_has_no_side_and_nothing_that_was_read_before(corpus: Path) -> None:
    drawn = list(shown.draw(corpus, 9, 5))
    assert {row["id"] for row in drawn} == {f"us-xx-1-hb{n}" for n in (4, 5, 6)}
    assert drawn == list(shown.draw(corpus, 9, 5)), "the same seed gives the same documents"
    assert [set(pair) for row in drawn for pair in row["pairs"]] == [{"position", "field", "words"}] * 3
    assert len(list(shown.draw(corpus, 2, 5))) == 2


@pytest.mark.usefixtures("judged")
def test_verdicts_are_counted_by_draw_and_by_what_is_shown_now(corpus: Path) -> None:
    assert shown.measure(corpus) == [
        "1, 2 documents: 1 right, 1 marginal, 1 wrong; 1 of 2 (50%, 10% to 90%)",
        "  read again: 3 right, 0 marginal, 0 wrong; 3 of 3 (100%, 44% to 100%); 1 the same, 1 turned round",
        "  shown now: 1 right, 0 marginal, 1 wrong; 1 of 2 (50%, 10% to 90%)",
        "2, 1 documents: 1 right, 0 marginal, 0 wrong; 1 of 1 (100%, 21% to 100%)",
        "  shown now: 1 right, 0 marginal, 0 wrong; 1 of 1 (100%, 21% to 100%)",
    ]


def test_stored_verdicts_hold_ids_and_labels_only_and_are_not_learned_from() -> None:
    rows = shown.verdicts()
    assert all(set(row) <= {"id", "position", "draw", "verdict", "again"} for row in rows)
    assert {row["position"] for row in rows} <= set(load_catalog().by_id)
    assert {row["verdict"] for row in rows} <= {"right", "marginal", "wrong"}
    assert not {row["id"] for row in rows} & {read.id for read in read_labels()}
