"""The arithmetic of the published scores, on data small enough to count by hand, and the floor of the shipped rules."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from classify.evaluation import evaluate as module
from classify.evaluation.evaluate import BadGold, calibration, evaluate, main, read_gold, score, share_found

GOLD = Path(__file__).parents[2] / "shared" / "gold" / "dev.jsonl"
TRUTH = np.array([[1, 0], [1, 0], [0, 1], [0, 0]], dtype=bool)
FLAGS = np.array([[1, 0], [0, 1], [0, 1], [0, 0]], dtype=bool)


def test_evaluate_micro_by_hand() -> None:
    # three labels, three flags, two of them right
    result = score(TRUTH, FLAGS)
    assert (result.n, result.positives) == (4, 3)
    assert result.precision == result.recall == result.f1 == pytest.approx(2 / 3, abs=1e-3)


def test_evaluate_macro_by_hand() -> None:
    # first area: P 1, R 1/2, F1 2/3; second: P 1/2, R 1, F1 2/3
    result = score(TRUTH, FLAGS, "macro")
    assert (result.precision, result.recall) == (0.75, 0.75)
    assert result.f1 == pytest.approx(2 / 3, abs=1e-3)


def test_evaluate_interval_holds_the_score_and_is_the_same_every_time() -> None:
    low, high = score(TRUTH, FLAGS).intervals["f1"]
    assert 0 <= low <= 2 / 3 <= high <= 1
    assert low < high
    assert score(TRUTH, FLAGS) == score(TRUTH, FLAGS)


def test_the_queue_is_a_share_of_the_documents_and_holds_the_most_urgent() -> None:
    gold = [SimpleNamespace(priority=2 if n < 3 else 0) for n in range(60)]
    tagged = [SimpleNamespace(priority_score=1 - n / 60, priority=int(n < 2)) for n in range(60)]
    report = module._queue(gold, tagged, np.ones(60, bool))  # type: ignore[arg-type]
    assert (report["n"], report["wanted"], report["queue"]) == (60, 3, round(module.QUEUE * 60))
    assert (report["queue_precision"], report["queue_recall"], report["listed_recall"]) == (1.0, 1.0, 0.667)


def test_evaluate_perfect_and_empty() -> None:
    assert score(TRUTH, TRUTH).f1 == 1.0
    assert score(TRUTH, TRUTH).intervals["f1"] == (1.0, 1.0)
    assert score(TRUTH, np.zeros_like(TRUTH)).f1 == 0.0
    assert score(np.zeros_like(TRUTH), FLAGS, "macro").f1 == 0.0


def test_evaluate_ranking_by_hand() -> None:
    scores, wanted = np.array([0.9, 0.1, 0.8, 0.2]), np.array([True, True, False, False])
    assert share_found(scores, wanted, 2) == 0.5
    assert share_found(scores, wanted, 4) == 1.0


def test_evaluate_calibration_by_hand() -> None:
    # ten predictions of 0.2 of which four came true: off by 0.2; predictions below 0.05 do not count
    probability = np.array([0.2] * 10 + [0.01] * 50)
    truth = np.array([True] * 4 + [False] * 56)
    found = calibration(truth, probability)
    assert (found["n"], found["error"]) == (10, 0.2)
    assert found["points"] == [{"n": 10, "said": 0.2, "was": 0.4}]
    assert calibration(truth[:1], np.array([0.99]))["error"] is None


def test_evaluate_calibration_knows_what_chance_does() -> None:
    probability = np.random.default_rng(1).uniform(0.05, 0.95, 4000)
    honest = np.random.default_rng(2).random(4000) < probability
    many, few = calibration(honest, probability), calibration(honest[:80], probability[:80])
    assert max(many["error"], many["by_chance"]) < 0.03
    assert few["by_chance"] > 0.08
    assert calibration(honest, probability**3)["error"] > 5 * many["by_chance"]


def write(path: Path, *documents: dict) -> Path:
    path.write_text("".join(json.dumps(document) + "\n" for document in documents), "utf-8")
    return path


DOCUMENT = {
    "id": "us/117/hr/1",
    "source": "",
    "title": "Library grants",
    "abstract": None,
    "areas": ["library-funding"],
    "priority": 2,
    "stratum": "core",
    "split": "test",
}


def test_evaluate_tells_levels_apart(tmp_path: Path) -> None:
    path = write(
        tmp_path / "gold.jsonl",
        DOCUMENT,
        DOCUMENT | {"id": "x", "source": "MI 2009-2010"},
        DOCUMENT | {"id": "y", "source": "Federal Register Notice, FCC", "stratum": "natural"},
        DOCUMENT | {"id": "z", "split": "train"},
    )
    assert [(document.level, document.natural) for document in read_gold(path)] == [
        ("federal", False),
        ("state", False),
        ("federal-register", True),
    ]
    report = evaluate(path)
    assert report["topic"]["micro"]["n"] == 2
    assert report["natural"]["areas"]["library-funding"]["recall"] == 1.0
    assert report["ranking"]["found_in_n"] == 1.0


def test_evaluate_prints_a_table_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "gold.jsonl", DOCUMENT)
    assert main(path) == 0
    assert "library-funding" in capsys.readouterr().out
    assert main(path, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["topic"]["micro"]["f1"] == 1.0


@pytest.mark.parametrize("text", ["{", '{"id": 1}\n', "[]\n", ""])
def test_evaluate_bad_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(text, "utf-8")
    with pytest.raises(BadGold, match=r"gold\.jsonl"):
        read_gold(path)
    assert main(path) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert main(tmp_path / "absent.jsonl") == 2


@pytest.mark.slow
@pytest.mark.skipif(not GOLD.exists(), reason=f"the labeled documents are not here ({GOLD})")
def test_evaluate_shipped_tags_hold_their_published_score(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DRAWS", 50)
    report = evaluate(GOLD)
    assert report["documents"] == 1234
    assert report["topic"]["micro"]["f1"] >= 0.8
    assert report["natural"]["micro"]["f1"] >= 0.5
