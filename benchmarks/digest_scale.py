"""Ten thousand subscribers, each with a filter of their own: compose and hand over one issue, measured.

    python -m benchmarks.digest_scale CORPUS [--subscribers 10000]

CORPUS is a corpus.db with changes in it, such as a copy that benchmarks/digest_weeks.py made; it is only read. The server is
a process of its own on this machine that takes every mail and counts recipients. Exit code 1 past 300 seconds or 500 MB, or
if anyone got no mail, two mails, or a mail whose HTML has over 102 kB, where Gmail cuts.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime
import email
import email.policy
import itertools
import multiprocessing
import resource
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from digest import service
from digest.delivery.message import Letterhead
from digest.delivery.send import Sender, Server
from digest.issues import issues
from digest.subscribers import estimate
from digest.subscribers.preferences import Preferences
from store.connect import open_mail

SECONDS, MEGABYTES, HTML = 300, 500, 102_000


class Counting:
    def __init__(self) -> None:
        self.got: Counter[str] = Counter()
        self.largest = self.html = 0
        self.volume = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.got[envelope.rcpt_tos[0]] += 1
        if len(envelope.content) > min(self.largest, HTML):
            part = email.message_from_bytes(envelope.content, policy=email.policy.default).get_body(("html",))
            assert part is not None
            self.html = max(self.html, len(part.get_payload(decode=True)))
        self.largest = max(self.largest, len(envelope.content))
        self.volume += len(envelope.content)
        return "250 taken"


def serve(port: int, pipe: Any) -> None:
    handler = Counting()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    pipe.send("ready")
    pipe.recv()
    controller.stop()
    pipe.send((handler.got, handler.largest, handler.html, handler.volume))


def filters(corpus: sqlite3.Connection) -> Iterator[Preferences]:
    """Choices that are all different: every set of areas, with and without a kind, must-see and a position."""
    known = estimate.choices(corpus)
    areas, positions = list(known["areas"]), [(), *((key,) for key in known["positions"])]
    for size in range(len(areas), 0, -1):
        for chosen in itertools.combinations(areas, size):
            for kinds in ((), ("bill",)):
                yield Preferences(areas=chosen, kinds=kinds)
    for wanted, kinds in itertools.product(positions, ((), ("bill",))):
        for chosen in itertools.combinations(areas, 2):
            yield Preferences(areas=chosen, positions=wanted, kinds=kinds)


def fill(db: Any, corpus: sqlite3.Connection, number: int, joined: str) -> int:
    choices = set()
    with db.atomic():
        for count, choice in enumerate(itertools.islice(filters(corpus), number)):
            choices.add(choice.dump())
            address = f"reader{count}@d{count % 997}.example"
            db.table("subscribers").insert(
                {
                    "id": f"{count:016d}",
                    "list": "public",
                    "address": address,
                    "address_key": address,
                    "state": "confirmed",
                    "frequency": "weekly",
                    "language": "en" if count % 5 else "es",
                    "preferences": choice.dump(),
                    "handle": f"handle{count}",
                    "created_at": joined,
                    "confirmed_at": joined,
                }
            )
    return len(choices)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--subscribers", type=int, default=10_000)
    parser.add_argument("--port", type=int, default=8978)
    args = parser.parse_args()
    here, there = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(args.port, there), daemon=True)
    server.start()
    here.recv()
    with tempfile.TemporaryDirectory() as folder, closing(open_mail(Path(folder) / "mail.db")) as db:
        with closing(service.corpus(args.corpus)) as corpus:
            different = fill(db, corpus, args.subscribers, "2000-01-01T00:00:00Z")
            began, before = time.monotonic(), time.process_time()
            day = datetime.date.fromisoformat(
                corpus.execute("select max(happened_on) from changes where kind = 'status'").fetchone()[0]
            )
            now = corpus.execute("select max(finished_at) from runs").fetchone()[0]
            issue = issues.prepare(db, corpus, list_="public", frequency="weekly", now=now, day=day)
        frozen = time.monotonic()
        done = hand_over(db, issue, args.port, now)
        ended, cpu = time.monotonic(), time.process_time() - before
        items = db.execute("select avg(items), max(items) from deliveries where state = 'sent'").fetchone()
    here.send("stop")
    got, largest, html, volume = here.recv()
    server.join(10)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sent = done["sent"]
    print(
        f"{args.subscribers:,} subscribers with {different:,} different filters; {len(issue.entries):,} entries in the issue"
    )
    each = (ended - frozen) / args.subscribers * 1000
    print(f"{cpu:.0f} s of processor time in all, {cpu / args.subscribers * 1000:.1f} ms each, without the server's")
    print(f"frozen in {frozen - began:.1f} s; composed and handed over in {ended - frozen:.1f} s, {each:.1f} ms each")
    print(f"{sent:,} sent, {done['nothing']:,} had nothing new; {items[0]:.0f} items on average, at most {items[1]}")
    print(
        f"largest mail {largest / 1000:.0f} kB, its HTML {html / 1000:.0f} kB; {volume / 1e6:.0f} MB in all; "
        f"peak memory {peak:.0f} MB"
    )
    wrong = len(got) != sent or max(got.values()) != 1 or sum(done.values()) != args.subscribers
    return int(wrong or ended - began > SECONDS or peak > MEGABYTES or html > HTML)


def hand_over(db: Any, issue: issues.Issue, port: int, now: str) -> Counter[str]:
    head = Letterhead(site="https://policy.example.org", sender="Policy digest <digest@example.org>")
    issues.release(db, issue, now=now)
    sender = Sender(
        db=db,
        server=Server(host="127.0.0.1", port=port, security="none", rate=0),
        envelope=head.address,
        make=service.issue_maker(db, issue, head, lambda: now),
        clock=lambda: now,
    )
    return asyncio.run(sender.send(issue.id))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
