"""Stage 2: a small transformer that reads the documents on which rules and regression are undecided, and is mixed with them.

`encoder.onnx` (whole numbers of 8 bits), `tokenizer.json` and the card `encoder.json` lie beside the regression. One document
at a time, on one thread: the scale of the 8-bit arithmetic depends on everything that is read together, so in a batch the
same document would get another answer beside other neighbors.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from classify.model import MODEL_DIR, PRIORITY_OUTPUTS, BadModel
from text.boilerplate import without_opening

NETWORK, VOCABULARY, CARD = "encoder.onnx", "tokenizer.json", "encoder.json"
#: Characters of the title and of what follows that it is given; its tokenizer cuts far earlier.
TITLE_READ, REST_READ = 700, 2400
ABSENT = "needs packages that are not installed: pip install onnxruntime tokenizers, or take the file away"
#: What the runtime joins into one step that takes longer than its parts: a sixth of the time of the whole (onnxruntime 1.32).
SLOWER = ["SkipLayerNormFusion"]
#: Probabilities this near 0 or 1 count as this near.
SUREST = 1e-4


def words_of(title: str | None, abstract: str | None, text: str | None = None) -> str:
    """What the transformer reads of a document: the title, and the abstract or else the opening of the text."""
    rest = without_opening(abstract) if abstract else text or ""
    return f"{(title or '').strip()[:TITLE_READ]}. {rest.strip()[:REST_READ]}"


def log_odds(probability: np.ndarray) -> np.ndarray:
    sure = np.clip(probability, SUREST, 1 - SUREST)
    return np.log(sure / (1 - sure))


def mix(likely: np.ndarray, logits: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Both opinions as one probability: ``likely`` of stage 1 and ``logits`` of stage 2 have the shape (..., outputs),
    ``weights`` (outputs, 3): of the log-odds of stage 1, of those of stage 2, and a shift."""
    return 1 / (1 + np.exp(-(weights[:, 0] * log_odds(likely) + weights[:, 1] * logits + weights[:, 2])))


class Encoder:
    """The network, loaded when the first document needs it, and how its opinion is mixed with that of stage 1."""

    def __init__(self, folder: Path, card: dict[str, Any], outputs: Sequence[str]) -> None:
        """``outputs`` are those of stage 1; one that the transformer does not know is left as stage 1 has it."""
        self.folder, self.card = folder, card
        #: Of everything in the card: with another mixture or band, the same network gives other tags.
        self.version = hashlib.sha256(json.dumps(card, sort_keys=True).encode()).hexdigest()[:12]
        self.low, self.high = card["undecided"]
        self._areas = [place for place, name in enumerate(outputs) if name not in PRIORITY_OUTPUTS]
        known = [name for name in outputs if name in card["mix"]]
        self._ours = np.array([outputs.index(name) for name in known], np.int64)
        self._theirs = np.array([card["outputs"].index(name) for name in known], np.int64)
        #: Per output: the weights of both log-odds, and a shift.
        self._mix = np.array([card["mix"][name] for name in known]).reshape(-1, 3)

    def undecided(self, likely: np.ndarray) -> bool:
        """Whether stage 1 leaves any area open: ``likely`` has a probability per output. Priority alone is not worth the reading,
        for rules decide it."""
        areas = likely[self._areas]
        return bool(((areas >= self.low) & (areas <= self.high)).any())

    def second_opinion(self, likely: np.ndarray, words: str) -> np.ndarray:
        """The probabilities of both stages together, in the order of ``likely``."""
        mixed = likely.copy()
        mixed[self._ours] = mix(likely[self._ours], self.logits(words)[self._theirs], self._mix)
        return mixed

    def logits(self, words: str) -> np.ndarray:
        """The network's own opinion, before any calibration: shape (outputs,)."""
        session, tokenizer = self._loaded
        read = tokenizer.encode(words.encode("utf-8", "replace").decode("utf-8"))  # half a surrogate pair is no text
        asked = {"input_ids": [read.ids], "attention_mask": [read.attention_mask]}
        [[said]] = session.run(None, {name: np.array(rows, np.int64) for name, rows in asked.items()})
        return np.asarray(said, dtype=np.float64)

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        path = self.folder / NETWORK
        # Its official builds send what they do to their maker, unless this is set before they are imported (its Privacy.md).
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        try:
            import onnxruntime  # here, because most processes tag nothing and should not wait for it
            import tokenizers
        except ImportError as error:
            raise BadModel(f"{path}: {ABSENT} ({error})") from error
        try:
            network, vocabulary = path.read_bytes(), (self.folder / VOCABULARY).read_text("utf-8")
            if digest(network, vocabulary) != self.card["sha256"]:
                raise BadModel(f"{path}: not the file that {self.folder / CARD} describes; install the project again")
            tokenizer = tokenizers.Tokenizer.from_str(vocabulary)
            tokenizer.no_padding()
            tokenizer.enable_truncation(self.card["length"])
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            session = onnxruntime.InferenceSession(
                network, options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOWER
            )
            return session, tokenizer
        except BadModel:
            raise
        except Exception as error:  # both libraries raise plain Exception
            raise BadModel(f"{path}: cannot be used ({error}); install the project again") from error


def digest(network: bytes, vocabulary: str) -> str:
    return hashlib.sha256(network + vocabulary.encode()).hexdigest()


def load_encoder(outputs: Sequence[str], folder: Path = MODEL_DIR) -> Encoder | None:
    """The shipped transformer, or None where the folder holds none.

    Raises:
        BadModel: its card is damaged.
    """
    path = folder / CARD
    if not path.exists():
        return None
    try:
        return Encoder(folder, json.loads(path.read_text("utf-8")), outputs)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadModel(f"{path}: cannot be used ({error!r}); install the project again") from error
