"""The trained model: arrays in an .npz and a JSON card, nothing that could run code; scored with numpy alone."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from classify.features import BLOCKS, Part, pair_keys, word_keys
from store.errors import InvalidInput
from text.tokens import Tokens

MODEL_DIR = Path(__file__).with_name("model")
ARRAYS, CARD = "model.npz", "model.json"
#: Outputs beside the areas: priority 1 or 2, and priority 2.
PRIORITY_OUTPUTS = ("priority-1", "priority-2")


class BadModel(InvalidInput):
    """The model files cannot be used: the message names the file and what to do."""


@dataclass(frozen=True)
class Block:
    """Known keys of one block, sorted; their idf; and the first of their rows in the weights."""

    keys: np.ndarray
    idf: np.ndarray
    first: int


class Model:
    """Weights of shape (features, outputs) over hashed words, and over rules by name."""

    def __init__(self, card: dict[str, Any], arrays: dict[str, np.ndarray], version: str) -> None:
        self.version = version
        self.card = card
        self.outputs: list[str] = card["outputs"]
        self.thresholds: dict[str, float] = card["thresholds"]
        self.weights = arrays["weights"].astype(np.float32) * arrays["scale"].astype(np.float32)
        self.bias = arrays["bias"].astype(np.float32)
        self.rule_weights = arrays["rule_weights"].astype(np.float32)
        self.curves = arrays["curves"]
        self.blocks: dict[str, Block] = {}
        first = 0
        for name in BLOCKS:
            keys = arrays[f"{name}_keys"]
            self.blocks[name] = Block(keys, arrays[f"{name}_idf"].astype(np.float32), first)
            first += len(keys)

    def aligned_rules(self, names: Sequence[str]) -> np.ndarray:
        """Rule weights in the order of ``names``; a rule that was not there at training weighs nothing."""
        known = {name: row for row, name in enumerate(self.card["rules"])}
        aligned = np.zeros((len(names), len(self.outputs)), dtype=np.float32)
        for place, name in enumerate(names):
            if name in known:
                aligned[place] = self.rule_weights[known[name]]
        return aligned

    def words_logit(self, part: Part) -> np.ndarray:
        """What the words of a part add to each output: shape (outputs,)."""
        total = self.bias.copy()
        for name, block in self.blocks.items():
            rows, values = vectorise(part, name, block.keys, block.idf)
            total += values @ self.weights[rows + block.first]
        return total

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        """Calibrated: of the documents given 0.7, about seven in ten carry the label. ``curves`` has a row per output."""
        rows = self.curves
        log_odds = (curve_terms(logits) * rows[:, :2]).sum(axis=-1) + rows[:, 2]
        return 1 / (1 + np.exp(-np.clip(log_odds, -30, 30)))

    def word_shares(self, words: Tokens, output: int) -> np.ndarray:
        """How much each word speaks for an output, its own weight and half of each pair it stands in: shape (words,).

        Times ``share_scale`` of the whole part, this is what the word adds to the score."""
        keys = word_keys(words.folded)
        shares = self._weights_of("body", keys, output)
        pairs = self._weights_of("body", pair_keys(keys), output)
        shares[:-1] += pairs / 2
        shares[1:] += pairs / 2
        return shares

    def share_scale(self, part: Part) -> float:
        block = self.blocks["body"]
        keys, counts = part.counts("body")
        rows, known = lookup(block.keys, keys)
        length = np.linalg.norm((1 + np.log(counts[known])) * block.idf[rows])
        return float(BLOCKS["body"] / (length or 1.0))

    def _weights_of(self, name: str, keys: np.ndarray, output: int) -> np.ndarray:
        block = self.blocks[name]
        rows, known = lookup(block.keys, keys)
        weights = np.zeros(len(keys), dtype=np.float32)
        weights[known] = self.weights[rows + block.first, output] * block.idf[rows]
        return weights


def curve_terms(logits: np.ndarray) -> np.ndarray:
    """The two terms of a beta calibration curve, log p and -log(1 - p): shape (..., 2)."""
    return np.stack([-np.logaddexp(0, -logits), np.logaddexp(0, logits)], axis=-1)


def lookup(table: np.ndarray, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the keys that the sorted table knows, and a mask of which those are."""
    if not len(table):
        return np.empty(0, np.int64), np.zeros(len(keys), bool)
    rows = np.minimum(np.searchsorted(table, keys), len(table) - 1)
    known = table[rows] == keys
    return rows[known], known


def vectorise(part: Part, name: str, table: np.ndarray, idf: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``(rows, values)`` of one block: logarithm of counts times idf, scaled to length one and by the block's weight."""
    keys, counts = part.counts(name)
    rows, known = lookup(table, keys)
    values = (1 + np.log(counts[known])) * idf[rows]
    length = float(np.sqrt(values @ values)) or 1.0
    return rows, (values * (BLOCKS[name] / length)).astype(np.float32)


def load_model(folder: Path = MODEL_DIR) -> Model | None:
    """The shipped model, or None when the folder holds none.

    Raises:
        BadModel: the files are damaged or do not belong together.
    """
    arrays_file, card_file = folder / ARRAYS, folder / CARD
    if not arrays_file.exists():
        return None
    try:
        raw = arrays_file.read_bytes()
        digest = hashlib.sha256(raw).hexdigest()
        card = json.loads(card_file.read_text("utf-8"))
        with np.load(io.BytesIO(raw), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        if card["sha256"] != digest:
            raise BadModel(f"{arrays_file}: not the file that {card_file} describes; run `infopolicy train` again")
        decides = hashlib.sha256(raw + json.dumps(card["thresholds"], sort_keys=True).encode())
        return Model(card, arrays, decides.hexdigest()[:12])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        if isinstance(error, BadModel):
            raise
        raise BadModel(f"{arrays_file}: cannot be used ({error}); run `infopolicy train` again") from error


def save_model(folder: Path, card: dict[str, Any], arrays: dict[str, np.ndarray]) -> Path:
    """Write the arrays and then the card that names them; returns the card's place."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / ARRAYS, **arrays)  # type: ignore[arg-type]
    digest = hashlib.sha256((folder / ARRAYS).read_bytes()).hexdigest()
    target = folder / CARD
    target.write_text(json.dumps(card | {"sha256": digest}, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return target
