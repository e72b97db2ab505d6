"""The program's current suggestions for a document: areas, positions and stances, priority, outcomes."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlite_utils import Database

from desk.reviews import plain_reasons
from pages.documents.highlight import MODEL, telling
from text.spans import FIELDS, Quote

_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Suggestion:
    """What the machine says about one subject. `value` is a direction, the level of a priority or an outcome.

    `reason` is in plain words. `shown` is False for a candidate: a position that only staff see, because it is probably not
    at stake.
    """

    subject: str
    suggested: bool = True
    shown: bool = True
    value: str | None = None
    sure: float | None = None
    reason: str | None = None
    passages: tuple[Quote, ...] = ()
    #: Directions that other sentences point in, where they differ.
    others: tuple[str, ...] = ()
    #: Of an area: all words that speak for it, each with whether a rule found them.
    evidence: tuple[tuple[str, bool], ...] = ()

    @property
    def words(self) -> list[str]:
        """The words to show: of an area the most telling ones, else of the first three passages."""
        return telling(self.evidence) or [passage.words for passage in self.passages[:3]]

    @property
    def passage(self) -> Quote | None:
        """The words it rests on most firmly: a title changes least, and a rule's words say more than a fragment."""
        return self.passages[0] if self.passages else None

    def as_json(self) -> str:
        """What is kept with a verdict, so that a later reader sees what its author saw."""
        kept = {"suggested": self.suggested, "value": self.value, "sure": self.sure, "words": self.words}
        return json.dumps(kept, ensure_ascii=False)


def suggestions(db: Database, document_id: str) -> dict[str, Suggestion]:
    """Return all suggestions for a document, by subject; `db` is staff.db with `corpus` attached."""
    titles = dict(db.execute("select id, title from corpus.positions").fetchall())
    found = [each for find_all in (_positions, _priority, _outcomes, _areas) for each in find_all(db, document_id)]
    return {
        each.subject: replace(each, reason=plain_reasons.in_words(each.subject, each.reason, titles)) for each in found
    }


def _areas(db: Database, document_id: str) -> list[Suggestion]:
    evidence: dict[str, list[dict[str, Any]]] = {}
    for row in db.query("select * from corpus.evidence where document_id = ? order by area_id, ordinal", [document_id]):
        evidence.setdefault(row["area_id"], []).append(row)
    found = []
    for area, probability in db.execute(
        "select area_id, probability from corpus.tags where document_id = ? order by probability desc, area_id",
        [document_id],
    ):
        rows = sorted(evidence.get(area, []), key=lambda row: (row["rule"] == MODEL, FIELDS.index(row["field"])))
        speaking = tuple((row["words"], row["rule"] != MODEL) for row in evidence.get(area, []))
        found.append(
            Suggestion(f"area:{area}", sure=probability, passages=tuple(map(_passage, rows)), evidence=speaking)
        )
    return found


def _positions(db: Database, document_id: str) -> list[Suggestion]:
    public = {
        row[0]
        for row in db.execute("select position_id from corpus.shown_positions where document_id = ?", [document_id])
    }
    found: dict[str, Suggestion] = {}
    for row in db.query(
        "select * from suggested_stances where document_id = ? "
        "order by probability desc, score desc, position_id, ordinal",
        [document_id],
    ):
        subject = f"position:{row['position_id']}"
        first = Suggestion(
            subject,
            shown=row["position_id"] in public,
            value=row["stance"],
            sure=row["probability"],
            reason=row["reason"],
        )
        known = found.setdefault(subject, first)
        if row["stance"] not in (known.value, *known.others):
            known = replace(known, others=(*known.others, row["stance"]))
        if _passage(row) not in known.passages:
            known = replace(known, passages=(*known.passages, _passage(row)))
        found[subject] = known
    return list(found.values())


def _priority(db: Database, document_id: str) -> list[Suggestion]:
    row = db.execute(
        "select priority, priority_score, why from corpus.taggings where document_id = ?", [document_id]
    ).fetchone()
    if row is None:
        return []
    return [Suggestion("priority", value=str(row[0]), sure=row[1], reason=row[2])]


def _outcomes(db: Database, document_id: str) -> list[Suggestion]:
    """Return the outcomes for positions, where the final text shows them (positions.outcomes)."""
    rows = db.query("select * from suggested_outcomes where document_id = ? and outcome is not null", [document_id])
    return [
        Suggestion(
            f"outcome:{row['position_id']}",
            value=row["outcome"],
            reason=row["reason"],
            passages=(_passage(row),) if row["words"] else (),
        )
        for row in rows
    ]


def _passage(row: Mapping[str, Any]) -> Quote:
    return Quote(row["field"], row["start"], row["end"], row["words"])


# --------------------------------------------------------------------- words in a text


def find(texts: Mapping[str, str | None], words: str, *, field: str = "", near: int = 0) -> Quote | None:
    """Find words that a person picked: in `field`, as close to `near` as possible, else anywhere in the document.

    Runs of spaces and line breaks count as one space, as a browser shows them.
    """
    parts = [re.escape(part) for part in words.split()]
    if not parts:
        return None
    pattern = re.compile(r"\s+".join(parts), re.IGNORECASE)
    for name in sorted(FIELDS, key=lambda name: name != field):
        places = list(pattern.finditer(texts.get(name) or ""))
        if places:
            best = min(places, key=lambda place: abs(place.start() - near)) if name == field else places[0]
            return Quote(name, best.start(), best.end(), best[0])
    return None


def stands(texts: Mapping[str, str | None], words: str) -> bool:
    """Whether words that a verdict rested on are still in the document, wherever they have moved to."""
    wanted = _SPACE.sub(" ", words).strip().casefold()
    return any(wanted in _SPACE.sub(" ", texts.get(name) or "").casefold() for name in FIELDS)


def number_of(db: Database, document_id: str) -> str:
    """The number of a document as people know it; its id when it is not held."""
    row = db.execute("select identifier from corpus.documents where id = ?", [document_id]).fetchone()
    return row[0] if row else document_id


def texts_of(db: Database | sqlite3.Connection, document_id: str) -> dict[str, str | None] | None:
    """title, abstract, text and text_hash of a document; None when it is not held."""
    row = db.execute(
        "select title, abstract, text, text_hash from corpus.documents where id = ?", [document_id]
    ).fetchone()
    return dict(zip((*FIELDS, "text_hash"), row, strict=True)) if row else None
