"""The pages on which a tracker's spreadsheet is sent, shown, imported, and taken back."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from desk_fixtures import Browser, site_of
from test_desk_import import BROADBAND, HEAD, ROWS, apply, facts, shown, stance
from test_desk_import import browser as browser
from test_desk_import import config as config
from test_desk_import import db as db
from test_desk_import import made as made

from desk.intake import importing
from settings import Configuration

pytestmark = pytest.mark.slow


async def send_file(browser: Browser, body: bytes, name: str = "tracker.csv", **more: str) -> Any:
    form = {"csrftoken": await browser.token(), "step": "preview"} | more
    return await browser.http.post("/desk/import", data=form, files={"file": (name, body, "text/csv")})


async def test_from_the_file_to_the_drafts_and_back(browser: Browser, db: Any) -> None:
    assert "No imports yet" in (await browser.get("/desk/import")).text
    page = (await send_file(browser, (HEAD + ROWS).encode(), "<b>.csv")).text
    assert "&lt;b&gt;.csv has 11 rows: 3 will be written, 1 needs your choice" in page
    twice = (await send_file(browser, b"Bill,State\nHB 9999998,TX\nHB 9999999,TX\n")).text
    assert "has 2 rows: 2 match no document" in twice
    assert "Ask the whip" in page
    assert db.execute("select count(*) from reviews").fetchone()[0] == 0
    lines = shown(db)
    rows = [each.choices[0][1] for each in lines if each.choices]
    answer = await browser.send("/desk/import", step="apply", name="tracker.csv", row=[*rows, ""])
    assert answer.headers["location"] == "/desk/import"
    assert (stance(db), stance(db, "us-tx-2023-24-hb1")) == ("support", "oppose")
    page = (await browser.get("/desk/import")).text
    assert "4 documents imported" in page
    await browser.send("/desk/import", step="apply", name="tracker.csv", row=rows)
    assert "All of this is here already: nothing was imported." in (await browser.get("/desk/import")).text
    batch = importing.past(db)[0]["batch"]
    await browser.send("/desk/import", step="undo", batch=batch)
    assert stance(db) is None
    assert (await browser.send("/desk/import", step="undo", batch=batch)).status_code == 409
    rows = [each.choices[0][1] for each in shown(db) if each.choices]
    await browser.send("/desk/import", step="apply", name="tracker.csv", row=rows[0])
    assert "1 document imported. You follow it now." in (await browser.get("/desk/import")).text
    trail = (await browser.get("/desk/trail")).text
    assert "imported a tracker" in trail
    assert "took an import back" in trail
    # Drafts are for staff.
    assert "Stance of ALA" not in (await browser.get(f"/documents/{BROADBAND}")).text


async def test_a_row_left_out_for_another_on_the_same_document_is_named(browser: Browser, db: Any) -> None:
    """Two rows that match several documents: only who chooses knows that they are one."""
    rows = "Bill number,State,Position\nHB1,TX,Oppose\nHB 1,TX,Support\n"
    first, second = [each.choices[0][1] for each in shown(db, rows)]
    await browser.send("/desk/import", step="apply", name="tracker.csv", row=[first, second])
    assert stance(db, "us-tx-2023-24-hb1") == "oppose"
    said = (await browser.get("/desk/import")).text
    assert "1 document imported. You follow it now. Row 3 was left out: row 2 is about the same document." in said


async def test_the_queue_undoes_no_half_of_an_import(browser: Browser, db: Any) -> None:
    """A key takes back only verdicts; an import wrote leads, hearings, and notes too."""
    apply(
        db, "Bill,State,Session,Position,Lead,Hearing\nHR 1783,US,117,Support,Ben Writer,4/5/2026\nHB1,TX,,Oppose,,\n"
    )
    [past] = importing.past(db)
    page = (await browser.get("/desk")).text
    assert '<a href="/desk/import#past">Undo the import</a>' in page
    assert "Bulk action" not in page
    assert 'data-key="u"' not in page
    assert (await browser.send("/desk/undo", batch=past["batch"])).status_code == 409
    assert stance(db) == "support"
    await browser.send("/desk/import", step="undo", batch=past["batch"])
    assert stance(db) is None
    assert "Undo the import" not in (await browser.get("/desk")).text


async def test_only_who_made_an_import_takes_it_back(config: Configuration, db: Any) -> None:
    apply(db)
    browser = Browser(site_of(config).app())
    await browser.sign_in("Ben Writer")
    page = (await browser.get("/desk/import")).text
    assert "Take it back" not in page
    answer = await browser.send("/desk/import", step="undo", batch=importing.past(db)[0]["batch"])
    assert answer.status_code == 403
    assert stance(db) == "support"


@pytest.mark.parametrize(
    "row",
    [
        "x",
        "[]",
        "{}",
        '[1, "us-117-hr1783", "love", "", 0]',
        '[1, "no-such", "support", "", 0]',
        "[[[[",
        '["1", 2, 3, 4, 5]',
        '[1, "us-117-hr1783", "support", "' + "x" * 5_000 + '", 0]',
    ],
)
async def test_a_damaged_form_writes_nothing(browser: Browser, db: Any, row: str) -> None:
    answer = await browser.send("/desk/import", step="apply", name="x", row=[row])
    assert answer.status_code in (302, 400)
    assert facts(db)["reviews"] + facts(db)["notes"] + facts(db)["imports"] == []


@pytest.mark.parametrize("size", [4_100_000, 5_100_000, 50_000_000])
async def test_a_file_that_is_too_large_is_told_so(browser: Browser, size: int) -> None:
    answer = await send_file(browser, b"Bill,Note\n" + b"x" * size)
    assert answer.status_code == 413
    assert "too large" in answer.text


async def test_without_a_file_or_with_a_bad_one_the_form_comes_again(browser: Browser) -> None:
    for body, says in ((b"", "the file is empty"), (b"PK\x03\x04", "damaged")):
        answer = await send_file(browser, body)
        assert answer.status_code == 400
        assert says in answer.text
        assert 'aria-invalid="true"' in answer.text
    answer = await browser.send("/desk/import", step="preview")
    assert "choose a file first" in answer.text


async def test_files_are_taken_nowhere_else(browser: Browser) -> None:
    form = {"csrftoken": await browser.token(), "words": "x"}
    sent = await browser.http.post(f"/desk/documents/{BROADBAND}", data=form, files={"file": ("x", b"x")})
    assert sent.status_code in (400, 415)


@pytest.mark.parametrize("token", ["", "x", "é", "ImEi.x"])
async def test_a_file_needs_the_token_of_its_form(browser: Browser, token: str) -> None:
    answer = await send_file(browser, (HEAD + ROWS).encode(), csrftoken=token)
    assert answer.status_code == 403
    browser.http.cookies.delete("ds_csrftoken")
    form = {"csrftoken": token, "step": "preview"}
    answer = await browser.http.post("/desk/import", data=form, files={"file": ("x.csv", b"Bill,Note")})
    assert answer.status_code == 403
    foreign = {"origin": "https://evil.example"}
    await browser.get("/desk/import")
    form["csrftoken"] = await browser.token()
    answer = await browser.http.post("/desk/import", data=form, files={"file": ("x.csv", b"x")}, headers=foreign)
    assert answer.status_code == 403


async def test_a_viewer_imports_nothing(config: Configuration) -> None:
    browser = Browser(site_of(config).app())
    await browser.sign_in("Cleo Looker")
    assert (await browser.get("/desk/import")).status_code == 403


def test_an_import_is_only_added_to(db: Any) -> None:
    apply(db)
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        db.execute("delete from import_lines")
