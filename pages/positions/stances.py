"""Every stance of the organization that an approver has published, in one list: what it supports and opposes, and since when.

Only rows of `decisions` are read, and a draft is never one of them (publish.decisions).
"""

from __future__ import annotations

import datetime
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from pages.browse import known
from pages.browse.cards import Card, area_titles, cards
from pages.browse.filters import place_group
from pages.database import Row
from pages.documents import decisions
from pages.documents.session_status import SETTLED
from pages.export.atom import Entry
from pages.http import formatting
from pages.http.language import N_, _

#: What is done, dead, or unknown by now: no visitor can still do anything about it.
_ENDED = SETTLED | {"unrecorded"}
#: A page shows so many documents of each part; the files have all.
MOST = 300
#: Entries of a feed.
ENTRIES = 50
#: The filter of what has ended, in words.
WHEN = {"0": N_("What can still move"), "1": N_("What has ended, or had no news since its session")}
COLUMNS = {
    "document_id": "The document",
    "identifier": "Its number as people write it; its title where the source gives none",
    "title": "Its title, in the language of its source",
    "jurisdiction": "Key of the place: us, us-tx",
    "place": "The place in words",
    "session": "The legislative session",
    "stance": "The stance that a person published: support, oppose and so on",
    "stance_in_words": "The same in words",
    "position_id": "The position whose provisions it is about; empty where it is about the whole document",
    "position": "The title of that position",
    "decided_on": "The day on which it was published; of one on record, only the year in which it was taken",
    "reason": "Why, in the words that were published",
    "source": "The statement it rests on: an address, or the name of what says so",
    "status": "Where the document stands, as a key of the glossary",
    "status_in_words": "Where it stands, in words",
    "has_ended": "1 where it is done or dead, or nothing was heard of it since its session was to end",
    "address": "The page of the document here",
}


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; empty text means all. ``ended`` is 1 for what has ended, 0 for what has not."""

    stance: str = ""
    area: str = ""
    jurisdiction: str = ""
    ended: str = ""

    @classmethod
    def of(cls, args: dict[str, str]) -> Wanted:
        """From the parts of an address; other parts are ignored."""
        return cls(**{name: args.get(name, "").strip()[:100] for name in FILTERS})

    def address(self, **changes: str) -> str:
        """The address of the page with these filters and some changes."""
        kept = {name: value for name, value in (vars(self) | changes).items() if value}
        return "/stances" + (f"?{urlencode(kept)}" if kept else "")

    def check(self, db: sqlite3.Connection) -> None:
        """Raises UnknownValue where a value does not exist."""
        known.check(
            db, {"stance": self.stance, "one_area": self.area, "jurisdiction": self.jurisdiction, "ended": self.ended}
        )

    def in_words(self, db: sqlite3.Connection) -> str:
        """What is chosen, in words; ``""`` where nothing is."""
        stance = formatting.word("stances", self.stance) if self.stance else ""
        place = formatting.place(self.jurisdiction) if self.jurisdiction else ""
        ended = _(WHEN[self.ended]) if self.ended else ""
        return ", ".join(filter(None, (stance, area_titles(db).get(self.area), place, ended)))

    def fits(self, listed: Stated) -> bool:
        """Whether a document belongs to the list, whatever its stances."""
        place = listed.card.jurisdiction
        return (
            (not self.area or any(area.id == self.area for area in listed.card.areas))
            and self.jurisdiction in ("", place, place_group(place))
            and self.ended in ("", str(int(listed.ended)))
        )


FILTERS = tuple(Wanted.__dataclass_fields__)


@dataclass(frozen=True)
class Stated:
    """One document with the stances on it, as `decisions.stances` gives them."""

    card: Card
    stances: list[Row]

    @property
    def ended(self) -> bool:
        card = self.card
        return card.status in _ENDED or bool(card.ended or card.unheard_since or card.identical_law)

    @property
    def on(self) -> str:
        return max(stance["decided_on"] for stance in self.stances)


@dataclass(frozen=True, kw_only=True)
class StancesView:
    """What the page shows.

    ``parts`` is (id, heading, documents that are shown, how many there are) of what can still move, and of what has ended;
    ``counts`` is (key, word, documents) of each stance among what else is chosen.
    """

    wanted: Wanted
    chosen: str
    parts: list[tuple[str, str, list[Stated], int]]
    total: int
    counts: list[tuple[str, str, int]]
    areas: dict[str, str]
    places: list[tuple[str, str]]
    when: dict[str, str]
    most: int


def has_stances(db: sqlite3.Connection) -> bool:
    """Whether any stance is public: nothing leads to the page before that."""
    return bool(decisions.every_stance(db, limit=1))


def listed(db: sqlite3.Connection, wanted: Wanted, today: datetime.date) -> list[Stated]:
    """The documents with stances that fit, those of the newest stance first.

    Raises:
        UnknownValue: the address has a value that does not exist.
    """
    wanted.check(db)
    return [each for each in _of_stance(_everything(db, today), wanted.stance) if wanted.fits(each)]


def _everything(db: sqlite3.Connection, today: datetime.date) -> list[Stated]:
    on: dict[str, list[Row]] = {}
    for row in decisions.every_stance(db):
        on.setdefault(row["document_id"], []).append(row)
    found = [Stated(card, on[card.id]) for card in cards(db, list(on), today)]
    return sorted(found, key=lambda each: (each.on, each.card.id), reverse=True)


def _of_stance(found: Iterable[Stated], stance: str) -> list[Stated]:
    """Those with a stance, and of each only that."""
    if not stance:
        return list(found)
    kept = (Stated(each.card, [row for row in each.stances if row["value"] == stance]) for each in found)
    return [each for each in kept if each.stances]


def view(db: sqlite3.Connection, wanted: Wanted, today: datetime.date) -> StancesView:
    """Everything the page shows; raises UnknownValue."""
    wanted.check(db)
    everything = _everything(db, today)
    others = [each for each in everything if wanted.fits(each)]
    found = _of_stance(others, wanted.stance)
    counted = Counter(value for each in others for value in {row["value"] for row in each.stances})
    held = {(each.card.jurisdiction, formatting.place(each.card.jurisdiction)) for each in everything}
    if wanted.jurisdiction:  # also one without a stance, and a group of places
        held.add((wanted.jurisdiction, formatting.place(wanted.jurisdiction)))
    return StancesView(
        wanted=wanted,
        chosen=wanted.in_words(db),
        parts=[
            (key, _(WHEN[ended]), part[:MOST], len(part))
            for key, ended in (("moving", "0"), ("ended", "1"))
            if (part := [each for each in found if each.ended == (ended == "1")])
        ],
        total=len(found),
        counts=[
            (key, formatting.word("stances", key), counted[key])
            for key in formatting.glossary()["stances"]
            if counted[key] or key == wanted.stance
        ],
        areas=area_titles(db),
        places=sorted(held, key=lambda place: (place[0] != "us", place[1])),
        when={key: _(words) for key, words in WHEN.items()},
        most=MOST,
    )


def table_rows(found: Iterable[Stated], site: str) -> list[Row]:
    """One row with COLUMNS for each stance."""
    return [
        {
            "document_id": each.card.id,
            "identifier": each.card.identifier,
            "title": each.card.title,
            "jurisdiction": each.card.jurisdiction,
            "place": each.card.place,
            "session": each.card.session,
            "stance": row["value"],
            "stance_in_words": row["word"],
            "position_id": row["key"],
            "position": row["title"] or "",
            "decided_on": row["decided_on"],
            "reason": row["reason"] or "",
            "source": row["source"] or "",
            "status": each.card.status,
            "status_in_words": each.card.status_word,
            "has_ended": int(each.ended),
            "address": f"{site}{each.card.href}",
        }
        for each in found
        for row in each.stances
    ]


def entries(found: Iterable[Stated], site: str) -> list[Entry]:
    """The newest stances as entries of a feed; one that changes is a new entry.

    A stance on record has only a year and was no news on the day on which it was entered: it is in the list, not in the feed.
    """
    made = [
        _entry(each, row, site) for each in found for row in each.stances if len(row["decided_on"]) == len("YYYY-MM-DD")
    ]
    return sorted(made, key=lambda entry: entry.on, reverse=True)[:ENTRIES]


def _entry(each: Stated, row: Row, site: str) -> Entry:
    card, address = each.card, f"{site}{each.card.href}"
    about = f" (on what touches “{row['title'] or row['key']}”)" if row["key"] else ""
    told = [
        f"{card.kind}, {card.place}{', ' + card.session if card.session else ''}.",
        f"{card.status_word}.",
        row["reason"] or "",
        f"Source: {row['source']}" if row["source"] else "",
    ]
    return Entry(
        id=f"{address}#{row['subject']}-{row['value']}-{row['decided_on']}",
        title=f"{row['word']}{about}: {formatting.named(card.identifier, card.title)}",
        link=f"{address}#stance",
        on=row["decided_on"],
        summary=" ".join(filter(None, told)),
        categories=[(area.id, area.title) for area in card.areas],
    )
