"""Verdicts on claims: what readers and staff said of a position beside a document. Ids and labels, no title, no sentence.

`positions/gold/matches.jsonl` holds those of readers (positions/gold/README.md says who read what under which guide).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from store.errors import InvalidInput

FILE = Path(__file__).resolve().parents[1] / "gold" / "matches.jsonl"
RIGHT, MARGINAL, WRONG = "right", "marginal", "wrong"
VERDICTS = (RIGHT, MARGINAL, WRONG)
#: Readers who saw the claims with the document; of other positions they say nothing.
SAW_CLAIMS = ("staff", "r")
#: The verdicts in force of staff on positions, as readers would have given them.
_STAFF = """
    select document_id, substr(subject, 10) as position_id, verdict from current_reviews
    where subject like 'position:%' and verdict in ('confirm', 'reject') order by document_id, subject"""


class BadLabels(InvalidInput):
    """A file of labels that cannot be used: the message names file and line."""


@dataclass(frozen=True)
class Read:
    """A document that somebody read. ``positions``: those that the reader set before seeing any claim of the program;
    ``verdicts``: what was said of each claim, by position. ``reader`` is a letter, or "staff"."""

    id: str
    reader: str
    positions: frozenset[str]
    verdicts: dict[str, str]

    def verdict(self, position_id: str) -> str | None:
        """What this reader says of a position beside the document; None where nobody asked.

        A position that a reader set is right. One that was neither set nor claimed was not asked about: a reader who sets
        positions would have set it, so it is wrong.
        """
        if position_id in self.verdicts:
            return self.verdicts[position_id]
        if position_id in self.positions:
            return RIGHT
        return WRONG if self.blind else None

    @property
    def blind(self) -> bool:
        """Whether the reader set positions of their own before seeing a claim."""
        return self.reader not in SAW_CLAIMS


def read_labels(path: Path = FILE) -> list[Read]:
    """The documents of a file of labels, each once.

    Raises:
        BadLabels: the file cannot be read, or a line is no label.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadLabels(f"{path}: cannot be read ({error})") from error
    return list(_labels(path, lines))


def _labels(path: Path, lines: list[str]) -> Iterator[Read]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            verdicts = {claim["position"]: claim["verdict"] for claim in row["claims"]}
            positions = frozenset(each["position"] for each in row["positions"])
            read = Read(row["id"], row["reader"], positions, verdicts)
        except (ValueError, KeyError, TypeError) as error:
            raise BadLabels(f"{path}, line {number}: not a label ({error!r})") from error
        if unknown := set(verdicts.values()) - set(VERDICTS):
            raise BadLabels(f"{path}, line {number}: unknown verdict {', '.join(sorted(unknown))}")
        yield read


def staff_verdicts(staff: Path) -> list[Read]:
    """What staff confirmed (right) and rejected (wrong), by document; nothing where nobody has decided yet.

    Raises:
        sqlite3.Error: the file is no database or cannot be read.
    """
    if not staff.exists():
        return []
    found: dict[str, dict[str, str]] = {}
    with closing(sqlite3.connect(f"{staff.absolute().as_uri()}?mode=ro", uri=True)) as db:
        if not db.execute("select 1 from sqlite_master where name = 'current_reviews'").fetchone():
            return []
        for document, position, verdict in db.execute(_STAFF):
            found.setdefault(document, {})[position] = RIGHT if verdict == "confirm" else WRONG
    return [Read(document, "staff", frozenset(), verdicts) for document, verdicts in found.items()]
