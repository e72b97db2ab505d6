"""Numbers for charts: each is a table that a page shows, which static/charts.js draws where scripts run."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pages.http import formatting
from pages.http.language import _
from pages.places.collected import totals_by_year
from store.constants import ONE_AREA

#: A chart shows at most so many years, the newest.
YEARS = 12
#: A share of fewer collected documents than this says nothing.
LEAST_COLLECTED = 50
#: Shares are told of so many collected documents.
OF = 1_000


@dataclass(frozen=True)
class Line:
    """One row of a chart's table; a number is None where nothing, or too little, was collected: that is not 0."""

    label: str
    numbers: Sequence[float | None]
    href: str | None = None


@dataclass(frozen=True)
class Chart:
    """A table of numbers with its title.

    ``form`` is "strips" (upright bars along an axis) or "bars" (lying ones). With ``series`` "rows" each row is a strip and
    the columns are its axis; with "columns" it is the other way round. ``own_scale``: only shapes can be compared, not heights.
    """

    id: str
    title: str
    form: str
    corner: str
    heads: list[str]
    lines: list[Line] = field(default_factory=list)
    series: str = "columns"
    own_scale: bool = False
    note: str = ""

    def __bool__(self) -> bool:
        return any(any(line.numbers) for line in self.lines)

    @property
    def lacks(self) -> bool:
        """Whether a number is missing because too little was collected."""
        return any(number is None for line in self.lines for number in line.numbers)


def years_to(today: datetime.date, years: list[str]) -> list[str]:
    """Every year from the first of the newest YEARS with documents to the last, without gaps; none of the future."""
    known = sorted({int(year) for year in years if year.isdecimal() and int(year) <= today.year})
    return [str(year) for year in range(known[0], known[-1] + 1)][-YEARS:] if known else []


def share_of(number: int, collected: int) -> float | None:
    """How many of every 1,000 collected documents that is; None where too few were collected to tell.

    To one decimal, or so many that some are not shown as none.
    """
    if collected < LEAST_COLLECTED:
        return None
    share = OF * number / collected
    return round(share, 1) or float(f"{share:.1g}")


def area_trends(db: sqlite3.Connection, today: datetime.date) -> Chart:
    """How many of every 1,000 documents collected of a year are on each area.

    A share, because a year of which more was collected is not a year in which more happened.
    """
    numbers: dict[str, dict[str, int]] = {}
    for area, year, count in db.execute(
        f"select area_id, year, sum(documents) from facet_counts where {ONE_AREA} and ceremonial = 0 group by 1, 2"
    ):
        numbers.setdefault(area, {})[year] = count
    years = years_to(today, [year for counted in numbers.values() for year in counted])
    collected = totals_by_year(db)
    found = db.execute("select id, title from policy_areas order by ordinal, title")
    lines = [
        Line(_(title), [share_of(numbers[key].get(year, 0), collected.get(year, 0)) for year in years], f"/areas/{key}")
        for key, title in found
        if key in numbers
    ]
    return Chart(
        id="trends",
        title=_("Policy areas of every 1,000 documents collected, by year"),
        form="strips",
        corner=_("Policy area"),
        heads=years,
        lines=[line for line in lines if any(line.numbers)],
        series="rows",
        own_scale=True,
        note=_("Each strip has a scale of its own: compare its shape with others, not its height.")
        + " "
        + _("Not every year has the same sources: a jump may come from what was collected, not from what happened.")
        + _unfinished(years, today),
    )


def by_year(counted: dict[str, int], collected: dict[str, int], today: datetime.date, address: str) -> Chart:
    """The documents of each year, and how many they are of every 1,000 collected.

    Args:
        counted: year -> documents.
        collected: year -> all documents collected of the same place or places.
        address: the start of the address that lists a year's documents.
    """
    years = years_to(today, list(counted))
    lines = [
        Line(
            year,
            [
                share_of(counted.get(year, 0), collected.get(year, 0)),
                counted.get(year, 0) if collected.get(year) else None,
            ],
            f"{address}&year={year}",
        )
        for year in years
    ]
    heads = [_("Of every 1,000 collected"), _("Documents")]
    note = _("What was collected differs from year to year, so go by the share.") + _unfinished(years, today)
    return Chart("by-year", _("Documents a year"), "strips", _("Year"), heads, lines, own_scale=True, note=note)


def _unfinished(years: list[str], today: datetime.date) -> str:
    unfinished = years and years[-1] == str(today.year)
    return " " + _("{year} is not over yet.").format(year=today.year) if unfinished else ""


def by_status(counted: list[tuple[str, int]], address: str) -> Chart:
    """Return the documents by status, the most frequent first."""
    lines = [Line(formatting.word("statuses", key), [number], f"{address}&status={key}") for key, number in counted]
    return Chart("by-status", _("Documents by status"), "bars", _("Status"), [_("Documents")], lines)


def side_by_side(
    key: str, title: str, corner: str, names: list[str], rows: Sequence[tuple[str, Sequence[float | None]]], **more: Any
) -> Chart:
    """Rows of numbers with one column for each of several places or areas."""
    return Chart(key, title, more.pop("form", "bars"), corner, names, [Line(*row) for row in rows], **more)
