"""Who decides next on a document: the committee that has it, the chamber that votes, or the executive. Alive bills only.

What a source says decides: a status, the committees it names with what they did, and its last referral. Where it names no
committee, the page says so, and shows the last referral in the words of the source.
"""

from __future__ import annotations

import datetime
import re
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

from crawlers.status.federal import is_ordered_reported
from pages.database import Row, first, rows, value
from pages.documents.day_order import place_in_day
from pages.documents.session_status import SESSION_END, UNDECIDED, can_move, session_end, still_waits
from pages.people import names

#: What a committee does last with a bill: it has it no longer.
_DONE = re.compile(r"report|discharg", re.IGNORECASE)
#: A sentence that does more than to refer, such as "Introduced, referred to Assembly Education Committee".
_REFERS = re.compile(r"\bref(?:er|erred|\.) to\b.*\b(?:committee|comm?\.)")
#: A report that goes on to another committee, which it may name without that word ("re-refer to Finance"), unless it only asks.
_SENT_ON = re.compile(
    r"^(?!.*(?:\brequest to\b|legislative bureau)).*"
    r"(?:\b(?:re)?(?:ref(?:er|erred|\.)?|committed) to\b|\bbut first (?:re-?referred )?to\b)"
)
#: Of an amendment, not of its bill, or a motion that may have failed.
_OF_AMENDMENT = re.compile(
    r"^(?:(?:house|senate|floor|committee) )*amendments?\b|\bfor amendments?$|\(amendments\)|^motion .*amendment"
)
_NO_COMMITTEE = re.compile(r"committee of the whole|\bsuspense file\b")
#: The other chamber agrees to a referral, the action before: the committee is of both.
_CONCURRED = re.compile(r"(?:house|senate) concurred\.?$", re.IGNORECASE)
#: Where most committees are of both chambers: the name of another says whose it is ("House Ways and Means").
_OF_BOTH_CHAMBERS = frozenset({"us-ma"})
#: Congress puts a bill before a whole chamber: after its committees, or past them.
_ON_FLOOR = re.compile(
    r"placed on (?:senate legislative|the (?:union|house|private)) calendar|held at the desk|committee of the whole"
)
#: Neither a committee nor a chamber has it any more, unless somebody takes it from the files.
_FILED = re.compile(r"placed on file\b")
#: Classes of what follows a referral once the committee is done with the bill.
_FOLLOWS = ("committee-passage", "committee-discharge", "reading-2", "reading-3", "calendar", "passage")
_OTHER = {"lower": "upper", "upper": "lower"}
#: Words that name the other chamber than this one.
_OTHER_NAMED = defaultdict(lambda: re.compile("$^"), lower=re.compile("senate"), upper=re.compile("house|assembly"))
ALIVE = UNDECIDED | {"to_executive"}
#: What these functions need of a row of ``documents``: its text is long.
COLUMNS = (
    "d.id, d.kind, d.jurisdiction, d.session, d.chamber, d.status, d.status_on, d.status_reason, d.latest_action_on, "
    f"d.published_on, d.missing_since, {SESSION_END} as session_end"
)
#: What a list shows of a person, of ``people p``; the state is that of the newest term.
PERSON = """p.id, p.name, p.given_name, p.family_name, p.jurisdiction, p.party, p.chamber, p.district, p.is_current, (
        select t.state from person_terms t where t.person = p.id and t.state is not null order by t.starts desc limit 1
    ) as state"""
#: Places whose bills have legislators here.
_UNITED_STATES = re.compile(r"us(-[a-z]{2})?")


@dataclass(frozen=True)
class Body:
    """A committee that has the bill; ``key`` is None where the committee is not collected."""

    key: str | None
    name: str
    address: str | None = None
    chairs: list[Row] = field(default_factory=list)
    members: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Decider:
    """Who decides next.

    ``step`` is "committee", "floor", "chamber" (where no source says which committee, if any, has it), "both" (the chambers
    must agree on one text), "agreed" (they have, or the only one has passed it), or "executive". ``chamber`` is where it is, in
    the source's key. ``bodies`` have it, ``reported_by`` are done with it. ``ordered`` is the vote of a committee to report it,
    where its report has not been filed, and ``voted`` are the committees that may have voted so. ``referral`` is its last
    referral, in the words of the source, where no committee is known: to one of both chambers (``joint``), or, with no
    ``chamber``, to one whose chamber the source does not say.
    ``has_members``: whether anyone is known to sit in that chamber.
    """

    step: str
    jurisdiction: str
    chamber: str | None = None
    chamber_name: str = ""
    bodies: list[Body] = field(default_factory=list)
    reported_by: list[Body] = field(default_factory=list)
    ordered: Row | None = None
    voted: list[Body] = field(default_factory=list)
    referral: Row | None = None
    joint: bool = False
    has_members: bool = False

    @property
    def members_query(self) -> str:
        """What chooses the members of the chamber on the list of people."""
        return urlencode({"place": self.jurisdiction} | ({"chamber": self.chamber} if self.chamber else {}))


def decider(db: sqlite3.Connection, document: Mapping[str, Any], today: datetime.date) -> Decider | None:
    """Who decides next on a document, a row of ``documents``.

    None where it is dead or done, was placed on file, has no legislators here, or where lists have its record of another session.
    """
    if not is_alive({**document, "session_end": session_end(db, document["id"])}, today):
        return None
    if value(db, "select 1 from twice_listed where document_id = ?", [document["id"]]):
        return None
    found = _decider(db, document)
    return replace(found, has_members=_has_members(db, found)) if found else None


def _has_members(db: sqlite3.Connection, found: Decider) -> bool:
    sql = "select exists (select 1 from people where jurisdiction = ? and is_current = 1 and chamber = coalesce(?, chamber))"
    return bool(value(db, sql, [found.jurisdiction, found.chamber]))


def _decider(db: sqlite3.Connection, document: Mapping[str, Any]) -> Decider | None:
    place, status = document["jurisdiction"], document["status"]
    if status in ("to_executive", "passed_second_chamber", "passed"):
        step = {"to_executive": "executive", "passed": "agreed"}.get(status, "both")
        return Decider(step, place, "legislature" if document["chamber"] == "legislature" else None)
    where = _chamber_now(db, document)
    here = (place, where, names.chamber(place, where))
    committees = rows(db, "select * from committees where document_id = ? order by ordinal", [document["id"]])
    having, done = lying(committees, where)
    moves = _last_moves(db, document["id"], where, _since(document, where))
    if moves.reported == "filed":
        return None
    if moves.reported or (done and not having):
        sent = done or _marked_up(having)
        waiting = [row for row in having if row not in sent]
        # A bill of several committees waits for all of them, until it is on the calendar.
        whole = {row["code"][:4] for row in waiting} - {row["code"][:4] for row in sent}
        step = "committee" if moves.reported == "reported" and sent and whole else "floor"
        return Decider(step, *here, bodies(db, place, waiting), bodies(db, place, sent))
    voted = _who_voted(having) if moves.ordered else []
    found = Decider("committee", *here, ordered=moves.ordered, voted=bodies(db, place, voted))
    if having:
        return replace(found, bodies=bodies(db, place, [row for row in having if row not in voted]))
    if moves.referral:
        return _referred(db, document["id"], found, moves.referral)
    return found if moves.ordered else Decider("chamber", *here)


def _who_voted(having: list[Row]) -> list[Row]:
    """The committees that may have voted to report a bill: those whose last word is a markup, or the only one."""
    whole = [row for row in having if row["code"].endswith("00")]
    return _marked_up(whole) or (whole if len(whole) == 1 else [])


def _marked_up(committees: list[Row]) -> list[Row]:
    """The committees whose last word is that they amended the bill and voted on it."""
    return [row for row in committees if "markup" in (row["activity"] or "").lower()]


def _referred(db: sqlite3.Connection, document_id: str, found: Decider, referral: Row) -> Decider:
    """The same with its last referral, and the chamber of that committee: both, or one by name, where the source says so."""
    found, words = replace(found, referral=referral), referral["description"].lower()
    sql = "select description from actions where document_id = ? and ordinal > ? order by ordinal limit 1"
    then = value(db, sql, [document_id, referral["ordinal"]])
    mixed = found.jurisdiction in _OF_BOTH_CHAMBERS
    if mixed and (named := re.match(r".*committee on (house|senate)\b(?!.*committee on)", words, re.DOTALL)):
        where = "lower" if named[1] == "house" else "upper"
        return replace(found, chamber=where, chamber_name=names.chamber(found.jurisdiction, where))
    joint = "two branches" in words or bool(_CONCURRED.match(then or ""))
    return replace(found, chamber=None, chamber_name="", joint=joint) if mixed or joint else found


def is_alive(document: Mapping[str, Any], today: datetime.date) -> bool:
    """Whether a legislature can still act on a bill, a row of COLUMNS: its session goes on, and its source still lists it."""
    latest = document["latest_action_on"] or document["published_on"] or ""
    return (
        document["kind"] == "bill"
        and document["status"] in ALIVE
        and not document["missing_since"]
        and bool(_UNITED_STATES.fullmatch(document["jurisdiction"]))
        and can_move(document, today)
        and still_waits(document, latest, today)
    )


def chamber_of(document: Mapping[str, Any]) -> str | None:
    """The chamber that has the bill: the other one once the first has passed it."""
    origin = document["chamber"]
    return _OTHER.get(origin, origin) if document["status"] == "passed_first_chamber" else origin


def _chamber_now(db: sqlite3.Connection, document: Mapping[str, Any]) -> str | None:
    """The same, but a bill that its own chamber refers to a committee once more has not left it, whatever its status says."""
    origin, where = document["chamber"], chamber_of(document)
    if where == origin:
        return origin
    moves = _last_moves(db, document["id"], origin, document["status_on"] or "", strict=True)
    return origin if moves.referral else where


def _since(document: Mapping[str, Any], where: str | None) -> str:
    """The day since when a bill is in a chamber, as far as its status says."""
    return "" if where == document["chamber"] else document["status_on"] or ""


def lying(committees: Sequence[Row], chamber: str | None) -> tuple[list[Row], list[Row]]:
    """The committees of a chamber that still have a bill, and those that are done with it.

    Args:
        committees: rows of the table ``committees`` of one document: what each committee did, and when.
    """
    last: dict[str, Row] = {}
    for row in committees:
        known = last.get(row["code"] or "")
        # Of one day, the source gives the newest first.
        if row["code"] and row["chamber"] in (chamber, "joint") and (known is None or _day(row) > _day(known)):
            last[row["code"]] = row
    done = [row for row in last.values() if _DONE.search(row["activity"] or "")]
    having = [row for row in last.values() if row not in done]
    # What a subcommittee reports goes to its whole committee, which has it anyway.
    return having, [row for row in done if row["code"].endswith("00") or row["chamber"] == "joint"]


def _day(row: Row) -> str:
    return row["active_on"] or ""


def bodies(db: sqlite3.Connection, jurisdiction: str, committees: Sequence[Row]) -> list[Body]:
    """Committees that the source names, with their chairs and members, whole committees before their subcommittees."""
    return [_body(db, jurisdiction, row) for row in sorted(committees, key=lambda row: row["code"])]


def _body(db: sqlite3.Connection, jurisdiction: str, row: Row) -> Body:
    key = row["code"]
    held = first(db, "select * from legislative_committees where id = ? and jurisdiction = ?", [key, jurisdiction])
    if held is None:
        return Body(None, row["name"])
    members = members_of(db, key)
    chairs = [each for each in members if each["role"]]
    return Body(key, held["name"], names.committee_address(key, held["name"]), chairs, members)


def members_of(db: sqlite3.Connection, committee: str) -> list[Row]:
    """The members of a committee with their seats: the chair first, then by party and rank."""
    found = rows(
        db,
        f"select m.role, m.rank, m.party as side, {PERSON} from committee_members m join people p on p.id = m.person "
        "where m.committee = ? and m.seen_until is null order by m.role is null, m.party, m.rank, p.family_name",
        [committee],
    )
    return [row | seated(row) for row in found]


def seated(person: Mapping[str, Any]) -> dict[str, str]:
    """What a list shows of a person: address, party and seat in words."""
    return {
        "address": names.person_address(person["id"], person["name"]),
        "party_word": names.party(person["party"]),
        "seat": names.seat(person["jurisdiction"], person["chamber"], person["district"], person["state"]),
    }


class Moves(NamedTuple):
    """The last referral in a chamber; a committee's vote since then to report the bill; and whether since then a whole committee
    "reported" it, or it is on the "floor", or was "filed"."""

    referral: Row | None = None
    ordered: Row | None = None
    reported: str = ""


def _last_moves(
    db: sqlite3.Connection, document_id: str, chamber: str | None, since: str, *, strict: bool = False
) -> Moves:
    """What happened last to a bill in a chamber, as far as it says who has it.

    With ``strict``, an action counts only if the source says that it was in this chamber, and its words do not name the other.
    """
    moves = Moves()
    for action in rows(
        db,
        "select ordinal, acted_on, description, classification, chamber from actions where document_id = ? and acted_on >= ? "
        f"and (chamber in (?, 'joint') or chamber is null) order by acted_on, {place_in_day(db, document_id)}",
        [document_id, since, chamber],
    ):
        kind, words = action["classification"] or "", action["description"].lower()
        if strict and (action["chamber"] != chamber or _OTHER_NAMED[chamber or ""].search(words)):
            continue
        if _refers(kind, words):
            moves = Moves(action)
        elif is_ordered_reported(words):
            moves = moves._replace(ordered=action)
        elif _FILED.search(words):
            moves = moves._replace(reported="filed")
        elif kind.startswith("committee-passage") and "subcommittee" not in words:
            moves = moves._replace(reported=moves.reported or "reported")
        elif _ON_FLOOR.search(words):
            moves = moves._replace(reported="floor")
    return moves


def _refers(kind: str, words: str) -> bool:
    """Whether an action sends a bill to a committee; the committee of the whole is the chamber itself, and a suspense file
    (California) is where a committee keeps a bill that it has."""
    reported = kind.startswith("committee-passage")
    sends = kind == "referral-committee" or _REFERS.search(words) or (reported and _SENT_ON.search(words))
    return bool(sends) and not _OF_AMENDMENT.search(words) and not _NO_COMMITTEE.search(words)


def referred_again(db: sqlite3.Connection, document: Mapping[str, Any]) -> Row | None:
    """The action that sent a reported bill to a committee again, if nothing tells that it has left that one since; else None."""
    if document["status"] != "reported":
        return None
    referral = None
    for action in rows(
        db,
        "select acted_on, description, classification from actions where document_id = ? and acted_on >= ? "
        f"order by acted_on, {place_in_day(db, document['id'])}",
        [document["id"], document["status_on"] or ""],
    ):
        kind, words = action["classification"] or "", action["description"].lower()
        if _refers(kind, words):
            referral = action
        elif kind.startswith(_FOLLOWS) or _ON_FLOOR.search(words):
            referral = None
    return referral
