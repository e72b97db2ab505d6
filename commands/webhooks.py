"""The feed of changes to other programs: webhooks."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click
from sqlite_utils import Database

from commands.session import DAY, Session, Stop, plain_errors
from store.clock import utc_now
from store.connect import open_ops, read_only

if TYPE_CHECKING:
    from operations.webhooks.receivers import Receiver


@click.group()
def webhooks() -> None:
    """Send the feed of changes to the programs of webhooks.yml, signed. See docs/programs.md."""


@webhooks.command("send")
@click.pass_obj
def webhooks_send(session: Session) -> None:
    """Send each receiver the changes that it has not taken. For a timer, every few minutes.

    Exit code 3 when a receiver took nothing, whatever the reason. It gets the same message again at a later call.
    """
    if not (session.config.data / "webhooks.yml").exists():
        return session.say(f"no receiver is named in {session.config.data / 'webhooks.yml'}")

    from operations.webhooks import delivery
    from pages.answers.answer import At

    with _opened(session) as (ops, corpus, receivers):
        at = At(corpus, date.today(), session.config.site, utc_now())
        done = delivery.send(ops, at, receivers, clock=utc_now)
    for each in done:
        if each.messages:
            session.say(f"{each.name}: {each.changes:,} changes in {each.messages:,} messages")
        if each.problem:
            click.echo(f"{each.name}: {each.problem}", err=True)
    if done and not any(each.messages or each.problem for each in done):
        session.say("nothing new")
    sys.exit(3 if any(each.problem for each in done) else 0)


@webhooks.command("start")
@click.argument("receiver")
@click.option("--since", type=DAY, required=True, help="Send what was first seen on this day (UTC) or later.")
@click.pass_obj
def webhooks_start(session: Session, receiver: str, since: datetime) -> None:
    """Send RECEIVER everything again from a day on: after its loss, or after a restore of corpus.db."""
    from operations.webhooks import delivery

    with _opened(session) as (ops, corpus, receivers):
        found = {each.name: each for each in receivers}
        if receiver not in found:
            raise Stop(f"no receiver is called {receiver!r}; there are: {', '.join(found) or 'none'}", 2)
        delivery.begin(ops, corpus, found[receiver], since.replace(tzinfo=UTC).date())
    session.say(f"{receiver}: begins with what was first seen on {since:%Y-%m-%d}")


@webhooks.command("status")
@click.pass_obj
def webhooks_status(session: Session) -> None:
    """How far each receiver is, and those that take nothing. Exit code 3 if any needs a person."""
    from operations.webhooks import delivery

    with _opened(session) as (ops, _corpus, receivers):
        lines, problems = delivery.status(ops, receivers)
    for line in lines or ["webhooks.yml names no receiver"]:
        session.say(line)
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(3 if problems else 0)


@contextmanager
def _opened(session: Session) -> Iterator[tuple[Database, sqlite3.Connection, list[Receiver]]]:
    from digest.subscribers.estimate import choices
    from operations.webhooks.receivers import load_receivers

    with (
        plain_errors(),
        closing(read_only(session.config.corpus)) as corpus,
        closing(open_ops(session.config.ops)) as ops,
    ):
        corpus.row_factory = sqlite3.Row
        yield ops, corpus, load_receivers(session.config.data, os.environ, choices(corpus))
