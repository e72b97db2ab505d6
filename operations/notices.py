"""Notices to the people of the office: what the desk knows of, sent by the delivery of the digest."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from functools import partial

from sqlite_utils import Database

from desk.accounts import accounts
from desk.queue import notices as desk_notices
from desk.queue.notices import Notice
from digest import service
from digest.alerts.channels import NOTICES, channels_of
from digest.delivery import notices
from digest.delivery.claims import give_up_dead_claims
from digest.delivery.notices import EMAIL, People, Person
from digest.delivery.send import Sender
from digest.subscribers.estimate import choices
from settings import Configuration
from store.connect import open_staff


def read(config: Configuration, *, today: datetime.date, morning: bool) -> tuple[list[Notice], People]:
    """What there is to tell now, and to whom; what people want in the morning only with `morning`."""
    if not config.staff.exists() or not config.corpus.exists():
        return [], {}
    with closing(open_staff(config.staff, config.corpus)) as db:
        found = desk_notices.waiting(db, today=today)
        people = {
            each.id: Person(each.id, desk_notices.choice_of(db, each.id).way, each.email)
            for each in accounts.all_accounts(db)
            if each.disabled_at is None
        }
    return [each for each in found if morning or each.pace == "at-once"], people


def send(
    db: Database, config: Configuration, *, today: datetime.date, morning: bool, clock: Callable[[], str]
) -> Counter[str]:
    """Queue what is new and send all that waits; returns state -> number of messages.

    Args:
        db: mail.db.

    Raises:
        NotSetUp: somebody chose email and no server is set up. ServerUnavailable. BadChannel: alerts.yml is wrong.
    """
    dead = give_up_dead_claims(db, clock())
    found, people = read(config, today=today, morning=morning)
    notices.queue(db, found, now=clock())
    done: Counter[str] = Counter()
    ways = {each.way for each in people.values()} - {""}
    if ways - {EMAIL}:
        with closing(service.corpus(config.corpus)) as corpus:
            channels = [each for each in channels_of(config.data, choices(corpus)) if NOTICES in each.topics]
        done += notices.send_to_channels(db, channels, people, site=config.site, clock=clock)
    if EMAIL in ways:
        head = service.letterhead(config)
        start = partial(
            Sender,
            db=db,
            server=service.server(config),
            envelope=head.envelope,
            clock=clock,
            sign=service.signature(config, head),
        )
        done += notices.send_emails(db, start, people, head, clock)
    done["unknown"] += dead
    return done
