"""One person for a name, or nobody: by key, else by name, chamber, party, district and day.

Names come as chambers print them: "SMITH of Saco", "Gonzales J.", 'Hernandez, Elizabeth "Lisa"', "Bailey (23rd)". A family name
alone is enough where one member of the chamber has it; two who share it need a first name, an initial or a district.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from sqlite_utils import Database

Link = tuple[str | None, str | None]
NOBODY: Link = (None, None)
#: The list of who sits now says little of who sat longer ago than this: then party and first name must agree as well.
TERM = timedelta(days=2 * 366)
#: Letters that a first name and its short form share: "Charles" and "Charlie", not "Bobby" and "Brandon".
ALIKE = 3
_TITLE = re.compile(
    r"^(representatives?|rep|senators?|sen|delegate|del|assembly(member|man|woman)|mrs?|ms|dr)\b\.? +", re.I
)
_SUFFIX = re.compile(r",? *\b(jr|sr|ii|iii|iv|ph\.? ?d|m\.? ?d|esq)\b\.?", re.I)
_NICKNAME = re.compile(r"[\"“”'‘’(]([A-Za-z.]+)[\"“”'‘’)]")
_DISTRICT = re.compile(r"\((?:district )?(\d+)(?:st|nd|rd|th)?\)", re.I)
_TOWN = re.compile(r" of [A-Z].*$")
_PREFIX = {"H": "lower", "A": "lower", "S": "upper"}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Whom a record names: `identifier` is the source's key, `day` the ISO day of the vote or sponsorship."""

    jurisdiction: str
    chamber: str | None
    name: str
    identifier: str | None = None
    party: str | None = None
    state: str | None = None
    district: str | None = None
    day: str | None = None
    is_sponsor: bool = False


@dataclass(frozen=True, kw_only=True)
class Name:
    """What a name may mean: (family name, first names), each without spaces, accents and signs; the district it adds."""

    readings: tuple[tuple[str, tuple[str, ...]], ...]
    district: str | None = None


@dataclass(frozen=True, kw_only=True)
class Known:
    """A person as names are compared with them; `since` is the first ISO day on which their office is known."""

    id: str
    family: str
    first: frozenset[str]
    chamber: str | None
    district: str | None
    party: str | None
    since: str


def fold(text: str) -> str:
    """Small letters without accents, spaces and signs."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain.lower())


@lru_cache(maxsize=50_000)
def read_name(text: str) -> Name:
    """The ways in which a printed name can be read, the fullest first."""
    district = match.group(1) if (match := _DISTRICT.search(text)) else None
    text = _TITLE.sub("", _TOWN.sub("", _DISTRICT.sub("", text)).strip(" *"))
    nicknames = [fold(each) for each in _NICKNAME.findall(text)]
    text = _SUFFIX.sub("", _NICKNAME.sub(" ", text)).strip(" ,")
    if text.count(",") > 2:
        return Name(readings=())  # two members in one line
    if "," in text:
        family, _, rest = text.partition(",")
        firsts = [fold(each) for each in rest.split()][:1]
        return Name(readings=((fold(family), tuple(filter(None, firsts + nicknames))),), district=district)
    words = [fold(each) for each in text.split() if fold(each)]
    whole = ("".join(words), tuple(nicknames))
    if len(words) < 2:
        return Name(readings=(whole,) if words else (), district=district)
    if len(words[-1]) == 1:
        return Name(readings=(("".join(words[:-1]), (words[-1],)),), district=district)
    given = (words[0], *nicknames)
    return Name(readings=(*(("".join(words[at:]), given) for at in range(1, len(words))), whole), district=district)


class Directory:
    """Everybody who is stored, by key and by name. `keys` are the numbers of people by their ids."""

    def __init__(self, db: Database):
        self.keys: dict[str, int] = dict(db.execute("select id, key from people").fetchall())
        self.lis = dict(db.execute("select value, person from person_ids where scheme = 'lis'").fetchall())
        names = defaultdict(set)
        for person, name in db.execute("select person, name from person_names").fetchall():
            names[person].add(name)
        self.members: dict[tuple[str, str], list[Known]] = defaultdict(list)  # place, family name
        for row in db.execute(
            "select id, jurisdiction, family_name, given_name, name, chamber, district, party, "
            "substr(first_seen_at, 1, 10) from people where is_current = 1 and jurisdiction != 'us'"
        ).fetchall():
            for known in _known(row, names[row[0]]):
                self.members[row[1], known.family].append(known)

    def find(self, asked: Asked) -> Link:
        """The person and how they were found; (None, None) where that is nobody or more than one."""
        if asked.identifier:
            person = self.lis.get(asked.identifier, asked.identifier)
            return (person, "identifier") if person in self.keys else NOBODY
        fits = self.by_name(asked)
        return (fits[0].id, "name") if len(fits) == 1 else NOBODY

    def sits(self, jurisdiction: str, chamber: str, name: str) -> bool:
        """Whether anybody of a chamber can be meant by a name."""
        return bool(self.by_name(Asked(jurisdiction=jurisdiction, chamber=chamber, name=name)))

    def by_name(self, asked: Asked) -> list[Known]:
        """Who may be meant by a name, for the fullest reading of it that anybody has."""
        name, chamber = read_name(asked.name), asked.chamber
        if asked.is_sponsor and asked.district:
            chamber = _PREFIX.get(asked.district[:1], chamber)
        for family, given in name.readings:
            pool = [
                each
                for each in self.members.get((asked.jurisdiction, family), ())
                if chamber is None or each.chamber == chamber
            ]
            if not pool:
                continue
            fits = _of(pool, given, name.district or _number(asked.district))
            return [each for each in fits if not _long_ago(asked.day, each.since) or _surely(each, asked, given)]
        return []


def _known(row: tuple[str, ...], names: set[str]) -> Iterator[Known]:
    """A person under each family name that the source's forms of the name give."""
    key, _, family, given, name, chamber, district, party, since = row
    first = {fold(word) for word in (given or "").split()} | {
        fold(each.split()[0]) for each in [name, *names] if each.split()
    }
    families = {fold(_SUFFIX.sub("", family))} if family else {fold(name.split()[-1])}
    for each in families - {""}:
        yield Known(
            id=key,
            family=each,
            first=frozenset(first - {""}),
            chamber=chamber,
            district=district,
            party=party,
            since=since,
        )


def _of(pool: list[Known], given: tuple[str, ...], district: str | None) -> list[Known]:
    """Those of one family name whom first names and district leave."""
    if district and len(pool) > 1 and any(_number(each.district) == district for each in pool):
        pool = [each for each in pool if _number(each.district) == district]
    if not given:
        return pool
    same = [each for each in pool if any(name in each.first for name in given)]
    if same:
        return same
    if len(given[0]) == 1:
        return [each for each in pool if any(first.startswith(given[0]) for first in each.first)]
    # "Donald" and "Don": one member has the family name, and the first names begin alike.
    return [each for each in pool if len(pool) == 1 and _begin_alike(each, given)]


def _begin_alike(known: Known, given: tuple[str, ...]) -> bool:
    return any(name[:ALIKE] == first[:ALIKE] for name in given for first in known.first if len(first) >= ALIKE)


def _number(district: str | None) -> str | None:
    """The number of a district: "HD-080" and "80" are one."""
    match = re.search(r"(\d+)\s*$", district or "")
    return match.group(1).lstrip("0") if match else None


def _long_ago(day: str | None, since: str) -> bool:
    return day is not None and day < (date.fromisoformat(since) - TERM).isoformat()


def _surely(known: Known, asked: Asked, given: tuple[str, ...]) -> bool:
    """Whether it is the same person although a term or more lies between: first name and party agree."""
    full = any(len(name) > 1 and name in known.first for name in given)
    return full and bool(asked.party) and (asked.party or "")[:1] == (known.party or "")[:1]
