"""How often outcomes went ALA's way: confirmed outcomes counted by position, policy area, year and level of government.

Only what staff confirmed is counted. A position of several areas counts under each of them. The share is of those that went
one way or the other, a part of what was asked for counting half.
"""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from store.sync_table import sync_table

#: What can be counted by; "all" has one row.
DIMENSIONS = ("all", "position", "area", "year", "level")
_COUNTS = ("yes", "partly", "no")
_OUTCOMES = """
    select o.document_id, o.position_id, o.went, substr(coalesce(o.ended_on, o.decided_on), 1, 4) as year, d.level, p.areas
    from outcomes o join documents d on d.id = o.document_id join positions p on p.id = o.position_id"""


def write_scorecard(corpus: Database) -> int:
    """Make the table scorecard say what the table outcomes holds; returns how many of its rows differ."""
    rows = list(corpus.query(_OUTCOMES))
    wanted = set(_counted(rows)) if rows else set()
    with corpus.atomic():
        return sync_table(corpus, "scorecard", wanted)


def _counted(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    import pandas as pd

    frame = pd.DataFrame(rows)
    frame["all"], frame["position"] = "all", frame["position_id"]
    frame["area"] = frame["areas"].str.split("; ")
    found: list[tuple[Any, ...]] = []
    for dimension in DIMENSIONS:
        each = frame.explode("area") if dimension == "area" else frame
        table = pd.crosstab(each[dimension], each["went"].fillna("untold"))
        table = table.reindex(columns=[*_COUNTS, "untold"], fill_value=0)
        for value, counts in table.iterrows():
            yes, partly, no, untold = (int(number) for number in counts)
            found.append(
                (dimension, str(value), yes + partly + no + untold, yes, partly, no, untold, _share(yes, partly, no))
            )
    return found


def _share(yes: int, partly: int, no: int) -> float | None:
    told = yes + partly + no
    return round((yes + partly / 2) / told, 4) if told else None
