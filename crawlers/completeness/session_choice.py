"""Which sessions of the states a crawl of Open States must hold, whatever their dates say.

The stated end of a two-year session is often that of its first year: a choice by dates alone left out whole legislatures
in silence. So a crawl holds, of every state,

- each session that has not ended, or that ended this year or last year, by its dates;
- the latest regular session that has bills (where the newest has none yet: the sessions before it, until one has);
- each session in which anything moved this year or last year, or since the latest regular session began.

Years of the calendar, not twelve months: sessions follow the calendar, and what a load holds must not shrink from one day to
the next within a year (New Hampshire's of 2025 last moved on December 4, 2025).

Of a session that is not stored, only its source can tell when it last moved: one request (`is_due`). What is left out is
named with its reason (crawlers.items.LEFT_OUT).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from crawlers.parsers.openstates import Session, changed_at
from crawlers.storage.sessions import Asked, Place

#: A session that ended longer ago is not asked about: a session's second year and a year after it are over by then.
OLDEST = timedelta(days=913)
#: An answer about a session that is left out counts for so long, if its state has changed since.
ASK_AFTER = timedelta(days=14)


def place(session: Session) -> Place:
    """The session's one name among all sources."""
    return session.jurisdiction, session.session


def current(sessions: list[Session], earliest: str) -> list[Session]:
    """The sessions that had not ended by an ISO day. Where a state dates none of its sessions, all of them."""
    dated = {each.state for each in sessions if each.starts_on or each.ends_on}
    return [
        each
        for each in sessions
        if each.state not in dated or ((each.starts_on or each.ends_on) and (each.ends_on or "9999") >= earliest)
    ]


@dataclass
class SessionChoice:
    """The sessions of all states, and what is known of each when a crawl begins.

    Args:
        today: the ISO day of the crawl.
        since: sessions that ended on this ISO day or later are held too; "" for no such day.
        moved: the newest day on which a stored bill of a session moved.
        asked: what the source said of sessions that are not stored.
    """

    sessions: list[Session]
    today: str
    since: str = ""
    moved: Mapping[Place, str] = field(default_factory=dict)
    asked: dict[Place, Asked] = field(default_factory=dict)

    def __post_init__(self) -> None:
        chosen = current(self.sessions, self.since or self._last_year())
        self.chosen: dict[Place, Session] = {place(each): each for each in chosen}
        for each in self._latest_regular().values():
            self.chosen.setdefault(place(each), each)
        for each in self.sessions:
            if place(each) not in self.chosen and self._has_moved(each):
                self.chosen[place(each)] = each

    def _last_year(self) -> str:
        """The first day of last year: a session in which nothing has moved since is history."""
        return date(date.fromisoformat(self.today).year - 1, 1, 1).isoformat()

    def _before(self, span: timedelta) -> str:
        return (date.fromisoformat(self.today) - span).isoformat()

    def _begun(self, state: str) -> list[Session]:
        """A state's sessions that have begun, newest first."""
        begun = [
            each for each in self.sessions if each.state == state and each.starts_on and each.starts_on <= self.today
        ]
        return sorted(begun, key=lambda each: each.starts_on or "", reverse=True)

    def _latest_regular(self) -> dict[str, Session]:
        """Each state's newest regular session that has begun and is not known to be empty; behind an empty one, no old one."""
        found = {}
        for state in {each.state for each in self.sessions}:
            regular = [each for each in self._begun(state) if not each.special]
            held = next((each for each in regular if not self._is_empty(each)), None)
            if held and (held is regular[0] or (held.ends_on or "9999") >= self._before(OLDEST)):
                found[state] = held
        return found

    def _is_empty(self, session: Session) -> bool:
        known = self.asked.get(place(session))
        return known is not None and known.bills == 0

    def _has_moved(self, session: Session) -> bool:
        """Whether a session that its dates leave out is known to have moved since last year began, or in this legislature."""
        known = self.asked.get(place(session))
        latest = max(self.moved.get(place(session), ""), (known and known.latest_action_on) or "")
        regular = self._latest_regular().get(session.state)
        since = min(self._last_year(), (regular and regular.starts_on) or "9999")
        return bool(latest) and latest >= since

    def past(self) -> set[Session]:
        """The chosen sessions that ended before this year and began before their state's latest regular one: they can wait."""
        latest = self._latest_regular()
        return {
            each
            for each in self.chosen.values()
            if each.state in latest and each.starts_on and (each.ends_on or "9999") < self.today[:4]
            if each.starts_on < (latest[each.state].starts_on or "")
        }

    def is_due(self, session: Session) -> bool:
        """Whether the source must be asked about a session that is not chosen: never asked, or its state changed since."""
        if place(session) in self.chosen or (session.ends_on or "9999") < self._before(OLDEST):
            return False
        known = self.asked.get(place(session))
        if known is None:
            return True
        changed = changed_at(session)
        fresh = known.at[:10] >= self._before(ASK_AFTER)
        return not fresh and (changed is None or changed[:10] >= known.at[:10])

    def answered(self, session: Session, bills: int, latest_action_on: str | None) -> bool:
        """Note what the source says of a session's bills, and return whether the session is held from now on."""
        self.asked[place(session)] = Asked(bills, latest_action_on, self.today)
        if bills and place(session) not in self.chosen and self._has_moved(session):
            self.chosen[place(session)] = session
            return True
        return False

    def instead_of(self, empty: Session) -> list[Session]:
        """Note that a session has no bills. Where it was its state's newest regular one, the sessions to hold in its place:
        each before it, to the next regular one that is not known to be empty; those that are chosen already left out.
        """
        newest = self._latest_regular().get(empty.state) == empty
        self.asked[place(empty)] = Asked(0, None, self.today)
        found: list[Session] = []
        for each in self._begun(empty.state) if newest else ():
            if (each.starts_on or "") > (empty.starts_on or "") or self._is_empty(each):
                continue
            if (each.ends_on or "9999") < self._before(OLDEST):
                break
            if place(each) not in self.chosen:
                self.chosen[place(each)] = each
                found.append(each)
            if not each.special:
                break
        return found

    def reason(self, session: Session) -> str | None:
        """Why a session's bills are not asked for; None where they are."""
        if place(session) in self.chosen:
            return None
        if (session.ends_on or "9999") < self._before(OLDEST):
            return "old"
        return "quiet" if place(session) in self.asked else "not_asked"

    def left_out(self) -> Iterable[Session]:
        """The sessions whose bills are not asked for."""
        return (each for each in self.sessions if place(each) not in self.chosen)
