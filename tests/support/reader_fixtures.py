"""A second reader to test with: a provider of our own, the file of its opinions, questions and answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from openai_server import PRIORITY_ONLY, Provider, provider
from site_corpus import HOTSPOTS
from sqlite_utils import Database

from second_reader.models import find_model
from second_reader.opinions import Ledger
from second_reader.prompt import (
    Subject,
    catalog,
)
from second_reader.reading import Done, Reader
from store.connect import open_opinions

NOW = "2022-03-09T09:00:00Z"
POSITION = "tc-hotspot-lending"
KNOWN = catalog()


def subject(number: int = 1, **values: Any) -> Subject:
    given = {"title": f"Bill {number}", "abstract": HOTSPOTS, "text": None, "positions": (POSITION,)}
    return Subject(f"us-117-hr{number}", text_hash=f"hash{number}", **(given | values))


def said(**parts: Any) -> str:
    return json.dumps(json.loads(PRIORITY_ONLY) | parts)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with provider() as running:
        (tmp_path / "llm").mkdir()
        monkeypatch.setenv("LLM_USER_PATH", str(running.models(tmp_path / "llm")))
        yield running


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Database]:
    with closing(open_opinions(tmp_path / "opinions.db")) as opened:
        yield opened


def read(file: Database, *subjects: Subject, tokens: int = 10**9, dollars: float = 1_000, **more: Any) -> Done:
    model = find_model("reader", "1/2")
    more = {"parallel": 1} | more
    ledger = Ledger(file, tokens=tokens, dollars=dollars)
    return Reader(model, ledger, clock=lambda: NOW, **more).read(subjects)


def rows(file: Database, columns: str = "outcome") -> list[Any]:
    found = file.execute(f"select {columns} from readings order by id").fetchall()
    return [row[0] if len(row) == 1 else tuple(row) for row in found]
