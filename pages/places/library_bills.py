"""The library bills of a place, what can still move first, and what people there can do about them."""

from __future__ import annotations

import datetime
import sqlite3
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from crawlers.people import as_people_say
from pages.browse import search
from pages.browse.cards import Card, cards, one_per_title
from pages.browse.fates import FATES, UNDECIDED_SQL, Counts
from pages.browse.lists import alive
from pages.browse.trackers import Tracker, load_trackers
from pages.database import Row, marks, rows, value
from pages.documents import rulemaking
from pages.people import names
from store.constants import TAGGED

#: So many are listed; the list of all of them is a search.
LISTED = 12
#: So many sponsors and positions are named.
NAMED = 8
#: The issue that holds them: libraries in the title or the summary, or the subject under which the legislature files them.
ISSUE = "libraries"


@dataclass(frozen=True)
class Sponsor:
    """A sponsor of listed documents, with the list of all that they sponsored or cosponsored of the library bills."""

    name: str
    party: str
    bills: int
    href: str


@dataclass(frozen=True, kw_only=True)
class LibraryBills:
    """``positions`` are shown next to a listed document that can still move; only approved ones have a statement. ``email`` leads
    to a subscription to these documents and no others."""

    counts: Counts
    listed: list[Card]
    sponsors: list[Sponsor]
    positions: list[Row]
    moving: list[Card]
    address: str
    email: str

    @property
    def shown(self) -> int:
        """How many documents the cards show, with those that a card names as the same bill or of the same title."""
        return sum(1 + len(card.also) for card in self.listed)


def library_bills(db: sqlite3.Connection, place: str, today: datetime.date) -> LibraryBills | None:
    """The documents on information policy of a place that name libraries, or that its legislature files under them.

    None where trackers.yml has no such issue, or where it cannot be searched for: then nothing is known of them.
    """
    issue = load_trackers().get(ISSUE)
    if issue is None:
        return None
    belongs, values = issue.where()
    found = db.execute(
        f"""select document_id as id, status from listing where area_id = ? and jurisdiction = ? and ceremonial = 0
        and {belongs} order by status in ({UNDECIDED_SQL}) desc, must_see desc, sort_on desc, document_id desc""",
        [TAGGED, place, *values],
    ).fetchall()
    undecided = [row["id"] for row in found if FATES.get(row["status"]) == "alive"]
    proposed = [row["id"] for row in found if row["status"] in ("proposed", "notice")]
    open_rules = {
        key
        for (key,) in db.execute(
            f"""select e.document_id from events e join documents d on d.id = e.document_id
            where d.id in ({marks(proposed)}) and d.document_type = 'Proposed Rule' and d.corrects is null
            and e.kind in ({marks(rulemaking.CLOSING)}) and e.starts_at >= ?""",
            [*proposed, *rulemaking.CLOSING, today.isoformat()],
        )
    }
    open_rules -= rulemaking.answered(db, open_rules)
    moving = alive(db, undecided, today) | open_rules
    fates = Counter(FATES.get(row["status"], "other") for row in found if row["id"] not in open_rules)
    order = {"passed": 1, "unheard": 2, "other": 2, "dead": 3}
    first = sorted(found, key=lambda row: 0 if row["id"] in moving else order.get(FATES.get(row["status"], "other"), 2))
    listed = one_per_title(cards(db, [row["id"] for row in first[: 3 * LISTED]], today), LISTED)
    _add_positions(db, listed)
    shown = [card for card in listed if card.id in moving]
    return LibraryBills(
        counts=Counts(
            len(moving),
            fates["passed"],
            fates["dead"],
            fates["other"],
            fates["unheard"] + len(undecided) + len(open_rules) - len(moving),
            sum(row["status"] == "replaced" for row in found),
        ),
        listed=listed,
        sponsors=_sponsors(db, issue, [card.id for card in listed], [row["id"] for row in found], place),
        positions=_positions(db, [card.id for card in shown]),
        moving=shown,
        address="/browse?" + urlencode({"q": issue.query, "area": TAGGED, "jurisdiction": place}),
        email="/subscribe?" + urlencode({"must_see": "0", "searches": f"{issue.query} place:{place}"}),
    )


def _sponsors(db: sqlite3.Connection, issue: Tracker, listed: list[str], ids: list[str], place: str) -> list[Sponsor]:
    """Who brought the listed documents, with how many of ``ids`` their search finds, those with most of them first.

    A source writes one person's name in several ways: all of them count under the shortest, which the search for sponsors finds
    in the others.
    """
    found = db.execute(
        f"""select name, max(party) as party from (
            select document_id, party, first_value(name) over (
                partition by coalesce(person_id, name) order by length(name), name
            ) as name from sponsors where document_id in ({marks(listed)}) and role = 'sponsor' and withdrawn_on is null
        ) group by name order by count(distinct document_id) desc, name limit ?""",
        [*listed, NAMED],
    ).fetchall()
    sponsors = [_sponsor(db, issue, row["name"], row["party"], ids, place) for row in found]
    return sorted(sponsors, key=lambda each: (-each.bills, each.name))


def _sponsor(
    db: sqlite3.Connection, issue: Tracker, name: str, party: str | None, ids: list[str], place: str
) -> Sponsor:
    query = f'sponsor:"{name}" {issue.query}'
    tied, values = search.parse(query).where(ties_only=True)
    bills: int = value(
        db,
        f"select count(*) from listing where area_id = ? and document_id in ({marks(ids)}) and {tied}",
        [TAGGED, *ids, *values],
    )
    address = "/browse?" + urlencode({"q": query, "area": TAGGED, "jurisdiction": place})
    return Sponsor(as_people_say(name), names.party(party), bills, address)


def _add_positions(db: sqlite3.Connection, listed: list[Card]) -> None:
    """Put on each card the titles of its positions: who prints the page for others has no links to follow."""
    by_id = {card.id: card for card in listed}
    for row in db.execute(
        f"""select distinct s.document_id, p.id, p.title, p.ordinal from shown_positions s
        join positions p on p.id = s.position_id where s.document_id in ({marks(list(by_id))}) order by p.ordinal""",
        list(by_id),
    ):
        by_id[row["document_id"]].positions.append((row["id"], row["title"]))


def _positions(db: sqlite3.Connection, ids: list[str]) -> list[Row]:
    """The positions that the documents touch, the most frequent first; words of one that nobody approved are left out."""
    return rows(
        db,
        f"""select p.id, p.title, case when p.standing = 'approved' then p.statement end as statement
        from shown_positions s join positions p on p.id = s.position_id where s.document_id in ({marks(ids)})
        group by p.id order by count(*) desc, max(s.score) desc limit ?""",
        [*ids, NAMED],
    )
