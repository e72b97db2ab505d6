"""Who reads the digest."""

from __future__ import annotations

import json
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
@click.option("--document", "documents", multiple=True, help="Also everything that happens to this document.")
@FREQUENCY
@LANGUAGE
@LIST
@click.pass_obj
def subscribe(session: Session, address: str, frequency: str, language: str, list_: str, **chosen: Any) -> None:
    """Ask for the digest for ADDRESS: says how much mail it means and sends the letter that asks to confirm.

    \b
    infopolicy subscribe reader@example.org --area privacy --area broadband
    """
    import asyncio

    from digest import service
    from digest.subscribers import estimate, subscribers
    from digest.subscribers.limits import TooMany
    from digest.subscribers.preferences import preferences

    with open_mail_db(session) as db:
        corpus = service.corpus(session.config.corpus)
        choice = preferences(**chosen, known=estimate.choices(corpus))
        volume = estimate.estimate(corpus, choice, date.today())
        corpus.close()
        session.say(
            f"about {volume.a_week:,} items a week, at most {volume.most:,} (the eight weeks to {volume.until})"
        )
        try:
            queued, hours = subscribers.subscribe(
                db, address, choice, now=utc_now(), list_=list_, frequency=frequency, language=language
            )
        except TooMany as error:
            raise Stop(f"nothing was written: {error}", 1) from error
        if not queued:
            raise Stop(
                "no letter was written: the address is not to be written to, or was asked for too often today", 1
            )
        if hours:
            session.say(f"many letters wait for their turn: this one can take {hours} hours")
        if session.config.smtp_host:
            asyncio.run(service.send_letters(db, session.config, clock=utc_now))
            session.say(
                "a letter that asks to confirm is on its way" if not hours else "it is sent when its turn comes"
            )
        else:
            session.say("the letter that asks to confirm waits for a mail server (INFOPOLICY_SMTP_HOST)")


@click.group()
def subscribers() -> None:
    """What is held of the people who read the digest."""


@subscribers.command("export")
@click.argument("address")
@click.pass_obj
def subscribers_export(session: Session, address: str) -> None:
    """Everything mail.db holds of one person, as JSON."""
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
