"""A day or an hour as English sentences name it: "January 1, 2026", "1/1/26", "1:20 p.m."."""

from __future__ import annotations

from calendar import month_name
from contextlib import suppress
from datetime import date

_MONTHS = [name.casefold() for name in month_name]
#: Patterns of a month's name, and of a day of a month; case is for the reader's flags.
MONTH = f"(?:{'|'.join(month_name[1:])})"
DAY_OF_MONTH = rf"{MONTH} \d{{1,2}}"
DAY = rf"{DAY_OF_MONTH}, \d{{4}}"
DAY_IN_DIGITS = r"\d\d?/\d\d?/(?:\d{4}|\d\d)\b"


def clock_in_words(clock: str) -> str:
    """``13:20`` -> ``1:20 p.m.``; what is no hour and minute is given back as it came."""
    hour, _colon, minute = clock.partition(":")
    if not (hour + minute).isdigit():
        return clock
    return f"{(int(hour) - 1) % 12 + 1}:{minute} {'a.m.' if int(hour) < 12 else 'p.m.'}"


def iso_day(words: str) -> str | None:
    """The ISO day of words that DAY or DAY_IN_DIGITS matches; None where no month has such a day ("June 31, 2025")."""
    month, day, year = words.replace(",", "").replace("/", " ").split()
    with suppress(ValueError):
        number = int(month) if month.isdigit() else _MONTHS.index(month.casefold())
        return date(int(year) + (2000 if len(year) == 2 else 0), number, int(day)).isoformat()
    return None


def in_words(day: str) -> str:
    """An ISO day in English words.

    Raises:
        ValueError: it is none.
    """
    found = date.fromisoformat(day)
    return f"{month_name[found.month]} {found.day}, {found.year}"
