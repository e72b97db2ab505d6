"""The tables of office holders and committees: `people` and what hangs on them (store/schema/people.py).

What a source no longer says is closed with a day and kept: terms, seats on committees, committees. The rest of a record is
what its source says now. A record that is stored as it is costs one look-up.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, astuple

from sqlite_utils import Database

from crawlers.people import LegislativeCommittee, Person, Roster, Term
from crawlers.storage.record import Counts

PersonRecord = Person | LegislativeCommittee | Roster
_COLUMNS = (
    "id",
    "name",
    "given_name",
    "family_name",
    "jurisdiction",
    "party",
    "chamber",
    "district",
    "title",
    "image_url",
    "website",
    "email",
    "contact_form",
    "is_current",
    "updated_on",
    "source",
    "source_url",
)
_TERM = ("chamber", "state", "district", "party", "title", "starts", "ends")


def store(db: Database, records: Iterable[PersonRecord], *, now: str) -> Counts:
    """Write people, then committees, then who no longer holds office, in one transaction; return how many people differed."""
    found = list(records)
    with db.atomic():
        counts = _people(db, [each for each in found if isinstance(each, Person)], now)
        _committees(db, [each for each in found if isinstance(each, LegislativeCommittee)], now[:10])
        for each in found:
            if isinstance(each, Roster):
                counts.changed += _left(db, each, now)
    return counts


# --------------------------------------------------------------------- people


def _people(db: Database, people: Sequence[Person], now: str) -> Counts:
    counts = Counts()
    known = dict(
        db.execute(
            "select id, record_hash from people where id in (select value from json_each(?))",
            [json.dumps([each.id for each in people])],
        ).fetchall()
    )
    for person in people:
        said = _hash(person)
        if known.get(person.id) == said or (person.glimpsed and person.id in known):
            counts.unchanged += 1
            continue
        _write(db, person, said, now)
        counts.changed += person.id in known
        counts.added += person.id not in known
        known[person.id] = said
    return counts


def _hash(person: Person) -> str:
    return hashlib.sha256(json.dumps(asdict(person)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _write(db: Database, person: Person, said: str, now: str) -> None:
    row = {name: getattr(person, name) for name in _COLUMNS} | {"record_hash": said, "now": now}
    names = [name for name in row if name != "now"]
    updates = ", ".join(f"{name} = excluded.{name}" for name in names if name != "id")
    db.conn.execute(
        f"insert into people ({', '.join(names)}, first_seen_at, changed_at) "
        f"values ({', '.join(':' + name for name in names)}, :now, :now) "
        f"on conflict (id) do update set {updates}, changed_at = excluded.changed_at",
        row,
    )
    db.conn.execute("delete from person_ids where person = ?", [person.id])
    db.conn.executemany(
        "insert or ignore into person_ids values (?, ?, ?)", [(person.id, *each) for each in person.ids]
    )
    forms = dict.fromkeys([person.name, *person.names])
    db.conn.executemany("insert or ignore into person_names values (?, ?)", [(person.id, form) for form in forms])
    db.conn.execute("delete from offices where person = ?", [person.id])
    db.conn.executemany(
        "insert into offices values (?, ?, ?, ?, ?, ?, ?)",
        [(person.id, place, *astuple(office)) for place, office in enumerate(person.offices)],
    )
    _terms(db, person, now[:10])


def _terms(db: Database, person: Person, today: str) -> None:
    """Bring the terms in step: what is still said stays open, what is new is added, what is not said any more is closed."""
    rows = db.execute(
        f"select rowid, {', '.join(_TERM)} from person_terms where person = ? and seen_until is null", [person.id]
    ).fetchall()
    still_open = {_seat(Term(**dict(zip(_TERM, row[1:], strict=True)))): row for row in rows}
    for term in person.terms:
        row = still_open.pop(_seat(term), None)
        if row is None:
            db.conn.execute(
                "insert into person_terms values (?, ?, ?, ?, ?, ?, ?, ?, ?, null)",
                (person.id, *(getattr(term, name) for name in _TERM), today),
            )
        elif row[5:] != (term.title, term.starts, term.ends):
            values = (term.title, term.starts, term.ends, row[0])
            db.conn.execute("update person_terms set title = ?, starts = ?, ends = ? where rowid = ?", values)
    db.conn.executemany(
        "update person_terms set seen_until = ? where rowid = ?", [(today, row[0]) for row in still_open.values()]
    )


def _seat(term: Term) -> tuple[str | None, ...]:
    return term.chamber, term.state, term.district, term.party, term.starts


def _left(db: Database, roster: Roster, now: str) -> int:
    """Close what a whole list of those in office no longer names; how many people have left."""
    listed, place = json.dumps(roster.people), [roster.source, roster.jurisdiction]
    gone = [
        key
        for (key,) in db.execute(
            "select id from people where source = ? and jurisdiction = ? and is_current = 1 "
            "and id not in (select value from json_each(?))",
            [*place, listed],
        ).fetchall()
    ]
    for key in gone:
        # The hash is taken back, so that whoever returns is written again.
        db.conn.execute("update people set is_current = 0, record_hash = '', changed_at = ? where id = ?", [now, key])
        db.conn.execute(
            "update person_terms set seen_until = ? where person = ? and seen_until is null and ends is null",
            [now[:10], key],
        )
    known = json.dumps(roster.committees)
    for column, table in (("id", "legislative_committees"), ("committee", "committee_members")):
        db.conn.execute(
            f"update {table} set seen_until = ? where seen_until is null and {column} not in "
            f"(select value from json_each(?)) and {column} in "
            "(select id from legislative_committees where source = ? and jurisdiction = ?)",
            [now[:10], known, *place],
        )
    return len(gone)


# --------------------------------------------------------------------- committees


def _committees(db: Database, committees: Sequence[LegislativeCommittee], today: str) -> None:
    known_people = {key for (key,) in db.execute("select id from people").fetchall()} if committees else set()
    for each in committees:
        db.conn.execute(
            "insert into legislative_committees values (:id, :jurisdiction, :chamber, :name, :parent, :url, :phone, :source, "
            ":today, null) on conflict (id) do update set chamber = excluded.chamber, name = excluded.name, "
            "parent = excluded.parent, url = excluded.url, phone = excluded.phone, seen_until = null "
            "where (chamber, name, parent, url, phone, seen_until) is not "
            "(excluded.chamber, excluded.name, excluded.parent, excluded.url, excluded.phone, null)",
            {name: value for name, value in vars(each).items() if name != "members"} | {"today": today},
        )
        _members(db, each, known_people, today)


def _members(db: Database, committee: LegislativeCommittee, known_people: set[str], today: str) -> None:
    rows = db.execute(
        "select person, role, rank, party from committee_members where committee = ? and seen_until is null",
        [committee.id],
    ).fetchall()
    seated = {row[0]: row[1:] for row in rows}
    for member in committee.members:
        values = (member.role, member.rank, member.party)
        if member.person not in known_people or seated.pop(member.person, None) == values:
            continue
        db.conn.execute(
            "insert into committee_members values (?, ?, ?, ?, ?, ?, null) on conflict (committee, person, seen_from) "
            "do update set role = excluded.role, rank = excluded.rank, party = excluded.party, seen_until = null",
            [committee.id, member.person, *values, _since(db, committee.id, member.person, member.role, today)],
        )
    db.conn.executemany(
        "update committee_members set seen_until = ? where committee = ? and person = ? and seen_until is null",
        [(today, committee.id, person) for person in seated],
    )


def _since(db: Database, committee: str, person: str, role: str | None, today: str) -> str:
    """Since when a member has had a role: a new rank is the same seat, a new role closes the old one."""
    row = db.execute(
        "select seen_from, role from committee_members where committee = ? and person = ? and seen_until is null",
        [committee, person],
    ).fetchone()
    if row and row[1] == role:
        return str(row[0])
    db.conn.execute(
        "update committee_members set seen_until = ? where committee = ? and person = ? and seen_until is null",
        [today, committee, person],
    )
    return today
