"""What a soak has written is judged as it should be, also after it was killed; and its readers ask for what there is."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
import site_corpus
from sqlite_utils import Database

import serve
from benchmarks.soaking import visits
from benchmarks.soaking.people import everybody
from benchmarks.soaking.records import GOOD, REFUSED, WRONG, QueueViewer, Records
from benchmarks.soaking.report import is_flat, report, slope
from benchmarks.soaking.watch import held, tree

pytestmark = pytest.mark.slow

MB = 1_000_000


@pytest.fixture
def records(tmp_path: Path) -> Records:
    """A soak of two minutes in which nothing went wrong; the words of one verdict are in staff.db."""
    made = Records(tmp_path)
    for second in range(120):
        made.asked(QueueViewer(second, "home", 0.05, 200, GOOD), "/")
    made.asked(QueueViewer(60, "SQL", 1.0, 503, REFUSED), "/corpus.json")
    for _ in range(2):
        made.minute(
            memory=300 * MB, most=310 * MB, files=30, temporary=0, processes=2, logs={"corpus.db-wal": MB}, load=1.5
        )
    made.line("jobs", at=30.0, job="backup", code=0, seconds=10.0, peak=120 * MB, output="")
    made.line("said", at=20.0, what="review", words="soak-1")
    (tmp_path / "data").mkdir()
    with closing(Database(tmp_path / "data" / "staff.db")) as db:
        db.table("reviews").insert({"note": "soak-1"})
        db.table("reports").insert({"words": "of somebody else"})
    return made


def judged(records: Records) -> bool:
    return report(records.folder, records.folder / "data")


def test_a_soak_without_a_fault_is_good(records: Records, capsys: pytest.CaptureFixture[str]) -> None:
    assert judged(records)
    printed = capsys.readouterr().out
    assert "121 requests, **0 errors**, 50 / 50 / 50 ms" in printed
    assert "| SQL | 1 | 1,000 / 1,000 / 1,000 | 1.0 | 1 | 0 |" in printed
    assert "| backup | 1 | 10 / 10 | 120 | 50 / 50 / 50 | 0 |" in printed
    assert "| memory, MB | 300 | 300 | 300 | 310 | 0 |" in printed
    assert "| review | 1 | 1 | 0 | 0 |" in printed


@pytest.mark.parametrize(
    ("name", "line", "told"),
    [
        ("said", {"at": 50.0, "what": "review", "words": "soak-2"}, "| review | 2 | 1 | 1 | 0 |"),
        ("said", {"at": 50.0, "what": "confirmed", "words": "a@b.example"}, "| confirmed | 1 | 0 | 1 | 0 |"),
        (
            "jobs",
            {"at": 50.0, "job": "crawl", "code": 3, "seconds": 1.0, "peak": 0, "output": "partial"},
            "- crawl ended with exit code 3: partial",
        ),
    ],
)
def test_what_is_lost_or_failed_makes_it_bad(
    records: Records, name: str, line: dict[str, Any], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    records.line(name, **line)
    assert not judged(records)
    assert told in capsys.readouterr().out


def test_an_error_makes_it_bad_and_is_shown(records: Records, capsys: pytest.CaptureFixture[str]) -> None:
    records.asked(QueueViewer(100, "document", 0.1, 500, WRONG), "/documents/x", "database is locked")
    records.minute()
    assert not judged(records)
    printed = capsys.readouterr().out
    assert "**1 errors**" in printed
    assert "- 1 × document: 500, such as `/documents/x`: database is locked" in printed


def test_a_verdict_that_stands_twice_makes_it_bad(records: Records) -> None:
    with closing(Database(records.folder / "data" / "staff.db")) as db:
        db.table("reviews").insert({"note": "soak-1"})
    assert not judged(records)


def test_a_soak_that_was_killed_while_it_wrote_is_told_about(records: Records) -> None:
    for name in ("requests.csv", "minutes.jsonl", "said.jsonl"):
        with (records.folder / name).open("a") as file:
            file.write('{"at": 99' if name.endswith("l") else "99.0,home,0.0")
    assert judged(records)


def test_memory_is_judged_by_quarters_once_there_are_enough_minutes() -> None:
    assert is_flat([100.0, 400.0]), "too short to be judged"
    assert is_flat([100.0] * 15 + [119.0] * 15)
    assert not is_flat([100.0] * 15 + [121.0] * 15)
    assert is_flat([100.0] * 10 + [900.0] + [100.0] * 19), "one high minute is no growth"
    assert slope([0, 30, 60], [100.0, 105.0, 110.0]) == pytest.approx(10)


HOLDER = """
import tempfile
file = tempfile.TemporaryFile()
file.write(bytes(3_000_000))
file.flush()
print("ready", flush=True)
input()
"""


def test_what_a_process_holds_is_seen() -> None:
    before = held(os.getpid())
    with subprocess.Popen([sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        now = held(os.getpid())
        assert child.pid in tree(os.getpid())
        child.communicate(b"\n")
    assert now.processes == before.processes + 1
    assert now.temporary >= before.temporary + 3_000_000
    assert now.memory > before.memory + 2_000_000


def test_there_are_twenty_people(tmp_path: Path) -> None:
    known = visits.Known([], [], [], [], [])
    assert len(everybody(tmp_path, "http://127.0.0.1:1", known, Records(tmp_path), None)) == 20


# --------------------------------------------------------------------- what they ask for


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("soak")
    site_corpus.build(made)
    return made


async def test_every_visit_is_answered_as_it_says(folder: Path) -> None:
    app = serve.build(folder / "corpus.db", today=site_corpus.TODAY).app()
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8001")
    known, dice = visits.Known.of(folder / "corpus.db"), random.Random(1)
    for _, make in visits.MIX:
        for _ in range(3):
            visit = make(known, dice)
            assert (await http.get(visit.path)).status_code in visit.good, visit
    for sql in visits.QUERIES:
        answer = await http.get("/corpus.json", params={"sql": sql})
        for _ in range(5):
            if answer.status_code == 503 and answer.headers["retry-after"]:  # a machine that is busy with other tests
                await asyncio.sleep(1)
                answer = await http.get("/corpus.json", params={"sql": sql})
        assert answer.status_code == 200, sql
