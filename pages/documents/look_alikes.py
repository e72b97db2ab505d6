"""Where else a text stands: the same bill under another number, bills of other states on one subject, shared passages."""

from __future__ import annotations

import datetime
import sqlite3

from comparison.similarity.families import load_families
from comparison.versions.differences import Piece, differences
from pages.browse import cards
from pages.database import Row, marks
from pages.documents.text_versions import shortened
from pages.http import formatting

#: Documents of a group, and documents with shared passages, that one page shows.
MOST = 60
PASSAGES = 6
#: From this part of its words on, the text of a document is said to have become law elsewhere.
BECAME_LAW = 0.5
LAW = ("enacted", "final", "adopted")
_ORDER = {"companion": 0, "again": 1, "near": 2, "family": 3}

_SHARED = """
    select s.other_id, s.words, s.share, b.share as other_share, d.title, d.identifier, d.jurisdiction, d.session, d.status,
        d.status_on, d.url
    from shared_texts s join shared_texts b on b.document_id = s.other_id and b.other_id = s.document_id
    join documents d on d.id = s.other_id where s.document_id = ? order by s.words desc, s.other_id limit ?"""


def summary(db: sqlite3.Connection, document_id: str) -> Row:
    """What the page of a document says about look-alikes, in a few lookups: groups with a few members, and the law."""
    groups = [_group(db, row, document_id, 4) for row in _groups(db, document_id)]
    shared = [dict(row) for row in db.execute(_SHARED, [document_id, 3])]
    number = db.execute("select count(*) from shared_texts where document_id = ?", [document_id]).fetchone()[0]
    return {"groups": groups, "shared": shared, "shared_number": number, "law": law(db, document_id)}


def law(db: sqlite3.Connection, document_id: str) -> Row | None:
    """The document that became law and has most of the text of this one, which did not; with what cites both."""
    found = db.execute(
        f"""select s.words, s.share, d.id, d.identifier, d.title, d.jurisdiction, d.session, d.status, d.status_on, d.url,
            (select l.kind || ' ' || l.number from laws l where l.document_id = d.id order by l.ordinal limit 1) as law,
            (select count(*) from shared_passages p where p.document_id = s.document_id and p.other_id = d.id) as passages
        from shared_texts s join documents d on d.id = s.other_id join documents mine on mine.id = s.document_id
        where s.document_id = ? and s.share >= ? and d.status in ({marks(LAW)}) and mine.status not in ({marks(LAW)})
        order by s.share desc, d.id limit 1""",
        [document_id, BECAME_LAW, *LAW, *LAW],
    ).fetchone()
    return dict(found) if found else None


def _groups(db: sqlite3.Connection, document_id: str) -> list[sqlite3.Row]:
    found = db.execute(
        "select g.* from look_alikes l join look_alike_groups g on g.id = l.group_id where l.document_id = ?",
        [document_id],
    ).fetchall()
    return sorted(found, key=lambda row: (_ORDER[row["kind"]], row["id"]))


def _group(db: sqlite3.Connection, row: sqlite3.Row, document_id: str, limit: int) -> Row:
    members = db.execute(
        """select l.document_id as id, l.likeness, d.identifier, d.title, d.jurisdiction, d.session, d.status
        from look_alikes l join documents d on d.id = l.document_id
        where l.group_id = ? and l.document_id <> ? order by l.ordinal limit ?""",
        [row["id"], document_id, limit],
    )
    return dict(row) | {
        "word": formatting.word("look_alikes", row["kind"]),
        "members": [dict(each) | {"place": formatting.place(each["jurisdiction"])} for each in members],
    }


def similar(db: sqlite3.Connection, document_id: str, today: datetime.date) -> Row | None:
    """Everything the page of look-alikes shows, or None when there is no such document."""
    head = db.execute("select * from documents where id = ?", [document_id]).fetchone()
    if head is None:
        return None
    groups = []
    for row in _groups(db, document_id):
        ids = [member["id"] for member in _group(db, row, document_id, MOST)["members"]]
        groups.append(
            dict(row) | {"word": formatting.word("look_alikes", row["kind"]), "cards": cards.cards(db, ids, today)}
        )
    shared = [dict(row) for row in db.execute(_SHARED, [document_id, MOST])]
    for each in shared:
        each["place"] = formatting.place(each["jurisdiction"])
        each["passages"] = _passages(db, document_id, each["other_id"], head["text"])
    return {
        "d": dict(head), "place": formatting.place(head["jurisdiction"]), "groups": groups, "shared": shared,
        "law": law(db, document_id), "has_text": head["text"] is not None,
    }  # fmt: skip


def _passages(db: sqlite3.Connection, document_id: str, other_id: str, text: str | None) -> list[Row]:
    """The longest passages two texts share, in the order of this one; each as pieces that show what differs."""
    other = db.execute("select text from documents where id = ?", [other_id]).fetchone()[0]
    rows = db.execute(
        "select * from shared_passages where document_id = ? and other_id = ? order by words desc, ordinal limit ?",
        [document_id, other_id, PASSAGES],
    ).fetchall()
    found = []
    for row in sorted(rows, key=lambda row: row["start"]):
        here, there = (text or "")[row["start"] : row["end"]], (other or "")[row["other_start"] : row["other_end"]]
        if here and there:
            found.append(dict(row) | {"pieces": _pieces(here, there)})
    return found


def _pieces(here: str, there: str) -> list[Piece]:
    pieces = differences(here, there)
    # A stretch between two marks is cut in its middle; here both its ends are worth reading.
    return shortened([Piece("same", ""), *pieces, Piece("same", "")])


def families(db: sqlite3.Connection) -> list[Row]:
    """Families of bills, those that people have described first, then by the number of places and of tagged bills."""
    described = {family.id: family for family in load_families()}
    rows = db.execute(
        """select g.*, (
            select count(distinct t.document_id) from look_alikes l join tags t on t.document_id = l.document_id
            where l.group_id = g.id
        ) as tagged from look_alike_groups g where kind = 'family'"""
    )
    found = [dict(row) | {"about": described[row["id"]].about if row["id"] in described else None} for row in rows]
    return sorted(found, key=lambda row: (not row["about"], not row["tagged"], -row["jurisdictions"], row["id"]))


def family(db: sqlite3.Connection, group_id: str, today: datetime.date) -> Row | None:
    """One family: its bills by place, and where they stand; None when there is no such family."""
    row = db.execute("select * from look_alike_groups where id = ? and kind = 'family'", [group_id]).fetchone()
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
    return {"g": dict(row), "about": about, "places": sorted(places.items())}
