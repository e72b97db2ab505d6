"""Tables to download: documents and dates as CSV, Excel and JSON, with the same columns in each."""

from __future__ import annotations

import csv
import datetime
import io
import re
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, BinaryIO

import xlsxwriter

from crawlers.people import as_people_say
from pages.browse.cards import area_titles
from pages.browse.selection import Selection, windows
from pages.database import Row, marks, rows
from pages.documents import identifiers, rulemaking
from pages.documents.session_status import SESSION_END
from pages.documents.successor import law_instead, successor
from pages.http import formatting
from publish.identical_law import IDENTICAL_LAW
from store.constants import ANY_AREA, UNHEARD, UNHEARD_PASSED

#: Rows of one read. Long lists take many short reads, so that other pages need not wait.
WINDOW = 1_000
#: A workbook is made whole before it can be sent, so its length is bounded; CSV has no end.
EXCEL_ROWS = 10_000
#: What Excel holds in one cell.
EXCEL_CELL = 32_767
#: Excel refuses links that are longer than some 2,080 characters.
LONGEST_LINK = 2_000

#: Column -> what it means. The page about the interface for programs shows these.
DOCUMENT_COLUMNS = {
    "id": "The permanent key of the document",
    "identifier": "Its number as people write it; its title where the source gives none",
    "title": "Its title, in the language of its source",
    "kind": "bill, regulation, case, local_matter or corporate_policy",
    "document_type": "The source's own type",
    "jurisdiction": "Key of the place: us, us-tx",
    "place": "The place in words",
    "session": "The legislative session that is part of its identity",
    "status": "Where it stands, as a key of the glossary",
    "status_in_words": "Where it stands, in words",
    "status_on": "The day it got there",
    "status_reason": "session_ended where it failed because its session ended before it passed",
    "no_news_since": "The day its session was to end, or of later news, where nothing was heard since: not counted by its status",
    "replaced_by": "The number of the bill that took its place, where that bill is collected, or of the law that did",
    "replaced_by_id": "The permanent key of that bill",
    "identical_law": "Number of the bill that its source calls identical and that became law: lists count this one as replaced",
    "published_on": "The day it was introduced or published",
    "latest_on": "The day of its latest news",
    "latest_action": "What happened last, in the source's words",
    "next_on": "The next date to keep: the day",
    "next_date": "The next date to keep: what it is",
    "must_see": "1 when the software marked it as one that library staff must see",
    "areas": "Keys of its policy areas; automatic",
    "areas_in_words": "Its policy areas; automatic",
    "positions": "Keys of the positions that it may touch; automatic, and says nothing of a stance",
    "positions_in_words": "Their titles, which say no stance either; automatic",
    "stance": "The stance of the organization on the whole, once a person has published it: support, oppose and so on",
    "source_url": "Its page at the source",
    "address": "Its page here",
    "sponsors": 'Who brought it, without cosponsors; "Jr." and the like at the end of a name',
    "sponsor_ids": "Keys of those people, as far as they are known: Bioguide ids in Congress, Open States ids in the states",
    "ocd_id": "Its key at Open States (Open Civic Data)",
    "congress_gov_id": "Its key at Congress.gov and GovTrack: Congress, type and number",
    "legiscan_id": "Its key at LegiScan",
    "federal_register_id": "Its number in the Federal Register",
    "regulations_gov_id": "Its key at regulations.gov",
}
#: Column -> scheme of the view document_ids.
_KEYS = {
    "ocd_id": "ocd",
    "congress_gov_id": "congress_gov",
    "legiscan_id": "legiscan",
    "federal_register_id": "federal_register",
    "regulations_gov_id": "regulations_gov",
}
DATE_COLUMNS = {
    "document_id": "The document",
    "identifier": "Its number as people write it; its title where the source gives none",
    "title": "Its title, in the language of its source",
    "jurisdiction": "Key of the place: us, us-tx",
    "kind": "hearing, committee_meeting, hearing_canceled, comment_close, reply_close, effective or vote",
    "kind_in_words": "The same in words",
    "starts_at": "Local date, or date and time, as ISO 8601",
    "timezone": "The time zone of that",
    "description": "More about it",
    "areas": "Keys of the policy areas of the document; automatic",
    "must_see": "1 when the software marked the document as one that library staff must see",
    "address": "The page of the document here",
}


def document_rows(db: sqlite3.Connection, ids: Sequence[str], today: datetime.date, site: str) -> list[Row]:
    """One row with DOCUMENT_COLUMNS for each document that is stored, in the order of ``ids``."""
    found = {
        row["id"]: dict(row)
        for row in db.execute(
            f"""select d.id, d.identifier, d.title, d.kind, d.document_type, d.jurisdiction, d.session, d.status,
            d.status_on, coalesce(d.status_reason, '') as status_reason,
            case when l.status in ('{UNHEARD}', '{UNHEARD_PASSED}') then max({SESSION_END}, coalesce(d.latest_action_on, ''))
                else '' end as no_news_since,
            {IDENTICAL_LAW} as identical_law,
            d.published_on, coalesce(nullif(l.sort_on, ''), d.latest_action_on, d.published_on) as latest_on, d.latest_action,
            coalesce(t.priority = 2 and c.document_id is null, 0) as must_see, d.url as source_url
            from documents d left join shown_priorities t on t.document_id = d.id
            left join ceremonial c on c.document_id = d.id
            left join listing l on l.document_rowid = d.rowid and l.area_id = '{ANY_AREA}' where d.id in ({marks(ids)})""",
            list(ids),
        )
    }
    areas = _grouped(db, "select document_id, area_id from shown_tags", ids, "probability desc")
    positions = _grouped(db, "select distinct document_id, position_id from shown_positions", ids, "position_id")
    stances = _grouped(db, "select document_id, value from decisions", ids, "1", "and subject = 'stance'")
    brought_by = _grouped(db, "select document_id, name from sponsors", ids, "ordinal", "and role = 'sponsor'")
    people = _grouped(db, "select document_id, person from person_of_sponsor", ids, "ordinal", "and role = 'sponsor'")
    named = dict(db.execute("select id, title from positions").fetchall())
    titles, upcoming, elsewhere = area_titles(db), _next_dates(db, ids, today), identifiers.keys(db, ids)
    rows = []
    for row in (found[key] for key in ids if key in found):
        key = row["id"]
        starts_at, event = upcoming.get(key, ("", ""))
        after, law = successor(db, row), law_instead(db, row)
        row |= {
            "place": formatting.place(row["jurisdiction"]),
            "status_in_words": formatting.word("statuses", row["status"]),
            "replaced_by": after["identifier"] if after else law or "",
            "replaced_by_id": after["id"] if after else "",
            "identical_law": row["identical_law"] or "",
            "next_on": starts_at[:10],
            "next_date": formatting.word("events", event) if event else "",
            "areas": areas[key],
            "areas_in_words": [titles.get(area, area) for area in areas[key]],
            "positions": positions[key],
            "positions_in_words": [named.get(position, position) for position in positions[key]],
            "stance": next(iter(stances[key]), ""),
            "source_url": formatting.safe_url(row["source_url"]),
            "address": f"{site}/documents/{key}",
            "sponsors": list(map(as_people_say, brought_by[key])),
            "sponsor_ids": people[key],
            **{column: elsewhere[key].get(scheme, "") for column, scheme in _KEYS.items()},
        }
        rows.append({name: row[name] for name in DOCUMENT_COLUMNS})
    return rows


def _grouped(
    db: sqlite3.Connection, select: str, ids: Sequence[str], order: str, only: str = ""
) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for row in db.execute(f"{select} where document_id in ({marks(ids)}) {only} order by {order}", list(ids)):
        grouped[row[0]].append(row[1])
    return grouped


def _next_dates(db: sqlite3.Connection, ids: Sequence[str], today: datetime.date) -> dict[str, tuple[str, str]]:
    found = rows(
        db,
        f"select document_id, starts_at, kind from events where document_id in ({marks(ids)}) and starts_at >= ? "
        "and kind is not 'hearing_canceled' order by starts_at desc",
        [*ids, today.isoformat()],
    )
    return {row["document_id"]: (row["starts_at"], row["kind"]) for row in rulemaking.still_due(db, found)}


# --------------------------------------------------------------------- forms


#: What a spreadsheet may take for the start of a formula, also after spaces and as the wide signs of East Asian keyboards.
_FORMULA = re.compile(r"[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")


def cell(value: Any) -> str | int | float | None:
    """What a spreadsheet holds for a value: lists joined, and no text that it could take for a formula.

    Remote text is hostile, so what begins like a formula gets a quote mark in front.
    """
    if isinstance(value, list):
        value = "; ".join(value)
    if isinstance(value, str) and _FORMULA.match(value):
        return "'" + value
    return value


def csv_lines(columns: Iterable[str], rows: Iterable[Mapping[str, Any]], *, header: bool = True) -> str:
    """Rows as RFC 4180 text. The first window begins with a byte order mark, without which Excel misreads accents."""
    names = list(columns)
    out = io.StringIO()
    writer = csv.writer(out)
    if header:
        out.write("\ufeff")
        writer.writerow(names)
    writer.writerows([cell(row[name]) for name in names] for row in rows)
    return out.getvalue()


def workbook(
    target: BinaryIO,
    title: str,
    columns: Mapping[str, str],
    rows: Iterable[Mapping[str, Any]],
    *,
    links: Collection[str] = (),
) -> None:
    """Write one sheet with the rows, one row at a time, and one that explains the columns.

    Args:
        links: columns whose addresses open when they are clicked.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": title})
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("Rows")
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, list(columns), bold)
        for number, row in enumerate(rows, 1):
            for column, name in enumerate(columns):
                value = cell(row[name])
                if name in links and isinstance(value, str) and 0 < len(value) <= LONGEST_LINK:
                    sheet.write_url(number, column, value, string=value)
                elif isinstance(value, str):
                    sheet.write_string(number, column, value[:EXCEL_CELL])
                else:
                    sheet.write(number, column, value)
        about = book.add_worksheet("Columns")
        for number, (name, meaning) in enumerate(columns.items()):
            about.write_row(number, 0, [name, meaning])


def document_workbook(
    db: sqlite3.Connection, target: BinaryIO, chosen: Selection, today: datetime.date, site: str
) -> None:
    """The first EXCEL_ROWS documents of a selection as a workbook."""
    rows = (row for ids in windows(db, chosen, WINDOW, EXCEL_ROWS) for row in document_rows(db, ids, today, site))
    workbook(target, chosen.title, DOCUMENT_COLUMNS, rows)
