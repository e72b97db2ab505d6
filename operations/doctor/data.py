"""Is the data safe: rights and owners, the disk, each database, backups and where their copies are."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from operations import status
from operations.doctor.findings import Finding, Host, ok, problem, warning
from operations.health import LEAST_FREE
from operations.loss import PRIVATE, losses
from operations.manifest import check_backup
from operations.retention import made_at, newest_backup
from store.data_folder import present, unreadable
from store.errors import OperationError

#: File systems on which SQLite's locks and write-ahead log do not work, or which are gone after a restart.
REMOTE = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "glusterfs", "lustre", "fuse.")
PASSING = ("tmpfs", "ramfs", "overlay")


def folder(host: Host) -> Iterator[Finding]:
    """The data folder belongs to the user of the service, and nobody else can look into it."""
    place = host.config.data
    if not place.is_dir():
        yield problem(
            "data folder",
            f"{place} does not exist.",
            "Nothing can be collected or shown.",
            f"install -d -m 0700 {place} # as the user that runs infopolicy; or set INFOPOLICY_DATA",
        )
        return
    facts = place.stat()
    if facts.st_uid != os.geteuid():
        yield warning(
            "data folder",
            f"{place} belongs to user {facts.st_uid}, and this is user {os.geteuid()}.",
            "The site and the daily run may not be able to write, or run with too many rights.",
            f"sudo infopolicy doctor # as the service runs; or: chown -R infopolicy: {place}",
        )
    if facts.st_mode & 0o022:
        yield problem(
            "data folder", f"Others can write to {place}.", "They can replace any database.", f"chmod 700 {place}"
        )
    elif facts.st_mode & 0o055:
        yield warning(
            "data folder",
            f"Others can list {place}.",
            "Each private file depends on its own rights alone.",
            f"chmod 700 {place}",
        )
    else:
        yield ok("data folder", f"Only its owner can open {place}.")


def private_files(host: Host) -> Iterator[Finding]:
    """Databases with people in them, keys, and settings are for their owner only."""
    config, data = host.config, host.config.data
    names = ("staff.db", "partners.db", "mail.db", "opinions.db", "ops.db", "alerts.yml", "webhooks.yml")
    files = [data / (name + more) for name in names for more in ("", "-wal", "-shm")]
    files += sorted((data / "backups").glob("*"))  # each backup, and the journals
    files += [
        Path(each) for each in (config.dkim_file, config.log_file, host.environment.get("INFOPOLICY_CONFIG")) if each
    ]
    files += [host.root / "etc/infopolicy.env", host.code / "deploy/.env"]
    open_ = [path for path in files if path.exists() and path.stat().st_mode & 0o077]
    for path in open_:
        yield problem(
            "private files",
            f"{path} can be read by others on this machine.",
            "Names, notes, email addresses, or keys in it are open to every account here.",
            f"chmod {'700' if path.is_dir() else '600'} {path}",
        )
    if config.corpus.exists() and config.corpus.stat().st_mode & stat.S_IWOTH:
        yield problem(
            "private files",
            f"Others can write to {config.corpus}.",
            "They can change what the site says.",
            f"chmod 644 {config.corpus}",
        )
    elif not open_:
        yield ok("private files", "Databases with people in them, keys, and settings are for their owner only.")


def code(host: Host) -> Iterator[Finding]:
    """Nobody but an administrator can change the programs."""
    open_ = [
        each
        for each in (host.code, host.code / "cli.py", host.code / ".venv")
        if each.exists() and each.stat().st_mode & 0o022
    ]
    if open_:
        yield problem(
            "programs",
            f"Others can write to {open_[0]}.",
            "They can run anything as the user of the service.",
            f"chmod -R go-w {host.code}",
        )
    else:
        yield ok("programs", f"Only its owner can change the programs in {host.code}.")


def disk(host: Host) -> Iterator[Finding]:
    data = host.config.data
    if not data.is_dir():
        return
    kind = _file_system(host, data)
    if kind.startswith(REMOTE):
        yield problem(
            "disk",
            f"{data} is on a network file system ({kind}).",
            "SQLite's locks do not work there: databases can be damaged.",
            "Move the data folder to a local disk and set INFOPOLICY_DATA.",
        )
    elif kind in PASSING:
        yield problem(
            "disk",
            f"{data} is on {kind}.",
            "All data are lost when the machine or container is replaced.",
            "Put the data folder on a disk or a Docker volume.",
        )
    else:
        yield ok("disk", f"{data} is on a local file system ({kind or 'unknown'}).")
    free, held = shutil.disk_usage(data).free, sum(path.stat().st_size for path in present(data))
    room = f"{free / 1e9:.1f} GB free, and the databases have {held / 1e9:.1f} GB."
    if free < max(LEAST_FREE, held):
        yield problem("room", room, "The next backup or run may fill the disk.", f"Make room: du -sh {data}/*")
    elif free < 3 * held:
        yield warning("room", room, "There is room for fewer than three backups.", f"Make room: du -sh {data}/*")
    else:
        yield ok("room", room)


def _file_system(host: Host, folder: Path) -> str:
    """The kind of the file system that holds a folder (proc(5), mountinfo)."""
    best, kind = 0, ""
    try:
        lines = (host.root / "proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    for line in lines:
        before, _, after = line.partition(" - ")
        where = Path(before.split()[4].replace("\\040", " "))
        if folder.resolve().is_relative_to(where) and len(where.parts) >= best:
            best, kind = len(where.parts), after.split()[0]
    return kind


def databases(host: Host) -> Iterator[Finding]:
    """Each database can be opened, and each private one is the file that people filled."""
    data = host.config.data
    broken = [words for words in map(unreadable, present(data)) if words]
    lost = losses(data)
    for words in broken:
        yield problem("databases", words, "What it holds cannot be read.", "infopolicy check")
    for words in lost:
        says, _, do = words.partition(" Nothing was changed. ")
        yield problem(
            "databases", says, "What people wrote into it is missing; runs and the mailer refuse to work.", do
        )
    if not broken and not lost:
        held = [path.name for path in present(data)]
        yield ok("databases", f"{', '.join(held) or 'None yet'}: each one opens and is the file that was in use.")


def backups(host: Host) -> Iterator[Finding]:
    """There is a fresh backup, every byte of it is as it was written, and a copy of it is elsewhere."""
    home = host.config.data / "backups"
    newest = newest_backup(home, now=host.stamp)
    if newest is None:
        lost = ", ".join(name for name in PRIVATE if (host.config.data / name).exists()) or "the databases"
        yield problem(
            "backup",
            f"{home} holds no backup.",
            f"If the disk fails, {lost} cannot be brought back.",
            "infopolicy backup",
        )
        return
    age = host.now - made_at(newest)
    if age > timedelta(hours=host.config.stale_hours):
        yield problem(
            "backup",
            f"The last backup is {_hours(age)} old.",
            "What people wrote since then is in one place only.",
            "infopolicy backup # then see why the timer did not: systemctl status infopolicy-run",
        )
    else:
        yield ok("backup", f"The last backup is {_hours(age)} old.")
    if wrong := check_backup(newest):
        yield problem(
            "backup whole",
            wrong[0],
            "This backup cannot be restored whole.",
            f"infopolicy backup && infopolicy check {newest}",
        )
    else:
        yield ok("backup whole", "Every file of the last backup is as it was written.")
    yield from _elsewhere(host)


def _hours(age: timedelta) -> str:
    hours = age / timedelta(hours=1)
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"


def _elsewhere(host: Host) -> Iterator[Finding]:
    """The copy of the backups on another disk, which `backup_copy` names: its folder, or a file touched by what copies."""
    place = host.config.backup_copy
    if not place:
        yield warning(
            "backup elsewhere",
            "No copy of the backups outside the data folder is known.",
            "A disk that fails takes the databases and their backups with it.",
            "Copy them (docs/operations.md, Backup) and set INFOPOLICY_BACKUP_COPY",
        )
        return
    copy, do = Path(place), "Look at the job that copies, and start it again."
    if not copy.exists():
        yield problem("backup elsewhere", f"{copy} does not exist.", "The copy of the backups is not there.", do)
        return
    newest = newest_backup(copy, now=host.stamp) if copy.is_dir() else None
    if copy.is_dir() and newest is None:
        yield problem(
            "backup elsewhere", f"{copy} holds no backup.", "A disk that fails takes all backups with it.", do
        )
    elif copy.is_dir() and copy.stat().st_dev == host.config.data.stat().st_dev:
        yield problem(
            "backup elsewhere",
            f"{copy} is on the same disk as the databases.",
            "A disk that fails takes the databases and their backups with it.",
            "Mount another disk or machine there.",
        )
    else:
        age = (
            timedelta(seconds=host.now.timestamp() - copy.stat().st_mtime)
            if newest is None
            else host.now - made_at(newest)
        )
        if age > timedelta(hours=2 * host.config.stale_hours):
            yield problem(
                "backup elsewhere",
                f"The newest copy in {copy} is {_hours(age)} old.",
                "What people wrote since then is on one disk only.",
                do,
            )
        else:
            yield ok("backup elsewhere", f"The newest copy in {copy} is {_hours(age)} old.")


def runs(host: Host) -> Iterator[Finding]:
    """Report what `infopolicy status` says about the sources."""
    try:
        warnings = status.status(host.config, host.stamp)["sources"]
    except OperationError:
        yield warning("runs", "Nothing has been collected yet.", "The site has nothing to show.", "infopolicy run")
        return
    poor = [each["source"] for each in warnings if each["problems"] or each["warnings"]]
    if poor:
        yield warning(
            "runs",
            f"These sources need a person: {', '.join(poor)}.",
            "Documents of theirs may be missing.",
            "infopolicy status",
        )
    else:
        yield ok("runs", "The last run of each source was complete.")


CHECKS = (folder, private_files, code, disk, databases, backups, runs)
