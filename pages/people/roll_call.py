"""The page of a roll call: the question, the result by party and by state, and how each member voted."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

from crawlers.parsers.vote_words import BARE
from pages.database import Row, first, rows
from pages.http import formatting
from pages.http.formatting import SITE
from pages.http.language import _
from pages.people import names
from text.yaml_config import read_yaml

#: The choices in the order of the tables.
CHOICES = tuple(names.CHOICES)
Counts = dict[str, int]


@dataclass(frozen=True, kw_only=True)
class RollCallView:
    """A roll call. ``by_party`` and ``by_state`` have a name and ``counts``, one number for each of ``choices``.

    ``votes`` have name, person and address (None where nobody known is meant), party_word, state and choice. ``unknown`` counts
    names that are linked to nobody; ``differs`` is True where the source counts other numbers than it names votes; ``few`` is how
    many voted where they were few for the chamber, of those ``on_record``.
    """

    v: Row
    title: str
    chamber: str
    place: str
    document: Row | None
    choices: dict[str, str]
    counts: list[int]
    by_party: list[Row]
    by_state: list[Row]
    votes: list[Row]
    unknown: int
    differs: bool
    few: int | None
    on_record: int


def roll_call_id(db: sqlite3.Connection, address: str) -> str | None:
    """The id of the roll call that an address means; None where there is none."""
    found = first(
        db, "select id from roll_calls where id >= ? and id < ? order by id limit 1", names.ids_of(address, "vote")
    )
    return found["id"] if found else None


def roll_call(db: sqlite3.Connection, address: str) -> RollCallView | None:
    """Everything the page of a roll call shows, by the last part of its address; None where there is none."""
    key = roll_call_id(db, address)
    if key is None:
        return None
    head = without_doubt(first(db, "select * from roll_calls where id = ?", [key]) or {})
    cast = votes(db, head)
    named = Counter(each["choice"] for each in cast)
    counted = {choice: named[choice] if head.get(choice) is None else head[choice] for choice in CHOICES}
    choices = _choices(counted, cast)
    used = list(choices)
    return RollCallView(
        v=head | {"result_word": names.result(head["result"])},
        title=title(head),
        chamber=names.chamber(head["jurisdiction"], head["chamber"]),
        place=formatting.place(head["jurisdiction"]),
        document=first(db, "select id, identifier, title, status from documents where id = ?", [head["document_id"]]),
        choices=choices,
        counts=[counted[choice] for choice in used],
        by_party=_by(cast, "party_word", used) if any(each["party_word"] for each in cast) else [],
        by_state=_by(cast, "state", used) if head["jurisdiction"] == "us" else [],
        votes=[each | {"choice_word": choices[each["choice"]]} for each in cast],
        unknown=sum(each["address"] is None for each in cast),
        differs=bool(cast)
        and any(head.get(choice) is not None and head[choice] != named[choice] for choice in ("yes", "no")),
        few=few(head),
        on_record=on_record(head),
    )


def _choices(counted: Counts, cast: list[Row]) -> dict[str, str]:
    """The choices of a roll call in words. "Other" alone is all that many states' sources say of who was absent or abstained:
    where it is, nobody knows that none were."""
    there = {each["choice"] for each in cast} | {choice for choice, number in counted.items() if number}
    words = {each["word"].casefold() for each in cast if each["choice"] == "other"}
    if "other" in there and "not_voting" not in there and words <= {"", "other"}:
        found = {choice: names.choice(choice) for choice in CHOICES if choice in ("yes", "no") or choice in there}
        return found | {"other": _("Other, or did not vote")}
    return {choice: names.choice(choice) for choice in CHOICES if choice != "other" or choice in there}


def without_doubt(head: Row) -> Row:
    """A roll call whose result is what its question says, and without one, where the bare word of its source ("fail") contradicts
    its question or its own counts, as `passed` has it."""
    said, passed = BARE.get(head.get("result") or ""), head.get("passed")
    if said is None or passed == said:
        return head
    return head | {"result": None if passed is None else "fail"}


def title(head: Row) -> str:
    """What a list calls a roll call: its question, else what it was about."""
    return str(head["question"] or head["description"] or "")


def votes(db: sqlite3.Connection, head: Row) -> list[Row]:
    """How each member voted, by name."""
    found = rows(
        db,
        """select v.*, p.name as known, coalesce((
            select t.party from person_terms t where t.person = p.id and t.party is not null and t.starts <= ?
            order by t.starts desc limit 1
        ), p.party) as party_then, (
            select t.state from person_terms t where t.person = p.id and t.starts <= ? order by t.starts desc limit 1
        ) as state_then
        from votes v left join people p on p.id = v.person where v.roll_call = ?
        order by coalesce(p.family_name, v.name), v.name""",
        [head["held_on"], head["held_on"], head["id"]],
    )
    return [
        {
            "name": row["known"] or row["name"],
            "as_written": row["name"],
            "person": row["person"] if row["known"] else None,
            "address": names.person_address(row["person"], row["known"]) if row["known"] else None,
            "party_word": names.party(row["party"] or row["party_then"]),
            "state": names.state(row["state"]) or names.state(row["state_then"]),
            "choice": row["choice"],
            "choice_word": names.choice(row["choice"]),
            "word": row["word"] or "",
        }
        for row in found
    ]


def _by(cast: list[Row], column: str, choices: list[str]) -> list[Row]:
    """The votes by the values of a column: its name and the counts in the order of ``choices``; most votes first."""
    groups: dict[str, Counter[str]] = {}
    for each in cast:
        groups.setdefault(each[column], Counter())[each["choice"]] += 1
    found: list[Row] = [
        {"name": name, "counts": [counter[choice] for choice in choices], "all": counter.total()}
        for name, counter in groups.items()
    ]
    by_size = column == "party_word"
    return sorted(found, key=lambda row: (-row["all"] if by_size else 0, row["name"]))


COLUMNS: dict[str, str] = {
    "roll_call": "Roll call",
    "held_at": "Day and time",
    "name": "Member",
    "party": "Party at the vote",
    "state": "State",
    "vote": "Vote",
    "as_written": "Name as the source writes it",
    "page": "Page of the member on this site",
}


def table(db: sqlite3.Connection, address: str, site: str) -> list[dict[str, Any]] | None:
    """The votes of a roll call as rows of COLUMNS, for a spreadsheet; None where there is no such roll call."""
    key = roll_call_id(db, address)
    if key is None:
        return None
    head = first(db, "select * from roll_calls where id = ?", [key]) or {}
    return [
        {
            "roll_call": key,
            "held_at": head["held_at"],
            "name": each["name"],
            "party": each["party_word"],
            "state": each["state"],
            "vote": each["choice_word"],
            "as_written": each["as_written"],
            "page": site + each["address"] if each["address"] else None,
        }
        for each in votes(db, head)
    ]


#: A record that names so many of a chamber's members is of the whole chamber, whoever was absent.
NEARLY_ALL = 0.75


@cache
def seats() -> dict[tuple[str, str], int]:
    """How many members a chamber of a state has, by jurisdiction and chamber."""
    found = read_yaml(SITE / "seats.yml")
    chambers = ("lower", "upper")
    return {
        (f"us-{state}", chamber): number
        for state, numbers in found.items()
        for chamber, number in zip(chambers if len(numbers) > 1 else ("legislature",), numbers, strict=True)
    }


def few(row: Row) -> int | None:
    """How many members voted, where fewer than half of the chamber did and the record does not name the others as absent: a
    committee voted, or not all votes are recorded."""
    cast = sum(row[choice] or 0 for choice in ("yes", "no", "present"))
    of = seats().get((row["jurisdiction"], row["chamber"]))
    return cast if of and 0 < cast < of / 2 and on_record(row) < NEARLY_ALL * of else None


def on_record(row: Row) -> int:
    """How many members a record counts, those who did not vote as well: the size of a committee, if one voted."""
    return sum(row[choice] or 0 for choice in CHOICES)


def of_document(db: sqlite3.Connection, document_id: str) -> list[Row]:
    """The roll calls on a document that its source lists, newest first, with their address, chamber and counts, for its page."""
    listed = "select * from roll_calls where document_id = ? and missing_since is null order by held_at desc, id"
    found = map(without_doubt, rows(db, listed, [document_id]))
    return [
        row
        | {
            "address": names.vote_address(row["id"]),
            "title": title(row),
            "result_word": names.result(row["result"]),
            "chamber_name": names.chamber(row["jurisdiction"], row["chamber"]),
            "few": on_record(row) if few(row) else None,
        }
        for row in found
    ]
