"""Some places side by side, issue by issue and area by area: what can still move there, what passed, and what is dead."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from pages.browse.cards import area_titles
from pages.browse.fates import Counts, fates
from pages.browse.trackers import load_trackers
from pages.database import marks
from pages.http.language import _
from pages.places.library_bills import ISSUE
from store.constants import ANY_AREA, ONE_AREA


@dataclass(frozen=True)
class Matter:
    """An issue or area, with its counts and the address of its list in each of the places."""

    title: str
    href: str
    caveat: str
    cells: list[tuple[Counts, str]]


def issues(db: sqlite3.Connection, places: Sequence[str]) -> list[Matter]:
    """The issues of which one of the places has a document, all library bills first, as its page and their pages count them."""
    found = []
    for issue in sorted(load_trackers().values(), key=lambda each: each.id != ISSUE):
        where, values = issue.where()
        rows = db.execute(
            f"""select jurisdiction, status, count(*) as documents from listing
            where area_id = ? and ceremonial = 0 and jurisdiction in ({marks(places)}) and {where} group by 1, 2""",
            [ANY_AREA, *places, *values],
        )
        cells = _cells(rows, places, {"q": issue.query})
        found.append(Matter(_(issue.title), f"/trackers/{issue.id}", issue.caveat, cells))
    return [each for each in found if any(counts.total for counts, _href in each.cells)]


def areas(db: sqlite3.Connection, places: Sequence[str]) -> list[Matter]:
    """The policy areas of which one of the places has a document, in their order."""
    grouped: dict[str, list[sqlite3.Row]] = defaultdict(list)
    for row in db.execute(
        f"""select area_id, jurisdiction, status, sum(documents) as documents from facet_counts
        where {ONE_AREA} and ceremonial = 0 and jurisdiction in ({marks(places)}) group by 1, 2, 3""",
        places,
    ):
        grouped[row["area_id"]].append(row)
    return [
        Matter(title, f"/areas/{key}", "", _cells(grouped[key], places, {"area": key}))
        for key, title in area_titles(db).items()
        if key in grouped
    ]


def _cells(rows: Iterable[sqlite3.Row], places: Sequence[str], asked: dict[str, str]) -> list[tuple[Counts, str]]:
    of: dict[str, list[sqlite3.Row]] = defaultdict(list)
    for row in rows:
        of[row["jurisdiction"]].append(row)
    return [(fates(of[place]), "/browse?" + urlencode(asked | {"jurisdiction": place})) for place in places]
