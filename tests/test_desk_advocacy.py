"""Records of advocacy: what the office did, only ever added to, and never public where it is a meeting."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from desk_fixtures import NOW, person
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from site_corpus import BROADBAND

from desk.queue import advocacy
from desk.queue.advocacy import AdvocacyRecord, BadRecord

LETTER = AdvocacyRecord(
    kind="letter",
    title="Letter of forty groups on hotspot lending",
    document_id=BROADBAND,
    happened_on="2022-03-08",
    due_on="2022-03-20",
    parties="Marginalia Office",
    link="https://example.org/letter",
    public=True,
)


def test_a_correction_is_a_newer_row_and_a_withdrawal_too(db: Any) -> None:
    number = advocacy.add(db, person(db), LETTER, now=NOW)
    row = advocacy.current(db, number)
    changed = AdvocacyRecord(**{**vars(LETTER), "title": "Letter of 41 groups"})
    advocacy.add(db, person(db), changed, now=NOW, corrects=number, seen=row["id"])
    [found] = advocacy.records(db, document_id=BROADBAND)
    assert (found["title"], found["name"], found["identifier"]) == ("Letter of 41 groups", "Ana Reader", "H.R. 1783")
    with pytest.raises(BadRecord, match="somebody else"):
        advocacy.withdraw(db, person(db), number, now=NOW, seen=row["id"])
    advocacy.withdraw(db, person(db), number, now=NOW, seen=found["id"])
    assert advocacy.records(db) == []
    assert db.execute("select count(*) from advocacy").fetchone()[0] == 3
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        db.execute("delete from advocacy")


def test_records_are_found_by_the_day_they_happened_or_are_due(db: Any) -> None:
    advocacy.add(db, person(db), LETTER, now=NOW)
    assert len(advocacy.records(db, since="2022-03-15", until="2022-03-21")) == 1
    assert advocacy.records(db, since="2022-03-09", until="2022-03-15") == []
    assert advocacy.records(db, position_id="tc-hotspot-lending") == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "poem"}, "what kind"),
        ({"title": " "}, "title"),
        ({"kind": "meeting"}, "never public"),
        ({"document_id": None}, "document or the position"),
        ({"document_id": "us-117-hr99999"}, "no document"),
        ({"happened_on": None, "due_on": None}, "the day"),
        ({"happened_on": "soon"}, "2026-11-30"),
        ({"link": "javascript:alert(1)"}, "https://"),
        ({"note": "x" * 5_000}, "at most"),
    ],
)
def test_a_senseless_record_is_refused(db: Any, change: dict[str, Any], words: str) -> None:
    with pytest.raises(BadRecord, match=words):
        advocacy.add(db, person(db), AdvocacyRecord(**{**vars(LETTER), **change}), now=NOW)


def test_the_file_itself_refuses_a_public_meeting(db: Any) -> None:
    advocacy.add(db, person(db), LETTER, now=NOW)
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        db.execute(
            "insert into advocacy (record_id, kind, title, document_id, happened_on, public, added_by, added_at) "
            "values (9, 'meeting', 'x', 'y', '2022-03-08', 1, 1, ?)",
            [NOW],
        )
