"""The page of one document: its status, its policy areas with the words that led to them, its history."""

from __future__ import annotations

import datetime
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from crawlers.agencies import key_of
from crawlers.companies import KIND, Company, company_of, meaning
from crawlers.parsers.regulations_gov import agency_names
from crawlers.sources import load_sources
from crawlers.storage.merge import BY_HAND
from pages.database import Row, first, rows, value
from pages.documents import court, decisions, rulemaking
from pages.documents.companion_areas import companions_of_areas
from pages.documents.highlight import MODEL, WHOLE_TEXT, Changes, Mark, Piece, folded, marked, pieces, telling, within
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
from pages.documents.successor import carriers, law_beside, other_record, successor
from pages.documents.summary import Titles, besides, is_from_titles
from pages.http import formatting as words
from pages.http.language import N_, _
from pages.people.deciding import Decider, decider, referred_again
from pages.people.roll_call import of_document
from positions.matching.provisions import section_finder
from text.changes import Mark as Change
from text.changes import read_marks

#: So many sentences are shown of those that touch one position.
SENTENCES = 3
FIELD_LABELS = {"title": N_("title"), "abstract": N_("summary"), "text": N_("text")}
#: The same where no summary is held, and titles stand in its place.
_OF_TITLES = FIELD_LABELS | {"abstract": FIELD_LABELS["title"]}


#: Words of a title that may tell its subject; years are none.
_TELLING = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True)
class TagView:
    """An area of the document, with the most specific words that led to it and the fields that hold them.

    ``companion`` is the bill for whose sake it is shown, where nothing else speaks for it (pages.documents.companion_areas).
    """

    area_id: str
    title: str
    probability: float
    confirmed: bool
    words: list[str]
    fields: list[str]
    companion: Row | None = None


@dataclass(frozen=True)
class PositionView:
    position_id: str
    title: str
    statement: str
    places: list[tuple[str, str | None, list[Piece]]]  # field, number of its section, the sentence
    confirmed: bool


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
    decided = decisions.decided(db, document_id)
    evidence = decisions.evidence(db, document_id, decided)
    spans: dict[str, list[Mark]] = defaultdict(list)
    for row in evidence:
        spans[row["field"]].append(Mark(row["start"], row["end"], _(row["area"])))
    thread, text = rulemaking.thread(db, document_id), head["text"] or ""
    ceremonial = bool(value(db, "select 1 from ceremonial where document_id = ?", [document_id]))
    priority = value(db, "select priority from shown_priorities where document_id = ?", [document_id])
    changes, text_marks = _changes(db, document_id, text)
    from_titles = is_from_titles(db, head, titles := part(db, "titles", document_id))
    labels = _OF_TITLES if from_titles else FIELD_LABELS
    positions, stances = _positions(db, head, spans, decided, changes, labels), decisions.stances(decided)
    # A position, a stance or priority speaks for every area of the document; without these, a companion may.
    beside = {} if positions or stances or priority == 2 else companions_of_areas(db, document_id)
    tags = _tags(db, document_id, evidence, labels, beside)
    votes_on: dict[str, list[Row]] = defaultdict(list)
    for roll_call in of_document(db, document_id):
        votes_on[roll_call["held_on"]].append(roll_call)
    next_decider, other = decider(db, head, today), other_record(db, document_id)
    # What became of a bill since is what the record says that lists have.
    stale = bool(other and other["listed"])
    return DocumentView(
        d=head,
        **_in_words(db, head),
        **_standing(head, today, stale=stale),
        overtaken=bool(next_decider) and is_of_the_past(head["title"], head["abstract"], today),
        successor=successor(db, head),
        carriers=carriers(db, head),
        followed_by=rulemaking.followed_by(db, document_id),
        unheld=may_lack_what_followed(db, [document_id], today).get(document_id, []),
        law_beside=law_beside(db, head),
        other_record=other,
        steps=steps(head, part(db, "status_history", document_id, "reached_on, ordinal")),
        **marked(head, spans, changes),
        text_whole=0 < len(text) <= WHOLE_TEXT,
        text_marks=text_marks,
        forbidden_text=_forbidden(db, document_id) if not text else None,
        tags=tags,
        doubtful=not tags and decisions.is_doubtful(db, document_id),
        positions=positions,
        stances=stances,
        must_see=priority == 2 and not ceremonial,
        ceremonial=ceremonial,
        votes_on=votes_on,
        decider=next_decider,
        referred_again=None if stale else referred_again(db, head),
        item_veto=item_veto(db, head),
        related=related(db, document_id),
        thread=thread,
        next_event=rulemaking.next_event(db, [row["id"] for row in thread] or [document_id], today),
        provenance=rows(db, "select * from provenance where document_id = ?", [document_id]),
        last_seen=last_seen(db, head),
        last_changed=_last_changed(db, head),
        source_title=source_title(head["source"]),
        titles=besides(head, titles),
        from_titles=from_titles,
        amended_title=_amended_title(head["title"], titles),
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


def _tags(
    db: sqlite3.Connection,
    document_id: str,
    evidence: list[Row],
    labels: Mapping[str, str],
    beside: Mapping[str, Row],
) -> list[TagView]:
    tags = rows(
        db,
        """select t.area_id, coalesce(a.title, t.area_id) as title, t.probability, t.confirmed from shown_tags t
        left join policy_areas a on a.id = t.area_id where t.document_id = ? order by t.probability desc, t.area_id""",
        [document_id],
    )
    return [
        _tag(row, [each for each in evidence if each["area_id"] == row["area_id"]], labels, beside.get(row["area_id"]))
        for row in tags
    ]


def _tag(
    row: Row, evidence: list[Row], labels: Mapping[str, str] = FIELD_LABELS, companion: Row | None = None
) -> TagView:
    words = telling((each["words"], each["rule"] != MODEL) for each in evidence)
    shown = set(map(folded, words))
    told = {each["field"] for each in evidence if folded(each["words"]) in shown}
    return TagView(
        row["area_id"],
        _(row["title"]),
        row["probability"],
        bool(row["confirmed"]),
        words=words,
        fields=list(dict.fromkeys(name for field, name in labels.items() if field in told)),
        companion=None if row["confirmed"] else companion,
    )


def _positions(
    db: sqlite3.Connection,
    head: Row,
    spans: dict[str, list[Mark]],
    decided: list[Row],
    changes: Changes,
    labels: Mapping[str, str],
) -> list[PositionView]:
    """Positions with the sentences that touch them; evidence that lies in a sentence is marked in it."""
    confirmed = {row["key"] for row in decided if row["kind"] == "position" and row["verdict"] == "confirm"}
    found: dict[str, PositionView] = {}
    section = cache(lambda field: section_finder(head.get(field) or ""))
    for row in db.execute(
        """select m.*, p.title, p.statement from shown_matches m join positions p on p.id = m.position_id
        where m.document_id = ? order by m.score desc, m.position_id, m.ordinal""",
        [head["id"]],
    ):
        key, field, start = row["position_id"], row["field"], row["start"]
        view = found.setdefault(key, PositionView(key, row["title"], row["statement"], [], key in confirmed))
        if len(view.places) < SENTENCES:
            inside = [
                Mark(span.start - start, span.end - start, span.label)
                for span in spans[field]
                if start <= span.start and span.end <= row["end"]
            ]
            changed = within(changes, start, row["end"]) if field == "text" else ()
            sentence = pieces(row["words"], inside, changed)
            view.places.append((labels.get(field, field), section(field)(start), sentence))
    # What staff added without pointing at a sentence.
    added = confirmed - set(found)
    for row in rows(db, "select id, title, statement from positions") if added else ():
        if row["id"] in added:
            found[row["id"]] = PositionView(row["id"], row["title"], row["statement"], [], True)
    return list(found.values())


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
