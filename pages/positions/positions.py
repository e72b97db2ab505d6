"""What ALA holds: the catalog of positions and the documents each of them touches."""

from __future__ import annotations

import datetime
import re
import sqlite3
from dataclasses import dataclass

from pages.browse.cards import Card, area_titles, cards, one_per_title
from pages.browse.lists import still_moving
from pages.database import Row, first, marks, rows, value
from pages.documents.areas_and_positions import FIELD_LABELS
from pages.documents.session_status import SESSION_END
from pages.http import formatting
from pages.http.language import N_, _
from pages.places.companies import few_of_position
from store.constants import ANY_AREA, UNHEARD, UNHEARD_PASSED

PAGE = 20
#: So many documents at stake are named at the head of a position, and so many related positions beside it.
AT_STAKE = 8
RELATED = 6
#: Audience -> its heading on the page of a position, in the order of the page.
AUDIENCES = {
    "public": N_("If you use a library"),
    "members": N_("If you work in one"),
    "decision_makers": N_("If you make the rules"),
    "press": N_("If you report on it"),
}
#: What was done with a source that nobody voted for, by a word of its name; others have a day alone.
_DONE = {
    "judgment": N_("given {day}"),
    "brief": N_("filed {day}"),
    "briefs": N_("filed {day}"),
    "amicus": N_("filed {day}"),
    "complaint": N_("filed {day}"),
    "letter": N_("sent {day}"),
    "letters": N_("sent {day}"),
    "comments": N_("sent {day}"),
    "statement": N_("issued {day}"),
}


def dated(version: Row) -> str:
    """The day of a source with the verb that fits it: only what a body voted for was adopted."""
    if not version["adopted"]:
        return ""
    said = next((_DONE[word] for word in _words(version) if word in _DONE), "{day}")
    if version["grade"] in (None, "adopted"):
        said = N_("adopted {day}")
    return _(said).format(day=formatting.date_in_words(version["adopted"]))


def sent_again(version: Row) -> bool:
    """Whether a source is several letters: its second day is that of the last of them, and nothing was revised."""
    return version["grade"] not in (None, "adopted") and "letters" in _words(version)


def _authority(versions: list[Row]) -> Row | None:
    """The newest version with a statement; of several letters, the day of the first, in which the stance was taken."""
    found = next((each for each in versions if each["statement"]), None)
    return found | {"revised": None} if found and sent_again(found) else found


def _words(version: Row) -> list[str]:
    return re.findall(r"[a-z]+", (version["name"] or "").lower())


def names(value: str | None) -> list[str]:
    """A column that holds a list, its entries parted by semicolons."""
    return [name for name in (value or "").split("; ") if name]


def positions(db: sqlite3.Connection) -> list[tuple[str, str, list[Row]]]:
    """``(area id, area title, positions)`` in the order of the areas; each position with the number of its documents."""
    counted = dict(db.execute("select position_id, count(*) from position_listing group by position_id").fetchall())
    titles = area_titles(db)
    grouped: dict[str, list[Row]] = {area: [] for area in titles}
    for row in rows(db, "select id, title, statement, area_id from positions order by ordinal, id"):
        grouped.setdefault(row["area_id"], []).append(row | {"documents": counted.get(row["id"], 0)})
    return [(area, titles.get(area, formatting.word("kinds", area)), found) for area, found in grouped.items() if found]


def by_name(db: sqlite3.Connection) -> list[tuple[str, str, list[Row]]]:
    """The same positions from A to Z: ``(letter, letter, positions)``, each position with the name of its area."""
    lettered: dict[str, list[Row]] = {}
    everything = [row | {"area": title} for _, title, found in positions(db) for row in found]
    for row in sorted(everything, key=lambda row: row["title"].casefold()):
        lettered.setdefault(row["title"][:1].upper(), []).append(row)
    return [(f"letter-{letter.lower()}", letter, found) for letter, found in lettered.items()]


def drafts(db: sqlite3.Connection) -> int:
    """How many positions nobody has approved for the organization."""
    number: int = value(db, "select count(*) from positions where standing is not 'approved'")
    return number


@dataclass(frozen=True, kw_only=True)
class BriefParts:
    """The parts of a brief that have a source, as rows of brief_parts; ``approved_by`` is None for a draft."""

    asks: list[Row]
    amounts: list[Row]
    points: list[Row]
    objection: Row | None
    answer: Row | None
    approved_by: str | None
    approved_on: str | None


@dataclass(frozen=True, kw_only=True)
class PositionPage:
    """One position, ``p``, with its history and one page of the documents that may touch it.

    ``authority`` is the version that the statement rests on. ``why`` is the reason that the newest of its ``versions``
    gives; ``messages`` are (audience, paragraph); each of ``documents`` comes with the sentence that touches the position
    best, and the part of the document it is in; ``companies`` are a few whose rules speak of it.
    """

    p: Row
    areas: list[tuple[str, str]]
    owner_units: list[str]
    partners: list[str]
    core_values: list[str]
    confidence: str
    authority: Row | None
    versions: list[Row]
    why: str | None
    messages: list[tuple[str, str]]
    brief: BriefParts | None
    at_stake: list[Card]
    related: list[Row]
    documents: list[tuple[Card, str, str]]
    companies: list[Row]
    total: int
    page: int
    pages: int

    def address(self, page: int) -> str:
        """Return the address of another page of its documents."""
        return f"/positions/{self.p['id']}?page={page}"


def position(db: sqlite3.Connection, position_id: str, today: datetime.date, page: int = 1) -> PositionPage | None:
    """One position with one page of its documents, newest first; None if unknown."""
    head = first(db, "select * from positions where id = ?", [position_id])
    if head is None:
        return None
    titles = area_titles(db)
    total = value(db, "select count(*) from position_listing where position_id = ?", [position_id])
    pages = max(1, -(-total // PAGE))
    page = min(page, pages)
    listed = db.execute(
        "select document_id from position_listing where position_id = ? "
        "order by sort_on desc, document_id desc limit ? offset ?",
        [position_id, PAGE, (page - 1) * PAGE],
    )
    versions = rows(db, "select * from position_versions where position_id = ? order by ordinal desc", [position_id])
    return PositionPage(
        p=head,
        areas=[(area, titles.get(area, area)) for area in names(head["areas"]) or [head["area_id"]]],
        owner_units=names(head["owner_units"]),
        partners=names(head["partners"]),
        core_values=names(head["core_values"]),
        confidence=formatting.word("confidence", head["confidence"]),
        versions=[row | {"dated": dated(row), "sent_again": sent_again(row)} for row in versions],
        authority=_authority(versions),
        why=next((each["rationale"] for each in versions if each["rationale"]), None),
        messages=_messages(db, position_id),
        brief=_brief(db, position_id),
        at_stake=_at_stake(db, position_id, today),
        related=_related(db, head),
        companies=few_of_position(db, position_id),
        documents=_with_sentences(db, position_id, cards(db, [row[0] for row in listed], today)),
        total=total,
        page=page,
        pages=pages,
    )


def _messages(db: sqlite3.Connection, position_id: str) -> list[tuple[str, str]]:
    """Why it matters to whom: ``(heading, paragraph)`` for each audience, the public first, as most readers are that."""
    found = dict(
        db.execute("select audience, message from position_messages where position_id = ?", [position_id]).fetchall()
    )
    return [(heading, found[audience]) for audience, heading in AUDIENCES.items() if audience in found]


def _brief(db: sqlite3.Connection, position_id: str) -> BriefParts | None:
    parts: dict[str, list[Row]] = {}
    for row in rows(db, "select * from brief_parts where position_id = ? order by part, ordinal", [position_id]):
        parts.setdefault(row["part"], []).append(row)
    if not parts:
        return None
    some = next(iter(parts.values()))[0]
    return BriefParts(
        asks=parts.get("ask", []),
        amounts=[row | {"as_of": _as_of(row["as_of"])} for row in parts.get("amount", [])],
        points=parts.get("point", []),
        objection=next(iter(parts.get("objection", [])), None),
        answer=next(iter(parts.get("answer", [])), None),
        approved_by=some["approved_by"],
        approved_on=some["approved_on"],
    )


def _as_of(date: str | None) -> str:
    """A whole or partial date in words, "" for none."""
    return formatting.month_in_words(date) if date and len(date) == 7 else formatting.date_in_words(date)


def _at_stake(db: sqlite3.Connection, position_id: str, today: datetime.date) -> list[Card]:
    """The documents touching it that can still move, moved lately or have a date ahead: the newest first."""
    found = db.execute(
        f"""select d.id, d.kind, d.jurisdiction, d.session, d.status, d.status_on, d.status_reason,
            newest.sort_on, {SESSION_END} as session_end from (
            select document_id, sort_on from position_listing where position_id = ? order by sort_on desc limit 200
        ) newest join documents d on d.id = newest.document_id
        join listing l on l.document_rowid = d.rowid and l.area_id = ? and l.status not in (?, ?)
        order by newest.sort_on desc""",
        [position_id, ANY_AREA, UNHEARD, UNHEARD_PASSED],
    ).fetchall()
    ids = [row["id"] for row in still_moving(db, found, today)][: 3 * AT_STAKE]
    return one_per_title([card for card in cards(db, ids, today) if not card.unheard_since], AT_STAKE)


def _related(db: sqlite3.Connection, head: Row) -> list[Row]:
    """Those that the catalog ties to it, in either direction, then others of its first area."""
    others = rows(
        db, "select id, title, statement, area_id, related from positions where id <> ? order by ordinal", [head["id"]]
    )
    tied = [row for row in others if row["id"] in names(head["related"]) or head["id"] in names(row["related"])]
    return [*tied, *(row for row in others if row["area_id"] == head["area_id"] and row not in tied)][:RELATED]


def _with_sentences(db: sqlite3.Connection, position_id: str, found: list[Card]) -> list[tuple[Card, str, str]]:
    """Each card with the sentence that touches the position best, and the part of the document it stands in."""
    ids = [card.id for card in found]
    best: dict[str, tuple[str, str]] = {}
    for row in db.execute(
        f"select document_id, field, words from shown_matches where position_id = ? and document_id in ({marks(ids)}) "
        "order by score desc, ordinal",
        [position_id, *ids],
    ):
        best.setdefault(row["document_id"], (row["words"], FIELD_LABELS.get(row["field"], row["field"])))
    return [(card, *best.get(card.id, ("", ""))) for card in found]
