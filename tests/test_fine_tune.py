"""The training of the transformer: a run that was stopped goes on as if nothing had happened (needs torch; else skipped)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: uv sync --inexact --extra teach")
transformers = pytest.importorskip("transformers")
tokenizers = pytest.importorskip("tokenizers")

from classify.training import fine_tune  # noqa: E402

WORDS = ["library", "road", "grant", "salt", "privacy", "bridge"]


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    folder = tmp_path / "weights"
    config = transformers.BertConfig(
        vocab_size=len(WORDS) + 2, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16
    )
    torch.manual_seed(0)
    transformers.BertModel(config).save_pretrained(folder)
    names = ["[PAD]", "[UNK]", *WORDS]
    plain = tokenizers.Tokenizer(tokenizers.models.WordLevel({name: n for n, name in enumerate(names)}, "[UNK]"))
    plain.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    transformers.PreTrainedTokenizerFast(tokenizer_object=plain, pad_token="[PAD]", unk_token="[UNK]").save_pretrained(
        folder
    )
    return folder


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    path = tmp_path / "lessons.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for n in range(120):
            text = " ".join(rng.choice(WORDS, rng.integers(1, 9)))
            y = [int("library" in text), int("privacy" in text), int("grant" in text), 0]
            split = "test" if n >= 100 else "train"
            file.write(json.dumps({"id": str(n), "text": text, "y": y, "fold": n % 4, "split": split}) + "\n")
    return path


def run(monkeypatch: pytest.MonkeyPatch, *asked: object) -> None:
    monkeypatch.setattr(sys, "argv", ["fine_tune", *map(str, asked)])
    fine_tune.main()


def test_fine_tune_goes_on_where_it_was_stopped(
    tmp_path: Path, weights: Path, lessons: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fine_tune, "SAVE_EVERY", 2)
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    asked = ("--epochs", 2, "--fold", 3, "--rate", 1e-2, "--threads", 1)
    run(monkeypatch, lessons, weights, whole, *asked)
    learn_from = fine_tune.Run._learn_from

    def fails(self: fine_tune.Run, rows: list[int]) -> float:
        if self.step == 7:
            raise KeyboardInterrupt
        return learn_from(self, rows)

    with monkeypatch.context() as patched:
        patched.setattr(fine_tune.Run, "_learn_from", fails)
        with pytest.raises(KeyboardInterrupt):
            run(monkeypatch, lessons, weights, stopped, *asked)
    run(monkeypatch, lessons, weights, stopped, *asked)
    ends = [torch.load(folder / "tuned.pt", weights_only=True) for folder in (whole, stopped)]
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])
    logits = np.load(whole / "logits-2.npy")
    held = np.array([n >= 100 or n % 4 == 3 for n in range(120)])
    assert (~np.isnan(logits[:, 0]) == held).all(), "only what it did not learn from is judged"
    assert np.array_equal(logits, np.load(stopped / "logits-2.npy"), equal_nan=True)


def test_fine_tune_takes_every_document_once_an_epoch() -> None:
    lengths = list(range(1000))
    first, second = (fine_tune.batches(lengths, list(range(0, 1000, 2)), seed) for seed in (1, 2))
    assert sorted(row for batch in first for row in batch) == list(range(0, 1000, 2))
    assert first != second
    assert first == fine_tune.batches(lengths, list(range(0, 1000, 2)), 1)
