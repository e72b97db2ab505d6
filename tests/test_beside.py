"""Reading in a second process: the same results in the same order, whatever becomes of that process."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from waiting import alive, until

from crawlers.download import worker_process

pytestmark = pytest.mark.slow


def doubled(number: int) -> tuple[int, int]:
    """The process that did it, and twice the number."""
    return os.getpid(), 2 * number


def fatal(number: int) -> int:
    """Twice the number; a process that is not the tests' own is killed at the fiftieth, as by want of memory."""
    if number == 50 and multiprocessing.parent_process():
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def little(_: int) -> int:
    return 1


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})


def test_a_second_process_does_it_in_order() -> None:
    found = list(worker_process.each(doubled, range(3_000), 3_000, size=little))
    assert [twice for _, twice in found] == list(range(0, 6_000, 2))
    assert len({process for process, _ in found}) == 1
    assert os.getpid() not in {process for process, _ in found}
    assert not multiprocessing.active_children()


def test_few_records_or_one_core_are_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    few = worker_process.LEAST - 1
    assert {process for process, _ in worker_process.each(doubled, range(few), few, size=little)} == {os.getpid()}
    assert {process for process, _ in worker_process.each(doubled, range(2_000), 2_000, size=little, processes=1)} == {
        os.getpid()
    }
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    assert {process for process, _ in worker_process.each(doubled, range(2_000), 2_000, size=little)} == {os.getpid()}


def test_no_more_is_held_than_is_under_way() -> None:
    items = iter(range(3_000))
    made = worker_process.each(doubled, items, 3_000, size=little)
    next(made)
    assert next(items) == worker_process.PART * worker_process.AHEAD
    made.close()
    assert not multiprocessing.active_children()


def test_huge_records_are_held_one_or_two_at_a_time() -> None:
    items = iter(range(3_000))
    made = worker_process.each(doubled, items, 3_000, size=lambda _: 20 << 20)
    assert [next(made)[1] for _ in range(100)] == list(range(0, 200, 2))
    assert next(items) <= 102
    made.close()


def test_a_process_that_is_killed_costs_no_record() -> None:
    assert list(worker_process.each(fatal, range(2_000), 2_000, size=little)) == list(range(0, 4_000, 2))


def test_the_second_process_ends_with_the_first(tmp_path: Path) -> None:
    """Else a crawl that was killed would leave a reader behind that waits for ever."""
    (tmp_path / "work.py").write_text("import os\n\ndef me(_):\n    return os.getpid()\n")
    (tmp_path / "main.py").write_text(
        "import os, signal\nfrom crawlers.download import worker_process as beside\nimport work\n"
        "if __name__ == '__main__':\n"
        "    print(next(beside.each(work.me, range(2_000), 2_000, size=int)), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run(
        [sys.executable, tmp_path / "main.py"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        timeout=600,
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"},
    )
    assert ended.returncode == -signal.SIGKILL
    reader = int(ended.stdout)
    until(lambda: not alive(reader), "the second process outlives the first")
