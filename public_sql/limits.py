"""Set what SQL on corpus.db may use: functions, tables, sizes, memory.

Imports nothing but the standard library: the worker process loads it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

MB = 1_000_000

#: Processes that answer visitors' SQL, and how many queries may wait for one of them.
WORKERS, WAITING = 2, 40
#: Seconds that a query waits for a process before the site refuses it.
PATIENCE = 3.0
#: Seconds after its time limit at which a query's process is killed: SQLite stops between two steps only.
GRACE = 1.0
#: Bytes that SQLite may allocate in a worker, and all the memory that the worker may have.
HEAP, MEMORY = 150 * MB, 400 * MB
#: Bytes of corpus.db that a worker reads in place instead of copying them, which takes a third less time; they are the pages of
#: the file that the system keeps for everybody. The most that SQLite allows is 2 GiB.
MAPPED = 2_000 * MB
#: Bytes of each sort, and of the rest of the database, that a worker keeps in memory.
CACHE = 32 * MB
#: Bytes of a file that a worker may write: the part of a sort that does not fit in `CACHE`, and SQLite's index of the
#: write-ahead log.
WRITTEN = 16 * MB

LONGEST_SQL = 20_000
LONGEST_VALUE = 10 * MB
#: All values of an answer together, in bytes as JSON. The largest page of a table is a third of it.
LARGEST_ANSWER = 30 * MB
#: Facets that an address may ask for: each may take 200 ms.
MOST_FACETS = 12

_LIMITS = {
    sqlite3.SQLITE_LIMIT_COLUMN: 250,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 100,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 64,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 100,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 5_000,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 50_000,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}

#: Every function that is not named here is refused, so that a new version of SQLite opens nothing by itself.
_AGGREGATES = {
    "avg",
    "count",
    "group_concat",
    "max",
    "median",
    "min",
    "percentile",
    "percentile_cont",
    "percentile_disc",
    "string_agg",
    "sum",
    "total",
}
_WINDOWS = {
    "cume_dist",
    "dense_rank",
    "first_value",
    "lag",
    "last_value",
    "lead",
    "nth_value",
    "ntile",
    "percent_rank",
    "rank",
    "row_number",
}
_NUMBERS = {
    "abs",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "ceil",
    "ceiling",
    "cos",
    "cosh",
    "degrees",
    "exp",
    "floor",
    "ln",
    "log",
    "log10",
    "log2",
    "mod",
    "pi",
    "pow",
    "power",
    "radians",
    "random",
    "round",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
    "trunc",
}
_TEXT = {
    "char",
    "concat",
    "concat_ws",
    "format",
    "glob",
    "hex",
    "instr",
    "length",
    "like",
    "lower",
    "ltrim",
    "octet_length",
    "printf",
    "quote",
    "replace",
    "rtrim",
    "soundex",
    "substr",
    "substring",
    "trim",
    "unicode",
    "upper",
}
_CHOICE = {
    "coalesce",
    "if",
    "ifnull",
    "iif",
    "likelihood",
    "likely",
    "nullif",
    "typeof",
    "unlikely",
}
_DATES = {
    "current_date",
    "current_time",
    "current_timestamp",
    "date",
    "datetime",
    "julianday",
    "strftime",
    "time",
    "timediff",
    "unixepoch",
}
_JSON = {
    "->",
    "->>",
    "json",
    "json_array",
    "json_array_length",
    "json_extract",
    "json_group_array",
    "json_group_object",
    "json_object",
    "json_quote",
    "json_type",
    "json_valid",
}
#: escape_fts is Datasette's.
_SEARCH = {"bm25", "escape_fts", "highlight", "match", "snippet"}
FUNCTIONS = frozenset(_AGGREGATES | _WINDOWS | _NUMBERS | _TEXT | _CHOICE | _DATES | _JSON | _SEARCH)
#: Pragmas that visitors may read as tables, and those that Datasette and the full-text index run as statements. Visitors
#: cannot run statements: Datasette takes nothing but SELECT.
PRAGMA_TABLES = frozenset({"table_info", "table_xinfo", "index_list", "index_info", "index_xinfo", "foreign_key_list"})
PRAGMAS = PRAGMA_TABLES | {"schema_version", "database_list", "cache_size", "data_version", "page_size"}
#: Tables that no schema names: what reads JSON, and SQLite's own.
_BUILT_IN = frozenset({"json_each", "json_tree", "sqlite_master", "sqlite_schema"})
_ACTIONS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE})

Authorizer = Callable[[int, str | None, str | None, str | None, str | None], int]


def limit(conn: sqlite3.Connection, longest_value: int = LONGEST_VALUE) -> None:
    """Lower SQLite's own limits; a statement that exceeds one is a `sqlite3.Error`."""
    for category, value in _LIMITS.items():
        conn.setlimit(category, value)
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest_value)
    conn.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, 4 * LONGEST_SQL)


def authorizer(is_public: Callable[[str, str], bool]) -> Authorizer:
    """Allow reading, and refuse every function, pragma, table and action that is not named.

    Args:
        is_public: whether a column may be read, both names in small letters. Without a column (`count(*)`), the name may
            also be that of a subquery.
    """

    def authorize(action: int, first: str | None, second: str | None, database: str | None, source: str | None) -> int:
        name = (first or "").lower()
        if action == sqlite3.SQLITE_READ:
            if name.startswith("pragma_"):
                allowed = name[7:] in PRAGMA_TABLES
            else:
                allowed = name in _BUILT_IN or is_public(name, (second or "").lower())
        elif action == sqlite3.SQLITE_FUNCTION:
            allowed = (second or "").lower() in FUNCTIONS
        elif action == sqlite3.SQLITE_PRAGMA:
            allowed = name in PRAGMAS
        else:
            allowed = action in _ACTIONS
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY

    return authorize
