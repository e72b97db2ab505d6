"""opinions.db: every question to a model, what it cost, and the opinions in the answers. One writer: `infopolicy read`.

It is a file of its own because its content has no other place: the site's visitors must not read suggested directions, so not
corpus.db; `infopolicy rebuild` cannot make it again, as each answer was paid for; and it says nothing that a person did, so it is
not among the append-only facts of staff.db.
"""

from __future__ import annotations

import logging
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from second_reader.answer import NONE, Opinion
from store.connect import connect_read_only, writing
from text.spans import Quote

log = logging.getLogger("infopolicy.reader")
#: What became of a question. Only "read" has opinions.
ASKED, READ, REFUSED, UNUSABLE, NOT_TAKEN, FAILED = "asked", "read", "refused", "unusable", "not taken", "failed"
OUTCOMES = {
    READ: "read",
    REFUSED: "the model refused to answer",
    UNUSABLE: "the answer was not of the form",
    NOT_TAKEN: "the provider did not take the question",
    FAILED: "no answer came",
    ASKED: "cut off before the answer",
}
#: How often the same model may be asked the same about the same text, by what came of it. A provider that fails says nothing
#: about the document, so that is not counted.
TRIES = {REFUSED: 1, UNUSABLE: 2, NOT_TAKEN: 1}
#: Characters of an answer that are kept.
KEPT = 8_000


@dataclass(frozen=True)
class Used:
    """Tokens and US dollars."""

    tokens_in: int = 0
    tokens_out: int = 0
    dollars: float = 0.0

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out


@dataclass(frozen=True)
class Reading:
    """What a model said of a document as it is now: its opinions by subject."""

    model: str
    prompt_version: str
    asked_at: str
    opinions: dict[str, Opinion]

    def of(self, subject: str) -> Opinion | None:
        """The opinion on a subject of the desk; None where the model was not asked (outcomes and stances).

        A model that names neither the area nor the position has said that they are not at stake.
        """
        if subject.startswith(("area:", "position:")) or subject == "priority":
            return self.opinions.get(subject, Opinion(subject, NONE))
        return None

    def beyond(self, subjects: Sequence[str]) -> list[Opinion]:
        """The areas and positions that it names and that are not among these subjects."""
        return [
            each
            for each in self.opinions.values()
            if each.value != NONE and each.subject != "priority" and each.subject not in subjects
        ]


class Ledger:
    """Writes opinions.db and keeps the budget of the day (UTC), across restarts and between processes."""

    def __init__(self, db: Database, *, tokens: int, dollars: float) -> None:
        self.db, self.tokens, self.dollars = db, tokens, dollars

    def used_on(self, day: str) -> Used:
        row = self.db.execute(
            "select coalesce(sum(tokens_in), 0), coalesce(sum(tokens_out), 0), coalesce(sum(dollars), 0) from readings "
            "where asked_at >= ? and asked_at < ?",
            [day[:10], f"{day[:10]}U"],
        ).fetchone()
        return Used(*row)

    def reserve(
        self, document_id: str, text_hash: str, model: str, prompt_version: str, most: Used, *, now: str
    ) -> int | None:
        """Note that a question is about to be sent and the most that it may use; returns its number, None where that is over
        the budget of the day."""
        with writing(self.db):
            used = self.used_on(now)
            if used.tokens + most.tokens > self.tokens or used.dollars + most.dollars > self.dollars:
                return None
            row = [document_id, text_hash, model, prompt_version, now, ASKED, *_columns(most)]
            return self.db.execute(
                "insert into readings (document_id, text_hash, model, prompt_version, asked_at, outcome, tokens_in, tokens_out, "
                "dollars) values (?, ?, ?, ?, ?, ?, ?, ?, ?) returning id",
                row,
            ).fetchone()[0]

    def settle(
        self,
        number: int,
        outcome: str,
        used: Used | None,
        *,
        seconds: float,
        answer: str | None = None,
        opinions: Sequence[Opinion] = (),
    ) -> None:
        """Record what came of a question. ``used`` None: nobody knows, so what was reserved counts."""
        with writing(self.db):
            if used:
                self.db.execute(
                    "update readings set tokens_in = ?, tokens_out = ?, dollars = ? where id = ?",
                    [*_columns(used), number],
                )
            self.db.execute(
                "update readings set outcome = ?, seconds = ?, answer = ? where id = ?",
                [outcome, round(seconds, 2), (answer or "")[:KEPT] or None, number],
            )
            self.db.conn.executemany(
                "insert into opinions values (?, ?, ?, ?, ?, ?, ?)",
                [
                    (number, each.subject, each.value, *(each.quote.place if each.quote else [None] * 4))
                    for each in opinions
                ],
            )

    def finished(self, model: str, prompt_version: str) -> set[tuple[str, str]]:
        """Document and hash of the text where this model has nothing more to say: it has read it, or had its tries."""
        found: Counter[tuple[str, str, str]] = Counter()
        for *key, outcome in self.db.execute(
            "select document_id, text_hash, outcome from readings where model = ? and prompt_version = ?",
            [model, prompt_version],
        ):
            found[(*key, outcome)] += 1
        return {
            (document, text)
            for (document, text, outcome), number in found.items()
            if number >= TRIES.get(outcome, 1 if outcome == READ else number + 1)
        }

    def read_before(self, model: str) -> set[str]:
        """Documents that this model has read with any prompt: others come first."""
        sql = "select document_id from readings where model = ? and outcome = ?"
        return {row[0] for row in self.db.execute(sql, [model, READ])}


def _columns(used: Used) -> list[int | float]:
    return [used.tokens_in, used.tokens_out, round(used.dollars, 8)]


def newest_reading(path: Path, document_id: str, text_hash: str) -> Reading | None:
    """The newest reading of a document's current text, of whatever model.

    None where there is none, and where opinions.db cannot be read: people can decide without it, and the health check and
    `infopolicy check` report the damage.
    """
    if not path.exists():
        return None
    try:
        return _newest(path, document_id, text_hash)
    except sqlite3.Error as error:
        log.warning("%s: %s", path, error)
        return None


def _newest(path: Path, document_id: str, text_hash: str) -> Reading | None:
    with closing(connect_read_only(path)) as db:
        if not db.execute("select 1 from sqlite_master where name = 'opinions'").fetchone():
            return None
        row = db.execute(
            "select id, model, prompt_version, asked_at from readings where document_id = ? and text_hash = ? and outcome = ? "
            "order by id desc limit 1",
            [document_id, text_hash, READ],
        ).fetchone()
        if row is None:
            return None
        number, model, prompt_version, asked_at = row
        return Reading(model, prompt_version, asked_at, _opinions(db, number))


def _opinions(db: sqlite3.Connection, reading: int) -> dict[str, Opinion]:
    rows = db.execute(
        'select subject, value, field, start, "end", words from opinions where reading_id = ?', [reading]
    ).fetchall()
    return {row[0]: Opinion(row[0], row[1], Quote(*row[2:]) if row[2] else None) for row in rows}
