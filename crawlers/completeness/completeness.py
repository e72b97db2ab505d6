"""Did all come that was to be expected? Judged for every part of a source when its run ends, and kept with the run.

What is expected is the source's own total where it gives one (`ExpectedCount`), and otherwise what it has listed before. A
part that came short is not believed: nothing of it goes missing, and the run says so, until the source has it again or a person
says that it is right (`believe`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from crawlers.completeness.coverage import merged
from crawlers.items import ExpectedCount, Listing
from crawlers.storage.record import mark_missing, stored_ids

#: What may always be lacking before a part counts as short: this share, and one document (a bill withdrawn, a number freed).
SHARE, LEAST = 0.05, 1
#: More than this many records must fail anew, at this many times the share of earlier runs, for a rise to be told.
REJECTS_LEAST, REJECTS_TIMES, REJECTS_FLOOR = 3, 3, 0.001
#: How many of the parts that came short a run's note names; all of them stand in its coverage.
NAMED = 3
Part = dict[str, Any]
Place = tuple[str | None, str, str]  # jurisdiction (None in runs from before it was noted), session, part


@dataclass
class Closed:
    """What the end of a run has found: its coverage, part by part, and how many documents have gone missing."""

    parts: list[Part] = field(default_factory=list)
    missing: int = 0


def lacks_much(expected: int, received: int) -> bool:
    """Whether more is lacking than may always be."""
    return expected - received > max(LEAST, SHARE * expected)


def is_short(expected: int, received: int) -> bool:
    """Whether a part is to be told: too much of it is lacking, or all of it."""
    return lacks_much(expected, received) or received <= 0 < expected


def place_of(part: Mapping[str, Any]) -> Place:
    """What a part of a run's coverage is about."""
    return part.get("jurisdiction"), str(part.get("session") or ""), str(part.get("part") or "")


def label(part: Mapping[str, Any]) -> str:
    """The same for people: "us-tx 89R", "us 117 hr"."""
    return " ".join(filter(None, place_of(part)))


def close(
    db: Database,
    source: str,
    listings: Iterable[Listing],
    tallies: Mapping[Place, ExpectedCount],
    *,
    rejected: set[str],
    excused: bool,
    believe: bool,
    now: str,
) -> Closed:
    """Compare listings and tallies with what is stored, and note what has gone missing from listings that are whole.

    Args:
        rejected: documents that came and could not be read.
        excused: the run did not mean to store all that is listed (a limit, some days, a spent budget).
        believe: take every listing for whole.
        now: UTC time stamp for `missing_since`.
    """
    closed, found = Closed(), [(each, stored_ids(db, each)) for each in merged(listings)]
    lost = {id(each): len(stored - set(each.document_ids)) for each, stored in found}
    # Many small parts that lack one document each are suspicious together.
    everywhere = is_short(
        sum(len(stored) for _, stored in found), sum(len(stored) - lost[id(each)] for each, stored in found)
    )
    for listing, stored in found:
        place = (listing.jurisdiction, listing.session, listing.part)
        cut = not believe and (
            is_short(len(stored), len(stored) - lost[id(listing)]) or (everywhere and lost[id(listing)] > 0)
        )
        after = stored
        if lost[id(listing)] and not cut:
            closed.missing += mark_missing(db, listing, now=now)
            after = stored_ids(db, listing)
        part = _part(listing, stored, after, rejected)
        part["reason"] = _cut_off(stored, lost[id(listing)]) if cut else _not_stored(part, rejected, listing, excused)
        _reckon(part, tallies.get(place))
        part["complete"] = part["complete"] and not part["reason"]
        closed.parts.append({name: value for name, value in part.items() if value is not None})
    listed = {(each.jurisdiction, each.session, each.part) for each, _ in found}
    closed.parts += [_unlisted(db, source, tally) for place, tally in tallies.items() if place not in listed]
    return closed


def _part(listing: Listing, before: set[str], after: set[str], rejected: set[str]) -> Part:
    listed = set(listing.document_ids)
    return {
        "jurisdiction": listing.jurisdiction,
        "session": listing.session,
        "part": listing.part,
        "first_on": listing.first_on,
        "last_on": listing.last_on,
        "listed": len(listed),
        "stored": len(after),
        "expected": len(listed | (before & after)),
        "received": len(listed & after),
        "complete": listed <= after | rejected,
    }


def _cut_off(stored: set[str], lost: int) -> str:
    return (
        f"the source lists only {len(stored) - lost:,} of the {len(stored):,} documents it listed before: "
        "taken for cut off, nothing counts as gone"
    )


def _not_stored(part: Part, rejected: set[str], listing: Listing, excused: bool) -> str | None:
    if excused or not is_short(part["listed"], part["received"]):
        return None
    unread = len(rejected & set(listing.document_ids))
    words = f", {unread:,} could not be read" if unread else ""
    return f"{part['listed']:,} documents are listed and {part['received']:,} of them are stored{words}"


def _reckon(part: Part, tally: ExpectedCount | None) -> None:
    """Put the tally in the place of what the listing alone tells, and its reason where it came short."""
    if tally is None:
        return
    if tally.received is None:
        part["expected"], part["received"] = max(tally.expected, part["stored"]), min(tally.expected, part["stored"])
        words = f"the source says it holds {tally.expected:,} {tally.what}, {part['stored']:,} are stored"
    else:
        part["expected"], part["received"] = tally.expected, tally.received
        words = f"of {tally.expected:,} {tally.what} that were to be expected, {tally.received:,} came"
    part["counted"] = True
    if lacks_much(part["expected"], part["received"]):
        part["reason"] = part["reason"] or words


def _unlisted(db: Database, source: str, tally: ExpectedCount) -> Part:
    """A part that was begun and not listed to its end: what is there so far, and no judgement."""
    place = {"jurisdiction": tally.jurisdiction, "session": tally.session, "part": tally.part}
    stored = len(stored_ids(db, Listing(source=source, document_ids=(), **place)))
    received = stored if tally.received is None else tally.received
    return place | {
        "listed": 0,
        "stored": stored,
        "expected": max(tally.expected, received),
        "received": received,
        "complete": False,
        "counted": True,
    }


# --------------------------------------------------------------------- earlier runs


def earlier(db: Any, source: str) -> Iterator[tuple[str, list[Part]]]:
    """When each ended run of a source ended, and its coverage; newest first."""
    rows = db.execute(
        "select finished_at, coverage from runs where source = ? and state in ('finished', 'failed') "
        "and coverage is not null order by id desc",
        [source],
    )
    for finished_at, stored in rows:
        yield finished_at, [part for part in json.loads(stored) if isinstance(part, dict)]


def latest(runs: Iterable[tuple[str, Sequence[Part]]]) -> dict[Place, list[Part]]:
    """What the newest run that knew of it says about each part; more than one entry where it was listed by days."""
    found: dict[Place, list[Part]] = {}
    for _, parts in runs:
        of_run: dict[Place, list[Part]] = {}
        for part in parts:
            of_run.setdefault(place_of(part), []).append(part)
        found = of_run | found
    return found


def gone(db: Database, source: str, seen: Iterable[Place], should_list: Callable[[str, str], bool]) -> list[Part]:
    """The parts that earlier runs have seen and this one, though it should have, has not: whole sessions and jurisdictions too.

    They stand in the coverage of every run until the source lists them again.
    """
    now, found = set(seen), []
    for place, parts in latest(earlier(db, source)).items():
        expected = sum(part.get("expected") or part["listed"] for part in parts if part.get("gone") or part["listed"])
        if expected and place not in now and place[0] and should_list(place[0], place[1]):
            found.append(
                {
                    "jurisdiction": place[0],
                    "session": place[1],
                    "part": place[2],
                    "listed": 0,
                    "stored": sum(part["stored"] for part in parts),
                    "expected": expected,
                    "received": 0,
                    "complete": False,
                    "gone": True,
                    "reason": f"listed {expected:,} documents before and nothing now",
                }
            )
    return found


def told(parts: Sequence[Part]) -> list[str]:
    """Sentences for the parts that are not as they should be: the first few by name, the others by number."""
    bad = [f"{label(part)}: {part['reason']}" for part in parts if part.get("reason")]
    rest = len(bad) - NAMED
    return bad[:NAMED] + ([f"{rest:,} more parts came short, see infopolicy status"] if rest > 0 else [])


def rejects_rise(db: Database, source: str, *, anew: int, handled: int) -> str | None:
    """A sentence when many more records could not be read than in the ten runs before; `anew`: those not known as such."""
    rejected, of = db.execute(
        "select sum(rejected), sum(added + changed + unchanged + rejected) from (select * from runs where source = ? "
        "and state in ('finished', 'failed') order by id desc limit 10)",
        [source],
    ).fetchone()
    if not of or anew < REJECTS_LEAST:
        return None
    before = max(rejected / of, REJECTS_FLOOR)
    if anew / max(handled, 1) <= REJECTS_TIMES * before:
        return None
    return f"{anew:,} of {handled:,} records could not be read, {rejected:,} of {of:,} in the runs before"
