"""Answer visitors' SQL in a process of its own, which has nothing but corpus.db and which the site can kill.

The site (public_sql.pool) starts it with a socket as standard input and asks one query at a time. Apart from MessagePack it
imports nothing but the standard library, so that a new one is ready in some 10 ms.
"""

from __future__ import annotations

import ctypes
import math
import re
import resource
import signal
import socket
import sqlite3
import sys
import time
from contextlib import suppress
from typing import Any

from public_sql import limits, wire

#: Rows that are encoded at once; the size of the answer is looked at after each batch.
_BATCH = 50
_QUOTED = re.compile(r'\s+|(".*?")')
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
#: What SQLite says when the file and not the query is at fault.
_FILE_ERRORS = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
#: What it says when a sort needs more of a temporary file than it may write, or than the disk has. corpus.db is never written.
_TOO_MUCH_WRITTEN = {sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_FULL}


class TooLarge(Exception):
    """The answer would be larger than `limits.LARGEST_ANSWER`."""


def main(path: str) -> None:
    """Answer until the site closes the socket."""
    confine()
    corpus = Corpus(path)
    with socket.socket(fileno=0) as link, suppress(EOFError):
        while True:
            wire.send(link, corpus.answer(*wire.decode(wire.receive(link))))


def confine() -> None:
    """Give up what a query does not need. Some limits exist on Linux only."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the site, and the site its workers
    wanted = {
        "DATA": limits.MEMORY,
        "AS": limits.MEMORY + limits.MAPPED,
        "FSIZE": limits.WRITTEN,
        "CORE": 0,
        "NPROC": 0,
        "NOFILE": 32,
    }
    for name, value in wanted.items():
        with suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
    if sys.platform == "linux":
        system = ctypes.CDLL(None)
        system.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        system.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:  # die before the site does
            file.write("1000")


class Corpus:
    """corpus.db, read-only, with every limit; notices when a table comes or goes."""

    def __init__(self, path: str) -> None:
        self.conn = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        # A sort that is told to stay in memory allocates every row for itself, which takes half as long again: so it may use a
        # file, which the cache below keeps empty but for the largest sorts, and `limits.WRITTEN` keeps small.
        cache = -limits.CACHE // 1024
        sizes = (f"cache_size = {cache}", f"hard_heap_limit = {limits.HEAP}", f"mmap_size = {limits.MAPPED}")
        for pragma in (*sizes, "query_only = 1"):
            self.conn.execute(f"pragma {pragma}").fetchall()
        limits.limit(self.conn)
        self.conn.create_function("escape_fts", 1, escape_fts)
        self.tables: frozenset[str] = frozenset()
        self.version = -1
        #: SQLite's own tables, such as the pages of the file: they are there without being in the schema.
        self.modules = frozenset(name.lower() for (name,) in self.conn.execute("select name from pragma_module_list"))
        self.conn.set_authorizer(limits.authorizer(self._is_public))

    def answer(self, sql: str, params: Any, milliseconds: int, most: int | None) -> bytes:
        """Run one query and encode its rows, at most `most` of them, or say why there are none."""
        allow_processor_time(milliseconds / 1000 + limits.GRACE)
        try:
            self._read_schema()
            self._stop_after(milliseconds)
            return self._decoded(sql, params, most)
        except TooLarge:
            return _error("large", "")
        except MemoryError:
            return _error("memory", "")
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0)
            if code == sqlite3.SQLITE_INTERRUPT:
                return _error("interrupted", "")
            if code in _TOO_MUCH_WRITTEN:
                return _error("memory", "")
            return _error("file" if code & 0xFF in _FILE_ERRORS else "query", str(error))
        except (sqlite3.Warning, ValueError, OverflowError) as error:
            return _error("query", str(error))
        finally:
            self.conn.set_progress_handler(None, 0)

    def _is_public(self, table: str, column: str) -> bool:
        return table in self.tables or (not column and table not in self.modules)

    def _read_schema(self) -> None:
        (version,) = self.conn.execute("pragma schema_version").fetchone()
        if version != self.version:
            names = self.conn.execute("select name from sqlite_master where type in ('table', 'view')").fetchall()
            self.tables, self.version = frozenset(name.lower() for (name,) in names), version

    def _stop_after(self, milliseconds: int) -> None:
        until = time.perf_counter() + milliseconds / 1000
        # As Datasette does: short limits are looked at after every step.
        self.conn.set_progress_handler(lambda: time.perf_counter() >= until, 1 if milliseconds <= 20 else 1000)

    def _decoded(self, sql: str, params: Any, most: int | None) -> bytes:
        """The rows; text that is not UTF-8 is repaired, as Datasette does, where there is any: that takes ten times as long."""
        try:
            return self._rows(sql, params, most)
        except sqlite3.OperationalError as error:
            if not str(error).startswith("Could not decode to UTF-8"):
                raise
        self.conn.text_factory = _repair
        try:
            return self._rows(sql, params, most)
        finally:
            self.conn.text_factory = str

    def _rows(self, sql: str, params: Any, most: int | None) -> bytes:
        cursor = self.conn.execute(sql, params)
        try:
            parts: list[bytes] = []
            size, count, left, truncated = 0, 0, most, False
            while rows := cursor.fetchmany(_BATCH):
                if left is not None:
                    truncated, rows = len(rows) > left, rows[:left]
                    left -= len(rows)
                parts.append(wire.encode_rows(rows))
                size, count = size + len(parts[-1]), count + len(rows)
                if size > limits.LARGEST_ANSWER:
                    raise TooLarge
                if truncated:
                    break
            columns = [each[0] for each in cursor.description or ()]
        finally:
            cursor.close()
        return wire.answer(columns, parts, count, truncated)


def _repair(text: bytes) -> str:
    return str(text, "utf-8", "replace")


def escape_fts(words: str) -> str:
    """Quote each word of a search for the full-text index: a copy of Datasette's, whose import would take a second."""
    if words.count('"') % 2:
        words += '"'
    bits = [bit for bit in _QUOTED.split(words) if bit and bit != '""']
    return " ".join(bit if bit.startswith('"') else f'"{bit}"' for bit in bits)


def allow_processor_time(seconds: float) -> None:
    """Let the kernel end this process when the query uses more than so many seconds of a processor."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time() + seconds) + 1, hard))


def _error(kind: str, message: str) -> bytes:
    return wire.encode({"error": kind, "message": message})
