"""A data folder of which parts are killed, damaged, or lost, and what must be the same in it afterwards."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import desk_fixtures
import pytest
from click.testing import Result
from conftest import ROOT
from crash_helpers import start
from desk_fixtures import NOW
from digest_fixtures import reader

from desk.partners import partners
from desk.reviews import reviews
from desk.reviews.reviews import Verdict
from operations import human_data_export
from store.connect import open_mail, open_partners, open_staff, read_only

sys.path.insert(0, str(ROOT))
from benchmarks.compare import differences

CRAWL = ("--quiet", "crawl", "us_bills", "--congress", "117", "--today", "2025-06-01")
Call = Callable[..., Result]


def human(folder: Path) -> dict[str, list[Any]]:
    """Every row that people made."""
    found = {}
    for name in human_data_export.DERIVED:
        if (folder / name).exists():
            with closing(read_only(folder / name)) as db:
                for table in human_data_export.tables_of(db, name):
                    found[f"{name} {table}"] = sorted(db.execute(f"select * from {table}").fetchall(), key=repr)
    return found


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an undisturbed crawl makes, with people who have decided and subscribed."""
    data = tmp_path_factory.mktemp("calm")
    assert start(data, *CRAWL) == 0
    with closing(open_staff(data / "staff.db", data / "corpus.db")) as db:
        ana = desk_fixtures.add(db, "Ana Reader", "approver")
        for document_id in some(data, 3):
            wanted = Verdict(document_id=document_id, subject="area:literacy", verdict="confirm", note="for us")
            reviews.record(db, ana, [wanted], now=NOW)
        with closing(open_partners(data / "partners.db", data / "corpus.db")) as theirs:
            dana = partners.add_partner(theirs, "Dana", "Axolotl Foundation", password=desk_fixtures.PASSWORD, now=NOW)
            for document_id in some(data, 2):
                partners.publish_statement(theirs, dana, document_id, "oppose", "It goes too far.", seen=0, now=NOW)
            partners.moderate(theirs, ana, 2, hidden=True, reason="not about it", seen=0, now=NOW)
    with closing(open_mail(data / "mail.db")) as mail:
        reader(mail, "one@example.org")
    assert start(data, "--quiet", "rebuild") == 0
    assert start(data, "--quiet", "backup") == 0
    return data


def some(data: Path, number: int) -> list[str]:
    with closing(read_only(data / "corpus.db")) as db:
        return [key for (key,) in db.execute("select id from documents order by id limit ?", [number])]


@pytest.fixture
def data(calm: Path, tmp_path: Path) -> Path:
    shutil.copytree(calm, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def untouched(data: Path) -> Iterator[None]:
    """Whatever happens in the test, what people made is in the data folder afterwards, row for row."""
    before = human(data)
    assert len(before["staff.db reviews"]) == 3
    assert [len(before[f"partners.db {table}"]) for table in ("statements", "moderations")] == [2, 1]
    assert len(before["mail.db subscribers"]) == 1
    yield
    assert human(data) == before


def same(data: Path, calm: Path) -> None:
    assert [line for name in ("corpus.db", "staff.db") for line in differences(calm / name, data / name)] == []


def forget(data: Path, *names: str) -> None:
    for name in names:
        for suffix in ("", "-wal", "-shm"):
            (data / (name + suffix)).unlink(missing_ok=True)
