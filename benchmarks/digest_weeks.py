"""Simulated weeks for five subscribers, through a real SMTP server; what arrived is counted a second way.

    python -m benchmarks.digest_weeks bills FOLDER         four weeks of March 2022, bills of the 117th Congress
    python -m benchmarks.digest_weeks regulations FOLDER   eight weeks from 3 March 2025, the Federal Register

FOLDER gets a copy of corpus.db for each day of the recorded upstream (made if they are not there). What each mail should tell
is computed from two neighbouring copies with plain SQL, without the log of changes, the ledger or any code of the digest;
only the file of what counts as news (digest/issues/news.yml) is shared. Exit code 1 if a document is missing from a mail, told
twice, or told without being expected. The mails stay in FOLDER/mails.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import email
import email.policy
import re
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from benchmarks.running import ROOT, run, upstream
from crawlers.status.ceremonial import is_ceremonial
from digest import service
from digest.delivery.message import Letterhead
from digest.delivery.send import Sender, Server
from digest.issues import issues
from digest.subscribers import subscribers
from digest.subscribers.preferences import Preferences
from digest.subscribers.tokens import Links
from store.connect import open_mail
from text.yaml_config import read_yaml

WEEKS = {
    "bills": ("2022-03-01", 5, "us_bills --congress 117 --budget off"),
    "regulations": ("2025-03-03", 9, "us_federal_register --since 2025-01-01 --until 2025-05-31 --budget off"),
}
RULES = read_yaml(ROOT / "digest" / "issues" / "news.yml")
READERS: dict[str, tuple[Preferences, str]] = {
    "privacy@example.org": (Preferences(areas=("privacy", "intellectual-freedom")), "en"),
    "broadband@example.org": (Preferences(areas=("broadband", "telecommunications")), "en"),
    "everything@example.org": (Preferences(), "en"),
    "must-see@example.org": (Preferences(must_see=True), "es"),
    "follower@example.org": (
        Preferences(areas=("copyright",), searches=("library",), documents=("us-117-hr4521",)),
        "en",
    ),
}
#: What the word "library" finds for a person who searches for it; the digest itself asks a full-text index.
LIBRARY = re.compile(r"\b(library|libraries|library's)\b", re.IGNORECASE)


class Postbox:
    def __init__(self) -> None:
        self.got: list[tuple[str, bytes]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.got.append((envelope.rcpt_tos[0], envelope.content))
        return "250 taken"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=WEEKS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=8979)
    args = parser.parse_args()
    first, number, call = WEEKS[args.what]
    days = [datetime.date.fromisoformat(first) + datetime.timedelta(weeks=week) for week in range(number)]
    copies = {day: args.folder / f"corpus-{day}.db" for day in days}
    for day, copy in copies.items():
        if not copy.exists():
            crawl(args.folder, day, copy, call.split())
    for old in args.folder.glob("mail.db*"):
        old.unlink()
    (args.folder / "mails").mkdir(exist_ok=True)
    postbox = Postbox()
    controller = Controller(postbox, hostname="127.0.0.1", port=args.port)
    controller.start()
    try:
        return weeks(args.folder, copies, postbox, args.port)
    finally:
        controller.stop()


def crawl(folder: Path, day: datetime.date, copy: Path, call: list[str]) -> None:
    """Crawl the source as it stood that day into the one data folder of all days, and copy what is there then."""
    with upstream("--as-of", day.isoformat()) as mirror:
        ended = run(folder / "data", mirror, "crawl", *call)
    if ended.code:
        raise SystemExit(ended.output)
    with closing(sqlite3.connect(folder / "data" / "corpus.db")) as now, closing(sqlite3.connect(copy)) as then:
        now.backup(then)


def weeks(folder: Path, copies: dict[datetime.date, Path], postbox: Postbox, port: int) -> int:
    db = open_mail(folder / "mail.db")
    start = moment(next(iter(copies.values())))
    for address, (choice, language) in READERS.items():
        subscribers.subscribe(db, address, choice, now=start, language=language)
        row = next(db.query("select handle, nonce from subscribers where address = ?", [address]))
        subscribers.confirm(db, Links.of(db).confirm(row["handle"], row["nonce"]), now=start)
    print("| issue | entries | reader | expected | in the mail | missing | unexpected | size kB | subject |")
    print("|---|---:|---|---:|---:|---:|---:|---:|---|")
    told: Counter[tuple[str, str, str]] = Counter()
    wrong = 0
    for number, (day, previous) in enumerate(zip(list(copies)[1:], copies, strict=False)):
        issue = send(db, copies[day], day, port)
        with closing(sqlite3.connect(copies[previous])) as before, closing(sqlite3.connect(copies[day])) as after:
            news = changed(before, after, day, previous if number else None)
            for address, (choice, _) in READERS.items():
                wrong += compare(folder, issue, address, expected(after, news, choice), after, postbox, told)
        postbox.got.clear()
    twice = [item for item, times in told.items() if times > 1]
    print(f"\n{sum(told.values()):,} facts told, {len(twice)} of them twice, {wrong} documents missing or unexpected")
    for item in twice[:10]:
        print("twice:", *item, file=sys.stderr)
    states = db.execute("select state, count(*) from deliveries where digest_id like 'public%' group by 1").fetchall()
    print("deliveries:", ", ".join(f"{count} {state}" for state, count in states))
    return 1 if wrong or twice else 0


def send(db: Any, copy: Path, day: datetime.date, port: int) -> issues.Issue:
    now = moment(copy)
    head = Letterhead(site="https://policy.example.org", sender="Policy digest <digest@example.org>")
    with closing(service.corpus(copy)) as corpus:
        issue = issues.prepare(db, corpus, list_="public", frequency="weekly", now=now, day=day)
    issues.release(db, issue, now=now)
    sender = Sender(
        db=db,
        server=Server(host="127.0.0.1", port=port, security="none", rate=0),
        envelope=head.address,
        make=service.issue_maker(db, issue, head, lambda: now),
        clock=lambda: now,
    )
    asyncio.run(sender.send(issue.id))
    return issue


def moment(copy: Path) -> str:
    with closing(sqlite3.connect(copy)) as db:
        return db.execute("select max(finished_at) from runs").fetchone()[0]


# --------------------------------------------------------------------- what should be told, counted from two copies


def changed(
    before: sqlite3.Connection, after: sqlite3.Connection, day: datetime.date, previous: datetime.date | None
) -> dict[str, bool]:
    """Document -> whether its news is for everybody (True) or for its followers only."""
    found: dict[str, bool] = {}

    def add(key: str, rule: dict[str, str] | None) -> None:
        if rule:
            found[key] = found.get(key, False) or "tell" in rule

    old = {row[0] for row in before.execute("select id from documents")}
    for (key,) in after.execute("select id from documents"):
        if key not in old:
            add(key, RULES["changes"]["introduced"])
    for key, status, _ in fresh(before, after, "select document_id, status, reached_on from status_history"):
        add(key, RULES["statuses"].get(status))
    actions = "select document_id, acted_on, description, max(classification) from actions group by 1, 2, 3"
    for key, _, _, classification in fresh(before, after, actions):
        add(key, RULES["actions"].get(classification or ""))
    for table, kind, columns in (
        ("laws", "law", "kind, number"),
        ("summaries", "summary", "acted_on, action, text"),
        ("versions", "text", "name, issued_on"),
        ("titles", "title", "kind, title"),
    ):
        for key, *_ in fresh(before, after, f"select document_id, {columns} from {table}"):
            add(key, RULES["changes"][kind])
    events = "select document_id, kind, substr(starts_at, 1, 10) from events"
    known = set(before.execute(events))
    near = datetime.timedelta(days=RULES["remind_days"])
    for event in after.execute(events):
        key, kind, on = event
        if event not in known and on >= day.isoformat():
            add(key, RULES["changes"]["event"])
        # A reminder comes once: with the first issue that finds the day so near.
        reminded = previous is not None and event in known and on <= (previous + near).isoformat()
        if kind in RULES["remind"] and day.isoformat() <= on <= (day + near).isoformat() and not reminded:
            add(key, RULES["changes"]["due"])
    return found


def fresh(before: sqlite3.Connection, after: sqlite3.Connection, sql: str) -> set[tuple[Any, ...]]:
    return set(after.execute(sql)) - set(before.execute(sql))


def expected(after: sqlite3.Connection, news: dict[str, bool], choice: Preferences) -> set[str]:
    """The documents a reader should be told of."""
    found = set()
    for key, everybody in news.items():
        title, document_type, words, priority = after.execute(
            "select title, document_type, title || ' ' || coalesce(abstract, '') || ' ' || coalesce(text, ''), "
            "coalesce(priority, 0) from documents d left join taggings t on t.document_id = d.id where d.id = ?",
            [key],
        ).fetchone()
        areas = {row[0] for row in after.execute("select area_id from tags where document_id = ?", [key])}
        touches = after.execute("select 1 from position_matches where document_id = ?", [key]).fetchone() is not None
        if key in choice.documents:
            found.add(key)
        honours = is_ceremonial(title, document_type)
        priority = 0 if honours else priority
        ceremonial = honours or title.casefold().startswith(tuple(RULES["routine"]))
        ceremonial = ceremonial and priority < 2 and not touches
        if not everybody or ceremonial or (choice.must_see and priority < 2):
            continue
        if (choice.areas and areas & set(choice.areas)) or (not choice.areas and (areas or touches)):
            found.add(key)
        if "library" in choice.searches and LIBRARY.search(words):
            found.add(key)
    return found


# --------------------------------------------------------------------- what was told, read from the mails


def compare(
    folder: Path,
    issue: issues.Issue,
    address: str,
    wanted: set[str],
    after: sqlite3.Connection,
    postbox: Postbox,
    told: Counter[tuple[str, str, str]],
) -> int:
    mails = [raw for to, raw in postbox.got if to == address]
    if len(mails) != (1 if wanted else 0):
        print(f"| {issue.id} | | {address} | {len(wanted)} | {len(mails)} mails |", file=sys.stderr)
        return 1
    if not mails:
        print(f"| {issue.id} | {len(issue.entries)} | {address} | 0 | no mail | 0 | 0 | | |")
        return 0
    mail = email.message_from_bytes(mails[0], policy=email.policy.default)
    (folder / "mails" / f"{issue.id}-{address.partition('@')[0]}.eml").write_bytes(mails[0])
    lines = list(lines_of(mail.get_body(("plain",)).get_content()))
    names = {row[1]: row[0] for row in after.execute("select id, identifier from documents")}
    found = {names[number] for numbers, _ in lines for number in numbers.split(", ")}
    told.update((address, numbers, piece) for numbers, what in lines for piece in re.split(r"[;.] +", what) if piece)
    companions = {
        key
        for pair in after.execute("select document_id, linked_id from links where kind = 'Identical bill'")
        if set(pair) & wanted
        for key in pair
    }
    missing, strange = wanted - found, found - wanted - companions
    size = len(mail.get_body(("html",)).get_content().encode()) / 1000
    print(
        f"| {issue.id} | {len(issue.entries)} | {address.partition('@')[0]} | {len(wanted)} | {len(found)} | {len(missing)} | "
        f"{len(strange)} | {size:.0f} | {mail['Subject']} |"
    )
    for name, keys in (("missing", missing), ("unexpected", strange)):
        for key in sorted(keys)[:5]:
            print(f"{name}: {issue.id} {address} {key}", file=sys.stderr)
    return len(missing) + len(strange)


def lines_of(text: str) -> Any:
    """(numbers, what is told of them) of every line of a mail's text."""
    for block in text.split("\n* ")[1:]:
        flat = " ".join(block.split())
        whole = re.search(
            r" · ([^·]+) · [^·]+?(?: · (?:Priority|Must be seen|Prioridad|Imprescindible))?(?= \w[^·]*(?:Why you|Por qué)) (.*)",
            flat,
        )
        if whole:
            yield whole[1], re.split(r"Why you|Por qué", flat[whole.end(1) :])[0]
        elif short := re.match(r"(.+?), (?:United States|Estados Unidos)[^:]*: (.*)", flat):
            yield short[1], short[2]


if __name__ == "__main__":
    sys.exit(main())
