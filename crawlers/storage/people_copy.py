"""People, committees and roll calls of another corpus.db as records, to be taken over (crawlers.storage.merge_remote)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from itertools import islice
from typing import Any

from sqlite_utils import Database

from crawlers.people import Ballot, LegislativeCommittee, Member, Office, Person, RollCall, Term, ZipDistricts

BATCH = 500
_BALLOTS = """
    select v.name, w.word, v.identifier, v.party, v.state from ballots b join voters v on v.key = b.voter
    join vote_words w on w.key = b.word where b.roll_call = ? order by b.voter"""


def people(other: Database) -> Iterator[Person | LegislativeCommittee]:
    """Everybody, with the terms that are still said, then the committees that still exist."""
    for row in other.query("select * from people order by key"):
        key = [row["id"]]
        yield Person(
            **_of(Person, row, is_current=bool(row["is_current"])),
            ids=tuple(other.execute("select scheme, value from person_ids where person = ?", key).fetchall()),
            names=tuple(
                name for (name,) in other.execute("select name from person_names where person = ?", key).fetchall()
            ),
            terms=tuple(_parts(other, Term, "person_terms where person = ? and seen_until is null", key)),
            offices=tuple(_parts(other, Office, "offices where person = ? order by ordinal", key)),
        )
    for row in other.query(
        "select * from legislative_committees where seen_until is null order by parent is not null, id"
    ):
        members = _parts(other, Member, "committee_members where committee = ? and seen_until is null", [row["id"]])
        yield LegislativeCommittee(**_of(LegislativeCommittee, row), members=tuple(members))


def roll_calls(other: Database) -> Iterator[list[RollCall]]:
    """Every roll call that its source still lists, in batches."""
    rows = iter(other.query("select * from roll_calls where missing_since is null order by key"))
    while batch := list(islice(rows, BATCH)):
        yield [
            RollCall(
                **_of(RollCall, row, passed=None if row["passed"] is None else bool(row["passed"])),
                ballots=tuple(_ballots(other, row["key"])),
            )
            for row in batch
        ]


def districts(other: Database) -> Iterator[ZipDistricts]:
    """The table of ZIP code areas, where the other one has collected it."""
    if rows := frozenset(map(tuple, other.execute("select zip, state, district from zip_districts").fetchall())):
        yield ZipDistricts(source="us_zip_districts", rows=rows)


def _ballots(other: Database, key: int) -> Iterator[Ballot]:
    for name, word, *rest in other.execute(_BALLOTS, [key]).fetchall():
        identifier, party, state = (value or None for value in rest)
        yield Ballot(name=name, word=word, identifier=identifier, party=party, state=state)


def _parts(other: Database, kind: type, rest: str, key: list[Any]) -> Iterator[Any]:
    for row in other.query(f"select * from {rest}", key):
        yield kind(**_of(kind, row))


def _of(kind: type, row: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The columns of a row that are fields of a record."""
    return {each.name: row[each.name] for each in fields(kind) if each.name in row} | more
