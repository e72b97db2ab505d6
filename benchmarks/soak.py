"""Hours of everything at once on a full corpus: twenty people before the site, and beside it crawls, rebuilds, digests, backups.

    python -m benchmarks.soak DATA [--minutes 120] [--folder FOLDER]
    python -m benchmarks.soak --report FOLDER

DATA is copied to FOLDER (DATA's neighbor `soak` if none is named); nothing is written to DATA. Set up first, and not counted: the
bills of the 117th Congress go back to one day, ten thousand people subscribe, accounts are made. Then the site runs as
`infopolicy serve`. What happened is written to FOLDER every minute, so that `--report` can tell about a soak that was killed.

Exit code 1 if an answer was an error, a job failed, memory grew by more than a fifth from the first quarter to the last, or
something is not there that a person was told is kept.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx

from benchmarks.digest_scale import fill
from benchmarks.edit import LEFT_OUT
from benchmarks.running import KEYS, ROOT, free_port, run, start
from benchmarks.soaking.beside import FIRST, Beside, crawl, told
from benchmarks.soaking.people import PARTNER, PASSWORD, STAFF, everybody
from benchmarks.soaking.records import Records
from benchmarks.soaking.report import report
from benchmarks.soaking.visits import Known
from benchmarks.soaking.watch import Watch
from desk.accounts import accounts
from desk.partners import partners
from digest import service
from settings import Configuration
from store.connect import open_mail, open_partners, open_staff

SUBSCRIBERS = 10_000


def copy(source: Path, target: Path) -> None:
    """The databases of a data folder, whatever is writing there, and the small files beside them."""
    target.mkdir(parents=True)
    for path in source.iterdir():
        if path.suffix == ".db":
            with (
                closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as old,
                closing(sqlite3.connect(target / path.name)) as new,
            ):
                old.backup(new)
            if path.name != "corpus.db":
                (target / path.name).chmod(0o600)
        elif path.is_file() and not path.name.endswith(("-wal", "-shm")) and path.name != "lock":
            shutil.copy2(path, target)


def settings(folder: Path, port: int, smtp: int) -> dict[str, str]:
    site = f"http://127.0.0.1:{port}"
    temporary = folder / "tmp"
    temporary.mkdir()
    return KEYS | {
        "INFOPOLICY_SITE": site,
        "INFOPOLICY_PORT": str(port),
        "INFOPOLICY_SECRET": secrets.token_hex(32),
        "INFOPOLICY_CONTACT": "mailto:soak@example.org",
        "INFOPOLICY_SMTP_HOST": "127.0.0.1",
        "INFOPOLICY_SMTP_PORT": str(smtp),
        "INFOPOLICY_SMTP_SECURITY": "none",
        "INFOPOLICY_MAIL_RATE": "0",
        "INFOPOLICY_MAIL_FROM": "Policy digest <digest@example.org>",
        "INFOPOLICY_MAIL_POSTAL": "1 Street, Town",
        "TMPDIR": str(temporary),
        "SQLITE_TMPDIR": str(temporary),
    }


def prepare(folder: Path, source: Path, records: Records) -> None:
    """The copy of the corpus as of the first day, with people in it."""
    data, code = folder / "data", folder / "code"
    copy(source, data)
    shutil.copytree(ROOT, code, ignore=LEFT_OUT)
    began = time.time()
    told(records, "set up: rebuild", began, run(data, "", "rebuild", code=code))
    crawl(code, data, FIRST, lambda name, at, ended: told(records, f"set up: {name}", at, ended))
    config, now = Configuration(data=data), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with closing(open_staff(config.staff, config.corpus)) as db:
        for name in STAFF:
            accounts.add(db, name, role="approver", password=PASSWORD, now=now)
    with closing(open_partners(config.partners)) as db:
        partners.add_partner(db, PARTNER, "Soak Organization", password=PASSWORD, now=now)
    with closing(open_mail(config.mail)) as db, closing(service.corpus(config.corpus)) as corpus:
        # What was known before is no news to them.
        service.prepare(db, config, list_="public", frequency="daily", now=now, day=FIRST)
        fill(db, corpus, SUBSCRIBERS, now)
        db.execute("update subscribers set frequency = 'daily'")


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """End a process of ours at the end, and do not wait for ever."""
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            print("the server did not end within a minute after SIGTERM", file=sys.stderr)
            process.kill()
            process.wait()


def serving(folder: Path) -> subprocess.Popen[str]:
    """The site, when it answers; its log goes to a file, because a full pipe would stop it."""
    process = start(folder / "data", "", "serve", code=folder / "code", log=folder / "serve.log")
    for _ in range(120):
        time.sleep(0.5)
        try:
            if httpx.get(os.environ["INFOPOLICY_SITE"], timeout=30).status_code == 200:
                return process
        except httpx.HTTPError:
            if process.poll() is not None:
                break
    process.kill()
    raise SystemExit(f"the site does not start:\n{(folder / 'serve.log').read_text()}")


def soak(folder: Path, source: Path, minutes: float, pause: float) -> None:
    records, port, smtp = Records(folder), free_port(), free_port()
    os.environ |= settings(folder, port, smtp)
    prepare(folder, source, records)
    known, stop = Known.of(folder / "data" / "corpus.db"), threading.Event()
    mailbox = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.soaking.mailbox", str(smtp), str(folder)], cwd=ROOT, text=True
    )
    with ended(mailbox), ended(serving(folder)) as site:
        beside = Beside(folder / "code", folder / "data", records, stop, pause)
        watch = Watch(records, site.pid, folder / "data", stop)
        people = everybody(folder / "letters", os.environ["INFOPOLICY_SITE"], known, records, stop)
        try:
            for thread in (watch, *people, beside):
                thread.start()
            stop.wait(minutes * 60)
        finally:
            stop.set()
            for thread in (beside, *people, watch):  # a job that has begun is waited for
                thread.join()
            records.minute()
    after(folder, records)


def after(folder: Path, records: Records) -> None:
    """The data, and the last backup, are whole."""
    backups = sorted((folder / "data" / "backups").glob("2*Z"))
    for name, more in (("check", []), *(("check of the backup", [str(each)]) for each in backups[-1:])):
        told(records, name, time.time(), run(folder / "data", "", "check", *more))  # the copy of the code has no tests


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--pause", type=float, default=60, help="seconds between two jobs beside the readers")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--report", type=Path, metavar="FOLDER", help="only tell what a soak there has written")
    options = parser.parse_args()
    if options.report:
        return 0 if report(options.report, options.report / "data") else 1
    if options.data is None:
        parser.error("DATA is missing: a folder that `python -m benchmarks.whole --keep` made")
    folder = (options.folder or options.data.resolve().with_name("soak")).resolve()
    if folder.exists() and any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty: remove what an earlier soak left there")
    folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    soak(folder, options.data.resolve(), options.minutes, options.pause)
    return 0 if report(folder, folder / "data") else 1


if __name__ == "__main__":
    sys.exit(main())
