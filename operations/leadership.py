"""What the office did in a week, what of its bills moved, and what is next: the head of the weekly issue to staff.

The page /desk/weekly shows the same. Who signed or was met, and notes, stay on the desk: an email leaves the building.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

from desk.queue import advocacy
from desk.queue.our_bills import OurFilters, our_bills, weekly_report
from digest.issues.issues import Report
from digest.issues.lines import plain
from pages.http import formatting
from settings import Configuration
from store.connect import open_staff

_LONGEST_TITLE = 110
#: Lines of one part; the page of the week has them all.
MOST = 25
Row = Mapping[str, Any]


def report(config: Configuration, day: datetime.date) -> Report:
    """The week that ends on the day before an issue; nothing where the desk was never used or has nothing to say."""
    if not config.staff.exists() or not config.corpus.exists():
        return ()
    last = day - datetime.timedelta(days=1)
    with closing(open_staff(config.staff, config.corpus)) as db:
        ours = our_bills(db, OurFilters(ended="1"), me=0, today=day, since=None)
        since = (last - datetime.timedelta(days=6)).isoformat()
        done = advocacy.records(db, since=since, until=last.isoformat())
        week = weekly_report(db, ours, done, last)
    parts = {
        "did": [*map(_taken, week.taken), *map(_done, week.done)],
        "moved": [_line(row, f"{_name(row)}: {'; '.join(row['steps'])}") for row in week.moved],
        "next": [
            _line(row, f"{formatting.date_in_words(row['day'])}, {row['says']}: {_name(row)}") for row in week.coming
        ],
    }
    return tuple((key, list(_short(lines, last))) for key, lines in parts.items() if lines)


def _short(lines: list[dict[str, str]], last: datetime.date) -> Iterator[dict[str, str]]:
    yield from lines[:MOST]
    if (rest := len(lines) - MOST) > 0:
        yield {"words": f"and {rest} more", "path": f"/desk/weekly?until={last}"}


def _line(row: Row, words: str) -> dict[str, str]:
    return {"words": plain(words), "path": f"/desk/documents/{row['id']}"}


def _name(row: Row) -> str:
    stance = f" ({row['stance']})" if row["stance"] else ""
    return f"{row['number']}, {row['place']}{stance}: {formatting.shortened(plain(row['title']), _LONGEST_TITLE)}"


def _taken(row: Row) -> dict[str, str]:
    stance = formatting.word("stances", row["value"]).lower() if row["value"] else ""
    did = "withdrew the stance on" if row["verdict"] == "reject" else f"took a stance, {stance}, on"
    since = " (withdrawn since)" if row.get("withdrawn") else ""
    return _line(row, f"{formatting.date_in_words(row['day'])}: {did} {_name(row)}{since}")


def _done(row: Row) -> dict[str, str]:
    about = row["identifier"] or row["position_title"]
    day = formatting.date_in_words(row["happened_on"] or row["due_on"])
    words = f"{day}: {advocacy.KINDS[row['kind']]}, {row['title']}" + (f" ({about})" if about else "")
    return {"words": plain(words), "path": f"/desk/documents/{row['document_id']}" if row["document_id"] else ""}
