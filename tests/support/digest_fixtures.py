"""A small world for the tests of the digest: the site's corpus.db with changes of two weeks, an empty mail.db, a server."""

from __future__ import annotations

import asyncio
import datetime
import email
import email.policy
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session, syntax
from site_corpus import BROADBAND, HOSTILE_BILL, PLAIN, RULE, build
from sqlite_utils import Database

from digest.delivery.message import Letterhead
from digest.subscribers import subscribers
from digest.subscribers.preferences import Preferences
from digest.subscribers.tokens import Links
from store.connect import open_mail

#: A subscriber who confirms on day one gets news from then on.
JOINED = "2022-03-07T08:00:00Z"
FIRST, SECOND = "2022-03-09T08:00:00Z", "2022-03-16T08:00:00Z"
FIRST_DAY, SECOND_DAY = datetime.date(2022, 3, 9), datetime.date(2022, 3, 16)
COMPANION = "us-117-s900"
HEAD = Letterhead(site="https://policy.example.org", sender="Policy digest <digest@example.org>")

_FIRST_CHANGES = [
    (BROADBAND, "2022-03-07", "status", "passed_first_chamber"),
    (BROADBAND, "2022-03-07", "action", "Passed House by voice vote."),
    (BROADBAND, "2022-03-08", "action", "Received in the Senate."),
    (RULE, "2022-03-02", "introduced", "Hotspot lending under the E-Rate program"),
    (RULE, "2022-03-31", "event", "comment_close"),
    (HOSTILE_BILL, "2022-03-04", "introduced", "hostile"),
    (PLAIN, "2022-03-05", "status", "enacted"),
]
_SECOND_CHANGES = [
    (BROADBAND, "2022-03-14", "status", "enacted"),
    (BROADBAND, "2022-03-14", "law", "Public Law 117-98"),
    (BROADBAND, "2022-03-10", "cosponsor", "Rep. Writer, Bo [R-OH-2]"),
]


def corpus(folder: Path) -> Path:
    """corpus.db as the first issue finds it: four documents, and a companion of the broadband bill."""
    file = build(folder)
    with sqlite3.connect(file) as db:
        db.execute("update actions set classification = 'passage' where description like 'Passed House%'")
        db.execute("update actions set classification = 'message' where description like 'Received%'")
        db.execute(
            "insert into documents select ?, kind, source, jurisdiction, level, session, 'S. 900', 's', 'upper', title, "
            "abstract, null, url, 'in_committee', status_on, published_on, null, null, null, null, null, null, null, "
            "first_seen_at, changed_at, null, 'x', 'x', null, null, null from documents where id = ?",
            [COMPANION, BROADBAND],
        )
        db.execute("insert into links values (?, 0, ?, 'Identical bill', 'CRS', null)", [COMPANION, BROADBAND])
        _insert(db, _FIRST_CHANGES, "2022-03-08T07:00:00Z")
    return file


def a_week_later(file: Path) -> None:
    with sqlite3.connect(file) as db:
        _insert(db, _SECOND_CHANGES, "2022-03-15T07:00:00Z")


def _insert(db: sqlite3.Connection, changes: list[tuple[str, ...]], seen_at: str) -> None:
    db.executemany(
        "insert into changes (id, document_id, seen_at, happened_on, kind, summary) values (?, ?, ?, ?, ?, ?)",
        [(f"{seen_at}{n}", key, seen_at, day, kind, words) for n, (key, day, kind, words) in enumerate(changes)],
    )


def reader(db: Database, address: str, choice: Preferences = Preferences(), **values: Any) -> subscribers.Subscriber:  # noqa: B008
    """Somebody who has asked and confirmed."""
    now = values.pop("now", JOINED)
    assert subscribers.subscribe(db, address, choice, now=now, **values)[0]
    row = next(db.query("select * from subscribers where address_key = ?", [address.casefold()]))
    return subscribers.confirm(db, Links.of(db).confirm(row["handle"], row["nonce"]), now=now)


@contextmanager
def mail_db(folder: Path) -> Iterator[Database]:
    db = open_mail(folder / "mail.db")
    yield db
    db.close()


# --------------------------------------------------------------------- a server that misbehaves on request


@dataclass
class Postbox:
    """`habits`: address -> the server's answer to each try, the last one forever: ok, refuse, unknown-user,
    later, drop (the connection, while the mail is under way), drop-early (before it), stall, late-refuse (after the mail)."""

    habits: dict[str, list[str]] = field(default_factory=dict)
    got: list[tuple[str, EmailMessage]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    tries: list[str] = field(default_factory=list)

    def habit(self, address: str) -> str:
        words = self.habits.get(address, ["ok"])
        return words[min(self.tries.count(address), len(words)) - 1]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.tries.append(address)
        habit = self.habit(address)
        if habit == "drop-early":
            server.transport.abort()
        answers = {
            "refuse": "550 5.7.1 not wanted here",
            "unknown-user": f"550 5.1.1 <{address}> no such user",
            "later": "451 4.7.1 greylisted, come back later",
            "drop-early": "421 4.3.2 going down",
        }
        if habit in answers:
            return answers[habit]
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        habit = self.habit(envelope.rcpt_tos[0])
        if habit == "stall":
            await asyncio.sleep(3)
        if habit == "late-refuse":
            return "554 5.6.0 content refused"
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.raw.append(envelope.content)
        self.got.append((envelope.rcpt_tos[0], mail))
        return "250 taken"


class _Rude(SMTP):
    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if self.envelope.rcpt_tos and self.event_handler.habit(self.envelope.rcpt_tos[0]) == "drop":
            await self.push("354 go on")
            await self._reader.read(200)
            self.transport.abort()
        else:
            await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Rude(self.handler, **self.SMTP_kwargs)


@contextmanager
def post_office(postbox: Postbox) -> Iterator[int]:
    """A real SMTP server on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = _Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop(no_assert=True)
