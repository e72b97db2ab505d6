"""Every source returns half of what it returned before, or nothing, or less than it says it holds: is the alarm seen?

Each case runs the real spiders through the real command line, against mirrors made from the golden recordings
(tests/support/truncated_sources.py): once whole, and then each way of failing from a copy of that corpus. The alarm
must be seen wherever a person looks, and nothing may be taken for gone.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from conftest import ROOT, clean_environment
from truncated_sources import CASES, WHOLE

import commands.collecting
import operations.crawl
import serve
from crawlers.sources import load_sources
from crawlers.storage.runs import Run
from store.connect import open_corpus

pytestmark = pytest.mark.slow

KEYS = {source.key: "not-a-key" for source in load_sources().values() if source.key} | {"COURTLISTENER_AGREED": "1"}
PAGING = [name for name, case in CASES.items() if case.announces]
#: The real command line, with arguments of its own for each spider. Of what follows a crawl only what the page shows is
#: brought up to date: tags and matches would take most of the time.
COMMAND = """
import json, sys
sys.modules["pandas"] = None  # as the command itself: sqlite-utils would read it
from scrapy.crawler import AsyncCrawlerProcess
import cli, pipelines
from publish.listing import publish
own, plain = json.loads(sys.argv.pop(1)), AsyncCrawlerProcess.crawl
AsyncCrawlerProcess.crawl = lambda self, crawler, **given: plain(self, crawler, **given | own[crawler.spidercls.name])
def publish_only(corpus, staff, **rest):
    publish(corpus, "2026-11-25T00:00:00Z")
    return pipelines.Updated(0, 0, 0, 0, 0)
pipelines.update = publish_only
cli.main()
"""


#: How much a source has given: documents, people or roll calls.
HELD = """select (select count(*) from provenance where source = ?) + (select count(*) from people where source = ?)
    + (select count(*) from roll_calls where source = ?)
    + (select count(*) from zip_districts where ? = 'us_zip_districts')"""


@dataclass(frozen=True)
class World:
    """A data folder after a crawl: how the command ended, and what it and `infopolicy status --json` said."""

    data: Path
    crawled: subprocess.CompletedProcess[str]
    code: int
    status: dict[str, Any]

    def rows(self, sql: str, *values: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"{(self.data / 'corpus.db').as_uri()}?mode=ro", uri=True)) as db:
            return db.execute(sql, values).fetchall()

    def run(self, source: str) -> Run:
        """The newest run of a source as the command line has it."""
        sql = "select source, started_at, state, note from runs where source = ? order by id desc limit 1"
        [(name, started_at, state, note)] = self.rows(sql, source)
        return Run(source=name, started_at=started_at, state=state, note=note)

    def warnings(self, source: str) -> list[str]:
        return [words for words in self.status["warnings"] if words.startswith(f"{source}: ")]


def collect(
    folder: Path, names: list[str], count: int, announced: int, run: int, data: Path | None = None, *options: str
) -> World:
    """Crawl the sources from mirrors that list so many records each, into `data` or a copy of it."""
    target = folder / "data"
    if data:
        shutil.copytree(data, target)
        date_back(target)
    own = {}
    for name in names:
        case = CASES[name]
        case.write(folder / "mirror", count * case.records // WHOLE, announced * case.records // WHOLE)
        own[name] = {"today": case.later if run else case.today} | case.arguments
        if case.seed:
            db = open_corpus(target / "corpus.db")
            case.seed(db, run)
            db.close()
    environment = clean_environment() | KEYS | {"INFOPOLICY_DATA": str(target)}
    call = lambda *command: subprocess.run(  # noqa: E731
        command,
        env=environment | {"INFOPOLICY_MIRROR": (folder / "mirror").as_uri()},
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=300,
    )
    crawled = call(sys.executable, "-c", COMMAND, json.dumps(own), "crawl", "--budget", "off", *options, *names)
    assert "Traceback" not in crawled.stderr, crawled.stderr
    status = call(sys.executable, str(ROOT / "infopolicy.py"), "status", "--json")
    return World(target, crawled, status.returncode, json.loads(status.stdout))


def date_back(data: Path) -> None:
    """What was stored by the clock is put on the day that it was crawled as of."""
    with closing(sqlite3.connect(data / "corpus.db")) as db, db:
        for name, case in CASES.items():
            db.execute("update runs set finished_at = ? where source = ?", [f"{case.today}T12:00:00Z", name])
            db.execute("update provenance set fetched_at = ? where source = ?", [f"{case.today}T11:00:00Z", name])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> World:
    """All sources as they should be."""
    return collect(tmp_path_factory.mktemp("whole"), list(CASES), WHOLE, WHOLE, run=0)


@pytest.fixture(scope="module")
def half(whole: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    return collect(tmp_path_factory.mktemp("half"), list(CASES), WHOLE // 2, WHOLE // 2, run=1, data=whole.data)


@pytest.fixture(scope="module")
def empty(whole: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    return collect(tmp_path_factory.mktemp("empty"), list(CASES), 0, 0, run=1, data=whole.data)


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The first contact with sources that say they hold eight records and whose pages hold four."""
    return collect(tmp_path_factory.mktemp("cut"), PAGING, WHOLE // 2, WHOLE, run=0)


@pytest.fixture
def exit_code(monkeypatch: pytest.MonkeyPatch, call: Callable[..., Result]) -> Callable[[Run], int]:
    """How `infopolicy crawl` of one source alone ends when its run has gone like this."""

    def end(run: Run) -> int:
        for name, value in KEYS.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(operations.crawl, "crawl", lambda *given, **named: [run])
        monkeypatch.setattr(commands.collecting, "finish", lambda session, today: None)
        return call("crawl", run.source).exit_code

    return end


_pages: dict[Path, str] = {}


async def section(world: World, source: str) -> str:
    """What the public page says of a source."""
    if world.data not in _pages:
        _pages[world.data] = (await serve.build(world.data / "corpus.db").client.get("/sources")).text
    [found] = re.findall(rf'<section aria-labelledby="{source}">.*?</section>', _pages[world.data], re.DOTALL)
    return str(found)


async def alarm(world: World, source: str, exit_code: Callable[[Run], int]) -> str:
    """That the alarm is seen everywhere; returns the warnings."""
    assert world.code == 3
    assert world.warnings(source), world.status["warnings"]
    assert exit_code(world.run(source)) == 3
    assert f"\n{source}: " in f"\n{world.crawled.stderr}"
    assert "Needs attention" in await section(world, source)
    return "\n".join(world.warnings(source))


def nothing_is_gone(world: World, whole: World, source: str) -> None:
    assert world.rows("select id from documents where missing_since is not null") == []
    had = "select document_id from provenance where source = ?"
    assert set(whole.rows(had, source)) <= set(world.rows(had, source))
    left = "select count(*) from people where source = ? and is_current = 0"
    assert world.rows(left, source) == whole.rows(left, source)


def test_every_source_has_a_case() -> None:
    assert set(CASES) == set(load_sources()), "a new source needs a writer in tests/support/truncated_sources.py"


@pytest.mark.parametrize("source", load_sources())
async def test_a_source_that_is_as_it_should_be_alarms_nobody(
    source: str, whole: World, exit_code: Callable[[Run], int]
) -> None:
    assert (whole.run(source).state, whole.run(source).note) == ("finished", None)
    assert whole.warnings(source) == []
    assert exit_code(whole.run(source)) == 0
    assert "In order" in await section(whole, source)
    [(count,)] = whole.rows(HELD, *[source] * 4)
    assert count >= WHOLE


@pytest.mark.parametrize("source", load_sources())
async def test_half_of_what_it_returned_before(
    source: str, half: World, whole: World, exit_code: Callable[[Run], int]
) -> None:
    warnings = await alarm(half, source, exit_code)
    assert half.run(source).state == "finished", "nothing failed: only the numbers tell"
    held = CASES[source].records
    numbers = r"\b{1} of the {0} documents|holds {1} documents, {0} are stored|of {0}(0,000)? .* {1}(0,000)? came"
    assert re.search(numbers.format(held, held // 2), warnings), warnings
    assert "Short" in await section(half, source)
    nothing_is_gone(half, whole, source)


@pytest.mark.parametrize("source", load_sources())
async def test_nothing_where_it_returned_something_before(
    source: str, empty: World, whole: World, exit_code: Callable[[Run], int]
) -> None:
    await alarm(empty, source, exit_code)
    nothing_is_gone(empty, whole, source)


@pytest.mark.parametrize("source", PAGING)
async def test_pages_that_hold_half_of_what_the_source_says(
    source: str, cut: World, exit_code: Callable[[Run], int]
) -> None:
    await alarm(cut, source, exit_code)
    assert cut.run(source).state == "failed"


@pytest.mark.parametrize(("source", "gone"), [("us_states", "us-nh 2025"), ("us_states_legiscan", "us-tx 88R")])
def test_a_whole_place_that_vanishes_is_told(source: str, gone: str, half: World) -> None:
    assert f"{source}: {gone}: listed 1 documents before and nothing now" in half.warnings(source)


def test_texts_that_are_lacking_by_the_dozen_are_not_taken_for_final(half: World, empty: World) -> None:
    for world, there in ((half, WHOLE + WHOLE // 2), (empty, WHOLE)):
        for host in ("www.govinfo.gov", "www.revisor.mn.gov"):
            sql = f"select count(*), sum(text is not null) from version_texts where url like 'https://{host}/%'"
            assert world.rows(sql) == [(there, there)]


def test_the_alarm_stays_until_the_source_has_it_again(half: World, tmp_path_factory: pytest.TempPathFactory) -> None:
    names = [name for name in CASES if name not in ("us_bill_text", "us_state_text")]
    again = collect(tmp_path_factory.mktemp("again"), names, WHOLE // 2, WHOLE // 2, run=1, data=half.data)
    assert [name for name in names if not again.warnings(name)] == []
    well = collect(tmp_path_factory.mktemp("well"), names, WHOLE, WHOLE, run=1, data=again.data)
    assert [well.run(name).note for name in names] == [None] * len(names)
    assert [name for name in names if well.warnings(name)] == []


def test_a_person_may_say_that_half_is_right(half: World, tmp_path_factory: pytest.TempPathFactory) -> None:
    names = ["us_courts", "us_states", "us_states_legiscan", "uk_bills", "us_federal_register"]
    believed = collect(
        tmp_path_factory.mktemp("believed"), names, WHOLE // 2, WHOLE // 2, 1, half.data, "-a", "believe=yes"
    )
    assert (believed.crawled.returncode, believed.crawled.stderr) == (0, "")
    gone = believed.rows("select source, count(*) from documents where missing_since is not null group by 1")
    assert dict(gone) == dict.fromkeys(names, 4) | {"us_states": 5, "us_states_legiscan": 5}, (
        "a vanished place counts too"
    )
    after = collect(tmp_path_factory.mktemp("after"), names, WHOLE // 2, WHOLE // 2, 1, believed.data)
    assert [words for name in names for words in after.warnings(name)] == []
