"""Notices inside the office: what one person wants to hear of, and what there is to say. Sending is digest.delivery.notices.

Nobody gets any notice before they chose to. A kind that a person turns on begins at that moment: nothing older is sent.
"""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from sqlite_utils import Database

from comparison.versions.company_provisions import change_in_words
from crawlers.companies import KIND
from desk.accounts import accounts
from desk.accounts.accounts import Account
from desk.intake.proposals import waiting as edits_of_positions
from desk.queue.advocacy import KINDS as RECORDS
from desk.queue.advocacy import KNOWN_DATES, date_says, declined, lapsed, proposed
from desk.reviews.drafts import touched_by_others, waiting_drafts
from pages.database import marks
from pages.http import formatting
from pages.http.titles import readable
from store.errors import InvalidInput
from text.yaml_config import load_plain

Row = dict[str, Any]

#: Kind of a notice -> how the form calls it.
KINDS = {
    "assigned": "Somebody assigns a document to me",
    "draft": "A draft of a stance, a proposed outcome or edit of a position, or a record proposed for the public waits for me",
    "dropped": "A colleague drops a draft or a proposal of mine, or withdraws the stance that a draft is to replace",
    "moved": "A document that I follow or lead moves",
    "tomorrow": "A hearing, a meeting, a vote, or a deadline of such a document is tomorrow",
}
PACES = {"at-once": "At once", "morning": "In one message each morning"}
EMAIL = "email"
#: Changes of a followed document that are worth a notice (crawlers.items.CHANGE_KINDS; of a company's rules, its actions, too),
#: and dates worth a day's warning.
MOVES = ("status", "law", "text", "event", "ended")
DATES = ("hearing", "committee_meeting", "vote", "comment_close", "reply_close", "deadline")
LONGEST_TITLE = 160


class BadChoice(InvalidInput):
    """A choice that cannot be saved; the message says why."""


@dataclass(frozen=True)
class Choice:
    """`way` is "email", the name of a channel of alerts.yml, or "" for none. `kinds`: kind -> since when it is wanted."""

    way: str = ""
    pace: str = "at-once"
    kinds: Mapping[str, str] | None = None

    def since(self, kind: str) -> str | None:
        """Since when a kind of notice is wanted; None where it is not."""
        return (self.kinds or {}).get(kind) if self.way else None


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing to tell one person. `event` names it for good, so that nobody gets it twice; `path` is a page of the site."""

    account_id: int
    way: str
    pace: str
    event: str
    kind: str
    head: str
    words: str
    path: str


def channel_names(folder: Path) -> list[str]:
    """The channels of alerts.yml that people may choose (`tell: [notices]`); their addresses are not read.

    None where the file is missing or broken: infopolicy alerts says what is wrong with it.
    """
    try:
        entries = (load_plain((folder / "alerts.yml").read_text(encoding="utf-8")) or {}).get("channels") or {}
        return [str(name) for name, entry in entries.items() if "notices" in (entry.get("tell") or [])]
    except (OSError, yaml.YAMLError, AttributeError, TypeError, ValueError, RecursionError):
        return []


def choice_of(db: Database, account_id: int) -> Choice:
    row = db.execute("select way, pace, kinds from notice_choices where account_id = ?", [account_id]).fetchone()
    return Choice(row[0], row[1], json.loads(row[2])) if row else Choice()


def choose(
    db: Database, account: Account, *, way: str, pace: str, kinds: Collection[str], channels: Collection[str], now: str
) -> None:
    """Save what a person wants; what was on before stays on without a gap.

    Args:
        channels: the channels that may be chosen.

    Raises:
        BadChoice: the way, the pace or a kind is none of those there are, or email has no address.
    """
    if way not in ("", EMAIL, *channels) or pace not in PACES or set(kinds) - set(KINDS):
        raise BadChoice("choose from what the form offers")
    if way == EMAIL and not account.email:
        raise BadChoice("your account has no email address; the site operator can add one with infopolicy user email")
    before = choice_of(db, account.id)
    since = {kind: before.since(kind) or now for kind in KINDS if kind in kinds}
    with db.atomic():
        db.execute(
            "insert into notice_choices values (?, ?, ?, ?) on conflict (account_id) do update set way = excluded.way, "
            "pace = excluded.pace, kinds = excluded.kinds",
            [account.id, way, pace, json.dumps(since)],
        )
        accounts.log(db, account.id, "notices chosen", f"{way or 'none'}, {pace}: {', '.join(since) or 'nothing'}", now)


def waiting(db: Database, *, today: datetime.date) -> list[Notice]:
    """Everything there is to tell to everybody, sent already or not, in the order of KINDS.

    Args:
        db: staff.db with corpus.db attached.
        today: the office's day, for hearings of the day after it.
    """
    chosen = {each.id: (each, choice_of(db, each.id)) for each in accounts.all_accounts(db) if each.disabled_at is None}
    found: dict[tuple[int, str], Notice] = {}
    for kind, rows in (
        ("assigned", _assigned(db)),
        ("draft", _drafts(db, [account for account, _ in chosen.values()])),
        ("dropped", _dropped(db)),
        ("moved", _moved(db)),
        ("tomorrow", _tomorrow(db, today)),
    ):
        for account_id, at, event, row, words in rows:
            account, choice = chosen.get(account_id, (None, Choice()))
            since = choice.since(kind)
            if account is not None and since is not None and at > since:
                found.setdefault((account_id, event), _notice(account_id, choice, event, kind, row, words))
    return list(found.values())


def _notice(account_id: int, choice: Choice, event: str, kind: str, row: Row, words: str) -> Notice:
    title = formatting.shortened(readable(row["title"]), LONGEST_TITLE)
    return Notice(
        account_id=account_id,
        way=choice.way,
        pace=choice.pace,
        event=event,
        kind=kind,
        head=formatting.numbered(row["identifier"], row["jurisdiction"], title) if row["document_id"] else title,
        words=words,
        path=row.get("path") or f"/desk/documents/{row['document_id']}",
    )


#: (account, when it happened, event, document, words): when, as a UTC time stamp, decides whether somebody wanted it by then.
Found = Iterator[tuple[int, str, str, Row, str]]
_DOCUMENT = "d.id as document_id, d.identifier, d.jurisdiction, d.title"
#: Who wants to hear of a document: who follows it, and who leads it.
_WATCHERS = """
    select account_id, document_id, since from follows
    union all select assigned_to, document_id, assigned_at from current_assignments where assigned_to is not null"""


def _assigned(db: Database) -> Found:
    for row in db.query(
        f"select s.id, s.assigned_to, s.assigned_at, g.name as giver, {_DOCUMENT} from current_assignments s "
        "join accounts g on g.id = s.assigned_by join corpus.documents d on d.id = s.document_id "
        "where s.assigned_to is not null and s.assigned_to != s.assigned_by order by s.id"
    ):
        words = f"{row['giver']} assigned it to you."
        yield row["assigned_to"], row["assigned_at"], f"assigned-{row['id']}", row, words


def _drafts(db: Database, people: Collection[Account]) -> Found:
    """What waits for an approver: drafts of stances, proposed outcomes, records proposed for the public, edits of positions."""
    approvers = [each.id for each in people if each.may("approver")]
    for draft in waiting_drafts(db):
        done = "proposed the outcome" if draft["draft"] else "drafted"
        words = f"{draft['name']} {done} {_side(draft)}. It waits for an approver."
        for account_id in approvers:
            if account_id != draft["reviewer"]:
                yield account_id, draft["reviewed_at"], f"draft-{draft['id']}", draft, words
    for record in proposed(db):
        says = f"{RECORDS[record['kind']]}: {record['said']}"
        words = f"{record['name']} proposed that the public may read “{says}”. It waits for an approver."
        row = record | {"path": "/desk/advocacy?proposed=1"}
        for account_id in approvers:
            if account_id != record["added_by"]:
                yield account_id, record["added_at"], f"proposed-{record['asked']}", row, words
    for edit in edits_of_positions(db):
        words = f"{edit['name']} proposed an edit of this position. It waits for an approver."
        row = {"title": edit["title"], "document_id": None, "path": f"/desk/proposals/{edit['id']}"}
        for account_id in approvers:
            if account_id != edit["proposed_by"]:
                yield account_id, edit["proposed_at"], f"edit-{edit['id']}", row, words


def _side(draft: Row) -> str:
    return f"“{formatting.word('outcomes' if draft['draft'] else 'stances', draft['value'])}”"


def _dropped(db: Database) -> Found:
    for draft in touched_by_others(db):
        if draft["by_id"] == draft["reviewer"]:
            continue
        side = _side(draft)
        words = f"{draft['by']} dropped your {'proposed outcome' if draft['draft'] else 'draft'} {side}."
        if draft["withdrawn"]:
            words = f"{draft['by']} withdrew the stance that your draft {side} was to replace. The draft still waits."
        yield draft["reviewer"], draft["at"], f"dropped-{draft['act']}", draft, words
    for record in declined(db):
        if record["by_id"] == record["asker"]:
            continue
        did = "withdrew" if record["gone"] else "keeps for staff"
        words = f"{record['by']} {did} what you proposed to the public: “{RECORDS[record['kind']]}: {record['said']}”."
        row = record | {"path": "/desk/advocacy"}
        yield record["asker"], record["at"], f"declined-{record['act']}", row, words


def _moved(db: Database) -> Found:
    for row in db.query(
        f"select w.account_id, c.id, c.kind, c.summary, c.happened_on, c.seen_at, {_DOCUMENT} from ({_WATCHERS}) w "
        "join corpus.changes c on c.document_id = w.document_id and c.seen_at > w.since "
        f"join corpus.documents d on d.id = c.document_id where c.kind in ({marks(MOVES)}) or c.kind = 'action' and d.kind = ? "
        "order by c.seen_at, c.rowid",
        [*MOVES, KIND],
    ):
        yield row["account_id"], row["seen_at"], f"moved-{row['id']}", row, _change_in_words(db, row)


def _change_in_words(db: Database, row: Row) -> str:
    day = formatting.date_in_words(row["happened_on"])
    if row["kind"] == "action":  # of a company: the change itself
        told = change_in_words(db.conn, row["document_id"], row["happened_on"])
        return ". ".join([f"{row['summary']} on {day}", *told]) + "."
    if row["kind"] == "status":
        return f"{formatting.word('statuses', row['summary'])} {day}.".replace(" .", ".")
    if row["kind"] == "event":
        return f"New date: {formatting.change_says('event', row['summary'])}, {day}."
    if row["kind"] == "ended":
        return f"Its session ended {day}."
    return f"{formatting.word('changes', row['kind'])}: {row['summary'][:300]}"


def _tomorrow(db: Database, today: datetime.date) -> Found:
    """Dates of tomorrow, and of today in case no run was on time. They count as of the day before, at its end.

    Several of one kind on one day, such as two deadlines on record, are one event, which names them all.
    """
    events: dict[tuple[int, str], list[Row]] = defaultdict(list)
    until = today + datetime.timedelta(days=1)
    for row in db.query(
        f"select w.account_id, e.kind, e.starts_at, e.title as says, {_DOCUMENT} from ({_WATCHERS}) w "
        f"join {KNOWN_DATES} e on e.document_id = w.document_id join corpus.documents d on d.id = e.document_id "
        "where e.kind in (select value from json_each(:kinds)) and substr(e.starts_at, 1, 10) between :today and :until "
        "order by e.starts_at, e.title",
        {"kinds": json.dumps(DATES), "today": today.isoformat(), "until": until.isoformat()}
        | lapsed(db, today.isoformat()),
    ):
        events[row["account_id"], f"date-{row['document_id']}-{row['kind']}-{row['starts_at'][:10]}"].append(row)
    for (account_id, event), rows in events.items():
        day, titles = rows[0]["starts_at"][:10], "; ".join(dict.fromkeys(row["says"] for row in rows if row["says"]))
        when = "Today" if day == today.isoformat() else "Tomorrow"
        words = f"{when}, {formatting.date_in_words(day)}: {date_says(rows[0]['kind'], titles)}."
        eve = f"{datetime.date.fromisoformat(day) - datetime.timedelta(days=1)}T23:59:59Z"
        yield account_id, eve, event, rows[0], words
