"""Tag and match batches of documents, in this process or in a few of its own.

Both kinds of work are functions of a module that take plain rows, so that another process can run them. Each process loads
the rules and the model once. Results come back in order to the one process that writes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from classify.tagger import Tagger, Tagging
from crawlers.download import worker_process
from derive.company_scope import in_scope
from positions.catalog.organization import organization
from positions.matching.matcher import Match, Matcher
from positions.relevance.relevance import matched
from store.errors import PartialResult
from text.changes import Mark
from text.spans import FIELDS

BATCH = 400
#: With fewer documents than this, starting processes takes longer than it saves.
SMALL = 2 * BATCH

TagRow = tuple[str, str | None, str | None, str | None]  # id, title, abstract, text
#: The same, the areas with spaces between, and what the text adds and strikes.
MatchRow = tuple[str, str | None, str | None, str | None, str, list[Mark]]
Key = TypeVar("Key")

_tagger: Tagger | None = None
_matcher: Matcher | None = None


class WorkerError(PartialResult):
    """A process that tagged or matched was killed. What was written is complete: run the command again."""


def tagger() -> Tagger:
    """Return this process's tagger, loaded once."""
    global _tagger
    _tagger = _tagger or Tagger(only=organization().areas)
    return _tagger


def matcher() -> Matcher:
    """Return this process's matcher, loaded once."""
    global _matcher
    _matcher = _matcher or Matcher()
    return _matcher


def tag_rows(rows: list[TagRow]) -> list[tuple[str, Tagging]]:
    """Return the id and the tags of each row."""
    texts = {row[0]: (row[1], row[3]) for row in rows}
    catalog = matcher().catalog
    return [(key, in_scope(key, *texts[key], found, catalog)) for key, found in tagger().tag_batch(rows)]


def match_rows(rows: list[MatchRow]) -> list[tuple[str, tuple[Match, ...]]]:
    """Return the id and the matches of each row, each match with whether it is shown."""
    found = []
    for key, *texts, areas, marks in rows:
        fields = dict(zip(FIELDS, texts, strict=True))
        found.append((key, matched(matcher(), key, fields, frozenset(areas.split()), marks)))
    return found


@dataclass(frozen=True)
class TaskPool:
    """`executor` is None for this process alone; `ahead` is how many batches may wait for a result at once."""

    executor: Executor | None = None
    ahead: int = 1

    def spread(
        self, work: Callable[[list[Any]], Any], batches: Iterable[tuple[Key, list[Any]]]
    ) -> Iterator[tuple[Key, Any]]:
        """Yield each batch's key with its result, in order. Memory use does not grow with the number of batches."""
        if self.executor is None:
            yield from ((key, work(rows)) for key, rows in batches)
            return
        waiting: list[tuple[Key, Future[Any]]] = []
        for key, rows in batches:
            waiting.append((key, self.executor.submit(work, rows)))
            if len(waiting) >= self.ahead:
                first, future = waiting.pop(0)
                yield first, future.result()
        for key, future in waiting:
            yield key, future.result()


@contextmanager
def task_pool(workers: int, documents: int) -> Iterator[TaskPool]:
    """Open a pool: this process alone for few documents, else ``workers`` processes.

    Raises:
        WorkerError: a process of the pool was killed.
    """
    if documents < SMALL or workers == 1:
        yield TaskPool()
        return
    try:
        with ProcessPoolExecutor(workers, initializer=_start_worker) as pool:
            yield TaskPool(pool, 2 * workers)
    except BrokenProcessPool as error:
        raise WorkerError(
            "a process that tags was killed, perhaps because memory ran out; what was written is complete: run the command "
            "again, with INFOPOLICY_WORKERS=1 if it happens again"
        ) from error


def _start_worker() -> None:
    worker_process.start()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
