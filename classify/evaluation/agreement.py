"""Agreement between staff and machine, counted month by month for the public file: no document, no name."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from store.sync_table import sync_table

#: A month with fewer decisions than this says nothing about drift, and neither do fewer before it.
ENOUGH = 30
#: How many standard errors the agreement of the last month may lie below what it was before.
ALARM = 2.33

#: The verdicts in force on areas: the last word on each area of each document (staff.db, written by the desk).
VERDICTS = """
    select document_id, substr(subject, 6) as area, verdict, suggestion, sampled, substr(reviewed_at, 1, 7) as month
    from {place}.current_reviews where subject like 'area:%' and verdict in ('confirm', 'reject')"""
_COLUMNS = "month, area_id, right, wrong, missed, drawn"


def has_reviews(db: sqlite3.Connection, place: str) -> bool:
    """Whether staff can have decided anything in the database of this name."""
    return bool(db.execute(f"select 1 from {place}.sqlite_master where name = 'current_reviews'").fetchone())


@dataclass(frozen=True)
class Month:
    """Decisions of one month. ``right``: areas suggested and confirmed; ``wrong``: suggested and rejected; ``missed``:
    confirmed although not suggested; ``drawn``: how many of the three came from documents drawn by lot."""

    month: str
    right: int
    wrong: int
    missed: int
    drawn: int

    @property
    def decided(self) -> int:
        return self.right + self.wrong

    @property
    def agreement(self) -> float | None:
        """The share of suggested areas that staff confirmed, 0 to 1."""
        return self.right / self.decided if self.decided else None


def write_agreement(corpus: Database, staff: Database) -> int:
    """Bring the table `tag_agreement` of corpus.db, counts and no names, up to what staff decided; returns rows changed."""
    wanted: set[tuple[object, ...]] = set()
    if has_reviews(staff.conn, "main"):
        wanted = _counted(staff.execute(VERDICTS.format(place="main")).fetchall())
    return sync_table(corpus, "tag_agreement", wanted)


def _counted(reviews: Iterable[Sequence[str]]) -> set[tuple[object, ...]]:
    counts: dict[tuple[str, str], Counter[str]] = {}
    for _, area, verdict, suggestion, sampled, month in reviews:
        suggested = bool(json.loads(suggestion).get("suggested"))
        if not suggested and verdict == "reject":
            continue  # a person's own addition taken back: it says nothing about the machine
        count = counts.setdefault((month, area), Counter())
        count["missed" if not suggested else "right" if verdict == "confirm" else "wrong"] += 1
        count["drawn"] += int(sampled)
    return {(*key, *(count[name] for name in ("right", "wrong", "missed", "drawn"))) for key, count in counts.items()}


def months(corpus: sqlite3.Connection) -> list[Month]:
    """All areas together, the oldest month first; nothing where the table is not there yet."""
    if not corpus.execute("select 1 from sqlite_master where name = 'tag_agreement'").fetchone():
        return []
    rows = corpus.execute(
        "select month, sum(right), sum(wrong), sum(missed), sum(drawn) from tag_agreement group by month order by month"
    )
    return [Month(*row) for row in rows.fetchall()]


def drift(found: Sequence[Month]) -> tuple[float, float] | None:
    """Agreement of the last month and of all before it, where the last one is lower by more than chance explains."""
    if not found or found[-1].decided < ENOUGH:
        return None
    last, before = found[-1], found[:-1]
    right, decided = sum(month.right for month in before), sum(month.decided for month in before)
    if decided < ENOUGH:
        return None
    now, then = last.right / last.decided, right / decided
    pooled = (last.right + right) / (last.decided + decided)
    error = (pooled * (1 - pooled) * (1 / last.decided + 1 / decided)) ** 0.5
    return (now, then) if then - now > ALARM * error else None
