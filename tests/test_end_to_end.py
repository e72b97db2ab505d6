"""From the recordings to the page, through the real command line: collect, tag, match, publish, look, rebuild."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from sample import CRAWL, MIRROR, Sample, sample  # noqa: F401

import serve

pytestmark = pytest.mark.slow

#: What may differ between a crawl and a rebuild: when it was written, and the row number the search index goes by.
STAMPS = ("first_seen_at", "changed_at", "fetched_at", "seen_at", "published_at", "applied_at", "document_rowid")


def rows(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every table of the file but runs, the search index and SQLite's own statistics."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as db:
        names = [name for (name,) in db.execute("select name from sqlite_master where type = 'table'")]
        found = {}
        for name in names:
            if name in ("runs", "sqlite_stat1", "sqlite_sequence", "_sqlite_migrations") or "_fts" in name:
                continue
            columns = [c for (c,) in db.execute("select name from pragma_table_info(?)", [name]) if c not in STAMPS]
            quoted = ", ".join(f'"{column}"' for column in columns)
            found[name] = sorted(db.execute(f"select {quoted} from {name}").fetchall(), key=repr)
        return found


@pytest.fixture
def corpus_file(sample: Sample, tmp_path: Path) -> Path:
    assert "71 new" in sample.said
    return sample.copy(tmp_path / "data") / "corpus.db"


async def test_a_bill_goes_from_the_source_to_its_page_and_a_rebuild_changes_nothing(
    corpus_file: Path, infopolicy: Command
) -> None:
    before = rows(corpus_file)
    assert len(before["documents"]) == 71
    for table in ("tags", "evidence", "position_matches", "listing", "facet_counts", "positions", "policy_areas"):
        assert before[table], table

    site = serve.build(corpus_file, today="2026-11-25")
    home = await site.client.get("/")
    assert home.status_code == 200
    page = await site.client.get("/documents/us-117-hr1581")
    assert page.status_code == 200
    assert "Build America" in page.text
    assert "automatic" in page.text.lower()
    assert "https://www.congress.gov/bill/117th-congress/house-bill/1581" in page.text
    table = (await site.client.get("/corpus/documents/us-117-hr1581.json?_shape=objects")).json()
    assert table["rows"][0]["status"] == "failed", "the 117th Congress is over, and it did not pass"
    for private in ("/staff", "/ops", "/staff.json", "/ops/rejects", "/staff/suggested_stances"):
        assert (await site.client.get(private)).status_code == 404, private

    again = infopolicy(*CRAWL, mirror=MIRROR)
    assert again.returncode == 0
    assert "0 new, 0 changed" in again.stdout
    assert rows(corpus_file) == before

    assert infopolicy("rebuild", "--all").returncode == 0
    assert rows(corpus_file) == before
    staff = corpus_file.with_name("staff.db")
    assert rows(staff)["suggested_stances"]
