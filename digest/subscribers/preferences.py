"""What a person wants to read: validated when it is sent, and applied to every entry of an issue."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from crawlers.items import KINDS
from pages.http import language
from pages.http.language import gettext as _
from positions.catalog.records import STANCES
from store.errors import InvalidInput

LISTS = ("public", "partners", "staff")
FREQUENCIES = ("weekly", "daily", "at-once")
LANGUAGES = tuple(language.LANGUAGES)
MOST_SEARCHES, MOST_DOCUMENTS, LONGEST_SEARCH = 10, 200, 100

_ID = re.compile(r"[a-z0-9-]{3,80}\Z")


class BadPreferences(InvalidInput):
    """A choice that is not among those there are; the message says which."""


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """Empty means any; `stances` are those that ALA has published.

    `searches` and `documents` add to what areas, jurisdictions, kinds, stances and priority let through. Where an issue is
    searched for, or a document followed, and none of these is chosen, there is nothing to add to: these are the choice.
    """

    areas: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()
    stances: tuple[str, ...] = ()
    must_see: bool = False
    searches: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()

    @property
    def only_followed(self) -> bool:
        """Whether a person follows issues, or documents, and chose nothing else that would let documents through."""
        others = (self.areas, self.jurisdictions, self.kinds, self.positions, self.stances, self.must_see)
        issues = any(search.startswith("tracker:") for search in self.searches)
        return not any(others) and (issues or (bool(self.documents) and not self.searches))

    @classmethod
    def load(cls, text: str) -> Preferences:
        values: dict[str, Any] = json.loads(text)
        lists = {name: tuple(value) for name, value in values.items() if name != "must_see"}
        return cls(must_see=bool(values.get("must_see")), **lists)

    def dump(self) -> str:
        """Only what was chosen, so that the row shows at a glance what it holds."""
        return json.dumps({name: value for name, value in asdict(self).items() if value}, ensure_ascii=False)

    def reason(self, entry: Mapping[str, Any]) -> tuple[str, str] | None:
        """Why an entry is for this person, as (kind, key), or None when it is not.

        kind is follow (key: document), search (the search), area (area), position (position),
        priority (""), or stance ("": ALA has published one, and nothing else speaks for the document).
        """
        if self.documents:
            for document in entry["documents"]:
                if document["id"] in self.documents:
                    return "follow", document["id"]
        for search in self.searches:
            if search in entry["searches"]:
                return "search", search
        if self.only_followed:
            return None
        if (self.must_see and not entry["must_see"]) or not self._place_and_kind(entry):
            return None
        if self.stances and not set(self.stances) & set(entry["stances"].values()):
            return None
        if self.positions:
            return next((("position", key) for key in entry["positions"] if key in self.positions), None)
        if area := next((key for key in entry["areas"] if not self.areas or key in self.areas), None):
            return "area", area
        if not self.areas and (position := next(iter(entry["positions"]), None)):
            return "position", position
        if self.areas:
            return None
        return ("priority", "") if entry["must_see"] else ("stance", "") if entry["stances"] else None

    def takes_all(self, entry: Mapping[str, Any]) -> bool:
        """Whether the person chose no subject and no issue: what an editor adds is for them, if its place and kind are."""
        chose = self.only_followed or self.areas or self.positions or self.stances or self.must_see
        return not chose and self._place_and_kind(entry)

    def _place_and_kind(self, entry: Mapping[str, Any]) -> bool:
        first = entry["documents"][0]
        if self.kinds and first["kind"] not in self.kinds:
            return False
        return not self.jurisdictions or first["jurisdiction"] in self.jurisdictions


def preferences(
    *,
    areas: Iterable[str] = (),
    jurisdictions: Iterable[str] = (),
    kinds: Iterable[str] = (),
    positions: Iterable[str] = (),
    stances: Iterable[str] = (),
    must_see: bool = False,
    searches: Iterable[str] = (),
    documents: Iterable[str] = (),
    known: Mapping[str, Iterable[str]],
) -> Preferences:
    """Preferences from what a person typed.

    Args:
        known: the areas, jurisdictions and positions there are.

    Raises:
        BadPreferences: an unknown area, jurisdiction, kind, position or stance, too many or too long searches, or what cannot be
            the id of a document.
    """
    chosen = {"areas": _once(areas), "jurisdictions": _once(jurisdictions), "positions": _once(positions)}
    closed = {"kinds": KINDS, "stances": STANCES}
    for name, values in (*chosen.items(), ("kinds", _once(kinds)), ("stances", _once(stances))):
        allowed = closed[name] if name in closed else set(known.get(name, ()))
        if unknown := [value for value in values if value not in allowed]:
            raise BadPreferences(_("there is no “%(value)s” to choose from") % {"value": unknown[0][:60]})
    wanted = _once(" ".join(search.split()) for search in searches)
    if len(wanted) > MOST_SEARCHES or any(len(search) > LONGEST_SEARCH for search in wanted):
        most = {"number": MOST_SEARCHES, "length": LONGEST_SEARCH}
        raise BadPreferences(_("at most %(number)s searches, of at most %(length)s characters each") % most)
    followed = _once(document.strip().rsplit("/", 1)[-1].lower() for document in documents)
    if bad := [key for key in followed if not _ID.match(key)]:
        said = _("“%(value)s” is not a document of this site: enter its number, or its address here")
        raise BadPreferences(said % {"value": bad[0][:60]})
    if len(followed) > MOST_DOCUMENTS:
        raise BadPreferences(_("at most %(number)s documents can be followed") % {"number": MOST_DOCUMENTS})
    return Preferences(
        areas=chosen["areas"],
        jurisdictions=chosen["jurisdictions"],
        positions=chosen["positions"],
        kinds=_once(kinds),
        stances=_once(stances),
        must_see=must_see,
        searches=wanted,
        documents=followed,
    )


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
