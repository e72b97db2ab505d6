"""Read an Excel workbook in a process of its own, which may use little memory and time: `read` starts it.

A few kilobytes of ZIP can make openpyxl build gigabytes of objects, and file sizes do not show which will. The process is this
file, run by itself: it imports nothing of the project, gets no environment and so no secret, and takes the file on its
standard input. It answers with JSON: the lines of the first sheet, or what is wrong in words.
"""

from __future__ import annotations

import datetime
import io
import json
import lzma
import resource
import subprocess
import sys
import zipfile
import zlib
from threading import BoundedSemaphore
from typing import Any

#: What the ZIP holds unpacked, in bytes and in parts; and the text that is read, in characters.
LARGEST_UNPACKED = 5_000_000
MOST_PARTS = 500
MOST_TEXT = 4_000_000
#: What Excel lets a cell hold.
LONGEST_CELL = 32_767
#: Of the process: address space in bytes, processor time and time by the clock in seconds.
MEMORY = 300_000_000
PROCESSOR_SECONDS = 5
SECONDS = 20
INSTEAD = "save the sheet as CSV, or keep fewer rows and columns in it"
_TOO_MUCH = f"reading the Excel file takes more memory or time than a tracker needs: {INSTEAD}"
#: What a damaged or locked ZIP makes of its reader, each way of packing in its own words.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    ValueError,
)
_one_at_a_time = BoundedSemaphore(1)


class BadWorkbook(Exception):  # not InvalidInput: this file imports nothing of the project
    """A file that cannot be read; the message says why and what to do."""


def read(body: bytes, rows: int, columns: int) -> list[list[str]]:
    """The first lines of the first sheet as text, read in a process of its own.

    Raises:
        BadWorkbook: it is too large, damaged, no workbook, or takes too much memory or time.
    """
    if not _one_at_a_time.acquire(timeout=SECONDS):
        raise BadWorkbook("other files are being read: send yours again in a minute")
    try:
        done = subprocess.run(
            [sys.executable, "-I", __file__, *map(str, (rows, columns, MEMORY, PROCESSOR_SECONDS))],
            input=body,
            capture_output=True,
            timeout=SECONDS,
            env={},
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BadWorkbook(_TOO_MUCH) from error
    finally:
        _one_at_a_time.release()
    if done.returncode:
        raise BadWorkbook(_TOO_MUCH)
    answer: dict[str, Any] = json.loads(done.stdout)
    if "problem" in answer:
        raise BadWorkbook(answer["problem"])
    return list(answer["lines"])


def lines_of(body: bytes, rows: int, columns: int) -> list[list[str]]:
    """The same, in this process.

    Raises:
        BadWorkbook, MemoryError.
    """
    _check_zip(body)
    from openpyxl import load_workbook

    lines: list[list[str]] = []
    left = MOST_TEXT
    try:
        book = load_workbook(io.BytesIO(body), read_only=True, data_only=False, keep_links=False)
        for line in book.worksheets[0].iter_rows(max_row=rows, max_col=columns, values_only=True):
            lines.append([_cell(value) for value in line])
            left -= sum(map(len, lines[-1]))
            if left < 0:
                raise BadWorkbook(f"the Excel file holds more than {MOST_TEXT:,} characters: {INSTEAD}")
    except (BadWorkbook, MemoryError):
        raise
    except Exception as error:  # a damaged part can raise anything in the reader
        if isinstance(error.__context__, MemoryError):
            raise MemoryError from error
        raise BadWorkbook(
            f"the Excel file is damaged or of a kind we cannot read ({type(error).__name__}): save the sheet as CSV"
        ) from error
    return lines


def _check_zip(body: bytes) -> None:
    """Before anything is unpacked into memory as a workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            parts = packed.infolist()
            if "xl/workbook.xml" not in packed.namelist():
                raise BadWorkbook("this is a zip, but no Excel file (.xlsx)")
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise BadWorkbook(
                    f"unpacked, the Excel file is larger than {LARGEST_UNPACKED // 1_000_000} MB or has more than "
                    f"{MOST_PARTS} parts: {INSTEAD}"
                )
            for part in parts:
                # Reading stops at the size that was said, and a wrong one is an error.
                content = packed.read(part)
                if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
                    raise BadWorkbook(
                        "the Excel file holds declarations that no spreadsheet needs: save the sheet as CSV"
                    )
    except BadWorkbook:
        raise
    except _DAMAGED as error:
        raise BadWorkbook("the Excel file is damaged, or has a password: save it without one, or as CSV") from error


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    text = str(value)
    if len(text) > LONGEST_CELL:
        raise BadWorkbook(f"a cell holds more than the {LONGEST_CELL:,} characters that Excel allows: shorten it")
    return text


def _main() -> None:
    """Take the file from standard input and give the answer, within the limits."""
    rows, columns, memory, seconds = map(int, sys.argv[1:5])
    if sys.platform != "darwin":  # which knows no limit of address space
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # openpyxl takes numbers of numpy for numbers if it is there, and numpy reserves more memory than a workbook may use.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        answer: dict[str, Any] = {"lines": lines_of(sys.stdin.buffer.read(), rows, columns)}
    except BadWorkbook as error:
        answer = {"problem": str(error)}
    except MemoryError:
        answer = {"problem": _TOO_MUCH}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    _main()
