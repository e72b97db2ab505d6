"""What a run cannot read is kept without our keys, and counted by what it means for the run."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from crawlers.items import Reject
from crawlers.storage.rejects import Rejects
from crawlers.storage.runs import Run
from store.connect import open_ops

KEY = "sesame-open-1234"


@pytest.fixture
def rejects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rejects:
    monkeypatch.setenv("SAMPLE_API_KEY", KEY)
    return Rejects(open_ops(tmp_path / "ops.db"), Run(source="us_bills", started_at="2022-03-09T00:00:00Z"))


def reject(number: int, document_id: str | None = None, reason: str = "no title") -> Reject:
    url = f"https://example.org/{number}?key={KEY}"
    return Reject(
        source="us_bills", url=url, reason=reason, body=f'{{"key": "{KEY}"}}'.encode(), document_id=document_id
    )


def test_no_key_of_ours_is_kept(rejects: Rejects) -> None:
    rejects.keep(reject(1, reason=f"{KEY} is refused"))
    [(url, reason, body, size)] = rejects.ops.execute("select url, reason, body, size from rejects").fetchall()
    assert (url, reason, zlib.decompress(body)) == (
        "https://example.org/1?key=***",
        "*** is refused",
        b'{"key": "***"}',
    )
    assert size == len(f'{{"key": "{KEY}"}}'), "the size is that of what came"


def test_only_what_is_no_document_is_a_lost_list_and_the_first_one_is_named(rejects: Rejects) -> None:
    for each in (reject(1, "us-117-hr1"), reject(2, reason="cut off"), reject(3, reason="no JSON")):
        rejects.keep(each)
    assert (rejects.run.rejected, rejects.lost, rejects.first_lost) == (1, 2, "cut off"), "a list is no record"
    assert rejects.ids == {"us-117-hr1"}


def test_what_an_earlier_run_could_not_read_is_not_unheard_of(rejects: Rejects) -> None:
    rejects.keep(reject(1, "us-117-hr1"))
    later = Rejects(rejects.ops, Run(source="us_bills", started_at="2022-03-10T00:00:00Z"))
    for number in (1, 2):
        later.keep(reject(number, f"us-117-hr{number}"))
    assert (later.run.rejected, later.unheard) == (2, 1)
