"""The page of a legislator: what they brought and joined, how they voted on what touches a position, where they sit."""

from __future__ import annotations

import datetime
import re
import sqlite3
from dataclasses import dataclass

from pages.browse.cards import Card, cards
from pages.database import Row, first, marks, rows, value
from pages.http import formatting
from pages.people import names
from pages.people.committee import hearings, to_be_heard
from pages.people.deciding import PERSON, seated
from pages.people.roll_call import title, without_doubt
from store.constants import TAGGED

_SPONSORED = (
    "people p join sponsor_people l0 on l0.person = p.key "
    "join sponsors s on s.document_id = l0.document_id and s.ordinal = l0.ordinal"
)
#: Documents of each kind that the page lists; the table has all of them.
MOST = 20


@dataclass(frozen=True)
class Brought:
    """Documents that a person brought or joined: those on information policy as ``cards``, and how many there are in all."""

    cards: list[Card]
    on_policy: int
    total: int


@dataclass(frozen=True, kw_only=True)
class PersonView:
    """A legislator. ``holds_office`` is None where nobody can say; ``terms`` are newest first; with
    ``one_role`` what they joined counts as brought; an office says what is
    ``dialed``; ``votes`` those on documents with a shown position, newest first."""

    person: Row
    holds_office: bool | None
    place: str
    address: str
    offices: list[Row]
    terms: list[Row]
    committees: list[Row]
    hearings: list[Row]
    brought: Brought
    joined: Brought
    one_role: bool
    votes: list[Row]
    counts: Row | None
    ids: list[Row]


def person_id(db: sqlite3.Connection, address: str) -> str | None:
    """The id of the person that an address means; None where there is none."""
    found = first(
        db, "select id from people where id >= ? and id < ? order by id limit 1", names.ids_of(address, "person")
    )
    return found["id"] if found else None


def person(db: sqlite3.Connection, address: str, today: datetime.date) -> PersonView | None:
    """Everything the page of a person shows, by the last part of its address; None where there is none."""
    key = person_id(db, address)
    if key is None:
        return None
    head = first(db, f"select p.*, {PERSON} from people p where p.id = ?", [key]) or {}
    sits_on = committees(db, key)
    return PersonView(
        person=head | seated(head),
        holds_office=holds_office(db, head),
        place=formatting.place(head["jurisdiction"]),
        address=names.person_address(key, head["name"]),
        offices=[
            row | {"dialed": dialed(row["phone"])}
            for row in rows(db, "select * from offices where person = ? order by kind, name", [key])
        ],
        terms=[
            _term(row, head)
            for row in rows(
                db, "select * from person_terms where person = ? order by starts desc, seen_from desc", [key]
            )
        ],
        committees=sits_on,
        hearings=_hearings(db, sits_on, today),
        brought=_brought(db, key, "s.role = 'sponsor'", today),
        joined=_brought(db, key, "s.role <> 'sponsor' and s.withdrawn_on is null", today),
        one_role=head["jurisdiction"] in names.of_one_role(),
        votes=votes(db, key),
        counts=first(
            db,
            "select count(*) as votes, sum(v.choice = 'not_voting') as missed, sum(v.choice not in ('yes', 'no')) as neither, "
            "sum(lower(v.word) = 'other') as unsaid from votes v join roll_calls r "
            "on r.id = v.roll_call and r.missing_since is null where v.person = ?",
            [key],
        ),
        ids=rows(db, "select scheme, value from person_ids where person = ? order by scheme, value", [key]),
    )


#: Whether somebody was on a list of members, or such a list of the place is newer than the last vote or bill they are known from.
_ON_LIST = """select exists (select 1 from person_terms t where t.person = p.id) or exists (
        select 1 from people o join person_terms t on t.person = o.id
        where o.jurisdiction = p.jurisdiction and o.is_current = 1 and t.seen_from > max(
            coalesce((select max(r.held_on) from votes v join roll_calls r on r.id = v.roll_call where v.person = p.id), ''),
            coalesce((select max(coalesce(s.joined_on, d.published_on)) from sponsor_people l join sponsors s
                on s.document_id = l.document_id and s.ordinal = l.ordinal join documents d on d.id = l.document_id
                where l.person = p.key), '')
        )
    ) from people p where p.id = ?"""


def holds_office(db: sqlite3.Connection, head: Row) -> bool | None:
    """Whether a person holds office; None where they are known from votes and bills alone, and no later list of members is."""
    if head["is_current"]:
        return True
    return False if value(db, _ON_LIST, [head["id"]]) else None


def dialed(phone: str | None) -> str | None:
    """What a telephone calls; None where the source gives anything else than a number (RFC 3966 has more forms)."""
    number = re.sub(r"[ ().-]", "", phone or "")
    return number if re.fullmatch(r"\+?[0-9]{7,15}", number) else None


def _term(row: Row, head: Row) -> Row:
    return row | {
        "party_word": names.party(row["party"]),
        "seat": names.seat(head["jurisdiction"], row["chamber"], row["district"], row["state"]),
    }


def committees(db: sqlite3.Connection, key: str) -> list[Row]:
    """The committees on which a person sits, whole committees before their parts."""
    found = rows(
        db,
        "select c.id, c.name, c.jurisdiction, c.parent, m.role, p.name as parent_name from committee_members m "
        "join legislative_committees c on c.id = m.committee left join legislative_committees p on p.id = c.parent "
        "where m.person = ? and m.seen_until is null order by coalesce(c.parent, c.id), c.parent is not null, c.name",
        [key],
    )
    return [row | {"address": names.committee_address(row["id"], row["name"])} for row in found]


def _hearings(db: sqlite3.Connection, sits_on: list[Row], today: datetime.date) -> list[Row]:
    """The next hearings of their committees, and of the documents that wait there."""
    if not sits_on:
        return []
    ids = to_be_heard(db, [row["id"] for row in sits_on], today)
    return hearings(db, sits_on, ids, today)[:8]


def _brought(db: sqlite3.Connection, key: str, role: str, today: datetime.date) -> Brought:
    total = value(db, f"select count(distinct s.document_id) from {_SPONSORED} where p.id = ? and {role}", [key])
    found = [
        row[0]
        for row in db.execute(
            f"""select distinct l.document_id, l.sort_on from {_SPONSORED}
            join documents d on d.id = s.document_id
            join listing l on l.document_rowid = d.rowid and l.area_id = ? and l.ceremonial = 0
            where p.id = ? and {role} order by l.sort_on desc, l.document_id""",
            [TAGGED, key],
        )
    ]
    return Brought(cards(db, found[:MOST], today), len(found), total)


def votes(db: sqlite3.Connection, key: str) -> list[Row]:
    """How a person voted on documents that touch a position: one row a roll call, newest first."""
    found = rows(
        db,
        """select r.id, r.held_at, r.held_on, r.question, r.description, r.result, r.passed, r.yes, r.no, v.choice, v.word,
            d.id as document_id, d.identifier, d.title as document_title
        from roll_calls r join documents d on d.id = r.document_id join votes v on v.roll_call = r.id and v.person = ?
        where r.missing_since is null and (r.document_id in (select document_id from position_listing)
            or r.document_id in (select document_id from twice_listed))
        order by r.held_at desc, r.id""",
        [key],
    )
    touched: dict[str, list[Row]] = {}
    ids = list({row["document_id"] for row in found})
    for row in rows(
        db,
        f"""select m.document_id, m.position_id, p.title from shown_positions m join positions p on p.id = m.position_id
        where m.document_id in ({marks(ids)}) order by m.score desc""",
        ids,
    ):
        touched.setdefault(row["document_id"], []).append(row)
    return [
        without_doubt(row)
        | {
            "address": names.vote_address(row["id"]),
            "question": title(row),
            "choice_word": names.choice(row["choice"]),
            "positions": touched[row["document_id"]],
        }
        for row in found
        if row["document_id"] in touched
    ]
