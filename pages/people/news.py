"""What the feeds of a legislator and of a committee hold: their documents on information policy, votes, and hearings."""

from __future__ import annotations

import datetime
import sqlite3

from pages.export.atom import Entry
from pages.export.feeds import ENTRIES, LONGEST, of_card, reach
from pages.http import formatting
from pages.people import committee as committees
from pages.people import person as people

Feed = tuple[str, str, list[Entry], str]


def of_person(db: sqlite3.Connection, address: str, today: datetime.date, site: str) -> Feed | None:
    """The title of a legislator's feed, the address of their page, the newest entries, and how far the data reach; None where
    there is nobody."""
    view = people.person(db, address, today)
    if view is None:
        return None
    entries = [
        _with(of_card(card, site), view.address, word)
        for word, found in (("Brought", view.brought), ("Cosponsored", view.joined))
        for card in found.cards
    ]
    for vote in view.votes[:ENTRIES]:
        touches = "; ".join(each["title"] for each in vote["positions"])
        entries.append(
            Entry(
                id=f"{site}{view.address}#vote-{vote['id']}",
                title=f"{vote['choice_word']}: {vote['identifier']}, {formatting.shortened(vote['question'], LONGEST)}",
                link=site + vote["address"],
                on=vote["held_on"],
                summary=f"{vote['document_title']} Touches: {touches} (automatic).",
            )
        )
    return view.person["name"], view.address, _newest(entries), reach(db, view.person["jurisdiction"], today, site)


def of_committee(db: sqlite3.Connection, address: str, today: datetime.date, site: str) -> Feed | None:
    """The same of a committee's feed; None where there is none."""
    view = committees.committee(db, address, today)
    if view is None:
        return None
    entries = [_with(of_card(card, site), view.address, "Waits there") for card in view.waiting]
    for hearing in view.hearings:
        named = f": {hearing['identifier']}" if hearing["identifier"] else ""
        entries.append(
            Entry(
                id=f"{site}{view.address}#hearing-{hearing['document_id'] or hearing['url']}-{hearing['starts_at'][:10]}",
                title=f"Hearing {formatting.date_in_words(hearing['starts_at'])}{named}",
                link=f"{site}/documents/{hearing['document_id']}" if hearing["document_id"] else site + view.address,
                on=hearing["seen_at"],
                summary=formatting.shortened(hearing["description"] or hearing["title"] or "", 400),
            )
        )
    return (
        view.committee["name"],
        view.address,
        _newest(entries),
        reach(db, view.committee["jurisdiction"], today, site),
    )


def _with(entry: Entry, page: str, word: str) -> Entry:
    """An entry of a document, as one of this feed."""
    site, _, rest = entry.id.partition("/documents/")
    return Entry(
        f"{site}{page}#{rest}", f"{word}: {entry.title}", entry.link, entry.on, entry.summary, entry.categories
    )


def _newest(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry.on, reverse=True)[:ENTRIES]
