"""Plain words for what the tables hold: statuses, dates, places and numbers, from datasette/glossary.yml.

All of them are said in the language of the page (pages.http.language).
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit

from babel.dates import format_date, format_skeleton
from babel.lists import format_list

from crawlers.companies import KIND as COMPANY
from crawlers.parsers.legistar import load_cities
from pages.http import language
from pages.http.language import N_, _, ngettext
from settings import SITE
from text.days import clock_in_words
from text.yaml_config import BadYaml, read_yaml

#: Sections of the glossary in the order in which a reader meets them, with the heading each has on its page.
SECTIONS = {
    "statuses": N_("The status of a document"),
    "status_groups": N_("Several steps at once"),
    "place_groups": N_("Several places at once"),
    "marks": N_("How sure we are"),
    "priorities": N_("What to read first"),
    "stances": N_("What the stances mean"),
    "outcomes": N_("What became of a position"),
    "look_alikes": N_("Documents that are alike"),
    "kinds": N_("Kinds of documents"),
    "events": N_("Dates to keep"),
    "changes": N_("What can change"),
    "levels": N_("Levels of government"),
    "confidence": N_("Facts about positions"),
    "grades": N_("What a position rests on"),
}


@cache
def glossary() -> dict[str, dict[str, Any]]:
    """Section -> key -> ``{"word": ..., "means": ...}``; ``jurisdictions`` and ``area_notes`` map a key straight to what is said.

    Raises:
        BadYaml: the file is not YAML, or a section is missing.
    """
    path = SITE / "glossary.yml"
    sections = read_yaml(path)
    if missing := [
        name
        for name in (*SECTIONS, "chambers", "motions", "area_notes", "jurisdictions")
        if name not in (sections or {})
    ]:
        raise BadYaml(f"{path} lacks the section {missing[0]!r}")
    return sections


def word(section: str, key: str | None) -> str:
    """The word a page shows for a key; an unknown key is shown as it is, with spaces for its underscores.

    Lists have statuses of their own, which stand among the groups of statuses (UNHEARD).
    """
    entry = glossary()[section].get((key or "").lower())
    if not entry and section == "statuses":
        entry = glossary()["status_groups"].get(key or "")
    return _(entry["word"]) if entry else (key or "").replace("_", " ").replace("-", " ").capitalize()


def kind_word(kind: str, document_type: str | None) -> str:
    """The word for one document's kind: a draft that nobody introduced is no bill yet, and a report or letter will be none."""
    if document_type == "draft":
        return _("Draft of a bill")
    return _("Report or message") if document_type == "message" else word("kinds", kind)


def plural(kind: str) -> str:
    entry = glossary()["kinds"].get(kind)
    return _(entry["plural"]) if entry else kind


def repeats(identifier: str, title: str) -> bool:
    """Whether a title says what the identifier does: then the title alone is shown.

    The rules of companies and bills without a number have their title for one, and that of a court case ends with its number.
    """
    one, other = (" ".join(re.findall(r"\w+", text.casefold())) for text in (identifier, title))
    return one == other or title.casefold().endswith(f", {identifier.casefold()})")


def named(identifier: str, title: str) -> str:
    """Identifier and title as one heading."""
    return title if repeats(identifier, title) else f"{identifier}: {title}"


def numbered(identifier: str, jurisdiction: str, title: str) -> str:
    """Identifier, place and title as one heading; the rules of a company are called by their title."""
    return title if repeats(identifier, title) else f"{identifier}, {place(jurisdiction)}: {title}"


def change_word(change: str, document: str) -> str:
    """The word for a change of a document of this kind: what a company writes is recorded, and nobody introduces it."""
    return _("First recorded") if (change, document) == ("introduced", COMPANY) else word("changes", change)


def change_says(change: str, summary: str) -> str:
    """The summary of a change in words, where it is kept as a key: that of a new status, or of a date."""
    if change == "event":
        event, colon, rest = summary.partition(": ")
        return f"{word('events', event)}{colon}{rest}"
    return word("statuses", summary) if change == "status" else summary


def place(jurisdiction: str) -> str:
    """The name of a place or a group: the glossary's, that of a city in crawlers/parsers/cities.yml, or its key in capitals."""
    if group := glossary()["place_groups"].get(jurisdiction):
        return _(group["word"])
    return _(glossary()["jurisdictions"].get(jurisdiction) or _cities().get(jurisdiction) or jurisdiction.upper())


def listed(words: Iterable[str]) -> str:
    """Words in a row, with the "and" of the language of the page before the last."""
    return format_list(list(words), locale=language.locale())


def alphabetical(name: str) -> str:
    """What names are sorted by and compared with: "Míchigan" comes before "Misisipi", as if it had no accent."""
    apart = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).casefold()


@cache
def _cities() -> dict[str, str]:
    return {city.jurisdiction: city.name for city in load_cities().values()}


#: What stands in the place of a session in the identity of documents of which no session is part, first of bills.
BILLS_WITHOUT_SESSION = "bills"
NO_SESSION = ("fr", "regs", "court", BILLS_WITHOUT_SESSION, "contrib", "pages")


def session_in_words(jurisdiction: str, session: str | None, title: str | None = None) -> str:
    """``117`` of the United States -> ``117th Congress``; elsewhere the title that the source gives the session, or its key.

    A bare year without a title is left out: cities have years in the place of sessions.
    """
    if not session or session in NO_SESSION:
        return ""
    if title and jurisdiction != "us":
        return title
    if not session.isdecimal() or (jurisdiction != "us" and len(session) != 4):
        return _("Session {name}").format(name=session.replace("_", "-"))
    number = int(session)
    if jurisdiction != "us" or number > 999:
        return ""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return _("{number}{ending} Congress").format(number=number, ending=ending)


def date_in_words(value: str | None) -> str:
    """``2022-03-08`` or a time stamp -> ``March 8, 2022``, ``2022-03`` -> ``March 2022``; what is no date is given back as it
    came, None as ``""``."""
    if not value:
        return ""
    try:
        return month_in_words(value) if len(value) == len("2022-03") else _long_date(value[:10], language.locale())
    except ValueError:
        return value


@lru_cache(maxsize=4_096)
def _long_date(day: str, locale: str) -> str:
    return format_date(datetime.date.fromisoformat(day), "long", locale=locale)


def month_in_words(value: str) -> str:
    return format_skeleton("yMMMM", datetime.date.fromisoformat(value[:7] + "-01"), locale=language.locale())


def time_in_words(starts_at: str, timezone: str | None) -> str:
    """The clock time of an event in its own zone: ``10:00 a.m., Eastern time``; ``""`` when only the day is known."""
    zones = {
        "America/New_York": _("Eastern time"),
        "America/Chicago": _("Central time"),
        "America/Denver": _("Mountain time"),
        "America/Los_Angeles": _("Pacific time"),
    }
    clock = starts_at[11:16]
    zone = zones.get(timezone or "", timezone or "")
    if clock in ("", "00:00"):
        return ""
    if clock in ("23:59", "24:00"):
        return _("end of the day, {zone}").format(zone=zone).rstrip(", ")
    return f"{_clock(clock)}, {zone}".rstrip(", ")


def _clock(clock: str) -> str:
    """``13:20`` -> ``1:20 p.m.`` in English; other languages keep the hours of a day."""
    return clock_in_words(clock) if language.current() == language.ENGLISH else clock


def how_far(day: str, today: datetime.date) -> str:
    """How far a day lies from today: ``tomorrow``, ``in 12 days``, ``3 months ago``; ``""`` if it is no date."""
    try:
        days = (datetime.date.fromisoformat(day[:10]) - today).days
    except ValueError:
        return ""
    if days in (-1, 0, 1):
        return {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}[days]
    apart = abs(days)
    if apart < 60:
        length = _("{n} days").format(n=apart)
    elif apart < 730:
        length = _("{n} months").format(n=round(apart / 30.44))
    else:
        years, months = divmod(round(apart / 30.44), 12)
        length = _("{n} years").format(n=years)
        if months:
            length = _("{years} and {months}").format(years=length, months=count(months, N_("month")))
    return (_("in {length}") if days > 0 else _("{length} ago")).format(length=length)


_TYPES = {
    "hr": "H.R.",
    "hres": "H.Res.",
    "hjres": "H.J.Res.",
    "hconres": "H.Con.Res.",
    "s": "S.",
    "sres": "S.Res.",
    "sjres": "S.J.Res.",
    "sconres": "S.Con.Res.",
    "hamdt": "H.Amdt.",
    "samdt": "S.Amdt.",
}


def number_in_words(document_id: str) -> str:
    """``us-117-s5064`` -> ``S. 5064, 117th Congress``, ``us-ma-194th-sd2467`` -> ``SD2467, Massachusetts``, for documents that
    are named but not held; others as they are."""
    # Until 2010 a year had two digits (E8-03700), and corrections and reprints have a letter before the number (C1-2010-17205).
    if register := re.fullmatch(r"us-fr-((?:[a-z]\d+-)?[a-z]?\d+-\d+)", document_id):
        return f"Federal Register {register[1].upper()}"
    if re.fullmatch(r"us-court-(docket|opinion)\d+", document_id):
        return "CourtListener"  # the number is its own, which nobody knows
    if canadian := re.fullmatch(r"ca-(\d+-\d+)-([cs])(\d+[a-z]?)", document_id):
        return f"{canadian[2].upper()}-{canadian[3]}, {session_in_words('ca', canadian[1])}"
    if state := re.fullmatch(r"(us-[a-z]{2})-(?:.+-)?([a-z]+\d+(?:-\d+)?[a-z]?)", document_id):
        return f"{state[2].upper()}, {place(state[1])}"
    match = re.fullmatch(r"us-(\d{1,3})-([a-z]+)(\d+)", document_id)
    if not match or match[2] not in _TYPES:
        return document_id
    return f"{_TYPES[match[2]]} {match[3]}, {session_in_words('us', match[1])}"


def sureness(probability: float) -> str:
    """How sure the program is of an area: ``very likely (94%)``. It is never certain: at most 99 %, at least 1 %."""
    percent = min(99, max(1, round(100 * probability)))
    likely = ((90, _("very likely")), (70, _("likely")), (50, _("more likely than not")), (0, _("possible")))
    word = next(word for least, word in likely if percent >= least)
    return _("{word} ({percent}%)").format(word=word, percent=percent)


def count(number: int | None, one: str, many: str | None = None) -> str:
    """``1 bill``, ``17,817 bills``."""
    number = number or 0
    return f"{number:,} {ngettext(one, many or one + 's', number)}"


def shortened(text: str, longest: int) -> str:
    """The beginning of a text on one line, whole words of it, in at most `longest` characters."""
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1].rsplit(" ", 1)[0] + "…"


def safe_url(url: str | None) -> str | None:
    """The address if a page may link to it (http or https with a host), else None: addresses come from strangers."""
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return url.strip() if parts.scheme in ("http", "https") and parts.netloc else None


def host(url: str | None) -> str:
    return (urlsplit(url).hostname or "") if url else ""
