"""Who reads the digest."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from typing import Any

import click

from commands.mail import FREQUENCY, LANGUAGE, LIST, open_mail_db
from commands.session import Session, Stop
from store.clock import utc_now


@click.command()
@click.argument("address")
@click.option("--area", "areas", multiple=True, help="Only this policy area; may be repeated. [default: all]")
@click.option("--jurisdiction", "jurisdictions", multiple=True, help="Only this place, such as us or us-tx.")
@click.option("--kind", "kinds", multiple=True, help="Only bill, regulation, case, local_matter or corporate_policy.")
@click.option("--position", "positions", multiple=True, help="Only what touches this position.")
@click.option(
    "--stance", "stances", multiple=True, help="Only where the organization has published this stance, such as oppose."
)
@click.option("--must-see/--all", default=True, show_default=True, help="Only priority documents, or all that fit.")
@click.option("--search", "searches", multiple=True, help="Also what holds these words.")
@click.option(
    "--document",
    "documents",
    multiple=True,
    help="Also all news of this document: its number, or its address here.",
)
@FREQUENCY
@LANGUAGE
@LIST
@click.pass_obj
def subscribe(session: Session, address: str, frequency: str, language: str, list_: str, **chosen: Any) -> None:
    """Subscribe ADDRESS to the digest: say how much email to expect, and send the confirmation email.

    \b
    infopolicy subscribe reader@example.org --area privacy --area broadband
    """
    import asyncio

    from digest import service
    from digest.subscribers import estimate, followed, subscribers
    from digest.subscribers.addresses import address as checked
    from digest.subscribers.limits import TooMany
    from digest.subscribers.preferences import preferences
    from pages.http.formatting import count

    with open_mail_db(session) as db:
        checked(address)
        corpus = service.corpus(session.config.corpus)
        corpus.row_factory = sqlite3.Row
        chosen["documents"] = followed.ids(corpus, chosen["documents"])
        choice = preferences(**chosen, known=estimate.choices(corpus))
        volume = estimate.estimate(corpus, choice, date.today())
        corpus.close()
        session.say(
            f"about {count(volume.a_week, 'item')} a week, at most {volume.most:,} (the eight weeks to {volume.until})"
        )
        try:
            queued, hours = subscribers.subscribe(
                db, address, choice, now=utc_now(), list_=list_, frequency=frequency, language=language
            )
        except TooMany as error:
            raise Stop(f"nothing was written: {error}", 1) from error
        if not queued:
            raise Stop("no confirmation email was sent: this address wants none, or has had too many today", 1)
        if hours:
            session.say(f"many confirmation emails wait for their turn: this one can take {hours} hours")
        if session.config.smtp_host:
            asyncio.run(service.send_letters(db, session.config, clock=utc_now))
            session.say("a confirmation email is on its way" if not hours else "it is sent when its turn comes")
        else:
            session.say("the confirmation email waits for an SMTP server (INFOPOLICY_SMTP_HOST)")


@click.group()
def subscribers() -> None:
    """What is stored about the people who read the digest."""


@subscribers.command("export")
@click.argument("address")
@click.pass_obj
def subscribers_export(session: Session, address: str) -> None:
    """Print everything that mail.db holds about one person, as JSON."""
    from digest.subscribers.subscribers import export as everything

    with open_mail_db(session) as db:
        click.echo(json.dumps(everything(db, address), indent=2, ensure_ascii=False))


@subscribers.command("erase")
@click.argument("address")
@click.pass_obj
def subscribers_erase(session: Session, address: str) -> None:
    """Forget one person: subscriptions, deliveries, requests. Backups made before still hold them until they are gone."""
    from digest.subscribers.subscribers import erase
    from pages.http.formatting import count

    with open_mail_db(session) as db:
        session.say(f"{count(erase(db, address), 'subscription')} forgotten")
