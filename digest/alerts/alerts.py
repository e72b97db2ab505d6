"""Alerts to channels other than email: priority documents and near deadlines, one message per document and event."""

from __future__ import annotations

import datetime
import hashlib
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from digest.alerts.channels import Channel
from digest.delivery.claims import nobody_sends, sending
from digest.issues import ledger
from digest.issues.documents import Entry
from digest.issues.entries import entries
from digest.issues.lines import Line, make_line
from digest.issues.words import Words
from store.clock import ago

#: Messages at once; more would make readers mute the channel. The rest becomes one message with a link.
MOST = 10
#: Minutes after which a claim belongs to a run that died: the message may have arrived or not.
DEAD_MINUTES = 30
#: A message that a service refuses this often is given up and reported to a person.
ATTEMPTS = 5


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One message to one channel about one document, with the keys of the events that it reports."""

    channel: Channel
    line: Line
    document_id: str
    events: tuple[str, ...]

    @property
    def title(self) -> str:
        return self.line.lead

    @property
    def body(self) -> str:
        line = self.line
        rest = [
            f"{f'{line.kind} {line.numbers}'.strip()}, {line.place}",
            *line.what,
            *filter(None, [line.does]),
            line.why,
            line.url,
        ]
        return "\n".join(part for part in rest if part)


def prepare(
    db: Database, corpus: sqlite3.Connection, channels: Iterable[Channel], *, site: str, now: str, day: datetime.date
) -> list[Alert]:
    """Return the alerts that each channel has not received. A new channel begins with what happens from now on.

    A channel in its quiet hours gets its alerts after them.
    """
    through = ledger.take_in(db, corpus, today=day, now=now)
    awake = [each for each in channels if not (each.quiet and each.quiet.holds(now))]
    since = {each.name: _since(db, each.name, through, now) for each in awake}
    if not since:
        return []
    found = entries(db, corpus, since=min(since.values()), through=through, today=day)
    alerts = [alert for each in awake for alert in _alerts(db, each, found, since[each.name], site, day)]
    waiting = {alert.channel.name for alert in alerts}
    for each in awake:
        if each.name not in waiting:
            db.execute("update alert_channels set since = ? where name = ?", [through, each.name])
    return alerts


def _since(db: Database, name: str, through: int, now: str) -> int:
    row = db.execute("select since from alert_channels where name = ?", [name]).fetchone()
    if row:
        return int(row[0])
    db.execute("insert into alert_channels values (?, ?, ?)", [name, through, now])
    return through


def _alerts(
    db: Database, channel: Channel, found: Iterable[Entry], since: int, site: str, day: datetime.date
) -> Iterator[Alert]:
    words = Words(channel.language)
    for number, entry in enumerate(found):
        reason = channel.choice.reason(entry)
        news = {
            _key(each): each
            for each in entry["news"]
            if reason
            and not entry["private"]
            and each["at"] > since
            and each["all"]
            and _topic(entry, each) in channel.topics
        }
        news = {key: each for key, each in news.items() if not _is_told(db, channel.name, key)}
        if reason and news:
            line = make_line(number, entry, list(news.values()), reason, words, site, day)
            yield Alert(channel=channel, line=line, document_id=entry["documents"][0]["id"], events=tuple(news))


def _topic(entry: Entry, news: dict[str, Any]) -> str | None:
    """Report a deadline only when it is near, not also when it is set."""
    if news["kind"] == "due":
        return "deadlines"
    return "must_see" if entry["must_see"] and news["heading"] != "deadline" else None


def _key(news: dict[str, Any]) -> str:
    words = "\x1f".join(str(news[name]) for name in ("document", "kind", "day", "word", "words"))
    return hashlib.sha256(words.encode()).hexdigest()[:24]


def _is_told(db: Database, channel: str, event: str) -> bool:
    """Whether a channel got a message, or may have: then it is not sent again. Refused messages are tried again."""
    row = db.execute(
        "select 1 from alerts where channel = ? and event = ? and state != 'failed'", [channel, event]
    ).fetchone()
    return row is not None


# --------------------------------------------------------------------- sending


def send(db: Database, alerts: Iterable[Alert], *, site: str, clock: Callable[[], str]) -> Counter[str]:
    """Send what was prepared, each message claimed on disk before it leaves; says how many ended in which state.

    A channel gets at most MOST messages at once, and one more that says how many are on the site.
    """
    done: Counter[str] = Counter()
    by_channel: dict[str, list[Alert]] = {}
    for alert in alerts:
        by_channel.setdefault(alert.channel.name, []).append(alert)
    with sending(db):
        for queue in by_channel.values():
            _send_queue(db, queue, done, site=site, clock=clock)
    return done


def _send_queue(
    db: Database, queue: Sequence[Alert], done: Counter[str], *, site: str, clock: Callable[[], str]
) -> None:
    """Return the alerts of one channel, and one more message for those left out."""
    for alert in queue[:MOST]:
        _claim(db, alert, clock())
        state = "sent" if alert.channel.send(alert.title, alert.body) else _failed(db, alert)
        _settle(db, alert, state, clock())
        done[state] += 1
    if rest := queue[MOST:]:
        channel, words = rest[0].channel, Words(rest[0].channel.language)
        told = channel.send(words("name"), words.some("too_many", len(rest), url=f"{site}/browse?must_see=1"))
        for alert in rest:
            _claim(db, alert, clock())
            _settle(db, alert, "in sum" if told else "failed", clock())
        done["in sum" if told else "failed"] += len(rest)


def _claim(db: Database, alert: Alert, now: str) -> None:
    with db.atomic():
        for event in alert.events:
            db.execute(
                "insert into alerts (channel, event, document_id, state, attempts, claimed_at) values (?, ?, ?, 'claimed', 1, ?) "
                "on conflict (channel, event) do update set state = 'claimed', attempts = attempts + 1, "
                "claimed_at = excluded.claimed_at",
                [alert.channel.name, event, alert.document_id, now],
            )


def _failed(db: Database, alert: Alert) -> str:
    attempts = db.execute(
        "select max(attempts) from alerts where channel = ? and event = ?", [alert.channel.name, alert.events[0]]
    ).fetchone()[0]
    return "given up" if attempts >= ATTEMPTS else "failed"


def _settle(db: Database, alert: Alert, state: str, now: str) -> None:
    with db.atomic():
        db.conn.executemany(
            "update alerts set state = ?, settled_at = ? where channel = ? and event = ?",
            [(state, now, alert.channel.name, event) for event in alert.events],
        )


def give_up_dead_claims(db: Database, now: str) -> int:
    """Mark claims of dead runs as unknown: a person is informed, and the program never sends them again by itself."""
    before = ago(now, minutes=DEAD_MINUTES)
    with nobody_sends(db) as dead:
        return db.execute(
            "update alerts set state = 'unknown' where state = 'claimed' and (? or claimed_at < ?)", [dead, before]
        ).rowcount


def status(db: Database) -> tuple[list[str], list[str]]:
    """Return (state lines, problems for a person), one sentence each."""
    lines = [
        f"{name}: {number:,} {state}"
        for name, state, number in db.execute("select channel, state, count(*) from alerts group by 1, 2 order by 1, 2")
    ]
    problems = [
        f"{channel}: {document}: {state}"
        for channel, document, state in db.execute(
            "select distinct channel, document_id, state from alerts where state in ('unknown', 'given up') order by 1, 2"
        )
    ]
    return lines, problems
