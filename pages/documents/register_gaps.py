"""Between which days no federal rules are held: what followed a proposal in them, no page here can name.

A run calls what it was asked for complete, and may not have been asked for some months, so the days of the documents say it.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from crawlers.completeness.health import by_month, months_before
from pages.database import marks, value
from pages.documents.open_proposals import with_later_rule
from pages.documents.rulemaking import answered
from pages.documents.session_status import LATELY

#: Where federal rules are published: what one source lacks, the other may hold.
SOURCES = ("us_federal_register", "us_regulations")


class Gap(NamedTuple):
    """No rules are held that were published after ``since`` and before ``until``, or, where that is None, up to today."""

    since: str
    until: str | None


def gaps(db: sqlite3.Connection, today: datetime.date) -> list[Gap]:
    """The spans with at least one whole month without federal rules, and that since the newest, if it is long ago."""
    months = sorted({month for source in SOURCES for month in by_month(db, source).get("us", {})})
    found = [
        Gap(_day(db, "max", before), _day(db, "min", after))
        for before, after in pairwise(months)
        if months_before(after, 1) != before
    ]
    newest = _day(db, "max", months[-1]) if months else today.isoformat()
    long_ago = (today - datetime.timedelta(days=LATELY)).isoformat()
    return [*found, Gap(newest, None)] if newest < long_ago else found


def may_lack_what_followed(db: sqlite3.Connection, ids: Sequence[str], today: datetime.date) -> dict[str, list[Gap]]:
    """Those of some documents that are proposed rules which nothing held here decides, with the gaps after them: a final rule or
    a withdrawal may lie in these."""
    proposed = db.execute(
        f"""select id, published_on from documents where id in ({marks(ids)})
        and document_type = 'Proposed Rule' and status = 'proposed' and published_on is not null""",
        [*ids],
    ).fetchall()
    if not proposed or not (all_gaps := gaps(db, today)):
        return {}
    decided = answered(db, [row["id"] for row in proposed])
    later = with_later_rule(db, [row["id"] for row in proposed], today)
    found = {
        row["id"]: [gap for gap in all_gaps if gap.until is None or gap.until > row["published_on"]]
        for row in proposed
        if row["id"] not in decided | later  # of an extension, say, no more may be known than that
    }
    return {key: after for key, after in found.items() if after}


def _day(db: sqlite3.Connection, which: str, month: str) -> str:
    """The first or the last day of a month on which a federal rule that is held was published."""
    return str(
        value(
            db,
            f"select {which}(published_on) from documents where source in ({marks(SOURCES)}) and published_on between ? and ?",
            [*SOURCES, month, f"{month}-31"],
        )
    )
