"""What the commands about the digest and its subscribers share: mail.db, and options."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from commands.session import Session, Stop, plain_errors, private_files

LIST = click.option(
    "--list", "list_", type=click.Choice(["public", "partners", "staff"]), default="public", show_default=True
)
FREQUENCIES = click.Choice(["weekly", "daily", "at-once"])
FREQUENCY = click.option("--frequency", type=FREQUENCIES, default="weekly", show_default=True)
LANGUAGE = click.option("--language", type=click.Choice(["en", "es"]), default="en", show_default=True)


@contextmanager
def open_mail_db(session: Session, *others: str) -> Iterator[Any]:
    """Open mail.db, and turn every error of email into one sentence; `others` are private files that are needed too."""
    from digest import service
    from store.connect import open_mail

    with plain_errors(), private_files(session, "mail.db", *others):
        db = open_mail(session.config.mail)
        try:
            yield db
        except service.ServerUnavailable as error:
            raise Stop(f"{str(error).rstrip('.')}. What waits, waits: run the command again.", 3) from error
        finally:
            db.close()
