"""How both stages are mixed: on made-up opinions whose worth is known."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classify.encoder import CARD, NETWORK, VOCABULARY, Encoder, mix
from classify.model import PRIORITY_OUTPUTS
from classify.tagger import Tagger
from classify.training.labels import MIX, Label
from classify.training.stack import (
    FEW,
    PARTS,
    STAGE_ONE_ALONE,
    Opinions,
    choose_band,
    fit_mix,
    macro,
    micro,
    opinions,
    undecided,
    unmixed,
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


def test_mix_hears_nobody_who_says_the_opposite() -> None:
    first, second = opinion(1), opinion(1)
    weights = fit_mix(probability(first), -second, TRUTH)
    assert (weights[:, 1] == 0).all()
    assert (weights[:, 0] > 0).all()


def test_mix_leaves_to_stage_1_what_nobody_can_learn() -> None:
    first, second = opinion(1), opinion(1)
    truth = np.c_[TRUTH[:, 0], np.zeros(len(TRUTH), bool)]
    weights = fit_mix(probability(first), second, truth)
    assert weights[1].tolist() == list(STAGE_ONE_ALONE)
    assert weights[0].tolist() != list(STAGE_ONE_ALONE)
    assert mix(probability(first), second, np.array([STAGE_ONE_ALONE] * 2)) == pytest.approx(probability(first))


def test_a_rare_output_is_weighed_like_the_others() -> None:
    """Of two labels nobody can say which stage is right about them: what holds for all others holds for them, too."""
    first, second = opinion(1), opinion(1)
    common = fit_mix(probability(first), second, TRUTH).mean(axis=0)
    rare = np.zeros(len(TRUTH), bool)
    rare[:2] = True
    sure = np.where(rare, 2.0, -6.0)
    weights = fit_mix(probability(np.c_[first, sure]), np.c_[second, sure], np.c_[TRUTH, rare])
    assert weights[2, :2] == pytest.approx(common[:2], abs=0.3)


def test_unseen_mix_takes_nothing_from_the_documents_it_is_about() -> None:
    first, second = probability(opinion(2)), opinion(2)
    part = np.arange(len(TRUTH)) % PARTS
    before = unseen_mix(first, second, TRUTH)
    turned = np.where((part == 1)[:, None], ~TRUTH, TRUTH)
    after = unseen_mix(first, second, turned)
    assert (before[part == 1] == after[part == 1]).all()
    assert (before[part != 1] != after[part != 1]).any()


def test_band_asks_stage_2_no_more_than_needed() -> None:
    first, second = probability(3 * opinion(1.5)), opinion(2)
    mixed = unseen_mix(first, second, TRUTH)
    low, high = choose_band(first, mixed, TRUTH, 2)
    asked = undecided(first, low, high)
    assert 0 < asked.mean() < 0.9
    joined = np.where(asked[:, None], mixed, first)
    assert wrong(joined) < wrong(first)


def test_band_leaves_out_what_becomes_no_tag_even_with_stage_2() -> None:
    truth = np.array([[True]] * 50 + [[False]] * 100 + [[True]] * 100)
    first = np.array([[0.06]] * 150 + [[0.3]] * 50 + [[0.01]] * 50)
    # The first 50 are told apart from the 100 after them, but a tag begins at 0.5; the last 50 nobody finds.
    mixed = np.array([[0.45]] * 50 + [[0.01]] * 100 + [[0.9]] * 50 + [[0.01]] * 50)
    low, _ = choose_band(first, mixed, truth, 1)
    assert 0.06 < low <= 0.3


def test_card_holds_what_stage_2_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in (NETWORK, VOCABULARY):
        (tmp_path / name).write_bytes(b"made up")
    outputs = ["privacy", "copyright", *PRIORITY_OUTPUTS]
    y = np.c_[TRUTH, TRUTH].astype(np.float32)
    first, second = probability(np.c_[opinion(2), opinion(2)]), np.c_[opinion(2), opinion(2)]
    write_card(tmp_path, outputs, Opinions(first, second, y, np.ones(len(y), bool)))
    card = json.loads((tmp_path / CARD).read_text("utf-8"))
    assert card["outputs"] == list(card["mix"]) == outputs
    assert 0 < card["undecided"][0] < card["undecided"][1] < 1
    y[:, 1] = 0
    known = card["mix"]["copyright"]
    (tmp_path / CARD).write_text(json.dumps(card | {"mix": card["mix"] | {"privacy": [9, 9, 9]}}), "utf-8")
    write_card(tmp_path, outputs, Opinions(first, second, y, np.ones(len(y), bool)))
    again = json.loads((tmp_path / CARD).read_text("utf-8"))["mix"]
    assert again["copyright"] == known, "nobody labeled one: what was known of it stays"
    assert again["privacy"] != [9, 9, 9]
    shown = capsys.readouterr().out
    assert "cascade" in shown
    assert "of random documents are read by stage 2" in shown


def test_band_sends_no_document_for_its_priority_alone() -> None:
    first, second = probability(3 * opinion(1.5)), opinion(2)
    mixed = unseen_mix(first, second, TRUTH)
    priority = np.full((len(TRUTH), 2), 0.5)
    assert choose_band(np.c_[first, priority], np.c_[mixed, priority], np.c_[TRUTH, TRUTH], 2) == choose_band(
        first, mixed, TRUTH, 2
    )


@pytest.mark.parametrize(("labels", "kept"), [(FEW - 1, True), (FEW, False)])
def test_an_output_with_few_labels_keeps_its_weights(tmp_path: Path, labels: int, kept: bool) -> None:
    for name in (NETWORK, VOCABULARY):
        (tmp_path / name).write_bytes(b"made up")
    outputs = ["privacy", "copyright", *PRIORITY_OUTPUTS]
    (tmp_path / CARD).write_text(json.dumps({"mix": {"copyright": [0.1, 0.2, 0.3]}}), "utf-8")
    y = np.c_[TRUTH, TRUTH].astype(np.float32)
    y[np.flatnonzero(y[:, 1])[labels:], 1] = 0
    both = np.c_[opinion(2), opinion(2)]
    write_card(tmp_path, outputs, Opinions(probability(both), both, y, np.ones(len(y), bool)))
    found = json.loads((tmp_path / CARD).read_text("utf-8"))["mix"]["copyright"]
    assert (found == [0.1, 0.2, 0.3]) is kept


def test_macro_leaves_out_what_no_document_has() -> None:
    truth, likely = np.array([[True, False], [False, False]]), np.array([[0.9, 0.1], [0.1, 0.1]])
    assert macro(truth, likely, 0.5) == 1.0


class Likeness:
    """A network that knows one word."""

    def logits(self, words: str) -> np.ndarray:
        return np.array([len(words), 5.0 if "wiretap" in words else -5.0])


def test_opinions_are_of_documents_kept_for_the_mixture_as_they_are_collected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        ("us/117/hr/1", MIX, "random"),
        ("us/117/hr/2", "train", "random"),
        ("us/117/hr/3", MIX, "active-undecided"),
    ]
    kept = [Label(key, ("privacy",) * (key[-1] == "1"), 1, 0.9, split, stratum) for key, split, stratum in rows]
    monkeypatch.setattr("classify.training.stack.read_labels", lambda: [*kept, replace(kept[0], id="us/117/hr/9")])
    with closing(sqlite3.connect(tmp_path / "corpus.db")) as db, db:
        db.execute("create table documents (id text primary key, title text, abstract text, text text)")
        found = [
            ("us-117-hr1", "An Act", None, "No wiretap without a warrant"),
            ("us-117-hr3", "Fences", "Of wood", None),
        ]
        db.executemany("insert into documents values (?, ?, ?, ?)", found)
    tagger = Tagger(encoder_dir=None)
    said = opinions(tmp_path / "dev.jsonl", tmp_path / "corpus.db", tagger, Likeness())  # type: ignore[arg-type]
    assert said.logits.tolist() == [[36, 5], [15, -5]]
    assert said.drawn.tolist() == [True, False]
    privacy = tagger.model.outputs.index("privacy") if tagger.model else -1
    assert said.y[:, privacy].tolist() == [1, 0]
    assert said.y[:, -2:].tolist() == [[1, 0], [1, 0]]
    assert said.likely[0, privacy] > 10 * said.likely[1, privacy]


def test_a_network_can_be_asked_before_its_mixture_is_chosen(tmp_path: Path) -> None:
    for name in (NETWORK, VOCABULARY):
        (tmp_path / name).write_bytes(b"made up")
    encoder = Encoder(tmp_path, unmixed(tmp_path, ["privacy"]), ["privacy"])
    assert encoder.undecided(np.array([0.5]))
