"""What was asked for: what the filters choose, and how the words among them are read."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass

from pages.browse import by_number, cases, finding, known, numbers, outcomes, titles, widening, years
from pages.browse.cards import Card, cards
from pages.browse.filters import SEVERAL, Filters
from pages.http import formatting


@dataclass(frozen=True)
class Question:
    """A search as it is read before anything is counted or listed."""

    #: What is chosen, with the status and the years that the words ask for.
    filters: Filters
    #: That status and those years, in words.
    outcome: str | None
    years: str | None
    number: by_number.ByNumber
    #: The words name two parties of a court case ("Loper Bright v. Raimondo").
    is_case: bool
    #: The documents with the number or of the case that was typed.
    direct: list[Card]
    #: The ids of the documents whose title was typed, where no number and no case was.
    titled: list[str]
    found: widening.Widened
    #: Which value of a filter does not exist, and which do.
    unknown: str | None


def read(db: sqlite3.Connection, filters: Filters, today: datetime.date) -> Question:
    """Read the words of a search: status, years, number, case, title, and what is left to look for."""
    of_outcome = outcomes.asked(filters)
    filters = of_outcome or filters
    of_years = years.asked(filters, today)
    filters = of_years or filters
    sql, chosen = filters.condition("jurisdiction")
    places = (sql or "1", chosen)
    number = by_number.read(db, filters.q, places, today)
    direct = cards(db, number.ids[: numbers.MOST] or cases.find_case(db, filters.q, places), today)
    titled = [] if direct else titles.with_title(db, filters.q, places)
    if of_outcome or of_years:  # read from the words: a title that does not fit them is not what was typed
        titled = sorted(finding.with_what_is_chosen(db, filters, titled), key=titled.index)
    is_case = cases.is_case(filters.q)
    known_by = bool(direct or titled) or number.alone or number.among or is_case
    return Question(
        filters=filters,
        outcome=formatting.word("statuses", filters.status) if of_outcome else None,
        years=years.in_words(filters.values("year")) if of_years else None,
        number=number,
        is_case=is_case,
        direct=direct,
        titled=titled,
        found=widening.widened(db, number.besides or number.typed, known_by and not number.besides),
        unknown=known.unknown(db, filters.chosen(), SEVERAL),
    )
