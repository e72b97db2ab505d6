"""The state of the data: what is stored, how each source is doing, and what needs a person."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from crawlers.completeness.first_load import first_load
from crawlers.completeness.health import Health, health
from crawlers.sources import load_sources
from digest.delivery.claims import nobody_sends
from operations import integrity
from operations.health import full_disk
from operations.loss import losses
from operations.retention import made_at, newest_backup
from operations.webhooks import FILE
from settings import Configuration
from store.connect import read_only
from store.constants import ANY_AREA, TAGGED
from store.data_folder import is_written, present, unreadable
from store.errors import InvalidInput

#: How many sessions of a source that came short are named; the JSON has all of them.
NAMED = 4


def status(config: Configuration, now: str) -> dict[str, Any]:
    """Return what is stored and the state of each source at a UTC time, ready for JSON; `warnings` is empty when all is well.

    Documents are counted as the lists of the site count them, without what is too doubtful to show.

    Raises:
        OperationError: there is no corpus yet.
    """
    with closing(read_only(config.corpus)) as db:
        one = lambda sql: db.execute(sql).fetchone()[0]  # noqa: E731
        # Whether a process writes is asked first: one that ends in between has written how it ended.
        sources = health(db, now, crawling=is_written(config.data))
        broken = _broken(config)
        whole = integrity.last(config.data, "corpus.db")
        backup = newest_backup(config.data / "backups", now=now)
        late = _late(config, backup, now)
        full = _full(config)
        unsure = _unsure_mails(config.mail)
        receivers = _failing_webhooks(config, db)
        return {
            "data": str(config.data),
            "documents": one("select count(*) from documents"),
            "tagged": one(f"select count(*) from listing where area_id = '{TAGGED}' and ceremonial = 0"),
            "untagged": one("select count(*) from documents where id not in (select document_id from taggings)"),
            "matched": one("select count(distinct document_id) from position_listing"),
            "must_see": one(f"select count(*) from listing where area_id = '{ANY_AREA}' and must_see = 1"),
            "rejects": _count(config.ops, "rejects"),
            "warnings": broken
            + full
            + late
            + unsure
            + receivers
            + [f"{each.source}: {words}" for each in sources for words in each.warnings],
            "unreadable": broken,
            "full_disk": full,
            "last_backup": backup and backup.name,
            "last_full_check": whole and whole[0],
            "late_backup": late,
            "unsure_mails": unsure,
            "failing_webhooks": receivers,
            "sources": [_plain(db, each) | {"first_load": _first_load(config, each, now)} for each in sources],
        }


def _broken(config: Configuration) -> list[str]:
    """Which files cannot be read, are lost, or were found damaged."""
    files = present(config.data)
    broken = [words for words in map(unreadable, files) if words] + losses(config.data)
    return broken + [words for words in (_known_damage(config, path.name) for path in files) if words]


def _full(config: Configuration) -> list[str]:
    """That the disk is nearly full."""
    return [f"{config.data}: {words}: make room, a crawl may fill it at any moment" for words in full_disk(config.data)]


def _late(config: Configuration, backup: Path | None, now: str) -> list[str]:
    """That the last backup is as old as a run may never be. Where none was ever made the data folder has no place for them:
    whoever tries the program, or backs up to another place, is left in peace."""
    home = config.data / "backups"
    if backup is None:
        return [f"{home}: holds no whole backup: infopolicy backup"] if home.is_dir() else []
    hours = (datetime.fromisoformat(now) - made_at(backup)).total_seconds() / 3600
    if hours <= config.stale_hours:
        return []
    return [f"{home}: the last backup was made {hours:.0f} hours ago: infopolicy backup"]


def _known_damage(config: Configuration, name: str) -> str | None:
    at, problem = integrity.last(config.data, name) or ("", None)
    return f"{problem} (found by the full check of {at}; `infopolicy check` looks again)" if problem else None


def _unsure_mails(mail: Path) -> list[str]:
    """Return a warning about emails that may have arrived or not, including those of a killed sender."""
    if not mail.exists() or unreadable(mail):
        return []
    sql = "select count(*) from deliveries where state = 'unknown' or (state = 'claimed' and ?)"
    try:
        with nobody_sends(mail) as dead, closing(read_only(mail)) as db:
            number = db.execute(sql, [dead]).fetchone()[0]
    except (OSError, sqlite3.Error):  # empty, damaged, or on a read-only disk: reported elsewhere
        return []
    return [f"{mail}: {number:,} mails may have arrived or not: infopolicy digest status"] if number else []


def _failing_webhooks(config: Configuration, corpus: sqlite3.Connection) -> list[str]:
    """Return a warning for each receiver of webhooks.yml that takes nothing, or for the file if nothing can be sent with it."""
    if not (config.data / FILE).exists() or not config.ops.exists():
        return []
    # Here and not above: they load the answers of every page, for which a status without webhooks need not wait.
    from digest.subscribers.estimate import choices
    from operations.webhooks import delivery
    from operations.webhooks.receivers import load_receivers

    try:
        receivers = load_receivers(config.data, os.environ, choices(corpus))
        with closing(read_only(config.ops)) as ops:
            return [f"webhook {words}" for words in delivery.status(Database(ops), receivers)[1]]
    except InvalidInput as error:
        return [str(error)]
    except (OSError, sqlite3.Error):  # damaged, or of a version without webhooks: reported elsewhere
        return []


def _plain(db: sqlite3.Connection, found: Health) -> dict[str, Any]:
    """A source as JSON has it. Before the first publish nothing is counted by session, so the documents are."""
    documents = (
        found.documents or db.execute("select count(*) from documents where source = ?", [found.source]).fetchone()[0]
    )
    told = {"documents": documents, "problems": [*map(str, found.problems)], "warnings": found.warnings}
    return asdict(found) | told


def _first_load(config: Configuration, found: Health, now: str) -> str | None:
    """When a source that may be asked little each day will be whole."""
    load = first_load(config.corpus, load_sources()[found.source], now[:10]) if found.last_run else None
    return str(load) if load else None


def _count(path: Path, table: str) -> int:
    if not path.exists() or unreadable(path):
        return 0
    with closing(read_only(path)) as db:
        return int(db.execute(f"select count(*) from {table}").fetchone()[0])


def warning_lines(found: dict[str, Any]) -> Iterator[str]:
    """The warnings for a terminal: of a source with many sessions that came short, the first few by name."""
    yield from found["unreadable"]
    yield from found["full_disk"] + found["late_backup"] + found["unsure_mails"] + found["failing_webhooks"]
    for each in found["sources"]:
        for words in each["problems"]:
            yield f"{each['source']}: {words}"
        short = [held for held in each["holdings"] if held["reason"]]
        for held in short[:NAMED]:
            yield f"{each['source']}: {held['jurisdiction']} {held['session']}: {held['reason']}"
        if len(short) > NAMED:
            yield f"{each['source']}: {len(short) - NAMED} more sessions like these: infopolicy status --json"


def lines(found: dict[str, Any]) -> Iterator[str]:
    """The summary for a terminal: what is stored, then a line for each source that has run."""
    yield (
        f"{found['documents']:,} documents in {found['data']}: {found['tagged']:,} carry a policy area, "
        f"{found['must_see']:,} must be seen, {found['matched']:,} touch a position, {found['untagged']:,} wait for tags"
    )
    for each in found["sources"]:
        if each["last_run"]:
            yield f"  {'!' if each['warnings'] else ' '} {each['source']}: {_in_short(each)}"
            if each.get("first_load"):
                yield f"    {each['first_load']}"
    yield f"  last backup: {found['last_backup'] or 'none in the data folder: infopolicy backup'}"
    yield f"  last full check of corpus.db: {found['last_full_check'] or 'none yet: infopolicy check'}"
    if never := [each["source"] for each in found["sources"] if not each["last_run"]]:
        yield f"    never asked: {', '.join(never)}"
    if found["rejects"]:
        yield f"  {found['rejects']:,} answers that could not be read are kept in ops.db, table rejects"


def _in_short(source: dict[str, Any]) -> str:
    told = [held for held in source["holdings"] if held["expected"] is not None]
    newest = max((held["newest_on"] or held["latest_action_on"] or "" for held in source["holdings"]), default="")
    parts = [] if load_sources()[source["source"]].people_only else [f"{source['documents']:,} documents"]
    if told:
        parts.append(
            f"{sum(held['received'] for held in told):,} of {sum(held['expected'] for held in told):,} expected came "
            f"({len(told)} {'session' if len(told) == 1 else 'sessions'})"
        )
    if newest:
        parts.append(f"newest of {newest}")
    parts.append(f"last complete run {source['last_success']}" if source["last_success"] else "never run to its end")
    return ", ".join(parts)
