"""Documents as the arrays that training works on: per document the keys of its parts, then one row of a sparse matrix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from classify.features import BLOCKS, Part
from classify.model import lookup
from classify.tagger import Record, Tagger

#: A feature must stand in this many documents.
SEEN_IN = {"body": 2, "title": 2}


@dataclass
class Corpus:
    """Documents as the model sees them: per document its parts, and ``rules`` of shape (documents, rule features)."""

    parts: list[Part]
    rules: sparse.csr_matrix

    def __len__(self) -> int:
        return len(self.parts)

    def and_also(self, other: Corpus) -> Corpus:
        return Corpus(self.parts + other.parts, sparse.vstack([self.rules, other.rules]).tocsr())

    def take(self, rows: np.ndarray) -> Corpus:
        return Corpus([self.parts[row] for row in rows], self.rules[rows])


@dataclass
class Vocabulary:
    """Per block the known keys, sorted, and their idf."""

    keys: dict[str, np.ndarray]
    idf: dict[str, np.ndarray]


def read_corpus(tagger: Tagger, records: Iterable[Record]) -> Corpus:
    parts, rows = [], []
    with tagger.matcher.zone():
        for _, title, abstract, text in records:
            *_, main = tagger.read({"title": title, "abstract": abstract, "text": text}, for_model=True)
            parts.append(main.part)
            rows.append(sparse.csr_matrix(tagger.rule_features(main.fired)))
    return Corpus(parts, sparse.vstack(rows).tocsr())


def learn_vocabulary(parts: Sequence[Part]) -> Vocabulary:
    keys, idf = {}, {}
    for name in BLOCKS:
        distinct, seen = np.unique(np.concatenate([part.counts(name)[0] for part in parts]), return_counts=True)
        kept = seen >= SEEN_IN[name]
        keys[name] = distinct[kept]
        idf[name] = (np.log((1 + len(parts)) / (1 + seen[kept])) + 1).astype(np.float16).astype(np.float32)
    return Vocabulary(keys, idf)


def matrix(corpus: Corpus, vocabulary: Vocabulary) -> sparse.csr_matrix:
    """Shape (documents, word features + rule features)."""
    blocks = []
    for name, scale in BLOCKS.items():
        indptr, columns, values = [0], [], []
        for part in corpus.parts:
            keys, counts = part.counts(name)
            rows, known = lookup(vocabulary.keys[name], keys)
            value = (1 + np.log(counts[known])) * vocabulary.idf[name][rows]
            columns.append(rows)
            values.append(value * (scale / (np.sqrt(value @ value) or 1.0)))
            indptr.append(indptr[-1] + len(rows))
        shape = (len(corpus), len(vocabulary.keys[name]))
        blocks.append(sparse.csr_matrix((np.concatenate(values), np.concatenate(columns), indptr), shape=shape))
    return sparse.hstack([*blocks, corpus.rules]).tocsr().astype(np.float32)
