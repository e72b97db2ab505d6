"""The tables of roll calls: `roll_calls`, `voters`, `ballots` and `vote_words` (store/schema/people.py).

Millions of single votes are rows of three numbers. A voter is a name in one session and chamber; which person that is, is
worked out later (crawlers.storage.person_links), so that a roll call is never lost for a member whom nobody knows.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlite_utils import Database

from crawlers.parsers.vote_words import BARE, choice_of, passed_of
from crawlers.people import Ballot, RollCall, RollCallsOf
from crawlers.storage.changes import event
from crawlers.storage.record import Counts

_COLUMNS = (
    "id",
    "jurisdiction",
    "session",
    "chamber",
    "number",
    "held_at",
    "held_on",
    "question",
    "description",
    "motion",
    "requirement",
    "result",
    "passed",
    "document_id",
    "version",
    "amendment",
    "yes",
    "no",
    "present",
    "not_voting",
    "other",
    "source",
    "source_url",
)
#: A vote that was held longer ago than this is no news, whenever it came.
NEWS_FOR = timedelta(days=30)
#: What people call the lower chamber where it is not "House".
_LOWER = {"us-ca": "Assembly", "us-nj": "Assembly", "us-nv": "Assembly", "us-ny": "Assembly", "us-wi": "Assembly"}
#: What is said of a bare word for a result: nothing where its counts contradict it.
_RESULTS = {True: "passed", False: "failed", None: None}
Voter = tuple[str, str, str, str, int]  # name, identifier, party, state, nth


def store(
    db: Database, found: Iterable[RollCall | RollCallsOf], *, now: str, is_news: Callable[[RollCall], bool]
) -> Counts:
    """Write roll calls in one transaction, and tell of the new ones; what is stored as it is costs one look-up.

    Args:
        is_news: whether the part of its source that a roll call belongs to has been seen before.
    """
    items, counts = list(found), Counts()
    rolls = {each.id: each for item in items for each in (item.roll_calls if isinstance(item, RollCallsOf) else [item])}
    with db.atomic():
        known = _known(db, rolls)
        places: dict[tuple[str, str, str], dict[Voter, int]] = {}
        words = dict(db.execute("select word, key from vote_words").fetchall())
        for roll in rolls.values():
            said = _hash(roll)
            if known.get(roll.id) == said:
                counts.unchanged += 1
                continue
            key = _write(db, roll, said, now)
            _ballots(db, key, roll, places, words)
            counts.changed += roll.id in known
            counts.added += roll.id not in known
            if roll.id not in known and is_news(roll):
                _tell(db, roll, now)
        _missing(db, [item for item in items if isinstance(item, RollCallsOf)], now)
    return counts


def _known(db: Database, rolls: Iterable[str]) -> dict[str, str]:
    rows = db.execute(
        "select id, case when missing_since is null then record_hash else '' end from roll_calls "
        "where id in (select value from json_each(?))",
        [json.dumps(list(rolls))],
    )
    return dict(rows.fetchall())


def _hash(roll: RollCall) -> str:
    said = json.dumps(_values(roll), default=_values)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _values(part: Any) -> list[Any]:
    kind: type = type(part)
    return [getattr(part, name) for name in _names(kind)]


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _write(db: Database, roll: RollCall, said: str, now: str) -> int:
    row: dict[str, Any] = {name: getattr(roll, name) for name in _COLUMNS}
    row |= {"record_hash": said, "now": now, "passed": None if roll.passed is None else int(roll.passed)}
    names = [name for name in row if name != "now"]
    updates = ", ".join(f"{name} = excluded.{name}" for name in names if name != "id")
    [(key,)] = db.conn.execute(
        f"insert into roll_calls ({', '.join(names)}, first_seen_at, changed_at) "
        f"values ({', '.join(':' + name for name in names)}, :now, :now) on conflict (id) do update set {updates}, "
        "changed_at = excluded.changed_at, missing_since = null returning key",
        row,
    ).fetchall()
    return int(key)


def _ballots(
    db: Database,
    key: int,
    roll: RollCall,
    places: dict[tuple[str, str, str], dict[Voter, int]],
    words: dict[str, int],
) -> None:
    place = (roll.jurisdiction, roll.session, roll.chamber or "")
    if place not in places:
        places[place] = {row[1:]: row[0] for row in db.execute(_VOTERS, place).fetchall()}
    voters, rows = places[place], []
    for voter, word in _voters(roll.ballots):
        if voter not in voters:
            values = (*place, voter[0], voter[4], *voter[1:4])
            voters[voter] = int(db.conn.execute(_NEW_VOTER, values).lastrowid or 0)
        if word not in words:
            words[word] = int(db.conn.execute(_NEW_WORD, (word, choice_of(word))).lastrowid or 0)
        rows.append((key, voters[voter], words[word]))
    db.conn.execute("delete from ballots where roll_call = ?", [key])
    db.conn.executemany("insert into ballots values (?, ?, ?)", rows)


_VOTERS = (
    "select key, name, identifier, party, state, nth from voters where jurisdiction = ? and session = ? and chamber = ?"
)
_NEW_WORD = "insert into vote_words (word, choice) values (?, ?)"
_NEW_VOTER = (
    "insert into voters (jurisdiction, session, chamber, name, nth, identifier, party, state) "
    "values (?, ?, ?, ?, ?, ?, ?, ?)"
)


def _voters(ballots: Iterable[Ballot]) -> Iterator[tuple[Voter, str]]:
    """Each ballot with its voter. Two whom the source does not tell apart get numbers, and are nobody's vote for certain."""
    plain = [((each.name, each.identifier or "", each.party or "", each.state or ""), each.word) for each in ballots]
    often, seen = Counter(voter for voter, _ in plain), Counter[tuple[str, str, str, str]]()
    for voter, word in plain:
        seen[voter] += 1
        yield (*voter, seen[voter] if often[voter] > 1 else 0), word


def restate(db: Database) -> int:
    """Say again which stored roll calls carried, by the present rules (crawlers.parsers.vote_words); how many differ.

    Of those alone whose source has a bare word for it, as `passed_of` reads. A crawl does not read a session that is over again.
    """
    sql = "select result, yes, no, question, passed, key from roll_calls where result in ('pass', 'fail')"
    found = ((passed_of(BARE[word], *said), old, key) for word, *said, old, key in db.execute(sql).fetchall())
    changed = [(None if now is None else int(now), key) for now, old, key in found if now != old]
    with db.atomic():
        db.conn.executemany("update roll_calls set passed = ? where key = ?", changed)
    return len(changed)


# --------------------------------------------------------------------- what changed


def _tell(db: Database, roll: RollCall, now: str) -> None:
    """An event of the document, where it is stored and the vote is recent."""
    first = (date.fromisoformat(now[:10]) - NEWS_FOR).isoformat()
    if not roll.document_id or roll.held_on < first:
        return
    told = event(roll.document_id, "vote", roll.held_on, sentence(roll))
    db.conn.execute(
        "insert into changes (id, document_id, seen_at, happened_on, kind, summary) select ?, id, ?, ?, ?, ? "
        "from documents where id = ? on conflict (id) do nothing",
        [told.id, now, told.happened_on, told.kind, told.summary, roll.document_id],
    )


def sentence(roll: RollCall) -> str:
    """A roll call in a line: "House: On Passage: Passed, 217 to 215"."""
    chamber = {"upper": "Senate", "lower": _LOWER.get(roll.jurisdiction, "House")}.get(roll.chamber or "")
    result = _RESULTS[roll.passed] if roll.result in BARE else roll.result
    counts = f"{roll.yes} to {roll.no}" if roll.yes or roll.no else None
    return ": ".join(filter(None, [chamber, roll.question, ", ".join(filter(None, [result, counts]))]))


def _missing(db: Database, items: Iterable[RollCallsOf], now: str) -> None:
    """Note which roll calls their document's source no longer lists. Nothing is deleted."""
    listed = {item.document_id: {each.id for each in item.roll_calls} for item in items}
    sources = {item.document_id: item.source for item in items}
    rows = db.execute(
        "select id, document_id, source from roll_calls where missing_since is null "
        "and document_id in (select value from json_each(?))",
        [json.dumps(list(listed))],
    ).fetchall()
    gone = [(now, key) for key, document, source in rows if source == sources[document] and key not in listed[document]]
    db.conn.executemany("update roll_calls set missing_since = ? where id = ?", gone)
