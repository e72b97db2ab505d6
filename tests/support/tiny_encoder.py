"""A transformer's place holder of a few hundred bytes: each word it knows adds to one output, in real ONNX."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from classify.encoder import CARD, NETWORK, VOCABULARY, digest


def write_encoder(
    folder: Path,
    outputs: list[str],
    words: dict[str, tuple[str, float]],
    undecided: tuple[float, float] = (0.02, 0.98),
    weights: tuple[float, float, float] = (0.0, 1.0, 0.0),
) -> Path:
    """Write the three files of stage 2.

    Args:
        words: word -> (output, what the word adds to its logit); every logit begins at -4.
        weights: of the log-odds of stage 1, of those of stage 2, and a shift, the same for every output.
    """
    folder.mkdir(parents=True, exist_ok=True)
    table = np.zeros((len(words) + 1, len(outputs)), np.float32)
    for row, (output, adds) in enumerate(words.values(), 1):
        table[row, outputs.index(output)] = adds
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["table", "input_ids"], ["each"]),
            helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
            helper.make_node("MatMul", ["mask", "each"], ["sum"]),
            helper.make_node("Squeeze", ["sum", "first"], ["flat"]),
            helper.make_node("Add", ["flat", "base"], ["logits"]),
        ],
        "tiny",
        [helper.make_tensor_value_info(name, TensorProto.INT64, [1, None]) for name in ("input_ids", "attention_mask")],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, len(outputs)])],
        [
            numpy_helper.from_array(table, "table"),
            numpy_helper.from_array(np.array([0], np.int64), "first"),
            numpy_helper.from_array(np.full((1, len(outputs)), -4, np.float32), "base"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    (folder / NETWORK).write_bytes(model.SerializeToString())
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, **{word: n for n, word in enumerate(words, 1)}}, "[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    (folder / VOCABULARY).write_text(tokenizer.to_str(), "utf-8")
    card = {
        "outputs": outputs,
        "length": 160,
        "undecided": list(undecided),
        "mix": {name: list(weights) for name in outputs},
        "sha256": digest((folder / NETWORK).read_bytes(), (folder / VOCABULARY).read_text("utf-8")),
    }
    (folder / CARD).write_text(json.dumps(card), "utf-8")
    return folder
