"""One document, whole: what it is, where it stands, what it is about and the words on which that rests."""

from __future__ import annotations

import datetime
import sqlite3
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crawlers.sources import load_sources
from crawlers.storage.merge import BY_HAND
from pages.documents import decisions, rulemaking
from pages.documents.highlight import MODEL, Mark, Piece, excerpts, pieces, telling
from pages.documents.session_status import SETTLED, ended_with
from pages.http import formatting as words
from pages.http.language import N_, _
from positions.matching.provisions import section_finder

#: Longer texts are shown by the passages that matter, with the source one click away.
WHOLE_TEXT = 60_000
#: A day with more actions than this shows those that moved the document, the rest on demand.
CROWDED = 5
MOVES = frozenset(
    {
        "introduction", "referral-committee", "committee-passage", "passage", "failure", "withdrawal", "executive-receipt",
        "differences-resolved", "executive-signature", "executive-veto", "became-law", "veto-override-passage",
    }
)  # fmt: skip
FIELD_LABELS = {"title": N_("title"), "abstract": N_("summary"), "text": N_("text")}
Row = dict[str, Any]


@dataclass
class TagView:
    """An area of the document, with the most telling words on which it rests and where they stand."""

    area_id: str
    title: str
    probability: float
    words: list[str]
    fields: list[str]
    confirmed: bool = False


@dataclass
class PositionView:
    position_id: str
    title: str
    statement: str
    places: list[tuple[str, str | None, list[Piece]]]  # field, number of its section, the sentence
    confirmed: bool = False


def rows(db: sqlite3.Connection, sql: str, values: list[Any]) -> list[Row]:
    return [dict(row) for row in db.execute(sql, values)]


def document(db: sqlite3.Connection, document_id: str, today: datetime.date) -> Row | None:
    """Everything the page of a document shows, or None when there is no such document."""
    found = rows(db, "select * from documents where id = ?", [document_id])
    if not found:
        return None
    head = found[0]
    decided = decisions.decided(db, document_id)
    evidence = decisions.evidence(db, document_id, decided)
    spans: dict[str, list[Mark]] = defaultdict(list)
    for row in evidence:
        spans[row["field"]].append(Mark(row["start"], row["end"], _(row["area"])))
    parts = {name: _part(db, name, document_id) for name in _PARTS}
    terms = _terms(parts["terms"])
    together = rulemaking.thread(db, document_id)
    ids = [row["id"] for row in together] or [document_id]
    return {
        "d": head,
        "place": words.place(head["jurisdiction"]),
        "session": words.session_in_words(head["jurisdiction"], head["session"]),
        "kind": words.word("kinds", head["kind"]),
        "status_word": words.word("statuses", head["status"]),
        "ended": ended_with(head, today),
        "settled": SETTLED,
        "steps": parts["status_history"],
        "title_pieces": pieces(head["title"], spans["title"]),
        "abstract_pieces": pieces(head["abstract"] or "", spans["abstract"]),
        **_text(head["text"], spans["text"]),
        "tags": _tags(db, document_id, evidence),
        "positions": _positions(db, head, spans, decided),
        "stances": decisions.stances(decided),
        "must_see": _priority(db, document_id) == 2 and not _is_ceremonial(db, document_id),
        "ceremonial": _is_ceremonial(db, document_id),
        "timeline": _timeline(parts["actions"]),
        "related": _related(db, document_id),
        "thread": together,
        "next_event": rulemaking.next_event(db, ids, today),
        "provenance": rows(db, "select * from provenance where document_id = ?", [document_id]),
        "last_seen": last_seen(db, head),
        "source_title": source_title(head["source"]),
        "terms": terms,
        **{name: part for name, part in parts.items() if name not in ("actions", "terms", "status_history")},
    }


_PARTS = {
    "titles": "ordinal",
    "summaries": "acted_on desc, ordinal",
    "actions": "acted_on desc, ordinal desc",
    "sponsors": "ordinal",
    "committees": "ordinal",
    "versions": "issued_on desc, ordinal",
    "laws": "ordinal",
    "events": "starts_at, ordinal",
    "terms": "kind, ordinal",
    "status_history": "reached_on, ordinal",
}


def _part(db: sqlite3.Connection, table: str, document_id: str) -> list[Row]:
    return rows(db, f"select * from {table} where document_id = ? order by {_PARTS[table]}", [document_id])


def _text(text: str | None, spans: list[Mark]) -> Row:
    if not text:
        return {"text_pieces": [], "text_passages": [], "text_whole": False}
    whole = len(text) <= WHOLE_TEXT
    return {
        "text_pieces": pieces(text, spans) if whole else [],
        "text_passages": excerpts(text, spans),
        "text_whole": whole,
    }


def _tags(db: sqlite3.Connection, document_id: str, evidence: list[Row]) -> list[TagView]:
    found = db.execute(
        """select t.area_id, coalesce(a.title, t.area_id) as title, t.probability, t.confirmed from shown_tags t
        left join policy_areas a on a.id = t.area_id where t.document_id = ? order by t.probability desc, t.area_id""",
        [document_id],
    )
    tags = {
        row["area_id"]: TagView(row["area_id"], _(row["title"]), row["probability"], [], [], bool(row["confirmed"]))
        for row in found
    }
    for tag in tags.values():
        of_tag = [row for row in evidence if row["area_id"] == tag.area_id]
        tag.words = telling((row["words"], row["rule"] != MODEL) for row in of_tag)
        tag.fields = [name for field, name in FIELD_LABELS.items() if any(row["field"] == field for row in of_tag)]
    return list(tags.values())


def _positions(
    db: sqlite3.Connection, head: Row, spans: dict[str, list[Mark]], decided: list[Row]
) -> list[PositionView]:
    """Positions with the sentences that touch them; evidence that lies in a sentence is marked in it."""
    confirmed = {row["key"] for row in decided if row["kind"] == "position" and row["verdict"] == "confirm"}
    found: dict[str, PositionView] = {}
    section_of: dict[str, Callable[[int], str | None]] = {}
    for row in db.execute(
        """select m.*, p.title, p.statement from shown_matches m join positions p on p.id = m.position_id
        where m.document_id = ? order by m.score desc, m.position_id, m.ordinal""",
        [head["id"]],
    ):
        view = found.setdefault(
            row["position_id"],
            PositionView(row["position_id"], row["title"], row["statement"], [], row["position_id"] in confirmed),
        )
        inside = [
            Mark(span.start - row["start"], span.end - row["start"], span.label)
            for span in spans[row["field"]]
            if row["start"] <= span.start and span.end <= row["end"]
        ]
        if len(view.places) < 3:
            if row["field"] not in section_of:
                section_of[row["field"]] = section_finder(head.get(row["field"]) or "")
            section = section_of[row["field"]](row["start"])
            view.places.append((FIELD_LABELS.get(row["field"], row["field"]), section, pieces(row["words"], inside)))
    # What staff added without pointing at a sentence.
    for row in rows(db, "select id, title, statement from positions", []) if confirmed - set(found) else ():
        if row["id"] in confirmed - set(found):
            found[row["id"]] = PositionView(row["id"], row["title"], row["statement"], [], True)
    return list(found.values())


def _priority(db: sqlite3.Connection, document_id: str) -> int:
    row = db.execute("select priority from shown_priorities where document_id = ?", [document_id]).fetchone()
    return row[0] if row else 0


def _is_ceremonial(db: sqlite3.Connection, document_id: str) -> bool:
    return db.execute("select 1 from ceremonial where document_id = ?", [document_id]).fetchone() is not None


def _timeline(actions: list[Row]) -> list[tuple[str, list[Row], list[Row]]]:
    """Actions newest first, one entry a day: those to show, and the rest of a crowded day.

    The same sentence told twice on one day is told once. On a crowded day, what moved the document is shown.
    """
    days: dict[str, list[Row]] = {}
    for action in actions:
        day = days.setdefault(action["acted_on"], [])
        if action["description"] not in {other["description"] for other in day}:
            day.append(action)
    told = []
    for date, found in days.items():
        moved = [action for action in found if action["classification"] in MOVES] or found[:1]
        shown = found if len(found) <= CROWDED else moved
        told.append((date, shown, [action for action in found if action not in shown]))
    return told


def _related(db: sqlite3.Connection, document_id: str) -> list[Row]:
    """Documents tied to this one by either side, once each; ``stored`` tells whether we hold them."""
    found = rows(
        db,
        """select l.linked_id as id, l.kind, coalesce(d.title, l.title) as title, d.identifier, d.status,
            d.id is not null as stored
        from links l left join documents d on d.id = l.linked_id where l.document_id = ?
        union all
        select l.document_id, l.kind, d.title, d.identifier, d.status, 1
        from links l join documents d on d.id = l.document_id where l.linked_id = ?
        limit 200""",
        [document_id, document_id],
    )
    once: dict[str, Row] = {}
    for row in found:
        if row["id"] != document_id:
            once.setdefault(row["id"], row)
    return sorted(once.values(), key=lambda row: (not row["stored"], row["id"]))


def _terms(terms: list[Row]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for row in terms:
        grouped[row["kind"]].append(row["term"])
    return dict(grouped)


def last_seen(db: sqlite3.Connection, head: Row) -> str | None:
    """When the source last named the document: its newest finished run, unless it has gone missing since."""
    if head["missing_since"]:
        return head["missing_since"]
    row = db.execute(
        "select max(finished_at) from runs where source = ? and finished_at is not null", [head["source"]]
    ).fetchone()
    return row[0] or head["changed_at"]


def source_title(source: str) -> str:
    if source == BY_HAND:
        return _("Added by hand by the staff of this site")
    about = load_sources().get(source)
    return about.title if about else source
