"""Scrapy's own commands work beside ours: who knows Scrapy can list, check and crawl as with any project."""

from __future__ import annotations

import inspect
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from conftest import clean_environment
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.misc import is_generator_with_return_value

from crawlers.sources import load_sources

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = (ROOT / "crawlers" / "sample").as_uri()


def scrapy(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = clean_environment() | {"INFOPOLICY_DATA": str(folder), "INFOPOLICY_MIRROR": SAMPLE}
    command = [sys.executable, "-m", "scrapy", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_list_names_every_source(tmp_path: Path) -> None:
    done = scrapy(tmp_path, "list")
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == set(load_sources())


def test_check_finds_nothing_wrong(tmp_path: Path) -> None:
    done = scrapy(tmp_path, "check")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("day", [(), ("-a", "today=2025-12-31")], ids=["no day named", "a day named"])
def test_crawl_collects(tmp_path: Path, day: tuple[str, ...]) -> None:
    period = ("-a", "since=2025-01-01", "-a", "until=2025-12-31")
    done = scrapy(tmp_path, "crawl", "us_federal_register", *period, *day)
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(tmp_path / "corpus.db")) as db:
        assert db.execute("select count(*) from documents").fetchone()[0] > 10


def test_an_argument_that_cannot_be_is_told(tmp_path: Path) -> None:
    done = scrapy(tmp_path, "crawl", "us_federal_register", "-a", "believe=maybe")
    assert 'must be "yes" or "no"' in done.stderr
    assert not (tmp_path / "corpus.db").exists()


def test_no_source_takes_a_certificate_that_nobody_has_signed() -> None:
    """Scrapy takes any unless it is told otherwise, and keys go over these connections."""
    found = Settings()
    found.setmodule("crawlers.settings", priority="project")
    for name in load_sources():
        spider = SpiderLoader.from_settings(found).load(name)
        laid_over = found.copy()
        spider.update_settings(laid_over)
        assert laid_over.getbool("DOWNLOAD_VERIFY_CERTIFICATES"), name


def test_no_callback_returns_what_scrapy_would_drop() -> None:
    """Scrapy's own look at this, at every answer, is switched off (crawlers/settings.py): one look is enough."""
    loader = SpiderLoader.from_settings(Settings({"SPIDER_MODULES": ["crawlers.spiders"]}))
    methods = [
        method for name in loader.list() for _, method in inspect.getmembers(loader.load(name), inspect.isfunction)
    ]
    assert len(methods) > 100
    assert not [method.__qualname__ for method in methods if is_generator_with_return_value(method)]
