"""Similar documents: the same words under another number, bills of other states on one subject, shared passages."""

from __future__ import annotations

import datetime
import json
import sqlite3
from dataclasses import dataclass

from comparison.similarity.families import load_families
from comparison.versions.differences import Piece, differences
from pages.browse import cards
from pages.database import Row, first, rows, value
from pages.documents import figures
from pages.documents.text_versions import shortened
from pages.http import formatting

#: Documents of a group, and documents with shared passages, that one page shows.
MOST = 60
PASSAGES = 6
#: The share of its words from which the page says that the text became law in another document.
BECAME_LAW = 0.5
LAW = ("enacted", "final", "adopted")
#: What the words say where only titles are the same.
_TITLES = {"companion": "same_title", "again": "same_title_again"}
#: What they say where the words differ, if only in a date or a number.
_NEARLY = {"companion": "nearly_same", "again": "nearly_same_again"}
#: A passage may end just before a figure that differs: so many characters around it are read for figures, too.
AROUND = 60
_ORDER = {"companion": 0, "again": 1, "near": 2, "family": 3}

_SHARED = """
    select s.other_id, s.words, s.share, b.share as other_share, d.title, d.identifier, d.jurisdiction, d.session, d.status,
        d.status_on, d.url
    from shared_texts s join shared_texts b on b.document_id = s.other_id and b.other_id = s.document_id
    join documents d on d.id = s.other_id where s.document_id = ? order by s.words desc, s.other_id limit ?"""


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What the page of a document says about look-alikes; ``shared`` are the first of ``shared_number`` documents."""

    groups: list[Row]
    shared: list[Row]
    shared_number: int
    law: Row | None


@dataclass(frozen=True, kw_only=True)
class SimilarView:
    """The page of look-alikes; each of ``groups`` has its ``cards``, each of ``shared`` its ``passages``."""

    d: Row
    place: str
    groups: list[Row]
    shared: list[Row]
    law: Row | None
    has_text: bool


@dataclass(frozen=True)
class FamilyView:
    """A family of bills, ``g``, with its bills by place; ``about`` is there for those that people have described."""

    g: Row
    about: str | None
    places: list[tuple[str, list[cards.Card]]]


def has_families(db: sqlite3.Connection) -> bool:
    """Whether any family of bills is known."""
    return bool(value(db, "select exists (select 1 from look_alike_groups where kind = 'family')"))


def summary(db: sqlite3.Connection, document_id: str) -> Summary:
    """Return what the page of a document shows, in a few lookups: groups with a few members, and the law."""
    return Summary(
        groups=_named_once(
            [each for row in _groups(db, document_id) for each in _by_sameness(db, row, document_id, 4)]
        ),
        shared=rows(db, _SHARED, [document_id, 3]),
        shared_number=value(db, "select count(*) from shared_texts where document_id = ?", [document_id]),
        law=law(db, document_id),
    )


def _named_once(groups: list[Row]) -> list[Row]:
    """The groups with each document in the first that has it; a group of which nothing is left is left out."""
    named: set[str] = set()
    kept = []
    for group in groups:
        members = [each for each in group["members"] if each["id"] not in named]
        again = len(group["members"]) - len(members)
        named.update(each["id"] for each in members)
        if members or group["documents"] - 1 > len(group["members"]):
            kept.append(group | {"members": members, "documents": group["documents"] - again})
    return kept


def law(db: sqlite3.Connection, document_id: str) -> Row | None:
    """The document that became law and has most of the text of this one, which did not; with what cites both.

    None where a date or an amount in what they share is another one there. A law older than the document is none: the
    document amends and quotes it.
    """
    found = first(
        db,
        """select s.words, s.share, d.id, d.identifier, d.title, d.jurisdiction, d.session, d.status, d.status_on, d.url,
            (select l.kind || ' ' || l.number from laws l where l.document_id = d.id order by l.ordinal limit 1) as law,
            (select count(*) from shared_passages p where p.document_id = s.document_id and p.other_id = d.id) as passages,
            d.status_on < mine.published_on as older
        from shared_texts s join documents d on d.id = s.other_id join documents mine on mine.id = s.document_id
        where s.document_id = ? and s.share >= ? and d.status in (select value from json_each(?))
            and mine.status not in (select value from json_each(?))
        order by s.share desc, d.id limit 1""",
        [document_id, BECAME_LAW, json.dumps(LAW), json.dumps(LAW)],
    )
    return found if found and not found["older"] and _same_figures(db, document_id, found["id"]) else None


def _same_figures(db: sqlite3.Connection, document_id: str, law_id: str) -> bool:
    """Whether each date and amount in the passages that a text shares with a law is also in the law."""
    here, there = (value(db, "select text from documents where id = ?", [key]) or "" for key in (document_id, law_id))
    shared = db.execute(
        'select start, "end" from shared_passages where document_id = ? and other_id = ?', [document_id, law_id]
    )
    found = [figures.telling(here[max(0, start - AROUND) : end + AROUND]) for start, end in shared]
    return set().union(*found) <= set(figures.telling(there))


def _groups(db: sqlite3.Connection, document_id: str) -> list[sqlite3.Row]:
    found = db.execute(
        "select g.* from look_alikes l join look_alike_groups g on g.id = l.group_id where l.document_id = ?",
        [document_id],
    ).fetchall()
    return sorted(found, key=lambda row: (_ORDER[row["kind"]], row["id"]))


def _by_sameness(db: sqlite3.Connection, row: sqlite3.Row, document_id: str, limit: int) -> list[Row]:
    """The group, or its two parts where some of it say the same and others nearly: those have what only one side says."""
    group = _group(db, row, document_id, limit)
    if group["said"] not in _NEARLY:
        return [group]
    here = first(db, _COMPARED, [document_id]) or {}
    same, nearly = list[Row](), list[Row]()
    for member in group["members"]:
        mine, others = _said(here, first(db, _COMPARED, [member["id"]]) or {})
        alike = figures.same_words if here["text"] and mine == here["text"] else figures.same_numbers
        if alike(mine, others):
            same.append(member)
        else:
            nearly.append(member | {"here": figures.only_in(mine, others), "there": figures.only_in(others, mine)})
    if not nearly:
        return [group]
    said = _NEARLY[group["said"]]
    part = group | {"said": said, "word": formatting.word("look_alikes", said), "members": nearly}
    whole = group | {"members": same, "documents": 1 + len(same)}
    return [*([whole] if same else []), part | {"documents": group["documents"] - len(same)}]


_COMPARED = "select title, abstract, text from documents where id = ?"


def _said(one: Row, other: Row) -> tuple[str, str]:
    """What two documents say, as far as it can be compared: their texts, or else their titles and summaries."""
    if one["text"] and other["text"]:
        return one["text"], other["text"]
    return f"{one['title']}\n{one['abstract'] or ''}", f"{other['title']}\n{other['abstract'] or ''}"


def _group(db: sqlite3.Connection, row: sqlite3.Row, document_id: str, limit: int) -> Row:
    members = db.execute(
        """select l.document_id as id, l.likeness, d.identifier, d.title, d.jurisdiction, d.session, d.status
        from look_alikes l join documents d on d.id = l.document_id
        where l.group_id = ? and l.document_id <> ? order by l.ordinal limit ?""",
        [row["id"], document_id, limit],
    )
    summarized = "select abstract is not null from documents where id = ?"
    titles = row["basis"] == "title" or (row["basis"] == "words" and not value(db, summarized, [document_id]))
    said = _TITLES.get(row["kind"], row["kind"]) if titles else row["kind"]
    return dict(row) | {
        "said": said,
        "word": formatting.word("look_alikes", said),
        "members": [dict(each) | {"place": formatting.place(each["jurisdiction"])} for each in members],
    }


def similar(db: sqlite3.Connection, document_id: str, today: datetime.date) -> SimilarView | None:
    """Everything the page of look-alikes shows, or None when there is no such document."""
    head = first(db, "select * from documents where id = ?", [document_id])
    if head is None:
        return None
    groups = []
    for group in (each for row in _groups(db, document_id) for each in _by_sameness(db, row, document_id, MOST)):
        groups.append(group | {"cards": cards.cards(db, [member["id"] for member in group["members"]], today)})
    shared = [
        each
        | {
            "place": formatting.place(each["jurisdiction"]),
            "passages": _passages(db, document_id, each["other_id"], head["text"]),
        }
        for each in rows(db, _SHARED, [document_id, MOST])
    ]
    return SimilarView(
        d=head,
        place=formatting.place(head["jurisdiction"]),
        groups=groups,
        shared=shared,
        law=law(db, document_id),
        has_text=head["text"] is not None,
    )


def _passages(db: sqlite3.Connection, document_id: str, other_id: str, text: str | None) -> list[Row]:
    """The longest passages two texts share, in the order of this one; each as pieces that show what differs."""
    other = value(db, "select text from documents where id = ?", [other_id])
    longest = rows(
        db,
        "select * from shared_passages where document_id = ? and other_id = ? order by words desc, ordinal limit ?",
        [document_id, other_id, PASSAGES],
    )
    found = []
    for row in sorted(longest, key=lambda row: row["start"]):
        here, there = (text or "")[row["start"] : row["end"]], (other or "")[row["other_start"] : row["other_end"]]
        if here and there:
            found.append(row | {"pieces": _pieces(here, there)})
    return found


def _pieces(here: str, there: str) -> list[Piece]:
    pieces = differences(here, there)
    # A stretch between two marks is cut in its middle; here both its ends are worth reading.
    return shortened([Piece("same", ""), *pieces, Piece("same", "")])


def families(db: sqlite3.Connection) -> list[Row]:
    """Families of bills: those that people have described first, then by places.

    Of the others only those most of whose bills have a policy area: the rest are about other things.
    """
    described = {family.id: family for family in load_families()}
    found = rows(
        db,
        """select g.*, (
            select count(distinct t.document_id) from look_alikes l join shown_tags t on t.document_id = l.document_id
            where l.group_id = g.id
        ) as tagged from look_alike_groups g where kind = 'family'""",
    )
    found = [row | {"about": described[row["id"]].about if row["id"] in described else None} for row in found]
    found = [row for row in found if row["about"] or 2 * row["tagged"] > row["documents"]]
    return sorted(found, key=lambda row: (not row["about"], -row["jurisdictions"], row["id"]))


def family(db: sqlite3.Connection, group_id: str, today: datetime.date) -> FamilyView | None:
    """Return one family with its bills by place; None when there is no such family."""
    row = first(db, "select * from look_alike_groups where id = ? and kind = 'family'", [group_id])
    if row is None:
        return None
    ids = [
        each[0]
        for each in db.execute(
            "select document_id from look_alikes where group_id = ? order by document_id", [group_id]
        )
    ]
    about = next((each.about for each in load_families() if each.id == group_id), None)
    places: dict[str, list[cards.Card]] = {}
    for card in cards.cards(db, ids, today):
        places.setdefault(card.place, []).append(card)
    return FamilyView(row, about, sorted(places.items()))
