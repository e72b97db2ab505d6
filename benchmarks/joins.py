"""Draw sponsors and votes at random, each with the person it was linked to, to be read by a person.

    python -m benchmarks.joins DATA/corpus.db --count 300 --seed 24

Every jurisdiction and session has the same chance, so that a large state does not hide a small one. Behind each line stand the
others in that legislature who have the same family name: those are who it could have been. Ends with how many of all are linked.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crawlers.storage.person_match import fold
from store.connect import connect_read_only

_PERSON = (
    "p.id as person, p.name as person_name, p.family_name, p.chamber as seat, p.district as place, p.party as side, "
    "p.is_current"
)
_SPONSORS = f"""
    select d.jurisdiction, d.session, d.id, d.published_on, d.chamber, s.name, s.party, s.district, l.how, {_PERSON}
    from sponsors s join documents d on d.id = s.document_id
    left join sponsor_people l on l.document_id = s.document_id and l.ordinal = s.ordinal
    left join people p on p.key = l.person where s.document_id = ? order by random() limit 1"""
_VOTES = f"""
    select r.jurisdiction, r.session, r.id, r.held_on, r.chamber, v.name, v.party, v.state, v.how, {_PERSON}
    from ballots b join voters v on v.key = b.voter join roll_calls r on r.key = b.roll_call
    left join people p on p.id = v.person where b.roll_call = ? order by random() limit 1"""

_KNOWN = "d.jurisdiction in (select distinct jurisdiction from people)"
_SPONSORED = f"""
    select jurisdiction, session, id from documents d
    where {_KNOWN} and exists (select 1 from sponsors where document_id = d.id)"""
_VOTED = """
    select jurisdiction, session, key from roll_calls r where exists (select 1 from ballots where roll_call = r.key)"""
_OF_SPONSORS = f"""
    select l.how, count(*) from sponsors s join documents d on d.id = s.document_id
    left join sponsor_people l on l.document_id = s.document_id and l.ordinal = s.ordinal where {_KNOWN} group by 1"""
_OF_VOTES = "select v.how, count(*) from ballots b join voters v on v.key = b.voter group by 1"


def drawn(db: sqlite3.Connection, sql: str, places: dict[tuple[str, str], list[Any]], count: int) -> Iterator[Any]:
    """So many rows, each of a place drawn first."""
    names = sorted(places)
    for _ in range(count if names else 0):
        row = db.execute(sql, [random.choice(places[random.choice(names)])]).fetchone()
        if row is not None:
            yield row


def places_of(db: sqlite3.Connection, sql: str) -> dict[tuple[str, str], list[Any]]:
    found: dict[tuple[str, str], list[Any]] = {}
    for jurisdiction, session, key in db.execute(sql):
        found.setdefault((jurisdiction, session), []).append(key)
    return found


def line(db: sqlite3.Connection, row: sqlite3.Row) -> str:
    """One link, and who else it could have been."""
    jurisdiction, session, key, day, chamber, name, party, place, how = tuple(row)[:9]
    said = f"{jurisdiction} {session} {day} {chamber} | {name} [{party or ''} {place or ''}]"
    if how is None:
        return f"{said} -> unknown | {key}"
    family = fold(row["family_name"] or row["person_name"].split()[-1])
    others = [
        f"{other['name']} ({other['chamber']} {other['district']} {other['is_current']})"
        for other in db.execute(
            "select * from people where jurisdiction = ? and id <> ?", [jurisdiction, row["person"]]
        )
        if fold(other["family_name"] or other["name"].split()[-1]) == family
    ]
    about = f"{row['seat']} {row['place']} {row['side']} {row['is_current']}"
    return f"{said} -> {how}: {row['person_name']} ({about}) | others: {'; '.join(others) or '-'} | {key}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("corpus", type=Path)
    options.add_argument("--count", type=int, default=300)
    options.add_argument("--seed", type=int, default=24)
    asked = options.parse_args()
    random.seed(asked.seed)
    db = connect_read_only(asked.corpus)
    db.row_factory = sqlite3.Row
    for what, sql, places in (("sponsors", _SPONSORS, _SPONSORED), ("votes", _VOTES, _VOTED)):
        print(f"# {what}")
        for row in drawn(db, sql, places_of(db, places), asked.count):
            print(line(db, row))
    for what, sql in (("sponsors", _OF_SPONSORS), ("votes", _OF_VOTES)):
        print(f"# {what}:", ", ".join(f"{how or 'unknown'} {count:,}" for how, count in db.execute(sql)))


if __name__ == "__main__":
    main()
