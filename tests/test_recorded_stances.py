"""Stances on record: a person reads the source, says where, and only then is a stance of the organization shown."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from desk_fixtures import LATER, NOW, Browser, person
from desk_fixtures import application as application
from desk_fixtures import browser as browser
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from site_corpus import BROADBAND, RULE

from desk.reviews import recorded_stances, reviews
from desk.reviews.recorded_stances import BadReading, mark_read, on_record, reopen
from positions.catalog import stances

ENTRY = """
- id: {id}
  type: bill
  jurisdiction: us
  number: H.R. 1
  title: {title}
  year: 2022
  areas: [telecommunications]
  stance: support
  role: {role}
  actor: {actor}
  positions: [tc-erate]
  documents: [{document}]
  source_name: A letter
  confidence_identity: verified
  confidence_stance: {confidence}
  confidence_outcome: memory
"""
ADDRESS = "https://example.org/letter"


def entry(key: str, document: str = BROADBAND, **more: str) -> str:
    given = {"title": f"The {key} act", "role": "letter", "actor": "ALA", "confidence": "memory"} | more
    url = given.pop("url", None)
    return ENTRY.format(id=key, document=document, **given) + (f"  source_url: {url}\n" if url else "")


FILE = (
    entry("remembered")
    + entry("followed", "us-117-s42", role="tracker", confidence="verified", url=ADDRESS)
    + entry("of-a-chapter", RULE, actor="Texas Library Association")
    + entry("read-already", RULE, confidence="verified", url=ADDRESS)
    + entry("not-collected", "us-117-hr999")
)


@pytest.fixture(autouse=True)
def on_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stances on record are those above, whatever the catalog holds."""
    file = tmp_path / "on-record.yml"
    file.write_text(FILE, encoding="utf-8")
    monkeypatch.setattr(recorded_stances, "load_stances", lambda ids: stances.load_stances(ids, file))


def one(db: Any, key: str) -> recorded_stances.Recorded:
    return next(each for each in on_record(db) if each.stance.id == key)


def test_each_says_what_is_missing(db: Any) -> None:
    found = {each.stance.id: each for each in on_record(db)}
    assert found["remembered"].missing == ["nobody has read which side was taken", "no address"]
    assert "only follows from policy" in found["followed"].missing[0]
    assert found["read-already"].missing == []
    assert [key for key, each in found.items() if each.verified] == ["read-already"]
    assert [key for key, each in found.items() if each.to_publish] == ["read-already"]
    assert not found["of-a-chapter"].own


def test_an_approver_who_read_it_publishes_it_with_the_address(db: Any) -> None:
    changed = mark_read(db, person(db), "remembered", ADDRESS, "On record: letter.", seen=0, now=NOW)
    assert changed == [BROADBAND]
    verdict = reviews.current(db, BROADBAND, "stance")
    assert verdict is not None
    assert (verdict["value"], verdict["source"], verdict["published"]) == ("support", ADDRESS, 1)
    found = one(db, "remembered")
    assert found.check is not None
    assert (found.check["name"], found.check["address"], found.check["read_at"]) == ("Ana Reader", ADDRESS, NOW)
    assert (found.verified, found.to_publish, found.documents[0]["shown"]) == (True, False, "published")


def test_a_reviewer_only_drafts_it(db: Any) -> None:
    mark_read(db, person(db, "Ben Writer"), "remembered", ADDRESS, "On record.", seen=0, now=NOW)
    verdict = reviews.current(db, BROADBAND, "stance")
    assert verdict is not None
    assert not verdict["published"]


def test_another_body_never_becomes_the_stance_of_the_organization(db: Any) -> None:
    assert mark_read(db, person(db), "of-a-chapter", ADDRESS, "", seen=0, now=NOW) == []
    assert reviews.current(db, RULE, "stance") is None
    assert one(db, "of-a-chapter").verified


def test_what_is_not_collected_is_only_marked(db: Any) -> None:
    assert mark_read(db, person(db), "not-collected", ADDRESS, "", seen=0, now=NOW) == []
    assert one(db, "not-collected").documents == []


def test_what_staff_decided_is_not_overwritten(db: Any) -> None:
    given = reviews.Verdict(document_id=BROADBAND, subject="stance", verdict="confirm", value="oppose")
    reviews.record(db, person(db, "Ben Writer"), [given], now=NOW)
    assert mark_read(db, person(db), "remembered", ADDRESS, "", seen=0, now=NOW) == []
    verdict = reviews.current(db, BROADBAND, "stance")
    assert verdict is not None
    assert verdict["value"] == "oppose"


@pytest.mark.parametrize(
    ("key", "address", "reason", "says"),
    [
        ("nothing", ADDRESS, "x", "no such stance"),
        ("remembered", "", "x", "web address"),
        ("remembered", "javascript:alert(1)", "x", "web address"),
        ("remembered", ADDRESS, "", "a reason"),
    ],
)
def test_what_cannot_be_kept_is_refused(db: Any, key: str, address: str, reason: str, says: str) -> None:
    with pytest.raises(BadReading, match=says):
        mark_read(db, person(db), key, address, reason, seen=0, now=NOW)
    assert db.execute("select count(*) from stance_checks").fetchone()[0] == 0


def test_it_can_be_opened_again_and_every_row_stays(db: Any) -> None:
    mark_read(db, person(db), "not-collected", ADDRESS, "", seen=0, now=NOW)
    with pytest.raises(BadReading, match="somebody else"):
        mark_read(db, person(db), "not-collected", ADDRESS, "", seen=0, now=NOW)
    reopen(db, person(db), "not-collected", seen=one(db, "not-collected").seen, now=LATER)
    assert not one(db, "not-collected").verified
    with pytest.raises(BadReading, match="somebody else"):
        reopen(db, person(db), "not-collected", seen=1, now=LATER)
    mark_read(db, person(db), "not-collected", ADDRESS, "", seen=one(db, "not-collected").seen, now=LATER)
    assert db.execute("select count(*) from stance_checks").fetchone()[0] == 3
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        db.execute("delete from stance_checks")


@pytest.mark.slow
async def test_one_button_on_the_web_puts_it_on_the_public_page(browser: Browser) -> None:
    await browser.sign_in()
    page = (await browser.get("/desk/stances")).text
    assert "To verify: 4" in page
    assert "nobody has read which side was taken" in page
    form = {"stance": "remembered", "seen": "0", "step": "read"}
    assert (await browser.send("/desk/stances", **form, address="nowhere", reason="x")).status_code == 400
    assert ADDRESS not in (await browser.get(f"/documents/{BROADBAND}")).text
    sent = await browser.send("/desk/stances", **form, address=ADDRESS, reason="On record: letter, 2022.")
    assert sent.status_code == 302
    public = (await browser.get(f"/documents/{BROADBAND}")).text
    assert ADDRESS in public
    assert "On record: letter, 2022." in public
    assert "Ana Reader" not in public
