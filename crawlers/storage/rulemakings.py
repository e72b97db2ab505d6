"""A rulemaking as one thread: proposed rule, extension, final rule, correction, joined by docket, RIN, named ties, and title.

The two tables are derived from what was observed and hold nothing that `write_threads` could not make again. What is
next in a thread depends on the day it is read, so the dates stand in the table and the choice is left to the reader:
the earlier of `comments_close_on` and `effective_on` that is not yet past. Both are what the newest document that names
one says, so an extension replaces the deadline it extends.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from sqlite_utils import Database

from store.placeholders import marks
from store.sync_table import sync_table

#: A docket of more documents than this is a drawer in which an agency files a year's work.
DRAWER = 15
#: A chain of more documents hangs on those that answer several dockets: then only the docket that each names first counts.
CHAIN = 8
#: A document that names more dockets than this (a list of approved forms) belongs to none of them.
MOST_NAMED = 5
#: Some RINs stand for a kind of rule that is issued all year (airworthiness directives, safety zones, airspace): what
#: shares one is no rulemaking. Such a RIN shows itself by more dockets than one rulemaking can have.
MOST_DOCKETS = 3
STANDING_RINS = frozenset(
    {
        "2120-AA64",
        "2120-AA65",
        "2120-AA66",  # FAA: airworthiness directives, instrument procedures, airspace
        "1625-AA00",
        "1625-AA08",
        "1625-AA09",
        "1625-AA11",
        "1625-AA87",  # Coast Guard: zones, regattas, bridges
        "2070-AB27",  # EPA: significant new uses of chemicals
    }
)
#: Dockets of regulations.gov in which an agency files whatever has no docket of its own, year after year: civil penalties,
#: corrections, circulars, notices of rules on different matters. Each was read.
DRAWERS = frozenset(
    {
        "BLM-2023-0002",
        "BLM-2023-0003",
        "CFPB-2019-0010",
        "CFPB-2023-0001",
        "COE-2021-0001",
        "COE-2023-0001",
        "DOD-2020-OS-0002",
        "DOE-HQ-2018-0001",
        "FAR-2018-0001",  # introductions of, and guides to, Federal Acquisition Circulars
        "FAR-2019-0001",
        "FAR-2019-0002",
        "FAR-2021-0051",
        "FAR-2022-0051",
        "FAR-2023-0051",
        "FHWA-2013-0002",
        "FRA-2009-0031",
        "FTA-2013-0016",
        "NHTSA-2013-0009",
        "PHMSA-2013-0008",
        "SLSDC-2013-0002",
        "SLSDC-2016-0001",
        "TSA-2013-0001",
        "VA-2022-VACO-0002",
    }
)
TIES = ("corrects", "corrected by", "withdraws", "extends", "delays", "confirms")
#: A title joins a final rule to a proposal of so long before: what is printed sooner is of the same order (the FCC decides and
#: proposes in one), and what comes later is another. A title more usual than CHAIN joins nothing.
SOONEST, LATEST = timedelta(days=30), timedelta(days=3 * 365)
#: What these issue all year has the title of its place or aircraft, and a proposal and its final rule one docket.
OWN_DOCKETS = frozenset({"FAA", "USCG"})
#: Printed among the dockets, but the number of one document, form, order or account.
_NO_DOCKET = re.compile(
    r"^(FRL|FRS? ID|FCC \d|FAC \d|DA \d|OMB|Amendment|AD[ -]\d|Project Identifier|Sequence|PO ?#|Order #|T\.?D\. ?\d|RIN)",
    re.I,
)
#: Letters or digits, a hyphen, digits somewhere and no full stop: what has one or lacks the other is an account's number.
_LIKE_DOCKET = re.compile(r"^(?=.*\d{2})(?=[^-]+-)[^.]+$")
#: NOAA files every action of a season under the number of the rule that it carries out ("220919-0193"), so that closures and
#: quotas share it; its own number is its RTID, which the proposal and the final rule share.
_OF_NOAA, _RTID = re.compile(r"\d{6}-\d{4}"), "RTID "
_WORD = re.compile(r"[a-z0-9]+")
_SHORT = re.compile(r"^[A-Z]{0,3}[ -]?\d+(-\d+)*$")


Rows = set[tuple[object, ...]]


class Member(NamedTuple):
    """What a thread needs to know of a document."""

    id: str
    document_type: str | None
    title: str
    status: str
    status_on: str | None
    published_on: str | None
    comments_close_on: str | None
    effective_on: str | None


def _day(kind: str, column: str) -> str:
    """The day to which a later document moved a date (crawlers.storage.corrected_dates), or a document's own."""
    return f"""coalesce((select min(substr(e.starts_at, 1, 10)) from events e
        where e.document_id = d.id and e.kind = '{kind}' and e.recorded is not null), d.{column})"""


def write_threads(db: Database) -> int:
    """Bring `threads` and `thread_documents` up to what the documents say; returns the number of rows written or removed."""
    members = {
        row[0]: Member(*row)
        for row in db.execute(
            f"select id, document_type, title, status, status_on, published_on, {_day('comment_close', 'comments_close_on')}, "
            f"{_day('effective', 'effective_on')} from documents d where kind = 'regulation'"
        ).fetchall()
    }
    found = list(_rulemakings(db, members))
    answered = join(members, [*([each.id for each in group] for group in found), *_by_title(db, found)])
    groups = (sorted(group, key=lambda each: (each.published_on or "", each.id)) for group in answered)
    threads = [
        group
        for group in groups
        if len(group) > 1 and any(each.document_type in ("Rule", "Proposed Rule") for each in group)
    ]
    rows: Rows = {(each.id, group[0].id, ordinal) for group in threads for ordinal, each in enumerate(group)}
    with db.atomic():
        return sync_table(db, "threads", {_summary(group) for group in threads}) + sync_table(
            db, "thread_documents", rows
        )


def _rulemakings(db: Database, members: Mapping[str, Member]) -> Iterator[list[Member]]:
    """The groups, those that are longer than CHAIN by the docket that each document names first."""
    named = _named(db)
    dockets = _by_docket(named)
    others = [*_by_rin(db, dockets).values(), *_ties(db)]
    first = _by_docket({key: numbers[:1] for key, numbers in named.items()})
    for group in join(members, [*dockets.values(), *others]):
        if len(group) <= CHAIN:
            yield group
        else:
            yield from join({each.id: each for each in group}, [*first.values(), *others])


def _summary(group: list[Member]) -> tuple[object, ...]:
    """A thread's row, from its documents in order of publication. Corrections and notices do not move it."""
    moving = [each for each in group if each.status != "notice"] or group
    latest = lambda name: next((day for each in reversed(group) if (day := getattr(each, name))), None)  # noqa: E731
    return (
        group[0].id,
        moving[-1].title,
        len(group),
        group[0].published_on,
        group[-1].published_on,
        moving[-1].status,
        moving[-1].status_on,
        latest("comments_close_on"),
        latest("effective_on"),
    )


def join(members: Mapping[str, Member], together: Iterable[Iterable[str]]) -> list[list[Member]]:
    """Groups of members that are together, however many steps apart. Ids that are no member are passed over."""
    leader = {key: key for key in members}

    def lead(key: str) -> str:
        while leader[key] != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    for ids in together:
        known = [key for key in ids if key in leader]
        for key in known[1:]:
            leader[lead(key)] = lead(known[0])
    groups: dict[str, list[Member]] = defaultdict(list)
    for key, member in members.items():
        groups[lead(key)].append(member)
    return list(groups.values())


def is_docket(number: str) -> bool:
    """Whether a number printed among the dockets is one: not that of one document, form, order, or account, nor a drawer."""
    return bool(_LIKE_DOCKET.search(number)) and not _NO_DOCKET.match(number) and number.upper() not in DRAWERS


def _named(db: Database) -> dict[str, list[str]]:
    """The dockets of each document. A short number ("50-443") is an agency's own and counts with the agency's name."""
    rows = db.execute(
        "select t.document_id, t.term, (select a.term from terms a where a.document_id = t.document_id "
        "and a.kind = 'agency' order by a.ordinal limit 1) from terms t where t.kind = 'docket' order by t.document_id, t.ordinal"
    )
    found = rows.fetchall()
    has_rtid = {key for key, docket, _ in found if docket.startswith(_RTID)}
    named: dict[str, list[str]] = defaultdict(list)
    for key, docket, agency in found:
        if is_docket(docket) and not (key in has_rtid and _OF_NOAA.fullmatch(docket)):
            number = docket.upper()
            named[key].append(f"{agency} {number}" if _SHORT.match(number) else number)
    return named


def _by_docket(named: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The documents of each docket, less those of a drawer and of what names too many."""
    found: dict[str, list[str]] = defaultdict(list)
    for key, numbers in named.items():
        for number in numbers if len(numbers) <= MOST_NAMED else ():
            found[number].append(key)
    return {docket: ids for docket, ids in found.items() if len(ids) <= DRAWER}


def _by_rin(db: Database, dockets: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The documents of each RIN that stands for one rulemaking."""
    docket_of = {key: docket for docket, ids in dockets.items() for key in ids}
    found: dict[str, list[str]] = defaultdict(list)
    for key, rin in db.execute("select document_id, term from terms where kind = 'rin'").fetchall():
        found[rin].append(key)
    return {
        rin: ids
        for rin, ids in found.items()
        if rin not in STANDING_RINS and len({docket_of.get(key, key) for key in ids}) <= MOST_DOCKETS
    }


def _by_title(db: Database, groups: Iterable[list[Member]]) -> Iterator[tuple[str, str]]:
    """Pairs of a proposal and the first final rule with its title, where nothing else joins them.

    At regulations.gov the FCC or the SEC give each document a docket of its own, and the Copyright Office files final rules in
    a drawer. Nothing is joined where two rulemakings of one agency wait under the title.
    """
    agencies = dict(
        db.execute(
            "select t.document_id, t.term from terms t join documents d on d.id = t.document_id "
            "where t.kind = 'agency' and d.source = 'us_regulations' order by t.ordinal desc"
        ).fetchall()
    )
    titled: dict[tuple[str, str], list[tuple[Member, list[Member]]]] = defaultdict(list)
    for group in groups:
        for each in group:
            agency = agencies.get(each.id)
            if each.published_on and agency and agency not in OWN_DOCKETS:
                titled[agency, " ".join(_WORD.findall(each.title.casefold()))].append((each, group))
    for alike in titled.values():
        yield from _answers(alike)


def _answers(alike: list[tuple[Member, list[Member]]]) -> Iterator[tuple[str, str]]:
    """The pairs among documents of one title, each with its group."""
    answered: set[str] = set()
    for rule, own in sorted(alike, key=lambda each: (each[0].published_on or "", each[0].id)):
        if rule.document_type != "Rule" or _has(own, "Proposed Rule"):
            continue
        day = date.fromisoformat(rule.published_on or "")
        since, until = str(day - LATEST), str(day - SOONEST)
        before = [(each, group) for each, group in alike if since <= (each.published_on or "") <= until]
        proposed = [group for each, group in before if each.document_type == "Proposed Rule"]
        waiting = {group[0].id for group in proposed if not _has(group, "Rule")} - answered
        if len(waiting) == 1 and len(before) < CHAIN:
            answered |= waiting
            yield rule.id, waiting.pop()


def _has(group: Iterable[Member], document_type: str) -> bool:
    return any(each.document_type == document_type for each in group)


def _ties(db: Database) -> list[tuple[str, str]]:
    """Pairs that a source ties by name. A publication that is filed under many dockets ties none of them."""
    named = db.execute(f"select document_id, linked_id from links where kind in ({marks(TIES)})", TIES).fetchall()
    filed = db.execute(
        "select document_id, linked_id from links where kind = 'published as' and linked_id in (select linked_id "
        "from links where kind = 'published as' group by linked_id having count(*) <= ?)",
        [MOST_NAMED],
    ).fetchall()
    return named + filed
