"""The signatures of documents: what a run compares, made again only for documents that are new or changed.

How telling a word is depends on all documents, so words are counted once and the count is kept; it is made anew when the
collection has grown or shrunk by a quarter since, and with it every signature. Between two counts the result does not
depend on the order in which documents came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from sqlite_utils import Database

from comparison.rules import Rules
from comparison.similarity import candidates, shingles, term_weights
from comparison.similarity.term_weights import Weights
from store.placeholders import marks
from text.tokens import fold_words

BATCH = 2_000
#: The words are counted again when the number of documents differs by more than this part.
DRIFT = 0.25
_CODE = (
    "../rules.yml",
    "../../text/tokens.py",
    "minhash_signatures.py",
    "term_weights.py",
    "candidates.py",
    "shingles.py",
    "passages.py",
    "pairing.py",
)
_COLUMNS = "id, title, abstract, document_type, jurisdiction, text_hash"
#: A title and summary whose words weigh less than this are too general to identify a subject.
LEAST_WEIGHT = 9.0
#: The type of array in which prints are stored.
PRINTS = np.dtype("<u8")
SIGNATURE = np.dtype("<u4")
Row = tuple[Any, ...]


def code_version() -> str:
    """A hash of the rules and of everything that decides what is compared and how."""
    whole = blake2b(digest_size=6)
    for name in _CODE:
        whole.update((Path(__file__).parent / name).read_bytes())
    return whole.hexdigest()


def counted(db: Database) -> dict[str, int]:
    """The stored count of words; empty when there is none or the collection has changed too much since."""
    found = dict(db.execute("select word, wordings from word_frequencies").fetchall())
    documents = db.execute("select count(*) from documents").fetchone()[0]
    before = found.get(" ", 0)
    return found if before and abs(documents - before) <= DRIFT * before else {}


def count_words(db: Database, rules: Rules) -> dict[str, int]:
    """Count the words of all documents again and store the counts."""
    seen: set[int] = set()

    def wordings() -> Iterator[frozenset[str]]:
        for _, title, abstract, kind, place, _ in _rows(db, "select rowid from documents"):
            if rules.is_left_out(title, kind):
                continue
            found = fold_words(rules.compared(title, abstract))
            number = term_weights.number_of(place, *found)
            if number not in seen:
                seen.add(number)
                yield frozenset(found)

    fresh = term_weights.frequencies(wordings())
    fresh[" "] = db.execute("select count(*) from documents").fetchone()[0]
    with db.atomic():
        db.execute("delete from word_frequencies")
        db.conn.executemany("insert into word_frequencies values (?, ?)", sorted(fresh.items()))
    return fresh


_STALE = """
    from documents d left join signatures s on s.document_id = d.id and s.text_hash = d.text_hash and s.version = ?
    where s.document_id is null"""


def stale(db: Database, version: str) -> int:
    """How many documents lack a signature of this version."""
    return int(db.execute(f"select count(*) {_STALE}", [version]).fetchone()[0])


def sign(db: Database, rules: Rules, weights: Weights, version: str) -> None:
    """Make the signatures that are lacking. Each batch is one transaction."""
    for part in batches(_rows(db, f"select d.rowid {_STALE}", [version], f"{_COLUMNS}, text"), BATCH):
        with db.atomic():
            db.conn.executemany(
                "insert into signatures values (?, ?, ?, ?, ?, ?, 0) on conflict (document_id) do update set "
                "text_hash = excluded.text_hash, version = excluded.version, wording = excluded.wording, "
                "minhash = excluded.minhash, prints = excluded.prints, compared = 0",
                _signed(part, rules, weights, version),
            )


def to_compare(db: Database) -> list[str]:
    """The documents whose signatures are new and not compared yet."""
    return [row[0] for row in db.execute("select document_id from signatures where compared = 0 order by document_id")]


def mark_compared(db: Database) -> None:
    with db.atomic():
        db.execute("update signatures set compared = 1 where compared = 0")


def _signed(part: Sequence[Row], rules: Rules, weights: Weights, version: str) -> Iterator[Row]:
    compared = [
        [] if rules.is_left_out(title, kind) else fold_words(rules.compared(title, abstract))
        for _, title, abstract, kind, *_ in part
    ]
    told = [frozenset(words) if weights.total(set(words)) >= LEAST_WEIGHT else frozenset() for words in compared]
    signatures = candidates.signatures(told, weights)
    for row, words, signature in zip(part, compared, signatures, strict=True):
        key, _, _, _, place, text_hash, text = row
        made = shingles.prints(text).astype(PRINTS).tobytes() if text and words else None
        yield (
            key,
            text_hash,
            version,
            term_weights.number_of(place, *words) if signature is not None else None,
            None if signature is None else signature.astype(SIGNATURE).tobytes(),
            made,
        )


def _rows(db: Database, keys: str, params: Sequence[str] = (), columns: str = _COLUMNS) -> Iterator[Row]:
    """Documents in batches; their keys are taken first, so that writing does not disturb the reading."""
    for part in batches([row[0] for row in db.execute(keys, list(params))], BATCH):
        yield from db.execute(f"select {columns} from documents where rowid in ({marks(part)})", part).fetchall()


def batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    waiting = iter(items)
    while part := list(islice(waiting, size)):
        yield part


def word_sets(db: Database, rules: Rules, keys: Iterable[str]) -> dict[str, frozenset[str]]:
    """The compared words of some documents, by id."""
    found: dict[str, frozenset[str]] = {}
    for part in batches(keys, BATCH):
        for key, title, abstract in db.execute(
            f"select id, title, abstract from documents where id in ({marks(part)})", part
        ):
            found[key] = frozenset(fold_words(rules.compared(title, abstract)))
    return found
