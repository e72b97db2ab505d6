"""Attack a real server with SQL while others read, and measure: times of other pages, memory of all processes, bytes in files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import httpx
import psutil
from conftest import ROOT, clean_environment

MB = 1_000_000
#: Requests of other visitors during an attack: a page of ours, Datasette's page of a table, and health.
OTHERS = ("/", "/corpus/policy_areas", "/-/health")


@dataclass
class Seen:
    """`slowest` seconds and `statuses` of each page of the others; `answers` are status, seconds and text of the attacks."""

    answers: list[tuple[int, float, str]] = field(default_factory=list)
    slowest: dict[str, float] = field(default_factory=dict)
    statuses: dict[str, set[int]] = field(default_factory=dict)
    memory: int = 0
    written: int = 0


@dataclass
class Site:
    """A server in a process of its own."""

    process: subprocess.Popen[bytes]
    address: str

    def tree(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            main = psutil.Process(self.process.pid)
            return [main, *main.children(recursive=True)]
        return []

    def get(self, path: str, seconds: float = 60) -> httpx.Response:
        return httpx.get(self.address + path, timeout=seconds)

    def attack(self, paths: Iterable[str], at_once: int = 1) -> Seen:
        """Request the addresses, this many at once, and pages as other visitors do in the meantime."""
        seen, over = Seen(), threading.Event()
        watchers = [threading.Thread(target=self._read, args=(page, seen, over)) for page in OTHERS]
        watchers.append(threading.Thread(target=self._measure, args=(seen, over)))
        for thread in watchers:
            thread.start()
        with ThreadPoolExecutor(at_once) as crowd:
            seen.answers = list(crowd.map(self._timed, paths))
        over.set()
        for thread in watchers:
            thread.join()
        return seen

    def _timed(self, path: str) -> tuple[int, float, str]:
        began = time.monotonic()
        try:
            answer = self.get(path)
        except httpx.HTTPError as error:
            return 0, time.monotonic() - began, repr(error)
        return answer.status_code, time.monotonic() - began, answer.text[:5000]

    def _read(self, page: str, seen: Seen, over: threading.Event) -> None:
        while not over.is_set():
            status, seconds, _ = self._timed(page)
            seen.slowest[page] = max(seen.slowest.get(page, 0), seconds)
            seen.statuses.setdefault(page, set()).add(status)
            over.wait(0.05)

    def _measure(self, seen: Seen, over: threading.Event) -> None:
        while not over.is_set():
            memory = written = 0
            for process in self.tree():
                with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                    memory += process.memory_info().rss
                    written += process.io_counters().write_chars if process.pid != self.process.pid else 0
            seen.memory, seen.written = max(seen.memory, memory), max(seen.written, written)
            over.wait(0.02)


def sql(query: str, form: str = ".json") -> str:
    return f"/corpus{form}?{urlencode({'sql': query, '_shape': 'array'})}"


@contextmanager
def serving(data: Path, port: int, code: Path = ROOT, python: str = sys.executable, **settings: str) -> Iterator[Site]:
    """Start `infopolicy serve` on a data folder, until the end of the block."""
    environment = clean_environment() | {"INFOPOLICY_DATA": str(data), "INFOPOLICY_STALE_HOURS": "100000"} | settings
    process = subprocess.Popen(
        [python, "infopolicy.py", "serve", "--port", str(port)],
        cwd=code,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    site = Site(process, f"http://127.0.0.1:{port}")
    try:
        _wait(site)
        yield site
    finally:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        process.wait()


def _wait(site: Site) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        assert site.process.poll() is None, "the server ended before it answered"
        with suppress(httpx.HTTPError):
            site.get("/about", 5)
            return
        time.sleep(0.1)
    raise AssertionError("the server does not answer")
