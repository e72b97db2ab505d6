"""Tagging and matching on a real Dask scheduler with two worker processes: the same rows as on one machine."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from conftest import ROOT, Command, clean_environment
from sqlite_utils import Database
from test_derive import dump, filled  # noqa: F401

import derive as module
import workers
from derive import derive, forget
from workers import SchedulerError

pytest.importorskip("distributed")


@contextmanager
def process(*arguments: str, cwd: Path = ROOT) -> Iterator[subprocess.Popen[bytes]]:
    started = subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments], cwd=cwd, env=clean_environment(), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield started
    finally:
        started.kill()
        started.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of a scheduler, and its two workers."""
    file = tmp_path_factory.mktemp("dask") / "scheduler.json"
    with ExitStack() as stack:
        stack.enter_context(
            process("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        )
        address = json.loads(_read(file))["address"]
        crew = [
            stack.enter_context(process("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"))
            for _ in range(2)
        ]
        _wait_for_workers(address, 2)
        yield address, crew


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


def test_a_cluster_gives_the_same_rows(cluster, filled: Database, staff: Database, small_batches: None) -> None:  # noqa: F811
    derive(filled, staff, workers=1)
    before = dump(filled, staff)
    forget(filled)
    done = derive(filled, staff, scheduler=cluster[0])
    assert done.tagged > 2
    assert dump(filled, staff) == before
    assert derive(filled, staff, scheduler=cluster[0]).tagged == 0


def test_a_worker_with_other_rules_is_refused(
    cluster, filled: Database, staff: Database, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    monkeypatch.setattr(workers, "_tagger", _Other())
    with pytest.raises(SchedulerError, match="install the same code on all"):
        derive(filled, staff, scheduler=cluster[0])
    assert filled.table("taggings").count == 0


class _Other:
    version = "another"


def test_the_command_takes_a_scheduler(cluster, infopolicy: Command, recording, tmp_path: Path) -> None:
    recording.add(1, title="A bill for broadband in public libraries")
    assert infopolicy("crawl", "us_bills", "--congress", "all", mirror=recording.publish().mirror).returncode == 0
    done = infopolicy("rebuild", "--all", "--scheduler", cluster[0])
    assert done.returncode == 0, done.stderr
    assert re.search(r"tagged 1 and matched \d documents", done.stdout)


def test_nobody_at_the_address_is_one_sentence(filled: Database, staff: Database, monkeypatch) -> None:  # noqa: F811
    monkeypatch.setattr(workers, "PATIENCE", "1s")
    with pytest.raises(SchedulerError, match=r"tcp://127\.0\.0\.1:9"):
        derive(filled, staff, scheduler="tcp://127.0.0.1:9")


def test_a_worker_that_dies_costs_nothing(cluster, filled: Database, staff: Database, small_batches: None) -> None:  # noqa: F811
    derive(filled, staff, workers=1)
    before = dump(filled, staff)
    forget(filled)
    cluster[1][0].kill()
    derive(filled, staff, scheduler=cluster[0])
    assert dump(filled, staff) == before
