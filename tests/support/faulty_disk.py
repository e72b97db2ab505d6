"""Run commands one after the other on a disk that is full or read-only, each in a process of its own; prints JSON.

    python tests/support/faulty_disk.py full|readonly FOLDER < [[name, [argument, …], "standard input"], …]

Everything is imported once, and a fork is quick: all commands take seconds. A limit on the size of files stands for the full
disk. For root, who may write anywhere, the caller removes the right to ignore permissions (CAP_DAC_OVERRIDE).
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import sys
import tempfile
import threading
import time
import traceback
from functools import cache
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import cli  # noqa: E402
import serve  # noqa: E402, F401  this line and the next ones: what commands import when they run
from comparison import update as compare  # noqa: E402, F401
from derive import update  # noqa: E402
from operations import backup, exports, loss, retention  # noqa: E402, F401
from positions.catalog import catalog  # noqa: E402

#: A command that would never end, such as serve, gets Ctrl-C after so many seconds.
INTERRUPT = 4


def make_read_only(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        path.chmod(0o500 if path.is_dir() else 0o400)


def one(arguments: list[str], stdin: str, full: bool) -> tuple[int, str]:
    """The exit code of a command and all that it said."""
    with tempfile.TemporaryFile() as typed, tempfile.TemporaryFile() as said:
        typed.write(stdin.encode())
        typed.seek(0)
        ready, go = os.pipe()
        child = os.fork()
        if child == 0:
            os.dup2(typed.fileno(), 0)
            os.dup2(go, 1)
            os.dup2(go, 2)
            os.close(ready)
            signal.signal(signal.SIGINT, signal.default_int_handler)  # a suite in the background ignores Ctrl-C
            if full:
                resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
            threading.Timer(INTERRUPT, os.kill, (os.getpid(), signal.SIGINT)).start() if arguments[
                0
            ] == "serve" else None
            os._exit(_call(arguments))
        os.close(go)
        while part := os.read(ready, 65536):
            said.write(part)
        os.close(ready)
        _, status = os.waitpid(child, 0)
        said.seek(0)
        return os.waitstatus_to_exitcode(status), said.read().decode()


def _call(arguments: list[str]) -> int:
    code = 99
    try:
        cli.main(arguments, prog_name="infopolicy")
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1 if ended.code else 0
    except click.exceptions.Exit as ended:
        code = ended.exit_code
    except (Exception, KeyboardInterrupt):  # this child must never go on with what its parent does
        traceback.print_exc()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return code


def main() -> None:
    fault, folder = sys.argv[1], Path(sys.argv[2])
    calls = json.load(sys.stdin)
    if fault == "readonly":
        make_read_only(folder)
    else:  # as while a site is running: SQLite's shared-memory files exist already
        site = [sqlite3.connect(path) for path in (folder / "data").glob("*.db")]
        for db in site:
            db.execute("select count(*) from sqlite_master").fetchone()
    # What takes long and has nothing to do with the disk is done once, before the forks.
    with update.tagger().matcher.zone():
        update.matcher()
    catalog.check = cache(catalog.check)
    catalog.check()
    found = {}
    for name, arguments, stdin in calls:
        began = time.monotonic()
        code, said = one(arguments, stdin, fault == "full")
        found[name] = {"code": code, "said": said, "seconds": round(time.monotonic() - began, 1)}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
