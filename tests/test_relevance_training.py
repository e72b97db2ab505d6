"""What the model that decides which matches are shown learns from: labels, verdicts of staff, and how it is weighed."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from conftest import NOW
from sqlite_utils import Database
from test_decisions import decide
from test_decisions import staff as staff
from test_derive import bill

import positions.relevance.training as training
from crawlers.storage.record import upsert
from positions.catalog.catalog import load_catalog
from positions.evaluation.matches import shown_at
from positions.relevance.claims import Claim
from positions.relevance.labels import BadLabels, Read, read_labels, staff_verdicts
from positions.relevance.training import Judged, choose_floor, folds


def test_labels_say_what_a_reader_thinks_of_a_position() -> None:
    blind = Read("x", "a", frozenset({"p"}), {"q": "marginal"})
    assert [blind.verdict(position) for position in "pqz"] == ["right", "marginal", "wrong"]
    assert Read("x", "staff", frozenset(), {"q": "wrong"}).verdict("z") is None


@pytest.mark.parametrize(
    "line", ["[]", "{}", '{"id": "x", "reader": "a", "positions": [], "claims": [{"position": "p"}]}']
)
def test_a_line_that_is_no_label_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "labels.jsonl"
    file.write_text(f"\n{line}\n", "utf-8")
    with pytest.raises(BadLabels, match=r"labels\.jsonl, line 2"):
        read_labels(file)
    with pytest.raises(BadLabels, match="cannot be read"):
        read_labels(tmp_path / "absent.jsonl")


def test_the_labels_of_the_project_are_in_order() -> None:
    known = load_catalog().by_id
    reads = read_labels()
    assert len({(read.id, read.reader) for read in reads}) == len(reads) > 400
    assert not {p for read in reads for p in (*read.verdicts, *read.positions) if p not in known}


def test_the_last_word_of_staff_teaches(tmp_path: Path, staff: Database) -> None:
    assert staff_verdicts(tmp_path / "absent.db") == []
    decide(staff, "us-1-hr1", "position:gi-foia", "reject")
    decide(staff, "us-1-hr1", "position:gi-foia", "confirm")
    decide(staff, "us-1-hr1", "position:tc-erate", "reject")
    decide(staff, "us-1-hr1", "area:privacy", "reject")
    assert staff_verdicts(tmp_path / "staff.db") == [
        Read("us-1-hr1", "staff", frozenset(), {"gi-foia": "right", "tc-erate": "wrong"})
    ]
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as db:
        db.execute("create table notes (x)")
    assert staff_verdicts(other) == []


def named(number: int) -> str:
    """A title that shares no word with that of another number."""
    return " ".join(f"{letter}{number:b}".translate(str.maketrans("01", "oi")) for letter in "vw")


def case(number: int, verdict: str, *, title: str = "", reader: str = "a", **features: float) -> Judged:
    """A claim of position p beside a document with a title of its own."""
    read = Read(f"d{number}", reader, frozenset(), {"p": verdict})
    return Judged(read, title or named(number), "p", verdict, Claim("p", (), None, {"x": 0.0, **features}))


def test_companions_are_never_on_both_sides() -> None:
    twins = [case(n, "right", title=f"Broadband for rural libraries {n % 2}") for n in range(20)]
    assert len(set(folds(twins))) == 1
    assert set(folds([case(n, "right") for n in range(60)])) == set(range(training.FOLDS)), "no fold is empty"


def test_the_floor_is_where_enough_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "PRECISION", 0.9)
    cases = [case(n, "right") for n in range(28)] + [case(n, "wrong") for n in range(30, 36)] + [case(40, "marginal")]
    likely = np.array([0.9] * 28 + [0.5, 0.5, 0.5, 0.9, 0.9, 0.9, 0.6])
    assert choose_floor(cases, likely) == 0.51
    shown = shown_at(list(zip(cases, likely, strict=True)), 0.51)
    assert shown.verdicts == {"right": 28, "marginal": 1, "wrong": 3}
    assert (shown.precision.hits, shown.precision.n) == (28, 31)
    assert (shown.strict.n, shown.recall.n) == (32, 28)


def test_a_model_learns_what_tells_right_from_wrong_and_staff_weigh_more() -> None:
    cases = [case(n, "right", x=1.0) for n in range(40)] + [case(n, "wrong") for n in range(40, 80)]
    model = training.train(cases)
    assert model["weights"]["x"] > 1
    torn = [case(n, "right", x=1.0) for n in range(20)] + [
        case(n, "wrong", x=1.0, reader="staff") for n in range(20, 40)
    ]
    learner = training.Learner([*torn, *(case(n, "wrong") for n in range(50, 60)), case(61, "right")])
    assert learner.logits([case(70, "right", x=1.0)])[0] < 0


def test_a_position_younger_than_the_readings_is_not_wrong(corpus: Database) -> None:
    upsert(corpus, [bill(1, "Freedom of Information and Rural Broadband Access Act")], now=NOW, silent=True)
    file = Path(corpus.execute("pragma database_list").fetchone()[2])
    read = Read("us-117-hr1", "a", frozenset({"gi-foia"}), {})
    found, _ = training.judged([read], file)
    assert {case.position_id for case in found} == {"gi-foia"}
    broadband = Read("us-117-hr2", "a", frozenset({"tc-broadband-right"}), {})
    found, _ = training.judged([read, broadband], file)
    assert {case.position_id: case.verdict for case in found} == {"gi-foia": "right", "tc-broadband-right": "wrong"}


def test_training_on_a_corpus(corpus: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    """Documents that a reader judged are read again; without their texts the model stays as it is."""
    made = [bill(n, f"Freedom of Information Act {named(n)}") for n in range(1, 13)]
    made += [
        bill(n, f"Wheat {named(n)}", "A farm may file under the Freedom of Information Act.") for n in range(13, 25)
    ]
    upsert(corpus, made, now=NOW, silent=True)
    file = Path(corpus.execute("pragma database_list").fetchone()[2])
    target = tmp_path / "model.json"
    reads = [Read(f"us-117-hr{n}", "a", frozenset({"gi-foia"} if n < 13 else ()), {}) for n in range(1, 26)]
    monkeypatch.setattr(training, "read_labels", lambda: reads)
    assert training.main(file, tmp_path / "none.db", target) == 1
    assert not target.exists()
    assert "1 of the documents that readers judged" in capsys.readouterr().err
    monkeypatch.setattr(training, "ENOUGH", 5)
    assert training.main(file, tmp_path / "none.db", target) == 0
    assert json.loads(target.read_text("utf-8"))["weights"]["about:title"] > 0
