"""The feed of changes as messages, in the form of Standard Webhooks (https://www.standardwebhooks.com).

Each receiver has its own cursor in ops.db. A message is stored, with its id, before it leaves, and the cursor moves when the
receiver has taken it: whoever is killed between, the same bytes go out again under the same id. So nothing is left out, and what
comes twice can be told by its id.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

import httpx
from sqlite_utils import Database

from operations.webhooks.public_network import Refusal, Reply, post
from operations.webhooks.receivers import Receiver
from pages.answers.answer import At, UnusableCursor
from pages.answers.changes import changes, newest, since_day
from store.clock import shift

#: Changes in one message, and messages to one receiver in one run.
CHANGES, MESSAGES = 100, 500
#: Seconds until each further attempt, as Standard Webhooks recommends; after the last, one attempt a day.
WAITS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
#: An attempt that fails so often needs a person.
TROUBLE = 4
Post = Callable[[str, bytes, dict[str, str]], Reply]


@dataclass(frozen=True)
class Outcome:
    """What became of one receiver: messages and changes that it took, and what is wrong, in words; None for nothing."""

    name: str
    messages: int
    changes: int
    problem: str | None = None


def signature(secret: bytes, message_id: str, moment: int, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256 of id, time in seconds, and body, in base64: the header webhook-signature."""
    signed = f"{message_id}.{moment}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


def send(
    ops: Database, at: At, receivers: Iterable[Receiver], *, clock: Callable[[], str], post: Post = post
) -> list[Outcome]:
    """Send each receiver what it has not taken. A new one begins with what is recorded from now on."""
    return [_send(ops, at, receiver, clock, post) for receiver in receivers]


def _send(ops: Database, at: At, receiver: Receiver, clock: Callable[[], str], post: Post) -> Outcome:
    messages = taken = 0
    problem: str | None = None
    while messages < MESSAGES and problem is None:
        try:
            row = _message(ops, at, receiver, clock())
        except UnusableCursor as error:
            problem = f"{error} `infopolicy webhooks start {receiver.name} --since DAY` does."
            _note(ops, receiver, problem)
            break
        if row is None:
            break
        if row["next_try_at"] and row["next_try_at"] > clock():
            problem = f"waits until {row['next_try_at']}: {row['problem']}" if row["attempts"] >= TROUBLE else None
            break
        problem = _deliver(ops, receiver, row, clock, post)
        if problem is None:
            messages, taken = messages + 1, taken + row["changes"]
    return Outcome(receiver.name, messages, taken, problem)


def _message(ops: Database, at: At, receiver: Receiver, now: str) -> sqlite3.Row | None:
    """The message that is next for a receiver, stored; None when it has everything."""
    while True:
        row = _state(ops, receiver.name)
        if row is None:
            ops.execute("insert or ignore into webhooks (name, cursor) values (?, ?)", [receiver.name, newest(at.db)])
            continue
        if row["message"] is not None:
            return row
        place, area = receiver.choice.get("place"), receiver.choice.get("area")
        found = changes(at, cursor=row["cursor"], place=place, area=area, limit=CHANGES)
        listed, after = found.result["changes"], found.result["next"]
        if not listed:  # other people's changes alone: the cursor moves without a message
            ops.execute(
                "update webhooks set cursor = ?, attempts = 0, problem = null where name = ? and cursor = ? and message is null",
                [after, receiver.name, row["cursor"]],
            )
            if not found.result["more"]:
                return None
            continue
        body = {"type": "changes.recorded", "timestamp": now, "after": row["cursor"]}
        ops.execute(
            "update webhooks set message = ?, message_id = ?, next_cursor = ?, changes = ?, attempts = 0, next_try_at = null "
            "where name = ? and cursor = ? and message is null",
            [
                json.dumps(body | {"data": found.model_dump(mode="json")}, ensure_ascii=False),
                f"msg_{secrets.token_urlsafe(18)}",
                after,
                len(listed),
                receiver.name,
                row["cursor"],
            ],
        )


def _deliver(ops: Database, receiver: Receiver, row: sqlite3.Row, clock: Callable[[], str], post: Post) -> str | None:
    """Post one message; why it was not taken, or None."""
    now, body = clock(), row["message"].encode()
    moment = int(datetime.fromisoformat(now).timestamp())
    headers = {
        "content-type": "application/json",
        "user-agent": "infopolicy-webhooks",
        "webhook-id": row["message_id"],
        "webhook-timestamp": str(moment),
        "webhook-signature": " ".join(signature(each, row["message_id"], moment, body) for each in receiver.secrets),
    }
    wait = None
    try:
        reply = post(receiver.url, body, headers)
        if 200 <= reply.status < 300:
            ops.execute(
                "update webhooks set cursor = next_cursor, message = null, message_id = null, next_cursor = null, changes = 0, "
                "attempts = 0, next_try_at = null, problem = null, taken_at = ? where name = ? and message_id = ?",
                [now, receiver.name, row["message_id"]],
            )
            return None
        problem, wait = f"it answered with the status {reply.status}", reply.retry_after
    except Refusal as error:
        problem = str(error)
    except (OSError, httpx.HTTPError) as error:
        problem = f"it was not reached ({type(error).__name__})"
    again = max(WAITS[min(row["attempts"], len(WAITS) - 1)], min(wait or 0, WAITS[-1]))
    ops.execute(
        "update webhooks set attempts = attempts + 1, next_try_at = ?, problem = ? where name = ? and message_id = ?",
        [shift(now, seconds=again), problem, receiver.name, row["message_id"]],
    )
    return problem


def _note(ops: Database, receiver: Receiver, problem: str) -> None:
    ops.execute("update webhooks set problem = ?, attempts = ? where name = ?", [problem, TROUBLE, receiver.name])


def _state(ops: Database, name: str) -> sqlite3.Row | None:
    cursor = ops.execute("select * from webhooks where name = ?", [name])
    cursor.row_factory = sqlite3.Row
    row: sqlite3.Row | None = cursor.fetchone()
    return row


def begin(ops: Database, corpus: sqlite3.Connection, receiver: Receiver, since: date) -> None:
    """Begin a receiver again with what was first seen on a day; a message that was under way is dropped for it."""
    ops.execute(
        "insert into webhooks (name, cursor) values (?1, ?2) on conflict (name) do update set cursor = ?2, message = null, "
        "message_id = null, next_cursor = null, changes = 0, attempts = 0, next_try_at = null, problem = null",
        [receiver.name, since_day(corpus, since)],
    )


def status(ops: Database, receivers: Iterable[Receiver]) -> tuple[list[str], list[str]]:
    """(what each receiver has taken, what needs a person), one sentence each."""
    lines, problems = [], []
    for receiver in receivers:
        row = _state(ops, receiver.name)
        if row is None:
            lines.append(f"{receiver.name}: begins with the next `infopolicy webhooks send`")
            continue
        lines.append(f"{receiver.name}: at {row['cursor']}, last message taken {row['taken_at'] or 'never'}")
        if row["problem"] and row["attempts"] >= TROUBLE:
            again = f"; next attempt {row['next_try_at']}" if row["next_try_at"] else ""
            problems.append(f"{receiver.name}: {row['problem']}, {row['attempts']} times{again}")
        elif row["problem"]:
            lines.append(f"{receiver.name}: {row['problem']}; next attempt {row['next_try_at']}")
    return lines, problems
