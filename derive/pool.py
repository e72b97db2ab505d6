"""Who tags and matches batches of documents: this process, a few of its own, or the workers of a Dask cluster.

The two functions of the work are importable and take plain rows, so that any process can be given them; each process loads
rules and model once. Results come back in order to the one process that writes.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from classify.tagger import Tagger, Tagging
from crawlers.download import worker_process
from positions.matching.matcher import Match, Matcher
from positions.relevance.relevance import relevance
from store.errors import PartialResult
from text.spans import FIELDS

BATCH = 400
#: Fewer documents than this are not worth starting processes for.
SMALL = 2 * BATCH
#: Seconds to wait for a scheduler to answer.
PATIENCE = "10s"
#: Seconds that a cluster may be without a worker while work is under way: time to start them again.
WORKERLESS = 60.0

TagRow = tuple[str, str | None, str | None, str | None]  # id, title, abstract, text
MatchRow = tuple[str, str | None, str | None, str | None, str]  # the same and the areas, with spaces between
Key = TypeVar("Key")

_tagger: Tagger | None = None
_matcher: Matcher | None = None


class SchedulerError(PartialResult):
    """A cluster that cannot be used; the message says what to do. What was written is complete: run it again."""


class WorkerError(PartialResult):
    """A process that tagged or matched is gone. What was written is complete: run it again."""


def tagger() -> Tagger:
    """This process's tagger, loaded once."""
    global _tagger
    _tagger = _tagger or Tagger()
    return _tagger


def matcher() -> Matcher:
    """This process's matcher, loaded once."""
    global _matcher
    _matcher = _matcher or Matcher()
    return _matcher


def tag_rows(rows: list[TagRow]) -> tuple[str, list[tuple[str, Tagging]]]:
    """(version of rules and model, id and tags of each row)."""
    return tagger().version, list(tagger().tag_batch(rows))


def match_rows(rows: list[MatchRow]) -> tuple[str, list[tuple[str, tuple[Match, ...]]]]:
    """(version of the catalogue, id and matches of each row, each match with whether it is shown)."""
    found = []
    for key, *texts, areas in rows:
        fields = dict(zip(FIELDS, texts, strict=True))
        matches = matcher().match(fields, frozenset(areas.split()))
        found.append((key, relevance().judge(key, fields, matches)))
    return matcher().version, found


@dataclass(frozen=True)
class TaskPool:
    """`executor` is None for this process alone; `ahead` is how many batches may be under way at once.

    `lost` tells why those who work are out of reach, so that nothing they owe will come; None where all is well.
    """

    executor: Executor | None = None
    ahead: int = 1
    lost: Callable[[], str | None] = lambda: None

    def spread(
        self, work: Callable[[list[Any]], tuple[str, Any]], batches: Iterable[tuple[Key, list[Any]]], version: str
    ) -> Iterator[tuple[Key, Any]]:
        """Each batch's key with its result, in order; memory stays flat however many there are.

        Raises:
            SchedulerError: a worker has other rules, model or catalogue than this process, or the cluster is gone.
        """
        for key, (of, result) in self._results(work, batches):
            if of != version:
                raise SchedulerError(
                    f"a worker has version {of} of rules and model, this machine {version}: install the same code on all"
                )
            yield key, result

    def _results(self, work: Callable[[list[Any]], Any], batches: Iterable[Any]) -> Iterator[Any]:
        if self.executor is None:
            yield from ((key, work(rows)) for key, rows in batches)
            return
        waiting: list[Any] = []
        for key, rows in batches:
            waiting.append((key, self.executor.submit(work, rows)))
            if len(waiting) >= self.ahead:
                first = waiting.pop(0)
                yield first[0], self._result(first[1])
        for key, future in waiting:
            yield key, self._result(future)

    def _result(self, future: Future[Any]) -> Any:
        """Looks up from time to time: Dask leaves work undone and not cancelled if the scheduler goes at the wrong moment."""
        while not wait([future], timeout=1).done:
            if why := self.lost():
                raise ConnectionError(why)
        return future.result()


@contextmanager
def crew(workers: int, documents: int, scheduler: str | None = None) -> Iterator[TaskPool]:
    """Who works: the cluster if a scheduler is named, else processes where the number of documents is worth them.

    Args:
        scheduler: the address of a Dask scheduler, such as ``tcp://10.0.0.5:8786``.

    Raises:
        SchedulerError: Dask is not installed, or the scheduler does not answer, has no worker or loses them.
        WorkerError: a process of this machine's own was killed.
    """
    if scheduler and documents:
        with _cluster(scheduler) as found:
            yield found
    elif documents < SMALL or workers == 1:
        yield TaskPool()
    else:
        try:
            with ProcessPoolExecutor(workers, initializer=_start_worker) as pool:
                yield TaskPool(pool, 2 * workers)
        except BrokenProcessPool as error:
            raise WorkerError(
                "a process that tags was killed, perhaps for want of memory; what was written is complete: run the command "
                "again, with INFOPOLICY_WORKERS=1 if it happens again"
            ) from error


@contextmanager
def _cluster(scheduler: str) -> Iterator[TaskPool]:
    try:
        from distributed import Client, KilledWorker
        from distributed.client import ClosedClientError
        from distributed.comm import CommClosedError
    except ImportError as error:
        raise SchedulerError("Dask is not installed here: pip install -r requirements-cluster.txt") from error
    for name in ("distributed.batched", "distributed.client", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # a lost scheduler is told below, in one sentence
    try:
        with Client(scheduler, timeout=PATIENCE, set_as_default=False) as client:
            threads = sum(client.ncores().values())
            if not threads:
                raise SchedulerError(f"{scheduler} has no worker: start some with `dask worker {scheduler}`")
            yield TaskPool(client.get_executor(pure=False, retries=3), 2 * threads, _watch(client))
    except (OSError, TimeoutError, CommClosedError, KilledWorker, ClosedClientError, CancelledError) as error:
        # Work under way is cancelled when the scheduler goes, and a cancellation has no words of its own.
        words = str(error) or "the scheduler is gone"
        raise SchedulerError(f"{scheduler}: {words}; what was written is complete, run the command again") from error


def _watch(client: Any) -> Callable[[], str | None]:
    """Says why nothing more can come from a cluster, if so. Dask itself would wait for another worker for ever."""
    first = client.scheduler_comm  # one that is connected to again knows nothing of this work
    since: float | None = None

    def lost() -> str | None:
        nonlocal since
        if client.status != "running" or client.scheduler_comm is not first:
            return "the scheduler is gone"
        since = None if client.ncores() else since or time.monotonic()
        if since and time.monotonic() - since > WORKERLESS:
            return f"has had no worker for {WORKERLESS:.0f} seconds"
        return None

    return lost


def _start_worker() -> None:
    worker_process.start()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
