"""Days of effect as the words of the Federal Register give them, where its date fields give another day."""

from __future__ import annotations

import re
from calendar import month_name
from contextlib import suppress
from datetime import date

_MONTHS = tuple(month_name[1:])
_DAY = rf"(?P<month>{'|'.join(_MONTHS)}) (?P<day>\d\d?), (?P<year>\d{{4}})"
#: "The effective date of the final rule published … on May 2, 2025 …, remains 0901 UTC, June 12, 2025": the field has May 2.
_REMAINS = re.compile(
    rf"^the effective date of the final rule published\b.{{0,120}}?\bremains (?:\d{{4}} UTC, )?{_DAY}", re.I
)
#: What a correction says of the day of the document that it corrects.
_CORRECTED = (
    re.compile(rf"\bcorrect the dates caption to read\b.{{0,400}}?\beffective (?:on )?{_DAY}", re.I),
    re.compile(rf"\b(?:changing|correcting|revising) the effective date to {_DAY}", re.I),
    re.compile(rf"\beffective date of that final rule is (?:being )?deferred to {_DAY}", re.I),
    re.compile(rf"\beffective {_DAY}, not (?:{'|'.join(_MONTHS)}) \d\d?, \d{{4}}", re.I),
)


def remaining(words: str | None) -> str | None:
    """The ISO day of effect that the DATES of a correction leave as it is; None where they say none."""
    return _iso(_REMAINS.search(words or ""))


def corrected(words: str) -> str | None:
    """The ISO day of effect that a correction gives the document that it corrects; None where it leaves the day alone."""
    flat = " ".join(words.split())
    return next((day for pattern in _CORRECTED if (day := _iso(pattern.search(flat)))), None)


def _iso(found: re.Match[str] | None) -> str | None:
    if found:
        with suppress(ValueError):  # no day of any month
            return date(int(found["year"]), _MONTHS.index(found["month"].title()) + 1, int(found["day"])).isoformat()
    return None
