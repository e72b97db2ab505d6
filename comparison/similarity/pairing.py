"""Pairs of wordings that are alike, found among the signatures and checked word by word."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
from sqlite_utils import Database

from comparison.rules import Rules
from comparison.similarity import candidates, minhash_signatures
from comparison.similarity.term_weights import Weights, filled_in_differently, likeness
from store.placeholders import marks

#: Two documents of one place are nearly the same from this share of their words on, and from this weight on.
NEAR, NEAR_WEIGHT = 0.85, 16.0
#: Bills of two places are on the same narrow subject from this share on, and from this weight on.
SUBJECT, SUBJECT_WEIGHT = 0.6, 12.0
#: Pairs whose words are held in memory at a time.
AT_ONCE = 20_000


def pair(db: Database, fresh: Collection[str], rules: Rules, weights: Weights) -> int:
    """Update the pairs after the documents ``fresh`` got new signatures; return how many pairs were found."""
    numbers, documents, matrix = _signatures(db)
    new = _new(db, set(fresh), numbers)
    found = candidates.pairs(matrix, new) if len(numbers) else np.empty((0, 2), int)
    rows = list(_checked(db, found, numbers, documents, rules, weights))
    with db.atomic():
        _forget(db, numbers[new])
        db.conn.executemany("insert into wording_pairs values (?, ?, ?, ?)", rows)
    return len(rows)


def _signatures(db: Database) -> tuple[np.ndarray, list[str], np.ndarray]:
    """Every wording once: its number, the first document that has it, and its signature, a row each."""
    held = db.execute("select count(distinct wording) from signatures where wording is not null").fetchone()[0]
    numbers = np.empty(held, dtype=np.int64)
    matrix = np.empty((held, candidates.PERMUTATIONS), dtype=minhash_signatures.SIGNATURE)
    documents: list[str] = []
    for at, (number, key, minhash) in enumerate(
        db.execute(
            "select wording, min(document_id), minhash from signatures where wording is not null group by wording"
        )
    ):
        numbers[at], matrix[at] = number, np.frombuffer(minhash, dtype=minhash_signatures.SIGNATURE)
        documents.append(key)
    return numbers, documents, matrix


def _forget(db: Database, fresh: np.ndarray) -> None:
    """Drop the pairs of what is paired again, and of wordings that nothing has any more."""
    gone = "not in (select wording from signatures where wording is not null)"
    db.execute(f"delete from wording_pairs where first {gone} or second {gone}")
    keys = [(int(number),) for number in fresh]
    for column in ("first", "second"):
        db.conn.executemany(f"delete from wording_pairs where {column} = ?", keys)


def _new(db: Database, wanted: set[str], numbers: np.ndarray) -> np.ndarray:
    """Which wordings a fresh document has; pairs of the others are known already."""
    if len(wanted) > len(numbers) // 2:
        return np.ones(len(numbers), dtype=bool)
    mine: set[int] = set()
    for part in minhash_signatures.batches(sorted(wanted), 500):
        mine |= {
            row[0] for row in db.execute(f"select wording from signatures where document_id in ({marks(part)})", part)
        }
    return np.isin(numbers, np.array(sorted(mine - {None}), dtype=np.int64))


def _checked(
    db: Database, found: np.ndarray, numbers: np.ndarray, documents: list[str], rules: Rules, weights: Weights
) -> Iterator[tuple[int, int, str, float]]:
    for part in np.array_split(
        found, len(found) // AT_ONCE + 1
    ):  # in order of the first: adjacent pairs share documents
        keys = [documents[at] for at in np.unique(part)]
        sets = minhash_signatures.word_sets(db, rules, keys)
        about = _about(db, keys)
        for one, other in part:
            first, second = documents[one], documents[other]
            kind = _kind(sets[first], sets[second], about[first], about[second], weights)
            if kind:
                low, high = sorted((int(numbers[one]), int(numbers[other])))
                yield low, high, *kind


def _about(db: Database, keys: list[str]) -> dict[str, tuple[str, str]]:
    """Kind and place of each document."""
    return {
        key: (kind, place)
        for part in minhash_signatures.batches(keys, 500)
        for key, kind, place in db.execute(
            f"select id, kind, jurisdiction from documents where id in ({marks(part)})", part
        )
    }


def _kind(
    first: frozenset[str], second: frozenset[str], one: tuple[str, str], other: tuple[str, str], weights: Weights
) -> tuple[str, float] | None:
    """Return ``("near" or "family", similarity)`` when two wordings are similar enough to report."""
    share, weight = likeness(first, second, weights)
    if one[1] == other[1]:
        if share >= NEAR and weight >= NEAR_WEIGHT and not filled_in_differently(first, second, weights):
            return "near", round(share, 3)
    elif one[0] == other[0] == "bill" and share >= SUBJECT and weight >= SUBJECT_WEIGHT:
        return "family", round(share, 3)
    return None
