"""What is stored, how the last run of each source went, and what needs a person."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from configuration import Configuration
from crawlers.sources import load_sources
from operations.folder import read_only


def status(config: Configuration) -> dict[str, Any]:
    """What is stored and how the last run of each source went, ready for JSON.

    Raises:
        OperationError: there is no corpus yet.
    """
    with closing(read_only(config.corpus)) as db:
        one = lambda sql: db.execute(sql).fetchone()[0]  # noqa: E731
        answer = {
            "data": str(config.data),
            "documents": one("select count(*) from documents"),
            "tagged": one("select count(distinct document_id) from tags"),
            "untagged": one("select count(*) from documents where id not in (select document_id from taggings)"),
            "matched": one("select count(distinct document_id) from position_matches"),
            "must_see": one("select count(*) from taggings where priority = 2"),
            "sources": [_source_status(db, source) for source in load_sources()],
            "rejects": _count(config.ops, "rejects"),
        }
    answer["warnings"] = [f"{each['source']}: {word}" for each in answer["sources"] for word in each["warnings"]]
    return answer


def _source_status(db: sqlite3.Connection, name: str) -> dict[str, Any]:
    db.row_factory = sqlite3.Row
    last = db.execute("select * from runs where source = ? order by id desc limit 1", [name]).fetchone()
    good = db.execute(
        "select finished_at from runs where source = ? and state = 'finished' order by id desc limit 1", [name]
    ).fetchone()
    db.row_factory = None
    return {
        "source": name,
        "documents": db.execute("select count(*) from documents where source = ?", [name]).fetchone()[0],
        "last_run": {
            key: last[key] for key in ("started_at", "state", "added", "changed", "rejected", "waiting", "note")
        }
        if last
        else None,
        "last_success": good["finished_at"] if good else None,
        "warnings": _warnings(name, last),
    }


def _warnings(name: str, last: sqlite3.Row | None) -> list[str]:
    if last is None:
        return []
    words = [] if last["state"] in ("finished", "running") else [f"the last run is {last['state']}"]
    if last["note"]:
        words.append(last["note"])
    for part in json.loads(last["coverage"] or "[]"):
        if not part["complete"]:
            place = " ".join(filter(None, (part["session"], part["part"])))
            words.append(f"{place}: {part['stored']} of {part['listed']} listed documents are stored")
    source = load_sources()[name]
    by_session: dict[str, int] = {}
    for part in json.loads(last["coverage"] or "[]"):
        by_session[part["session"]] = by_session.get(part["session"], 0) + part["listed"]
    for session, listed in by_session.items():
        if not source.expect_min <= listed <= source.expect_max:
            words.append(f"{session}: {listed} documents listed, expected {source.expect_min} to {source.expect_max}")
    return words


def _count(path: Path, table: str) -> int:
    if not path.exists():
        return 0
    with closing(read_only(path)) as db:
        return int(db.execute(f"select count(*) from {table}").fetchone()[0])
