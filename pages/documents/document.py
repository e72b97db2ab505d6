"""The page of one document: its status, its policy areas with the words that led to them, its history."""

from __future__ import annotations

import datetime
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from crawlers.agencies import key_of
from crawlers.companies import KIND, Company, company_of, meaning
from crawlers.parsers.regulations_gov import agency_names
from crawlers.sources import load_sources
from crawlers.storage.merge import BY_HAND
from pages.database import Row, first, rows, value
from pages.documents import court, decisions, rulemaking
from pages.documents.areas_and_positions import (
    FIELD_LABELS,
    LABELS_OF_TITLES,
    PositionView,
    TagView,
    positions,
    tags,
)
from pages.documents.companion_areas import companions_of_areas
from pages.documents.highlight import WHOLE_TEXT, Mark, Piece, marked
from pages.documents.item_veto import item_veto
from pages.documents.progress import Progress, part, progress, steps
from pages.documents.register_gaps import Gap, may_lack_what_followed
from pages.documents.related import related
from pages.documents.session_status import (
    COLLECTED_UNTIL,
    SESSION_END,
    SESSION_TITLE,
    SETTLED,
    ended_with,
    is_of_the_past,
    of_no_known_session,
    silent_since,
    unheard_since,
)
from pages.documents.successor import carriers, law_beside, law_instead, other_record, successor
from pages.documents.summary import Titles, besides, is_from_titles
from pages.http import formatting as words
from pages.http.language import _
from pages.people.deciding import Decider, decider, referred_again
from pages.people.roll_call import of_document
from text.changes import Mark as Change
from text.changes import read_marks

#: Words of a title that may tell its subject; years are none.
_TELLING = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True, kw_only=True)
class DocumentView(Progress):
    """Everything the page of a document shows. Lists of rows are those of the tables of the same names."""

    d: Row
    place: str
    court_of: str | None
    session: str
    kind: str
    status_word: str
    cause: str | None
    company: Company | None
    terms_mean: str
    ended: tuple[str, str] | None
    unheard_since: str | None
    collected_until: str | None
    silent_since: str | None
    overtaken: bool
    no_known_session: bool
    successor: Row | None
    carriers: list[Row]
    #: The number of the law that took its place, where the source names no bill.
    law_instead: str | None
    followed_by: list[Row]
    #: Between which days no rules are held that may have followed this proposal.
    unheld: list[Gap]
    law_beside: Row | None
    other_record: Row | None
    settled: frozenset[str]
    steps: list[Row]
    title_pieces: list[Piece]
    abstract_pieces: list[Piece]
    text_pieces: list[Piece]
    text_passages: list[list[Piece]]
    text_whole: bool
    text_marks: str
    forbidden_text: str | None
    tags: list[TagView]
    doubtful: bool
    positions: list[PositionView]
    stances: list[Row]
    must_see: bool
    ceremonial: bool
    votes_on: dict[str, list[Row]]
    decider: Decider | None
    referred_again: Row | None
    item_veto: Row | None
    related: list[Row]
    thread: list[Row]
    next_event: Row | None
    provenance: list[Row]
    last_seen: str | None
    last_changed: str | None
    source_title: str
    titles: Titles
    from_titles: bool
    amended_title: str | None
    committees: list[Row]
    laws: list[Row]
    terms: dict[str, list[str]]
    #: The keys of the agencies among the terms, by the words in which those name them: each has a list.
    agencies: dict[str, str]


def document(db: sqlite3.Connection, document_id: str, today: datetime.date) -> DocumentView | None:
    """Everything the page of a document shows, or None when there is no such document."""
    head = first(
        db,
        f"""select d.*, {SESSION_TITLE} as session_title, {SESSION_END} as session_end,
            {COLLECTED_UNTIL} as collected_until from documents d where d.id = ?""",
        [document_id],
    )
    if head is None:
        return None
    votes_on: dict[str, list[Row]] = defaultdict(list)
    for roll_call in of_document(db, document_id):
        votes_on[roll_call["held_on"]].append(roll_call)
    other = other_record(db, document_id)
    # What became of a bill since is what the record says that lists have.
    stale = bool(other and other["listed"])
    return DocumentView(
        d=head,
        **_in_words(db, head),
        **_standing(head, today, stale=stale),
        **_decision(db, head, today, stale=stale),
        **_followers(db, head, today),
        **_matter(db, head),
        **_sources(db, head),
        other_record=other,
        steps=steps(head, part(db, "status_history", document_id, "reached_on, ordinal")),
        votes_on=votes_on,
        related=related(db, document_id),
        committees=part(db, "committees", document_id),
        laws=part(db, "laws", document_id),
        terms=_terms(terms := part(db, "terms", document_id, "kind, ordinal")),
        agencies=_agencies(terms),
        **vars(progress(db, document_id, votes_on)),
    )


def _in_words(db: sqlite3.Connection, head: Row) -> dict[str, Any]:
    """What the page calls the document, its place, session, and status."""
    document_id, kind = head["id"], head["kind"]
    return {
        "place": words.place(head["jurisdiction"]),
        "court_of": court.place(state) if (state := court.state_courts(db, [document_id]).get(document_id)) else None,
        "session": words.session_in_words(head["jurisdiction"], head["session"], head["session_title"]),
        "kind": words.kind_word(kind, head["document_type"]),
        "status_word": court.status_in_words(kind, head["status"]),
        "cause": court.cause(head["abstract"]) if kind == "case" else None,
        "company": company_of(head["title"]) if kind == KIND else None,
        "terms_mean": meaning(head["document_type"]) if kind == KIND else "",
    }


def _standing(head: Row, today: datetime.date, *, stale: bool) -> dict[str, Any]:
    """How the document's session limits what its status means."""
    return {
        "ended": None if stale else ended_with(head, today),
        "unheard_since": None if stale else unheard_since({**head, "latest_on": head["latest_action_on"]}, today),
        "silent_since": None if stale else silent_since(head, today),
        "collected_until": head["collected_until"],
        "no_known_session": of_no_known_session(head),
        "settled": SETTLED,
    }


def _decision(db: sqlite3.Connection, head: Row, today: datetime.date, *, stale: bool) -> dict[str, Any]:
    """Who decides next, and whether time has overtaken it."""
    decides_next = decider(db, head, today)
    return {
        "decider": decides_next,
        "referred_again": None if stale else referred_again(db, head),
        "overtaken": bool(decides_next) and is_of_the_past(head["title"], head["abstract"], today),
        "item_veto": item_veto(db, head),
    }


def _followers(db: sqlite3.Connection, head: Row, today: datetime.date) -> dict[str, Any]:
    """What came after the document, or with it: other bills that carry it, the rules of its rulemaking, what is next."""
    document_id = head["id"]
    thread, after, into = rulemaking.thread(db, document_id), successor(db, head), carriers(db, head)
    return {
        "successor": after if after and after["id"] not in [bill["id"] for bill in into] else None,
        "carriers": into,
        "law_instead": law_instead(db, head),
        "law_beside": law_beside(db, head),
        "followed_by": rulemaking.followed_by(db, document_id),
        "unheld": may_lack_what_followed(db, [document_id], today).get(document_id, []),
        "thread": thread,
        "next_event": rulemaking.next_event(db, [row["id"] for row in thread] or [document_id], today),
    }


def _matter(db: sqlite3.Connection, head: Row) -> dict[str, Any]:
    """Its words with the evidence marked in them, and the areas, positions, stances and priority that follow from them."""
    document_id, text = head["id"], head["text"] or ""
    titles = part(db, "titles", document_id)
    from_titles = is_from_titles(db, head, titles)
    labels = LABELS_OF_TITLES if from_titles else FIELD_LABELS
    decided = decisions.decided(db, document_id)
    evidence = decisions.evidence(db, document_id, decided)
    spans: dict[str, list[Mark]] = defaultdict(list)
    for row in evidence:
        spans[row["field"]].append(Mark(row["start"], row["end"], _(row["area"])))
    changes, text_marks = _changes(db, document_id, text)
    ceremonial = bool(value(db, "select 1 from ceremonial where document_id = ?", [document_id]))
    priority = value(db, "select priority from shown_priorities where document_id = ?", [document_id])
    touched, stances = positions(db, head, spans, decided, changes, labels), decisions.stances(decided)
    # A position, a stance or priority speaks for every area of the document; without these, a companion may.
    beside = {} if touched or stances or priority == 2 else companions_of_areas(db, document_id)
    areas = tags(db, document_id, evidence, labels, beside)
    return {
        **marked(head, spans, changes),
        "text_whole": 0 < len(text) <= WHOLE_TEXT,
        "text_marks": text_marks,
        "forbidden_text": _forbidden(db, document_id) if not text else None,
        "tags": areas,
        "doubtful": not areas and decisions.is_doubtful(db, document_id),
        "positions": touched,
        "stances": stances,
        "must_see": priority == 2 and not ceremonial,
        "ceremonial": ceremonial,
        "titles": besides(head, titles),
        "from_titles": from_titles,
        "amended_title": _amended_title(head["title"], titles),
    }


def _sources(db: sqlite3.Connection, head: Row) -> dict[str, Any]:
    """Where the record comes from, and how fresh it is."""
    return {
        "provenance": rows(db, "select * from provenance where document_id = ?", [head["id"]]),
        "last_seen": last_seen(db, head),
        "last_changed": _last_changed(db, head),
        "source_title": source_title(head["source"]),
    }


def _changes(db: sqlite3.Connection, document_id: str, text: str) -> tuple[list[Change], str]:
    """What the text adds and strikes; and "shown", "none" where its file shows no marks, or "" where nobody has looked."""
    stored = value(
        db,
        "select marks from version_texts where document_id = ? and text = ? and marks is not null limit 1",
        [document_id, text],
    )
    changes = read_marks(stored)
    return changes, "shown" if changes else "none" if stored else ""


def _forbidden(db: sqlite3.Connection, document_id: str) -> str | None:
    """The address of a text that its publisher asks programs not to fetch."""
    sql = "select url from version_texts where document_id = ? and note = 'forbidden' order by rowid desc limit 1"
    return value(db, sql, [document_id])


def _amended_title(shown: str, titles: Iterable[Row]) -> str | None:
    """The short title of a text that the other chamber put in place of the whole bill: it shares no word with the one shown."""
    said = set(_TELLING.findall(shown.casefold()))
    for title in titles:
        kind = title["kind"] or ""
        if kind.startswith("Short Title") and "Engrossed Amendment" in kind and "portions" not in kind:
            return None if said & set(_TELLING.findall(title["title"].casefold())) else str(title["title"])
    return None


def _terms(terms: list[Row]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for row in terms:
        grouped[row["kind"]].append(_agency(row["term"]) if row["kind"] == "agency" else row["term"])
    return dict(grouped)


def _agencies(terms: list[Row]) -> dict[str, str]:
    keys = {_agency(row["term"]): key_of(row["term"]) for row in terms if row["kind"] == "agency"}
    return {name: key for name, key in keys.items() if key}


def _agency(term: str) -> str:
    """The name of an agency as its source writes it, before its code where the source has only that."""
    name = agency_names().get(term)
    return f"{name} ({term})" if name else term


def last_seen(db: sqlite3.Connection, head: Row) -> str | None:
    """When the source last named the document: its newest finished run, unless it has gone missing since."""
    if head["missing_since"]:
        return head["missing_since"]
    return value(db, "select max(finished_at) from runs where source = ?", [head["source"]]) or head["changed_at"]


def _last_changed(db: sqlite3.Connection, head: Row) -> str | None:
    """When a change was last seen at the source: ``changed_at`` moves with our rules, too, and that a session is over is our
    conclusion. None where nothing has changed there since the document was first seen."""
    sql = "select max(seen_at) from changes where document_id = ? and kind <> 'ended' and seen_at > ?"
    return value(db, sql, [head["id"], head["first_seen_at"]])


def source_title(source: str) -> str:
    if source == BY_HAND:
        return _("Added by hand by the staff of this site")
    about = load_sources().get(source)
    return about.title if about else source
