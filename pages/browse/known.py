"""Values of filters that exist: one that does not gets no list, because everything and nothing would both be wrong answers."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence

from crawlers.agencies import load_agencies
from pages.browse.cards import area_titles
from pages.browse.filters import PLACE_GROUPS, STATUS_GROUPS
from pages.http import formatting
from pages.http.language import _
from store.constants import ANY_AREA, TAGGED, UNHEARD_PASSED
from store.errors import InvalidInput

#: The form of values that no list names, by filter.
FORMS = {
    "year": re.compile("[0-9]{4}"),
    "month": re.compile("(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])"),
    "past": re.compile("[01]"),
    "ended": re.compile("[01]"),
    "sort": re.compile("latest"),
}
#: What the name of a filter begins with where it takes other values than that of a list.
_VARIANT = re.compile("^(date|one)_")
#: The filters of places.
_OF_PLACES = ("jurisdiction", "place", "one_place")
#: A city or county: of which of them nothing is collected, no list says.
LOCAL = r"us-[a-z]{2}(-[a-z0-9]+)+"


class UnknownValue(InvalidInput):
    """A filter is given a value that does not exist; the message says which it takes."""


def check(db: sqlite3.Connection, given: Mapping[str, str | None], several: Iterable[str] = ()) -> None:
    """Raises UnknownValue for the first value that does not exist; the arguments are those of `unknown`."""
    if wrong := unknown(db, given, several):
        raise UnknownValue(wrong)


def only(args: Mapping[str, Sequence[str]], names: Sequence[str]) -> dict[str, str]:
    """The parts of the address of a file: whoever reads it cannot see that one was ignored, as a person can on a page.

    Args:
        args: the values of each part, as often as it is there.
        names: the parts that the file takes.

    Raises:
        UnknownValue: there is another part, or one of them twice.
    """
    for name, given in args.items():
        if name not in names:
            takes = ", ".join(names) or "none"
            raise UnknownValue(f"This address has no parameter “{name[:60]}”. It takes: {takes}")
        if len(given) > 1:
            raise UnknownValue(f"{name}: give it once")
    return {name: given[0] for name, given in args.items()}


def unknown(db: sqlite3.Connection, given: Mapping[str, str | None], several: Iterable[str] = ()) -> str | None:
    """Which value of a filter does not exist, and which do; None where all exist.

    Args:
        given: the values by the names of their filters; ``date_area`` and ``date_kind`` are those of dates, and ``one_area`` and
            ``one_place`` take no groups. Empty ones mean all.
        several: filters of which an address may name several values, with commas.
    """
    for name, value in given.items():
        for each in filter(None, (value or "").split(",") if name in several else [value]):
            known = _KNOWN[name](db)
            local = name in _OF_PLACES and re.fullmatch(LOCAL, each)
            if not (FORMS[name].fullmatch(each) if name in FORMS else each in known or local):
                sentence = _("The filter %(name)s has no value “%(value)s”. It takes: %(known)s")
                return sentence % {"name": _VARIANT.sub("", name), "value": each[:60], "known": ", ".join(known)}
    return None


def values(db: sqlite3.Connection) -> dict[str, list[str]]:
    """The values of each filter that `check` accepts; `LOCAL` are places, too."""
    return {name: listed(db) for name, listed in _KNOWN.items()}


def _areas(db: sqlite3.Connection) -> list[str]:
    return [*area_titles(db), TAGGED, ANY_AREA]


def _places(db: sqlite3.Connection) -> list[str]:
    return [*PLACE_GROUPS, *_single_places(db)]


def _single_places(db: sqlite3.Connection) -> list[str]:
    held = db.execute("select distinct jurisdiction from facet_counts where area_id = ?", [ANY_AREA])
    return sorted({*formatting.glossary()["jurisdictions"], *(row[0] for row in held)})


def _words(section: str, *more: str) -> Callable[[sqlite3.Connection], list[str]]:
    return lambda _db: [*formatting.glossary()[section], *more]


_KNOWN: dict[str, Callable[[sqlite3.Connection], list[str]]] = {
    "area": _areas,
    "one_area": lambda db: list(area_titles(db)),
    "date_area": lambda db: [*_areas(db), "all"],
    "jurisdiction": _places,
    "place": _places,
    "one_place": _single_places,
    "kind": _words("kinds"),
    "date_kind": _words("events"),
    "status": _words("statuses", *STATUS_GROUPS, UNHEARD_PASSED),
    "year": lambda _db: ["YYYY"],
    "agency": lambda _db: list(load_agencies()),
    "month": lambda _db: ["YYYY-MM"],
    "past": lambda _db: ["0", "1"],
    "ended": lambda _db: ["0", "1"],
    "stance": _words("stances"),
    "sort": lambda _db: ["latest"],
    "must_see": lambda _db: ["0", "1"],
    "ceremonial": lambda _db: ["0", "1", "any"],
}
