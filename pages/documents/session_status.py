"""Whether a document can still move: a legislature takes its undecided bills with it when its session ends."""

from __future__ import annotations

import datetime
import re
import sqlite3
from collections.abc import Mapping
from typing import Any

from crawlers.status.federal import congress_ends_on
from crawlers.status.session_end import dissolved_on, is_final
from crawlers.storage.session_ends import ENDED
from pages.http import formatting
from pages.http.language import _
from store.constants import QUIET
from text.days import DAY, iso_day

#: The statuses of an undecided bill. The president may still sign a bill after the Congress ends.
UNDECIDED = frozenset(
    {"introduced", "in_committee", "reported", "passed_first_chamber", "passed_second_chamber", "passed"}
)
#: What happened on a day and is over, where the others last from a day on.
SETTLED = frozenset({"enacted", "adopted", "final", "vetoed", "failed", "withdrawn", "replaced", "decided", "notice"})
#: What can never become law as it is.
DEAD = frozenset({"failed", "withdrawn", "replaced", "vetoed"})
#: A document that has moved within so many days is news, even if it can go no further (a law, a final rule).
LATELY = 90
#: The official title of a bill of Congress that votes the money of one fiscal year, and that year.
_VOTES_MONEY = re.compile(
    r"(?:an? )?(?:original )?(?:bill )?making [^.]{0,100}appropriations\b[^.]{0,400}?"
    r"\bfiscal year ending September 30, (\d{4})",
    re.IGNORECASE,
)
#: The official title of a bill of Congress that only extends something to a day, and that day.
_EXTENDS = re.compile(
    r"(?:a bill )?to (?:amend [^.]{0,200}? to )?extend [^.]{0,250}? through "
    rf"({DAY})(?:, and for other purposes)?\.?$",
    re.IGNORECASE,
)
#: SQL: what the source calls the session of a document ``d``: numbers begin again with every session.
SESSION_TITLE = (
    """(select max(s.title) from session_titles s where s.jurisdiction = d.jurisdiction and s.session = d.session)"""
)
#: SQL: the day on which the session of a document ``d`` was to end, as its bills show, or the rules of its state, or its source.
SESSION_END = """(select max(s.ends_on) from session_last_days s
    where s.jurisdiction = d.jurisdiction and s.session = d.session)"""


#: SQL: the last day of that session of which anything is collected, where that is before its end; else null.
COLLECTED_UNTIL = f"""(select e.moved_on from session_ends e
    where e.jurisdiction = d.jurisdiction and e.session = d.session and e.moved_on < {SESSION_END})"""


def ended_with(row: Mapping[str, Any] | sqlite3.Row, today: datetime.date) -> tuple[str, str] | None:
    """The session that ended over an undecided bill, and the ISO date of its end: ``("117th Congress", "2023-01-03")``.

    ``row`` has kind, jurisdiction, session, status, status_on and status_reason of a document. None for whatever was decided
    or can still move. A bill that no update has ended yet (crawlers.storage.session_ends) goes by the day its Congress ended.
    """
    session = row["session"] or ""
    if row["status_reason"] == ENDED:
        if dissolved_on(row["jurisdiction"], session) == row["status_on"]:
            return _("Parliament"), row["status_on"]
        congress = formatting.session_in_words("us", session) if row["jurisdiction"] == "us" else ""
        return congress or _("legislative session"), row["status_on"]
    if (
        row["kind"] != "bill"
        or row["jurisdiction"] != "us"
        or row["status"] not in UNDECIDED
        or not session.isdecimal()
    ):
        return None
    last = congress_ends_on(int(session))
    return (formatting.session_in_words("us", session), last) if last <= today.isoformat() else None


def still_news(row: Mapping[str, Any] | sqlite3.Row, latest_on: str, today: datetime.date) -> bool:
    """Return whether a document can still move in a legislature, or has moved recently.

    What an agency publishes never moves: what follows it is a document of its own.
    """
    if row["status_reason"] == ENDED:
        return False
    if latest_on >= (today - datetime.timedelta(days=LATELY)).isoformat():
        return True
    return row["kind"] == "bill" and still_waits(row, latest_on, today)


def still_waits(row: Mapping[str, Any] | sqlite3.Row, latest_on: str, today: datetime.date) -> bool:
    """Return whether an undecided bill can still move as far as is known, as lists of what can still move count it.

    ``row`` has session_end (SESSION_END), too. ``latest_on`` is the ISO day of its latest news.
    """
    waiting = row["status"] in UNDECIDED or row["status"] == "to_executive"
    within_a_year = latest_on >= (today - datetime.timedelta(days=365)).isoformat()
    # Where no source dates the session, take a year without news for its end.
    # What was sent to the executive is decided within weeks, whether a source says so or not.
    dated = (row["jurisdiction"] == "us" or row["session_end"]) and row["status"] != "to_executive"
    over = ended_with(row, today) or unheard_since({**row, "latest_on": latest_on}, today)
    return bool(waiting and not over and (dated or within_a_year))


def of_no_known_session(row: Mapping[str, Any]) -> bool:
    """Whether nothing tells when an undecided bill ends: the source gives its bills no session (the United Kingdom)."""
    return row["kind"] == "bill" and row["session"] in formatting.NO_SESSION and row["status"] in UNDECIDED


def can_move(row: Mapping[str, Any] | sqlite3.Row, today: datetime.date) -> bool:
    """Return whether a document can still become something: an undecided bill of a session that goes on, a rule, an open case.

    ``row`` has kind, jurisdiction, session, status, status_on and status_reason. A law and a final rule count: they are done, not
    dead, and what they order begins with them. Of what is no longer recorded, nobody here knows.
    """
    return row["status"] not in DEAD | {"unrecorded"} and row["status_reason"] != ENDED and not ended_with(row, today)


def is_of_the_past(title: str | None, abstract: str | None, today: datetime.date) -> bool:
    """Whether the title, or the official title that begins the summary, is of a fiscal year or an extension that is over."""
    if found := _VOTES_MONEY.match(title or "") or _VOTES_MONEY.match(abstract or ""):
        return f"{found[1]}-09-30" < today.isoformat()
    extends = _EXTENDS.match(title or "")
    until = iso_day(extends[1]) if extends else None
    return until is not None and until < today.isoformat()


def unheard_since(row: Mapping[str, Any] | sqlite3.Row, today: datetime.date) -> str | None:
    """The ISO day on which the session of a bill was to end, if nothing was heard since of what became of it; else None.

    It may live, but nobody should be told so. ``row`` has jurisdiction, status, status_reason, latest_on, and session_end
    (SESSION_END).
    """
    waiting = row["status"] in UNDECIDED or row["status"] == "to_executive"
    if not waiting or row["status_reason"] == ENDED or not row["session_end"]:
        return None
    long_ago = (today - datetime.timedelta(days=QUIET)).isoformat()
    ends_on: str = row["session_end"]
    over = ends_on < (today.isoformat() if is_final(row["jurisdiction"], ends_on) else long_ago)
    return ends_on if over and (row["latest_on"] or "") < long_ago else None


def session_end(db: sqlite3.Connection, document_id: str) -> str | None:
    """The ISO day on which the session of a document was or is to end, where it is known."""
    found = db.execute(f"select {SESSION_END} from documents d where d.id = ?", [document_id]).fetchone()
    return found[0] if found else None


def silent_since(row: Mapping[str, Any], today: datetime.date) -> str | None:
    """The ISO day of the latest news here of a bill's session, where the session goes on, and that is no recent news any more.

    ``row`` has session_end and collected_until (COLLECTED_UNTIL), too.
    """
    until: str | None = row["collected_until"]
    recent = (today - datetime.timedelta(days=LATELY)).isoformat()
    waits = row["kind"] == "bill" and still_waits(row, row["latest_action_on"] or "", today)
    return until if until and until < recent and waits else None


def collected_through(db: sqlite3.Connection, document_id: str, today: datetime.date) -> str | None:
    """The ISO day of the latest news here of the session of a document, or of its source: so old may be what is said of it.

    None where neither has days, such as the bills of the United Kingdom.
    """
    row = db.execute(
        """select coalesce(
            (select e.moved_on from session_ends e where e.jurisdiction = d.jurisdiction and e.session = d.session),
            (select max(day) from (
                select newest_on as day from coverage c
                where c.source = d.source and c.jurisdiction = d.jurisdiction and c.session = d.session
                union select latest_action_on from coverage c
                where c.source = d.source and c.jurisdiction = d.jurisdiction and c.session = d.session
            ) where day <= ?)
        ) from documents d where d.id = ?""",
        [today.isoformat(), document_id],
    ).fetchone()
    return row[0] if row else None
