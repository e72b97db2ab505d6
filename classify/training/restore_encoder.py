"""Weights to learn on from, of the transformer that is shipped: the 8-bit ONNX file as the ``tuned.pt`` of `fine_tune --start`.

pip install "torch>=2.9,<3" "transformers>=5,<6" onnx      (the environment of fine_tune)
python -m classify.training.restore_encoder WEIGHTS classify/model/encoder.onnx tuned.pt

Only rounding is lost: the logits of both differ by about 0.2. So a next training needs no weights that somebody kept.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from classify.training.fine_tune import Reader

ROUNDED = "_quantized"
#: From the product of a layer to the sum with its bias there are this many steps at most.
FAR = 6


class Network:
    """The arrays of an ONNX file, and which step uses what another one makes."""

    def __init__(self, path: Path) -> None:
        graph = onnx.load(path).graph
        self.steps = list(graph.node)
        self.arrays = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
        self._users: dict[str, list[Any]] = defaultdict(list)
        for step in self.steps:
            for name in step.input:
                self._users[name].append(step)

    def rounded(self, name: str) -> np.ndarray:
        """An array of 8-bit numbers as it was, but for rounding: one scale, or one for each column."""
        array = self.arrays[name].astype(np.float32)
        scale, zero = (self.arrays[name.removesuffix(ROUNDED) + end] for end in ("_scale", "_zero_point"))
        return np.asarray((array - zero.astype(np.float32)) * scale)

    def products(self) -> Iterator[tuple[str, np.ndarray]]:
        """The weights of each layer by their name, which only the bias that is added afterwards tells."""
        for step in self.steps:
            for name in step.input if step.op_type == "MatMulInteger" else ():
                if name.endswith(ROUNDED) and name in self.arrays:
                    yield self._bias(step, FAR).replace(".bias", ".weight"), self.rounded(name).T

    def _bias(self, step: Any, far: int) -> str:
        for user in (user for made in step.output for user in self._users[made]) if far else ():
            named = [name for name in user.input if name in self.arrays and name.endswith(".bias")]
            if found := (named or [self._bias(user, far - 1)])[0]:
                return found
        return ""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name in ("weights", "network", "tuned"):
        parser.add_argument(name, type=Path)
    asked = parser.parse_args()
    network = Network(asked.network)
    outputs = len(network.arrays["out.bias"])
    state = Reader(asked.weights, np.full(outputs, 0.5)).state_dict()
    found = dict(network.products())
    found |= {name: network.rounded(name + ROUNDED) for name in state if name + ROUNDED in network.arrays}
    found |= {name: network.arrays[name] for name in state if name in network.arrays}
    for name, values in state.items():
        values.copy_(torch.tensor(np.ascontiguousarray(found[name])))
    torch.save(state, asked.tuned)
    print(f"{len(state)} arrays written to {asked.tuned}")


if __name__ == "__main__":
    main()
