"""A document as a list shows it: its title, status, policy areas, and the words that led to the areas."""

from __future__ import annotations

import datetime
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from crawlers.parsers.regulations_gov import agency_names
from pages.browse.laws_beside import LawBeside, laws_beside
from pages.database import marks, value
from pages.documents import court, decisions, rulemaking
from pages.documents.highlight import MODEL, telling
from pages.documents.register_gaps import may_lack_what_followed
from pages.documents.session_status import (
    COLLECTED_UNTIL,
    SESSION_END,
    SESSION_TITLE,
    UNDECIDED,
    ended_with,
    is_of_the_past,
    silent_since,
    unheard_since,
)
from pages.documents.successor import law_instead, successor
from pages.http import formatting
from pages.http.captions import said_by_summary
from pages.http.language import _
from publish.identical_law import IDENTICAL_LAW
from store.constants import ANY_AREA, COUNTED_STATUS

#: Longer words are left to the document's own page.
LONGEST_EVIDENCE = 60
#: A shorter title says little of what a document does; so much of a summary is looked at for a line that does.
SHORT_TITLE = 45
READ = 1_500
#: The kinds of links to the same bill, as the sources name them.
SAME = ("Identical bill", "companion", "identical", "prior-session", "replaces", "replaced-by")
#: SQL: what lists count a document as.
_COUNTED_AS = f"""select {COUNTED_STATUS} from listing where area_id = ?
    and document_rowid = (select rowid from documents where id = ?)"""


@dataclass
class Area:
    id: str
    title: str


@dataclass(frozen=True)
class CardStance:
    """A stance that was published; ``in_part``: on what touches a position, not on the whole document."""

    value: str
    word: str
    in_part: bool


@dataclass(frozen=True)
class InItsPlace:
    """The bill that goes on in place of a replaced one; its status says what became of both. A law that only its number names
    has no id."""

    id: str | None
    identifier: str
    status: str
    status_word: str


@dataclass(frozen=True)
class Answer:
    """What decided a proposed rule: ``kind`` is "final", "rule" or "withdrawal"."""

    kind: str
    id: str
    identifier: str


@dataclass
class Card:
    id: str
    title: str
    identifier: str
    kind: str
    #: The key of ``place``, which is named in the language of the page.
    jurisdiction: str
    place: str
    session: str
    status: str
    status_word: str
    status_on: str | None
    latest_action: str | None
    latest_on: str | None
    must_see: bool
    missing: bool
    #: The session that ended over it ("117th Congress"), when it can no longer move.
    ended: str | None = None
    #: The ISO day on which its session was to end, where it is undecided and nothing was heard of it since.
    unheard_since: str | None = None
    #: The ISO day on which the news of that session ends here, where it went on after that.
    collected_until: str | None = None
    #: The same where the session goes on and that is no recent news: it may have moved since.
    silent_since: str | None = None
    #: Whether a final rule or a withdrawal that followed this proposed rule may lie in a time of which no rules are held.
    may_lack_what_followed: bool = False
    #: What decided this proposed rule, where that is certain.
    answer: Answer | None = None
    #: The bill that goes on in its place, where it was replaced and that one is collected.
    in_its_place: InItsPlace | None = None
    #: Whether it is undecided, and the fiscal year or the extension that it names is over.
    overtaken: bool = False
    #: The number of the identical bill that became law, where this one is undecided.
    identical_law: str | None = None
    #: Another bill of its words that became law, where this one is undecided.
    law_beside: LawBeside | None = None
    areas: list[Area] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
    #: What it does, where the title is too short to say it.
    summary: str | None = None
    is_bill: bool = False
    #: Who publishes a rule or notice: many of one title ("Privacy Act of 1974; System of Records") come from many agencies.
    agencies: tuple[str, ...] = ()
    #: Ids of the same bill: in the other chamber, carried over from another session, or in the form that replaced it.
    same: frozenset[str] = frozenset()
    #: Groups of look-alikes: with a title that says enough, or also the same summary.
    groups: frozenset[str] = frozenset()
    #: The positions shown next to it, as (key, title), where a page has them on its cards.
    positions: list[tuple[str, str]] = field(default_factory=list)
    #: The stances of the organization that were published, that on the whole first.
    stances: list[CardStance] = field(default_factory=list)
    #: Other documents of the same bill, or with the same title, that a list shows with this card.
    also: list[Card] = field(default_factory=list)

    @property
    def href(self) -> str:
        return f"/documents/{self.id}"

    @property
    def same_bill(self) -> list[Card]:
        """Of `also`, what a source names as the same bill."""
        return [other for other in self.also if self.is_linked(other)]

    @property
    def same_title(self) -> list[Card]:
        """Of `also`, what has the same title and may be another bill; what goes on in its place is named as such."""
        named = self.in_its_place.id if self.in_its_place else None
        return [other for other in self.also if not self.is_linked(other) and other.id != named]

    def is_linked(self, other: Card) -> bool:
        return other.id in self.same or self.id in other.same

    def says_the_same(self, other: Card) -> bool:
        """Whether the titles and agencies are the same, and the titles are none of many bills ("Education", "Public records")."""
        if self.title.casefold() != other.title.casefold() or self.agencies != other.agencies:
            return False
        return not (self.is_bill and other.is_bill) or bool(self.groups & other.groups)


def cards(db: sqlite3.Connection, ids: Sequence[str], today: datetime.date, area_id: str | None = None) -> list[Card]:
    """The cards of some documents, in the order of ``ids``; ids that are not stored are left out.

    ``evidence`` holds the most telling words on which the tag of ``area_id`` rests, or any tag when it is None.
    """
    if not ids:
        return []
    rows = db.execute(
        f"""select d.id, d.title, d.identifier, d.kind, d.document_type, d.jurisdiction, d.session, d.status, d.status_on,
            d.status_reason, d.latest_action, d.latest_action_on, d.missing_since,
            coalesce(nullif(l.sort_on, ''), d.latest_action_on, d.published_on) as latest_on,
            substr(d.abstract, 1, {READ}) as abstract, {SESSION_END} as session_end, {COLLECTED_UNTIL} as collected_until,
            {SESSION_TITLE} as session_title, {IDENTICAL_LAW} as identical_law,
            coalesce(t.priority = 2, 0) and c.document_id is null as must_see
        from documents d left join shown_priorities t on t.document_id = d.id
        left join ceremonial c on c.document_id = d.id
        left join listing l on l.document_rowid = d.rowid and l.area_id = '{ANY_AREA}' where d.id in ({marks(ids)})""",
        ids,
    )
    found = {row["id"]: _card(row, today) for row in rows}
    for row in db.execute(
        f"""select tags.document_id, tags.area_id, coalesce(policy_areas.title, tags.area_id) as title
        from shown_tags tags left join policy_areas on policy_areas.id = tags.area_id
        where tags.document_id in ({marks(ids)}) order by tags.probability desc""",
        ids,
    ):
        if row["document_id"] in found:
            found[row["document_id"]].areas.append(Area(row["area_id"], _(row["title"])))
    _add_evidence(db, found, area_id)
    for key, agencies in agencies_of(db, list(found)).items():
        found[key].agencies = agencies
    for key, state in court.state_courts(db, list(found)).items():
        found[key].place = court.place(state)
    proposed = [card for card in found.values() if card.status == "proposed"]
    for card in proposed:
        if after := rulemaking.answer(db, card.id):
            card.answer = Answer(after["kind"], after["id"], after["identifier"])
    for key in may_lack_what_followed(db, [card.id for card in proposed], today):
        found[key].may_lack_what_followed = True
    for key, law in laws_beside(db, [card.id for card in found.values() if not card.identical_law]).items():
        found[key].law_beside = law
    _add_successors(db, found)
    _add_same(db, found)
    _add_groups(db, found)
    _add_stances(db, found)
    return [found[key] for key in ids if key in found]


def _card(row: sqlite3.Row, today: datetime.date) -> Card:
    ended = ended_with(row, today)
    unheard = None if ended else unheard_since(row, today)
    waits = row["status"] in UNDECIDED and not (ended or unheard)
    title = said_by_summary(row["title"], row["abstract"]) or row["title"]
    return Card(
        id=row["id"],
        title=title,
        identifier=row["identifier"],
        kind=formatting.kind_word(row["kind"], row["document_type"]),
        jurisdiction=row["jurisdiction"],
        is_bill=row["kind"] == "bill",
        place=formatting.place(row["jurisdiction"]),
        session=formatting.session_in_words(row["jurisdiction"], row["session"], row["session_title"]),
        status=row["status"],
        status_word=court.status_in_words(row["kind"], row["status"]),
        status_on=row["status_on"],
        latest_action=row["latest_action"],
        latest_on=row["latest_on"],
        must_see=bool(row["must_see"]),
        missing=row["missing_since"] is not None and row["status"] != "unrecorded",
        ended=ended[0] if ended else None,
        summary=court.cause(row["abstract"]) if row["kind"] == "case" else summary_line(title, row["abstract"]),
        unheard_since=unheard,
        silent_since=silent_since(dict(row), today),
        collected_until=row["collected_until"],
        overtaken=waits and is_of_the_past(row["title"], row["abstract"], today),
        identical_law=row["identical_law"],
    )


def summary_line(title: str, abstract: str | None) -> str | None:
    """The first paragraph of a summary that says more than the title; None where the title is long enough, or nothing does."""
    if len(title) >= SHORT_TITLE or not abstract:
        return None
    known = title.casefold().rstrip(".")
    for paragraph in abstract.splitlines():
        line = paragraph.strip()
        if len(line) > max(SHORT_TITLE, len(title)) and not line.casefold().startswith((f"{known} ", f"{known}. ")):
            return line
    return None


def agencies_of(db: sqlite3.Connection, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The agencies of some documents. A code without a name ("RISC") is left out: it names nobody to most readers."""
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    # The plus keeps SQLite from reading the agencies of all documents.
    for row in db.execute(
        f"select document_id, term from terms where document_id in ({marks(ids)}) and +kind = 'agency' order by 1, ordinal",
        ids,
    ):
        name = agency_names().get(row["term"], row["term"])
        if not name.isupper():
            found[row["document_id"]] += (name,)
    return found


def _add_successors(db: sqlite3.Connection, found: dict[str, Card]) -> None:
    for card in found.values():
        if card.status == "replaced" and (after := successor(db, {"id": card.id, "status": card.status})):
            # As lists count it: one that passed a chamber in a session that is long over must not look as if it could move.
            counted = value(db, _COUNTED_AS, [ANY_AREA, after["id"]]) or after["status"]
            word = formatting.word("statuses", counted)
            card.in_its_place = InItsPlace(after["id"], after["identifier"], counted, word)
        elif law := law_instead(db, {"id": card.id, "status": card.status}):
            card.in_its_place = InItsPlace(None, law, "enacted", formatting.word("statuses", "enacted"))


def _add_same(db: sqlite3.Connection, found: dict[str, Card]) -> None:
    ids = list(found)
    same: dict[str, set[str]] = defaultdict(set)
    for row in db.execute(
        f"select document_id, linked_id from links where document_id in ({marks(ids)}) and kind in ({marks(SAME)})",
        [*ids, *SAME],
    ):
        same[row["document_id"]].add(row["linked_id"])
    for key, others in same.items():
        found[key].same = frozenset(others)


def _add_groups(db: sqlite3.Connection, found: dict[str, Card]) -> None:
    groups: dict[str, set[str]] = defaultdict(set)
    for row in db.execute(
        "select l.document_id, l.group_id from look_alikes l join look_alike_groups g on g.id = l.group_id "
        f"where l.document_id in ({marks(list(found))}) and g.kind <> 'family'",
        list(found),
    ):
        groups[row["document_id"]].add(row["group_id"])
    for key, these in groups.items():
        found[key].groups = frozenset(these)


def _add_stances(db: sqlite3.Connection, found: dict[str, Card]) -> None:
    for row in decisions.every_stance(db, list(found)):
        stance = CardStance(row["value"], row["word"], bool(row["key"]))
        if stance not in (held := found[row["document_id"]].stances):
            held.append(stance)


def _add_evidence(db: sqlite3.Connection, found: dict[str, Card], area_id: str | None) -> None:
    only = "and area_id = ?" if area_id else ""
    kept: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for row in db.execute(
        f"select document_id, area_id, words, rule from evidence where document_id in ({marks(list(found))}) {only} "
        "order by document_id, area_id, ordinal",
        [*found, *([area_id] if area_id else [])],
    ):
        shown = any(area.id == row["area_id"] for area in found[row["document_id"]].areas)
        if shown and len(row["words"]) <= LONGEST_EVIDENCE:
            kept[row["document_id"]].append((row["words"], row["rule"] != MODEL))
    for document_id, evidence in kept.items():
        found[document_id].evidence = telling(evidence)


def one_per_title(found: list[Card], limit: int, *, by_place: bool = False) -> list[Card]:
    """The first ``limit`` cards of different bills; later ones of the same bill, or with its title, are named on the first.

    With ``by_place``, documents of different places stay apart whatever they are called.
    """
    kept: list[Card] = []
    for card in found:
        near = (other for other in kept if not by_place or other.place == card.place)
        first = next((other for other in kept if other.is_linked(card)), None)
        first = first or next((other for other in near if other.says_the_same(card)), None)
        if first:
            first.also.append(card)
        elif len(kept) < limit:
            kept.append(card)
    return kept


def area_titles(db: sqlite3.Connection) -> dict[str, str]:
    return {row[0]: _(row[1]) for row in db.execute("select id, title from policy_areas order by ordinal, title")}
