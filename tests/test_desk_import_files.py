"""The files of trackers: every usual form is read, and a hostile one costs nothing and says why it is refused."""

from __future__ import annotations

import contextlib
import io
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_desk_import import excel, packed, read
from test_imports import imports

from desk.intake import tracker, workbook

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_usual_csv_is_read(delimiter: str, encoding: str) -> None:
    text = "My tracker\n\nBill No.,STATE:,Comments / notes\nHR 1,US,“Café”\n".replace(",", delimiter)
    found = read(text.encode(encoding))
    assert found.rows[0].cells == {"number": "HR 1", "jurisdiction": "US", "note": "“Café”"}
    assert (found.rows[0].number, found.headers["jurisdiction"]) == (4, "STATE:")
    assert bool(found.notice) is (encoding == "cp1252")


def test_an_excel_file_is_read() -> None:
    found = read(excel(("Tracker of the office",), ("Bill", "Session", "Position"), ("HR 1783", 117.0, "s"), (None,)))
    assert [(row.number, row.cells) for row in found.rows] == [
        (3, {"number": "HR 1783", "session": "117", "stance": "s"})
    ]
    formula = read(excel(("Bill", "Note"), ("HR 9", '=HYPERLINK("http://evil","x")')))
    assert formula.rows[0].formulas == ("note",)


BOMB = packed(**{"xl__workbook_dot_xml": b"<a/>", "xl__worksheets__sheet1_dot_xml": b"0" * 60_000_000})
LAUGHS = b'<!DOCTYPE a [<!ENTITY b "ha">]><a>&b;</a>'


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "the file is empty"),
        (b" \r\n", "the file is empty"),
        (b"Hello,World\n1,2\n", "no line of headers"),
        (b"Bill,Note\n", "no rows below"),
        (b"Bill,Note\n" + b"HR 1,x\n" * 501, "more than 500 rows"),
        (bytes(range(256)) * 10, "neither a CSV nor an Excel"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "neither a CSV nor"),
        (b"%PDF-1.4\x00", "neither a CSV nor"),
        (b"\xff\xfeB", "Windows|neither|no line"),
        (b'Bill,Note\n"HR 1,' + b"x" * 200_000, "the CSV is damaged"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel file"),
        (b"PK\x03\x04rest", "damaged, or has a password"),
        (packed(a=b"b"), "no Excel file"),
        (packed(xl__workbook_dot_xml=b"<a"), "damaged or of a kind"),
        (BOMB, "larger than 5 MB"),
        (packed(xl__workbook_dot_xml=LAUGHS), "declarations that no spreadsheet needs"),
        (packed(**{f"p{n}": b"" for n in range(600)}, xl__workbook_dot_xml=b"<a/>"), "larger than 5 MB"),
        (excel(("Bill", "Note"), ("HR 1", "x"))[:-300], "damaged, or has a password"),
    ],
    ids=range(18),
)
def test_a_hostile_file_is_told_so(body: bytes, says: str) -> None:
    with pytest.raises(tracker.BadTracker, match=says):
        read(body)


def test_a_zip_that_lies_about_its_size() -> None:
    assert len(BOMB) < 100_000
    said = BOMB.replace((60_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    with pytest.raises(tracker.BadTracker, match="damaged"):
        read(said)


SHEET = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def burst(name: str, start: bytes, piece: bytes, end: bytes, size: int) -> bytes:
    """A small workbook of which one part unpacks to so many bytes of small pieces."""
    with zipfile.ZipFile(io.BytesIO(excel(("Bill", "Note"), ("HR 1", "x")))) as made:
        parts = {each: made.read(each) for each in made.namelist()}
    shared = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    kind = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + shared + b'"/></Types>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", kind)
    parts.setdefault("xl/sharedStrings.xml", b"<sst " + SHEET + b"/>")
    parts[name] = start + piece * (size // len(piece)) + end
    return packed(**parts)


def rich_text(size: int) -> bytes:
    return burst("xl/sharedStrings.xml", b"<sst " + SHEET + b"><si>", b"<r><t/></r>", b"</si></sst>", size)


def fonts(size: int) -> bytes:
    return burst("xl/styles.xml", b"<styleSheet " + SHEET + b"><fonts>", b"<font/>", b"</fonts></styleSheet>", size)


def wide_row(size: int) -> bytes:
    row = b"<worksheet " + SHEET + b"><sheetData><row>"
    return burst("xl/worksheets/sheet1.xml", row, b"<c><v>1</v></c>", b"</row></sheetData></worksheet>", size)


@pytest.mark.parametrize("bomb", [rich_text, fonts, wide_row])
def test_what_bursts_when_it_is_read_costs_this_process_nothing(
    bomb: Callable[[int], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "PROCESSOR_SECONDS", 2)
    body = bomb(1_000_000)
    assert len(body) < 20_000
    before = resource.getrusage(resource.RUSAGE_SELF)
    with contextlib.suppress(tracker.BadTracker):
        read(body)
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert after.ru_utime - before.ru_utime < 0.5
    assert after.ru_maxrss - before.ru_maxrss < 20_000  # kB


@pytest.mark.parametrize(
    ("limit", "value", "bomb"),
    [("MEMORY", 130_000_000, rich_text), ("PROCESSOR_SECONDS", 1, fonts), ("SECONDS", 0.8, fonts)],
)
def test_each_limit_of_the_reading_process_holds_and_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: float, bomb: Callable[[int], bytes]
) -> None:
    monkeypatch.setattr(workbook, limit, value)
    with pytest.raises(tracker.BadTracker, match=r"more memory or time.*save the sheet as CSV, or keep fewer rows"):
        read(bomb(4_500_000))


def test_more_than_5_mb_unpacked_is_not_read() -> None:
    with pytest.raises(tracker.BadTracker, match=r"larger than 5 MB.*save the sheet as CSV"):
        read(rich_text(5_100_000))
    # A text that many cells share is small in the file and large when it is read.
    text = b"<si><t>" + b"x" * 30_000 + b"</t></si></sst>"
    start = b"<sst " + SHEET + b">"
    body = burst("xl/sharedStrings.xml", start, b" ", text, 1)
    with zipfile.ZipFile(io.BytesIO(body)) as made:
        parts = {each: made.read(each) for each in made.namelist()}
    parts["xl/worksheets/sheet1.xml"] = (
        b"<worksheet "
        + SHEET
        + b"><sheetData>"
        + (b"<row>" + b'<c t="s"><v>0</v></c>' * 50 + b"</row>") * 400
        + b"</sheetData></worksheet>"
    )
    with pytest.raises(tracker.BadTracker, match="more than 4,000,000 characters"):
        read(packed(**parts))


def test_the_reading_process_gets_no_secret_and_no_code_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[Any, Any]] = []
    real = subprocess.run
    monkeypatch.setattr(workbook.subprocess, "run", lambda *a, **kw: started.append((a, kw)) or real(*a, **kw))
    read(excel(("Bill", "Note"), ("HR 1", "x")))
    [((command,), how)] = started
    assert how["env"] == {}
    assert "-I" in command
    imported = {each.partition(".")[0] for each in imports(Path(workbook.__file__))}
    assert imported <= {*sys.stdlib_module_names, "openpyxl"}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(
        st.binary(max_size=400), st.text(max_size=200).map(lambda t: f"Bill,Note,State\n{t}".encode("utf-8", "replace"))
    )
)
def test_no_file_breaks_the_reader(body: bytes) -> None:
    with contextlib.suppress(tracker.BadTracker):
        assert read(body).rows
