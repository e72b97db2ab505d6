"""What the small transformer of stage 2 learns from, as lines of JSON, so that its training needs none of the project's packages.

    python -m classify.training.encoder_data GOLD CORPUS lessons.jsonl

A line holds ``id``, ``text`` (as stage 2 reads it), ``y`` (0 or 1 per output), ``split`` and ``fold``: those of `train` stand
in the order and the folds of `classify.training.train`, near-duplicates in one; those of `test` are judged, never learned.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from classify.encoder import words_of
from classify.evaluation.evaluate import KINDS, read_gold
from classify.tagger import Tagger
from classify.training.feature_matrix import learn_vocabulary, read_corpus
from classify.training.train import assign_folds, clusters, targets
from classify.training.unseen import read_training


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name in ("gold", "corpus", "target"):
        parser.add_argument(name, type=Path)
    asked = parser.parse_args()
    tagger = Tagger(model_dir=None)
    areas = [area.id for area in tagger.areas.areas if area.labeled]
    learned = read_training(asked.gold, asked.corpus)
    judged = [document for document in read_gold(asked.gold, "test") if document.stratum not in KINDS]
    read = read_corpus(tagger, (document.record() for document in learned))
    folds = [*assign_folds(clusters(read, learn_vocabulary(read.parts))).tolist(), *([-1] * len(judged))]
    documents = learned + judged
    with asked.target.open("w", encoding="utf-8") as file:
        for document, y, fold in zip(documents, targets(documents, areas).astype(np.int8).tolist(), folds, strict=True):
            text = words_of(document.title, document.abstract)
            line = {"id": document.id, "text": text, "y": y, "fold": fold, "split": document.split}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    print(f"{len(learned):,} documents to learn from, {len(judged):,} to be judged")


if __name__ == "__main__":
    main()
