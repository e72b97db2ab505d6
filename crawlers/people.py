"""The records of sources that speak of people: office holders, committees, roll calls. Standard library only, as crawlers.items.

Suffixes and the absent are as there. A `Person` holds what its source publishes of an office holder as such: no birthday, no
gender, no address that may be a home.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: What a single vote can mean, whatever the word for it.
CHOICES = ("yes", "no", "present", "not_voting", "other")
#: "Rep. Donald S., Jr. Beyer", "Rep. Randy K. Sr. Weber": as a record of Congress becomes when its first names are put before
#: the last. Without the title of a member, a comma must show that the name was turned around.
_JUNIOR = re.compile(
    r'(?P<first>(?P<title>(?:Rep|Sen|Del)\. )?.+?)(?(title),?|,)(?P<quoted>"?) (?P<which>[JS]r\.|I{2,3}|IV) (?P<last>.+)'
)
#: The one title that Congress's records write before the last name where it is not read as a title.
_COMMISSIONER = re.compile(r"(?P<first>[^,]+) Rescom\. (?P<last>.+)")


def as_people_say(name: str) -> str:
    """A sponsor's name with "Jr." and the like at its end, and the title at its beginning: "Rep. Donald S. Beyer Jr."."""
    if commissioner := _COMMISSIONER.fullmatch(name):
        name = f"Resident Commissioner {commissioner['first']} {commissioner['last']}"
    found = _JUNIOR.fullmatch(name)
    return f"{found['first']}{found['quoted']} {found['last']} {found['which']}" if found else name


@dataclass(frozen=True, kw_only=True)
class Term:
    """An office for some time; the days are the source's own."""

    chamber: str | None
    state: str | None
    district: str | None
    party: str | None
    title: str | None = None
    starts: str | None = None
    ends: str | None = None


@dataclass(frozen=True, kw_only=True)
class Office:
    """Where the public may reach a person: `kind` is capitol or district."""

    kind: str
    name: str | None = None
    address: str | None = None
    phone: str | None = None
    fax: str | None = None


@dataclass(frozen=True, kw_only=True)
class Person:
    """An office holder. `ids` are (scheme, key), `names` every form of the name that the source knows; chamber, district,
    party and title are those of the newest term. With `glimpsed` the person is known from somebody's vote or sponsorship
    alone, and adds nothing to a record that is stored."""

    id: str
    source: str
    source_url: str
    jurisdiction: str
    name: str
    given_name: str | None = None
    family_name: str | None = None
    party: str | None = None
    chamber: str | None = None
    district: str | None = None
    title: str | None = None
    image_url: str | None = None
    website: str | None = None
    email: str | None = None
    contact_form: str | None = None
    is_current: bool = True
    updated_on: str | None = None
    ids: tuple[tuple[str, str], ...] = ()
    names: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    offices: tuple[Office, ...] = ()
    glimpsed: bool = False


@dataclass(frozen=True, kw_only=True)
class Member:
    """A seat on a committee; `party` is majority or minority where the source says no more."""

    person: str
    role: str | None = None
    rank: int | None = None
    party: str | None = None


@dataclass(frozen=True, kw_only=True)
class LegislativeCommittee:
    """A committee or subcommittee with who sits on it now; `id` is the code that documents name it by."""

    id: str
    source: str
    jurisdiction: str
    chamber: str | None
    name: str
    parent: str | None = None
    url: str | None = None
    phone: str | None = None
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Roster:
    """All who hold office in a jurisdiction now, and its committees, by their ids: whoever is not here no longer does."""

    source: str
    jurisdiction: str
    people: tuple[str, ...]
    committees: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ballot:
    """How one member voted: `word` is the source's own, `identifier` its key of the person."""

    name: str
    word: str
    identifier: str | None = None
    party: str | None = None
    state: str | None = None


@dataclass(frozen=True, kw_only=True)
class RollCall:
    """A vote of a chamber or a committee. `held_at` is an ISO time with its offset or a bare day, `held_on` the day there;
    `motion` a kind of motion (crawlers/parsers/votes.yml); counts are the source's, None where it gives none."""

    id: str
    source: str
    source_url: str
    jurisdiction: str
    session: str
    chamber: str | None
    held_at: str
    held_on: str
    question: str
    number: str | None = None
    description: str | None = None
    motion: str | None = None
    requirement: str | None = None
    result: str | None = None
    passed: bool | None = None
    document_id: str | None = None
    version: str | None = None
    amendment: str | None = None
    yes: int | None = None
    no: int | None = None
    present: int | None = None
    not_voting: int | None = None
    other: int | None = None
    ballots: tuple[Ballot, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RollCallsOf:
    """All roll calls of a document that its source knows: one that is not here is no longer listed."""

    source: str
    document_id: str
    roll_calls: tuple[RollCall, ...]


@dataclass(frozen=True, kw_only=True)
class ZipDistricts:
    """The whole table of ZIP code areas: (ZIP code, state, congressional district), several rows where an area is divided."""

    source: str
    rows: frozenset[tuple[str, str, int]]
