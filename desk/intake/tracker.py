"""A tracker's spreadsheet, CSV or Excel, as rows of text. What people send is hostile until it is read: sizes come first."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from crawlers.items import BadRecord, clean
from desk.intake import workbook
from desk.web.request_parsing import Upload
from store.errors import InvalidInput
from text.yaml_config import read_yaml

FILE = Path(__file__).with_name("tracker.yml")
MOST_ROWS = 500
_MOST_COLUMNS = 60
#: The header is within these first lines, perhaps after a title.
_HEADER_WITHIN = 15
LONGEST_CELL = 4_000
_DELIMITERS = ",;\t|"
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")
_SIGNS = re.compile(r"[^a-z0-9]+")


class BadTracker(InvalidInput):
    """A file that cannot be read as a tracker; the message says why and what to do."""


@dataclass(frozen=True)
class Row:
    """One line of the sheet: its number as the sheet counts, and text by column (columns of tracker.yml; "" if empty).

    `formulas` are columns whose cell holds a formula instead of a value.
    """

    number: int
    cells: dict[str, str]
    formulas: tuple[str, ...] = ()
    #: Further columns of notes as (header, text), those with text.
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Tracker:
    """`headers` is what each known column is called in the sheet; `notice` what a person should know about the reading."""

    rows: list[Row]
    headers: dict[str, str]
    notice: str | None = None
    #: Headers of columns that are not read.
    unread: tuple[str, ...] = ()


def plain(text: str) -> str:
    """A header or value as it is compared."""
    return _SIGNS.sub(" ", text.casefold()).strip()


@cache
def words() -> dict[str, Any]:
    """tracker.yml."""
    found: dict[str, Any] = read_yaml(FILE)
    return found


def read(upload: Upload) -> Tracker:
    """The rows of a spreadsheet.

    Raises:
        BadTracker: it is too large, damaged, no spreadsheet, or has no header that we know.
    """
    notice = None
    if not upload.body.strip():
        raise BadTracker("the file is empty")
    if upload.body.startswith(b"PK\x03\x04"):
        lines: Iterable[list[str]] = _excel(upload.body)
    elif upload.body.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadTracker("this is an old Excel file (.xls) or one with a password: save it as .xlsx or CSV without one")
    else:
        text, notice = _decoded(upload.body)
        lines = _csv(text)
    return _rows(lines, notice)


# --------------------------------------------------------------------- the two kinds of file


def _decoded(body: bytes) -> tuple[str, str | None]:
    notice = None
    try:
        marked = body.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = body.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeError:
        # What Excel writes unless UTF-8 is chosen.
        text = body.decode("cp1252", "replace")
        notice = "The file is not in UTF-8 and was read as Windows text: check that its accents are right."
    if _NOT_TEXT.search(text):
        raise BadTracker("this is neither a CSV nor an Excel file (.xlsx): export the tracker as one of these")
    return text, notice


def _csv(text: str) -> Iterator[list[str]]:
    start = "\n".join(text.splitlines()[:_HEADER_WITHIN])
    delimiter = max(_DELIMITERS, key=start.count)
    try:
        for number, line in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)):
            if number > MOST_ROWS + _HEADER_WITHIN:
                break
            yield line[:_MOST_COLUMNS]
    except csv.Error as error:
        raise BadTracker(f"the CSV is damaged: {error}") from error


def _excel(body: bytes) -> list[list[str]]:
    try:
        return workbook.read(body, MOST_ROWS + _HEADER_WITHIN + 1, _MOST_COLUMNS)
    except workbook.BadWorkbook as error:
        raise BadTracker(str(error)) from error


# --------------------------------------------------------------------- rows


def _rows(lines: Iterable[list[str]], notice: str | None) -> Tracker:
    columns: dict[str, int] = {}
    headers: dict[str, str] = {}
    unread: tuple[str, ...] = ()
    notes: dict[str, int] = {}
    rows: list[Row] = []
    for number, line in enumerate(lines, 1):
        if not columns:
            columns = _columns(line)
            headers = {name: " ".join(line[place].split())[:80] for name, place in columns.items()}
            notes = _more_notes(line, columns)
            read_at = {*columns.values(), *notes.values()}
            others = (cell for place, cell in enumerate(line) if place not in read_at)
            unread = tuple(" ".join(cell.split())[:80] for cell in others if cell.strip()) if columns else ()
            if number >= _HEADER_WITHIN and not columns:
                break
        elif any(cell.strip() for cell in line):
            rows.append(_row(number, line, columns, notes))
    if not columns:
        known = ", ".join(each[0] for each in words()["columns"].values())
        raise BadTracker(f"no line of headers was found among the first {_HEADER_WITHIN}: name the columns {known}")
    if len(rows) > MOST_ROWS:
        raise BadTracker(f"there are more than {MOST_ROWS} rows: split the file")
    if not rows:
        raise BadTracker("there are headers, but no rows below them")
    return Tracker(rows, headers | {header: header for header in notes}, notice, unread)


def _columns(line: list[str]) -> dict[str, int]:
    """Which column of a line of headers is which; empty where the line is none."""
    found: dict[str, int] = {}
    heads = [plain(cell) for cell in line]
    for exact in (True, False):
        for name, known in words()["columns"].items():
            for place, head in enumerate(heads):
                fits = head in known if exact else any(head.startswith(word + " ") for word in known)
                if name not in found and place not in found.values() and fits:
                    found[name] = place
    return found if len(found) >= 2 and {"number", "link"} & set(found) else {}


def _more_notes(line: list[str], columns: dict[str, int]) -> dict[str, int]:
    """Header -> place of the columns that hold notes besides the first such."""
    known = words()["columns"]["note"]
    return {
        " ".join(cell.split())[:80]: place
        for place, cell in enumerate(line)
        if place not in columns.values()
        and (plain(cell) in known or plain(cell).startswith(tuple(f"{each} " for each in known)))
    }


def _row(number: int, line: list[str], columns: dict[str, int], notes: dict[str, int]) -> Row:
    said = {name: line[place] if place < len(line) else "" for name, place in columns.items()}
    formulas = tuple(name for name, value in said.items() if value.lstrip().startswith("="))
    more = ((header, _clean(line[place])) for header, place in notes.items() if place < len(line))
    cells = {name: _clean(value) for name, value in said.items()}
    return Row(number, cells, formulas, tuple((header, text) for header, text in more if text))


def _clean(value: str) -> str:
    try:
        return (clean(value) or "")[: LONGEST_CELL + 1]
    except BadRecord:
        return ""
