"""What else a reader of a search may have meant: the same search in other words, and pages that answer it."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass, field

from pages.browse import named_agencies, site_pages, sponsors, translated, widening, years
from pages.browse.filters import Filters
from pages.browse.question import Question
from pages.http import language


@dataclass(frozen=True)
class Offers:
    #: The same search for the documents of a year that was typed by itself: the year, and the address.
    year: tuple[str, str] | None = None
    #: The same search for what somebody of that name sponsored.
    sponsor: sponsors.Named | None = None
    #: The agency that the words name, and what it published.
    agency: named_agencies.NamedAgency | None = None
    #: The page is in another language than the documents, and next to none has the words.
    in_english: bool = False
    #: The languages in which words were typed on an English page, and the same search there.
    in_languages: list[tuple[str, translated.Lead]] = field(default_factory=list)
    #: Pages that answer the question, and what bears words of the search as a name in the language of the page.
    leads: list[translated.Lead] = field(default_factory=list)


def offered(
    db: sqlite3.Connection, question: Question, filters: Filters, total: int, today: datetime.date, *, of_agency: bool
) -> Offers:
    """What is offered beside ``total`` documents for a question; an agency only where it is wanted."""
    found, direct = question.found, question.direct
    doubtful = not direct and total < widening.DOUBTFUL
    leads = [*site_pages.asked(filters.q), *translated.leads(db, filters.q, found.asked.places)]
    return Offers(
        year=None if direct or question.titled else years.perhaps(filters, today),
        sponsor=None if found.sponsor or found.corrected or direct else sponsors.suggested(db, filters.q),
        agency=named_agencies.offered(db, filters)
        if of_agency and not question.number.alone and not question.unknown
        else None,
        in_english=bool(filters.q) and doubtful and language.current() != language.ENGLISH,
        in_languages=translated.pages(filters) if doubtful else [],
        leads=leads if filters.page == 1 else [],
    )
