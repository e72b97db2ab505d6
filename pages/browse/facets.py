"""The filters of a list: every choice with the number of documents it leads to."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from crawlers.agencies import load_agencies
from pages.browse import years
from pages.browse.asked import Search
from pages.browse.cards import area_titles
from pages.browse.filters import GROUPS, OF_BILLS, PLACE_GROUPS, SEVERAL, STATUS_GROUPS, TITLES, Filters, place_group
from pages.http import formatting
from pages.http.language import _
from store.constants import ANY_AREA, FACETS, FILTERED, TAGGED, UNHEARD_PASSED

#: A list offers so many agencies, as long as it is not one of rules and notices alone: there are hundreds.
MOST_AGENCIES = 20


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    count: int
    chosen: bool
    href: str


@dataclass(frozen=True)
class Facet:
    name: str
    title: str
    choices: list[Choice]
    #: The address of the list that offers all choices, where these are only the most frequent.
    more: str = ""


#: (area, *FILTERED) -> number of matching documents
Counts = Counter[tuple[str, ...]]


def count_matches(db: sqlite3.Connection, asked: Search) -> Counts:
    # Counted by cell first, because one number and one word group far faster than seven columns.
    where, values = asked.where()
    rows = db.execute(
        f"""select area_id, {", ".join(FACETS)}, agency, matches from (
            select cell, agency, count(*) as matches from listing where {where} group by cell, agency
        ) join facet_counts using (cell)""",
        values,
    )
    return Counter({(row[0], *(str(row[name]) for name in FILTERED)): row["matches"] for row in rows})


def enough(db: sqlite3.Connection, asked: Search, number: int) -> bool:
    """Whether at least so many documents match; as many as that are looked up, and no more."""
    where, values = asked.where(ties_only=True)
    among = "listing"
    if asked.expression:
        among = "documents_fts cross join listing on document_rowid = documents_fts.rowid"
        where, values = f"documents_fts match ? and {where}", [asked.expression, *values]
    sql = f"select count(*) from (select 1 from {among} where {where} and area_id = '{ANY_AREA}' limit ?)"
    return bool(db.execute(sql, [*values, number]).fetchone()[0] >= number)


def count(db: sqlite3.Connection, filters: Filters, counts: Counts | None) -> int:
    if counts is not None:
        fits = _rule(filters)
        return sum(number for key, number in counts.items() if fits(key))
    where, values = filters.where()
    return db.execute(
        f"select coalesce(sum(documents), 0) from {filters.counted_in()} where {where}", values
    ).fetchone()[0]


def _rule(filters: Filters, without: str = "") -> Callable[[tuple[str, ...]], bool]:
    """Whether a combination has all that is chosen, but for one filter. Made once for thousands of combinations."""
    area = filters.area or ANY_AREA
    tests = [
        test
        for at, name in enumerate(FILTERED, 1)
        if name != without and (test := _chosen(name, filters, at)) is not None
    ]

    def fits(key: tuple[str, ...]) -> bool:
        if (key[0] == ANY_AREA) if without == "area" else (key[0] != area):
            return False
        return all(test(key) for test in tests)

    return fits


def _chosen(name: str, filters: Filters, at: int) -> Callable[[tuple[str, ...]], bool] | None:
    """Whether a combination, ``at`` which the filter has its value, has what is chosen of it; None where nothing is."""
    if name not in SEVERAL:
        wanted = filters.wanted(name)
        return (lambda key: key[at] == wanted) if wanted else None
    chosen = filters.values(name)
    if not chosen:
        return None
    if name == "jurisdiction":
        return lambda key: key[at] in chosen or place_group(key[at]) in chosen
    if name == "agency":
        wanted_ones = frozenset(chosen)
        return lambda key: not wanted_ones.isdisjoint(key[at].split())
    if name == "status":
        kind = 1 + FILTERED.index("kind")
        any_kind = {status for each in chosen if each not in OF_BILLS for status in STATUS_GROUPS.get(each, (each,))}
        bills = {status for each in chosen if each in OF_BILLS for status in STATUS_GROUPS[each]}
        return lambda key: key[at] in any_kind or (key[at] in bills and key[kind] == "bill")
    return lambda key: key[at] in chosen


def _numbers(db: sqlite3.Connection, filters: Filters, counts: Counts | None, name: str) -> dict[str, int]:
    if counts is None:
        column = "area_id" if name == "area" else name
        where, values = filters.where(without=name)
        table = filters.counted_in(name)
        rows = db.execute(f"select {column}, sum(documents) from {table} where {where} group by 1", values)
        return {str(row[0]): row[1] for row in rows}
    at = 0 if name == "area" else 1 + FILTERED.index(name)
    numbers: Counter[str] = Counter()
    fits = _rule(filters, without=name)
    for key, number in counts.items():
        if fits(key):
            numbers[key[at]] += number
    return dict(numbers)


def facets(db: sqlite3.Connection, filters: Filters, counts: Counts | None) -> list[Facet]:
    labels = _labels(area_titles(db))
    facets = []
    for name, title in TITLES.items():
        numbers = _numbers(db, filters, counts, name)
        chosen = filters.values(name)
        if name == "status":
            groups = {group: count(db, replace(filters, status=group), counts) for group in STATUS_GROUPS}
            numbers |= {group: number for group, number in groups.items() if number}
            numbers.pop(UNHEARD_PASSED, None)  # counted in its group
        if name == "jurisdiction":
            places = Counter(dict.fromkeys(PLACE_GROUPS, 0))
            for place, number in numbers.items():
                places[place_group(place)] += number
            numbers |= {group: number for group, number in places.items() if number}
        more = ""
        if name == "agency":
            numbers = _by_agency(numbers)
            if len(numbers) > MOST_AGENCIES and filters.values("kind") != ["regulation"]:
                numbers, more = _most(numbers, chosen), filters.address(kind="regulation")
        missing = [value for value in chosen if value not in numbers]
        if name != "year" or len(missing) == len(chosen):  # "since 1990" begins before anything that is held
            numbers |= dict.fromkeys(missing, 0)
        if name in ("must_see", "ceremonial"):
            numbers = {value: number for value, number in numbers.items() if value == "1" or value in chosen}
        choices = [
            Choice(
                value=value,
                label=labels(name, value),
                count=number,
                chosen=value in chosen,
                href=filters.toggled(name, value),
            )
            for value, number in numbers.items()
            if value
        ]
        if choices:
            by = _by_year if name == "year" else _by_count(name)
            facets.append(Facet(name, _(title), sorted(choices, key=by), more))
    return facets


def _by_agency(numbers: dict[str, int]) -> dict[str, int]:
    """The number of documents of each agency, of the numbers of those that several publish together."""
    found: Counter[str] = Counter()
    for agencies, number in numbers.items():
        found.update(dict.fromkeys(agencies.split(), number))
    return dict(found)


def _most(numbers: dict[str, int], chosen: list[str]) -> dict[str, int]:
    """The agencies with the most documents, and those that are chosen."""
    most = Counter(numbers).most_common(MOST_AGENCIES)
    return dict(most) | {agency: number for agency, number in numbers.items() if agency in chosen}


def chosen(db: sqlite3.Connection, filters: Filters) -> list[str]:
    """What the filters choose, in words: what a feed, a download, or a map of the list is called."""
    labels = _labels(area_titles(db))
    said = {
        name: [
            _("Documents on information policy") if value == TAGGED else labels(name, value)
            for value in filters.values(name)
        ]
        for name in TITLES
    }
    if said["year"]:
        said["year"] = [years.in_words(said["year"])]
    return [each for listed in said.values() for each in listed]


def _by_year(choice: Choice) -> int:
    return -int(choice.value) if choice.value.isdecimal() else 0


def _by_count(facet: str) -> Callable[[Choice], tuple[bool, int, str]]:
    """Groups first, because the choices that they sum up follow, and agencies that are chosen; then what most documents have."""
    groups = GROUPS.get(facet, ())
    return lambda choice: (
        choice.value not in groups and not (facet == "agency" and choice.chosen),
        -choice.count,
        formatting.alphabetical(choice.label),
    )


def _labels(areas: dict[str, str]) -> Callable[[str, str], str]:
    def label(facet: str, value: str) -> str:
        match facet:
            case "area":
                return _("Any policy area") if value == TAGGED else areas.get(value, value)
            case "kind":
                return formatting.plural(value)
            case "jurisdiction":
                return formatting.place(value)
            case "agency":
                return load_agencies()[value].name if value in load_agencies() else value
            case "status":
                return formatting.word("status_groups" if value in STATUS_GROUPS else "statuses", value)
            case "must_see":
                return _("Priority") if value == "1" else _("Not a priority")
            case "ceremonial":
                return _("Ceremonial resolutions, too") if value == "any" else _("Ceremonial resolutions")
        return value

    return label
