"""What staff do around a decision: notes, assignments, snoozes, followed documents, saved filters, owners of areas."""

from __future__ import annotations

import datetime
from typing import Any

from sqlite_utils import Database

from comparison.versions.company_provisions import in_full
from desk.accounts import accounts
from desk.accounts.accounts import Account
from desk.queue.advocacy import KNOWN_DATES, date_says
from desk.reviews.subjects import LONGEST_NOTE
from pages.database import marks
from pages.http import formatting
from store.clock import ago
from store.connect import writing
from store.errors import InvalidInput

#: What can end a snooze: any change, or a kind of change (crawlers.items.CHANGE_KINDS).
EVENTS = ("any", "status", "text", "event", "law", "action")
#: Minutes without a page after which a visit is over.
IDLE_MINUTES = 60


class BadWork(InvalidInput):
    """An entry that cannot be saved; the message says why."""


def add_note(db: Database, account: Account, document_id: str, words: str, now: str) -> int:
    """Save a note and return its number; the same words of the same person on one day, sent twice, are one note."""
    words = words.strip()
    if not words or len(words) > LONGEST_NOTE:
        raise BadWork(f"a note must have 1 to {LONGEST_NOTE:,} characters")
    _require_document(db, document_id)
    for each in notes(db, document_id):
        if (each["written_by"], each["words"], each["written_at"][:10]) == (account.id, words, now[:10]):
            return int(each["id"])
    cursor = db.execute(
        "insert into notes (document_id, written_by, written_at, words) values (?, ?, ?, ?)",
        [document_id, account.id, now, words],
    )
    return int(cursor.lastrowid or 0)


def retract_note(db: Database, account: Account, note_id: int, now: str) -> None:
    """Remove a note from its document; the note and its withdrawal stay in the audit trail.

    Raises:
        BadWork: the account did not write it.
    """
    if not db.execute("select 1 from notes where id = ? and written_by = ?", [note_id, account.id]).fetchone():
        raise BadWork("only its author can withdraw a note")
    db.execute("insert into notes_taken_back values (?, ?, ?) on conflict do nothing", [note_id, account.id, now])


def notes(db: Database, document_id: str) -> list[dict[str, Any]]:
    return list(
        db.query(
            "select n.*, a.name from notes n join accounts a on a.id = n.written_by where document_id = ? "
            "and n.id not in (select note_id from notes_taken_back) order by n.id",
            [document_id],
        )
    )


def assign(db: Database, account: Account, document_id: str, name: str, now: str) -> None:
    """Assign a document to a person; an empty name ends the assignment."""
    _require_document(db, document_id)
    db.execute(
        "insert into assignments (document_id, assigned_to, assigned_by, assigned_at) values (?, ?, ?, ?)",
        [document_id, _active_account_id(db, name), account.id, now],
    )


def current_assignment(db: Database, document_id: str) -> dict[str, Any] | None:
    """Return the newest assignment with `name` and `giver`; None when nobody is assigned."""
    rows = db.query(
        "select s.*, a.name, g.name as giver from current_assignments s join accounts a on a.id = s.assigned_to "
        "join accounts g on g.id = s.assigned_by where s.document_id = ?",
        [document_id],
    )
    return next(iter(rows), None)


def assignee_names(db: Database, document_ids: list[str]) -> dict[str, str]:
    """Return who is assigned to each of these documents: document id to name."""
    sql = "select s.document_id, a.name from current_assignments s join accounts a on a.id = s.assigned_to"
    return dict(db.execute(f"{sql} where s.document_id in ({marks(document_ids)})", document_ids).fetchall())


def snooze(
    db: Database, account: Account, document_id: str, now: str, *, until_on: str | None, until_change: str | None
) -> None:
    """Hide a document from the queue until a day or a change, whichever comes first. With neither, end the snooze."""
    _require_document(db, document_id)
    if until_on is not None:
        try:
            day = datetime.date.fromisoformat(until_on)
        except ValueError as error:
            raise BadWork("enter a date such as 2026-11-30") from error
        if day.isoformat() <= now[:10]:
            raise BadWork("choose a date in the future")
    if until_change is not None and until_change not in EVENTS:
        raise BadWork(f"an event is one of {', '.join(EVENTS)}")
    db.execute(
        "insert into snoozes (document_id, until_on, until_change, asked_by, asked_at) values (?, ?, ?, ?, ?)",
        [document_id, until_on, until_change, account.id, now],
    )


def current_snooze(db: Database, document_id: str, today: str) -> dict[str, Any] | None:
    """Return the current snooze of a document with the `name` of who set it; None when there is none."""
    rows = db.query(
        "select z.*, a.name from current_snoozes z join accounts a on a.id = z.asked_by where z.document_id = ? "
        "and (z.until_on is not null or z.until_change is not null) and coalesce(z.until_on > ?, 1) "
        "and not (z.until_change is not null and exists (select 1 from corpus.changes c "
        "where c.document_id = z.document_id and c.seen_at > z.asked_at and z.until_change in ('any', c.kind)))",
        [document_id, today],
    )
    return next(iter(rows), None)


def follow(db: Database, account: Account, document_id: str, on: bool, now: str) -> None:
    _require_document(db, document_id)
    if on:
        db.execute("insert into follows values (?, ?, ?) on conflict do nothing", [account.id, document_id, now])
    else:
        db.execute("delete from follows where account_id = ? and document_id = ?", [account.id, document_id])


def follows(db: Database, account: Account) -> list[dict[str, Any]]:
    """Return the documents a person follows, each with its last three changes since then, newest news first."""
    found = list(
        db.query(
            "select f.document_id, f.since, d.title, d.identifier, d.status, d.status_on, (select max(c.seen_at) "
            "from corpus.changes c where c.document_id = f.document_id) as news_at from follows f "
            "join corpus.documents d on d.id = f.document_id where f.account_id = ? order by news_at desc, d.id",
            [account.id],
        )
    )
    for row in found:
        row["changes"] = list(
            db.query(
                "select happened_on, seen_at, kind, summary from corpus.changes where document_id = ? and seen_at >= ? "
                "order by seen_at desc, happened_on desc limit 3",
                [row["document_id"], row["since"]],
            )
        )
        for change in row["changes"]:
            said = formatting.change_says(change["kind"], change["summary"])
            change["summary"] = in_full(db.conn, row["document_id"], change["happened_on"], said)
    return found


def followed_news_count(db: Database, account: Account, since: str | None) -> int:
    """Count the followed documents with a change since a time; 0 at the first visit."""
    return db.execute(
        "select count(*) from follows f where f.account_id = ? and exists (select 1 from corpus.changes c "
        "where c.document_id = f.document_id and c.seen_at > max(?, f.since))",
        [account.id, since or "9999"],
    ).fetchone()[0]


def is_followed(db: Database, account: Account, document_id: str) -> bool:
    sql = "select 1 from follows where account_id = ? and document_id = ?"
    return db.execute(sql, [account.id, document_id]).fetchone() is not None


def save_filter(db: Database, account: Account, name: str, query: str) -> None:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 60 or len(query) > 1_000:
        raise BadWork("a name must have 1 to 60 characters")
    db.execute(
        "insert into saved_filters values (?, ?, ?) on conflict (account_id, name) do update set query = excluded.query",
        [account.id, name, query],
    )


def delete_filter(db: Database, account: Account, name: str) -> None:
    db.execute("delete from saved_filters where account_id = ? and name = ?", [account.id, name])


def saved_filters(db: Database, account: Account) -> list[dict[str, Any]]:
    return list(db.query("select name, query from saved_filters where account_id = ? order by name", [account.id]))


def record_visit(db: Database, account: Account, now: str) -> str | None:
    """Record a visit. Return when the person's visit before this one ended, None at the first."""
    with writing(db):
        row = db.execute("select since, last_at from visits where account_id = ?", [account.id]).fetchone()
        since, last = (row[0], row[1]) if row else (None, None)
        if last and last < ago(now, minutes=IDLE_MINUTES):
            since = last
        db.execute(
            "insert into visits values (?, ?, ?) on conflict (account_id) do update set since = excluded.since, "
            "last_at = excluded.last_at",
            [account.id, since, now],
        )
    return since


# --------------------------------------------------------------------- areas and their owners


def reassign_area(db: Database, account: Account, area_id: str, name: str, note: str, now: str) -> None:
    """Assign an area to a person, or to nobody. Earlier rows stay, so that everyone sees who had it and why it moved."""
    if not db.execute("select 1 from corpus.policy_areas where id = ?", [area_id]).fetchone():
        raise BadWork(f"there is no area called {area_id!r}")
    owner = _active_account_id(db, name)
    person = accounts.find(db, name) if name else None
    if person is not None and not person.may("reviewer"):
        raise BadWork(f"{person.name} cannot decide, and so cannot own an area")
    with db.atomic():
        db.execute(
            "insert into area_owners (area_id, owner, handed_by, handed_at, note) values (?, ?, ?, ?, ?)",
            [area_id, owner, account.id, now, note.strip()[:LONGEST_NOTE] or None],
        )
        accounts.log(db, account.id, "area reassigned", f"{area_id}: {name or 'nobody'}", now)


def area_owners(db: Database, document_id: str) -> list[dict[str, Any]]:
    """Return the owners of a document's areas, doubtful ones too: `title`, `owner_name`, `unit`, `giver`, `handed_at`, `note`,
    `closed`.

    An area that never had an owner has None for all but its title; `closed` is 1 where the owner's account is closed.
    """
    return list(
        db.query(
            "select t.area_id, p.title, a.name as owner_name, a.unit, g.name as giver, o.handed_at, o.note, "
            "a.disabled_at is not null as closed from ("
            "select area_id from corpus.shown_tags where document_id = :document union "
            "select area_id from corpus.tags t where document_id = :document and not exists (select 1 from corpus.decisions d "
            "where d.document_id = t.document_id and d.subject = 'area:' || t.area_id and d.verdict = 'reject')) t "
            "join corpus.policy_areas p on p.id = t.area_id left join current_area_owners o on o.area_id = t.area_id "
            "left join accounts a on a.id = o.owner left join accounts g on g.id = o.handed_by "
            "order by p.ordinal, p.title",
            {"document": document_id},
        )
    )


def areas_with_owners(db: Database) -> list[dict[str, Any]]:
    """Return every area with `id`, `title` and `history`, newest first."""
    owners: dict[str, list[dict[str, Any]]] = {}
    for row in db.query(
        "select o.*, a.name as owner_name, a.unit, a.disabled_at is not null as closed, g.name as giver from area_owners o "
        "left join accounts a on a.id = o.owner join accounts g on g.id = o.handed_by order by o.id desc"
    ):
        owners.setdefault(row["area_id"], []).append(row)
    return [
        {"id": row[0], "title": row[1], "history": owners.get(row[0], [])}
        for row in db.execute("select id, title from corpus.policy_areas order by ordinal, title").fetchall()
    ]


def active_account_names(db: Database) -> list[str]:
    """Return the names of all open accounts."""
    sql = "select name from accounts where disabled_at is null order by name_key"
    return [row[0] for row in db.execute(sql).fetchall()]


def deciding_account_names(db: Database) -> list[str]:
    """Return the names of the open accounts that may decide, and so may own an area."""
    sql = "select name from accounts where disabled_at is null and role in ('reviewer', 'approver') order by name_key"
    return [row[0] for row in db.execute(sql).fetchall()]


def _active_account_id(db: Database, name: str) -> int | None:
    if not name:
        return None
    found = accounts.find(db, name)
    if found is None or found.disabled_at is not None:
        raise BadWork(f"there is no open account called {name[:60]!r}")
    return found.id


def _require_document(db: Database, document_id: str) -> None:
    if not db.execute("select 1 from corpus.documents where id = ?", [document_id]).fetchone():
        raise BadWork(f"{document_id[:80]}: there is no such document")


def _recorded_dates(db: Database, document_id: str, day: str) -> list[tuple[str, str]]:
    """The days, from an ISO day on, of the hearings and deadlines that staff recorded, each with what is on that day."""
    sql = (
        f"select starts_at, kind, title from {KNOWN_DATES} where title is not null and document_id = :id and starts_at >= :day "
        "order by starts_at, kind, title"
    )
    known = {"id": document_id, "day": day, "over": "[]"}  # only dates of sources lapse, and those have no title
    return [(on, date_says(kind, title)) for on, kind, title in db.execute(sql, known).fetchall()]


def work_on(db: Database, account: Account, document_id: str, day: str) -> dict[str, Any]:
    """Who works on a document and what they wrote about it, as the review page shows it on an ISO day."""
    return {
        "notes": notes(db, document_id),
        "owners": area_owners(db, document_id),
        "assigned": current_assignment(db, document_id),
        "snoozed": current_snooze(db, document_id, day),
        "followed": is_followed(db, account, document_id),
        "people": deciding_account_names(db),
        "dates": _recorded_dates(db, document_id, day),
    }
