"""Which documents share passages of their texts, and how much of each that is; only where both texts are at hand.

Two documents of the Federal Register are compared only when they belong to one rulemaking: agencies repeat whole pages of
their own forms from rule to rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

import numpy as np
from sqlite_utils import Database

from comparison.rules import Rules
from comparison.similarity import minhash_signatures
from comparison.similarity.passages import SharedPassage, Text, prepare, shared

#: A run of words that more texts than this have is common property.
COMMON = 12
#: Runs that two texts must both have kept before they are compared word by word.
MEETINGS = 2
#: Texts made ready that are held in memory at a time.
READY = 400


def share(db: Database, fresh: Collection[str], rules: Rules) -> int:
    """Compare the texts of ``fresh`` with all others; returns how many pairs share a passage."""
    keys, owners, values = _index(db)
    wanted = set(fresh)
    _forget(db, wanted)
    if not len(values):
        return 0
    kept, counts = np.unique(values, return_counts=True)
    common = kept[counts > COMMON]
    threads = dict(db.execute("select document_id, thread_id from thread_documents").fetchall())
    texts = _Ready(db, rules, common)
    number = 0
    for first, second in _meeting(keys, owners, values, common, wanted):
        if _both_in_federal_register(first, second) and (first not in threads or threads[first] != threads.get(second)):
            continue
        one, other = texts[first], texts[second]
        if found := shared(one, other):
            _write(db, first, second, found, one, other)
            number += 1
    return number


def _index(db: Database) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The documents with texts, in order; and every kept run of every text: the place of its document, and the run."""
    keys: list[str] = []
    parts: list[np.ndarray] = []
    for key, prints in db.execute(
        "select document_id, prints from signatures where prints is not null order by document_id"
    ):
        keys.append(key)
        parts.append(np.frombuffer(prints, dtype=minhash_signatures.PRINTS))
    owners = np.repeat(np.arange(len(keys), dtype=np.int32), [len(part) for part in parts])
    return keys, owners, np.concatenate(parts) if parts else np.empty(0, dtype=minhash_signatures.PRINTS)


def _meeting(
    keys: list[str], owners: np.ndarray, values: np.ndarray, common: np.ndarray, wanted: set[str]
) -> Iterator[tuple[str, str]]:
    """Pairs of documents that have kept enough of the same runs, one of them wanted, in a fixed order."""
    asked = np.array([key in wanted for key in keys])
    useful = np.isin(values, values[asked[owners]]) & ~np.isin(values, common)
    at = np.flatnonzero(useful)
    at = at[np.argsort(values[at], kind="stable")]
    edges = np.flatnonzero(np.diff(values[at])) + 1
    met: Counter[tuple[int, int]] = Counter()
    for bucket in np.split(owners[at], edges):
        places = sorted(set(bucket.tolist()))
        met.update((a, b) for n, a in enumerate(places) for b in places[n + 1 :] if asked[a] or asked[b])
    for first, second in sorted(pair for pair, number in met.items() if number >= MEETINGS):
        yield keys[first], keys[second]


def _both_in_federal_register(first: str, second: str) -> bool:
    return first.startswith("us-fr-") and second.startswith("us-fr-")


class _Ready(dict[str, Text]):
    """Prepare each text at its first use, and cache a few hundred of them."""

    def __init__(self, db: Database, rules: Rules, common: np.ndarray) -> None:
        super().__init__()
        self._db, self._rules, self._common = db, rules, common

    def __missing__(self, key: str) -> Text:
        while len(self) >= READY:
            del self[next(iter(self))]
        text = self._db.execute("select text from documents where id = ?", [key]).fetchone()[0]
        self[key] = prepare(text, self._rules, self._common)
        return self[key]


def _forget(db: Database, keys: set[str]) -> None:
    with db.atomic():
        for table in ("shared_passages", "shared_texts"):
            db.conn.executemany(
                f"delete from {table} where document_id = ? or other_id = ?", [(key, key) for key in sorted(keys)]
            )


def _write(db: Database, first: str, second: str, found: list[SharedPassage], one: Text, other: Text) -> None:
    words = sum(passage.words for passage in found)
    both = [(first, second, one), (second, first, other)]
    with db.atomic():
        db.conn.executemany(
            "insert into shared_texts values (?, ?, ?, ?)",
            [(a, b, words, round(min(1.0, words / max(1, text.substance)), 3)) for a, b, text in both],
        )
        db.conn.executemany(
            "insert into shared_passages values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (a, b, n, here.start, here.end, there.start, there.end, each.words, each.same)
                for n, each in enumerate(found)
                for a, b, here, there in (
                    (first, second, each.first, each.second),
                    (second, first, each.second, each.first),
                )
            ],
        )
