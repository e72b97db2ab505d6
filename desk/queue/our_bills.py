"""Our bills: every document that the office works on, with what it holds, who leads, and what comes next.

A document is ours once somebody has taken or drafted a stance on it, leads it, follows it, made it a priority, or recorded
what was done about it.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from comparison.versions.company_provisions import change_in_words
from crawlers.items import slug
from desk.queue.advocacy import KNOWN_DATES, date_says, lapsed
from desk.queue.old_news import old_news
from desk.web.context import AddressFilters
from pages.browse import finding
from pages.browse.numbers import read_number
from pages.documents import rulemaking
from pages.documents.session_status import SESSION_END, SESSION_TITLE, UNDECIDED, ended_with, unheard_since
from pages.http import formatting
from publish.decisions import ON_RECORD

Row = dict[str, Any]

#: Columns of the table, in their order, as the spreadsheets explain them.
COLUMNS = {
    "number": "Number of the document",
    "place": "Jurisdiction",
    "title": "Title",
    "session": "Session",
    "stance": "The organization's published stance on the document as a whole, or on a position where there is no other",
    "draft": "Drafted stance that waits for an approver",
    "priority": "yes where it is a priority document",
    "lead": "Who it is assigned to",
    "unit": "Unit of the lead",
    "status": "Status",
    "open": "yes where it can still move, unknown where its session was to end and nothing was heard of it since, or "
    "where a final rule or a withdrawal followed a proposed rule",
    "next_on": "Next date",
    "next": "What happens on that day",
    "moved_on": "Day of the latest action",
    "moved": "The latest action",
    "partners": "Stances of coalition partners",
    "address": "Address on this site",
    "url": "Address at the source, such as the legislature",
}
#: Columns of the page that people choose -> the columns of the spreadsheets that go with each. The others are always there.
CHOICES = {
    "next": ("next_on", "next"),
    "stance": ("stance", "draft"),
    "lead": ("lead", "unit"),
    "status": ("priority", "status", "open"),
    "moved": ("moved_on", "moved"),
    "partners": ("partners",),
}
#: What stays in the list although nothing more is decided about it: it counts now.
LASTING = frozenset({"enacted", "adopted", "final", "decided", "in_force", "changed"})
_OURS = """
    select document_id from current_reviews where subject like 'stance%' and verdict != 'reject'
    union select document_id from current_drafts
    union select document_id from current_reviews where subject = 'priority' and value = '2'
    union select document_id from current_assignments where assigned_to is not null
    union select document_id from follows
    union select document_id from current_advocacy where document_id is not null"""


@dataclass(frozen=True)
class OurFilters(AddressFilters):
    """Which of our documents to show."""

    q: str = ""
    lead: str = ""
    jurisdiction: str = ""
    stance: str = ""
    mine: str = ""
    moved: str = ""
    waiting: str = ""
    priority: str = ""
    ended: str = ""
    #: Columns to show (CHOICES) with commas between; "" for all.
    columns: str = ""

    @classmethod
    def of(cls, args: Mapping[str, Sequence[str]]) -> OurFilters:
        """Return the filters in the arguments of an address, where each column can be an argument of its own."""
        chosen = ",".join(args.get("columns") or []).split(",")
        return super().of({**args, "columns": [",".join(name for name in CHOICES if name in chosen)]})

    @property
    def shown(self) -> tuple[str, ...]:
        """The chosen columns of the page."""
        return tuple(self.columns.split(",")) if self.columns else tuple(CHOICES)

    @property
    def spreadsheet(self) -> dict[str, str]:
        """The chosen columns of the spreadsheets, as COLUMNS explains them."""
        left_out = {name for choice, names in CHOICES.items() if choice not in self.shown for name in names}
        return {name: words for name, words in COLUMNS.items() if name not in left_out}


def our_bills(
    db: Database,
    filters: OurFilters,
    *,
    me: int,
    today: datetime.date,
    since: str | None,
    partners: Mapping[str, str] | None = None,
) -> list[Row]:
    """Our documents, those with the nearest date first, then the latest moved.

    Args:
        db: staff.db with corpus.db attached.
        me: the account for `mine`: what it leads or follows.
        since: when this person last looked, for `moved` and `new`.
        partners: document -> what partners hold.
    """
    dates = {"today": today.isoformat(), "since": since or "9999"} | lapsed(db, today.isoformat())
    found = list(db.query(_SQL, dates))
    old = old_news(db, [row["id"] for row in found], today)
    answered = rulemaking.answered(db.conn, [row["id"] for row in found if row["status"] == "proposed"])
    rows = [_row(row, today, since, old.get(row["id"], ""), answered=row["id"] in answered) for row in found]
    stances, drafts = _stances(db)
    followed = {row[0] for row in db.execute("select document_id from follows where account_id = ?", [me]).fetchall()}
    for row in rows:
        key = row["id"]
        row |= {
            "stance": stances.get(key, ""),
            "draft": drafts.get(key, ""),
            "partners": (partners or {}).get(key, ""),
            "mine": key in followed or row["lead_id"] == me,
        }
    named = finding.named(db.conn, filters.q) if filters.q else []
    kept = [row for row in rows if _fits(row, filters, named)]
    # Two sorts, the less important first: the latest moved first, then the nearest date, those without one last.
    kept.sort(key=lambda row: row["moved_on"], reverse=True)
    return sorted(kept, key=lambda row: row["next_on"] or "9999")


_SQL = f"""
    with ours as materialized ({_OURS}),
    due as (
        select e.*, row_number() over (partition by e.document_id order by e.starts_at) as n
        from {KNOWN_DATES} e join ours using (document_id) where substr(e.starts_at, 1, 10) >= :today
    )
    select d.id, d.identifier, d.kind, d.jurisdiction, d.session, d.title, d.status, d.status_on, d.status_reason, d.url,
        coalesce(d.latest_action_on, d.published_on, '') as moved_on, coalesce(d.latest_action, '') as moved,
        d.latest_action_on as latest_on, {SESSION_END} as session_end,
        {SESSION_TITLE} as session_title,
        coalesce(p.priority, 0) = 2 as is_priority, due.kind as next_kind, due.starts_at as next_at,
        due.title as next_title, due.link as next_link, due.public as next_public,
        s.assigned_to as lead_id, a.name as lead, a.unit,
        exists (select 1 from corpus.changes c where c.document_id = d.id and c.seen_at > :since) as new
    from ours join corpus.documents d on d.id = ours.document_id
    left join corpus.shown_priorities p on p.document_id = d.id
    left join due on due.document_id = d.id and due.n = 1
    left join current_assignments s on s.document_id = d.id left join accounts a on a.id = s.assigned_to"""


def _row(row: Row, today: datetime.date, since: str | None, old: str, *, answered: bool) -> Row:
    ended = ended_with(row, today)
    doubt = f"{ended[0]} ended" if ended else old
    moves = (row["kind"] == "bill" and row["status"] in UNDECIDED | {"to_executive"}) or row["status"] == "proposed"
    still = "" if not moves or ended else "unknown" if answered or unheard_since(row, today) else "yes"
    return row | {
        "number": row["identifier"],
        "place": formatting.place(row["jurisdiction"]),
        "priority": "yes" if row["is_priority"] else "",
        "lead": row["lead"] or "",
        "unit": row["unit"] or "",
        "status_key": row["status"],
        "status": formatting.word("statuses", row["status"]) + (f" ({doubt})" if doubt else ""),
        "open": "yes" if row["next_at"] else still,
        "next_on": (row["next_at"] or "")[:10],
        "next": date_says(row["next_kind"], row["next_title"]) if row["next_kind"] else "",
        "address": f"/documents/{row['id']}",
        "new": bool(row["new"] and since),
    }


def _stances(db: Database) -> tuple[dict[str, str], dict[str, str]]:
    """Document -> its published stance, and document -> its drafted one; that on the whole document goes first.

    Where no stance is drafted, an outcome that somebody proposed stands in its place: it waits for an approver, too.
    """
    public: dict[str, str] = {}
    for document, value in db.execute(
        "select document_id, value from corpus.decisions where subject like 'stance%' and verdict = 'confirm' "
        "and value is not null order by subject"
    ).fetchall():
        public.setdefault(document, formatting.word("stances", value))
    drafts: dict[str, str] = {}
    for document, value, outcome in db.execute(
        "select document_id, value, draft from current_drafts where value is not null order by draft, subject"
    ).fetchall():
        word = formatting.word("outcomes" if outcome else "stances", value)
        drafts.setdefault(document, f"outcome “{word}”" if outcome else word)
    return public, drafts


def _fits(row: Row, filters: OurFilters, named: Sequence[str]) -> bool:
    words = f"{row['number']} {row['title']} {row['place']}".casefold()
    asked = read_number(filters.q)
    numbered = (
        asked and slug(row["number"]).replace("-", "") in asked.numbers and asked.place in (None, row["jurisdiction"])
    )
    return (
        (bool(numbered) or row["id"] in named or all(word in words for word in filters.q.casefold().split()))
        and filters.lead in ("", row["lead"])
        and filters.jurisdiction in ("", row["jurisdiction"])
        and filters.stance in ("", row["stance"], row["draft"])
        and (not filters.mine or row["mine"])
        and (not filters.moved or row["new"])
        and (not filters.waiting or bool(row["draft"]))
        and (not filters.priority or bool(row["priority"]))
        and (bool(filters.ended) or bool(row["open"]) or row["status_key"] in LASTING)
    )


# --------------------------------------------------------------------- the weekly report


@dataclass(frozen=True)
class WeeklyReport:
    """What leadership reads on one page: days are ISO dates, `last` included."""

    first: str
    last: str
    until: str
    moved: list[Row]
    coming: list[Row]
    taken: list[Row]
    done: list[Row]


def weekly_report(db: Database, ours: Sequence[Row], done: list[Row], last: datetime.date) -> WeeklyReport:
    """The week that ends with `last`, and the dates of the two weeks after it.

    Args:
        ours: what `our_bills` returns, ended ones too.
        done: records of advocacy of that week.
    """
    first, until = last - datetime.timedelta(days=6), last + datetime.timedelta(days=14)
    by_id = {row["id"]: row for row in ours}
    week = {"first": first.isoformat(), "last": last.isoformat(), "until": until.isoformat()}
    moved: dict[str, list[str]] = defaultdict(list)
    for document, status, day in db.execute(
        f"select h.document_id, h.status, h.reached_on from corpus.status_history h where h.document_id in ({_OURS}) "
        "and h.reached_on between ? and ? order by h.reached_on, h.ordinal",
        [week["first"], week["last"]],
    ).fetchall():
        if document in by_id:
            told = [formatting.word("statuses", status) + f" {formatting.date_in_words(day)}"]
            told += change_in_words(db.conn, document, day) if status == "changed" else []
            moved[document].append(". ".join(told))
    coming = db.query(
        f"select e.document_id as id, e.kind, e.title as says, e.link, substr(e.starts_at, 1, 10) as day from {KNOWN_DATES} e "
        f"where e.document_id in ({_OURS}) and substr(e.starts_at, 1, 10) > :last and substr(e.starts_at, 1, 10) <= :until "
        "order by e.starts_at",
        week | lapsed(db, week["last"]),
    )
    return WeeklyReport(
        **week,
        moved=[by_id[key] | {"steps": steps} for key, steps in moved.items()],
        coming=[
            by_id[row["id"]] | row | {"says": date_says(row["kind"], row["says"])}
            for row in coming
            if row["id"] in by_id
        ],
        taken=[by_id[row["id"]] | row for row in _taken(db, week["first"], week["last"]) if row["id"] in by_id],
        done=[row for row in done if row["kind"] != "hearing"],
    )


def _taken(db: Database, first: str, last: str) -> list[Row]:
    """Stances that began or ended from one day to another, with `withdrawn`: whether it was withdrawn after these days.

    The same side in other words is no new act, and a stance that was on record before began long ago.
    """
    side: dict[tuple[str, str], str | None] = {}
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in db.query(
        "select r.document_id as id, r.subject, r.value, r.verdict, coalesce(r.batch, '') as batch, r.id as review, "
        "substr(r.reviewed_at, 1, 10) as day from reviews r where r.published = 1 and r.subject like 'stance%' "
        "and not exists (select 1 from reviews u where u.undoes = r.id) order by r.id"
    ):
        key = row["id"], row["subject"]
        now = None if row["verdict"] == "reject" else row["value"]
        if now != side.get(key) and first <= row["day"] <= last and not row["batch"].startswith(ON_RECORD):
            found[key].append(row)
        side[key] = now
    for key, rows in found.items():
        rows[-1]["withdrawn"] = side[key] is None and rows[-1]["verdict"] != "reject"
    return sorted((row for rows in found.values() for row in rows), key=lambda row: row["review"])
