"""What the commands and the site do with the digest: functions that take the settings and call the other modules."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from digest.delivery.claims import give_up_dead_claims
from digest.delivery.dkim import BadKey, signer
from digest.delivery.message import Letterhead, issue_message, letter, pages_in
from digest.delivery.send import Make, Sender, Server, ServerUnavailable
from digest.issues import issues
from digest.issues.compose import compose
from digest.issues.issues import Issue, IssueError, Report
from digest.issues.lines import plain
from digest.issues.recheck import recheck
from digest.issues.stances import Published, drafts
from digest.subscribers.addresses import BadAddress, address, bare
from digest.subscribers.limits import EVERYBODY_HOUR, release
from digest.subscribers.preferences import Preferences
from digest.subscribers.subscribers import get
from settings import Configuration
from store.clock import ago
from store.errors import InvalidInput

PASSWORD = "INFOPOLICY_SMTP_PASSWORD"
#: A timer comes once a day, some minutes sooner or later: an issue whose time is up so soon leaves with it, not a day later.
EARLY_HOURS = 2
#: Failed or unknown deliveries of one issue that `status` names one by one.
MOST_LISTED = 20


class NotSetUp(InvalidInput):
    """A setting that email requires is missing; the message names it."""


def letterhead(config: Configuration) -> Letterhead:
    """Return who the emails are from.

    Raises:
        NotSetUp: there is no usable address to send from.
    """
    for name, value in (("mail_from", config.mail_from), ("mail_bounces", config.mail_bounces)):
        try:
            if value or name == "mail_from":
                address(bare(value or ""))
        except BadAddress as error:
            raise NotSetUp(
                f"{name} must hold an email address, such as “Policy digest <digest@example.org>” (INFOPOLICY_{name.upper()})"
            ) from error
    bounces = bare(config.mail_bounces) if config.mail_bounces else None
    return Letterhead(site=config.site, sender=config.mail_from or "", bounces=bounces, postal=config.mail_postal)


def server(config: Configuration) -> Server:
    """Return the server that sends our emails; its password comes from the environment only.

    Raises:
        NotSetUp: no server is named.
    """
    if not config.smtp_host:
        raise NotSetUp("smtp_host names no server to send with (INFOPOLICY_SMTP_HOST); --dry-run needs none")
    return Server(
        host=config.smtp_host,
        port=config.smtp_port,
        security=config.smtp_security,
        user=config.smtp_user,
        password=os.environ.get(PASSWORD) if config.smtp_user else None,
        rate=config.mail_rate,
    )


def signature(config: Configuration, head: Letterhead) -> Callable[[bytes], bytes]:
    """Return the function that signs emails (DKIM). Without a key, the server signs them, or they stay unsigned.

    Raises:
        NotSetUp: the key or its selector is missing or cannot be used.
    """
    if not config.dkim_file and not config.dkim_selector:
        return bytes
    if not config.dkim_file or not config.dkim_selector:
        raise NotSetUp("dkim_file and dkim_selector go together (INFOPOLICY_DKIM_FILE, INFOPOLICY_DKIM_SELECTOR)")
    try:
        return signer(Path(config.dkim_file), config.dkim_selector, head.domain)
    except BadKey as error:
        raise NotSetUp(str(error)) from error


def corpus(path: Path) -> sqlite3.Connection:
    """corpus.db, read-only.

    Raises:
        IssueError: it is not there yet.
    """
    if not path.exists():
        raise IssueError(f"{path}: does not exist yet; collect something first: infopolicy crawl")
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)


def prepare(
    db: Database, config: Configuration, *, list_: str, frequency: str, now: str, day: Any, report: Report = ()
) -> Issue:
    """Freeze an issue; see issues.prepare. A weekly one waits for its editor as long as the setting `digest_hours` says."""
    leaves_at = ago(now, hours=-config.digest_hours) if frequency == "weekly" and config.digest_hours else None
    with closing(corpus(config.corpus)) as source:
        found = _drafts(config.staff) if list_ == "staff" else []
        return issues.prepare(
            *(db, source),
            list_=list_,
            frequency=frequency,
            now=now,
            day=day,
            drafts=found,
            leaves_at=leaves_at,
            report=report,
        )


def waiting_draft(db: Database, list_: str, frequency: str) -> Issue | None:
    """The oldest issue that waits for its editor, or whose time is over: no newer one is prepared before it has left."""
    row = db.execute(
        "select id from digests where list = ? and frequency = ? and state = 'draft' and leaves_at is not null "
        "order by prepared_at limit 1",
        [list_, frequency],
    ).fetchone()
    return issues.load(db, row[0]) if row else None


def waits_for_editor(issue: Issue, now: str) -> bool:
    """Whether an editor may still change an issue, so that no timer sends it yet."""
    return issue.state == "draft" and issue.leaves_at is not None and now < ago(issue.leaves_at, hours=EARLY_HOURS)


def contents(issue: Issue) -> list[str]:
    """The items of an issue, one line each: what the editor made of it, its documents, its title."""
    lines = []
    for entry in sorted(issue.entries, key=lambda each: (each["hidden"], each["picked"] is None, each["picked"] or 0)):
        mark = "hidden" if entry["hidden"] else str(entry["picked"]) if entry["picked"] else ""
        mark += " priority" if entry["must_see"] else ""
        lines.append(f"{mark:16} {entry['documents'][0]['id']:24} {plain(entry['documents'][0]['title'])[:90]}")
    return lines


def _drafts(staff: Path) -> list[Published]:
    """Return the stances that staff have proposed and not published; none where the desk has never been used."""
    if not staff.exists():
        return []
    with closing(sqlite3.connect(f"{staff.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as db:
        used = db.execute("select 1 from sqlite_master where name = 'current_drafts'").fetchone()
        return list(drafts(db)) if used else []


def has_readers(db: Database, list_: str, frequency: str) -> bool:
    """Whether a list has subscribers at this frequency."""
    return bool(issues.subscribed(db, list_, frequency))


def issue_maker(db: Database, issue: Issue, head: Letterhead, clock: Callable[[], str]) -> Make:
    def make(row: dict[str, Any], person: Any) -> Any:
        return issue_message(db, issue, person, head, since=row["since"], now=clock())

    return make


def letter_maker(db: Database, head: Letterhead, clock: Callable[[], str]) -> Make:
    def make(row: dict[str, Any], person: Any) -> Any:
        mail = letter(db, row["digest_id"], person, head, now=clock())
        return (mail, 1) if mail else None

    return make


def send_issue(
    db: Database,
    config: Configuration,
    key: str,
    *,
    clock: Callable[[], str],
    patience: float = 0,
    report: Callable[[Issue], Report] | None = None,
) -> Counter[str]:
    """Release an issue, without what staff took back since it was prepared, and send its waiting deliveries.

    Args:
        report: what the office did, as it is known now; only a weekly issue to staff holds it.

    Raises:
        IssueError, NotSetUp, ServerUnavailable.
    """
    issue = issues.load(db, key)
    head, host = letterhead(config), server(config)
    dead = give_up_dead_claims(db, clock())
    if issue.state == "draft":
        with closing(corpus(config.corpus)) as source:
            recheck(db, source, key, _drafts(config.staff) if issue.list == "staff" else ())
        if report is not None:
            issues.write_report(db, issue, report(issue))
        issue = issues.load(db, key)
    issues.release(db, issue, now=clock())
    issue = issues.load(db, key)
    sender = Sender(
        db=db,
        server=host,
        envelope=head.envelope,
        make=issue_maker(db, issue, head, clock),
        clock=clock,
        sign=signature(config, head),
    )
    done = asyncio.run(sender.send(key, patience=patience))
    done["unknown"] += dead
    return done


async def send_letters(
    db: Database, config: Configuration, *, clock: Callable[[], str], host: Server | None = None
) -> Counter[str]:
    """Send the waiting confirmation emails.

    Raises:
        NotSetUp, ServerUnavailable.
    """
    head, dead = letterhead(config), give_up_dead_claims(db, clock())
    sender = Sender(
        db=db,
        server=host or server(config),
        envelope=head.envelope,
        make=letter_maker(db, head, clock),
        clock=clock,
        sign=signature(config, head),
    )
    release(db, clock())
    waiting = db.execute(
        "select distinct digest_id from deliveries where state in ('queued', 'retry') "
        "and (digest_id like 'confirm-%' or digest_id like 'known-%') order by digest_id"
    ).fetchall()
    for (key,) in waiting:
        await sender.send(key)
    sender.done["unknown"] += dead
    return sender.done


def dry_run(db: Database, config: Configuration, key: str, folder: Path, *, now: str) -> int:
    """Write each person's email as an .eml file, readable by the owner only; nothing is sent, claimed or released."""
    issue = issues.load(db, key)
    head = letterhead(config)
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for row in issues.subscribed(db, issue.list, issue.frequency):
        person = get(db, row["id"])
        since = min(issues.told(db, row), issue.through)
        made = person and issue_message(db, issue, person, head, since=since, now=now)
        if made:
            path = folder / f"{key}-{row['id']}.eml"
            with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
                file.write(made[0].as_bytes())
            written += 1
    return written


def preview(db: Database, config: Configuration, key: str, *, language: str, areas: tuple[str, ...]) -> str:
    """Return the issue as HTML, as a reader of these areas (without any, all areas) gets it.

    Raises:
        IssueError: no such issue, or nothing in it for these areas.
    """
    issue = issues.load(db, key)
    links = {"manage": config.site, "leave": config.site, "postal": config.mail_postal or ""}
    made = compose(
        issue,
        Preferences(areas=areas),
        language,
        site=pages_in(config.site, language),
        since=issue.news_since,
        links=links,
    )
    if made is None:
        raise IssueError(f"{key} tells nothing new to a reader of these areas: no mail would go out")
    return made[1]


def status(db: Database, *, now: str) -> tuple[list[str], list[str]]:
    """Return (state lines, problems for a person), one sentence each, without addresses."""
    give_up_dead_claims(db, now)
    lines = []
    for list_, frequency, state, number in db.execute(
        "select list, frequency, state, count(*) from subscribers where state != 'left' group by 1, 2, 3 order by 1, 2, 3"
    ):
        lines.append(f"{list_} {frequency}: {number:,} {state}")
    lines = lines or ["nobody has subscribed yet"]
    held = db.execute("select count(*) from deliveries where state = 'held'").fetchone()[0]
    if held:
        lines.append(f"{held:,} letters to confirm wait for their turn: at most {EVERYBODY_HOUR} leave in an hour")
    for row in db.query("select * from digests order by prepared_at desc limit 10"):
        states = db.execute(
            "select state, count(*) from deliveries where digest_id = ? group by 1 order by 1", [row["id"]]
        ).fetchall()
        lines.append(
            f"{row['id']}: {row['state']}; " + (", ".join(f"{n:,} {state}" for state, n in states) or "nobody yet")
        )
    if not db.execute("select 1 from digests").fetchone():
        lines.append("no issue has been prepared yet (infopolicy digest prepare)")
    return lines, _problems(db)


def _problems(db: Database) -> list[str]:
    """Deliveries that failed or have an unknown fate: each by itself, or their number where an issue has many."""
    said = []
    counted = "select digest_id, state, count(*) from deliveries where state in ('unknown', 'failed') group by 1, 2"
    for key, state, number in db.execute(counted).fetchall():
        if number > MOST_LISTED:
            do = f": infopolicy digest settle {key} --all --dry-run" if state == "unknown" else ""
            said.append(f"{key}: {number:,} subscribers: {state}{do}")
            continue
        sql = "select subscriber_id, error from deliveries where digest_id = ? and state = ? order by subscriber_id"
        said += [f"{key}, subscriber {each}: {state}: {error}" for each, error in db.execute(sql, [key, state])]
    return said


__all__ = ["IssueError", "NotSetUp", "ServerUnavailable"]
