"""Write the tuned transformer as the files that stage 2 runs: 8-bit ONNX and its tokenizer.

pip install "torch>=2.9,<3" "transformers>=5,<6" onnx onnxruntime onnxscript      (the environment of fine_tune)
python -m classify.training.export_encoder WEIGHTS tuned.pt FOLDER
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from classify.training.fine_tune import Reader


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name in ("weights", "tuned", "folder"):
        parser.add_argument(name, type=Path)
    asked = parser.parse_args()
    state = torch.load(asked.tuned, weights_only=True)
    net = Reader(asked.weights, np.full(len(state["out.bias"]), 0.5))
    net.load_state_dict(state)
    net.eval()
    # Step by step, for taken apart, the fused attention looks for words that see no other, which takes a seventh of the time; a
    # document that is read alone has none.
    net.encoder.set_attn_implementation("eager")
    asked.folder.mkdir(parents=True, exist_ok=True)
    whole = asked.folder / "whole.onnx"
    words = torch.randint(5, 1000, (1, 24))
    length = torch.export.Dim("length", min=2, max=512)
    torch.onnx.export(
        net,
        (words, torch.ones_like(words)),
        whole,
        input_names=["input_ids", "attention_mask"],
        output_names=["logits"],
        dynamic_shapes={"input_ids": {1: length}, "attention_mask": {1: length}},
        dynamo=True,
        external_data=False,
    )
    # 7 of the 8 bits for the weights: processors without VNNI would overflow, and answer differently, with all eight.
    quantize_dynamic(
        whole, asked.folder / "encoder.onnx", per_channel=True, reduce_range=True, weight_type=QuantType.QInt8
    )
    whole.unlink()
    shutil.copyfile(asked.weights / "tokenizer.json", asked.folder / "tokenizer.json")


if __name__ == "__main__":
    main()
