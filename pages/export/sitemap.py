"""Sitemaps (sitemaps.org): the addresses of all pages, in files of bounded length under one index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from xml.sax.saxutils import escape

from pages.browse.trackers import load_trackers
from pages.http.language import ENGLISH, LANGUAGES
from pages.people.names import person_address
from store.constants import ANY_AREA

#: A file may have 50,000 addresses and 50 MB. Documents go by their row number, so that a file stays what it is.
MOST = 50_000
ROWS = 40_000
#: So many people in office are named: there are some 8,000 in Congress and the states.
PEOPLE = 20_000
PAGES = (
    "/",
    "/browse",
    "/areas",
    "/positions",
    "/stances",
    "/deadlines",
    "/calendar",
    "/jurisdictions",
    "/trackers",
    "/companies",
    "/people",
    *(f"/trackers/{key}" for key in load_trackers()),
    "/compare",
    "/glossary",
    "/about",
    "/tour",
    "/sources",
    "/accuracy",
    "/api",
    "/dumps",
    "/catalog.jsonld",
)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

#: (path, ISO date of the last change or None)
Address = tuple[str, str | None]


def pages(db: sqlite3.Connection) -> list[Address]:
    """Every page that is not one document's."""
    listed: list[Address] = [(path, None) for path in PAGES]
    for table, key, where in (
        ("policy_areas", "id", "areas"),
        ("positions", "id", "positions"),
        ("facet_counts", "distinct jurisdiction", "jurisdictions"),
    ):
        listed += [(f"/{where}/{row[0]}", None) for row in db.execute(f"select {key} from {table} order by 1")]
    in_office = db.execute("select id, name from people where is_current order by id limit ?", [PEOPLE])
    return [*listed, *((person_address(row[0], row[1]), None) for row in in_office)]


def documents(db: sqlite3.Connection, number: int) -> list[Address]:
    """The documents of one file, counted from 1."""
    return [
        (f"/documents/{row[0]}", row[1])
        for row in db.execute(
            "select id, substr(changed_at, 1, 10) from documents where rowid > ? and rowid <= ? order by rowid",
            [(number - 1) * ROWS, number * ROWS],
        )
    ]


def files(db: sqlite3.Connection) -> list[int]:
    """The numbers of the files that documents fill."""
    last = db.execute("select max(rowid) from documents").fetchone()[0] or 0
    return list(range(1, -(-last // ROWS) + 1))


def sitemap(db: sqlite3.Connection, site: str) -> str:
    """All addresses as one map, or an index of maps where they are too many for one."""
    total = db.execute("select sum(documents) from facet_counts where area_id = ?", [ANY_AREA]).fetchone()[0] or 0
    others = pages(db)
    if total + len(others) <= MOST:
        return urlset([*others, *(each for number in files(db) for each in documents(db, number))], site)
    names = ["pages", *(str(number) for number in files(db))]
    inside = "".join(f"<sitemap><loc>{escape(site)}/sitemap-{name}.xml</loc></sitemap>\n" for name in names)
    return f"{_HEAD}<sitemapindex {_SPACE}>\n{inside}</sitemapindex>\n"


def part(db: sqlite3.Connection, name: str, site: str) -> str | None:
    """One of the maps that the index names; None when there is no such map."""
    listed = pages(db) if name == "pages" else documents(db, int(name))
    return urlset(listed, site) if listed else None


def urlset(listed: Iterable[Address], site: str) -> str:
    start = f"<url><loc>{escape(site)}"
    inside = "".join(
        f"{start}{escape(path)}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>\n" for path, day in listed
    )
    return f"{_HEAD}<urlset {_SPACE}>\n{inside}</urlset>\n"


#: What has no end: combinations of filters, months, tables and queries, and other forms of the same lists.
ENDLESS = ("/browse?", "/browse.", "/calendar?", "/compare?")
CLOSED = ("/corpus", "/desk", "/dumps/", "/embed/", "/subscribe/")


def robots(site: str) -> str:
    """Everything may be read but what has no end and what is no page."""
    others = [f"/{code}{path}" for code in LANGUAGES if code != ENGLISH for path in (*ENDLESS, "/embed/")]
    rules = [f"Disallow: {path}" for path in (*ENDLESS, *others, *CLOSED)]
    return "\n".join(["User-agent: *", *rules, "Allow: /", "", f"Sitemap: {site}/sitemap.xml", ""])
