"""Labels that travel: ids and labels alone in the repository, texts from what was collected, and what is lacking named."""

from __future__ import annotations

import json
import lzma
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from pathlib import Path

import pytest
from lxml import etree

from benchmarks.label_agreement import agree, read
from classify.areas import load_areas
from classify.evaluation.evaluate import KINDS, BadGold, read_gold
from classify.training.labels import (
    FIRST,
    FOLDER,
    LATER,
    corpus_id,
    fetch,
    kept_back,
    labeled_later,
    main,
    read_labels,
)
from crawlers.parsers.billstatus import parse_bill

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "crawlers" / "sample" / "www.govinfo.gov" / "bulkdata" / "BILLSTATUS"
GIVEN = ROOT.parent / "shared" / "gold" / "dev.jsonl"
LABELS = read_labels()
FIRST_IDS = {json.loads(line)["id"] for line in (FOLDER / FIRST).read_text("utf-8").splitlines()}


def write(path: Path, *rows: dict) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


LABEL = {"id": "us/117/hr/1", "areas": ["privacy"], "priority": 1, "sure": 0.9}


def test_gold_holds_labels_and_no_texts() -> None:
    allowed = {"id", "areas", "priority", "sure", "split", "stratum", "labeller", "made_on", "source"}
    for path in FOLDER.glob("*.jsonl"):
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        assert {key for row in rows for key in row} <= allowed
        assert max(len(json.dumps(row)) for row in rows) < 450
    areas = {area.id for area in load_areas().areas if area.labeled}
    assert {area for label in LABELS for area in label.areas} <= areas
    assert {label.priority for label in LABELS} == {0, 1, 2}
    assert all(0 < label.sure <= 1 for label in LABELS)


def test_gold_keeps_a_test_split_that_nothing_later_touches() -> None:
    assert len({label.id for label in LABELS}) == len(LABELS)
    assert sum(label.split == "test" for label in LABELS) >= 300
    later = [label for label in LABELS if label.id not in FIRST_IDS]
    assert len(later) >= 1000
    assert {label.split for label in later if label.stratum in KINDS} <= {"test"}
    assert {label.split for label in later if label.stratum not in KINDS} == {"train", "kept", "mix"}
    assert sum(label.stratum == "random" for label in later) >= 100


@pytest.mark.parametrize(("name", "least"), [("drawn.jsonl", 1500), ("rare.jsonl", 350)])
def test_gold_drawn_blind_keeps_half_of_every_stratum_from_training(name: str, least: int) -> None:
    rows = [json.loads(line) for line in (FOLDER / name).read_text("utf-8").splitlines()]
    assert len(rows) >= least
    splits: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        splits[row["source"], row["stratum"]][row["split"]] += 1
    assert all(0 <= count["train"] - count["kept"] <= 1 for count in splits.values())
    kept = {row["id"] for row in rows if row["split"] == "kept"}
    assert len(kept) > 0.45 * len(rows)
    assert kept <= kept_back()
    assert {corpus_id(key) for key in kept} <= kept_back()
    assert not kept_back() & {row["id"] for row in rows if row["split"] == "train"}


def test_gold_shows_both_readings_of_a_third_and_their_agreement() -> None:
    drawn = {row["id"] for row in map(json.loads, (FOLDER / "drawn.jsonl").read_text("utf-8").splitlines())}
    first, second = (read(FOLDER / "readings" / f"{name}.jsonl") for name in ("first", "second"))
    assert first.keys() == second.keys() <= drawn
    assert len(first) >= len(drawn) / 3
    found = agree(first, second)
    says = " ".join((FOLDER / "README.md").read_text("utf-8").split())
    low, high = found.micro.intervals["f1"]
    assert f"areas {found.micro.f1:.3f} (micro-F1, {low:.3f} to {high:.3f})" in says
    assert f"{found.same_areas} have the same areas and {found.same_priority} the same priority" in says
    assert f"The {len(found.differences)} documents on which they differ" in says


def test_gold_kept_back_is_not_learned_from_by_either_id(tmp_path: Path) -> None:
    write(tmp_path / FIRST, LABEL | {"split": "test"}, LABEL | {"id": "us/117/hr/2"})
    write(
        tmp_path / "drawn.jsonl", *(LABEL | {"id": f"ca/45-1/c{n}", "split": s} for n, s in ((1, "train"), (2, "kept")))
    )
    assert kept_back(tmp_path) == {"us/117/hr/1", "us-117-hr1", "ca/45-1/c2", "ca-45-1-c2"}
    corpus = tmp_path / "corpus.db"
    with closing(sqlite3.connect(corpus)) as db, db:
        db.execute("create table documents (id text primary key, title text, abstract text)")
        db.executemany("insert into documents values (?, 'A title', null)", [("ca-45-1-c1",), ("ca-45-1-c2",)])
    found, lacking = labeled_later(tmp_path / FIRST, [], corpus, tmp_path)
    assert ([each.id for each in found], lacking) == (["ca/45-1/c1"], 0)


@pytest.mark.skipif(not GIVEN.exists(), reason=f"the labeled documents are not here ({GIVEN})")
def test_gold_says_what_the_labeled_file_says() -> None:
    given = {document.id: document for document in read_gold(GIVEN, None)}
    ours = [label for label in LABELS if label.id in FIRST_IDS]
    assert len(ours) == len(given)
    for label in ours:
        document = given[label.id]
        assert (frozenset(label.areas), label.priority) == (document.areas, document.priority)
        assert (label.split, label.stratum) == (document.split, document.stratum)


@pytest.mark.parametrize(
    ("label", "document"),
    [
        ("us/117/hr/1218", "us-117-hr1218"),
        ("us/109/hconres/5", "us-109-hconres5"),
        ("us-fr/2024-00538", "us-fr-2024-00538"),
        ("us-mi/2009-2010/sb0953", "us-mi-2009-2010-sb953"),
        ("us-in/1671534/sb0487", None),
        ("us-ca/20252026/ab120", "us-ca-20252026-ab120"),
        ("us/court/docket68117049", "us-court-docket68117049"),
        ("us/regs-fcc2012-0260/0001", "us-regs-fcc2012-0260-0001"),
        ("us-ny-nyc/2024/int1125-2024", "us-ny-nyc-2024-int1125-2024"),
        ("uk/bills/4132", "uk-bills-4132"),
        ("ca/44-1/c18", "ca-44-1-c18"),
        ("pen/118", None),
        ("us//", None),
    ],
)
def test_gold_ids_become_those_of_the_corpus(label: str, document: str | None) -> None:
    assert corpus_id(label) == document


def test_gold_fetch_puts_sample_texts_and_labels_together(tmp_path: Path) -> None:
    bills = {
        bill.id: bill
        for bill in (
            parse_bill(etree.parse(path).getroot(), source_url="") for path in SAMPLE.rglob("BILLSTATUS-*.xml")
        )
    }
    wanted = [label for label in LABELS if label.document in bills]
    assert wanted, "the sample holds no labeled document"
    rows = [(bill.id, bill.title, bill.abstract, "Its text.") for bill in bills.values()]
    file = tmp_path / "corpus.db"
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("create table documents (id text primary key, title text, abstract text, text text)")
        db.executemany("insert into documents values (?, ?, ?, ?)", rows)
    target = tmp_path / "gold.jsonl"
    found, lacking = fetch(file, target)
    assert found == len(wanted)
    assert found + lacking.total() == len(LABELS)
    assert lacking["infopolicy crawl us_bills --congress 109"] > 10
    read = {document.id: document for document in read_gold(target, None)}
    for label in wanted:
        assert label.document is not None
        assert read[label.id].title == bills[label.document].title
        assert read[label.id].areas == frozenset(label.areas)


def test_gold_levels_survive_the_journey(tmp_path: Path) -> None:
    ids = ["us/117/hr/1", "us-fr/2024-00538", "us-mi/2009-2010/sb0953"]
    write(tmp_path / "dev.jsonl", *(LABEL | {"id": key, "split": "test", "stratum": "core"} for key in ids))
    write(tmp_path / "labels.jsonl", LABEL)
    with closing(sqlite3.connect(tmp_path / "corpus.db")) as db, db:
        db.execute("create table documents (id text primary key, title text, abstract text)")
        db.executemany("insert into documents values (?, 'A title', null)", [(corpus_id(key),) for key in ids])
    fetch(tmp_path / "corpus.db", tmp_path / "gold.jsonl", tmp_path)
    levels = [document.level for document in read_gold(tmp_path / "gold.jsonl")]
    assert levels == ["federal", "federal-register", "state"]


def test_gold_read_later_joins_the_training(tmp_path: Path) -> None:
    write(tmp_path / "labels.jsonl", LABEL, LABEL | {"id": "us/117/hr/2"}, LABEL | {"id": "us/117/hr/3"})
    assert labeled_later(tmp_path / "dev.jsonl", [], folder=tmp_path) == ([], 3)
    bills = [
        {"id": f"us/117/hr/{number}", "title": "Bill", "official_title": "To do", "abstract": abstract}
        for number, abstract in ((1, "It does."), (2, None), (9, None))
    ]
    with lzma.open(tmp_path / "weak-bills.jsonl.xz", "wt") as file:
        file.writelines(json.dumps(bill) + "\n" for bill in bills)
    found, lacking = labeled_later(tmp_path / "dev.jsonl", ["us/117/hr/3"], folder=tmp_path)
    assert lacking == 0
    assert [(each.id, each.abstract, each.split, each.stratum) for each in found] == [
        ("us/117/hr/1", "It does.", "train", LATER),
        ("us/117/hr/2", "To do", "train", LATER),
    ]
    (tmp_path / "weak-bills.jsonl.xz").write_bytes(b"not compressed")
    with pytest.raises(BadGold, match=r"weak-bills"):
        labeled_later(tmp_path / "dev.jsonl", [], folder=tmp_path)


def test_gold_read_later_finds_texts_in_the_corpus(tmp_path: Path) -> None:
    state, kept_back = "us-mi/2009-2010/sb0953", "us-fr/2024-00538"
    write(tmp_path / "more.jsonl", LABEL | {"id": state}, LABEL | {"id": kept_back, "split": "test"}, LABEL)
    corpus = tmp_path / "corpus.db"
    with closing(sqlite3.connect(corpus)) as db, db:
        db.execute("create table documents (id text primary key, title text, abstract text)")
        db.executemany(
            "insert into documents values (?, 'A title', 'So it is.')", [(corpus_id(state),), (corpus_id(kept_back),)]
        )
    [found], lacking = labeled_later(tmp_path / "dev.jsonl", [], corpus, tmp_path)
    assert (found.id, found.title, found.abstract, found.level) == (state, "A title", "So it is.", "state")
    assert lacking == 1


def test_gold_fetch_names_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(tmp_path / "corpus.db", tmp_path / "gold.jsonl") == 2
    assert "infopolicy crawl" in capsys.readouterr().err
    (tmp_path / "corpus.db").write_bytes(b"no database at all, but long enough to look at" * 40)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):  # which every command tells in a sentence
        main(tmp_path / "corpus.db", tmp_path / "gold.jsonl")
    write(tmp_path / "dev.jsonl", {"id": 1})
    with pytest.raises(BadGold, match=r"dev\.jsonl, line 1"):
        read_labels(tmp_path)
