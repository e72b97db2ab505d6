"""Every public link of the sample's site, followed as an anonymous visitor: no error, and no word that only staff may read."""

from __future__ import annotations

import html
import re
import sqlite3
from collections import Counter, deque
from contextlib import closing
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import lxml.html
import pytest
from conftest import ROOT
from desk_fixtures import PRIVATE, SECRET, add, open_desk, person
from sample import Sample, crawled, sample  # noqa: F401
from voice import speaks_as

import serve
from desk.queue import collaboration
from desk.reviews import reviews
from desk.reviews.reviews import Verdict
from digest.subscribers.preferences import Preferences
from digest.subscribers.subscribers import subscribe
from publish.at_once import publish_decisions
from settings import Configuration
from store.connect import open_mail

pytestmark = pytest.mark.slow

SITE = "https://policy.example.org"
NOW = "2026-11-25T09:00:00Z"
#: A bill of the sample that a person decided on, in public and in private.
DECIDED = "us-117-hr1581"
RULES = ("crawl", "us_federal_register", "--since", "2025-01-01", "--until", "2025-12-31")
#: Combinations of filters, sorts, months and pages have no end: at most so many parts in an address that is followed.
MOST_PARTS = {"/browse": 1, "/deadlines": 1, "/calendar": 0, "/compare": 1, "/corpus": 0}
#: The pages of single rows: of these tables only, since every table is read whole as CSV.
ROW = re.compile(r"/corpus/(?!(documents|positions|policy_areas)/)\w+/.+")
LONGEST_WALK = 5_000


@pytest.fixture(scope="module")
def world(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    """The sample as `make run` brings it, with what staff wrote about it and one person who gets the digest."""
    folder = sample.copy(tmp_path_factory.mktemp("links") / "data")
    crawled(folder, *RULES)
    config = Configuration(data=folder, site=SITE)
    with closing(open_desk(config)) as db:
        for name, role in (("Ana Reader", "approver"), ("Ben Writer", "reviewer")):
            add(db, name, role)
        ana = person(db)
        given = [
            Verdict(document_id=DECIDED, subject="area:broadband", verdict="confirm", note="zyzzyva-note", seen=0),
            Verdict(
                document_id=DECIDED, subject="stance", verdict="confirm", value="support", reason="quokka-draft", seen=0
            ),
        ]
        reviews.record(db, ana, given, now=NOW)
        collaboration.add_note(db, ana, DECIDED, "zyzzyva-note", NOW)
        publish_decisions(config.corpus, db, [DECIDED])
    with closing(open_mail(config.mail)) as db:
        subscribe(db, "subscriber@example.org", Preferences(), now=NOW)
    return config


@pytest.fixture(scope="module")
def site(world: Configuration) -> Any:
    return serve.build(world.corpus, secret=SECRET, today="2026-11-25", mail=world, desk=world, site=SITE)


def links_of(body: str, kind: str) -> set[str]:
    """What a page links to, shows or sends forms to."""
    if kind == "text/html":
        return {value for value in lxml.html.document_fromstring(body).xpath("//@href | //@src | //@action") if value}
    if kind == "text/calendar":
        body = re.sub(r"\r?\n[ \t]", "", body)  # a long line goes on in the next one (RFC 5545, 3.1)
    return {html.unescape(found) for found in re.findall(rf"{SITE}[^\s\"'<>\\),]*", body)}


def endless(path: str, query: str) -> bool:
    path = path.removeprefix("/es")  # in Spanish they have no end either
    if ROW.fullmatch(path):
        return True
    place = next((each for each in MOST_PARTS if path == each or path.startswith((f"{each}.", f"{each}/"))), None)
    given = parse_qsl(query, keep_blank_values=True)
    # Several choices of one filter are joined by commas.
    parts = [one for name, value in given if name not in ("_shape", "_size", "size") for one in value.split(",")]
    return place is not None and len(parts) > MOST_PARTS[place]


def private_words(world: Configuration) -> list[str]:
    """Names, notes and drafts of people, why the program suggested a direction, addresses of readers, paths of files."""
    with closing(sqlite3.connect(world.staff)) as db:
        reasons = [row[0] for row in db.execute("select distinct reason from suggested_stances") if row[0]]
    assert len(reasons) > 10
    return [
        *PRIVATE,
        *reasons,
        "subscriber@example.org",
        "suggested_stances",
        "staff.db",
        "mail.db",
        "ops.db",
        str(world.data),
        str(ROOT),
        "Traceback (most recent",
    ]


async def test_every_public_link_leads_somewhere_tells_nothing_private_and_speaks_for_nobody(
    site: Any, world: Configuration
) -> None:
    secrets = private_words(world)
    with closing(sqlite3.connect(world.corpus)) as db:
        tables = [row[0] for row in db.execute("select name from sqlite_master where type in ('table', 'view')")]
    whole = [f"/corpus/{table}.csv?_stream=on" for table in tables if "_fts" not in table and "search_" not in table]
    waiting = deque(["/", "/sitemap.xml", "/robots.txt", "/llms.txt", "/api", *whole])
    seen, kinds = set(waiting), Counter[str]()
    broken, told, spoken = [], [], []
    while waiting:
        path = waiting.popleft()
        answer = await site.client.get(path)
        kind = answer.headers.get("content-type", "").partition(";")[0]
        kinds[kind] += 1
        to_sign_in = answer.status_code == 302 and path.startswith(("/desk", "/partner"))  # the tour shows where
        if answer.status_code != 200 and not to_sign_in:
            broken.append((path, answer.status_code))
        if kind.startswith("image/") or "spreadsheetml" in kind:
            continue
        told += [(path, word) for word in secrets if word in answer.text]
        spoken += [(path, words) for words in speaks_as(answer.text)]
        assert not answer.cookies, path
        for link in links_of(answer.text, kind) if not path.startswith("/static/") else ():
            parts = urlsplit(urljoin(SITE + path, link))
            address = parts.path + (f"?{parts.query}" if parts.query else "")
            if parts.path.startswith("/-/mcp"):  # takes no GET
                continue
            if f"{parts.scheme}://{parts.netloc}" != SITE or address in seen or endless(parts.path, parts.query):
                continue
            seen.add(address)
            waiting.append(address)
        assert len(seen) < LONGEST_WALK, "the walk has no end: name what is endless in MOST_PARTS"
    assert broken == []
    assert told == []
    assert spoken == [], "it speaks as the organization, and nobody has approved it"
    print(f"{len(seen)} addresses: {dict(kinds.most_common())}")
    assert len(seen) > 1_000
    assert {"text/html", "application/json", "text/csv", "text/calendar", "application/atom+xml"} <= set(kinds)


async def test_the_walk_would_see_a_private_word(site: Any, world: Configuration) -> None:
    """The same words are there for staff: the walk above does not pass because nothing was written."""
    with closing(open_desk(world)) as db:
        [note] = db.execute("select words from notes").fetchone()
        [reason] = db.execute("select reason from reviews where subject = 'stance'").fetchone()
    assert {note, reason, "Ana Reader"} <= set(private_words(world))
    page = (await site.client.get(f"/documents/{DECIDED}")).text
    assert "H.R. 1581" in page


@pytest.mark.parametrize("link", ["/no-such-page", "/documents/us-1-hr0"])
async def test_a_broken_link_would_be_found(site: Any, link: str) -> None:
    assert (await site.client.get(link)).status_code == 404


def test_a_page_that_is_not_html_is_searched_for_links_too() -> None:
    assert links_of(
        f'{{"next": "{SITE}/browse.json?after=1/x", "a": "https://other.example/"}}', "application/json"
    ) == {f"{SITE}/browse.json?after=1/x"}
    assert links_of(f"<loc>{SITE}/a?b=1&amp;c=2</loc>", "application/xml") == {f"{SITE}/a?b=1&c=2"}
    assert links_of('<a href="/x">x</a><img src="/y"><form action="/z">', "text/html") == {"/x", "/y", "/z"}
