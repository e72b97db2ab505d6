"""Is the machine set up as docs/operations.md says: clock, versions, timers, log."""

from __future__ import annotations

import platform
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement

from operations import sqlite_version
from operations.doctor.findings import Finding, Host, ok, problem, warning
from store.connect import read_only
from store.errors import OperationError

#: What pyproject.toml takes.
PYTHON = ((3, 11), (3, 14))
LARGEST_LOG = 500_000_000
SITE, RUN = "infopolicy-site.service", "infopolicy-run.service"
TIMERS = ("infopolicy-run.timer", "infopolicy-mail.timer", "infopolicy-mail-daily.timer", "infopolicy-dump.timer")


def clock(host: Host) -> Iterator[Finding]:
    """The clock is set by the network, and nothing stored is from the future."""
    told = host.run(["timedatectl", "show", "--property=NTPSynchronized", "--value"])
    if told is not None and told.strip() == "no":
        yield warning(
            "clock",
            "The clock is not set by the network.",
            "Deadlines, sessions, and backups depend on it.",
            "timedatectl set-ntp true",
        )
    try:
        with closing(read_only(host.config.corpus)) as db:
            last = db.execute("select max(finished_at) from runs").fetchone()[0]
    except (OperationError, sqlite3.Error):
        last = None
    if last and datetime.fromisoformat(last) > host.now + timedelta(minutes=5):
        yield problem(
            "clock",
            f"The last run ended at {last}, and this machine says {host.stamp}.",
            "The clock is or was wrong.",
            "timedatectl",
        )
    elif told is None or told.strip() != "no":
        yield ok("clock", f"It is {host.stamp}, and nothing stored is from the future.")


def versions(host: Host) -> Iterator[Finding]:
    """Python, SQLite, and each package are those that the tests ran with."""
    least, past = PYTHON
    if not least <= sys.version_info[:2] < past:
        yield problem(
            "Python",
            f"This is Python {platform.python_version()}.",
            "The tests never ran with it.",
            "Use Python 3.11, 3.12, or 3.13.",
        )
    else:
        yield ok("Python", f"This is Python {platform.python_version()}.")
    faults = sqlite_version.warnings()
    for each in faults:
        yield warning(
            "SQLite",
            each,
            "A visitor's query or two writers at once could meet this fault.",
            "Use a Python with a newer SQLite.",
        )
    if not faults:
        yield ok("SQLite", f"No fault of SQLite {sqlite3.sqlite_version} is known that matters here.")
    yield _packages(host.code / "requirements.txt")


def _packages(lock: Path) -> Finding:
    do = ".venv/bin/pip install --require-hashes -r requirements.txt # in the folder of the software"
    try:
        lines = lock.read_text(encoding="utf-8").splitlines()
    except OSError:
        return warning(
            "packages",
            f"{lock} cannot be read.",
            "Nobody knows which versions belong here.",
            f"git checkout {lock.name}",
        )
    # A line of a package begins with its name; its hashes and comments are indented.
    pinned = [Requirement(line.rstrip("\\ ")) for line in lines if line[:1].isalnum()]
    here = [each for each in pinned if each.marker is None or each.marker.evaluate()]
    found = {each.name: _installed(each.name) for each in here}
    other = [
        f"{each.name} {found[each.name] or 'is missing'}"
        for each in here
        if not each.specifier.contains(found[each.name] or "0", prereleases=True)
    ]
    if other:
        return problem(
            "packages",
            f"Other versions than requirements.txt says: {', '.join(other)}.",
            "Known holes may be open; the tests never ran with these.",
            do,
        )
    return ok("packages", f"{len(here)} packages have the versions of requirements.txt.")


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def services(host: Host) -> Iterator[Finding]:
    """The site runs, the timers call, and no unit has failed."""
    site = host.unit(SITE)
    if not site:
        yield _without_systemd(host)
        return
    if site.get("ActiveState") != "active":
        yield problem(
            "site",
            f"{SITE} is {site.get('ActiveState', 'unknown')}.",
            "Nobody can read the site.",
            f"systemctl start {SITE}; journalctl -u {SITE} -n 50",
        )
    else:
        yield ok("site", f"{SITE} is running.")
    idle = [name for name in TIMERS if host.unit(name).get("ActiveState") != "active"]
    if not host.config.smtp_host:
        idle = [name for name in idle if name == TIMERS[0]]
    if idle:
        yield problem(
            "timers",
            f"Not active: {', '.join(idle)}.",
            "Nothing is collected, backed up, or mailed by itself.",
            f"systemctl enable --now {' '.join(idle)}",
        )
    else:
        yield ok("timers", "The timers are active.")
    result = host.unit(RUN).get("Result", "success")
    if result != "success":
        yield warning(
            "last run",
            f"{RUN} ended with {result}.",
            "A source failed, or the backup did.",
            "infopolicy status; journalctl -u infopolicy-run -n 50",
        )
    else:
        yield ok("last run", f"{RUN} ended well.")


def _without_systemd(host: Host) -> Finding:
    if host.in_docker:
        return ok("timers", "In a container: the service `timer` of deploy/compose.yml calls the daily run.")
    jobs = [
        path
        for folder in ("etc/cron.d", "var/spool/cron/crontabs")
        for path in _files(host.root / folder)
        if mentions(path, "infopolicy")
    ]
    if jobs:
        return ok("timers", f"{jobs[0]} calls the daily run.")
    return warning(
        "timers",
        "Neither systemd nor cron calls the daily run.",
        "Nothing is collected or backed up by itself.",
        "Set up the timers (docs/operations.md).",
    )


def log(host: Host) -> Iterator[Finding]:
    """A log file is moved away before it fills the disk."""
    name = host.config.log_file
    if not name:
        yield ok("log", "The log goes to standard error, which systemd or Docker keeps and rotates.")
        return
    path = Path(name)
    size = path.stat().st_size if path.exists() else 0
    rotated = any(
        mentions(file, str(path)) or mentions(file, f"{path.parent}/*")
        for file in _files(host.root / "etc/logrotate.d")
    )
    if not rotated or size > LARGEST_LOG:
        says = f"{path} has {size / 1e6:.0f} MB, and logrotate " + ("knows it." if rotated else "does not know it.")
        yield warning(
            "log",
            says,
            "It grows until the disk is full.",
            "cp deploy/logrotate /etc/logrotate.d/infopolicy # then set the path in it",
        )
    else:
        yield ok("log", f"logrotate moves {path} away.")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


def mentions(path: Path, words: str) -> bool:
    try:
        return words in path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


CHECKS = (clock, versions, services, log)
