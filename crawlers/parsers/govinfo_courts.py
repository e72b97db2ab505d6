"""Cases of the federal courts in govinfo's collection USCOURTS: sitemaps and MODS records, read without any request.

The collection is in the public domain and needs no key. A package is one case; each opinion or order is a constituent of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lxml.etree import QName
from lxml.etree import _Element as Element

from crawlers.items import Action, BadRecord, Document, TextVersion, Unreadable, clean, document_id
from crawlers.parsers import xmltree
from crawlers.parsers.known_numbers import number_in, titled
from text.yaml_config import rules_of

HOST = "https://www.govinfo.gov"
INDEX = f"{HOST}/sitemap/USCOURTS_sitemap_index.xml"
SOURCE, JURISDICTION, SESSION = "us_court_opinions", "us", "court"
CHOICE = Path(__file__).with_name("court_opinions.yml")
_PACKAGE = re.compile(r"/USCOURTS-([A-Za-z0-9]{2,8})-([A-Za-z0-9_.-]{1,80})$")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DAY = re.compile(r"^\d{4}-\d\d-\d\d")
MOST_PARTIES = 40  # some suits name thousands


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which cases are kept (court_opinions.yml)."""

    suits: frozenset[str]
    words: re.Pattern[str]
    skip_courts: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """A place in a sitemap: the `name` of a package without USCOURTS-, or of a sitemap; `stamp` is when it last changed."""

    name: str
    url: str
    stamp: str


@cache
def load_choice(path: Path = CHOICE) -> Choice:
    """What is kept.

    Raises:
        ValueError: the file lacks a part or holds an expression that is none.
    """
    with rules_of(path) as found:
        try:
            words = re.compile(rf"\b(?:{'|'.join(found['words'])})\b", re.IGNORECASE)
            return Choice(suits=frozenset(found["nature_of_suit"]), words=words, skip_courts=found["skip_courts"])
        except (KeyError, TypeError, re.error) as error:
            raise ValueError(f"{path.name}: {error} is missing or of the wrong form") from error


def read_index(body: bytes, first_on: str) -> list[Row]:
    """The sitemaps (one for each court and year) that may name what changed since a day.

    Raises:
        Unreadable: this is no sitemap index.
    """
    rows = list(_locations(xmltree.parse(body, root="sitemapindex"), "sitemap"))
    if not rows:
        raise Unreadable("a sitemap index that names no sitemap")
    return [row for row in rows if row.url.startswith(f"{HOST}/sitemap/") and _may_hold(row, first_on)]


def _may_hold(row: Row, first_on: str) -> bool:
    """By the newest year in its name or the day of its last change: a case of an earlier year may get an opinion now. Where the
    name has no year, nobody can tell."""
    years = _YEAR.findall(row.name)
    return not years or max(years) >= first_on[:4] or row.stamp[:10] >= first_on


def read_sitemap(body: bytes) -> Iterator[Row]:
    """The cases that a sitemap names.

    Raises:
        Unreadable: this is no sitemap.
    """
    for row in _locations(xmltree.parse(body, root="urlset"), "url"):
        match = _PACKAGE.search(row.url.rstrip("/"))
        if match and not match[1].lower().endswith(load_choice().skip_courts):
            yield Row(name=f"{match[1]}-{match[2]}", url=address(f"{match[1]}-{match[2]}"), stamp=row.stamp)


def _locations(root: Element, tag: str) -> Iterator[Row]:
    for node in root.iterfind(f"{{*}}{tag}"):
        url = (node.findtext("{*}loc") or "").strip()
        yield Row(name=url.rsplit("/", 1)[-1], url=url, stamp=(node.findtext("{*}lastmod") or "").strip())


def address(name: str) -> str:
    """Where a case's record is."""
    return f"{HOST}/metadata/pkg/USCOURTS-{name}/mods.xml"


def key_of(name: str) -> str:
    """The id of a case."""
    return document_id(JURISDICTION, SESSION, name)


def read_case(body: bytes, name: str) -> Element:
    """The record of a case.

    Raises:
        Unreadable: it is none, or another one.
    """
    root = xmltree.parse(body, root="mods")
    found = {clean(node.text) for node in root.iterfind("{*}extension/{*}accessId")}
    if f"USCOURTS-{name}" not in found:
        raise Unreadable(
            f"asked for USCOURTS-{name}, got {', '.join(filter(None, found)) or 'a record without accessId'}"
        )
    return root


def fields_of(case: Element) -> list[str]:
    """The names of what a record's extensions hold."""
    return [QName(node).localname for node in case.iterfind("{*}extension/*")]


def is_wanted(case: Element) -> bool:
    """Whether a case is one of those that are kept."""
    choice = load_choice()
    if _extension(case, "natureSuitCode") in choice.suits:
        return True
    texts = [_title(case), _extension(case, "cause"), *_parties(case), *(words for _, words, _ in _opinions(case))]
    return any(choice.words.search(text) for text in texts if text)


def parse_case(case: Element, name: str, *, stamp: str) -> Document:
    """A case with its opinions and orders.

    A court of appeals has decided when it issues an opinion; of another court an order may be one of many, so that the case
    only counts as begun.

    Raises:
        BadRecord: it has no title, or no opinion with a day.
    """
    title, opinions = _title(case), list(_opinions(case))
    days = sorted(day for day, _, _ in opinions if day)
    if not title or not days:
        raise BadRecord(f"USCOURTS-{name}: no title, or no opinion with a day")
    court, number = name.partition("-")[0], _extension(case, "caseNumber") or name.partition("-")[2]
    court_name = clean(case.findtext("{*}relatedItem/{*}extension/{*}courtName")) or _extension(case, "courtName")
    whole = titled(title, court_name or court, number)
    status = "decided" if (_extension(case, "courtType") or "").lower() == "appellate" else "introduced"
    status_on = days[-1] if status == "decided" else days[0]
    suit = [text for text in (_extension(case, "cause"), _extension(case, "natureSuit")) if text]
    parties = [text for text in _parties(case) if text]
    return Document(
        id=key_of(name),
        kind="case",
        source=SOURCE,
        jurisdiction=JURISDICTION,
        level="court",
        session=SESSION,
        identifier=number_in(whole),
        key=name,
        title=whole,
        url=f"{HOST}/app/details/USCOURTS-{name}",
        source_url=address(name),
        abstract="; ".join(suit) or None,
        text="\n\n".join(filter(None, [f"Parties: {'; '.join(parties)}" if parties else "", *_lines(opinions)]))
        or None,
        status=status,
        status_on=status_on,
        status_history=((status, status_on),),
        published_on=days[0],
        document_type="opinion",
        chamber=court,
        subjects=tuple(dict.fromkeys(filter(None, [court_name, _extension(case, "natureSuit")]))),
        actions=tuple(Action(acted_on=day, description=words) for day, words, _ in opinions if day and words),
        versions=tuple(_versions(name, opinions)),
        stamp=stamp,
    )


def _lines(opinions: list[tuple[str | None, str | None, str]]) -> list[str]:
    return list(dict.fromkeys(words for _, words, _ in opinions if words))


def _versions(name: str, opinions: list[tuple[str | None, str | None, str]]) -> Iterator[TextVersion]:
    for number, (day, _, access) in enumerate(opinions, 1):
        if access.startswith(f"USCOURTS-{name}"):
            url = f"{HOST}/content/pkg/USCOURTS-{name}/pdf/{access}.pdf"
            yield TextVersion(name=f"Opinion {number}", issued_on=day, url=url, media_type="application/pdf")


def _opinions(case: Element) -> Iterator[tuple[str | None, str | None, str]]:
    """Day, docket text, and access id of each opinion, oldest first."""
    found = []
    for node in case.iterfind("{*}relatedItem"):
        if node.get("type") != "constituent":
            continue
        day = clean(node.findtext("{*}originInfo/{*}dateIssued") or node.findtext("{*}extension/{*}dateIssued"))
        words = clean(node.findtext("{*}extension/{*}docketText"))
        access = clean(node.findtext("{*}extension/{*}accessId")) or ""
        found.append((day[:10] if day and _DAY.match(day) else None, words, access))
    yield from sorted(found, key=lambda opinion: (opinion[0] or "", opinion[2]))


def _parties(case: Element) -> list[str | None]:
    rows = case.findall("{*}extension/{*}party")[:MOST_PARTIES]
    return list(dict.fromkeys(clean(row.get("fullName")) for row in rows))


def _extension(case: Element, name: str) -> str | None:
    return clean(case.findtext(f"{{*}}extension/{{*}}{name}"))


def _title(case: Element) -> str | None:
    return clean(case.findtext("{*}titleInfo/{*}title"))
