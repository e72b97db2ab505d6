"""Which document a row of a tracker means, and what it says about it: matched, ambiguous, unknown, or a bad value."""

from __future__ import annotations

import datetime
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from sqlite_utils import Database

from crawlers.items import FEDERAL_TYPES, BadRecord, document_id
from desk.accounts import accounts
from desk.intake import tracker
from desk.intake.tracker import Row
from desk.intake.tracker_sessions import Session, doubt_of, moved_then, same_session
from pages.database import marks
from pages.documents.session_status import SESSION_TITLE
from pages.http.formatting import glossary, session_in_words, shortened
from pages.http.titles import readable

MOST_CANDIDATES = 12
#: Addresses that name a document -> how its id is made of their parts.
_HOUSE_BILLS = {
    "house-bill": "hr",
    "senate-bill": "s",
    "house-resolution": "hres",
    "senate-resolution": "sres",
    "house-joint-resolution": "hjres",
    "senate-joint-resolution": "sjres",
    "house-concurrent-resolution": "hconres",
    "senate-concurrent-resolution": "sconres",
}
#: Types that states use too do not show that a number is from Congress.
_FEDERAL_ONLY = FEDERAL_TYPES.keys() - {"hb", "sb", "sr", "hjr", "hcr", "scr"}
_CONGRESS = re.compile(r"/bill/([0-9]+)(?:st|nd|rd|th)-congress/([a-z-]+)/([0-9]+)")
_REGISTER = re.compile(r"/(?:d|documents/[0-9]{4}/[0-9]{2}/[0-9]{2})/([0-9]{4}-[0-9]{4,6})")
_OPEN_STATES = re.compile(r"/([a-z]{2})/bills/([^/]+)/([A-Za-z]+[0-9]+)")
#: SQL: whether a source calls the session of a document ``d`` special.
_IS_SPECIAL = """exists (select 1 from corpus.sessions s
    where s.special and s.jurisdiction = d.jurisdiction and s.session = d.session)"""
_WITH_PLACE = re.compile(r"([A-Za-z]{2})[\s-]+([A-Za-z].*[0-9].*)")


@dataclass(frozen=True)
class Candidate:
    document_id: str
    label: str
    #: Why a number alone does not show that the row means this document; "" where it does.
    doubt: str = ""


@dataclass(frozen=True)
class Line:
    """What a row means. `state` is matched, ambiguous, unknown or bad; `why` says what is wrong, for the person who reads."""

    row: Row
    state: str
    candidates: tuple[Candidate, ...]
    stance: str | None
    note: str
    why: str = ""
    #: The name of the account that leads, "" for none, and whether it is to be pinned as a priority.
    lead: str = ""
    priority: bool = False
    #: The ISO day of the hearing, "" where the row has none that can be read.
    hearing: str = ""


def matched(db: Database, row: Row) -> Line:
    """What a row means.

    Args:
        db: staff.db with corpus.db attached.
    """
    lead = _lead(db, row.cells.get("lead", ""))
    note = _note(row, lead)
    stance, problem = _stance(row.cells.get("stance", ""))
    priority, wrong = _priority(row.cells.get("priority", ""))
    problem = problem or wrong
    if row.formulas:
        problem = f"{', '.join(row.formulas)}: holds a formula; paste the value instead"
    elif len(note) > tracker.LONGEST_CELL:
        problem = f"the note is longer than {tracker.LONGEST_CELL:,} characters"
    if problem:
        return Line(row, "bad", (), None, note, problem)
    try:
        found, why = _documents(db, row)
    except BadRecord:
        return Line(row, "bad", (), None, note, "the number has neither letters nor figures")
    certain = len(found) == 1 and not found[0].doubt
    state = "matched" if certain else "ambiguous" if found else "unknown"
    return Line(
        row,
        state,
        found,
        stance,
        note,
        why if state != "matched" else "",
        lead,
        priority,
        day_of(row.cells.get("hearing", "")),
    )


def _stance(said: str) -> tuple[str | None, str]:
    word = tracker.plain(said)
    for stance, known in tracker.words()["stances"].items():
        if word in known:
            return (None if stance == "none" else stance), ""
    return None, f"“{said[:60]}” is no stance we know: write support, oppose, watch …"


def _priority(said: str) -> tuple[bool, str]:
    word, known = tracker.plain(said), tracker.words()["priorities"]
    if word in known["high"] or word in known["other"]:
        return word in known["high"], ""
    return False, f"“{said[:60]}” is no priority we know: write high, medium, or low"


def _lead(db: Database, said: str) -> str:
    """The one open account that a tracker names by its name, a part of it, its initials or its address; "" for none."""
    word = said.strip().casefold()
    found = {
        each.name
        for each in accounts.all_accounts(db)
        if each.disabled_at is None
        and word
        in {each.name.casefold(), each.email, *(parts := each.name.casefold().split()), "".join(p[0] for p in parts)}
    }
    return found.pop() if word and len(found) == 1 else ""


def _note(row: Row, lead: str) -> str:
    """The note of a row, with what has no place of its own here: a lead without an account, a hearing that is more than a
    day, more notes."""
    parts = [row.cells.get("note", ""), *(f"{header}: {text}" for header, text in row.notes)]
    if (said := row.cells.get("lead", "").strip()) and not lead:
        parts.append(f"Lead: {said}")
    if (said := row.cells.get("hearing", "").strip()) and not (day_of(said) and _DAY.fullmatch(said)):
        parts.append(f"Hearing: {said}")
    return "\n".join(part for part in parts if part)


#: A day as American offices and spreadsheets write it, with the year, after the name of a weekday.
_DAY = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? +)?"
    r"(\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{2,4}|[a-z]{3,9}\.? \d{1,2},? \d{4})",
    re.IGNORECASE,
)
_FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%B %d %Y", "%b %d %Y")


def day_of(said: str) -> str:
    """The ISO day that a cell begins with; "" for none, or one without a year, which nobody should guess."""
    found = _DAY.match(said.strip())
    text = re.sub(r"[.,]", "", found[1]).replace("Sept ", "Sep ") if found else ""
    for form in _FORMATS:
        with suppress(ValueError):
            return datetime.datetime.strptime(text, form).date().isoformat()
    return ""


def _documents(db: Database, row: Row) -> tuple[tuple[Candidate, ...], str]:
    if (key := _of_link(row.cells.get("link", ""))) and (found := _candidates(db, "d.id = ?", [key])):
        return found, ""
    number = re.sub(r"\(.*?\)", " ", row.cells.get("number", "")).strip()
    if not number:
        return (), "there is no number, and the link leads to no document of ours"
    place, wrong = _place(row.cells.get("jurisdiction", ""))
    if wrong:
        return (), wrong
    inner = _WITH_PLACE.fullmatch(number)
    if place is None and inner and f"us-{inner[1].lower()}" in glossary()["jurisdictions"]:
        place, number = f"us-{inner[1].lower()}", inner[2]
    if place is None and re.sub(r"[^a-z]", "", number.lower()) in _FEDERAL_ONLY:
        place = "us"
    numbered = _of_number(db, number, place)
    if not numbered and place != "us":
        numbered = [each for other in _other_letters(number) for each in _of_number(db, other, place)]
    session = row.cells.get("session", "")
    inside = " ".join(re.findall(r"\((.*?)\)", row.cells.get("number", "")))
    kept = [
        replace(each, doubt=doubt_of(session or (inside if same_session(inside, its.key, place) else ""), its, place))
        for each, its in numbered
        if not session or same_session(session, its.key, place) or moved_then(session, its)
    ]
    where = glossary()["jurisdictions"].get(place, place) if place else "any place"
    if not kept:
        more = f" in the session {session}" if session and numbered else ""
        return (), f"we hold no {number} of {where}{more}"
    why = f"{len(kept)} documents have this number: choose one" if len(kept) > 1 else kept[0].doubt
    return tuple(kept[:MOST_CANDIDATES]), why


def _of_link(link: str) -> str | None:
    """The id that an address names; None where it is none of those we know."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return None
    path = parts.path
    if found := re.search(r"/documents/([a-z0-9-]+)$", path):
        return found[1]
    if "congress.gov" in parts.netloc and (found := _CONGRESS.search(path)) and found[2] in _HOUSE_BILLS:
        return document_id("us", found[1], _HOUSE_BILLS[found[2]] + found[3])
    if "federalregister.gov" in parts.netloc and (found := _REGISTER.search(path)):
        return document_id("us", "fr", found[1])
    if "openstates.org" in parts.netloc and (found := _OPEN_STATES.search(path)):
        return document_id(f"us-{found[1]}", found[2], found[3])
    return None


@cache
def _places() -> dict[str, str]:
    known = glossary()["jurisdictions"]
    found = {tracker.plain(name): code for code, name in known.items()}
    found |= {code.rpartition("-")[2]: code for code in known if re.fullmatch(r"us-[a-z]{2}", code)}
    found |= {code.replace("-", " "): code for code in known}
    found |= {word: code for code, words in tracker.words()["states"].items() for word in words}
    return found | dict.fromkeys(tracker.words()["federal"], "us")


def _place(said: str) -> tuple[str | None, str]:
    word = tracker.plain(said)
    if not word:
        return None, ""
    return (place, "") if (place := _places().get(word)) else (None, f"“{said[:60]}” is no place we know")


def _of_number(db: Database, number: str, place: str | None) -> list[tuple[Candidate, Session]]:
    """Documents of this number with their sessions, the newest first."""
    forms = {document_id(each, "x", number).removeprefix(f"{each}-x-") for each in ([place] if place else ["us", "xx"])}
    where = f"l.area_id = 'any' and l.number in ({marks(forms)})" + (" and l.jurisdiction = ?" if place else "")
    rows = db.execute(
        "select d.id, d.identifier, d.jurisdiction, d.session, d.title, d.kind = 'bill', "
        "substr(d.published_on, 1, 4), substr(coalesce(d.latest_action_on, d.published_on), 1, 4), "
        f"{_IS_SPECIAL}, {SESSION_TITLE} from corpus.listing l "
        f"join corpus.documents d on d.id = l.document_id where {where} order by l.sort_on desc, d.id desc limit 60",
        [*sorted(forms), *([place] if place else [])],
    ).fetchall()
    return [
        (
            _candidate(row),
            Session(row[3], row[-1] or "", row[8], row[5], range(int(row[6] or 0), int(row[7] or -1) + 1)),
        )
        for row in rows
    ]


def _other_letters(number: str) -> list[str]:
    """The same number as others write it: "S 2525" is "SB2525" where a state says so."""
    parts = re.fullmatch(r"\s*([A-Za-z.]+)[\s-]*([0-9].*)", number)
    letters = parts[1].replace(".", "").lower() if parts else ""
    groups = [group for group in tracker.words()["same_letters"] if letters in group]
    return [f"{other} {parts[2]}" for group in groups for other in group if parts and other != letters]


def _candidates(db: Database, where: str, values: list[str]) -> tuple[Candidate, ...]:
    columns = f"d.id, d.identifier, d.jurisdiction, d.session, d.title, {SESSION_TITLE}"
    sql = f"select {columns} from corpus.documents d where {where}"
    return tuple(_candidate(row) for row in db.execute(sql, values).fetchall())


def _candidate(row: Any) -> Candidate:
    place = glossary()["jurisdictions"].get(row[2], row[2])
    title = shortened(readable(row[4]), 120)
    named = ", ".join(filter(None, (row[1], place, session_in_words(row[2], row[3], row[-1]))))
    return Candidate(row[0], f"{named}: {title}")
