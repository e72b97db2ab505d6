"""Stored documents derived again and written, so many at a time that memory stays flat."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from sqlite_utils import Database

from crawlers.items import Document
from crawlers.storage.observations import derive_again
from crawlers.storage.record import load_document, record_hash, rewrite

BATCH = 500


def restate_source(db: Database, source: str, again: Callable[[Document], Document], now: str) -> int:
    """The documents that one source led, and what it said of others; returns how many documents differ now."""
    keys = [key for (key,) in db.execute("select id from documents where source = ?", [source]).fetchall()]
    differ = rewrite_again(db, keys, again, now)
    derive_again(db, source, again)
    return differ


def rewrite_again(db: Database, keys: Iterable[str], again: Callable[[Document], Document], now: str) -> int:
    """Store the documents of these keys that are derived in another way now; return how many."""
    differ = 0
    for batch in batched(keys):
        stored = [load_document(db, key) for key in batch]
        # Most are the same, which is sooner seen than hashed.
        changed = [(old, new) for old in stored if (new := again(old)) != old]
        moved = [new for old, new in changed if record_hash(new) != record_hash(old)]
        rewrite(db, moved, now=now)
        differ += len(moved)
    return differ


def batched(keys: Iterable[str]) -> Iterator[list[str]]:
    """The keys in batches, so that no more documents than that are in memory."""
    left = iter(keys)
    while batch := list(islice(left, BATCH)):
        yield batch
