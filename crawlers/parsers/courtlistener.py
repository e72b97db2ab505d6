"""CourtListener's search results (v4) read into cases: pure functions from its JSON to records, no requests.

Two kinds: an opinion (type `o`, one decision) and a federal docket (type `r`, one case with its filings). A search shows
of a docket only the filings that match, so one docket found by several queries is put together (`together`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawlers.items import Action, BadRecord, Document, Link, TextVersion, Unreadable, clean, document_id
from crawlers.parsers.json_reader import is_total, read_json, readable
from crawlers.parsers.known_numbers import number_in, titled
from text.yaml_config import rules_of

HOST = "https://www.courtlistener.com"
SOURCE = "us_courts"
JURISDICTION, SESSION = "us", "court"
QUERIES_FILE = Path(__file__).with_name("court_queries.yml")
OPINION, DOCKET = "o", "r"
Record = dict[str, Any]

_PATH = "/api/rest/v4/search/"
_DAY = re.compile(r"^\d{4}-\d\d-\d\d")


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of results; `next_url` is None on the last one."""

    results: list[Record]
    total: int
    next_url: str | None


@cache
def load_queries(path: Path = QUERIES_FILE) -> tuple[str, ...]:
    """The saved queries, in the file's order.

    Raises:
        ValueError: the file is not area -> list of queries.
    """
    with rules_of(path) as areas:
        if not isinstance(areas, dict) or not all(isinstance(queries, list) for queries in areas.values()):
            raise ValueError(f"{path.name}: must map each area to a list of queries")
        return tuple(dict.fromkeys(str(query) for queries in areas.values() for query in queries))


def read_page(body: bytes) -> Page:
    """A page of search results.

    Raises:
        Unreadable: it is not one, is empty though there are results, or leads to another site.
    """
    with readable("not a page of results", Unreadable):
        answer = read_json(body)
        page = Page(results=answer["results"], total=answer["count"], next_url=answer["next"])
        whole = isinstance(page.results, list) and all(isinstance(row, dict) for row in page.results)
        if not whole or not is_total(page.total) or (page.total and not page.results):
            raise Unreadable(f"no results though there are {page.total}")
        if page.next_url is not None:
            parts = urlsplit(page.next_url)
            if (f"{parts.scheme}://{parts.netloc}", parts.path) != (HOST, _PATH):
                raise Unreadable(f"the next page is elsewhere: {page.next_url!r}")
    return page


def case_id(row: Record, kind: str) -> str:
    """The key of a result: `us-court-opinion8512159`, `us-court-docket70243086`.

    Raises:
        BadRecord: the result has no number.
    """
    return document_id(JURISDICTION, SESSION, key_of(row, kind))


def key_of(row: Record, kind: str) -> str:
    """CourtListener's own number with what it numbers, which is unique; court numbers repeat among courts."""
    name, number = ("opinion", row.get("cluster_id")) if kind == OPINION else ("docket", row.get("docket_id"))
    if not isinstance(number, int):
        raise BadRecord(f"a result without the number of its {name}: {row.get('caseName')!r}")
    return f"{name} {number}"


def stamp(row: Record) -> str | None:
    """When the record last changed: the newest time given with it or its filings."""
    parts = [row, *_dicts(row.get("opinions")), *_dicts(row.get("recap_documents"))]
    marks = [part["meta"] for part in parts if isinstance(part.get("meta"), dict)]
    return max((str(mark.get("timestamp") or "") for mark in marks), default="") or None


def filings(row: Record) -> dict[int, Record]:
    """The filings that a search shows of a docket, by their number; an opinion has none."""
    return {each["id"]: each for each in _dicts(row.get("recap_documents")) if isinstance(each.get("id"), int)}


def together(one: Record, other: Record) -> Record:
    """One case as two searches showed it: all the filings that either had."""
    both = filings(one) | filings(other)
    return {**other, "recap_documents": [both[key] for key in sorted(both)]} if both else other


def parse_case(row: Record, kind: str) -> Document:
    """A search result as a case.

    Raises:
        BadRecord: a part of it is missing or not of the form that is documented.
    """
    with readable(repr(row.get("caseName"))):
        return _opinion(row) if kind == OPINION else _docket(row)


def _opinion(row: Record) -> Document:
    filed_on = _day(row.get("dateFiled"))
    opinions = row.get("opinions") or ()
    snippets = [text for each in opinions if (text := clean(each.get("snippet")))]
    versions = tuple(
        TextVersion(name=each.get("type") or "opinion", issued_on=filed_on, url=each["download_url"])
        for each in opinions
        if str(each.get("download_url") or "").startswith(("https://", "http://"))
    )
    docket = row.get("docket_id")
    ties = (_tie(f"docket {docket}", "docket"),) if docket else ()
    dates = (
        ("Argued", row.get("dateArgued")),
        ("Reargued", row.get("dateReargued")),
        ("Decided", row.get("dateFiled")),
    )
    acted = sorted((on, words) for words, value in dates if (on := _day(value)))
    return Document(
        **_shared(row, OPINION),
        url=f"{HOST}{row['absolute_url']}",
        abstract=clean(row.get("syllabus")) or clean(row.get("posture")),
        text="\n\n".join(snippets) or None,
        status="decided",
        status_on=filed_on,
        status_history=(("decided", filed_on),) if filed_on else (),
        published_on=filed_on,
        document_type="opinion",
        versions=versions,
        links=ties,
        actions=tuple(Action(acted_on=on, description=words) for on, words in acted),
    )


def _docket(row: Record) -> Document:
    filed_on, ended_on = _day(row.get("dateFiled")), _day(row.get("dateTerminated"))
    steps = (("introduced", filed_on), ("decided", ended_on))
    history = tuple((step, on) for step, on in steps if on)
    cause = [text for name in ("cause", "suitNature") if (text := clean(row.get(name)))]
    parties = [text for each in row.get("party") or () if (text := clean(each))]
    return Document(
        **_shared(row, DOCKET),
        url=f"{HOST}{row['docket_absolute_url']}",
        abstract="; ".join(cause) or None,
        text=f"Parties: {'; '.join(parties)}" if parties else None,
        status=history[-1][0] if history else "introduced",
        status_on=history[-1][1] if history else None,
        status_history=history,
        published_on=filed_on,
        document_type="docket",
        actions=tuple(_docket_actions(row, filed_on, ended_on)),
    )


def _docket_actions(row: Record, filed_on: str | None, ended_on: str | None) -> Iterator[Action]:
    """The case's beginning, the filings that the searches showed, and its end."""
    found: set[tuple[str | None, str | None, str | None]] = {(filed_on, "Case filed", None)}
    found.add((ended_on, "Case terminated", None))
    for each in filings(row).values():
        words = clean(each.get("description")) or clean(each.get("short_description"))
        number = each.get("document_number")
        found.add((_day(each.get("entry_date_filed")), words, str(number) if number else None))
    whole = [(on, words, number) for on, words, number in found if on and words]
    for on, words, number in sorted(
        whole, key=lambda part: (part[0], part[1] == "Case terminated", part[2] or "", part[1])
    ):
        yield Action(acted_on=on, description=words, code=number)


def _shared(row: Record, kind: str) -> dict[str, Any]:
    fields = ("court", "suitNature") if kind == DOCKET else ("court",)
    name, title = key_of(row, kind), _title(row)
    return {
        "id": document_id(JURISDICTION, SESSION, name),
        "kind": "case",
        "source": SOURCE,
        "jurisdiction": JURISDICTION,
        "level": "court",
        "session": SESSION,
        "key": name,
        "identifier": number_in(title),
        "title": title,
        "chamber": clean(row.get("court_id")),
        "subjects": tuple(dict.fromkeys(_words(row.get(each) for each in fields))),
        "stamp": stamp(row),
        "source_url": f"{HOST}{_PATH}?type={kind}&id={name.split()[1]}",
    }


def _dicts(value: Any) -> list[Record]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _words(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if text := clean(value):
            yield text


def _title(row: Record) -> str:
    court, number = clean(row.get("court_citation_string")), clean(row.get("docketNumber"))
    return titled(clean(row["caseName"]) or "", court, number)


def _tie(name: str, kind: str) -> Link:
    return Link(document_id=document_id(JURISDICTION, SESSION, name), kind=kind, said_by=SOURCE)


def _day(value: Any) -> str | None:
    return value[:10] if isinstance(value, str) and _DAY.match(value) else None
