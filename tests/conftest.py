"""What the tests share: temporary databases, a replay of recordings, recordings made to order, the real command line."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import jinja2
import pytest
import scrapy
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, settings
from jinja2.bccache import Bucket
from scrapy.settings import Settings
from sqlite_utils import Database

import cli
from crawlers.download.mirror import recorded
from desk.accounts import passwords
from store.connect import open_corpus, open_staff

ROOT = Path(__file__).resolve().parents[1]
SOURCES = Path(__file__).resolve().parent / "sources"
NOW = "2026-11-25T00:00:00Z"
LATER = "2026-11-26T00:00:00Z"
HOST = "www.govinfo.gov"
Command = Callable[..., subprocess.CompletedProcess[str]]


# Speed is measured by benchmarks: a busy machine fails no test.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with empty databases, every migration applied: a copy is there in a hundredth of the time."""
    folder = tmp_path_factory.mktemp("migrated")
    open_corpus(folder / "corpus.db").close()
    open_staff(folder / "staff.db").close()
    return folder


@pytest.fixture
def corpus(migrated: Path, tmp_path: Path) -> Iterator[Database]:
    """An empty corpus.db with every migration applied."""
    shutil.copy(migrated / "corpus.db", tmp_path)
    db = open_corpus(tmp_path / "corpus.db")
    yield db
    db.close()


@pytest.fixture
def staff(migrated: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(migrated / "staff.db", tmp_path)
    db = open_staff(tmp_path / "staff.db")
    yield db
    db.close()


@pytest.fixture(scope="session", autouse=True)
def few_rounds() -> Iterator[None]:
    """Fewer rounds than in earnest for every password chosen here: hashes were three quarters of the time of some files.

    What is read as a module is imported has the rounds in earnest still, as has the real command.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "ITERATIONS", 1_000)
        yield


class Compiled(jinja2.BytecodeCache):
    """What Jinja has compiled, by all that it depends on: the file, its text, and the kind of environment."""

    def __init__(self) -> None:
        self.kept: dict[tuple[Any, ...], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get(self._key(bucket))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[self._key(bucket)] = bucket.code

    def _key(self, bucket: Bucket) -> tuple[Any, ...]:
        kind = bucket.environment
        return (
            bucket.key,
            bucket.checksum,
            kind.is_async,
            kind.trim_blocks,
            *sorted(kind.extensions),
            *sorted(kind.filters),
        )


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """All sites of a run share their compiled templates, which were most of the time of a first page of each of them."""
    compiled = Compiled()
    with pytest.MonkeyPatch.context() as patch:
        shared = property(lambda environment: compiled, lambda environment, given: None)
        patch.setattr(jinja2.Environment, "bytecode_cache", shared, raising=False)
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that runs the real command in a process of its own as slow, and begin with the files that have such tests.

    Where several processes take a file each, none then waits at the end for the long file of another.
    """
    for item in items:
        if {"infopolicy", "collect", "sample"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
    long = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("browser")}
    items.sort(key=lambda item: item.path not in long)


# --------------------------------------------------------------------- recordings


class NotRecorded(AssertionError):
    """A spider requested an address that is not among the recordings."""


def replay(spider: scrapy.Spider, folder: Path, corpus: Path) -> list[Any]:
    """Everything a spider yields when the recordings below `folder` (HOST/PATH) answer it, in order, without a network.

    Raises:
        NotRecorded: it requests another address.
    """
    spider.settings = Settings({"INFOPOLICY_CORPUS": str(corpus)})  # type: ignore[attr-defined]
    started = _start(spider)
    waiting = [each for each in started if isinstance(each, scrapy.Request)]
    items = [each for each in started if not isinstance(each, scrapy.Request)]
    while waiting:
        request = waiting.pop(0)
        response = recorded(folder, request.url)
        if response.status == 404 and 404 not in request.meta.get("handle_httpstatus_list", ()):
            raise NotRecorded(request.url)
        response.request = request
        assert request.callback is not None
        results = request.callback(response, **request.cb_kwargs)
        for result in asyncio.run(_all(results)) if isinstance(results, AsyncIterator) else results:
            (waiting if isinstance(result, scrapy.Request) else items).append(result)
    return items


async def _all(results: AsyncIterator[Any]) -> list[Any]:
    return [each async for each in results]


def _start(spider: scrapy.Spider) -> list[Any]:
    """The requests and items with which a spider begins."""
    first, start = [], spider.start()
    while True:
        try:
            start.__anext__().send(None)
        except StopIteration as found:
            first.append(found.value)
        except StopAsyncIteration:
            return first


def expected(file: Path, actual: Any) -> Any:
    """The expectation stored in `file`. A first run writes it from `actual` and fails, so that somebody reads it."""
    if not file.exists():
        file.write_text(json.dumps(actual, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        pytest.fail(f"{file} did not exist and was written: read it, then run again")
    return json.loads(file.read_text(encoding="utf-8"))


def bill_xml(
    number: int | str = 1,
    *,
    kind: str = "hr",
    congress: int = 117,
    title: str | None = "A bill for the public libraries",
    introduced: str = "2021-03-01",
    actions: tuple[tuple[str, str], ...] = (),
    inside: str = "",
) -> str:
    """A BILLSTATUS record (schema 3.0.0); `actions` are (day, text), oldest first; `inside` is further XML of the bill."""
    rows = "".join(
        f"<item><actionDate>{day}</actionDate><text>{escape(text)}</text></item>" for day, text in reversed(actions)
    )
    heading = "" if title is None else f"<title>{escape(title)}</title>"
    return (
        '<?xml version="1.0" encoding="utf-8"?><billStatus><version>3.0.0</version><bill>'
        f"<number>{number}</number><type>{kind.upper()}</type><congress>{congress}</congress>"
        f"<introducedDate>{introduced}</introducedDate><updateDate>2021-03-02T00:00:00Z</updateDate>{heading}"
        f"<actions>{rows}</actions>{inside}</bill></billStatus>"
    )


@dataclass
class Recording:
    """A folder of recordings made to order: HOST/PATH, as `INFOPOLICY_MIRROR=file://…` reads it."""

    folder: Path
    listed: dict[tuple[int, str], dict[int, str]] = field(default_factory=dict)

    @property
    def mirror(self) -> str:
        return self.folder.as_uri()

    def path(self, congress: int, kind: str, name: str) -> Path:
        return self.folder / HOST / "bulkdata" / "BILLSTATUS" / str(congress) / kind / name

    def add(
        self,
        number: int,
        body: str | bytes | None = None,
        *,
        kind: str = "hr",
        congress: int = 117,
        stamp: str = "2021-03-02T00:00:00Z",
        **record: Any,
    ) -> None:
        """List a bill and record its answer: `body`, else a record made from the further arguments."""
        self.listed.setdefault((congress, kind), {})[number] = stamp
        if body is None:
            body = bill_xml(number, kind=kind, congress=congress, **record)
        path = self.path(congress, kind, f"BILLSTATUS-{congress}{kind}{number}.xml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body if isinstance(body, bytes) else body.encode())

    def pack(self, congress: int = 117, kind: str = "hr") -> Path:
        """Put the recorded answers of a type into its ZIP as well."""
        target = self.path(congress, kind, f"BILLSTATUS-{congress}-{kind}.zip")
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(target.parent.glob("*.xml")):
                archive.write(file, file.name)
        return target

    def publish(self) -> Recording:
        """Write robots.txt, the index and the sitemaps of what was added."""
        maps = self.folder / HOST / "sitemap" / "bulkdata" / "BILLSTATUS"
        maps.mkdir(parents=True, exist_ok=True)
        (self.folder / HOST / "robots.txt").write_text("User-agent: *\nDisallow: /search/\n")
        space, site = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"', f"https://{HOST}"
        index = "".join(
            f"<sitemap><loc>{site}/sitemap/bulkdata/BILLSTATUS/{congress}{kind}/sitemap.xml</loc></sitemap>"
            for congress, kind in self.listed
        )
        (maps / "sitemapindex.xml").write_text(f"<sitemapindex {space}>{index}</sitemapindex>")
        for (congress, kind), bills in self.listed.items():
            rows = "".join(
                f"<url><loc>{site}/bulkdata/BILLSTATUS/{congress}/{kind}/BILLSTATUS-{congress}{kind}{number}.xml</loc>"
                f"<lastmod>{stamp}</lastmod></url>"
                for number, stamp in bills.items()
            )
            (maps / f"{congress}{kind}").mkdir(exist_ok=True)
            (maps / f"{congress}{kind}" / "sitemap.xml").write_text(f"<urlset {space}>{rows}</urlset>")
        return self


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    return Recording(tmp_path / "mirror")


# --------------------------------------------------------------------- the command line


@pytest.fixture
def infopolicy(tmp_path: Path) -> Command:
    """Run the real command in a process of its own, on `tmp_path/data`; it never shows a traceback."""
    return partial(run_command, tmp_path / "data")


def run_command(
    data: Path, *arguments: str, mirror: str | None = None, python: str | None = None, **options: Any
) -> subprocess.CompletedProcess[str]:
    """The same on any data folder; `python` is code to run in the place of the command."""
    environment = clean_environment() | {"INFOPOLICY_DATA": str(data)}
    environment |= {"INFOPOLICY_MIRROR": mirror} if mirror else {}
    environment |= options.pop("env", {})
    command = [sys.executable, str(ROOT / "infopolicy.py")] if python is None else [sys.executable, "-c", python]
    done = subprocess.run(
        [*command, *arguments],
        env=environment,
        cwd=options.pop("cwd", ROOT),
        text=True,
        capture_output=True,
        timeout=options.pop("timeout", 600),
        **options,
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return done


_COLLECT = """
import json, sys
sys.modules["pandas"] = None  # sqlite-utils would take seconds to import it, and a crawl needs none of it
import settings
from operations.crawl import crawl
[run] = crawl(settings.load(), ["us_bills"], {"today": "2022-06-01"} | json.loads(sys.argv[1]))
print(json.dumps({"state": run.state, "note": run.note, "requests": run.requests, "listed": run.listed,
    "added": run.counts.added, "changed": run.counts.changed, "unchanged": run.counts.unchanged,
    "missing": run.missing, "rejected": run.rejected, "unstored": run.unstored}))
"""


@pytest.fixture
def collect(infopolicy: Command) -> Callable[..., dict[str, Any]]:
    """Only the crawl of `us_bills`, as the command does it, into `tmp_path/data`: what its run says, and `log`."""

    def run(mirror: str, before: str = "", **arguments: str) -> dict[str, Any]:
        done = infopolicy(json.dumps(arguments), mirror=mirror, python=_COLLECT.replace("[run]", before + "\n[run]"))
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) | {"log": done.stderr}

    return run


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The same within this process, for what ends before a crawl begins (a crawl can run once in a process only)."""
    for name in set(os.environ) - set(clean_environment()):
        monkeypatch.delenv(name)
    monkeypatch.setenv("INFOPOLICY_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("INFOPOLICY_MIRROR", "http://127.0.0.1:1")

    def run(*arguments: str) -> Result:
        done = CliRunner().invoke(cli.main, list(arguments))
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        return done

    return run


def clean_environment() -> dict[str, str]:
    """The environment without this machine's own settings of the project and proxies.

    Where a machine keeps Python from storing what it compiles, each of hundreds of commands would compile all of ours again.
    """
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("INFOPOLICY_", "PYTHONDONTWRITEBYTECODE")) and not name.lower().endswith("_proxy")
    }


def needs(program: str) -> pytest.MarkDecorator:
    """Skipped where the program is not installed, except in CI (the environment variable CI), where it must be."""
    there = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    return pytest.mark.skipif(not there and not os.environ.get("CI"), reason=f"{program} is not installed")
