"""Keep a few worker processes for visitors' SQL, ask them, and kill those that exceed their time."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import subprocess
import sys
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgpack

from public_sql import limits, wire

log = logging.getLogger("infopolicy.sql")

#: Without the environment: the worker needs the standard library, this package and MessagePack.
_BOOT = "import sys; sys.path += sys.argv[2:]; from public_sql.worker import main; main(sys.argv[1])"
_NOTHING: dict[str, str] = {}  # no secret of the environment
#: Where a worker finds this package, and MessagePack: it starts without the environment's packages.
_PATHS = [str(Path(module).resolve().parents[1]) for module in (__file__, msgpack.__file__)]


class Busy(Exception):
    """Too many queries are under way."""


class Stopped(Exception):
    """The query was killed: it took too long."""


class Unavailable(Exception):
    """The worker ended by itself."""


class Worker:
    """One process that answers one query at a time."""

    def __init__(self, corpus: Path) -> None:
        self.link, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _BOOT, str(corpus), *_PATHS],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_NOTHING,
                cwd="/",
            )

    def ask(self, message: bytes, until: float) -> Any:
        self.link.settimeout(max(until - time.monotonic(), 0.001))
        wire.send(self.link, message)
        return wire.decode(wire.receive(self.link, until, 2 * limits.LARGEST_ANSWER))

    def end(self) -> int:
        """Kill the process, and say how it ended if it already had."""
        self.process.kill()
        code = self.process.wait()
        self.link.close()
        return code


class Pool:
    """At most `limits.WORKERS` processes, started when first needed.

    Each of its threads waits for one process at a time, and never longer than the time limit of the query and
    `limits.GRACE`, because it kills the process then. No event loop is involved: one pool serves any.
    """

    def __init__(self, corpus: Path) -> None:
        self.corpus = corpus.resolve()
        self.threads = ThreadPoolExecutor(limits.WORKERS, thread_name_prefix="public-sql")
        #: When a query last ended, in any way: the pool moves.
        self.moved = time.monotonic()
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._under_way = 0
        self._closed = False
        weakref.finalize(self, _end_all, self._all)

    async def ask(self, sql: str, params: Any, milliseconds: int, most: int | None) -> Any:
        """Answer a query with what the worker says of it: rows, or an error.

        Raises:
            Busy: too many queries wait, or this one has waited too long.
            Stopped: the query was killed.
            Unavailable: its process ended for another reason.
        """
        if self._under_way >= limits.WORKERS + limits.WAITING:
            raise Busy
        try:
            message = wire.encode([sql, params, milliseconds, most])
        except (OverflowError, UnicodeEncodeError) as error:  # SQLite could not hold such a parameter either
            return {"error": "query", "message": str(error)}
        self._under_way += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self.threads, self._ask, message, milliseconds, time.monotonic())
        finally:
            self._under_way -= 1

    @property
    def full(self) -> bool:
        """Whether the next query would wait."""
        return self._under_way >= limits.WORKERS

    def close(self) -> None:
        """End every process, and refuse the queries that wait."""
        self._closed = True
        _end_all(self._all)
        self.threads.shutdown(wait=False, cancel_futures=True)

    def _ask(self, message: bytes, milliseconds: int, since: float) -> Any:
        if self._closed or time.monotonic() > since + limits.PATIENCE:
            raise Busy
        worker = self._worker()
        try:
            answer = worker.ask(message, time.monotonic() + milliseconds / 1000 + limits.GRACE)
        except (OSError, EOFError, ValueError) as error:
            self._discard(worker, error)
        else:
            if answer.get("error") == "memory":  # what is left of its heap may be in pieces
                self._end(worker)
            else:
                self._idle.append(worker)
            return answer
        finally:
            self.moved = time.monotonic()

    def _worker(self) -> Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.process.poll() is None:
                return worker
            self._end(worker)
        worker = Worker(self.corpus)
        self._all.add(worker)
        return worker

    def _discard(self, worker: Worker, error: Exception) -> None:
        code = self._end(worker)
        if isinstance(error, TimeoutError) or code == -signal.SIGXCPU:
            raise Stopped from error
        if not self._closed:
            log.error("A process for visitors' SQL ended by itself (exit code %s); another one takes its place", code)
        raise Unavailable from error

    def _end(self, worker: Worker) -> int:
        self._all.discard(worker)
        return worker.end()


def _end_all(workers: set[Worker]) -> None:
    for worker in list(workers):
        worker.end()
    workers.clear()
