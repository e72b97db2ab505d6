"""Which trained model is in use: candidate, accepted, reverted, and what an upgrade does; and the report of `train`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import site_corpus
from click.testing import CliRunner
from desk_fixtures import made, say  # noqa: F401
from sqlite_utils import Database

from classify import models
from classify.model import ARRAYS, CARD, MODEL_DIR, load_model, save_model
from classify.tagger import Tagger
from classify.training.decisions import read_decisions
from classify.training.labels import read_labels
from cli import main
from commands import training
from derive.candidate import Models, count_verdicts, kept_back, on_queue
from positions.catalog.catalog import code_hash
from positions.relevance.relevance import FILE, Relevance
from positions.relevance.relevance import load_model as load_relevance
from store.connect import connect, migrate, open_staff

PACKAGED = (MODEL_DIR, FILE)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INFOPOLICY_DATA", str(tmp_path))
    return tmp_path


def candidate(floor: float = 0.99) -> None:
    """A candidate like the models of the program, but that tags nothing and shows nothing."""
    part = models.begin()
    shutil.copytree(MODEL_DIR, part / MODEL_DIR.name)
    card = json.loads((MODEL_DIR / CARD).read_text("utf-8"))
    arrays = dict(np.load(MODEL_DIR / ARRAYS))
    arrays["bias"] = arrays["bias"] - 30 - floor
    save_model(part / MODEL_DIR.name, card, arrays)
    (part / FILE.name).write_text(json.dumps(json.loads(FILE.read_text("utf-8")) | {"floor": floor}), "utf-8")
    models.finish(part, {"made_at": "2026-11-27"}, PACKAGED)


def versions() -> tuple[str, str, float]:
    code_hash.cache_clear()  # a process keeps its models; a command is a process
    return Tagger().version, code_hash(), load_relevance().floor


def test_without_training_the_models_of_the_program_are_used(data: Path) -> None:
    assert models.in_use(MODEL_DIR) == MODEL_DIR
    assert models.in_use(FILE) == FILE
    shipped = load_model()
    assert shipped is not None
    assert Tagger().version.split("-")[1] == shipped.version


def test_a_candidate_changes_nothing_until_it_is_accepted_and_can_be_taken_back(data: Path) -> None:
    shipped = versions()
    candidate(0.97)
    assert versions() == shipped
    models.accept()
    first = versions()
    assert all(new != old for new, old in zip(first, shipped, strict=True))
    candidate(0.95)
    assert versions() == first
    models.accept()
    assert versions()[2] == 0.95
    models.revert()
    assert versions() == first
    models.accept()  # what was in use is the candidate again
    assert versions()[2] == 0.95
    models.revert()
    models.revert()
    with pytest.raises(models.NoModel, match="no model was accepted"):
        models.revert()


def test_an_accepted_model_makes_everything_stale(data: Path) -> None:
    candidate()
    before = Tagger()
    models.accept()
    [(_, tagging)] = Tagger().tag_batch([("x", "Library Services and Technology Act", None, None)])
    [(_, earlier)] = before.tag_batch([("x", "Library Services and Technology Act", None, None)])
    assert not any(tag.tagged for tag in tagging.areas)
    assert any(tag.tagged for tag in earlier.areas)


def test_an_upgrade_with_another_model_wins(data: Path) -> None:
    shipped = versions()
    candidate()
    models.accept()
    report = data / "models" / models.IN_USE / models.REPORT
    kept = json.loads(report.read_text("utf-8"))
    assert set(kept["replaces"]) == {"model", "model.json"}
    report.write_text(json.dumps(kept | {"replaces": {"model": "of an earlier program", "model.json": "too"}}), "utf-8")
    assert versions() == shipped
    report.write_text("{", "utf-8")
    assert versions() == shipped


def test_nothing_to_accept(data: Path) -> None:
    for option in ("--accept", "--package"):
        out = CliRunner().invoke(main, ["train", option])
        assert (out.exit_code, "there is no candidate" in out.output) == (2, True), out.output
    assert CliRunner().invoke(main, ["train", "--revert"]).exit_code == 2


# --------------------------------------------------------------------- what a candidate changes


@pytest.fixture
def staff(made: Path, data: Path) -> Iterator[Database]:
    for name in ("corpus.db", "staff.db"):
        shutil.copy(made / name, data / name)
    with closing(open_staff(data / "staff.db", data / "corpus.db")) as opened:
        yield opened


def test_verdicts_are_counted_by_kind_and_priorities_teach(data: Path, staff: Database) -> None:
    assert count_verdicts(data / "staff.db") == {}
    assert count_verdicts(data / "none.db") == {}
    say(staff)
    say(staff, "change", "position:tc-hotspot-lending", value="watch")
    say(staff, subject="priority", value="1")
    assert count_verdicts(data / "staff.db") == {"area confirm": 1, "position change": 1, "priority confirm": 1}
    taught = [(each.area, each.confirmed) for each in read_decisions(data / "corpus.db", data / "staff.db")]
    assert taught == [("broadband", True), ("priority-1", True), ("priority-2", False)]


def test_the_report_names_what_comes_and_goes_in_the_queue(data: Path, staff: Database) -> None:
    candidate()
    folder = data / "models" / models.CANDIDATE
    old = Models(Tagger(), Relevance())
    new = Models(Tagger(model_dir=folder / "model"), Relevance(model=load_relevance(folder / "model.json")))
    found = on_queue(data / "corpus.db", data / "staff.db", old, new, since="2022-01-01")
    assert found.documents == staff.execute("select count(*) from waiting").fetchone()[0] > 0
    assert found.counts["tag broadband goes"] > 0
    assert site_corpus.BROADBAND in found.named["tag broadband goes"]
    assert any(each.startswith("model's priority ") for each in found.counts)
    assert on_queue(data / "corpus.db", data / "staff.db", old, old, since="2022-01-01").changed == 0
    assert on_queue(data / "corpus.db", data / "staff.db", old, new, since="2999-01-01").documents == 0
    assert on_queue(data / "corpus.db", data / "none.db", old, new, since="2022-01-01").documents == 0


def test_kept_back_documents_say_which_tags_become_wrong(data: Path) -> None:
    row = {"source": "", "abstract": None, "stratum": "core", "split": "test", "priority": 1}
    rows = [
        row | {"id": "a/1/1", "title": "Library construction grants", "areas": ["library-funding"]},
        row | {"id": "a/1/2", "title": "Library construction grants", "areas": []},
        row | {"id": "a/1/3", "title": "Repair of bridges", "areas": []},
    ]
    gold = data / "gold.jsonl"
    gold.write_text("".join(json.dumps(each) + "\n" for each in rows), "utf-8")
    candidate()
    found = kept_back(gold, Tagger(), Tagger(model_dir=data / "models" / models.CANDIDATE / "model"))
    assert (found.documents, found.changed) == (3, 2)
    assert found.named == {"wrong: library-funding": ["a/1/1"], "right: library-funding": ["a/1/2"]}


# --------------------------------------------------------------------- the command


def labeled_corpus(path: Path) -> int:
    """corpus.db with a short made-up text for some hundred documents of classify/gold: what it says follows its label."""
    wanted = [label for label in read_labels() if label.document and label.stratum not in ("long", "courts")]
    with closing(connect(path)) as db:
        migrate(db, "corpus.db")
        seen: set[str] = set()
        for label in wanted:
            key = str(label.document)
            if len(seen) >= 500 or key in seen:
                continue
            seen.add(key)
            title = " and ".join(area.replace("-", " ") for area in sorted(label.areas)) or "repair of bridges"
            row = {"identifier": key, "title": f"{title} {len(seen)}", "url": "https://x"}
            db.table("documents").insert(site_corpus.document_row(key, **row))
    return len(seen)


@pytest.mark.slow
def test_train_without_the_shared_folder_makes_a_candidate_and_replaces_nothing(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "SHARED", data / "absent.jsonl")
    monkeypatch.setattr(training, "ENOUGH", 100)
    before = {path: path.read_bytes() for path in (MODEL_DIR / ARRAYS, MODEL_DIR / CARD, FILE)}
    assert labeled_corpus(data / "corpus.db") == 500
    shipped = versions()
    out: Any = CliRunner().invoke(main, ["train"])
    assert out.exit_code in (0, 1), out.output
    for words in (
        "labeled documents are collected",
        "verdicts of staff to learn from: none yet",
        "documents kept back change",
        "documents of the queue of the last month change",
        "`infopolicy train --accept` puts it in use",
    ):
        assert words in out.output, words
    assert versions() == shipped
    report = json.loads((data / "models" / models.CANDIDATE / models.REPORT).read_text("utf-8"))
    assert report["kept_back"]["documents"] > 0
    assert CliRunner().invoke(main, ["train", "--accept"]).exit_code == 0
    assert versions()[0] != shipped[0]
    assert versions()[2] == shipped[2]  # too few claims: the relevance model stays as it is
    assert CliRunner().invoke(main, ["train", "--revert"]).exit_code == 0
    assert versions() == shipped
    assert before == {path: path.read_bytes() for path in before}


def test_train_says_what_to_collect_first(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "SHARED", data / "absent.jsonl")
    missing = CliRunner().invoke(main, ["train"])
    assert missing.exit_code == 2, missing.output
    assert "infopolicy crawl" in missing.output
    with closing(connect(data / "corpus.db")) as db:
        migrate(db, "corpus.db")
    few = CliRunner().invoke(main, ["train"])
    assert few.exit_code == 2
    assert "infopolicy gold fetch" in few.output
    assert not (data / "models" / models.CANDIDATE).exists()
