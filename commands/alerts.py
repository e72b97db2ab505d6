"""Alerts to channels beyond email: Slack, Teams, Mastodon, webhooks."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import date
from typing import Any

import click

from commands.mail import open_mail_db
from commands.session import Session, Stop
from store.clock import utc_now


@click.group()
def alerts() -> None:
    """Tell channels (Slack, Teams, Mastodon, webhooks) about priority documents and deadlines. See docs/digest.md."""


@alerts.command("send")
@click.option("--dry-run", is_flag=True, help="Print what would be sent; nothing is sent, and nothing counts as sent.")
@click.pass_obj
def alerts_send(session: Session, dry_run: bool) -> None:
    """Send what the channels of alerts.yml have not had yet. For a timer, after every run.

    Exit code 3 when a message needs a person: infopolicy alerts status names it.
    """
    from digest.alerts import alerts as room

    with open_mail_db(session) as db, closing(_corpus(session)) as corpus:
        dead = room.give_up_dead_claims(db, utc_now())
        channels = _channels(session, corpus)
        if not channels:
            session.say(f"no channel is named in {session.config.data / 'alerts.yml'}")
        waiting = room.prepare(db, corpus, channels, site=session.config.site, now=utc_now(), day=date.today())
        if dry_run:
            for alert in waiting:
                click.echo(f"{alert.channel.name}: {alert.title}\n{alert.body}\n")
            return
        done = room.send(db, waiting, site=session.config.site, clock=utc_now)
    session.say(", ".join(f"{number:,} {state}" for state, number in sorted(done.items())) or "nothing new")
    if dead:
        click.echo(
            f"{dead:,} messages of a run that was ended may have arrived or not: infopolicy alerts status", err=True
        )
    sys.exit(3 if done["failed"] or done["given up"] or dead else 0)


@alerts.command("test")
@click.argument("channel")
@click.pass_obj
def alerts_test(session: Session, channel: str) -> None:
    """Send a message to one CHANNEL that says it is a test."""
    with open_mail_db(session), closing(_corpus(session)) as corpus:
        found = {each.name: each for each in _channels(session, corpus)}
        if channel not in found:
            raise Stop(f"no channel is called {channel!r}; there are: {', '.join(found) or 'none'}", 2)
        if not found[channel].send("A test", "This is a test of the information policy alerts."):
            raise Stop(f"{channel}: the service did not take the message", 3)
    session.say("sent")


@alerts.command("status")
@click.pass_obj
def alerts_status(session: Session) -> None:
    """How many messages went out, and those of which nobody knows whether they arrived. Exit code 3 if any."""
    from digest.alerts import alerts as room

    with open_mail_db(session) as db:
        room.give_up_dead_claims(db, utc_now())
        lines, problems = room.status(db)
    for line in lines or ["no channel has been sent anything yet"]:
        session.say(line)
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(3 if problems else 0)


@click.command()
@click.option("--morning", is_flag=True, help="Also what people want in one message each morning.")
@click.option("--dry-run", is_flag=True, help="Print what there is to say; nothing leaves, nothing counts as sent.")
@click.pass_obj
def notices(session: Session, morning: bool, dry_run: bool) -> None:
    """Send people of the office what they chose at /desk/notices, each event once. For a timer, every few minutes.

    Exit code 3 when a message needs a person: infopolicy digest status names it.
    """
    from operations import notices as room

    with open_mail_db(session, "staff.db") as db:
        if dry_run:
            found = room.read(session.config, today=date.today(), morning=morning)[0]
            for each in found:
                click.echo(f"{each.account_id} {each.way}: {each.words} {each.head}")
            if not found:
                session.say("nobody who chose notices has any")
            return
        done = room.send(db, session.config, today=date.today(), morning=morning, clock=utc_now)
    session.say(", ".join(f"{number:,} {state}" for state, number in sorted(done.items()) if number) or "nothing new")
    sys.exit(3 if done["failed"] or done["unknown"] else 0)


def _corpus(session: Session) -> Any:
    from digest import service

    return service.corpus(session.config.corpus)


def _channels(session: Session, corpus: Any) -> Any:
    from digest.alerts.channels import channels_of
    from digest.subscribers.estimate import choices

    return channels_of(session.config.data, choices(corpus))
