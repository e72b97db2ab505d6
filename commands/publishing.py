"""What follows a crawl: deriving, publishing, and the site."""

from __future__ import annotations

from contextlib import closing

import click

from commands.session import Session, plain_errors, private_files
from store.clock import utc_now


def finish(session: Session, today: str | None = None) -> None:
    """Tag, match, publish and compare whatever lacks it.

    Raises:
        FileLost: a private file is missing, empty, another one or older; nothing was changed.
    """
    with private_files(session):
        _derive_and_publish(session, today)


def _derive_and_publish(session: Session, today: str | None) -> None:
    from crawlers.status.rederive_status import outdated
    from derive.update import tagger_version, untagged
    from operations.loss import opened_staff
    from pipelines import update
    from store.connect import open_corpus

    config = session.config
    with closing(open_corpus(config.corpus)) as corpus, opened_staff(config.data) as staff:
        if outdated(corpus):
            session.tell(
                "the rules for statuses have changed: reading what is stored again, which takes minutes where that is much"
            )
        total = untagged(corpus, tagger_version())
        with session.bar("Tagging", total) as tagging, session.bar("Matching") as matching:
            done = update(
                corpus,
                staff,
                now=utc_now(),
                today=today,
                workers=config.workers,
                progress=(tagging.update, matching.update),
            )
    if done.rederived:
        session.tell(f"derived the status of {done.rederived:,} documents again: the rules have changed")
    if done.manual:
        session.say(f"took in {done.manual:,} documents that staff added or changed by hand")
    if done.ended:
        session.tell(f"{done.ended:,} bills have another status: their session ended, or moves again")
    if done.compared:
        session.tell(f"compared {done.compared:,} documents with all others")
    session.tell(f"tagged {done.tagged:,} and matched {done.matched:,} documents that lacked it")


@click.command()
@click.option("--all", "everything", is_flag=True, help="Derive everything again, not only what lacks it.")
@click.pass_obj
def rebuild(session: Session, everything: bool) -> None:
    """Tag and match every document that lacks its current text, rules or model; then publish.

    What governments published and what people decided is never touched. --all forgets the tags and matches first, and
    builds the search index again.
    """
    from comparison.update import forget as forget_comparison
    from derive.update import forget
    from store.connect import open_corpus
    from store.data_folder import only_writer

    with plain_errors(), only_writer(session.config.data), private_files(session):
        if everything:
            corpus = open_corpus(session.config.corpus)
            forget(corpus)
            forget_comparison(corpus)
            corpus.close()
        finish(session)


@click.command()
@click.pass_obj
def publish(session: Session) -> None:
    """Bring areas, positions, counts and listings that the site shows up to date."""
    import pipelines
    from operations.loss import opened_staff
    from store.connect import open_corpus
    from store.data_folder import only_writer

    config = session.config
    with (
        plain_errors(),
        only_writer(config.data),
        private_files(session),
        closing(open_corpus(config.corpus)) as corpus,
        opened_staff(config.data) as staff,
    ):
        pipelines.publish(corpus, staff, utc_now())
    session.tell("published")


@click.command()
@click.option("--host", help="Address to listen on. [default: the setting, 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on. [default: the setting, 8001]")
@click.pass_obj
def serve(session: Session, host: str | None, port: int | None) -> None:
    """Show the site. Datasette is given the public file alone; stop with Ctrl-C.

    The staff pages under /desk open when INFOPOLICY_SECRET holds a fixed secret: docs/desk.md.
    """
    import serve as site
    from operations import sqlite_version
    from operations.loss import losses

    config = session.config
    with plain_errors():
        for words in sqlite_version.warnings():
            session.caution(words)
        for words in losses(config.data):
            session.caution(f"{words} Until then the pages that need this file stay closed.")
        if not site.fixed_secret():
            session.begin("The staff pages are closed: INFOPOLICY_SECRET is not set (docs/desk.md)")
        here = f"The site is on http://{host or config.host}:{port or config.port}/ (stop it with Ctrl-C)"
        named = config.site if config.site != type(config).site else None
        site.run(
            config.corpus,
            host or config.host,
            port or config.port,
            notice=config.notice,
            mail=config,
            desk=config,
            address=named,
            started=lambda: session.begin(here),
        )
