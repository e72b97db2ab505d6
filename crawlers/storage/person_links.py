"""Which person a voter or a sponsor is: `voters.person` and `sponsor_people`, derived from what is stored of both.

By the source's key of the person where there is one, else by name where name, chamber and day leave exactly one person
(crawlers.storage.person_match). Unknown rather than wrong: what fits nobody or more than one stays a name.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlite_utils import Database

from crawlers.storage.person_match import Asked, Directory

Link = tuple[str | None, str | None]  # person, how


def link_people(db: Database) -> int:
    """Bring the links of all voters and sponsors up to date, in one transaction; how many differed."""
    if not db.execute("select 1 from people limit 1").fetchone():
        return 0
    with db.atomic():
        directory = Directory(db)
        put_in_chamber(db, directory)
        return _voters(db, directory) + _sponsors(db, directory)


# --------------------------------------------------------------------- the chamber that voted

_OTHER = {"lower": "upper", "upper": "lower"}
#: So many voters must sit in the other chamber alone, this many times those who sit in the one that the source names.
LEAST, TIMES = 5, 3


def put_in_chamber(db: Database, directory: Directory) -> int:
    """Mend the chamber of roll calls whose voters plainly sit in the other one: some states' records file the votes of both
    chambers under one. Keys of people that the source gave for such a vote were looked up in the wrong chamber: they are
    left out. Returns how many were mended."""
    rows = db.execute("select key, jurisdiction, chamber, name from voters where jurisdiction != 'us'").fetchall()
    fits = [
        (key, directory.sits(place, chamber, name), directory.sits(place, _OTHER[chamber], name))
        for key, place, chamber, name in rows
        if chamber in _OTHER
    ]
    if not any(away and not home for _, home, away in fits):
        return 0
    db.execute("create temp table if not exists seats (voter integer primary key, home integer, away integer)")
    db.execute("delete from seats")
    db.conn.executemany("insert into seats values (?, ?, ?)", fits)
    wrong = db.execute(
        "select b.roll_call, r.jurisdiction, r.session, r.chamber from roll_calls r cross join ballots b "
        "on b.roll_call = r.key join seats s on s.voter = b.voter where r.key in (select a.roll_call from seats t "
        "join ballots a on a.voter = t.voter where t.away and not t.home) "
        "group by b.roll_call having sum(s.away and not s.home) >= ? "
        "and sum(s.away and not s.home) >= ? * sum(s.home and not s.away)",
        [LEAST, TIMES],
    ).fetchall()
    for key, jurisdiction, session, chamber in wrong:
        _move(db, key, (jurisdiction, session, _OTHER[chamber]))
    db.execute("delete from voters where not exists (select 1 from ballots where voter = voters.key)")
    db.execute("drop table seats")
    return len(wrong)


def _move(db: Database, roll_call: int, place: tuple[str, str, str]) -> None:
    """Give a roll call and its ballots to another chamber."""
    db.conn.execute("update roll_calls set chamber = ? where key = ?", [place[2], roll_call])
    voters = db.execute(
        "select v.key, v.name, v.nth, v.party, v.state from ballots b join voters v on v.key = b.voter "
        "where b.roll_call = ?",
        [roll_call],
    ).fetchall()
    for key, name, nth, party, state in voters:
        values = [*place, name, nth, "", party, state]
        db.conn.execute(
            "insert into voters (jurisdiction, session, chamber, name, nth, identifier, party, state) "
            "values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
            values,
        )
        db.conn.execute(
            "update ballots set voter = (select key from voters where (jurisdiction, session, chamber, name, nth, "
            "identifier, party, state) = (?, ?, ?, ?, ?, ?, ?, ?)) where roll_call = ? and voter = ?",
            [*values, roll_call, key],
        )


# --------------------------------------------------------------------- votes


def _voters(db: Database, directory: Directory) -> int:
    days = {
        (row[0], row[1], row[2]): row[3]
        for row in db.execute(
            "select jurisdiction, session, coalesce(chamber, ''), max(held_on) from roll_calls group by 1, 2, 3"
        ).fetchall()
    }
    rows = db.execute(
        "select key, jurisdiction, session, chamber, name, nth, identifier, party, state, person, how from voters"
    ).fetchall()
    changed = []
    for key, jurisdiction, session, chamber, name, nth, identifier, party, state, person, how in rows:
        asked = Asked(
            jurisdiction=jurisdiction,
            chamber=chamber or None,
            name=name,
            identifier=identifier or None,
            party=party or None,
            state=state or None,
            day=days.get((jurisdiction, session, chamber)),
        )
        found = (None, None) if nth else directory.find(asked)
        if found != (person, how):
            changed.append((*found, key))
    db.conn.executemany("update voters set person = ?, how = ? where key = ?", changed)
    return len(changed)


# --------------------------------------------------------------------- sponsors


#: A key that stands behind a family name alone, for a member of the other chamber than the bill's where the bill's own chamber
#: has a member of that name, is a guess of the source: such a sponsor is looked up by name.
_BY_KEY = """
    insert into sponsor_people select s.document_id, s.ordinal, p.key, 'identifier' from sponsors s
    join people p on p.id = s.person_id join documents d on d.id = s.document_id
    where not exists (select 1 from sponsor_people l where l.document_id = s.document_id and l.ordinal = s.ordinal)
    and not (p.jurisdiction <> 'us' and coalesce(p.chamber <> d.chamber, 0) and instr(s.name, ' ') = 0 and exists (
        select 1 from people o where o.jurisdiction = p.jurisdiction and o.is_current = 1 and o.chamber = d.chamber
        and lower(o.family_name) = lower(s.name)))"""


def _sponsors(db: Database, directory: Directory) -> int:
    """Sponsors that have no link yet; those of a document that changed have lost theirs (crawlers.storage.record)."""
    known = db.conn.execute(_BY_KEY).rowcount
    rows = [
        (document, ordinal, directory.keys[person], how)
        for document, ordinal, (person, how) in _by_name(db, directory)
        if person
    ]
    db.conn.executemany("insert into sponsor_people values (?, ?, ?, ?)", rows)
    return known + len(rows)


def _by_name(db: Database, directory: Directory) -> Iterator[tuple[str, int, Link]]:
    rows = db.execute(
        "select s.document_id, s.ordinal, s.name, s.party, s.state, s.district, d.jurisdiction, d.chamber, "
        "coalesce(s.joined_on, d.published_on) from sponsors s join documents d on d.id = s.document_id "
        "where d.jurisdiction in (select distinct jurisdiction from people) and not exists "
        "(select 1 from sponsor_people l where l.document_id = s.document_id and l.ordinal = s.ordinal)"
    ).fetchall()
    seen: dict[Asked, Link] = {}
    for document, ordinal, name, party, state, district, jurisdiction, chamber, day in rows:
        asked = Asked(
            jurisdiction=jurisdiction,
            chamber=chamber,
            name=name or "",
            party=party,
            state=state,
            district=district,
            day=day,
            is_sponsor=True,
        )
        if asked not in seen:
            seen[asked] = directory.find(asked)
        yield document, ordinal, seen[asked]
