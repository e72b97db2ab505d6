"""Would search by meaning answer more questions than the search box does? Judged questions, three ways.

    pip install "torch>=2.9,<3" "transformers>=5,<6" numpy     (an environment of its own, as for classify/training/fine_tune.py)
    python benchmarks/search_by_meaning.py vectors CORPUS.db WEIGHTS vectors.npz QUESTIONS.yml...
    python -m benchmarks.search_by_meaning ask CORPUS.db vectors.npz QUESTIONS.yml... [--today 2026-11-28]

`vectors` reads the title and the first words of every document with a policy area, and the questions, with the sentence encoder
in WEIGHTS (all-MiniLM-L6-v2: the mean of the last layer, length one). `ask` prints the share of questions with a right answer
among the first five, as in `benchmarks.search`: of the search box; of the nearest vectors; and of both, their ranks added as
1 / (60 + rank) (reciprocal rank fusion, Cormack and others 2009). Numbers and names of people are left to the search box.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sqlite3
import statistics
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from text.yaml_config import read_yaml

DEPTH, FIRST, LENGTH, SUMMARY = 50, 5, 128, 600
#: Questions that name one document or person: their answer is known by its words, not by their meaning.
BY_NAME = {"number", "person"}


def vectors(asked: argparse.Namespace) -> None:
    """Write ``ids``, ``documents`` (ids, 384), ``questions`` (their words) and ``asked`` (questions, 384)."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    db = sqlite3.connect(f"file:{asked.corpus}?mode=ro", uri=True)
    found = db.execute(
        f"select id, title || '. ' || substr(coalesce(abstract, ''), 1, {SUMMARY}) from documents "
        "where id in (select document_id from shown_tags) order by id"
    ).fetchall()
    questions = [each["q"] for path in asked.questions for each in read_yaml(path)]
    tokenizer, net = AutoTokenizer.from_pretrained(asked.weights), AutoModel.from_pretrained(asked.weights).eval()

    def read(texts: list[str]) -> np.ndarray:
        said = np.zeros((len(texts), net.config.hidden_size), np.float32)
        order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
        with torch.inference_mode():
            for at in range(0, len(order), 64):
                rows = order[at : at + 64]
                words = tokenizer(
                    [texts[n] for n in rows], padding=True, truncation=True, max_length=LENGTH, return_tensors="pt"
                )
                with torch.autocast("cpu", dtype=torch.bfloat16):
                    hidden = net(**words).last_hidden_state.float()
                mask = words["attention_mask"].unsqueeze(-1)
                said[rows] = torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1)).numpy()
        return said

    began = time.time()
    documents = read([text for _key, text in found])
    print(f"{len(found):,} documents in {time.time() - began:.0f} s, {documents.nbytes / 1e6:.0f} MB of vectors")
    np.savez(
        asked.vectors,
        ids=np.array([key for key, _text in found]),
        documents=documents,
        questions=np.array(json.dumps(questions)),
        asked=read(questions),
    )


def ask(asked: argparse.Namespace) -> None:

    from benchmarks.search import by_sponsor, judge, texts
    from pages.browse.browse import browse
    from pages.browse.filters import Filters

    db = sqlite3.connect(f"file:{asked.corpus}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    kept = np.load(asked.vectors)
    ids, place = kept["ids"].tolist(), {q: n for n, q in enumerate(json.loads(str(kept["questions"])))}
    hits: dict[str, list[tuple[bool, bool, bool]]] = defaultdict(list)
    for question in (each for path in asked.questions for each in read_yaml(path)):
        found = browse(db, Filters(q=question["q"]), asked.today)
        by_words = list(dict.fromkeys([*(c.id for c in found.direct), *(r.card.id for r in found.results)]))
        near = np.argsort(-(kept["documents"] @ kept["asked"][place[question["q"]]]))[:DEPTH]
        by_meaning = [ids[n] for n in near]
        both = by_words if question["kind"] in BY_NAME else fused(by_words, by_meaning)
        known, sponsored = (
            texts(db, list({*by_words[:FIRST], *by_meaning[:FIRST], *both[:FIRST]})),
            by_sponsor(db, question),
        )
        right = [
            any(judge(known[key], question, key in sponsored) == 2 for key in ranked[:FIRST])
            for ranked in (by_words, by_meaning, both)
        ]
        hits[question["kind"]].append((right[0], right[1], right[2]))
        if len(set(right)) > 1:
            print(f"{question['q']!r} ({question['kind']}): words {right[0]}, meaning {right[1]}, both {right[2]}")
    print("\n| questions | number | the search box | by meaning | both |\n|---|---:|---:|---:|---:|")
    for name, some in [*hits.items(), ("**all**", [each for kind in hits.values() for each in kind])]:
        shares = " | ".join(f"{statistics.mean(each[way] for each in some):.2f}" for way in range(3))
        print(f"| {name} | {len(some)} | {shares} |")


def fused(*rankings: list[str]) -> list[str]:
    """Reciprocal rank fusion: the best of several rankings first."""
    score: dict[str, float] = defaultdict(float)
    for ranked in rankings:
        for rank, key in enumerate(ranked, 1):
            score[key] += 1 / (60 + rank)
    return sorted(score, key=lambda key: -score[key])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ways: Any = parser.add_subparsers(required=True)
    for name, run, parts in (
        ("vectors", vectors, ("corpus", "weights", "vectors")),
        ("ask", ask, ("corpus", "vectors")),
    ):
        way = ways.add_parser(name)
        for part in parts:
            way.add_argument(part, type=Path)
        way.add_argument("questions", type=Path, nargs="+")
        way.add_argument("--today", type=datetime.date.fromisoformat, default=datetime.date(2026, 11, 28))
        way.set_defaults(run=run)
    asked = parser.parse_args()
    asked.run(asked)


if __name__ == "__main__":
    main()
