"""Notices to the people of the office, by email or on a channel: each event once for each person, whatever is killed when.

What is to be told is claimed in mail.db together with its delivery, before anything leaves; the delivery then goes the way of
every other (digest.delivery.send): claimed, sent, or `unknown` and never sent again by itself.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Protocol

from sqlite_utils import Database

from digest.alerts.channels import Channel
from digest.delivery.claims import sending
from digest.delivery.message import Letterhead, mail_of, message_id
from digest.delivery.send import Sender
from digest.issues.compose import render
from digest.issues.lines import plain
from digest.subscribers.tokens import Links
from store.connect import writing

EMAIL = "email"
PREFIX = "notices-"
#: A message that a channel refuses this often is given up and reported to a person.
ATTEMPTS = 5
#: Notices in one message; the rest becomes a number and a link.
MOST = 40


class Notice(Protocol):
    """What desk.queue.notices.Notice is."""

    @property
    def account_id(self) -> int: ...
    @property
    def way(self) -> str: ...
    @property
    def event(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def head(self) -> str: ...
    @property
    def words(self) -> str: ...
    @property
    def path(self) -> str: ...


@dataclass(frozen=True)
class Person:
    """Somebody of the office as things are now: where notices go, and the address, if they go there."""

    account_id: int
    way: str
    email: str | None

    @property
    def address(self) -> str | None:
        return self.email if self.way == EMAIL else None


People = Mapping[int, Person]


def queue(db: Database, notices: Iterable[Notice], *, now: str) -> int:
    """Give every notice that nobody has got yet to a delivery of its person; returns the number of deliveries.

    What was superseded, because the person chose another way since, counts as not got.
    """
    waiting = [each for each in notices if not _is_told(db, each)]
    if not waiting:  # most of the time: nobody else is kept from writing
        return 0
    with writing(db):
        batch = db.execute("select coalesce(max(batch), 0) + 1 from notices").fetchone()[0]
        written: set[tuple[int, int]] = set()
        for each in waiting:
            if _is_told(db, each):  # by another process since
                continue
            own = batch if each.way == EMAIL else batch + 1
            told = json.dumps(
                {"kind": each.kind, "head": plain(each.head), "words": plain(each.words), "path": each.path}
            )
            db.execute(
                "insert into notices values (?, ?, ?, ?, ?, ?) on conflict do update set batch = excluded.batch, "
                "way = excluded.way, notice = excluded.notice, queued_at = excluded.queued_at",
                [each.account_id, each.event, own, each.way, told, now],
            )
            written.add((own, each.account_id))
        db.conn.executemany(
            "insert into deliveries (digest_id, subscriber_id, state, since, through) values (?, ?, 'queued', 0, 0)",
            [(f"{PREFIX}{own}", f"staff-{account}") for own, account in sorted(written)],
        )
    return len(written)


def _is_told(db: Database, notice: Notice) -> bool:
    row = db.execute(
        "select 1 from notices n join deliveries d on d.digest_id = ? || n.batch and d.subscriber_id = 'staff-' || n.account_id "
        "where n.account_id = ? and n.event = ? and d.state != 'superseded'",
        [PREFIX, notice.account_id, notice.event],
    ).fetchone()
    return row is not None


def _waiting(db: Database, *, by_email: bool) -> list[str]:
    """Deliveries that have not ended, by batch; a batch is all email or all channels."""
    return [
        row[0]
        for row in db.execute(
            "select distinct d.digest_id from deliveries d where d.digest_id like ? || '%' and d.state in ('queued', 'retry') "
            "and exists (select 1 from notices n where d.digest_id = ? || n.batch and (n.way = ?) = ?) order by 1",
            [PREFIX, PREFIX, EMAIL, by_email],
        ).fetchall()
    ]


def contents(db: Database, digest_id: str, account_id: int) -> list[dict[str, str]]:
    """What one message says, in the order in which it was queued."""
    rows = db.execute(
        "select notice from notices where batch = ? and account_id = ? order by queued_at, event",
        [int(digest_id.removeprefix(PREFIX)), account_id],
    ).fetchall()
    return [json.loads(row[0]) for row in rows]


def subject(found: list[dict[str, str]]) -> str:
    """One notice by its document, several by their number."""
    if len(found) == 1:
        return f"{found[0]['words'].rstrip('.')}: {found[0]['head']}"
    return f"{len(found)} notices: {found[0]['head']}"


# --------------------------------------------------------------------- email


def send_emails(
    db: Database, start: Callable[..., Sender], people: People, head: Letterhead, clock: Callable[[], str]
) -> Counter[str]:
    """Send what waits for those who chose email.

    Args:
        start: makes a sender of `make` and `find`, as its keyword arguments.

    Raises:
        ServerUnavailable: no email can be sent now; everything waits.
    """

    def find(_: Database, key: str) -> Person | None:
        return people.get(int(key.removeprefix("staff-")))

    def make(row: dict[str, Any], person: Person) -> tuple[EmailMessage, int] | None:
        found = contents(db, row["digest_id"], person.account_id)
        if not found or person.address is None:
            return None
        return _message(db, row, person.address, found, head, clock()), len(found)

    sender = start(make=make, find=find)

    async def all_batches() -> None:
        for key in _waiting(db, by_email=True):
            await sender.send(key)

    asyncio.run(all_batches())
    return sender.done


def _message(
    db: Database, row: dict[str, Any], address: str, found: list[dict[str, str]], head: Letterhead, now: str
) -> EmailMessage:
    title = subject(found)
    values = {"subject": title, "notices": found[:MOST], "more": max(0, len(found) - MOST), "site": head.site}
    html, text = render("notices", "en", **values)
    mail = mail_of(title, html, text, address, head, now)
    mail["Message-ID"] = message_id(Links.of(db), row["digest_id"], row["subscriber_id"], head.domain)
    return mail


# --------------------------------------------------------------------- channels


def send_to_channels(
    db: Database, channels: Iterable[Channel], people: People, *, site: str, clock: Callable[[], str]
) -> Counter[str]:
    """Send what waits for those who chose a channel. In its quiet hours, and while there is no such channel, it waits."""
    by_name = {each.name: each for each in channels}
    done: Counter[str] = Counter()
    with sending(db):
        for key in _waiting(db, by_email=False):
            for row in list(
                db.query(
                    "select * from deliveries where digest_id = ? and state in ('queued', 'retry') order by subscriber_id",
                    [key],
                )
            ):
                _tell(db, row, by_name, people, done, site, clock)
    return done


def _tell(
    db: Database,
    row: dict[str, Any],
    channels: Mapping[str, Channel],
    people: People,
    done: Counter[str],
    site: str,
    clock: Callable[[], str],
) -> None:
    account_id = int(row["subscriber_id"].removeprefix("staff-"))
    person, found = people.get(account_id), contents(db, row["digest_id"], account_id)
    batch = int(row["digest_id"].removeprefix(PREFIX))
    [way] = db.execute(
        "select max(way) from notices where batch = ? and account_id = ?", [batch, account_id]
    ).fetchone()
    if person is None or person.way != way:
        _settle(db, row, "superseded", "chose another way", clock())
        done["superseded"] += 1
        return
    channel = channels.get(way)
    if channel is None or (channel.quiet and channel.quiet.holds(clock())):
        return
    claimed = db.execute(
        "update deliveries set state = 'claimed', claimed_at = ?, attempts = attempts + 1, items = ? "
        "where digest_id = ? and subscriber_id = ? and state in ('queued', 'retry')",
        [clock(), len(found), row["digest_id"], row["subscriber_id"]],
    )
    if claimed.rowcount != 1:
        return
    lines = [f"{each['head']}\n{each['words']}\n{site}{each['path']}" for each in found[:MOST]]
    if len(found) > MOST:
        lines.append(f"and {len(found) - MOST} more: {site}/desk/ours")
    if channel.send(subject(found), "\n\n".join(lines)):
        state, error = "sent", None
    else:
        state, error = ("failed" if row["attempts"] + 1 >= ATTEMPTS else "retry"), "the service did not take it"
    _settle(db, row, state, error, clock())
    done[state] += 1


def _settle(db: Database, row: dict[str, Any], state: str, error: str | None, now: str) -> None:
    db.execute(
        "update deliveries set state = ?, error = ?, sent_at = ? where digest_id = ? and subscriber_id = ?",
        [state, error, now if state == "sent" else None, row["digest_id"], row["subscriber_id"]],
    )
