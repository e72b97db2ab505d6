"""`benchmarks.freeze` gives equal hashes twice, and names the row and the page that changed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from benchmarks import fingerprint, freeze, scenario

pytestmark = pytest.mark.slow

Frozen = dict[str, Any]


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Frozen, Frozen]:
    """The bundled sample, collected once and frozen twice."""
    collected = tmp_path_factory.mktemp("collected")
    sources = scenario.collect_sample(collected)
    folders = [tmp_path_factory.mktemp("frozen") for _ in range(2)]
    for folder in folders:
        freeze.copied(collected, folder)
    one, other = (freeze.made(folder, sources) for folder in folders)
    return one, other


def test_two_freezes_of_the_same_code_are_equal(twice: tuple[Frozen, Frozen]) -> None:
    assert freeze.differences(*twice, rows=True) == []


def test_a_freeze_holds_every_kind_of_row_page_and_mail(twice: tuple[Frozen, Frozen]) -> None:
    found = twice[0]
    assert all(said.startswith("exit code 0") for said in found["sources"].values()), found["sources"]
    for table in (
        "corpus.documents",
        "corpus.actions",
        "corpus.tags",
        "corpus.evidence",
        "corpus.position_matches",
        "corpus.changes",
        "corpus.look_alikes",
        "corpus.listing",
        "corpus.facet_counts",
        "corpus.documents_fts",
        "corpus.decisions",
        "corpus.outcomes",
        "staff.reviews",
        "partners.statements",
        "mail.digest_items",
        "mail.deliveries",
    ):
        assert found["tables"][table]["rows"], table
    assert len(found["pages"]) >= 200
    refused = {path: page for path, page in found["pages"].items() if page["status"] >= 400}
    assert set(refused) == {"/no-such-page", "/documents/no-such-document", "/staff", *_redirects(found)}
    assert len(found["mails"]) == 4


def _redirects(found: Frozen) -> set[str]:
    """A group of look-alikes that is no family of bills has no page."""
    return {path for path, page in found["pages"].items() if path.startswith("/families/") and page["status"] == 404}


async def test_a_changed_row_is_named_with_its_page(twice: tuple[Frozen, Frozen], tmp_path: Path) -> None:
    old = twice[0]
    freeze.copied(Path(old["folder"]), tmp_path)
    document = "us-117-hr1581"
    with closing(sqlite3.connect(tmp_path / "corpus.db")) as db, db:
        db.execute("update documents set title = title || ' (changed)' where id = ?", [document])
        db.execute("delete from tags where document_id = ?", [document])
    path = f"/documents/{document}"
    before = {"tables": old["tables"], "pages": {path: await _page(Path(old["folder"]), path)}, "mails": {}}
    after = {"tables": fingerprint.of_tables(tmp_path), "pages": {path: await _page(tmp_path, path)}, "mails": {}}
    lines = freeze.differences(before | {"folder": old["folder"]}, after | {"folder": str(tmp_path)}, rows=True)
    named = {line.split(": ")[1] for line in lines if not line.startswith(" ")}
    assert {"corpus.documents", "corpus.documents_fts", "corpus.tags", path} <= named
    assert {"corpus.evidence", "corpus.position_matches", "staff.reviews"}.isdisjoint(named)
    assert any(line.startswith("    + ") and "(changed)" in line for line in lines)
    assert any(line.startswith("    - ") and "(changed)" not in line for line in lines)


async def _page(folder: Path, path: str) -> dict[str, Any]:
    body = fingerprint.mask((await scenario.Visitor(folder).get(path)).text)
    fingerprint.keep_text(folder, "pages", path, body)
    return {"sha256": fingerprint.sha256(body)}


def test_the_order_of_rows_does_not_count_and_their_number_does(tmp_path: Path) -> None:
    def of(*rows: tuple[int, str]) -> dict[str, Any]:
        with closing(sqlite3.connect(tmp_path / "mail.db")) as db, db:
            db.execute("drop table if exists digests")
            db.execute("create table digests (number integer, words text)")
            db.executemany("insert into digests values (?, ?)", rows)
        return fingerprint.of_tables(tmp_path)["mail.digests"]

    assert of((1, "one"), (2, "two")) == of((2, "two"), (1, "one"))
    assert of((1, "one"), (1, "one"))["sha256"] != of((1, "one"))["sha256"]
    assert of((1, "one"))["sha256"] != of((1, "two"))["sha256"]
