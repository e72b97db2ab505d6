"""An issue: frozen once, under an id of list, frequency and period; with an editor's note; released; archived."""

from __future__ import annotations

import datetime
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from digest.issues import ledger
from digest.issues.documents import Entry
from digest.issues.entries import entries, frozen
from digest.issues.stances import Published
from digest.subscribers.preferences import FREQUENCIES, LISTS, Preferences
from digest.subscribers.tokens import CONFIRM_SECONDS
from pages.database import marks
from store.clock import ago
from store.errors import InvalidInput

#: What the entries of issues lack that were frozen before there was such a thing.
_OLDER = {"effect": None, "alive": False, "private": False, "noise": False, "added": False}
#: States of a delivery after which a person counts as told. What failed or was refused is told by the next issue.
TOLD = ("sent", "claimed", "unknown", "nothing")


class IssueError(InvalidInput):
    """What cannot be done with an issue; the message says why and what to do."""


#: What an issue to staff says before its items: (did, moved or next; lines), each line with `words` and the `path` of a page.
Report = Sequence[tuple[str, Sequence[dict[str, str]]]]


@dataclass(frozen=True, kw_only=True)
class Issue:
    """`since` and `through` bound what subscribers may still have to be told; `news_since` begins what is new to the public."""

    id: str
    list: str
    frequency: str
    period: str
    day: datetime.date
    since: int
    through: int
    news_since: int
    state: str
    note: str | None
    #: When the issue leaves although no editor has sent it; None: at once.
    leaves_at: str | None = None
    released_at: str | None = None
    report: Report = ()
    entries: tuple[Entry, ...]
    #: Lines already put into words: thousands of readers share them. Not part of the issue itself.
    lines: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def read_on(self) -> datetime.date:
        """The day that the issue names, and from which it counts days left."""
        return _read_on(self.day, self.leaves_at, self.released_at)


def _read_on(day: datetime.date, leaves_at: str | None, released_at: str | None) -> datetime.date:
    """The day, here, on which an issue left or will leave; that of its preparation where no editor has it first."""
    left = leaves_at and (released_at or leaves_at)
    return max(day, datetime.datetime.fromisoformat(left).astimezone().date()) if left else day


def period(frequency: str, now: str, day: datetime.date) -> str:
    """``2022-w10``, ``2022-03-08`` or, for mail at once, the minute: ``2022-03-08t0905``."""
    if frequency == "weekly":
        year, week, _ = day.isocalendar()
        return f"{year}-w{week:02d}"
    return day.isoformat() if frequency == "daily" else f"{day.isoformat()}t{now[11:13]}{now[14:16]}"


def prepare(
    db: Database,
    corpus: sqlite3.Connection,
    *,
    list_: str,
    frequency: str,
    now: str,
    day: datetime.date,
    drafts: Iterable[Published] = (),
    leaves_at: str | None = None,
    report: Report = (),
) -> Issue:
    """Freeze the issue of this period, or give the one that was frozen before: a second call changes nothing.

    Args:
        corpus: corpus.db, read-only.
        day: the day of which the period is.
        drafts: stances that are not published; only an issue to staff may hold them.
        leaves_at: until when an editor may change it; then it leaves as it is. None: no editor looks at it.
        report: what the office did; only a weekly issue to staff may hold it.

    Raises:
        IssueError: no such list or frequency.
    """
    if list_ not in LISTS or frequency not in FREQUENCIES:
        raise IssueError(
            f"no issue {list_}-{frequency}: lists are {', '.join(LISTS)}; frequencies {', '.join(FREQUENCIES)}"
        )
    key = f"{list_}-{frequency}-{period(frequency, now, day)}"
    if known(db, key):
        return load(db, key)
    _forget_unconfirmed(db, now)
    told_as_drafts = list(drafts) if list_ == "staff" else []
    through = ledger.take_in(db, corpus, today=day, now=now, drafts=told_as_drafts)
    news_since = _news_since(db, list_, frequency, now)
    readers = [(told(db, row), Preferences.load(row["preferences"])) for row in subscribed(db, list_, frequency)]
    since = min([news_since, *(place for place, _ in readers)])
    found = entries(
        db,
        corpus,
        since=since,
        through=through,
        today=day,
        searches=[search for _, choice in readers for search in choice.searches],
        followed=[document for _, choice in readers for document in choice.documents],
        drafts=told_as_drafts,
    )
    if frequency == "at-once":
        found = [entry for entry in found if entry["must_see"]]
    row = {
        "id": key,
        "list": list_,
        "frequency": frequency,
        "period": period(frequency, now, day),
        "day": day.isoformat(),
        "since": since,
        "through": through,
        "news_since": news_since,
        "state": "draft",
        "prepared_at": now,
        "leaves_at": leaves_at,
        "report": _report_as_json(list_, frequency, report),
    }
    _freeze(db, row, found)
    return load(db, key)


def _news_since(db: Database, list_: str, frequency: str, now: str) -> int:
    """The place in the ledger after which all is new to the public: where the issue before this one ended."""
    before: int | None = db.execute(
        "select max(through) from digests where list = ? and frequency = ?", [list_, frequency]
    ).fetchone()[0]
    # The first issue of all begins a period ago, so that its web copy is an issue and not a history.
    return before if before is not None else ledger.at(db, ago(now, days=7 if frequency == "weekly" else 1))


def _freeze(db: Database, row: dict[str, Any], found: Iterable[Entry]) -> None:
    with db.atomic():
        db.execute(f"insert into digests ({', '.join(row)}) values ({marks(row)})", list(row.values()))
        db.conn.executemany(
            "insert into digest_items values (?, ?, ?, ?)",
            [(row["id"], number, entry["documents"][0]["id"], frozen(entry)) for number, entry in enumerate(found)],
        )


def write_report(db: Database, issue: Issue, report: Report) -> None:
    """Bring the report of an issue that has not left up to date."""
    db.execute(
        "update digests set report = ? where id = ? and state = 'draft'",
        [_report_as_json(issue.list, issue.frequency, report), issue.id],
    )


def _report_as_json(list_: str, frequency: str, report: Report) -> str | None:
    return json.dumps(report, ensure_ascii=False) if report and (list_, frequency) == ("staff", "weekly") else None


def subscribed(db: Database, list_: str, frequency: str) -> list[dict[str, Any]]:
    return list(
        db.query(
            "select * from subscribers where list = ? and frequency = ? and state = 'confirmed' order by id",
            [list_, frequency],
        )
    )


def told(db: Database, subscriber: dict[str, Any]) -> int:
    """The last place of the ledger this person has been told of; at first, what was known when they confirmed."""
    last = db.execute(
        f"select max(through) from deliveries where subscriber_id = ? and state in ({marks(TOLD)})",
        [subscriber["id"], *TOLD],
    ).fetchone()[0]
    return max(last or 0, ledger.at(db, subscriber["confirmed_at"]))


def _forget_unconfirmed(db: Database, now: str) -> None:
    """Addresses that nobody confirmed in time are none of our business any more."""
    # A letter may have waited for its turn: the time to confirm begins when it was released.
    old = [
        row[0]
        for row in db.execute(
            "select id from subscribers where state = 'pending' and created_at < ?1 and not exists (select 1 from deliveries "
            "where subscriber_id = subscribers.id and (deliveries.state = 'held' or released_at >= ?1))",
            [ago(now, seconds=CONFIRM_SECONDS)],
        )
    ]
    with db.atomic():
        for identity in old:
            db.execute("delete from deliveries where subscriber_id = ?", [identity])
            db.execute("delete from subscribers where id = ?", [identity])


def known(db: Database, key: str) -> bool:
    return db.execute("select 1 from digests where id = ?", [key]).fetchone() is not None


def load(db: Database, key: str) -> Issue:
    """A frozen issue with its entries.

    Raises:
        IssueError: there is none of that id.
    """
    row = next(db.query("select * from digests where id = ?", [key]), None)
    if row is None:
        raise IssueError(f"there is no issue {key[:80]!r}: prepare it first, or see `infopolicy digest status`")
    found = db.execute(
        "select i.entry, e.place, coalesce(e.hidden, 0) from digest_items i left join digest_edits e "
        "on e.digest_id = i.digest_id and e.ordinal = i.ordinal where i.digest_id = ? order by i.ordinal",
        [key],
    ).fetchall()
    names = ("id", "list", "frequency", "period", "since", "through", "news_since", "state", "note")
    return Issue(
        **{name: row[name] for name in (*names, "leaves_at", "released_at")},
        day=datetime.date.fromisoformat(row["day"]),
        report=tuple((key, lines) for key, lines in json.loads(row["report"] or "[]")),
        entries=tuple(
            _OLDER | json.loads(entry) | {"picked": place, "hidden": bool(hidden)} for entry, place, hidden in found
        ),
    )


def require_draft(db: Database, key: str) -> None:
    """Check that an issue can still be edited.

    Raises:
        IssueError: no such issue, or it has been released.
    """
    if load(db, key).state != "draft":
        raise IssueError(f"{key} has been released: it cannot be changed any more")


def release(db: Database, issue: Issue, *, now: str) -> int:
    """Freeze who gets the issue: one delivery a person, waiting. Says how many; a second call adds nobody twice.

    What an earlier issue could not deliver and still tries is taken over by this one.
    """
    if issue.state == "draft":
        with db.atomic():
            for row in subscribed(db, issue.list, issue.frequency):
                since = min(told(db, row), issue.through)
                db.execute(
                    "update deliveries set state = 'superseded', error = coalesce(error, '') || ' (told by the next issue)' "
                    "where subscriber_id = ? and state in ('queued', 'retry') and digest_id in (select id from digests)",
                    [row["id"]],
                )
                db.execute(
                    "insert into deliveries (digest_id, subscriber_id, state, since, through) values (?, ?, 'queued', ?, ?)",
                    [issue.id, row["id"], since, issue.through],
                )
            db.execute("update digests set state = 'released', released_at = ? where id = ?", [now, issue.id])
    return db.execute("select count(*) from deliveries where digest_id = ?", [issue.id]).fetchone()[0]


def archive(db: Database, limit: int = 100) -> list[dict[str, Any]]:
    """Public issues that were released and hold something, newest first; `day` is the one that they name."""
    rows = db.query(
        """select d.id, d.frequency, d.period, d.day, d.note, d.released_at, d.leaves_at,
            (select count(*) from digest_items where digest_id = d.id) as entries
        from digests d where d.list = 'public' and d.state = 'released' and d.frequency = 'weekly' and entries > 0
        order by d.released_at desc, d.id desc limit ?""",
        [limit],
    )
    return [
        row
        | {"day": _read_on(datetime.date.fromisoformat(row["day"]), row["leaves_at"], row["released_at"]).isoformat()}
        for row in rows
    ]
