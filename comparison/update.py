"""The one step of a run: bring everything that is derived from comparing texts up to date, doing nothing when nothing changed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from comparison.rules import load_rules
from comparison.similarity import grouping, minhash_signatures, pairing, shared_passages
from comparison.similarity.term_weights import Weights
from comparison.versions import provisions
from comparison.versions.company_provisions import read_company_provisions
from store.schema.derived import COMPARED

#: Under which the version of the groups is kept.
NAME = "look-alikes"


@dataclass(frozen=True)
class Compared:
    """How many documents were compared, and how many groups of similar documents were added, removed or changed."""

    documents: int
    groups: int


def update(db: Database) -> Compared:
    """Compare what is new or changed with everything held.

    Args:
        db: corpus.db, open for writing.
    """
    provisions.read_versions(db)
    read_company_provisions(db)
    given = load_rules()
    found = minhash_signatures.counted(db) or minhash_signatures.count_words(db, given)
    weights = Weights(found, given)
    version = f"{minhash_signatures.code_version()}-{found['']}-{found[' ']}"
    if minhash_signatures.stale(db, version):
        minhash_signatures.sign(db, given, weights, version)
    fresh = minhash_signatures.to_compare(db)
    if fresh:
        pairing.pair(db, fresh, given, weights)
        shared_passages.share(db, fresh, given)
    grouped_by = f"{version}-{grouping.version()}"
    known = db.execute("select version from derivations where name = ?", [NAME]).fetchone()
    if not fresh and known == (grouped_by,):
        return Compared(0, 0)
    changed = grouping.regroup(db, weights, fresh if known == (grouped_by,) else None)
    with db.atomic():
        minhash_signatures.mark_compared(db)
        db.execute(
            "insert into derivations values (?, ?) on conflict (name) do update set version = excluded.version",
            [NAME, grouped_by],
        )
    return Compared(len(fresh), changed)


def forget(db: Database) -> None:
    """Delete everything that this package derives; `update` then derives it again."""
    with db.atomic():
        for table in COMPARED:
            db.execute(f"delete from {table}")
        db.execute("delete from derivations where name = ?", [NAME])
