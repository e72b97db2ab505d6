"""Simulated weeks of the digest on a corpus of everything recorded, to be read by a person.

    python -m benchmarks.digest_reading DATA FOLDER [--first 2025-02-03] [--weeks 8]

A corpus that was collected at once has no news: the first contact is silent. What happened in each week is taken from the
days of its documents, statuses, actions, and dates, and each document stands as it stood at the end of the week. Issues are
prepared, composed and marked as sent by the code that sends mail. FOLDER gets one text for each mail, and items.jsonl with a
line for each item, in which a reader writes `"worth": true` or `false`; `--judged` then counts them. Exit code 1 if an item
came twice to one reader, or the mail of a reader lacks a priority document of the week that can still move.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from digest import service
from digest.delivery.message import Letterhead
from digest.issues import issues
from digest.issues.compose import compose
from digest.issues.issues import Issue
from digest.subscribers import subscribers
from digest.subscribers.preferences import Preferences
from digest.subscribers.tokens import Links
from store.connect import open_mail

READERS: dict[str, Preferences] = {
    "priority": Preferences(must_see=True),
    "privacy": Preferences(areas=("privacy", "intellectual-freedom")),
    "broadband": Preferences(areas=("broadband", "telecommunications")),
    "everything": Preferences(),
    "texas": Preferences(jurisdictions=("us-tx",), searches=('"school library"',)),
}
SITE = "https://policy.example.org"
#: What happened from one day to another, as the change log would hold it.
_HAPPENED = """
    select 'n-' || id, id, published_on, 'introduced', title from main.documents where published_on between :first and :last
    union all select 's-' || document_id || ordinal, document_id, reached_on, 'status', status
        from main.status_history where reached_on between :first and :last
    union all select 'a-' || document_id || '-' || ordinal, document_id, acted_on, 'action', substr(description, 1, 400)
        from main.actions where acted_on between :first and :last"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=datetime.date.fromisoformat, default=datetime.date(2025, 2, 3))
    parser.add_argument("--weeks", type=int, default=8)
    parser.add_argument("--judged", action="store_true", help="count what a person wrote into items.jsonl")
    args = parser.parse_args()
    if args.judged:
        return judged(args.folder)
    args.folder.mkdir(parents=True, exist_ok=True)
    with closing(open_mail(args.folder / "mail.db")) as mail:
        return simulate(mail, args.data / "corpus.db", args.folder, args.first, args.weeks)


def simulate(mail: Any, corpus_file: Path, folder: Path, first: datetime.date, weeks: int) -> int:
    for name, choice in READERS.items():
        now = f"{first}T00:00:00Z"
        subscribers.subscribe(mail, f"{name}@example.org", choice, now=now)
        row = next(mail.query("select handle, nonce from subscribers where address_key = ?", [f"{name}@example.org"]))
        subscribers.confirm(mail, Links.of(mail).confirm(row["handle"], row["nonce"]), now=now)
    wrong, items = 0, folder / "items.jsonl"
    seen: Counter[tuple[str, str, str]] = Counter()
    print("| issue | reader | items | also priority | more on the site | subject |\n|---|---|---:|---:|---:|---|")
    with items.open("w", encoding="utf-8") as file:
        for week in range(weeks):
            start = first + datetime.timedelta(weeks=week)
            with closing(as_of(corpus_file, start, start + datetime.timedelta(days=6))) as corpus:
                issue = send(mail, corpus, start + datetime.timedelta(days=7))
                for name, choice in READERS.items():
                    for line in mails(issue, name, choice, folder):
                        file.write(json.dumps(line, ensure_ascii=False) + "\n")
                        seen[name, line["url"], line["what"]] += 1
                wrong += missed(corpus, issue, start)
    twice = [key for key, times in seen.items() if times > 1]
    print(f"\n{sum(seen.values())} items, {len(twice)} of them twice, {wrong} priority documents missed")
    return 1 if twice or wrong else 0


def as_of(corpus_file: Path, first: datetime.date, last: datetime.date) -> sqlite3.Connection:
    """corpus.db as it was at the end of a day, with the changes of the week before it; nothing is written to the file."""
    corpus = service.corpus(corpus_file)
    columns = [row[1] for row in corpus.execute("pragma table_info(documents)")]
    before = (
        f"from main.status_history h where h.document_id = d.id and h.reached_on <= '{last}' "
        "order by h.reached_on desc, h.ordinal desc"
    )
    standing = {
        "status": f"coalesce((select h.status {before} limit 1), 'introduced')",
        "status_on": f"(select h.reached_on {before} limit 1)",
        "status_reason": f"case when d.status_on <= '{last}' then d.status_reason end",
    }
    shown = ", ".join(f"{standing.get(name, f'd.{name}')} as {name}" for name in columns)
    corpus.execute(f"create temp view documents as select {shown} from main.documents d")
    # Tables of this name in the temporary schema go before those of the file.
    corpus.execute(
        "create temp table changes (id text, document_id text, happened_on text, kind text, summary text, seen_at text)"
    )
    sql = f"insert into temp.changes select *, '{last}T12:00:00Z' from ({_HAPPENED})"
    corpus.execute(sql, {"first": first.isoformat(), "last": last.isoformat()})
    corpus.execute("create index temp.changes_by_id on changes (id)")
    return corpus


def send(mail: Any, corpus: sqlite3.Connection, day: datetime.date) -> Issue:
    now = f"{day}T08:00:00Z"
    issue = issues.prepare(mail, corpus, list_="public", frequency="weekly", now=now, day=day)
    issues.release(mail, issue, now=now)
    return issue


def mails(issue: Issue, name: str, choice: Preferences, folder: Path) -> Iterator[dict[str, Any]]:
    """The mail of one reader, written to the folder; yields its items."""
    head = Letterhead(site=SITE, sender="Policy digest <digest@example.org>")
    links = {"manage": f"{SITE}/m", "leave": f"{SITE}/l", "web": f"{head.site}/digest/{issue.id}"}
    made = compose(issue, choice, "en", site=SITE, since=issue.news_since, links=links)
    if made is None:
        print(f"| {issue.id} | {name} | 0 | 0 | 0 | (no mail) |")
        return
    reading, _, text = made
    (folder / f"{issue.id}-{name}.txt").write_text(f"Subject: {reading.subject}\n\n{text}", encoding="utf-8")
    shown = sum(len(lines) for _, lines in reading.sections)
    print(f"| {issue.id} | {name} | {shown} | {len(reading.also)} | {reading.left_out} | {reading.subject} |")
    for section, lines in reading.sections:
        for line in lines:
            what = "; ".join(line.what)
            kept = {"issue": issue.id, "reader": name, "section": section, "url": line.url.rsplit("/", 1)[-1]}
            yield kept | {"title": line.title, "what": what, "does": line.does, "why": line.why, "worth": None}


def missed(corpus: sqlite3.Connection, issue: Issue, start: datetime.date) -> int:
    """Count priority documents with a new status this week that the issue does not hold, by plain SQL."""
    held = {each["id"] for entry in issue.entries for each in entry["documents"]}
    last = start + datetime.timedelta(days=6)
    moved = corpus.execute(
        "select distinct h.document_id from main.status_history h join shown_priorities p on p.document_id = h.document_id "
        "join main.documents d on d.id = h.document_id where p.priority = 2 and h.reached_on between ? and ? "
        "and h.status not in ('in_committee', 'introduced', 'notice') and d.id not in (select document_id from ceremonial)",
        [start.isoformat(), last.isoformat()],
    ).fetchall()
    lacking = [key for (key,) in moved if key not in held]
    for key in lacking:
        print(f"missed: {issue.id} {key}", file=sys.stderr)
    return len(lacking)


def judged(folder: Path) -> int:
    rows = [json.loads(line) for line in (folder / "items.jsonl").read_text(encoding="utf-8").splitlines()]
    print("| reader | read | worth the time | share |\n|---|---:|---:|---:|")
    for name in [*READERS, "all"]:
        said = [row["worth"] for row in rows if row["worth"] is not None and name in (row["reader"], "all")]
        print(
            f"| {name} | {len(said)} | {sum(said)} | {sum(said) / len(said):.2f} |" if said else f"| {name} | 0 | | |"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
