"""What feeds hold: the news of a choice of documents, what happened to one, and dates; and which page has which feed."""

from __future__ import annotations

import datetime
import re
import sqlite3
from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import parse_qsl, urlencode

from comparison.versions.company_provisions import in_full
from pages.browse.cards import Card, cards
from pages.browse.filters import PLACE_GROUPS
from pages.browse.filters import TITLES as TITLES_OF_FILTERS
from pages.browse.known import FORMS
from pages.browse.selection import Selection, window
from pages.database import Row
from pages.export.atom import Entry
from pages.http import formatting
from pages.http.language import N_
from pages.places.collected import news_until

#: Entries of a feed. Programs that read feeds ask often and keep what they saw.
ENTRIES = 50
#: So many characters of what a source says fit into a title.
LONGEST = 140


# --------------------------------------------------------------------- entries


def documents(db: sqlite3.Connection, chosen: Selection, today: datetime.date, site: str) -> list[Entry]:
    """The newest documents of a choice. News of a document makes a new entry, so that readers of feeds show it again."""
    ids = [key for _, key in window(db, chosen, ENTRIES)]
    changed = {key: _changed_on(db, key) for key in ids}
    entries = [of_card(card, site, changed[card.id]) for card in cards(db, ids, today)]
    return sorted(entries, key=lambda entry: entry.on, reverse=True)


def _changed_on(db: sqlite3.Connection, document_id: str) -> str:
    """The day on which the record last changed here: all that is known of the time of a document without dates."""
    return str(db.execute("select substr(changed_at, 1, 10) from documents where id = ?", [document_id]).fetchone()[0])


def of_card(card: Card, site: str, changed_on: str = "") -> Entry:
    """A document as an entry. A bill of the United Kingdom has no dates: the day on which its record changed stands for them."""
    on = card.latest_on or card.status_on or changed_on or "1970-01-01"
    address = f"{site}{card.href}"
    number = "" if formatting.repeats(card.identifier, card.title) else f" {card.identifier}"
    told = [
        f"{card.kind}{number}, {card.place}{', ' + card.session if card.session else ''}.",
        f"{card.status_word}." + (f" Ended with the {card.ended}." if card.ended else ""),
        _heard(card),
        card.latest_action or "",
        f"Listed because of: {', '.join(card.evidence)} (automatic)." if card.evidence else "",
    ]
    return Entry(
        id=f"{address}#{on}",
        title=formatting.named(card.identifier, card.title),
        link=address,
        on=on,
        summary=" ".join(part for part in told if part),
        categories=[(area.id, area.title) for area in card.areas],
    )


def _heard(card: Card) -> str:
    """How far the news of its session reach, where the document may have moved since; as its card on a page says it."""
    until = card.collected_until if card.unheard_since else card.silent_since
    if until:
        return f"News of its session collected through {formatting.date_in_words(until)}."
    if card.unheard_since:
        return f"Its session was to end on {formatting.date_in_words(card.unheard_since)}."
    return ""


def reach(db: sqlite3.Connection, place: str, today: datetime.date, site: str) -> str:
    """How far the data of a feed reach: of one place to a day; those of others have days of their own."""
    until = news_until(db, place, today) if place and "," not in place and place not in PLACE_GROUPS else None
    return through(until) or of_each_place(site)


def of_each_place(site: str) -> str:
    """Where to read how far the data reach, of a feed about several places."""
    return f"How far the data of each place reach: {site}/jurisdictions"


def through(until: str | None) -> str:
    """``Data through March 8, 2022.``; ``""`` where no day is known."""
    return f"Data through {formatting.date_in_words(until)}." if until else ""


def changes(db: sqlite3.Connection, document_id: str, site: str) -> tuple[str, list[Entry]] | None:
    """The title of a document, and what happened to it, newest first; None when there is no such document.

    What we saw change, and the actions from before the first contact with the source, which is silent.
    """
    head = db.execute("select identifier, title, kind from documents where id = ?", [document_id]).fetchone()
    if head is None:
        return None
    address = f"{site}/documents/{document_id}"
    seen = db.execute(
        "select id, coalesce(happened_on, substr(seen_at, 1, 10)) as day, kind, summary from changes "
        "where document_id = ? order by 2 desc, id limit ?",
        [document_id, ENTRIES],
    ).fetchall()
    entries = [
        Entry(
            f"{address}#change-{row['id']}",
            f"{formatting.change_word(row['kind'], head['kind'])}: {formatting.shortened(said, LONGEST)}",
            address,
            row["day"],
            in_full(db, document_id, row["day"], said),
        )
        for row in seen
        for said in [formatting.change_says(row["kind"], row["summary"])]
    ]
    told = {(row["day"], row["summary"]) for row in seen}
    for row in db.execute(
        "select distinct acted_on, description from actions where document_id = ? and acted_on is not null "
        "order by acted_on desc, ordinal desc limit ?",
        [document_id, ENTRIES],
    ):
        if (row["acted_on"], row["description"]) not in told:
            mark = blake2b(f"{row['acted_on']} {row['description']}".encode(), digest_size=8).hexdigest()
            entries.append(
                Entry(
                    f"{address}#action-{mark}",
                    formatting.shortened(row["description"], LONGEST),
                    address,
                    row["acted_on"],
                    in_full(db, document_id, row["acted_on"], row["description"]),
                )
            )
    entries.sort(key=lambda entry: entry.on, reverse=True)
    return formatting.named(head["identifier"], head["title"]), entries[:ENTRIES]


def upcoming(events: list[Row], site: str) -> list[Entry]:
    """Dates of ``dates.settled`` as entries. A date that moves is a new entry, since it is news."""
    found = [
        Entry(
            id=f"{site}/documents/{event['document_id']}#{event['key']}-{event['starts_at'][:10]}",
            title=f"{formatting.word('events', event['kind'])} {formatting.date_in_words(event['starts_at'])}: "
            f"{formatting.shortened(event['title'], LONGEST)}",
            link=f"{site}/documents/{event['document_id']}",
            on=event["changed_at"],
            summary=" ".join(
                filter(
                    None,
                    (
                        ""
                        if formatting.repeats(event["identifier"], event["title"])
                        else f"{event['identifier']}, {formatting.place(event['jurisdiction'])}.",
                        formatting.time_in_words(event["starts_at"], event["timezone"]),
                        event["description"],
                    ),
                )
            ),
            categories=list(zip(event["areas"], event["area_titles"], strict=True)),
        )
        for event in events
    ]
    return sorted(found, key=lambda entry: entry.on, reverse=True)


# --------------------------------------------------------------------- which page has which


@dataclass(frozen=True)
class Link:
    """Where a page's contents can be had in another form: ``form`` is the ending of the address."""

    form: str
    href: str
    title: str
    type: str


TYPES = {
    "atom": "application/atom+xml",
    "ics": "text/calendar",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
TITLES = {
    "atom": N_("Feed (Atom)"),
    "ics": N_("Calendar (iCal)"),
    "csv": N_("Spreadsheet (CSV)"),
    "xlsx": "Excel",
    "json": "JSON",
}
_ONE = re.compile(r"/(documents|areas|jurisdictions|positions)/[a-z0-9-]+")
_NEWS_ONLY = re.compile(r"/(people|committees)/[a-z0-9-]+")
_DATES = re.compile(r"/(deadlines|calendar)")
_TRACKER = re.compile(r"/trackers/([a-z0-9-]+)")


#: What the files of lists, and those of dates, take of the address of their page.
OF_LISTS = ("q", *TITLES_OF_FILTERS, "sort")
OF_DATES = ("area", "kind", "jurisdiction", "past")
OF_MONTHS = (*OF_DATES, "month")
OF_STANCES = ("stance", "area", "jurisdiction", "ended")
#: What a page ignores where it cannot read it.
_LOOSE = ("month", "past", "sort", "ended")


def with_parts(address: str, **parts: str) -> str:
    """An address with some parts of its query set."""
    path, _, query = address.partition("?")
    return f"{path}?{urlencode(dict(parse_qsl(query)) | parts)}"


def links(path: str, query: str) -> list[Link]:
    """The other forms of the page at an address of this site; the filters in its query stay, as the page reads them."""
    taken = {"/calendar": OF_MONTHS, "/deadlines": OF_DATES, "/stances": OF_STANCES}
    tail = _kept(query, taken.get(path, OF_LISTS))
    if path == "/":
        return [_link("atom", "/browse.atom?must_see=1"), _link("ics", "/calendar.ics")]
    if path == "/browse":
        return [_link(form, f"/browse.{form}{tail}") for form in TYPES]
    if tracker := _TRACKER.fullmatch(path):
        return [_link(form, f"/browse.{form}?q=tracker:{tracker[1]}") for form in TYPES]
    if _DATES.fullmatch(path):
        # What lies ahead has one address; a month has its own.
        dates = path if "month=" in tail else "/deadlines"
        addresses = {form: f"{dates}.{form}{tail}" for form in ("atom", "csv", "xlsx", "json")}
        return [_link("ics", f"/calendar.ics{tail}"), *(_link(form, href) for form, href in addresses.items())]
    if path == "/stances":
        return [_link(form, f"{path}.{form}{tail}") for form in ("atom", "csv", "xlsx", "json")]
    if _NEWS_ONLY.fullmatch(path):
        return [_link("atom", f"{path}.atom")]
    match = _ONE.fullmatch(path)
    if not match:
        return []
    forms = ("atom", "ics", "json") if match[1] == "documents" else tuple(TYPES)
    return [_link(form, f"{path}.{form}") for form in forms]


def _kept(query: str, names: tuple[str, ...]) -> str:
    """The query of a page's files: the parts that they take, the first of each, as the page has it."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name in names and name not in found:
            found[name] = value if name not in _LOOSE or FORMS[name].fullmatch(value) else ""
    kept = {name: value for name, value in found.items() if value}
    return f"?{urlencode(kept)}" if kept else ""


def _link(form: str, href: str) -> Link:
    return Link(form, href, TITLES[form], TYPES[form])
