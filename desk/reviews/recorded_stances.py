"""Stances on record (stances.yml of the catalog): what is still to verify, who read what where, and what is shown of it.

A person reads the source and marks the stance as read, with its address: a row of staff.db that nothing changes. A stance of the
organization then becomes a draft on the documents that are collected, which another person publishes as any other; the public
reads the year in which it was taken, and it is no news. A stance of a chapter, a division or an alliance is marked too, and is
never published as the organization's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from desk.accounts import accounts
from desk.accounts.accounts import Account
from desk.reviews import review_items, reviews
from desk.reviews.reviews import Verdict
from desk.reviews.subjects import LONGEST_NOTE, LONGEST_SOURCE
from pages.http.formatting import safe_url
from positions.catalog.catalog import load_catalog
from positions.catalog.organization import organization
from positions.catalog.records import Stance
from positions.catalog.stances import load_stances
from publish.decisions import ON_RECORD
from store.connect import writing
from store.errors import InvalidInput

Row = dict[str, Any]

#: The page of a bill itself: it says who brought it, and never which side an organization took.
_PAGE_OF_A_BILL = re.compile(r"https?://(www\.)?congress\.gov/bill/", re.IGNORECASE)


class BadReading(InvalidInput):
    """A form that cannot be kept; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """``missing`` says what keeps a stance from being called read; ``check`` is who read it (None: nobody here).

    ``documents`` are those of it that are collected, with `identifier`, `shown` (the state of their stance, "" for none),
    and `open` (whether it is neither public nor a draft). ``own``: the organization itself took it. ``seen`` is the newest row of
    staff.db on it, 0 for none.
    """

    stance: Stance
    missing: list[str]
    check: Row | None
    documents: list[Row]
    own: bool
    seen: int

    @property
    def verified(self) -> bool:
        return self.check is not None or not self.stance.to_verify

    @property
    def to_publish(self) -> bool:
        """Whether it could be shown and no draft of it waits."""
        return self.verified and self.own and any(each["open"] for each in self.documents)

    @property
    def address(self) -> str:
        """The address to begin with: the one of staff, or of the file where somebody read the side there."""
        if self.check is not None:
            return str(self.check["address"])
        return (self.stance.source_url or "") if self.stance.confidence_stance == "verified" else ""

    @property
    def reason(self) -> str:
        """What the public can read beside it, as far as the catalog tells; "" where it only follows from policy."""
        return "" if "tracker" in self.stance.role else f"On record: {self.stance.role}, {self.stance.year}."


def on_record(db: Database) -> list[Recorded]:
    """Every stance on record in the order of the file; ``db`` is staff.db with corpus.db attached."""
    catalog = load_catalog()
    ids = frozenset(position.id for position in (*catalog.positions, *catalog.unlisted))
    checks = {
        row["stance_id"]: row
        for row in db.query("select c.*, a.name from current_stance_checks c join accounts a on a.id = c.read_by")
    }
    newest = dict(db.execute("select stance_id, max(id) from stance_checks group by stance_id").fetchall())
    short = organization().short
    return [
        Recorded(
            stance=stance,
            missing=_missing(stance),
            check=checks.get(stance.id),
            documents=_documents(db, stance.documents),
            own=stance.taken_by(short),
            seen=newest.get(stance.id, 0),
        )
        for stance in load_stances(ids)
    ]


def mark_read(
    db: Database, account: Account, stance_id: str, address: str, reason: str, *, seen: int, now: str
) -> list[str]:
    """Keep that a person read a stance at an address; returns the documents on which this drafted it.

    Args:
        seen: the newest row on this stance that the page knew, 0 for none.

    Raises:
        BadReading: the address or the reason is missing or wrong, or somebody else was faster.
    """
    found = next((each for each in on_record(db) if each.stance.id == stance_id), None)
    if found is None:
        raise BadReading("there is no such stance")
    if not safe_url(address) or len(address) > LONGEST_SOURCE:
        raise BadReading("enter the web address where you read it; it begins with https:// or http://")
    if _PAGE_OF_A_BILL.match(address):
        raise BadReading("that page is the bill itself; enter the address of what says which side was taken")
    open_documents = [each["id"] for each in found.documents if each["open"]] if found.own else []
    if open_documents and not 1 <= len(reason) <= LONGEST_NOTE:
        raise BadReading("enter a reason for the public")
    with writing(db):
        newest = "select coalesce(max(id), 0) from stance_checks where stance_id = ?"
        if db.execute(newest, [stance_id]).fetchone()[0] != seen:
            raise BadReading("this has changed since you opened the page")
        row = {"stance_id": stance_id, "address": address, "open": 0, "read_by": account.id, "read_at": now}
        db.table("stance_checks").insert(row)
        accounts.log(db, account.id, "read a stance on record", f"{stance_id}: {address}", now)
    _decide(db, account, found.stance, open_documents, address, reason, now)
    return open_documents


def reopen(db: Database, account: Account, stance_id: str, *, seen: int, now: str) -> None:
    """Say that a stance is to verify again. What was published stays until an approver withdraws it.

    Raises:
        BadReading: nobody has marked it, or somebody else was faster.
    """
    with writing(db):
        row = next(iter(db.query("select * from current_stance_checks where stance_id = ?", [stance_id])), None)
        if row is None or row["id"] != seen:
            raise BadReading("this has changed since you opened the page")
        gone = {"stance_id": stance_id, "address": row["address"], "open": 1, "read_by": account.id, "read_at": now}
        db.table("stance_checks").insert(gone)


def _decide(
    db: Database, account: Account, stance: Stance, documents: Sequence[str], address: str, reason: str, now: str
) -> None:
    verdicts = [
        Verdict(
            document_id=document_id,
            subject="stance",
            verdict="confirm",
            value=stance.stance,
            reason=reason,
            source=address,
            seen=reviews.last_id(db, document_id),
        )
        for document_id in documents
    ]
    if verdicts:
        reviews.record(db, account, verdicts, now=now, batch=f"{ON_RECORD}{stance.id}")


def _missing(stance: Stance) -> list[str]:
    return [
        *(["nobody has read which side was taken"] if stance.confidence_stance != "verified" else []),
        *([] if stance.source_url else ["no address"]),
        *(
            ["it only follows from policy: a statement on the bill itself has not been read"]
            if "tracker" in stance.role
            else []
        ),
    ]


def _documents(db: Database, ids: Sequence[str]) -> list[Row]:
    found = []
    for document_id in ids:
        held = db.execute("select identifier from corpus.documents where id = ?", [document_id]).fetchone()
        if held:
            shown = _shown(db, document_id)
            is_open = shown in ("", "withdrawn")
            found.append({"id": document_id, "identifier": held[0], "shown": shown, "open": is_open})
    return found


def _shown(db: Database, document_id: str) -> str:
    said = list(
        db.query(
            "select r.*, 0 as undone from reviews r where r.document_id = ? and r.subject = 'stance' and r.verdict != 'undo' "
            "and not exists (select 1 from reviews u where u.undoes = r.id) order by r.id desc",
            [document_id],
        )
    )
    words = {1: "published", 0: "draft"}
    kept = sorted({words[row["published"]] for row in review_items.stances(said, {})}, reverse=True)
    return " with a ".join(kept) or ("withdrawn" if said else "")
