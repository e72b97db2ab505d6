"""Documents and runs of sources, and how a source stands after them."""

from __future__ import annotations

import json
from typing import Any

from conftest import NOW, bill_xml
from sqlite_utils import Database

from crawlers.completeness.health import Health, health
from crawlers.parsers import xmltree
from crawlers.parsers.billstatus import parse_bill
from crawlers.storage.record import upsert


def stored(db: Database, count: int, kind: str = "hr") -> list[str]:
    """So many bills of one type are in the corpus; their ids."""
    bills = [
        parse_bill(xmltree.parse(bill_xml(n, kind=kind).encode(), root="billStatus"), source_url="https://x/y")
        for n in range(1, count + 1)
    ]
    upsert(db, bills, now=NOW, silent=True)
    return [bill.id for bill in bills]


def run(db: Database, source: str = "us_bills", state: str = "finished", at: str = NOW, **row: Any) -> None:
    numbers = dict.fromkeys(("added", "changed", "unchanged", "rejected", "missing", "waiting"), 0)
    parts = json.dumps(row.pop("parts", []))
    times = {"source": source, "started_at": at, "finished_at": at, "state": state, "coverage": parts}
    db.table("runs").insert(numbers | times | row)


def part(session: str, count: int, **more: Any) -> dict[str, Any]:
    place = {"jurisdiction": "us", "session": session, "part": "hr"}
    return place | {"listed": count, "stored": count, "expected": count, "received": count, "complete": True} | more


def of(db: Database, source: str, now: str = NOW) -> Health:
    return next(each for each in health(db.conn, now) if each.source == source)
