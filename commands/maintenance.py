"""Looking after what is stored: show, check, back up, export."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import click

from commands.session import Session, Stop, plain_errors, private_files
from store.clock import utc_now


@click.command()
@click.pass_obj
def summary(session: Session) -> None:
    """Show what is stored: documents, areas, priority documents, related positions, and what to do next."""
    from operations.summary import summary as lines

    with plain_errors():
        for line in lines(session.config.corpus):
            session.say(line)
    session.say(f"Next: {session.command('serve')} shows it in the browser, infopolicy --help lists the commands.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def status(session: Session, as_json: bool) -> None:
    """Show what needs a person, what is stored, and the state of each source. Exit code 3 if anything needs a person."""
    import operations.status
    from operations import sqlite_version

    with plain_errors():
        found = operations.status.status(session.config, utc_now())
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        # Those about SQLite are no reason for exit code 3: what is mended there is not for the operator alone to say.
        for warning in [*operations.status.warning_lines(found), *sqlite_version.warnings()]:
            click.echo(f"warning: {warning}", err=True)
        for line in operations.status.lines(found):
            session.say(line)
    if found["warnings"]:
        sys.exit(3)


@click.command()
@click.argument("backup", required=False, type=click.Path(path_type=Path))
@click.option("--live", is_flag=True, help="Ask each source one small question instead: the first thing to run.")
@click.pass_obj
def check(session: Session, backup: Path | None, live: bool) -> None:
    """Check the sources, areas and positions files, and the databases; or the folder of a BACKUP instead.

    Exit code 1 if something is wrong, 3 if a file of what people made is missing, empty, another one or older.

    With --live: is each source reached, does it take our key, does its answer have the form we read, how many requests are
    left, and how long would a first load take? It ends in under a minute and stores nothing. Exit code 3 if a source cannot
    be reached, refuses us, or has changed.
    """
    if live:
        if backup:
            raise Stop("check either a BACKUP or --live", 2)
        _check_live(session)
    from operations import checks, sqlite_version
    from operations.loss import losses
    from operations.manifest import check_backup

    with plain_errors():
        lost = [] if backup else losses(session.config.data)
        found = (
            check_backup(backup) if backup else checks.check_project() + checks.check_data(session.config, utc_now())
        )
    problems = lost + found
    for warning in sqlite_version.warnings():
        click.echo(f"warning: {warning}", err=True)
    for problem in problems:
        click.echo(problem, err=True)
    session.say(f"{len(problems)} problem{'s' * (len(problems) != 1)}" if problems else "all is in order")
    sys.exit(3 if lost else 1 if found else 0)


def _check_live(session: Session) -> None:
    from crawlers import live_check
    from operations import live, logs

    logs.keep_secrets()

    def begin(number: int) -> Callable[[int], object]:
        session.say(f"{number} requests are on their way; this takes less than a minute")
        return shown.enter_context(session.bar("asking", number, "answers")).update

    with plain_errors():
        with ExitStack() as shown:
            found = live_check.check(session.config, begin)
        live.add_stored(session.config, found, utc_now())
    for line in live.lines(found):
        session.say(line)
    bad = [each for each in found if each.state in live_check.BAD]
    for each in bad:
        session.warn(live.told(each))
        if session.quiet:
            click.echo(live.told(each), err=True)
    sys.exit(3 if bad else 0)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--offline", is_flag=True, help="Connect neither to the site nor to the SMTP server.")
@click.pass_obj
def doctor(session: Session, as_json: bool, offline: bool) -> None:
    """Say whether this deployment is safe: secret, rights, proxies, TLS, backups, versions, limits, timers, email, accounts.

    Each line is ok, a warning, or a problem, with what it means and what to do. Nothing is changed or sent, and no secret is
    shown. Run it as the service does. Exit code 3 if there is a problem.
    """
    from datetime import datetime

    from operations.doctor import report
    from operations.doctor.findings import Host

    with plain_errors():
        found = report.examine(Host(session.config, datetime.fromisoformat(utc_now()), online=not offline))
    if as_json:
        click.echo(json.dumps(report.as_json(found), indent=2))
    else:
        for line in report.lines(found):
            click.echo(line)
    sys.exit(0 if report.is_safe(found) else 3)


@click.command()
@click.argument("target", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    help="Backups that stay whole in data/backups. [default: INFOPOLICY_BACKUP_KEEP, 14]",
)
@click.option(
    "--days",
    type=click.IntRange(min=0),
    help="Days of which the last backup stays beyond those, without what can be collected again. "
    "[default: INFOPOLICY_BACKUP_DAYS, 30]",
)
@click.pass_obj
def backup(session: Session, target: Path | None, keep: int | None, days: int | None) -> None:
    """Copy every database, while in use, to TARGET or to data/backups/<time>, and check the copies.

    With the copies come what people made, as lines of JSON. The newest backups stay whole (--keep); of older ones the last
    of each day stays, with what people made alone (--days).
    """
    from operations import backup as backups

    config = session.config
    keep = config.backup_keep if keep is None else keep
    days = config.backup_days if days is None else days
    with plain_errors(), private_files(session):
        session.tell(f"backed up to {backups.backup(config, target, now=utc_now(), keep=keep, days=days)}")
    if config.backup_copy and not Path(config.backup_copy).exists():
        session.caution(
            f"INFOPOLICY_BACKUP_COPY={config.backup_copy} does not exist: there is no copy outside the data folder."
        )


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--only", multiple=True, metavar="NAME", help="Only this database, such as staff.db; may be given again.")
@click.option("--loose", is_flag=True, help="SOURCE holds copies made by other means: it has no manifest.json.")
@click.pass_obj
def restore(session: Session, source: Path, only: tuple[str, ...], loose: bool) -> None:
    """Put the backup in SOURCE in place. What is there now is kept aside; nothing is deleted.

    SOURCE is the folder of a backup. A file of lines, such as backups/decisions.jsonl, brings back staff.db alone. Stop the
    site first and start it afterwards.
    """
    from operations import backup as backups
    from store.data_folder import only_writer

    with plain_errors(), only_writer(session.config.data):
        aside, told = backups.restore(session.config, source, now=utc_now(), only=only, loose=loose)
    for words in told:
        click.echo(words, err=True)
    session.tell(
        f"restored from {source}; {f'what stood there is in {aside}' if aside else 'nothing stood there before'}"
    )


@click.command()
@click.argument("name", metavar="FILE")
@click.pass_obj
def accept(session: Session, name: str) -> None:
    """Go on with staff.db, partners.db or mail.db as it is now, though it is not the FILE that was in use here.

    Commands stop when such a file is missing, empty, another one or older than it was, and name the command that restores it.
    Only where it cannot be restored, or for a deliberate fresh start: this takes FILE as it is, and creates an empty one where
    there is none. After an empty staff.db the next publish withdraws every public decision.
    """
    from operations import loss
    from store.data_folder import only_writer

    with plain_errors(), only_writer(session.config.data):
        loss.accept(session.config.data, name)
    session.tell(f"{session.config.data / name}: accepted as it is")


@click.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def snapshot(session: Session, target: Path) -> None:
    """Write the public database as it is now to TARGET, for a machine that only shows the site.

    Nothing private goes with it. TARGET appears whole or not at all, also where an older one is in its place.
    """
    from operations import snapshot as snapshots

    with plain_errors():
        size = snapshots.snapshot(session.config, target)
    session.say(f"{target}: {size / 1e6:,.1f} MB")


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@click.pass_obj
def prune(session: Session, dry_run: bool) -> None:
    """Remove what need not be kept: old answers, bodies of what could not be read, sessions that have ended.

    How long is a setting (docs/settings.md). Documents, changes, runs and what people made are never removed. `infopolicy run`
    does this once it has collected.
    """
    from operations import retention
    from store.data_folder import only_writer

    with plain_errors(), only_writer(session.config.data), private_files(session):
        done = retention.prune(session.config, now=utc_now(), dry_run=dry_run)
    for what, count in done.items():
        if count:
            session.tell(f"{'would remove' if dry_run else 'removed'} {count:,} {what}")
    if not any(done.values()):
        session.say("nothing is old enough")


@click.command()
@click.option("--area", help="Only documents of this policy area.")
@click.option("--format", "kind", type=click.Choice(["csv", "jsonl", "xlsx"]), default="csv", show_default=True)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="File to write, or folder with --all. [default: standard output, or data/dumps]",
)
@click.option("--all", "everything", is_flag=True, help="Every public table, as Parquet files in a data package.")
@click.pass_obj
def export(session: Session, area: str | None, kind: str, output: Path | None, everything: bool) -> None:
    """Write the tagged documents, one row for each, with their areas and positions.

    With --all: every table that the site shows, as Parquet files with a description of each column, checksums, and a datasheet,
    in a new folder of data/dumps, to which `latest` leads. The site offers it under /dumps.
    """
    if everything:
        if area or kind != "csv":
            raise Stop("--all writes every table as Parquet: it goes with --output only", 2)
        _dump(session, output)
        return
    from operations import exports

    if output and output.is_dir():
        raise Stop(f"{output} is a folder: name a file", 2)
    if kind == "xlsx" and output is None:
        raise Stop("an Excel file needs a place to go: add --output FILE.xlsx", 2)
    with plain_errors():
        rows = exports.export(session.config.corpus, area=area, kind=kind, output=output)
    if output:
        session.say(f"{rows:,} documents written to {output}")


def _dump(session: Session, home: Path | None) -> None:
    from operations.dumps.dump import dump

    with plain_errors(), session.bar("Writing tables") as bar:

        def tell(table: str) -> None:
            bar.set_postfix_str(table)
            bar.update()

        done = dump(session.config, home, now=utc_now(), tell=tell)
    session.tell(f"{done.folder}: {done.tables} tables, {done.rows:,} rows, {done.bytes / 1e6:,.1f} MB")
