"""What an editor does with an issue before it leaves: put items first, hide some, add one, write the note, see the mail."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from sqlite_utils import Database

from digest.issues.compose import Reading, compose
from digest.issues.entries import chosen, frozen
from digest.issues.issues import Issue, IssueError, load, require_draft
from digest.issues.lines import make_line
from digest.issues.words import Words
from digest.subscribers.preferences import Preferences
from store.connect import writing

Row = dict[str, Any]

LONGEST_NOTE = 4_000
#: Items of an issue that the editor's page shows: nobody reads more before an issue leaves.
MOST_SHOWN = 60


def write_note(db: Database, key: str, note: str) -> None:
    """Put the editor's note on an issue that has not gone out yet; paragraphs are set apart by blank lines.

    Raises:
        IssueError: no such issue, or it has been released.
    """
    require_draft(db, key)
    db.execute("update digests set note = ? where id = ?", [note.strip()[:LONGEST_NOTE] or None, key])


class EditorsDesk:
    """The drafts of issues for the page of the editor. mail.db is opened for each call and never known to the page."""

    def __init__(
        self,
        open_mail: Callable[[], Database],
        open_corpus: Callable[[], sqlite3.Connection],
        *,
        site: str,
        postal: str = "",
    ):
        """Args: `open_corpus` opens corpus.db read-only; `site` and `postal` are addresses that the mail shows."""
        self._open, self._open_corpus = open_mail, open_corpus
        self._links = {"manage": site, "leave": site, "postal": postal}

    def drafts(self) -> list[Row]:
        """Issues that have not left, the newest first, each with `items`: what leads first, at most MOST_SHOWN."""
        with closing(self._open()) as db:
            keys = db.execute(
                "select id from digests where state = 'draft' order by prepared_at desc limit 3"
            ).fetchall()
            return [self._drawn(load(db, key)) for (key,) in keys]

    def _drawn(self, issue: Issue) -> Row:
        """An issue as `_shown` gives it, with the mail as it stands: that to a reader of everything; None if none would leave."""
        made = self._mail(issue, "en")
        mail = {"subject": made[0].subject, "text": made[2]} if made else None
        return _shown(issue) | {
            "mail": mail,
            "all_hidden": bool(issue.entries) and all(each["hidden"] for each in issue.entries),
        }

    def _mail(self, issue: Issue, language: str) -> tuple[Reading, str, str] | None:
        site = self._links["manage"]
        return compose(issue, Preferences(), language, site=site, since=issue.news_since, links=self._links)

    def html(self, key: str, language: str) -> str | None:
        """The mail to a reader of everything as HTML; None where no mail would leave.

        Raises:
            IssueError: no such issue.
        """
        with closing(self._open()) as db:
            made = self._mail(load(db, key), language)
        return made[1] if made else None

    def save(
        self, key: str, *, seen: str, note: str, first: Sequence[str], hide: Sequence[str], now: str, add: str = ""
    ) -> str:
        """Write the note and the choices; every other item that was shown has its own place again.

        Args:
            seen: what `drafts` gave as `seen` when the page was opened.
            add: the id of a document to put into the issue, behind what leads; "" for none.

        Returns:
            What became of `add`: "added", or "there" or "hidden" where the page showed it. Then it stays as it was chosen.

        Raises:
            IssueError: no such issue, it has left, it has no such document, or somebody else has saved it since.
        """
        with closing(self._open()) as db:
            require_draft(db, key)
            with writing(db):
                issue = load(db, key)
                before, holds_it = _shown(issue), _item_with(issue, add)
                shown = [item["id"] for item in before["items"]]
                there = "hidden" if holds_it in hide else "there"
                if before["seen"] != seen:
                    was, lead, hidden = _chosen(before)
                    done = [[*first, holds_it]] if holds_it else []
                    done += [[*first]] if not add or holds_it in shown else []
                    if lead in done and (was, hidden) == (note.strip()[:LONGEST_NOTE], {*hide}):
                        return "added" if lead != [*first] else there  # a form that was sent twice
                    raise IssueError("this issue was saved since you opened the page")
                write_note(db, key, note)
                edit(db, key, now=now, restore=[each for each in shown if each not in {*first, *hide}], hide=hide)
                edit(db, key, now=now, first=first)
                if not add or holds_it in shown:
                    return there
                if not holds_it:
                    with closing(self._open_corpus()) as corpus:
                        put_in(db, corpus, key, add)
                edit(db, key, now=now, first=[*first, add])
                return "added"


def _chosen(draft: Row) -> tuple[str, list[str], set[str]]:
    """The note, what leads in its order, and what is hidden."""
    leading = sorted((each for each in draft["items"] if each["picked"]), key=lambda each: each["picked"])
    return draft["note"], [each["id"] for each in leading], {each["id"] for each in draft["items"] if each["hidden"]}


def _shown(issue: Issue) -> Row:
    order = sorted(issue.entries, key=lambda each: (each["picked"] is None, each["picked"] or 0))
    items = [
        {
            "id": entry["documents"][0]["id"],
            "number": entry["documents"][0]["identifier"],
            "jurisdiction": entry["documents"][0]["jurisdiction"],
            "title": entry["documents"][0]["title"],
            "priority": entry["must_see"],
            "picked": entry["picked"],
            "hidden": entry["hidden"],
            "added": entry["added"],
            "what": _what(entry, issue),
        }
        for entry in order[:MOST_SHOWN]
    ]
    chosen = [(each["id"], each["picked"], each["hidden"]) for each in items if each["picked"] or each["hidden"]]
    return {
        "id": issue.id,
        "list": issue.list,
        "frequency": issue.frequency,
        "day": issue.day.isoformat(),
        "leaves_at": issue.leaves_at,
        "note": issue.note or "",
        "total": len(issue.entries),
        "items": items,
        "seen": hashlib.sha256(json.dumps([issue.note, chosen]).encode()).hexdigest()[:16],
    }


def _what(entry: Row, issue: Issue) -> tuple[str, ...]:
    """What happened, as the mail says it; nothing where staff took back what was to be told."""
    if not entry["news"]:
        return ()
    return make_line(0, entry, entry["news"], ("priority", ""), Words("en"), "", issue.read_on).what


def _item_with(issue: Issue, document: str) -> str:
    """The id of the item that holds a document, alone or among companions; "" where none does."""
    held = (each["documents"] for each in issue.entries)
    return next((documents[0]["id"] for documents in held if any(document == each["id"] for each in documents)), "")


def put_in(db: Database, corpus: sqlite3.Connection, key: str, document: str) -> None:
    """Put a collected document that an issue lacks into it, at the end of its items.

    Raises:
        IssueError: no such issue, it has been released, or the document cannot be in one.
    """
    require_draft(db, key)
    issue = load(db, key)
    entry = chosen(corpus, document, at=issue.through + 1, today=issue.read_on)
    if entry is None:
        raise IssueError(f"{document[:80]} is not collected, or names a private person")
    last = db.execute("select coalesce(max(ordinal), -1) from digest_items where digest_id = ?", [key]).fetchone()[0]
    db.execute("insert into digest_items values (?, ?, ?, ?)", [key, last + 1, document, frozen(entry)])


def edit(
    db: Database,
    key: str,
    *,
    now: str,
    first: Sequence[str] = (),
    hide: Sequence[str] = (),
    restore: Sequence[str] = (),
) -> None:
    """Put items first, in the order given, hide some, or give some back the place that the program chose.

    Args:
        first, hide, restore: documents; each means the item that holds it. `first` replaces what was put first before.

    Raises:
        IssueError: no such issue, it has been released, or it has no such document.
    """
    require_draft(db, key)
    numbers = {
        document["id"]: number for number, entry in enumerate(load(db, key).entries) for document in entry["documents"]
    }
    if unknown := [each for each in (*first, *hide, *restore) if each not in numbers]:
        raise IssueError(f"{key} has no document {unknown[0][:80]!r}: infopolicy digest edit {key} lists what it has")
    with db.atomic():
        if first:
            db.execute("update digest_edits set place = null where digest_id = ?", [key])
        rows = [
            *((numbers[each], None, 0) for each in restore),
            *((numbers[each], place, 0) for place, each in enumerate(first, 1)),
            *((numbers[each], None, 1) for each in hide),
        ]
        db.conn.executemany(
            "insert into digest_edits (digest_id, ordinal, place, hidden, edited_at) values (?, ?, ?, ?, ?) "
            "on conflict do update set place = excluded.place, hidden = excluded.hidden, edited_at = excluded.edited_at",
            [(key, *row, now) for row in rows],
        )
