"""The page of a bill shows what it adds and strikes, says where its file shows no marks, and where we may not fetch it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from site_corpus import BROADBAND, PLAIN, TODAY, build
from test_changes import marked

import serve
from crawlers.storage import attachments
from crawlers.storage.attachments import VersionText
from pages.documents.highlight import Mark, Piece, pieces
from store.connect import connect

TEXT, MARKS = marked("A library ~may~ +shall <not>+ lend hotspots.")
URL = "https://capitol.texas.gov/tlodocs/1.htm"


def put(path: Path, key: str, **values: object) -> None:
    db = connect(path)
    attachments.store(db, [VersionText(document_id=key, version="Introduced", **values)], now="2026-01-01T00:00:00Z")  # type: ignore[arg-type]
    with sqlite3.connect(path) as connection:
        connection.execute("update documents set text = ? where id = ?", [values.get("text"), key])


async def page(path: Path, key: str, language: str = "") -> str:
    site = serve.build(path, today=TODAY)
    await site.invoke_startup()
    return str((await site.client.get(f"{language}/documents/{key}")).text)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return build(tmp_path)


async def test_added_and_struck_words_are_marked_and_escaped(path: Path) -> None:
    put(path, PLAIN, url="https://x/1", text=TEXT, marks=tuple(MARKS))
    shown = await page(path, PLAIN)
    assert "A library <del>may</del> <ins>shall &lt;not&gt;</ins> lend hotspots." in shown
    assert "strikes words that are <del>crossed out</del>" in shown


async def test_a_text_whose_file_shows_no_marks_says_so(path: Path) -> None:
    put(path, PLAIN, url="https://x/1", text=TEXT, marks=())
    assert "The file of this text shows no marks" in await page(path, PLAIN)


async def test_a_text_that_nobody_looked_at_says_nothing_of_marks(path: Path) -> None:
    put(path, BROADBAND, url="https://x/1", text=TEXT, marks=None)
    shown = await page(path, BROADBAND)
    assert "shows no marks" not in shown
    assert "crossed out" not in shown


async def test_a_text_that_we_may_not_fetch_is_linked(path: Path) -> None:
    put(path, PLAIN, url=URL, text=None, note="forbidden")
    shown = await page(path, PLAIN)
    assert "asks programs not to fetch its bill texts" in shown
    assert f'href="{URL}"' in shown


async def test_it_is_said_in_spanish_too(path: Path) -> None:
    put(path, PLAIN, url=URL, text=None, note="forbidden")
    assert "Esta legislatura pide" in await page(path, PLAIN, "/es")


def test_evidence_inside_a_change_keeps_both_marks() -> None:
    found = pieces("a bc de", [Mark(2, 4, "privacy")], [(3, 6, "added")])
    assert found == [
        Piece("a "),
        Piece("b", ("privacy",)),
        Piece("c", ("privacy",), "added"),
        Piece(" d", (), "added"),
        Piece("e"),
    ]
    assert "".join(piece.text for piece in found) == "a bc de"
