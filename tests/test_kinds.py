"""Kinds of documents that the first labels do not hold: scored apart, with their text, and only where they are collected."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from classify.evaluation.evaluate import KINDS, read_gold
from classify.evaluation.evaluate_by_kind import kinds_table, score_kinds
from classify.evaluation.kept import judge_kept
from classify.tagger import Tagger
from classify.training.labels import FOLDER, fetch, read_labels

BROADBAND = "A grant program for broadband internet access in rural areas, and the digital divide."


def label(key: str, *areas: str, kind: str, priority: int = 1) -> dict:
    return {"id": key, "areas": areas, "priority": priority, "sure": 0.9, "split": "test", "stratum": kind}


def labels(folder: Path, **kinds: list[dict]) -> Path:
    (folder / "dev.jsonl").write_text(json.dumps(label("us/117/hr/1", kind="core")) + "\n", "utf-8")
    for kind, rows in kinds.items():
        (folder / f"{kind}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return folder


def corpus(folder: Path, *rows: tuple[str, str, str | None, str | None]) -> Path:
    file = folder / "corpus.db"
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("create table documents (id text primary key, title text, abstract text, text text)")
        db.executemany("insert into documents values (?, ?, ?, ?)", rows)
    return file


def test_kinds_are_scored_with_their_text_and_apart(tmp_path: Path) -> None:
    folder = labels(
        tmp_path,
        courts=[
            label("us/court/docket1", "broadband", "telecommunications", kind="courts"),
            label("us/court/docket2", kind="courts", priority=0),
        ],
        uk=[label("uk/bills/1", "privacy", kind="uk"), label("uk/bills/2", kind="uk")],
    )
    file = corpus(
        tmp_path,
        ("us-court-docket1", "Doe v. Roe", None, BROADBAND * 3),
        ("us-court-docket2", "Doe v. Poe", None, "A quarrel about a fence."),
        ("uk-bills-1", "Hedgehogs Bill", None, None),
    )
    report = score_kinds(file, Tagger(), folder)
    assert list(report) == ["courts", "uk"]
    courts, uk = report["courts"], report["uk"]
    assert (courts["micro"]["n"], courts["micro"]["positives"], courts["micro"]["f1"]) == (2, 2, 1.0)
    assert (courts["wanted"], courts["listed"], courts["lacking"]) == (1, 1.0, 0)
    assert (uk["micro"]["n"], uk["micro"]["recall"], uk["listed"], uk["lacking"]) == (1, 0.0, 0.0, 1)
    shown = kinds_table(report)
    assert "of 1 worth listing 100% listed" in shown
    assert "1 not collected" in shown


def test_kinds_that_are_not_collected_have_no_figure(tmp_path: Path) -> None:
    folder = labels(tmp_path, uk=[label("uk/bills/1", kind="uk")])
    assert score_kinds(tmp_path / "corpus.db", Tagger(), folder) == {}
    assert score_kinds(corpus(tmp_path), Tagger(), folder) == {}


def test_kinds_travel_with_their_text(tmp_path: Path) -> None:
    folder = labels(tmp_path, courts=[label("us/court/docket1", kind="courts")])
    file = corpus(tmp_path, ("us-court-docket1", "Doe v. Roe", None, BROADBAND))
    assert fetch(file, tmp_path / "gold.json", folder)[0] == 1
    assert json.loads((tmp_path / "gold.json").read_text("utf-8"))["text"] == BROADBAND
    assert read_gold(tmp_path / "gold.json")[0].stratum == "courts"


def test_kinds_of_the_repository_are_tests_only_and_name_their_source() -> None:
    found = [each for each in read_labels(FOLDER) if each.stratum in KINDS]
    assert {each.split for each in found} == {"test"}
    assert all(each.document for each in found)
    courts = next(each for each in found if each.stratum == "courts")
    assert courts.where == "infopolicy crawl us_courts --since 2000-01-01"


def test_kinds_long_texts_are_lacking_until_the_text_is_there(tmp_path: Path) -> None:
    folder = labels(tmp_path, long=[label("us/119/hr/1", kind="long")])
    file = corpus(tmp_path, ("us-119-hr1", "A bill", None, None))
    assert score_kinds(file, Tagger(), folder) == {}
    assert (
        fetch(file, tmp_path / "gold.json", folder)[1]["infopolicy crawl us_bills --congress 119, then us_bill_text"]
        == 1
    )


def test_kept_documents_are_judged_with_their_text_where_they_are_collected(tmp_path: Path) -> None:
    rows = [
        label("us-tx/892/hb1", "broadband", kind="random") | {"split": "kept"},
        label("us-tx/892/hb2", kind="words-privacy") | {"split": "kept"},
        label("us-tx/892/hb3", "privacy", kind="random") | {"split": "kept"},
        label("us-tx/892/hb4", "privacy", kind="random") | {"split": "train"},
    ]
    folder = labels(tmp_path, drawn=rows)
    file = corpus(
        tmp_path,
        ("us-tx-892-hb1", "Relating to grants", None, BROADBAND * 3),
        ("us-tx-892-hb2", "Road salt", None, None),
        ("us-tx-892-hb4", "Student privacy", None, None),
    )
    judged = judge_kept(tmp_path / "dev.jsonl", file, Tagger(), folder)
    assert judged is not None
    assert judged.natural.tolist() == [True, False]
    assert judged.truth.sum(axis=1).tolist() == [1, 0]
    assert judged.likely[judged.truth].tolist() > [0.5]
    assert judged.likely[1].max() < 0.3
    assert judged.tagged[judged.truth].all()
    assert not judged.tagged[1].any()
    assert judge_kept(tmp_path / "dev.jsonl", tmp_path / "absent.db", Tagger(), folder) is None
