"""The pages of our bills: the table, its files, and the weekly report."""

from __future__ import annotations

import datetime
import io
from collections import defaultdict
from dataclasses import replace

from desk.accounts import calendar_links
from desk.partners import partners
from desk.queue import advocacy, collaboration
from desk.queue.our_bills import CHOICES, OurFilters, Row, our_bills, weekly_report
from desk.web.context import Answer, Attachment, Page, Redirect, RequestContext
from desk.web.errors import HTTPError
from desk.web.routing import staff_page
from pages.export.exports import csv_lines, workbook
from pages.export.ical import calendar
from pages.http import formatting

CSV, EXCEL, CALENDAR = (
    "text/csv; charset=utf-8",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "text/calendar; charset=utf-8",
)


def _rows(context: RequestContext, filters: OurFilters, since: str | None = None) -> list[Row]:
    held: dict[str, list[str]] = defaultdict(list)
    for each in context.ask_partners(partners.held, []):
        held[each["document_id"]].append(f"{each['organisation']}: {formatting.word('stances', each['stance'])}")
    said = {key: "; ".join(sorted(each)) for key, each in held.items()}
    return our_bills(context.db, filters, me=context.me.id, today=context.today, since=since, partners=said)


@staff_page(r"/ours", methods="GET")
def our_bills_page(context: RequestContext) -> Answer:
    """Show our bills."""
    filters = OurFilters.of(context.args)
    since = collaboration.record_visit(context.db, context.me, context.now)
    everything = _rows(context, OurFilters(ended="1"))
    view = {
        "rows": _rows(context, filters, since),
        "f": filters,
        "today": context.today.isoformat(),
        "choices": CHOICES,
        "feed": calendar_links.made_at(context.db, context.me),
        "since": since,
        "total": len(everything),
        "leads": sorted({row["lead"] for row in everything} - {""}),
        "places": sorted({(row["place"], row["jurisdiction"]) for row in everything}),
        "stances": sorted(({row["stance"] for row in everything} | {row["draft"] for row in everything}) - {""}),
        "saved": [
            each | {"query": each["query"].removeprefix("ours?")}
            for each in collaboration.saved_filters(context.db, context.me)
            if each["query"].startswith("ours?")
        ],
    }
    return Page("desk/ours.html", view)


@staff_page(r"/ours\.(?P<form>csv|xlsx|ics)", methods="GET")
def our_bills_file(context: RequestContext) -> Answer:
    """Download our bills as a spreadsheet, or their dates as a calendar."""
    form, filters = context.path["form"], OurFilters.of(context.args)
    rows = _rows(context, filters)
    if form == "ics":
        return _calendar(context, rows)
    rows = [_away_from_the_site(row, context.site) for row in rows]
    if form == "csv":
        return Attachment("our-bills.csv", csv_lines(filters.spreadsheet, rows), CSV)
    target = io.BytesIO()
    workbook(target, "Our bills", filters.spreadsheet, rows, links=("address", "url"))
    return Attachment("our-bills.xlsx", target.getvalue(), EXCEL)


def _away_from_the_site(row: Row, site: str) -> Row:
    """A row for people who read it elsewhere: the session in words, and whole addresses."""
    session = formatting.session_in_words(row["jurisdiction"], row["session"], row["session_title"])
    return row | {"session": session, "address": site + row["address"], "url": formatting.safe_url(row["url"]) or ""}


def _calendar(context: RequestContext, rows: list[Row]) -> Attachment:
    """The next date of each document as a calendar."""
    events = [
        {
            "key": f"{row['id']}-{row['next_kind']}",
            "document_id": row["id"],
            "kind": row["next_kind"],
            "starts_at": row["next_at"],
            "timezone": None,
            "description": _event_says(row),
            "title": row["title"],
            "identifier": row["identifier"],
            "jurisdiction": row["jurisdiction"],
            "changed_at": context.now,
            "area_titles": [],
            "revision": 0,
        }
        for row in rows
        if row["next_at"]
    ]
    return Attachment("our-bills.ics", calendar("Our bills", "/desk/ours", events, context.site), CALENDAR)


def _event_says(row: Row) -> str | None:
    said = (row["next_title"], row["next_link"], f"Stance: {row['stance']}" if row["stance"] else None)
    return "; ".join(filter(None, said)) or None


@staff_page(r"/ours/calendar", methods="POST")
def calendar_address(context: RequestContext) -> Answer:
    """Make a private address of the calendar, which is shown once, or end the one there is."""
    filters = replace(OurFilters.of(context.args), waiting="", lead="")
    if context.typed("step") == "end":
        calendar_links.end(context.db, context.me, context.now)
        return Redirect("/desk/ours", "The address of your calendar works no more.")
    token = calendar_links.make(context.db, context.me, context.now)
    address = f"{context.site}/desk/calendar/{token}.ics"
    return Page("desk/calendar.html", {"address": f"{address}?{filters.query()}".removesuffix("?")})


@staff_page(rf"/calendar/{calendar_links.TOKEN}\.ics", role=None, methods="GET")
def calendar_feed(context: RequestContext) -> Answer:
    """Give the calendar to a program that has its address; everybody else is led to the login."""
    account = calendar_links.owner(context.db, context.path["token"])
    if account is None:
        return Redirect("/desk/login")
    context = replace(context, account=account)
    # Whoever has the address may ask: only for what is public, or the account's own, and not for drafts or who leads.
    filters = replace(OurFilters.of(context.args), waiting="", lead="")
    rows = [row for row in _rows(context, filters) if filters.stance in ("", row["stance"])]
    private = {"next_title": None, "next_link": None}
    return _calendar(context, [row if row["next_public"] else row | private for row in rows])


@staff_page(r"/weekly", methods="GET")
def weekly_page(context: RequestContext) -> Answer:
    """Show one week on one page to print: what moved, what is next, what we did."""
    try:
        last = datetime.date.fromisoformat(context.arg("until")) if context.arg("until") else context.today
    except ValueError as error:
        raise HTTPError(400, "Enter a date such as 2026-11-30.") from error
    first = last - datetime.timedelta(days=6)
    done = advocacy.records(context.db, since=first.isoformat(), until=last.isoformat())
    ours = _rows(context, OurFilters(ended="1"))
    return Page("desk/weekly.html", {"r": weekly_report(context.db, ours, done, last), "r_kinds": advocacy.KINDS})
