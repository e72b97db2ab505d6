"""The digest: prepare an issue, edit it, send it, and settle what may have arrived."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from commands.mail import FREQUENCIES, FREQUENCY, LANGUAGE, LIST, open_mail_db
from commands.session import DAY, Session, Stop
from store.clock import utc_now

PATIENCE = click.option(
    "--patience",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Minutes to wait for emails that the server wants again later.",
)


@click.group()
def digest() -> None:
    """The digest: prepare an issue, write a note, look at it, send it."""


@digest.command("prepare")
@LIST
@FREQUENCY
@click.option("--day", type=DAY, help="The day of the issue. [default: today]")
@click.pass_obj
def digest_prepare(session: Session, list_: str, frequency: str, day: Any) -> None:
    """Freeze the issue of this week, day or minute; a second call gives the same one. Prints its id."""
    from digest import service
    from pages.http.formatting import count

    drafts = ("staff.db",) if list_ == "staff" else ()
    with open_mail_db(session, *drafts) as db:
        issue = service.prepare(
            *(db, session.config),
            list_=list_,
            frequency=frequency,
            now=utc_now(),
            day=(on := day.date() if day else date.today()),
            report=_report(session, list_, frequency, on),
        )
        click.echo(issue.id)
        entries = count(len(issue.entries), "entry", "entries")
        session.say(f"{entries}; look at it with: infopolicy digest preview {issue.id}")


def _report(session: Session, list_: str, frequency: str, day: date) -> Any:
    """What the office did in the week before an issue to staff; nothing for other issues."""
    if (list_, frequency) != ("staff", "weekly"):
        return ()
    from operations.leadership import report

    return report(session.config, day)


def _send(session: Session, db: Any, key: str, patience: int) -> Counter[str]:
    from digest import service

    return service.send_issue(
        *(db, session.config, key),
        clock=utc_now,
        patience=patience * 60,
        report=lambda issue: _report(session, issue.list, issue.frequency, issue.day),
    )


@digest.command("note")
@click.argument("issue")
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@click.pass_obj
def digest_note(session: Session, issue: str, file: Any) -> None:
    """Put the editor's note (FILE or standard input; a blank line ends a paragraph) on top of an issue not yet sent."""
    from digest.issues.editing import write_note

    with open_mail_db(session) as db:
        write_note(db, issue, file.read())
    session.say(f"the note is on {issue}")


@digest.command("edit")
@click.argument("issue")
@click.option("--first", multiple=True, help="Put the item with this document first; several come in the order given.")
@click.option("--hide", multiple=True, help="Leave out the item with this document; may be repeated.")
@click.option("--restore", multiple=True, help="Give the item with this document its own place back; may be repeated.")
@click.pass_obj
def digest_edit(
    session: Session, issue: str, first: tuple[str, ...], hide: tuple[str, ...], restore: tuple[str, ...]
) -> None:
    """Choose what comes first in an issue not yet sent and what stays out, then list its items."""
    from digest import service
    from digest.issues.editing import edit
    from digest.issues.issues import load

    with open_mail_db(session) as db:
        if first or hide or restore:
            edit(db, issue, now=utc_now(), first=first, hide=hide, restore=restore)
        found = load(db, issue)
    for line in service.contents(found):
        click.echo(line)
    if found.state == "draft" and found.leaves_at:
        session.say(f"infopolicy digest deliver weekly sends it from {found.leaves_at} on; digest send, at once")


@digest.command("preview")
@click.argument("issue")
@click.option("--area", "areas", multiple=True, help="As a reader of this area gets it; may be repeated.")
@LANGUAGE
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write it here and open no browser.")
@click.pass_obj
def digest_preview(session: Session, issue: str, areas: tuple[str, ...], language: str, output: Path | None) -> None:
    """Open an issue in the browser as its readers will get it."""
    import webbrowser

    from digest import service

    with open_mail_db(session) as db:
        page = service.preview(db, session.config, issue, language=language, areas=areas)
        path = output or session.config.data / f"preview-{issue}.html"
        path.write_text(page, encoding="utf-8")
    session.say(f"written to {path}")
    if output is None:
        webbrowser.open(path.absolute().as_uri())


def _in_words(done: Counter[str]) -> str:
    return ", ".join(f"{number:,} {state}" for state, number in sorted(done.items()) if number) or "nothing waits"


def _exit_with(done: Counter[str]) -> None:
    """End with exit code 3 when an email needs a person."""
    if done["unknown"] or done["failed"]:
        sys.exit(3)


@digest.command("send")
@click.argument("issue")
@click.option(
    "--dry-run", type=click.Path(path_type=Path, file_okay=False), help="Write .eml files here, send nothing."
)
@PATIENCE
@click.pass_obj
def digest_send(session: Session, issue: str, dry_run: Path | None, patience: int) -> None:
    """Send an issue to everybody whose turn it is. Safe to run again: nobody gets it twice.

    Exit code 3 when an email needs a person: infopolicy digest status names it.
    """
    from digest import service
    from pages.http.formatting import count

    report = (
        ("staff.db",) if issue.startswith("staff-") else ()
    )  # the head of an issue to staff says what the office did
    with open_mail_db(session, *report) as db:
        if dry_run:
            written = service.dry_run(db, session.config, issue, dry_run, now=utc_now())
            session.say(f"{count(written, 'email')} written to {dry_run}")
            return
        done = _send(session, db, issue, patience)
    session.say(_in_words(done))
    _exit_with(done)


@digest.command("deliver")
@click.argument("frequency", type=FREQUENCIES)
@PATIENCE
@click.pass_obj
def digest_deliver(session: Session, frequency: str, patience: int) -> None:
    """Prepare and send the issues of every list, for a timer: daily ones, those at once after each run, and weekly ones,
    which wait for their editor first (digest_hours).

    Exit code 3 when an email needs a person: infopolicy digest status names it.
    """
    from digest import service
    from digest.subscribers.preferences import LISTS

    all_done = Counter[str]()
    with open_mail_db(session, "staff.db") as db:  # the staff list shows drafts
        for list_ in LISTS:
            if not service.has_readers(db, list_, frequency):
                continue
            issue = service.waiting_draft(db, list_, frequency) or service.prepare(
                *(db, session.config),
                list_=list_,
                frequency=frequency,
                now=utc_now(),
                day=date.today(),
                report=_report(session, list_, frequency, date.today()),
            )
            if service.waits_for_editor(issue, utc_now()):
                session.say(f"{issue.id} waits for its editor until {issue.leaves_at}")
                continue
            done = _send(session, db, issue.id, patience)
            session.say(f"{issue.id}: {_in_words(done)}")
            all_done += done
    _exit_with(all_done)


@digest.command("letters")
@click.pass_obj
def digest_letters(session: Session) -> None:
    """Send the confirmation emails that could not leave at once. For a timer, every few minutes.

    Exit code 3 when an email needs a person: infopolicy digest status names it.
    """
    import asyncio

    from digest import service

    with open_mail_db(session) as db:
        done = asyncio.run(service.send_letters(db, session.config, clock=utc_now))
    session.say(_in_words(done))
    _exit_with(done)


@digest.command("status")
@click.pass_obj
def digest_status(session: Session) -> None:
    """Count readers and issues, and list the emails of which nobody knows whether they arrived. Exit code 3 if any."""
    from digest import service

    with open_mail_db(session) as db:
        lines, problems = service.status(db, now=utc_now())
    for line in lines:
        session.say(line)
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(3 if problems else 0)


@digest.command("settle")
@click.argument("issue", required=False)
@click.argument("subscriber", required=False)
@click.option("--arrived/--not-arrived", required=True, default=None, help="Whether the email arrived.")
@click.option("--all", "everybody", is_flag=True, help="All of ISSUE, in place of one SUBSCRIBER.")
@click.option("--day", type=DAY, help="All that were begun on this day (UTC), of ISSUE or of every issue.")
@click.option("--dry-run", is_flag=True, help="Say how many there are of each issue, and record nothing.")
@click.pass_obj
def digest_settle(
    session: Session,
    issue: str | None,
    subscriber: str | None,
    arrived: bool,
    everybody: bool,
    day: datetime | None,
    dry_run: bool,
) -> None:
    """Say what became of emails whose fate is unknown: of one, of a whole issue, or of a day.

    What did not arrive is sent by the next `digest send ISSUE`, `digest letters` or `notices`.

    \b
    infopolicy digest settle public-weekly-2026-w49 4f1c --arrived
    infopolicy digest settle public-weekly-2026-w49 --all --not-arrived --dry-run
    infopolicy digest settle --day 2026-12-03 --not-arrived
    """
    from digest.delivery.claims import settle, unknown
    from store.connect import writing

    if (subscriber is not None and (everybody or day)) or (subscriber is None and not ((issue and everybody) or day)):
        raise Stop("name an ISSUE and a SUBSCRIBER, or an ISSUE with --all, or a --day", 2)
    on = day.date().isoformat() if day else None
    with open_mail_db(session) as db, writing(db):
        found = unknown(db, issue, subscriber, day=on)
        if not dry_run:
            settle(db, issue, subscriber, arrived=arrived, day=on)
    if not found:
        raise Stop("there is no such email whose fate is unknown: see infopolicy digest status", 2)
    outcome = "arrived" if arrived else "not arrived, to be sent again"
    for key, number in found.items():
        session.say(f"{key}: {number:,} {'would be recorded' if dry_run else 'recorded'} as {outcome}")


@digest.command("bounces")
@click.argument("mailbox", type=click.Path(path_type=Path))
@click.pass_obj
def digest_bounces(session: Session, mailbox: Path) -> None:
    """Read bounce reports from an mbox file or a Maildir folder, and send nothing more to those addresses."""
    from digest.delivery.bounces import read_bounces

    with open_mail_db(session) as db:
        done = read_bounces(db, mailbox, now=utc_now())
    session.say(
        f"{done.permanent:,} came back for good, {done.passing:,} for now, {done.other:,} are no reports of ours"
    )
