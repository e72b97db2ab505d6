"""How both stages are mixed: on made-up opinions whose worth is known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from classify.encoder import CARD, NETWORK, VOCABULARY, mix
from classify.model import PRIORITY_OUTPUTS
from classify.training.stack import (
    STAGE_ONE_ALONE,
    choose_band,
    fit_mix,
    held_back,
    macro,
    micro,
    undecided,
    unseen_mix,
    write_card,
)

RNG = np.random.default_rng(3)
TRUTH = RNG.random((2000, 2)) < 0.3


def opinion(noise: float) -> np.ndarray:
    """Log-odds that point the right way, with noise."""
    return np.where(TRUTH, 1.5, -2.5) + RNG.normal(0, noise, TRUTH.shape)


def probability(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logits))


def wrong(likely: np.ndarray) -> int:
    return int(((likely >= 0.5) != TRUTH).sum())


def test_a_document_at_the_threshold_counts() -> None:
    truth, likely = np.array([[True], [False]]), np.array([[0.5], [0.2]])
    assert micro(truth, likely, 0.5) == macro(truth, likely, 0.5) == 1.0
    assert micro(truth, likely, 0.51) == 0.0


def test_mix_of_two_independent_opinions_is_better_than_either() -> None:
    first, second = opinion(2), opinion(2)
    mixed = mix(probability(first), second, fit_mix(probability(first), second, TRUTH))
    assert wrong(mixed) < 0.85 * min(wrong(probability(first)), wrong(probability(second)))


def test_mix_leaves_to_stage_1_what_stage_2_gets_wrong_and_what_nobody_can_learn() -> None:
    first, second = opinion(1), opinion(1)
    assert fit_mix(probability(first), -second, TRUTH).tolist() == [list(STAGE_ONE_ALONE)] * 2
    nothing = np.zeros_like(TRUTH)
    assert fit_mix(probability(first), second, nothing).tolist() == [list(STAGE_ONE_ALONE)] * 2
    assert mix(probability(first), second, np.array([STAGE_ONE_ALONE] * 2)) == pytest.approx(probability(first))


def test_unseen_mix_takes_nothing_from_the_documents_it_is_about() -> None:
    first, second, usual = probability(opinion(2)), opinion(2), np.ones(len(TRUTH), bool)
    part = np.arange(len(TRUTH)) % 4
    before = unseen_mix(first, second, TRUTH, usual, part)
    turned = np.where((part == 1)[:, None], ~TRUTH, TRUTH)
    after = unseen_mix(first, second, turned, usual, part)
    assert (before[part == 1] == after[part == 1]).all()
    assert (before[part != 1] != after[part != 1]).any()


def test_band_asks_stage_2_no_more_than_needed() -> None:
    first, second = probability(3 * opinion(1.5)), opinion(2)
    mixed = unseen_mix(first, second, TRUTH, np.ones(len(TRUTH), bool), np.arange(len(TRUTH)) % 4)
    low, high = choose_band(first, mixed, TRUTH, 2)
    asked = undecided(first, low, high)
    assert 0 < asked.mean() < 0.9
    joined = np.where(asked[:, None], mixed, first)
    assert wrong(joined) < wrong(first)


def test_card_holds_what_stage_2_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in (NETWORK, VOCABULARY):
        (tmp_path / name).write_bytes(b"made up")
    outputs = ["privacy", "copyright", *PRIORITY_OUTPUTS]
    y = np.c_[TRUTH, TRUTH].astype(np.float32)
    first, second = probability(np.c_[opinion(2), opinion(2)]), np.c_[opinion(2), opinion(2)]
    everything = np.ones(len(y), bool)
    write_card(tmp_path, outputs, first, second, y, everything, everything, np.arange(len(y)) % 4)
    card = json.loads((tmp_path / CARD).read_text("utf-8"))
    assert card["outputs"] == list(card["mix"]) == outputs
    assert 0 < card["undecided"][0] < card["undecided"][1] < 1
    shown = capsys.readouterr().out
    assert "cascade" in shown
    assert "of random documents are read by stage 2" in shown


def test_logits_of_runs_are_found_by_document_and_not_by_place(tmp_path: Path) -> None:
    rows = [{"id": key, "split": "test" if key == "d" else "train"} for key in "abcd"]
    (tmp_path / "lessons.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    nothing = [np.nan, np.nan]
    np.save(tmp_path / "0.npy", [[1.0, 2.0], nothing, nothing, [9.0, 9.0]])
    np.save(tmp_path / "1.npy", [nothing, nothing, [3.0, 4.0], [8.0, 8.0]])
    found = held_back(["c", "new", "b", "a", "d"], tmp_path / "lessons.jsonl", [tmp_path / "0.npy", tmp_path / "1.npy"])
    assert np.array_equal(found, [[3, 4], nothing, nothing, [1, 2], nothing], equal_nan=True)
