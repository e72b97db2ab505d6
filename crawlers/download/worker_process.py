"""Records read in a second process, while this one stores what is read: a crawl of bulk files keeps two cores busy."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Fewer records than this are not worth starting a process for.
LEAST = 1_000
#: Items sent at a time, and how many times that is under way: neither process waits for the other.
PART, AHEAD = 25, 16
#: Bytes sent at a time and under way, so that a few huge records (a ZIP bomb) fill no memory either.
PART_BYTES, AHEAD_BYTES = 1 << 20, 32 << 20


def each(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    number: int,
    *,
    size: Callable[[Item], int],
    processes: int = 2,
) -> Iterator[Result]:
    """``work(item)`` for every item, in order. A second process does it where there are two cores and enough to do.

    Args:
        work: a function of a module, so that another process finds it by its name; it raises nothing.
        number: how many items there are.
        size: bytes of an item, about.
        processes: how many the settings allow; with 1 all is read here.
    """
    if number < LEAST or processes < 2 or len(os.sched_getaffinity(0)) < 2:
        yield from map(work, items)
        return
    # Spawned: the reactor's threads and open databases are none of its business.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=start) as pool:
        waiting: deque[tuple[list[Item], int, Future[list[Result]]]] = deque()
        under_way = 0
        for part, weight in _parts(items, size):
            waiting.append((part, weight, _submit(pool, work, part)))
            under_way += weight
            while waiting and (len(waiting) >= AHEAD or under_way > AHEAD_BYTES):
                part, weight, future = waiting.popleft()
                under_way -= weight
                yield from _result(work, part, future)
        for part, _, future in waiting:
            yield from _result(work, part, future)


def _parts(items: Iterable[Item], size: Callable[[Item], int]) -> Iterator[tuple[list[Item], int]]:
    """What is sent at a time, with its bytes."""
    part: list[Item] = []
    weight = 0
    for item in items:
        part.append(item)
        weight += size(item)
        if len(part) == PART or weight >= PART_BYTES:
            yield part, weight
            part, weight = [], 0
    if part:
        yield part, weight


def _submit(pool: ProcessPoolExecutor, work: Callable[[Item], Result], part: list[Item]) -> Future[list[Result]]:
    try:
        return pool.submit(_all, work, part)
    except BrokenProcessPool as error:
        failed: Future[list[Result]] = Future()
        failed.set_exception(error)
        return failed


def _result(work: Callable[[Item], Result], part: list[Item], future: Future[list[Result]]) -> list[Result]:
    """What the second process made of a part; made here where that process is gone, for want of memory perhaps."""
    try:
        return future.result()
    except BrokenProcessPool:
        logging.getLogger(__name__).debug("the second process is gone: reading here")
        return _all(work, part)


def _all(work: Callable[[Item], Result], part: list[Item]) -> list[Result]:
    return [work(item) for item in part]


def start() -> None:
    """What every process of a pool does first: end with the one that started it, and leave Ctrl-C to that one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A process whose parent was killed would wait for work for ever, and hold the data folder's lock with it."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
