"""A golden run of a source: what its spider makes of the recordings, compared with what somebody has read and agreed to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from conftest import expected
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler

from crawlers.items import Document
from crawlers.people import LegislativeCommittee, Person, RollCall
from crawlers.spider import SourceSpider

S = TypeVar("S", bound=SourceSpider)
RECORDS = (Document, Person, LegislativeCommittee, RollCall)
NOWHERE = Path("/nowhere/corpus.db")


def made(cls: type[S], *, corpus: Path = NOWHERE, **arguments: Any) -> S:
    """A spider as the engine makes it, on 25 November 2026, over a corpus that need not exist."""
    spider = cls.from_crawler(get_crawler(cls), today="2026-11-25", **arguments)
    spider.settings = Settings({"INFOPOLICY_CORPUS": str(corpus)})
    return spider


def agreed(folder: Path, items: Iterable[Any]) -> None:
    """Compare the records among the items with `expected.json`; the first difference fails and names its record."""
    documents = {
        item.id: plain(item) for item in items if isinstance(item, RECORDS) and not getattr(item, "glimpsed", False)
    }
    stored = expected(folder / "expected.json", dict(sorted(documents.items())))
    assert set(documents) == set(stored)
    for key, record in stored.items():
        assert documents[key] == record, key


def plain(item: Any) -> dict[str, Any]:
    """A record as JSON has it, without what is absent."""
    return {name: _lists(value) for name, value in asdict(item).items() if value not in (None, ())}


def _lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lists(each) for name, each in value.items()}
    return [_lists(each) for each in value] if isinstance(value, (list, tuple)) else value
