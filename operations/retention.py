"""Delete what need not stay forever: old answers and rejects in ops.db, counters of attempts in staff.db, partners.db and
mail.db, and old backups.

Never deleted: anything in corpus.db (first sightings cannot be crawled again) and every table that people made
(operations.human_data_export).
"""

from __future__ import annotations

import json
import logging
import re
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from operations.human_data_export import private_file
from settings import Configuration
from store.clock import ago
from store.data_folder import MANIFEST

log = logging.getLogger("infopolicy.backup")
#: Days that ended sessions and requests for email stay.
ENDED_DAYS = 30
TRIES_DAYS = 1
#: Databases that older backups need not hold.
MADE_AGAIN = ("corpus.db", "ops.db")
#: The folder name of a backup: its time, and a number where two have the same second. Other folders are not touched.
_BACKUP = re.compile(r"(\d{8}T\d{6}Z)(-\d+)?")


def prune(config: Configuration, *, now: str, dry_run: bool = False) -> dict[str, int]:
    """Delete what is older than the settings permit. Return how many rows of each kind (with `dry_run`, would be).

    Raises:
        sqlite3.Error: a database cannot be written; what was deleted until then is gone.
    """
    done = {}
    for path, what, query, values in _steps(config, now):
        if path.exists():
            done[what] = _run(path, query, values, dry_run)
    return done


def _steps(config: Configuration, now: str) -> list[tuple[Path, str, str, Sequence[str]]]:
    rejects, answers = ago(now, days=config.keep_rejects_days), ago(now, days=config.keep_answers_days)
    ended, tries = ago(now, days=ENDED_DAYS), ago(now, days=TRIES_DAYS)
    return [
        # The newest reject of an address stays, without its body, so that a known unreadable address is not news again.
        (
            config.ops,
            "rejects of which a newer one is kept",
            "delete from rejects where rejected_at < ? and exists (select 1 from rejects n where n.source = rejects.source "
            "and n.url = rejects.url and n.id > rejects.id)",
            [rejects],
        ),
        (
            config.ops,
            "bodies of rejects",
            "update rejects set body = null where rejected_at < ? and body is not null",
            [rejects],
        ),
        (config.ops, "answers kept for asking what changed", "delete from responses where stored_at < ?", [answers]),
        (config.ops, "days of budgets", "delete from budgets where day < ?", [ended[:10]]),
        (config.staff, "sessions that have ended", "delete from sessions where expires_at < ?", [ended]),
        (config.staff, "tries of a password", "delete from attempts where tried_at < ?", [tries]),
        (config.partners, "sessions of partners that have ended", "delete from sessions where expires_at < ?", [ended]),
        (config.partners, "tries of a partner's password", "delete from attempts where tried_at < ?", [tries]),
        (config.mail, "requests for mail", "delete from requests where asked_at < ?", [ended]),
    ]


def _run(path: Path, query: str, values: Sequence[str], dry_run: bool) -> int:
    with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as db:
        try:
            db.execute("begin immediate")
            count = db.execute(query, values).rowcount
            db.execute("rollback" if dry_run else "commit")
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):  # nobody has used the desk yet
                return 0
            raise
    return count


def backups(home: Path, *, now: str) -> list[Path]:
    """Return the folders of backups made up to now, the newest last.

    A backup from the future was made while the clock was wrong. It would count as the newest for years, so it is ignored.
    """
    found = [path for path in home.glob("*") if _BACKUP.fullmatch(path.name) and path.is_dir()]
    return sorted(path for path in found if path.name[:16] <= plain(now))


def newest_backup(home: Path, *, now: str) -> Path | None:
    """Return the last complete backup made up to now."""
    whole = {manifest.parent for manifest in home.glob(f"*/{MANIFEST}")}
    return max(whole.intersection(backups(home, now=now)), default=None)


def made_at(backup: Path) -> datetime:
    """Return when a backup was made, by its name: unlike the times of its files, it survives a copy."""
    return datetime.strptime(backup.name[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def forget_backups(home: Path, *, now: str, keep: int, days: int) -> None:
    """Keep the newest backups whole, and of older ones the last of each day, without what can be collected and derived again.

    A backup with an unreadable manifest stays as it is until `days` have passed, and does not count as the last of its day.
    """
    made = backups(home, now=now)
    for cut_off in home.glob("*.part"):  # left by a kill or a power failure; one of today may be in progress
        if _BACKUP.fullmatch(cut_off.stem) and cut_off.name < plain(ago(now, days=1)):
            shutil.rmtree(cut_off)
    oldest, seen = plain(ago(now, days=days))[:8], {path.name[:8] for path in made[-keep:]}
    for path in reversed(made[:-keep]):
        day = path.name[:8]
        if day in seen or day < oldest:
            _remove(path)
            continue
        try:
            manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
            left = {name: facts for name, facts in manifest["files"].items() if name not in MADE_AGAIN}
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            log.warning("%s: stays whole, because its %s cannot be read: %s", path, MANIFEST, error)
            continue
        if left:
            _thin(path, manifest | {"files": left})
            seen.add(day)
        else:
            _remove(path)


def _thin(backup: Path, manifest: dict[str, Any]) -> None:
    """Delete what can be made again. The manifest is replaced first, so that it is true at every moment."""
    fresh = backup / (MANIFEST + ".part")
    with private_file(fresh, "w") as file:
        json.dump(manifest, file, indent=1)
    fresh.replace(backup / MANIFEST)
    for name in MADE_AGAIN:
        (backup / name).unlink(missing_ok=True)


def _remove(backup: Path) -> None:
    """Rename a backup and delete it, so that a folder with a backup's name is always whole, even when this is killed."""
    shutil.rmtree(backup.rename(backup.with_name(backup.name + ".part")))


def plain(now: str) -> str:
    """Return a timestamp as the name of a folder."""
    return now.replace(":", "").replace("-", "")
