"""The hashes of `benchmarks.freeze`: every table, the pages at more than 200 addresses, the emails.

The hash of a table does not depend on the order of its rows. Random values and versions of rules are left out or replaced by a
name, each with its reason.
"""

from __future__ import annotations

import datetime
import hashlib
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import time_machine

from benchmarks.scenario import ISSUES, PARTNER, TODAY, Visitor, paper, query, spread

FILES = ("corpus", "staff", "partners", "mail")
Hashes = dict[str, dict[str, Any]]

#: Tables to leave out.
LEFT_OUT = {
    "_identity": "random: the id of a private file, and how many rows people have written",
    "_sqlite_migrations": "names of migrations, which a move may change; what they make is compared",
    "sqlite_stat1": "what SQLite guesses of its indexes",
    "sqlite_sequence": "counters of SQLite",
    "derivations": "hashes of the files with rules, not what the rules found",
    "editions": "hashes of the files with rules, not what the rules found",
    "published": "hashes of what was published; that itself is compared",
    "runs": "requests and times of crawls; what they stored is compared",
    "secrets": "random: the key of the links in mails",
    "sessions": "random: who is signed in",
    "attempts": "keyed hashes of who tried to sign in",
    "requests": "keyed hashes of who asked for mail",
    "report_tries": "keyed hashes of who sent a report",
}
#: Columns to leave out; also every `*rowid` (row numbers depend on the order of writing).
VOLATILE = {
    "accounts.password": "has a random salt",
    "deliveries.domain_hash": "made with a random key",
    "deliveries.message_id": "made with a random key",
    "deliveries.subscriber_id": "random",
    "matchings.version": "a hash of the files with rules",
    "outcome_readings.read_from": "holds a hash of the files with rules",
    "signatures.version": "a hash of the files with rules",
    "stance_readings.read_from": "holds a hash of the files with rules",
    "subscribers.address_hash": "made with a random key",
    "subscribers.handle": "random",
    "subscribers.id": "random",
    "subscribers.nonce": "random",
    "taggings.version": "a hash of the files with rules and of the model",
}
#: Parts of a page or email that differ from one request to the next, and the name that replaces each.
MASKS = (
    (r'(name="csrftoken" value=")[^"]*', r"\1TOKEN"),  # signs one visitor's forms
    (r'(name="proof" value=")[^"]*', r"\1TOKEN"),  # signs when a form was opened
    (r"/subscribe/(confirm|manage|leave)/[A-Za-z0-9_.-]{10,}", r"/subscribe/\1/TOKEN"),  # signed with a random key
    (r"(?:[\d,]+|Many) rows?(, \d+ columns?)", r"COUNT rows\1"),  # shown if counting is fast; the tables are compared
    (r"Queries? took [\d.]+ms", "Queries took TIME"),  # how long Datasette's table pages took
    (r'"query_ms": ?[\d.]+', '"query_ms": TIME'),
)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


# --------------------------------------------------------------------- tables


def of_tables(data: Path) -> Hashes:
    """Hash the tables of every file: `file.table` -> number and hash of its rows."""
    found: Hashes = {}
    for file in FILES:
        if not (data / f"{file}.db").exists():
            continue
        with closing(sqlite3.connect(":memory:", uri=True)) as db:
            db.execute("attach ? as one", [f"{(data / f'{file}.db').absolute().as_uri()}?mode=ro"])
            for table, sql in selections(db, "one"):
                found[f"{file}.{table}"] = _of_rows(db.execute(sql))
    return found


def selections(db: sqlite3.Connection, schema: str) -> Iterator[tuple[str, str]]:
    """Yield (table, SQL that reads what to compare) for an attached file; for a search index, its terms."""
    listed = f"select name, type, coalesce(sql, '') from {schema}.sqlite_master where type in ('table', 'view') order by name"
    entries = db.execute(listed).fetchall()
    indexes = [name for name, _, sql in entries if re.match(r"create virtual table.*using fts5", sql, re.I | re.S)]
    for name, kind, _ in entries:
        shadow = any(re.fullmatch(rf"{index}_(data|idx|content|docsize|config)", name) for index in indexes)
        if name in LEFT_OUT or shadow:
            continue
        if name in indexes:
            db.execute(f"create virtual table temp.\"{schema}_{name}\" using fts5vocab('{schema}', '{name}', 'row')")
            yield name, f'select term, doc, cnt from temp."{schema}_{name}"'
        elif kind == "table" or _is_public(entries):
            yield name, f'select {", ".join(_columns(db, schema, name))} from {schema}."{name}"'


def _is_public(entries: list[tuple[str, str, str]]) -> bool:
    """Whether it is corpus.db, whose views are public; the views of other files only shorten queries."""
    return any(name == "documents" for name, _, _ in entries)


def _columns(db: sqlite3.Connection, schema: str, table: str) -> list[str]:
    names = [row[1] for row in db.execute(f'pragma {schema}.table_info("{table}")')]
    kept = [name for name in names if f"{table}.{name}" not in VOLATILE and not name.endswith("rowid")]
    return [f'"{name}"' for name in kept] or ["1"]


def _of_rows(rows: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
    """Add up the hashes of all rows: the order does not matter, duplicates do, and it needs little memory."""
    number, total = 0, 0
    for row in rows:
        number += 1
        total += int.from_bytes(hashlib.sha256(repr(row).encode(errors="surrogatepass")).digest(), "big")
    return {"rows": number, "sha256": f"{total % 2**256:064x}"}


def differing_rows(old: Path, new: Path, table: str, most: int = 10) -> list[str]:
    """List the first rows of `file.table` that only the old folder (`-`) or only the new folder (`+`) has."""
    file, _, name = table.partition(".")
    with closing(sqlite3.connect(":memory:", uri=True)) as db:
        found = {}
        for schema, folder in (("old", old), ("new", new)):
            db.execute(f"attach ? as {schema}", [f"{(folder / f'{file}.db').absolute().as_uri()}?mode=ro"])
            found[schema] = dict(selections(db, schema)).get(name)
        one, other = found["old"], found["new"]
        if one is None or other is None:
            return [f"{'+' if one is None else '-'} the whole table"]
        lines = []
        for sign, these, those in (("-", one, other), ("+", other, one)):
            try:
                rows = db.execute(f"{these} except {those} limit ?", [most]).fetchall()
            except sqlite3.OperationalError as error:  # the columns are others
                return [f"cannot be compared row by row: {error}"]
            lines += [f"{sign} {row!r:.600}" for row in rows]
    return lines


# --------------------------------------------------------------------- pages


def addresses(data: Path) -> list[str]:
    """List public addresses: every kind of page, both languages, every download and feed."""
    documents = spread(query(data, "select id from documents order by id"), 24)
    documents += spread(query(data, "select distinct document_id from decisions order by 1"), 8)
    grouped = spread(query(data, "select distinct document_id from look_alikes order by 1"), 3)
    areas = query(data, "select id from policy_areas order by id")
    positions = spread(query(data, "select distinct position_id from position_matches order by 1"), 12)
    places = spread(query(data, "select distinct jurisdiction from documents order by 1"), 8)
    statuses = query(data, "select distinct status from documents where status is not null order by 1")
    kinds = query(data, "select distinct kind from documents order by 1")
    groups = spread(query(data, "select id from look_alike_groups order by id"), 3)
    year = query(data, "select max(substr(published_on, 1, 4)) from documents")[0]
    return list(
        dict.fromkeys(
            [
                *_fixed(year),
                *(f"/documents/{key}" for key in documents),
                *(f"/documents/{key}{more}" for key in documents[::6] for more in (".json", ".atom", ".ics")),
                *(f"/documents/{key}{more}" for key in documents[::8] + grouped for more in ("/versions", "/similar")),
                *(f"/{more}/documents/{key}" for key in documents[::8] for more in ("es", "embed")),
                *(f"/areas/{key}" for key in areas),
                *(f"/areas/{key}{more}" for key in areas[::6] for more in (".atom", ".csv", ".json", ".ics")),
                *(f"/es/areas/{key}" for key in areas[::4]),
                *(f"/positions/{key}" for key in positions),
                *(f"/positions/{key}{more}" for key in positions[::4] for more in ("/brief", ".atom", ".csv")),
                *(f"/jurisdictions/{key}" for key in places),
                *(f"/jurisdictions/{key}.json" for key in places[::4]),
                *(f"/families/{key}" for key in groups),
                *(f"/browse?status={key}" for key in statuses[:8]),
                *(f"/browse?kind={key}&area={areas[number]}" for number, key in enumerate(kinds)),
            ]
        )
    )


def _fixed(year: str) -> list[str]:
    """List the addresses that exist whatever was collected."""
    lists = (
        "",
        "?must_see=1",
        "?q=library",
        "?q=%22school+library%22+privacy",
        "?q=libarry",
        f"?year={year}",
        "?page=2",
        "?sort=oldest",
        "?ceremonial=1",
        "?area=privacy&must_see=1",
    )
    plain = (
        "/",
        "/areas",
        "/positions",
        "/jurisdictions",
        "/deadlines",
        "/calendar",
        "/compare",
        "/browse",
        "/glossary",
        "/about",
        "/sources",
        "/accuracy",
        "/scorecard",
        "/families",
        "/digest",
        "/subscribe",
        "/api",
    )
    taken = (".csv", ".json", ".atom", ".ics")
    issues = [f"/digest/{key}" for key in _issue_ids()]
    tables = ("documents", "tags", "evidence", "position_matches", "listed_documents", "decisions")
    return [
        *plain,
        *(f"/es{path}" for path in plain[:11]),
        *(f"/browse{more}" for more in lists),
        *(f"/browse{more}?area=privacy" for more in taken),
        *(f"/deadlines{more}" for more in taken),
        *issues,
        f"/calendar?month={TODAY[:7]}",
        "/calendar.ics",
        "/digest.atom",
        "/scorecard.csv",
        "/llms.txt",
        "/robots.txt",
        "/sitemap.xml",
        "/sitemap-pages.xml",
        "/sitemap-1.xml",
        "/report",
        "/corpus",
        *(f"/corpus/{table}?_size=20" for table in tables[:2]),
        *(f"/corpus/{table}.json?_size=20&_shape=objects" for table in tables),
        "/corpus/tags.csv?_size=20",
        "/no-such-page",
        "/documents/no-such-document",
        "/staff",
        "/desk",
    ]


def _issue_ids() -> Iterator[str]:
    for moment in ISSUES:
        year, week, _ = datetime.date.fromisoformat(moment[:10]).isocalendar()
        yield f"public-weekly-{year}-w{week:02d}"


def desk_addresses(data: Path) -> list[str]:
    """List pages for a member of staff who is signed in."""
    decided = spread(query(data, "select distinct document_id from reviews order by 1", file="staff.db"), 8)
    waiting = spread(query(data, "select document_id from waiting order by document_id", file="staff.db"), 4)
    positions = spread(query(data, "select id from positions order by id"), 2)
    return [
        "/desk",
        "/desk?area=privacy",
        "/desk?must_see=1",
        "/desk?q=library",
        "/desk/following",
        "/desk/areas",
        "/desk/reports",
        "/desk/added",
        "/desk/added/form",
        "/desk/partners",
        "/desk/import",
        "/desk/positions",
        "/desk/people",
        "/desk/trail",
        "/desk/account",
        "/desk/next?n=0",
        *(f"/desk/positions/{key}" for key in positions),
        *map(paper, dict.fromkeys((*decided, *waiting))),
    ]


async def of_pages(data: Path, keep: Path | None) -> Hashes:
    """Hash pages as the public, as staff (/desk) and as a partner (/partner): address -> status, size and hash."""
    found: Hashes = {}
    documents = query(data, "select distinct document_id from current_statements order by 1", file="partners.db")
    partner = [
        "/partner",
        "/partner?q=library",
        "/partner/account",
        *(f"/partner/documents/{key}" for key in documents),
    ]
    asked = {"": addresses(data), "Ana Approver": desk_addresses(data), PARTNER: partner}
    with time_machine.travel(ISSUES[-1], tick=False):
        for name, paths in asked.items():
            visitor = Visitor(data)
            if name:
                await visitor.sign_in(name)
            for path in paths:
                answer = await visitor.get(path)
                kind, to = (answer.headers.get(each, "") for each in ("content-type", "location"))
                body = f"{answer.status_code} {kind} {to}\n{mask(answer.text)}"
                key = f"{path} ({name})" if name else path
                found[key] = {"status": answer.status_code, "bytes": len(answer.content), "sha256": sha256(body)}
                keep_text(keep, "pages", key, body)
    return found


def mask(text: str) -> str:
    for pattern, name in MASKS:
        text = re.sub(pattern, name, text)
    return text


# --------------------------------------------------------------------- mails


def of_mails(mails: Iterable[tuple[str, EmailMessage]], keep: Path | None) -> Hashes:
    """Hash emails: `day address` -> subject and hash, without the message ID (made with a random key) and boundaries (random)."""
    found: Hashes = {}
    for address, mail in mails:
        headers = [f"{name}: {value}" for name, value in mail.items() if name not in ("Message-ID", "Content-Type")]
        parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
        body = mask("\n".join([*headers, *parts]))
        key = f"{mail['Date'].datetime.date()} {address}"
        found[key] = {"subject": str(mail["Subject"]), "sha256": sha256(body)}
        keep_text(keep, "mails", key, body)
    return found


def kept_text(folder: Path, kind: str, key: str) -> Path:
    """Give the file that keeps the text behind a hash; the end of its name keeps long addresses apart."""
    return folder / kind / f"{re.sub(r'[^A-Za-z0-9]+', '-', key)[:80]}-{sha256(key)[:8]}.txt"


def keep_text(folder: Path | None, kind: str, key: str, body: str) -> None:
    if folder:
        path = kept_text(folder, kind, key)
        path.parent.mkdir(exist_ok=True)
        path.write_text(body, encoding="utf-8", errors="surrogatepass")
