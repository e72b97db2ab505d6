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
from crawlers.spider import SourceSpider

S = TypeVar("S", bound=SourceSpider)
NOWHERE = Path("/nowhere/corpus.db")


def made(cls: type[S], *, corpus: Path = NOWHERE, **arguments: Any) -> S:
    """A spider as the engine makes it, on 25 November 2026, over a corpus that need not exist."""
    spider = cls.from_crawler(get_crawler(cls), today="2026-11-25", **arguments)
    spider.settings = Settings({"INFOPOLICY_CORPUS": str(corpus)})
    return spider


def agreed(folder: Path, items: Iterable[Any]) -> None:
    """Compare the documents among the items with `expected.json`; the first difference fails and names its document."""
    documents = {item.id: plain(item) for item in items if isinstance(item, Document)}
    stored = expected(folder / "expected.json", dict(sorted(documents.items())))
    assert set(documents) == set(stored)
    for key, record in stored.items():
        assert documents[key] == record, key


def plain(item: Document) -> dict[str, Any]:
    """A document as JSON has it, without what is absent."""
    return {name: _lists(value) for name, value in asdict(item).items() if value not in (None, ())}


def _lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lists(each) for name, each in value.items()}
    return [_lists(each) for each in value] if isinstance(value, (list, tuple)) else value
