"""A first look: the sample that comes with the program, as a site of its own that leaves nothing behind."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click

import settings
from commands.board import Board
from commands.publishing import finish
from commands.session import Session, Stop, plain_errors
from store.clock import utc_now

SAMPLE = settings.ROOT / "crawlers" / "sample"
NOTICE = (
    "This is the small sample that comes with the software: real numbers, names and dates, summaries written for it."
)
#: What is collected from the sample, and how each source is asked for all that it has there.
SOURCES: dict[str, dict[str, str]] = {
    "us_bills": {"congress": "all"},
    "us_federal_register": {"since": "2025-01-01", "until": "2025-12-31"},
    "us_states": {},
}
#: Settings of the caller that hold for the demo too. All others, mail above all, are of the real site and have no place here.
#: INFOPOLICY_HOST is that of a container, in which nobody from outside reaches 127.0.0.1.
KEPT = {"INFOPOLICY_CATALOG", "INFOPOLICY_PUBLISHER", "INFOPOLICY_IMPRINT", "INFOPOLICY_WORKERS", "INFOPOLICY_HOST"}
#: Seconds in which the temporary folder is removed, however slow the machine is.
REMOVAL = 120
FILE = "infopolicy.toml"
_MADE = "# Made by `infopolicy demo`.\n"
STAFF, PARTNER = "demo", "demo-partner"


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on. [default: 8001, or a free one]")
@click.option("--no-serve", is_flag=True, help="Only fill FOLDER, and do not open the site.")
@click.pass_obj
def demo(session: Session, folder: Path | None, port: int | None, no_serve: bool) -> None:
    """Open a site with the bundled sample, a guided tour, and accounts for the desk that nobody else knows.

    Without FOLDER everything goes to a temporary folder, which is removed at the end (Ctrl-C). A FOLDER that is named stays, and
    opens again at once. It uses no network and sends no email.
    """
    if no_serve and folder is None:
        raise Stop("--no-serve needs a FOLDER: a temporary one would be removed at once", 2)
    with _ended_by_signals(), plain_errors(), _place(folder) as place:
        here = Session(_configure(place, port or _free_port()), session.quiet, session.verbose)
        if not _is_filled(here.config):
            here.say("Reading the sample, which takes about half a minute…")
            _fill(here)
        if not no_serve:
            _serve(here)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Ctrl-C is how a demo ends, and SIGTERM removes the temporary folder too."""

    def end(*_: Any) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    except KeyboardInterrupt:
        click.echo("The demo has ended.", err=True)
        sys.exit(0)


@contextmanager
def _place(folder: Path | None) -> Iterator[Path]:
    """The folder of the demo: a temporary one, or the one that was named, which must be empty or an earlier demo's.

    Raises:
        Stop: there is something else in the folder that was named.
    """
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="infopolicy-demo-") as made:
            yield Path(made)
        return
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / FILE
    if not (file.exists() and file.read_text(encoding="utf-8").startswith(_MADE)) and any(folder.iterdir()):
        raise Stop(f"{folder} is not empty and was not made by a demo: name another folder", 2)
    yield folder


def _configure(folder: Path, port: int) -> settings.Configuration:
    """Write the settings of the demo to its folder, make them those of this process and of what it starts, and read them."""
    values = {
        "data": str(folder),
        "mirror": SAMPLE.as_uri(),
        "notice": NOTICE,
        "port": port,
        "site": f"http://127.0.0.1:{port}",
    }
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items()]
    (folder / FILE).write_text(_MADE + "".join(lines), encoding="utf-8")
    for name in [name for name in os.environ if name.startswith("INFOPOLICY_") and name not in KEPT]:
        del os.environ[name]
    os.environ |= {
        "INFOPOLICY_CONFIG": str(folder / FILE),
        "INFOPOLICY_SECRET": secrets.token_urlsafe(32),
        "OPENSTATES_KEY": "sample",
    }
    return settings.load()


def _free_port() -> int:
    """The usual port, or any other where that one is taken."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", settings.Configuration.port))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def _is_filled(config: settings.Configuration) -> bool:
    """Whether an earlier demo came to its end here: its last step publishes."""
    from sqlite_utils import Database

    from publish.listing import is_published
    from store.connect import read_only

    if not config.corpus.exists():
        return False
    with closing(read_only(config.corpus)) as db:
        return is_published(Database(db))


def _fill(session: Session) -> None:
    """Collect the sample, tag, match and publish it.

    Raises:
        Stop: a source of the sample failed.
    """
    from operations.crawl import crawl
    from store.data_folder import only_writer

    config, today = session.config, date.today().isoformat()
    with only_writer(config.data):
        board = Board(session, always=False)
        runs = crawl(
            config,
            list(SOURCES),
            {"today": today},
            own=SOURCES,
            tell=None if session.quiet else board.show,
            budget=False,
        )
        for run in runs:
            board.end(run)
        if failed := [f"{run.source}: {run.note or run.state}" for run in runs if run.state != "finished"]:
            raise Stop(f"the sample could not be read: {'; '.join(failed)}", 3)
        finish(session, today)


def _accounts(config: settings.Configuration) -> dict[str, str]:
    """The password of each account, chosen now: of one of staff, and one of a coalition partner."""
    from desk.accounts import accounts
    from desk.partners import partners
    from store.connect import open_partners, open_staff

    words = {name: secrets.token_urlsafe(12) for name in (STAFF, PARTNER)}
    with closing(open_staff(config.staff)) as staff, closing(open_partners(config.partners)) as others:
        for db, name in ((staff, STAFF), (others, PARTNER)):
            if found := accounts.find(db, name):
                accounts.set_password(db, found, words[name], now=utc_now())
            elif name == STAFF:
                accounts.add(db, name, role="approver", password=words[name], now=utc_now())
            else:
                partners.add_partner(db, name, "Example Partners", password=words[name], now=utc_now())
    return words


def _serve(session: Session) -> None:
    """Say where everything is, and show the site until it is stopped."""
    import serve as site

    config, words = session.config, _accounts(session.config)
    # Also with --quiet: without the passwords the desk cannot be seen.
    click.echo(f"""
The tour:     {config.site}/tour
The site:     {config.site}/
The desk:     {config.site}/desk      name {STAFF}, password {words[STAFF]}
For partners: {config.site}/partner   name {PARTNER}, password {words[PARTNER]}
Stop it with Ctrl-C.""")
    try:
        site.run(config.corpus, config.host, config.port, notice=config.notice, mail=config, desk=config)
    finally:
        # The server ends its process after ten seconds in any case (operations/server.py). The folder must be removed first.
        signal.alarm(REMOVAL)
