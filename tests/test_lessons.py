"""What teaches beside labeled documents: a teacher's opinion, found again by id, and a damaged file named."""

from __future__ import annotations

import json
import lzma
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from benchmarks.teacher import held_back, short
from classify.areas import load_areas
from classify.evaluation.evaluate import BadGold
from classify.model import PRIORITY_OUTPUTS
from classify.tagger import Tagger
from classify.training.labels import FOLDER, read_labels
from classify.training.training_data import TEACHER, TEACHER_WEIGHT, read_teacher, taught_lessons

OPINIONS = "id,privacy,priority-1\nus-mi-2009-2010-sb953,.9,.7\nus/117/hr/1,0,0\n"


def write(path: Path, text: str) -> Path:
    path.write_bytes(lzma.compress(text.encode()))
    return path


def test_teacher_is_found_where_texts_are(tmp_path: Path) -> None:
    write(tmp_path / TEACHER, OPINIONS)
    corpus = tmp_path / "corpus.db"
    with closing(sqlite3.connect(corpus)) as db, db:
        db.execute("create table documents (id text primary key, title text, abstract text)")
        db.execute("insert into documents values ('us-mi-2009-2010-sb953', 'Data brokers', null)")
    assert read_teacher(tmp_path / "dev.jsonl", folder=tmp_path) == ([], 2)
    [found], lacking = read_teacher(tmp_path / "dev.jsonl", corpus, tmp_path)
    assert (found.record[1], found.likely, lacking) == ("Data brokers", {"privacy": 0.9, "priority-1": 0.7}, 1)
    assert read_teacher(tmp_path / "dev.jsonl", corpus, tmp_path / "absent") == ([], 0)


def test_teacher_teaches_what_it_knew_and_no_more(tmp_path: Path) -> None:
    write(tmp_path / TEACHER, OPINIONS)
    corpus = tmp_path / "corpus.db"
    with closing(sqlite3.connect(corpus)) as db, db:
        db.execute("create table documents (id text primary key, title text, abstract text)")
        db.execute("insert into documents values ('us-117-hr1', 'Data brokers', null)")
    taught, _ = read_teacher(tmp_path / "dev.jsonl", corpus, tmp_path)
    lessons = taught_lessons(Tagger(model_dir=None), taught, ["privacy", "a-new-area"])
    assert lessons.y.tolist() == [[0.0, 0.0]]
    assert lessons.weight.tolist() == [[TEACHER_WEIGHT, 0.0]]


@pytest.mark.parametrize(
    "text", ["id,privacy\na,much\n", "name,privacy\na,0.5\n", "id,privacy\na\n", "id,privacy\na,10\n"]
)
def test_teacher_that_is_damaged_is_named(tmp_path: Path, text: str) -> None:
    write(tmp_path / TEACHER, text)
    with pytest.raises(BadGold, match=TEACHER):
        read_teacher(tmp_path / "dev.jsonl", folder=tmp_path)
    (tmp_path / TEACHER).write_bytes(b"not compressed")
    with pytest.raises(BadGold, match=TEACHER):
        read_teacher(tmp_path / "dev.jsonl", folder=tmp_path)


def test_shipped_teacher_holds_ids_and_no_labeled_document() -> None:
    with lzma.open(FOLDER / TEACHER, "rt", encoding="utf-8") as lines:
        head, *rows = lines.read().splitlines()
    areas = [area.id for area in load_areas().areas if area.labeled]
    assert head.split(",") == ["id", *areas, *PRIORITY_OUTPUTS]
    labeled = {name for label in read_labels() for name in (label.id, label.document)}
    assert not {row.split(",")[0] for row in rows} & labeled
    assert len(rows) > 4000
    assert (FOLDER / TEACHER).stat().st_size < 1_000_000


@pytest.mark.parametrize(
    ("likely", "text"), [(0.0, "0"), (0.004, "0"), (0.07, ".07"), (0.5, ".5"), (0.996, "1"), (1.0, "1")]
)
def test_opinions_are_written_short(likely: float, text: str) -> None:
    assert short(likely) == text
    assert abs(float(text) - likely) <= 0.005


def test_logits_of_a_run_are_found_by_document_and_not_by_place(tmp_path: Path) -> None:
    rows = [{"id": key, "split": "test" if key == "d" else "train"} for key in "abcd"]
    (tmp_path / "lessons.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    np.save(tmp_path / "logits.npy", [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [9.0, 9.0]])
    found = held_back(["c", "a"], tmp_path / "lessons.jsonl", tmp_path / "logits.npy")
    assert found.tolist() == [[5, 6], [1, 2]]
