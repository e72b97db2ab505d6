"""Documents for the tests of comparison: companions, variants, forms, texts that share passages."""

from __future__ import annotations

from typing import Any

from site_corpus import document_row
from sqlite_utils import Database

#: A passage of some ninety words that belongs to no form of drafting.
LOANS = (
    "A public library that lends a wireless hotspot to a resident shall keep no record of the addresses that the resident "
    "visits, shall erase the serial number of the device from the resident's account within three days after its return, and "
    "shall post in plain view, at every branch and on every page where a hotspot may be reserved, a notice that says which "
    "company carries the signal, what that company may learn from it, and how a resident who objects can borrow a device that "
    "is carried by another company at no further cost."
)
#: The same with a few words changed in its middle.
LOANS_CHANGED = LOANS.replace("within three days after", "not later than five days after")
FORMULA = (
    "This Act may be cited as the Hotspot Act. There are authorized to be appropriated such sums as may be necessary to carry "
    "out this Act for fiscal years 2026 through 2030. This Act shall take effect on the date one year after its enactment."
)


def bill(key: str, title: str, **values: Any) -> dict[str, Any]:
    """A row of documents; jurisdiction and session come from the id (``us-xx-2025-hb1``)."""
    parts = key.split("-")
    place = "us" if parts[1].isdigit() else "-".join(parts[:2])
    session = parts[1] if place == "us" else parts[2]
    row = document_row(key, identifier=parts[-1].upper(), title=title, url=f"https://example.org/{key}")
    row |= {"jurisdiction": place, "session": session, "level": "federal" if place == "us" else "state"}
    return row | {"text_hash": str(hash_of(title, values)), **values}


def hash_of(title: str, values: dict[str, Any]) -> int:
    from comparison.similarity.term_weights import number_of

    return number_of(title, str(values.get("abstract")), str(values.get("text")))


def add(db: Database, *rows: dict[str, Any]) -> None:
    db.table("documents").upsert_all(rows, pk="id")


def groups(db: Database) -> dict[str, set[str]]:
    """Every group of look-alikes: ``kind`` and members, by id."""
    found: dict[str, set[str]] = {}
    for key, document in db.execute("select group_id, document_id from look_alikes"):
        found.setdefault(key, set()).add(document)
    return found


def of_kind(db: Database, kind: str) -> list[set[str]]:
    kinds = dict(db.execute("select id, kind from look_alike_groups").fetchall())
    return [members for key, members in groups(db).items() if kinds[key] == kind]
