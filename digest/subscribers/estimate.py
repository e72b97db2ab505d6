"""How much mail a choice means, from what happened in the last months; and what there is to choose from."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass
from typing import Any

from crawlers.storage.merge import BY_HAND
from digest.issues.ledger import rules
from digest.subscribers.preferences import Preferences
from pages.browse.search import parse
from pages.database import value
from pages.http import formatting
from pages.places.collected import collected_places, news_until
from store.constants import ANY_AREA
from store.placeholders import marks

WEEKS = 8


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Items in each of the last eight weeks up to `until`, oldest first; no `weeks` where nobody can say.

    `lacking` are the chosen places, in words, whose session is not collected to its end or of late.
    """

    until: str
    weeks: tuple[int, ...]
    lacking: tuple[str, ...] = ()

    @property
    def a_week(self) -> int:
        return round(sum(self.weeks) / len(self.weeks))

    @property
    def most(self) -> int:
        return max(self.weeks)

    @property
    def empty(self) -> int:
        return sum(1 for week in self.weeks if not week)


def choices(db: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """Return areas, jurisdictions and positions -> key -> title ("" for a jurisdiction: the template has its name)."""
    return {
        "areas": dict(db.execute("select id, title from policy_areas order by ordinal, title").fetchall()),
        "jurisdictions": {row[0]: "" for row in db.execute("select distinct jurisdiction from documents order by 1")},
        "positions": dict(db.execute("select id, title from positions order by ordinal, title").fetchall()),
    }


def estimate(db: sqlite3.Connection, choice: Preferences, today: datetime.date) -> Estimate:
    """Count the documents that a digest would have reported, by week: introduced, published, or at a stage that is news.

    The weeks end with the newest day of which something of the chosen places is stored, or today. Of searches, only issues are
    counted, where nothing else is chosen.
    """
    places = _places(choice)
    known = collected_places(db, today).places if places else set()
    lacking = tuple(formatting.place(place) for place in sorted(places - known))
    until = datetime.date.fromisoformat((_newest(db, places, today) or today.isoformat())[:10])
    if places and not places & known:
        return Estimate(until=until.isoformat(), weeks=(), lacking=lacking)
    statuses = [key for key, rule in rules()["statuses"].items() if "tell" in rule]
    where, values = _condition(choice)
    first = until - datetime.timedelta(days=7 * WEEKS - 1)
    days = db.execute(
        f"""with told as (
            select d.id, d.published_on as day from documents d where d.published_on between ? and ?
            union select h.document_id, h.reached_on from status_history h
            where h.reached_on between ? and ? and h.status in ({marks(statuses)})
        )
        select told.id, told.day from told join documents d on d.id = told.id
        left join shown_priorities t on t.document_id = d.id where {where}""",
        [*[first.isoformat(), until.isoformat()] * 2, *statuses, *values],
    )
    weeks: list[set[str]] = [set() for _ in range(WEEKS)]
    for key, day in days:
        weeks[(datetime.date.fromisoformat(day[:10]) - first).days // 7].add(key)
    return Estimate(until=until.isoformat(), weeks=tuple(len(week) for week in weeks), lacking=lacking)


def _places(choice: Preferences) -> set[str]:
    """The places of a choice, also where it is an issue in each of some; none of them means all."""
    if not choice.only_followed:
        return set(choice.jurisdictions)
    asked = [{tie.value for tie in parse(search).ties if tie.field == "place"} for search in choice.searches]
    return set().union(*asked) if all(asked) else set()


def _newest(db: sqlite3.Connection, places: set[str], today: datetime.date) -> str | None:
    """The newest day of which something of these places, or of all, is stored."""
    if places:
        return max(filter(None, (news_until(db, place, today) for place in places)), default=None)
    newest: str | None = value(
        db,
        "select max(published_on) from documents where published_on <= ? and source <> ?",
        [today.isoformat(), BY_HAND],  # what staff add may be of days that no source is collected for
    )
    return newest


def _condition(choice: Preferences) -> tuple[str, list[Any]]:
    """The same choice as Preferences.reason, as SQL."""
    if choice.only_followed:
        found = [parse(search).where() for search in choice.searches]
        wanted = " or ".join(f"({where})" for where, _ in found)
        listed = f"d.id in (select document_id from listing where area_id = '{ANY_AREA}' and ({wanted}))"
        ids = f"d.id in ({marks(choice.documents)})"
        wanted = " or ".join([*([listed] if found else []), *([ids] if choice.documents else [])])
        return f"({wanted})", [*(each for _, values in found for each in values), *choice.documents]
    parts: list[str] = []
    values: list[Any] = []
    for column, chosen in (("d.jurisdiction", choice.jurisdictions), ("d.kind", choice.kinds)):
        if chosen:
            parts.append(f"{column} in ({marks(chosen)})")
            values += chosen
    tagged = f"exists (select 1 from shown_tags where document_id = d.id {_among('area_id', choice.areas)})"
    matched = (
        f"exists (select 1 from shown_positions where document_id = d.id {_among('position_id', choice.positions)})"
    )
    of_ala = "decisions where document_id = d.id and verdict = 'confirm' and subject like 'stance%'"
    if choice.positions:
        parts.append(matched)
        values += choice.positions
    elif choice.areas:
        parts.append(tagged)
        values += choice.areas
    else:
        parts.append(f"({tagged} or {matched} or exists (select 1 from {of_ala}))")
    if choice.stances:
        parts.append(f"exists (select 1 from {of_ala} {_among('value', choice.stances)})")
        values += choice.stances
    if choice.must_see:
        parts.append("t.priority = 2 and d.id not in (select document_id from ceremonial)")
    wanted = " and ".join(parts)
    if choice.documents:
        return f"(({wanted}) or d.id in ({marks(choice.documents)}))", [*values, *choice.documents]
    return wanted, values


def _among(column: str, chosen: tuple[str, ...]) -> str:
    return f"and {column} in ({marks(chosen)})" if chosen else ""
