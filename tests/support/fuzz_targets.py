"""What every target of the fuzzer is: good input to begin with, how it is spoilt, which errors are allowed, what must hold.

`run` must return or raise one of `allowed`; what it makes must be storable. The parsers of sources are in fuzz_sources, files in
fuzz_local, what visitors send in fuzz_visitors. Used by tests/test_fuzz.py (seconds) and benchmarks/fuzz.py (hours).
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from crawlers.items import BadRecord, Document, Unreadable
from crawlers.people import LegislativeCommittee, Person, RollCall, RollCallsOf
from crawlers.storage import people, roll_calls
from crawlers.storage.attachments import Proceeding, store
from crawlers.storage.record import upsert
from crawlers.storage.validation import check_shape, validate
from store.connect import migrate

HERE = Path(__file__).resolve().parents[1]
NOW = "2026-11-25T00:00:00Z"
UNUSABLE = (BadRecord, Unreadable)


@dataclass(frozen=True)
class Target:
    name: str
    seeds: tuple[bytes, ...]
    change: Callable[[bytes, random.Random], bytes]
    run: Callable[[bytes], None]
    allowed: tuple[type[Exception], ...]


def recordings(pattern: str, *, limit: int = 12, largest: int = 60_000) -> tuple[bytes, ...]:
    """Recorded answers below tests/sources, the small ones."""
    found = [
        path for path in sorted((HERE / "sources").glob(pattern)) if path.is_file() and path.stat().st_size < largest
    ]
    assert found, pattern
    return tuple(path.read_bytes() for path in found[:limit])


# --------------------------------------------------------------------- what must hold of what was made


def _corpus() -> Database:
    db = Database(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False))
    migrate(db, "corpus.db")
    return db


_STORE = _corpus()


def stored(documents: Iterable[Any]) -> None:
    """Documents either are refused one by one, with a reason, or can be stored: one bad record never stops a batch."""
    good = []
    for document in documents:
        try:
            if isinstance(document, Document):
                validate(document)
                good.append(document)
            elif isinstance(document, Person | LegislativeCommittee):
                check_shape(document)
                people.store(_STORE, [document], now=NOW)
            elif isinstance(document, RollCall | RollCallsOf):
                check_shape(document)
                roll_calls.store(_STORE, [document], now=NOW, is_news=lambda roll: True)
            elif isinstance(document, Proceeding):
                check_shape(document)
                store(_STORE, [document], now=NOW)
        except BadRecord:
            continue
    upsert(_STORE, good, now=NOW, silent=False)


def each(parse: Callable[[Any], Any], rows: Iterable[Any]) -> Iterator[Any]:
    """The records of a page, as the spiders read them: one that cannot be is left out, the others are not its fault."""
    for row in rows:
        try:
            yield parse(row)
        except UNUSABLE:
            continue


def held(document_id: str) -> bool:
    """Whether a document of an earlier `stored` is there."""
    return _STORE.execute("select 1 from documents where id = ?", [document_id]).fetchone() is not None
