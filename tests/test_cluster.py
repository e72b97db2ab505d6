"""Tagging and matching on a real Dask scheduler with two worker processes: the same rows as on one machine."""

from __future__ import annotations

import json
import logging
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager
from copy import copy
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import NOW, ROOT, Command, clean_environment
from sqlite_utils import Database
from test_derive import DERIVED, bill, dump, filled  # noqa: F401

import derive.update as module
from crawlers.storage.record import upsert
from derive import pool as workers
from derive.pool import SchedulerError, TaskPool
from derive.update import derive, forget

pytest.importorskip("distributed")


@contextmanager
def process(*arguments: str, cwd: Path = ROOT) -> Iterator[subprocess.Popen[bytes]]:
    started = subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments],
        cwd=cwd,
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield started
    finally:
        started.kill()
        started.wait()


@dataclass
class Cluster:
    """A scheduler with its address, and two workers."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]


@contextmanager
def running(folder: Path, number: int) -> Iterator[Cluster]:
    """A scheduler with so many workers, each a process."""
    file = folder / "scheduler.json"
    with ExitStack() as stack:
        scheduler = stack.enter_context(
            process("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        )
        address = json.loads(_read(file))["address"]
        crew = [
            stack.enter_context(process("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"))
            for _ in range(number)
        ]
        _wait_for_workers(address, number)
        yield Cluster(address, scheduler, crew)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running(tmp_path_factory.mktemp("dask"), 2) as found:
        yield found


def _read(file: Path) -> str:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if file.exists() and file.read_text().rstrip().endswith("}"):
            return file.read_text()
        time.sleep(0.1)
    raise AssertionError("the scheduler did not start")


def _wait_for_workers(address: str, number: int) -> None:
    from distributed import Client

    with Client(address, timeout="60s", set_as_default=False) as client:
        client.wait_for_workers(number, timeout=60)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 1)


def test_a_cluster_gives_the_same_rows(cluster, filled: Database, staff: Database, small_batches: None) -> None:
    derive(filled, staff, workers=1)
    before = dump(filled, staff)
    forget(filled)
    done = derive(filled, staff, scheduler=cluster.address)
    assert done.tagged > 2
    assert dump(filled, staff) == before
    assert derive(filled, staff, scheduler=cluster.address).tagged == 0


def test_a_worker_with_other_rules_is_refused(
    cluster,
    filled: Database,
    staff: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = copy(workers.tagger())
    other.version = "another"
    monkeypatch.setattr(workers, "_tagger", other)
    with pytest.raises(SchedulerError, match="install the same code on all"):
        derive(filled, staff, scheduler=cluster.address)
    assert filled.table("taggings").count == 0


def test_the_command_takes_a_scheduler(cluster, infopolicy: Command, recording, tmp_path: Path) -> None:
    recording.add(1, title="A bill for broadband in public libraries")
    assert infopolicy("crawl", "us_bills", "--congress", "all", mirror=recording.publish().mirror).returncode == 0
    done = infopolicy("rebuild", "--all", "--scheduler", cluster.address)
    assert done.returncode == 0, done.stderr
    assert re.search(r"tagged 1 and matched \d documents", done.stdout)


def test_nobody_at_the_address_is_one_sentence(filled: Database, staff: Database, monkeypatch) -> None:
    monkeypatch.setattr(workers, "PATIENCE", "1s")
    with pytest.raises(SchedulerError, match=r"tcp://127\.0\.0\.1:9"):
        derive(filled, staff, scheduler="tcp://127.0.0.1:9")


class Forgetful(Executor):
    """Takes work and never says another word of it, as Dask does when fetching a result fails."""

    def submit(self, *_: object, **__: object) -> Future[object]:
        return Future()


def test_work_that_a_lost_scheduler_left_undone_is_not_waited_for() -> None:
    asked = iter([None, "the scheduler is gone"])
    lost = TaskPool(Forgetful(), ahead=2, lost=lambda: next(asked))
    with pytest.raises(ConnectionError, match="the scheduler is gone"):
        list(lost.spread(workers.tag_rows, [({}, [])], workers.tagger().version))
    assert next(asked, None) is None


# --------------------------------------------------------------------- killed while they work; the cluster ends with these

MANY = 40


@pytest.fixture
def calm(filled: Database, staff: Database, small_batches: None) -> list[list[object]]:
    """What one machine makes of more documents than can be under way at once; then all of it is forgotten."""
    more = [bill(1000 + number, f"A bill for broadband in public libraries, {number}") for number in range(MANY)]
    upsert(filled, more, now=NOW, silent=True)
    derive(filled, staff, workers=1)
    made = dump(filled, staff)
    forget(filled)
    return made


def kills(victim: subprocess.Popen[bytes]) -> tuple[list[int], tuple[Callable[[int], None], Callable[[int], None]]]:
    """The batches that were written, and a progress that kills a process by SIGKILL after the first of them."""
    written: list[int] = []

    def tell(documents: int) -> None:
        written.append(documents)
        if len(written) == 1:
            victim.kill()
            victim.wait()

    return written, (tell, lambda _: None)


def test_a_worker_that_dies_costs_nothing(
    cluster,
    filled: Database,
    staff: Database,
    calm: list[list[object]],
) -> None:
    written, progress = kills(cluster.workers[0])
    assert derive(filled, staff, scheduler=cluster.address, progress=progress).tagged == len(written) > MANY
    assert cluster.workers[0].returncode == -signal.SIGKILL
    assert dump(filled, staff) == calm


def test_a_cluster_without_workers_is_not_waited_for(
    tmp_path: Path,
    filled: Database,
    staff: Database,
    calm: list[list[object]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "WORKERLESS", 2.0)
    with running(tmp_path, 1) as alone:
        written, progress = kills(alone.workers[0])
        with pytest.raises(SchedulerError, match="has had no worker for 2 seconds; what was written is complete"):
            derive(filled, staff, scheduler=alone.address, progress=progress)
    assert derive(filled, staff, workers=1).tagged == len(calm[0]) - len(written)
    assert dump(filled, staff) == calm


def test_a_scheduler_that_dies_is_one_sentence_and_what_is_written_is_whole(
    cluster,
    filled: Database,
    staff: Database,
    calm: list[list[object]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    written, progress = kills(cluster.scheduler)
    logging.getLogger("distributed").addHandler(caplog.handler)  # it hands nothing on to those above it, tornado's does
    with pytest.raises(SchedulerError, match=rf"{cluster.address}: .*what was written is complete") as told:
        derive(filled, staff, scheduler=cluster.address, progress=progress)
    assert len(str(told.value).splitlines()) == 1
    logging.getLogger("distributed").removeHandler(caplog.handler)
    assert not [line for line in caplog.records if line.exc_info]
    tagged = {key for (key,) in filled.execute("select document_id from taggings")}
    done = len(tagged)
    assert 1 <= done == len(written) < MANY
    for name, every in zip(DERIVED[:3], calm, strict=False):
        mine = [row for row in every if row[0] in tagged]  # type: ignore[index]
        assert sorted(filled.execute(f"select * from {name}").fetchall(), key=repr) == mine, name
    assert derive(filled, staff, workers=1).tagged == len(calm[0]) - done
    assert dump(filled, staff) == calm
