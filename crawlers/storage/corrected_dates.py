"""Days that a later document corrects or extends: the earlier document's row of `events` shows the new one, and keeps its own in
`recorded`.

`comments_close_on` and `effective_on` in its row of `documents` stay what its own record says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import NamedTuple

from sqlite_utils import Database

from crawlers.parsers.federal_register_dates import corrected, days_named, extends_comments
from crawlers.parsers.federal_register_replies import REPLY_CLOSE
from crawlers.storage.record import recorded_event

#: How the words of a date begin that another document moved; the number of that document follows.
CORRECTED = "Date corrected by"
EXTENDED = {"comment_close": "Comment period extended by", REPLY_CLOSE: "Reply comment period extended by"}
_EVENT = "e.document_id, e.ordinal, e.kind, e.starts_at, e.timezone, e.description, e.recorded"
_SAID = "d.title || '. ' || coalesce(d.latest_action, '')"
#: Documents with a deadline of their own that may extend another's. A date that was moved is no extension's own.
_MAY_EXTEND = f"""select d.id, d.identifier, d.published_on, n.kind, n.starts_at, n.description,
        {_SAID} || '. ' || coalesce(n.description, '') || '. ' || coalesce(d.abstract, '') as words
    from documents d
        join events n on n.document_id = d.id and n.kind in ('comment_close', '{REPLY_CLOSE}') and n.recorded is null
    where d.source = 'us_federal_register' and (words like '%exten%' or words like '%reopen%') order by d.published_on, d.id"""
#: Deadlines of earlier documents of a document's dockets. The plus is for SQLite, which else reads all dockets of the corpus by
#: the index on kinds rather than those of one document by its key.
_EARLIER = f"""select distinct d.published_on, {_SAID}, {_EVENT}
    from terms mine cross join terms its on its.kind = 'docket' and its.term = mine.term
        cross join documents d on d.id = its.document_id and d.source = 'us_federal_register' and d.published_on < ?
        cross join events e on e.document_id = d.id and e.kind = ?
    where mine.document_id = ? and +mine.kind = 'docket'"""


class Moved(NamedTuple):
    """When a date is now, and the words that say which document moved it."""

    starts_at: str
    description: str


def write_corrected_dates(db: Database) -> int:
    """Bring the days of regulations in line with what corrects or extends them; return how many differed."""
    differ = 0
    # Of several that move one date the last one counts; what nothing moves any more has its own day again.
    found = {row[0]: row[1:] for row in [*_moved_before(db), *_corrections(db), *_extensions(db)]}
    for (key, ordinal), (moved, stored) in found.items():
        own = recorded_event(*stored)
        wanted = (*moved, json.dumps(asdict(own))) if moved else (own.starts_at, own.description, None)
        if wanted == (stored[1], *stored[3:]):
            continue
        db.execute(
            "update events set starts_at = ?, description = ?, recorded = ? where document_id = ? and ordinal = ?",
            [*wanted, key, ordinal],
        )
        differ += 1
    return differ


#: (document, ordinal) of a date, where it moves to (None: its own day), and its row of `events` as it is stored.
Found = Iterator[tuple[tuple[str, int], Moved | None, tuple[str, str, str, str | None, str | None]]]


def _moved_before(db: Database) -> Found:
    """Dates that another document moved, as far as was known the last time."""
    beginnings = [CORRECTED, *EXTENDED.values()]
    ours = " or ".join(["description like ?"] * len(beginnings))
    sql = f"select {_EVENT} from events e where e.recorded is not null and ({ours})"
    for key, ordinal, *stored in db.execute(sql, [f"{each} %" for each in beginnings]).fetchall():
        yield (key, ordinal), None, tuple(stored)


def _corrections(db: Database) -> Found:
    """Days of effect that a correction gives in words."""
    found = db.execute(
        f"""select d.identifier, coalesce(d.abstract, '') || char(10) || coalesce(d.text, ''), {_EVENT}
        from documents d join events e on e.document_id = d.corrects and e.kind = 'effective' and e.ordinal >= 0
        where d.kind = 'regulation' and d.corrects is not null order by d.published_on, d.id"""
    ).fetchall()
    for identifier, words, key, ordinal, *stored in found:
        day = corrected(words)
        if day:
            is_own = day == recorded_event(*stored).starts_at[:10]
            moved = None if is_own else Moved(f"{day}T00:00:00", f"{CORRECTED} {identifier}")
            yield (key, ordinal), moved, tuple(stored)


def _extensions(db: Database) -> Found:
    """Deadlines for comments, or for replies to them, that a later document of the docket extends.

    It names the day on which the other was published.
    """
    later = [row for row in db.execute(_MAY_EXTEND).fetchall() if extends_comments(row[-1])]
    for key, identifier, published_on, kind, starts_at, said, words in later:
        earlier = db.execute(_EARLIER, [published_on, kind, key]).fetchall()
        days = days_named(f"{words} {_beginning(db, key)}") if earlier else set()
        moved = Moved(starts_at, f"{EXTENDED[kind]} {identifier}" + (f": {said}" if said else ""))
        for published, before, document_id, ordinal, *stored in earlier:
            # What extends the periods of several documents keeps its own day: the next extension may be of one of them.
            own = recorded_event(*stored).starts_at
            if days & {published, own[:10]} and starts_at > own and not extends_comments(before):
                yield (document_id, ordinal), moved, tuple(stored)


def _beginning(db: Database, key: str) -> str:
    """The beginning of a document's text, where its summary and its dates are."""
    sql = "select substr(coalesce(text, ''), 1, 10000) as text from documents where id = ?"
    return str(next(db.query(sql, [key]))["text"])
