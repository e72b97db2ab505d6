"""Wait for what happens, however slow the machine is; only what never happens is waited for in vain."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable

import psutil

#: Far more than a busy machine needs. Nothing that is right waits for so long.
NEVER = 180


def until(happened: Callable[[], object], why: str = "it never happened") -> None:
    """Return as soon as it has happened."""
    end = time.monotonic() + NEVER
    while not happened():
        assert time.monotonic() < end, why
        time.sleep(0.05)


def until_it_answers(port: int, process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    """Return as soon as the process takes connections."""

    def answers() -> bool:
        assert process.poll() is None, "it ended before it answered"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    until(answers, "nobody answers")


def alive(process: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has asked about does not."""
    try:
        return bool(psutil.Process(process).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
