"""Whom to contact in each state: the table of chapters that staff keep, and its page.

Rows are only ever added (staff.db, table `chapter_contacts`). The public reads name, address and contact (publish.chapters).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlite_utils import Database

from desk.accounts.accounts import Account
from desk.reviews.subjects import LONGEST_NOTE
from desk.web.context import PUBLISHED_LATER, Answer, Page, Redirect, RequestContext
from desk.web.routing import staff_page
from pages.http import formatting
from pages.http.formatting import safe_url
from pages.places.map import layout
from store.connect import writing
from store.errors import InvalidInput

LONGEST = 200


class BadChapter(InvalidInput):
    """An entry that cannot be kept; the message says why."""


@dataclass(frozen=True, kw_only=True)
class ChapterContact:
    """``contact`` is what the public should use, such as the email address of an office. ``note`` is for staff only."""

    jurisdiction: str
    name: str
    url: str | None = None
    contact: str | None = None
    note: str | None = None


def keep(db: Database, account: Account, entry: ChapterContact, *, seen: int, now: str, gone: bool = False) -> None:
    """Keep an entry, or withdraw it (`gone`); earlier rows stay.

    Args:
        db: staff.db.
        seen: the id of the newest row of that state that the page knew, 0 for none.

    Raises:
        BadChapter: something is missing or wrong, or somebody else has changed the entry since.
    """
    if entry.jurisdiction not in layout():
        raise BadChapter("choose a state")
    if not 1 <= len(entry.name) <= LONGEST or len(entry.contact or "") > LONGEST:
        raise BadChapter(f"a name must have 1 to {LONGEST} characters, a contact at most {LONGEST}")
    if len(entry.note or "") > LONGEST_NOTE:
        raise BadChapter(f"a note may have at most {LONGEST_NOTE:,} characters")
    if entry.url and (not safe_url(entry.url) or len(entry.url) > 2 * LONGEST):
        raise BadChapter("a web address must begin with https:// or http://")
    values = asdict(entry) | {"gone": int(gone), "added_by": account.id, "added_at": now}
    with writing(db):
        newest = "select coalesce(max(id), 0) from chapter_contacts where jurisdiction = ?"
        if db.execute(newest, [entry.jurisdiction]).fetchone()[0] != seen:
            raise BadChapter("this entry has changed since you opened the page")
        db.table("chapter_contacts").insert(values)


def history(db: Database, jurisdiction: str) -> list[dict[str, Any]]:
    """Every row of a state with `who` added it, newest first."""
    return list(
        db.query(
            "select c.*, a.name as who from chapter_contacts c join accounts a on a.id = c.added_by "
            "where jurisdiction = ? order by c.id desc",
            [jurisdiction],
        )
    )


@staff_page(r"/chapters", post="reviewer")
def chapters_page(context: RequestContext) -> Answer:
    """Show the chapter of every state as the public reads it; the form keeps or withdraws one."""
    state, problem = context.typed("state") or context.arg("state"), None
    typed = {name: context.typed(name) or None for name in ("url", "contact", "note")}
    if context.form is not None:
        entry = ChapterContact(jurisdiction=state, name=context.typed("name"), **typed)
        gone = context.typed("step") == "withdraw"
        try:
            keep(context.db, context.me, entry, seen=context.number("seen"), now=context.now, gone=gone)
        except BadChapter as error:
            problem = str(error)
        else:
            done = context.publish(context.db, [])
            return Redirect("/desk/chapters", "Saved." if done else f"Saved. {PUBLISHED_LATER}")
    known = {row["jurisdiction"]: dict(row) for row in context.db.query("select * from corpus.chapters")}
    rows = history(context.db, state) if state else []
    now = next((row for row in rows[:1] if not row["gone"]), known.get(state) or {})
    view = {
        "states": sorted(((key, formatting.place(key), known.get(key)) for key in layout()), key=lambda each: each[1]),
        "state": state if state in layout() else "",
        "place": formatting.place(state),
        "v": typed | {"name": context.typed("name")} if problem else now,
        "seen": rows[0]["id"] if rows else 0,
        "history": rows,
        "problem": problem,
    }
    return Page("desk/chapters.html", view, 400 if problem else 200)
