"""The commands of operators count documents as the lists of the site do."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from search_fixtures import DAY, filled
from site_corpus import document_row

from operations import exports, status
from operations.summary import summary
from pages.browse import browse, selection
from publish.listing import publish
from settings import Configuration
from store.connect import read_only
from store.errors import InvalidInput

NOW = "2022-03-09T10:00:00Z"


@pytest.fixture
def config(tmp_path: Path) -> Configuration:
    """With a priority bill, one whose area is too doubtful to show, and one that only honors someone."""
    db = filled(tmp_path)
    made = {"hr81": ("A library", 0.99, 2), "hr82": ("A bridge", 0.5, 0), "hres83": ("Honoring a librarian", 0.99, 2)}
    for number, (title, probability, priority) in made.items():
        key = f"us-117-{number}"
        row = document_row(key, identifier=number, title=title, document_type=number[:-2], url="https://example.org/")
        db.table("documents").insert(row | {"session": "117"})
        db.table("tags").insert({"document_id": key, "area_id": "library-funding", "probability": probability})
        like = next(db.query("select * from taggings limit 1"))
        db.table("taggings").insert(like | {"document_id": key, "priority": priority})
    publish(db, NOW)
    held = {
        row[0]: row[1]
        for row in db.execute("select document_id, ceremonial from listing where area_id = 'library-funding'")
    }
    assert (held.get("us-117-hr81"), held.get("us-117-hr82"), held.get("us-117-hres83")) == (0, None, 1)
    db.close()
    return Configuration(data=tmp_path, site="http://localhost")


def listed(config: Configuration, **chosen: str) -> int:
    with closing(read_only(config.corpus)) as db:
        db.row_factory = sqlite3.Row
        return selection.of_filters(db, browse.Filters.of(chosen), DAY).total


def test_the_state_and_the_summary_have_the_numbers_of_the_lists(config: Configuration) -> None:
    found, said = status.status(config, NOW), "\n".join(summary(config.corpus))
    tagged, first = listed(config, area="tagged"), listed(config, must_see="1")
    assert tagged > 1
    assert first > 0
    assert (found["tagged"], found["must_see"]) == (tagged, first)
    assert f" {tagged} carry a policy area" in said
    assert f"{first} that library staff must see" in said
    assert re.search(rf"^ +{listed(config, area='library-funding')}  Library funding$", said, re.MULTILINE)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_to_a_folder_that_is_not_there_names_it(config: Configuration, tmp_path: Path, kind: str) -> None:
    with pytest.raises(InvalidInput, match=r"/gone: there is no such folder$"):
        exports.export(config.corpus, area=None, kind=kind, output=tmp_path / "gone" / f"all.{kind}")


@pytest.mark.parametrize("area", [None, "library-funding"])
def test_an_export_has_the_rows_of_the_list(config: Configuration, tmp_path: Path, area: str | None) -> None:
    target = tmp_path / "all.csv"
    assert exports.export(config.corpus, area=area, kind="csv", output=target) == listed(config, area=area or "tagged")
    text = target.read_text(encoding="utf-8")
    assert "us-117-hr81" in text
    assert "us-117-hr82" not in text
    assert "us-117-hres83" not in text
