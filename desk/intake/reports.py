"""Errors on pages that anybody may report: filed from outside, read and answered by staff.

Nothing of a report is public. The mail address of who reported is forgotten a while after the report is closed.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from sqlite_utils import Database

from crawlers.items import BadRecord, clean
from desk.accounts import accounts, limits
from desk.accounts.accounts import Account
from desk.web.errors import InvalidForm
from store.clock import ago
from store.connect import writing
from store.errors import InvalidInput

#: How a report can be closed -> how it is said.
ENDINGS = {"mended": "Fixed", "no_error": "Not an error", "known": "Already known", "unclear": "Unclear"}
OPEN = "open"
SHORTEST, LONGEST = 10, 4_000
LONGEST_PAGE = 500
#: Past so many open ones somebody is flooding us: only the first report of a sender is still taken; past the second
#: number none is, until staff have closed some.
MOST_OPEN = 2_000
MOST_OPEN_AT_ALL = 10_000
FORGET_DAYS = 30
_TOO_MANY = (
    f"your report was not saved: one network can send at most {limits.REPORTS_PER_ORIGIN} in {limits.MINUTES} minutes and "
    f"{limits.REPORTS_PER_DAY} in a day. Please keep your text and send it again later"
)
_FULL = "your report was not saved: too many reports are waiting. Please keep your text and send it again in a few days"


class BadReport(InvalidForm):
    """A report that cannot be filed."""


class BadAnswer(InvalidInput):
    """An answer that cannot be recorded; the message says why."""


class AnsweredSince(BadAnswer):
    """The report was answered after the page was opened."""


def page_of(address: str, site: str = "") -> str | None:
    """The address of a page of ours without its host, or None: `/documents/x` from `https://our.site/documents/x`."""
    address = address.strip().removeprefix(site) if site else address.strip()
    if not address.startswith("/") or address.startswith(("//", "/\\")) or not address.isprintable():
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return None if parts.netloc or parts.scheme or len(address) > LONGEST_PAGE else address


def check(page: str, words: str, email: str, site: str = "") -> tuple[str, str, str | None]:
    """What is to be kept of a form: page, words, mail address.

    Raises:
        BadReport: with what is wrong, field by field.
    """
    wrong: dict[str, str] = {}
    address = page_of(page, site)
    if address is None:
        wrong["page"] = "enter the address of a page on this site; it starts with /"
    try:
        said = clean(words) or ""
    except BadRecord:
        said = ""
    if len(said) < SHORTEST:
        wrong["words"] = f"describe the error (at least {SHORTEST} characters)"
    elif len(said) > LONGEST:
        wrong["words"] = f"at most {LONGEST:,} characters; this has {len(said):,}"
    mail = email.strip()
    if mail and not accounts.is_email(mail):
        wrong["email"] = "enter a valid email address, or leave the field empty"
    if wrong:
        raise BadReport(wrong)
    return address or "", said, mail or None


def file(db: Database, page: str, words: str, email: str | None, *, origin: str, now: str) -> tuple[int, int]:
    """Keep a report that `check` has passed; returns its number and how many open ones staff read before it.

    Every sender's first report of the day comes before anybody's second, so a flood from a few senders waits behind the rest.

    Raises:
        BadReport: too many came from this sender, or too many are open. Nothing was kept.
    """
    with writing(db):
        turn = limits.count_report(db, origin, now)
        if turn is None:
            raise BadReport({"": _TOO_MANY})
        if open_count(db) >= (MOST_OPEN_AT_ALL if turn == 1 else MOST_OPEN):
            raise BadReport({"": _FULL})
        cursor = db.execute(
            "insert into reports (page, words, reported_at, turn) values (?, ?, ?, ?)", [page, words, now, turn]
        )
        number = int(cursor.lastrowid or 0)
        if email:
            db.execute("insert into report_senders values (?, ?)", [number, email])
        before = db.execute(
            "select count(*) from current_reports where state = ? and (turn, id) < (?, ?)", [OPEN, turn, number]
        ).fetchone()[0]
    return number, int(before)


def open_count(db: Database) -> int:
    return int(db.execute("select count(*) from current_reports where state = ?", [OPEN]).fetchone()[0])


def listed(db: Database, *, closed: bool, now: str, most: int = 100) -> list[dict[str, Any]]:
    """Reports with `state`, `email`, `note` and `name` of who answered; the open ones as staff should read
    them, the closed ones newest first."""
    forget_senders(db, now)
    condition, order = ("<>", "answered_at desc, id desc") if closed else ("=", "turn, id")
    return list(
        db.query(
            f"select r.*, a.name from current_reports r left join accounts a on a.id = r.answered_by "
            f"where r.state {condition} ? order by {order} limit ?",
            [OPEN, most],
        )
    )


def open_about(db: Database, document_id: str) -> list[dict[str, Any]]:
    """Return the open reports on a document's page in any language, the oldest first."""
    page = f"/documents/{document_id}"
    return [
        row
        for row in db.query(
            "select * from current_reports where state = ? and page like ? order by id", [OPEN, f"%{page}%"]
        )
        if urlsplit(row["page"]).path.endswith(page)
    ]


def answer(db: Database, account: Account, number: int, state: str, note: str, *, seen: int, now: str) -> None:
    """Close a report, or open it again.

    Args:
        seen: the id of the newest answer that the page knew, 0 for none.

    Raises:
        BadAnswer: there is no such report or state.
        AnsweredSince: the report has another answer than the page showed.
    """
    if state != OPEN and state not in ENDINGS:
        raise BadAnswer("choose how to close the report")
    if len(note) > LONGEST:
        raise BadAnswer(f"a note has at most {LONGEST:,} characters")
    with writing(db):
        found = list(db.query("select * from current_reports where id = ?", [number]))
        if not found:
            raise BadAnswer("there is no such report")
        if (found[0]["answer_id"] or 0) != seen:
            raise AnsweredSince("this has been answered since you opened the page")
        if found[0]["state"] == state:
            raise BadAnswer("nothing would change")
        db.execute(
            "insert into report_answers (report_id, state, note, answered_by, answered_at) values (?, ?, ?, ?, ?)",
            [number, state, note.strip() or None, account.id, now],
        )
        what = "report opened again" if state == OPEN else f"report closed: {ENDINGS[state].lower()}"
        accounts.log(db, account.id, what, f"report {number} on {found[0]['page']}", now)


def forget_senders(db: Database, now: str) -> int:
    """Remove the mail addresses of reports that have been closed for a while; returns how many."""
    return db.execute(
        "delete from report_senders where report_id in (select id from current_reports where state <> ? and answered_at < ?)",
        [OPEN, ago(now, days=FORGET_DAYS)],
    ).rowcount
