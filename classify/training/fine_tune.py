"""Tune a small transformer (stage 2) or a larger one (its teacher) on labeled documents; a run that was stopped goes on.

    pip install "torch>=2.9,<3" "transformers>=5,<6"     (an environment of its own: no run of the project needs them)
    python classify/training/fine_tune.py lessons.jsonl WEIGHTS FOLDER [--fold 3] [--epochs 5] [--rate 1e-4] [--start TUNED.pt]

lessons.jsonl comes from `classify.training.encoder_data`; WEIGHTS is a folder with an encoder and its tokenizer. With
``--fold`` the documents of that fold are held back, and with ``--start`` it begins where another run ended. FOLDER takes a
checkpoint every 100 steps (weights, optimizer, step) and after every epoch ``logits-EPOCH.npy``: shape (lines of lessons.jsonl,
outputs).

One output per area and two for priority, binary cross-entropy. The mean of the last layer, then a layer norm without
parameters (the pooled features are small; without it the head learns only base rates for an epoch); biases at base rates;
the rate falls by a tenth from layer to layer; arithmetic in bfloat16 where the processor has it (elsewhere it takes two to
nine times as long as float32).
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from transformers import AutoModel, AutoTokenizer

BATCH, SAVE_EVERY, LAYER_DECAY = 16, 100, 0.9


def arithmetic() -> Any:
    fast = torch.cpu._is_avx512_bf16_supported()
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=fast)


class Reader(nn.Module):
    """An encoder, the mean of its last layer, one linear layer."""

    def __init__(self, weights: Path, base_rates: np.ndarray) -> None:
        super().__init__()
        # Without dropout inside: on a processor, drawing its random numbers takes a fifth of a step.
        self.encoder = AutoModel.from_pretrained(
            weights, add_pooling_layer=False, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
        )
        self.out = nn.Linear(self.encoder.config.hidden_size, len(base_rates))
        base = np.clip(base_rates, 0.005, 0.995)
        with torch.no_grad():
            self.out.bias.copy_(torch.tensor(np.log(base / (1 - base)), dtype=torch.float32))
            self.out.weight.mul_(0.1)

    def forward(self, input_ids: Any, attention_mask: Any) -> Any:
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        pooled = (hidden * mask).sum(1) / mask.sum(1)
        normed = nn.functional.layer_norm(pooled, pooled.shape[-1:])
        return self.out(nn.functional.dropout(normed, 0.1, self.training))


def parameter_groups(net: Reader, rate: float, head_rate: float) -> list[dict[str, Any]]:
    depth, groups = net.encoder.config.num_hidden_layers, []
    for name, values in net.named_parameters():
        if not values.requires_grad:
            continue
        layer = next((int(part) + 1 for part in name.split(".") if part.isdigit()), 0) if "layer" in name else 0
        own = head_rate if name.startswith("out") else rate * LAYER_DECAY ** (depth - layer)
        groups.append({"params": [values], "lr": own, "weight_decay": 0.01 if values.ndim > 1 else 0.0})
    return groups


def batches(lengths: list[int], rows: list[int], seed: int) -> list[list[int]]:
    """Rows of like length together, in an order that the seed alone decides, so that a run can be taken up anywhere."""
    rng = random.Random(seed)
    mixed = rng.sample(rows, len(rows))
    chunk, found = BATCH * 20, []
    for at in range(0, len(mixed), chunk):
        group = sorted(mixed[at : at + chunk], key=lengths.__getitem__)
        found += [group[start : start + BATCH] for start in range(0, len(group), BATCH)]
    rng.shuffle(found)
    return found


class Run:
    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked = asked
        with asked.lessons.open(encoding="utf-8") as lines:
            self.rows = [json.loads(line) for line in lines]
        self.y = torch.tensor([row["y"] for row in self.rows], dtype=torch.float32)
        self.learned = [n for n, row in enumerate(self.rows) if row["split"] == "train" and row["fold"] != asked.fold]
        self.tokenizer = AutoTokenizer.from_pretrained(asked.weights)
        read = self.tokenizer([row["text"] for row in self.rows], truncation=True, max_length=asked.length)
        self.ids = read["input_ids"]
        self.lengths = [len(ids) for ids in self.ids]
        torch.manual_seed(asked.seed)
        self.net = Reader(asked.weights, self.y[self.learned].mean(0).numpy())
        if asked.start:
            self.net.load_state_dict(torch.load(asked.start, weights_only=True))
        for part in (self.net.encoder.embeddings, *self.net.encoder.encoder.layer[: asked.held]):
            part.requires_grad_(False)
        self.optimizer = torch.optim.AdamW(parameter_groups(self.net, asked.rate, asked.head_rate), fused=True)
        self.an_epoch = len(batches(self.lengths, self.learned, 0))
        steps = asked.epochs * self.an_epoch
        self.plan = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda i: min((i + 1) / (0.1 * steps), max(0.0, (steps - i) / (0.9 * steps)))
        )
        self.step = 0

    @property
    def checkpoint(self) -> Path:
        return self.asked.folder / "checkpoint.pt"

    def resume(self) -> None:
        if self.checkpoint.exists():
            state = torch.load(self.checkpoint, weights_only=True)
            self.net.load_state_dict(state["net"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.plan.load_state_dict(state["plan"])
            self.step = state["step"]
            print(f"goes on after step {self.step}", flush=True)

    def save(self) -> None:
        state = {"net": self.net.state_dict(), "optimizer": self.optimizer.state_dict(), "plan": self.plan.state_dict()}
        beside = self.checkpoint.with_suffix(".new")
        torch.save({**state, "step": self.step}, beside)
        beside.replace(self.checkpoint)

    def batch(self, rows: list[int]) -> dict[str, Any]:
        return self.tokenizer.pad({"input_ids": [self.ids[row] for row in rows]}, return_tensors="pt")

    def learn(self) -> None:
        self.net.train()
        losses: list[float] = []
        began = time.time()
        while self.step < self.asked.epochs * self.an_epoch:
            epoch, place = divmod(self.step, self.an_epoch)
            if place == 0 or not losses:
                order = batches(self.lengths, self.learned, 1000 * self.asked.seed + epoch)
            torch.manual_seed(self.asked.seed * 1_000_000 + self.step)
            losses.append(self._learn_from(order[place]))
            self.step += 1
            if self.step % SAVE_EVERY == 0:
                self.save()
                mean = np.mean(losses[-SAVE_EVERY:])
                print(f"epoch {epoch + 1} step {self.step} loss {mean:.4f} {time.time() - began:.0f} s", flush=True)
            if self.step % self.an_epoch == 0:
                np.save(self.asked.folder / f"logits-{epoch + 1}.npy", self.judge())
        self.save()
        torch.save(self.net.state_dict(), self.asked.folder / "tuned.pt")

    def _learn_from(self, rows: list[int]) -> float:
        with arithmetic():
            said = self.net(**self.batch(rows))
        loss = nn.functional.binary_cross_entropy_with_logits(said.float(), self.y[rows])
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimizer.step()
        self.plan.step()
        return float(loss.item())

    def judge_others(self, path: Path) -> None:
        """What the tuned network thinks of other documents: ``judged.npy``, in the order of the lines of ``path``."""
        self.net.load_state_dict(torch.load(self.asked.folder / "tuned.pt", weights_only=True))
        self.net.eval()
        with path.open(encoding="utf-8") as lines:
            texts = [json.loads(line)["text"] for line in lines]
        self.ids = self.tokenizer(texts, truncation=True, max_length=self.asked.length)["input_ids"]
        order = sorted(range(len(texts)), key=lambda row: len(self.ids[row]))
        said = np.zeros((len(texts), self.y.shape[1]), np.float32)
        with torch.inference_mode(), arithmetic():
            for at in range(0, len(order), 48):
                said[order[at : at + 48]] = self.net(**self.batch(order[at : at + 48])).float().numpy()
        np.save(self.asked.folder / "judged.npy", said)

    def judged(self) -> Iterator[list[int]]:
        """Only what this run did not learn from: the others' logits stay NaN."""
        rows = sorted(set(range(len(self.rows))) - set(self.learned), key=self.lengths.__getitem__)
        for at in range(0, len(rows), 48):
            yield rows[at : at + 48]

    def judge(self) -> np.ndarray:
        self.net.eval()
        said = np.full(tuple(self.y.shape), np.nan, np.float32)
        with torch.inference_mode(), arithmetic():
            for rows in self.judged():
                said[rows] = self.net(**self.batch(rows)).float().numpy()
        self.net.train()
        for split in ("train", "test"):
            here = np.array([row["split"] == split for row in self.rows]) & ~np.isnan(said[:, 0])
            if here.any():
                truth, likely = self.y.numpy()[here, :-2] > 0, 1 / (1 + np.exp(-said[here, :-2]))
                best = max((round(f1(truth, likely > t), 3), round(float(t), 2)) for t in np.arange(0.15, 0.7, 0.05))
                print(
                    f"{'held back' if split == 'train' else split}: {here.sum()} documents, micro-F1 {best}", flush=True
                )
        return said


def f1(truth: np.ndarray, flagged: np.ndarray) -> float:
    return 2 * float((truth & flagged).sum()) / max(1, int(truth.sum() + flagged.sum()))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name in ("lessons", "weights", "folder"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--fold", type=int, help="documents of this fold are held back")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--head-rate", type=float, default=1e-3)
    parser.add_argument("--held", type=int, default=0, help="so many layers learn nothing, from the words up")
    parser.add_argument("--start", type=Path, help="tuned.pt of another run, to go on from")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--judge", type=Path, help="lines of other documents: say what the tuned network thinks of them"
    )
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    asked.folder.mkdir(parents=True, exist_ok=True)
    run = Run(asked)
    if asked.judge:
        run.judge_others(asked.judge)
        return
    run.resume()
    run.learn()


if __name__ == "__main__":
    main()
