"""The lists of the pages in other formats: Atom, iCalendar, CSV, Excel and JSON.

Every answer has an ETag that needs no query, so that "not modified" costs nothing.
"""

import asyncio
import datetime
import io
from collections import OrderedDict
from pathlib import Path

from datasette.utils.asgi import AsgiStream

from datasette import Response, hookimpl
from pages.browse import known, selection
from pages.browse.cards import area_titles
from pages.browse.filters import Filters
from pages.documents import record, session_status
from pages.export import dates, exports, feeds, ical, json_feed
from pages.export.atom import RIGHTS, write_atom
from pages.http.conditional import is_current
from pages.http.site import KEY, data_headers, public_address, read, today
from pages.places.calendar import Wanted
from store.constants import ANY_AREA, TAGGED

#: JSON comes a page at a time.
JSON_ROWS, MOST_JSON_ROWS = 100, 1_000
#: Dates of a workbook, of a page of JSON, and of a batch of CSV.
MOST_DATES = 10_000
#: Part of an address -> its filter, and the check whether something of that name exists.
LISTS = {"areas": "area", "jurisdictions": "jurisdiction"}
KNOWN = {
    "areas": lambda db, key: key in area_titles(db),
    "jurisdictions": lambda db, key: db.execute(
        "select 1 from facet_counts where area_id = ? and jurisdiction = ? limit 1", [ANY_AREA, key]
    ).fetchone(),
}
#: Ending -> the writer of a feed, and the kind of answer.
WRITERS = {
    "atom": (write_atom, "application/atom+xml"),
    "feed": (json_feed.write_json_feed, json_feed.TYPE),
}
#: Finished feeds and calendars by address and ETag, the last used last.
MOST_KEPT = 64
_made = OrderedDict()
# A workbook keeps a processor busy for seconds: one at a time.
_one_workbook = asyncio.Semaphore(1)


# --------------------------------------------------------------------- answers


def headers_of(datasette, request):
    """Return the headers of an answer, which depends on corpus.db, the day, the address and the software."""
    return data_headers(datasette, request.full_path, _OWN_AGE)


#: A new version of the software may answer differently from the same file.
_OWN_AGE = max(file.stat().st_mtime_ns for file in Path(exports.__file__).parent.glob("*.py"))


def named(headers, request, form):
    name = "-".join(["infopolicy", *request.path.strip("/").rpartition(".")[0].split("/")])
    return headers | {"Content-Disposition": f'attachment; filename="{name}.{form}"'}


def parts_of(request, *names, paged=()):
    """The parts of the address, of which JSON has those of ``paged`` too; what it does not take is refused."""
    names = (*names, *(paged if request.url_vars["form"] == "json" else ()))
    return known.only({name: request.args.getlist(name) for name in request.args}, names)


async def in_form(datasette, request, form, make):
    """Answer with ``make[form]``, or 304 where the client has it. Keep feeds and calendars, which many subscribe to."""
    headers = headers_of(datasette, request)
    if is_current(request.headers, headers):
        return Response("", status=304, headers=headers)
    if form not in (*WRITERS, "ics"):
        return await make[form](headers)
    key = (request.path, headers["ETag"])
    if key not in _made:
        _made[key] = await make[form](headers)
    _made.move_to_end(key)
    while len(_made) > MOST_KEPT:
        _made.popitem(last=False)
    return _made[key]


def plain(body, form, headers):
    return Response(body, content_type=f"{feeds.TYPES[form]}; charset=utf-8", headers=headers)


def as_feed(request, headers, *parts, about):
    """A feed as Atom or as JSON Feed; ``parts`` and ``about`` are what both writers take."""
    write, kind = WRITERS[request.url_vars["form"]]
    return Response(write(*parts, about=about), content_type=f"{kind}; charset=utf-8", headers=headers)


def as_csv(request, headers, write):
    """A file that ``write`` sends in batches."""
    if request.method == "HEAD":
        return Response("", content_type="text/csv; charset=utf-8", headers=headers)
    return AsgiStream(write, headers=headers, content_type="text/csv; charset=utf-8")


def as_json(found, headers):
    response = Response.json(found, headers=headers)
    response.content_type = "application/json; charset=utf-8"
    return response


async def excel(datasette, request, headers, write):
    """``write`` gets a connection and a file to write a workbook into."""
    target = io.BytesIO()
    async with _one_workbook:
        await read(datasette, write, target)
    return Response(target.getvalue(), content_type=feeds.TYPES["xlsx"], headers=named(headers, request, "xlsx"))


# --------------------------------------------------------------------- lists of documents


async def chosen(datasette, request):
    """The selection that the address names, and from where on JSON has how many rows of it."""
    where, key = request.url_vars.get("list"), request.url_vars.get("id", "")
    names = () if where == "positions" else [name for name in feeds.OF_LISTS if name != LISTS.get(where)]
    parts = parts_of(request, *names, paged=("size", "after"))
    after = selection.read_place(parts.get("after", ""))
    size = selection.read_size(parts.get("size", ""), JSON_ROWS, MOST_JSON_ROWS)

    def choose(db):
        if where == "positions":
            return selection.of_position(db, key)
        if where and not KNOWN[where](db, key):
            return None
        known.check(db, {"sort": parts.get("sort")})
        of_page = {LISTS[where]: key} if where else {}
        if where == "jurisdictions":  # as its page; area=any asks for all subjects
            parts.setdefault("area", TAGGED)
        return selection.of_filters(db, Filters.of(parts | of_page), today(datasette))

    return datasette.found(await read(datasette, choose)), after, size


async def listed(datasette, request):
    """A list of documents in the form that the address ends with."""
    site, day = public_address(datasette), today(datasette)
    list_of, start, size = await chosen(datasette, request)
    of_place = request.url_vars.get("list") == "jurisdictions"
    place = request.url_vars["id"] if of_place else request.args.get("jurisdiction") or ""

    async def feed(headers):
        entries = await read(datasette, feeds.documents, list_of, day, site)
        title = list_of.title if list_of.says_subject else f"{list_of.title}: information policy"
        about = await read(datasette, feeds.reach, place, day, site)
        return as_feed(request, headers, title, site, list_of.page, request.full_path, entries, about=about)

    async def calendar(headers):
        return await dated(datasette, dates.of_selection(list_of), headers)

    async def csv(headers):
        async def write(writer):
            await writer.write(exports.csv_lines(exports.DOCUMENT_COLUMNS, []))
            after = selection.START
            while places := await read(datasette, selection.window, list_of, exports.WINDOW, after):
                rows = await read(datasette, exports.document_rows, [key for _, key in places], day, site)
                await writer.write(exports.csv_lines(exports.DOCUMENT_COLUMNS, rows, header=False))
                after = places[-1]

        return as_csv(request, named(headers, request, "csv"), write)

    async def workbook(headers):
        return await excel(
            datasette, request, headers, lambda db, target: exports.document_workbook(db, target, list_of, day, site)
        )

    async def page_of_json(headers):
        places = await read(datasette, selection.window, list_of, size, start)
        rows = await read(datasette, exports.document_rows, [key for _, key in places], day, site)
        last = "/".join(places[-1]) if len(places) == size else None
        found = {
            "title": list_of.title,
            "page": site + list_of.page,
            "total": list_of.total,
            "rights": RIGHTS,
            "next": site + feeds.with_parts(request.full_path, after=last) if last else None,
            "documents": rows,
        }
        return as_json(found, headers)

    make = {"atom": feed, "feed": feed, "ics": calendar, "csv": csv, "xlsx": workbook, "json": page_of_json}
    return await in_form(datasette, request, request.url_vars["form"], make)


# --------------------------------------------------------------------- dates


async def dated(datasette, choice, headers):
    since = choice.first or today(datasette) - datetime.timedelta(days=ical.PAST_DAYS)

    def make(db):
        events = dates.settled(db, dates.dates(db, choice, ">=", since, ical.MOST))
        name = choice.title if choice.title == dates.TITLE else f"{choice.title}: dates to keep"
        return ical.calendar(name, choice.page, events, public_address(datasette))

    return plain(await read(datasette, make), "ics", headers)


async def dates_listed(datasette, request):
    """The dates that /deadlines shows, or those of a month of /calendar."""
    site = public_address(datasette)
    names = feeds.OF_MONTHS if request.path.startswith("/calendar.") else feeds.OF_DATES
    parts = parts_of(request, *names, paged=("after",))
    start = dates.read_place(parts["after"]) if parts.get("after") else None
    past = parts.get("past") == "1"
    when = "<" if past else ">="

    def choose(db):
        known.check(db, {name: parts.get(name) for name in ("month", "past")})
        return dates.of_wanted(db, Wanted.of(parts), past)

    choice = await read(datasette, choose)
    day = today(datasette) if past else choice.first or today(datasette)

    def window(db, after=None):
        return dates.dates(db, choice, when, day, MOST_DATES, after)

    async def calendar(headers):
        return await dated(datasette, choice, headers)

    async def feed(headers):
        def entries(db):
            return feeds.upcoming(dates.settled(db, dates.dates(db, choice, when, day, feeds.ENTRIES)), site)

        found = await read(datasette, entries)
        about = await read(datasette, feeds.reach, parts.get("jurisdiction") or "", today(datasette), site)
        return as_feed(request, headers, choice.title, site, choice.page, request.full_path, found, about=about)

    async def csv(headers):
        async def write(writer):
            await writer.write(exports.csv_lines(exports.DATE_COLUMNS, []))
            after = None
            while found := await read(datasette, window, after):
                await writer.write(exports.csv_lines(exports.DATE_COLUMNS, dates.table_rows(found, site), header=False))
                after = dates.place_of(found[-1])

        return as_csv(request, named(headers, request, "csv"), write)

    async def workbook(headers):
        def write(db, target):
            exports.workbook(target, choice.title, exports.DATE_COLUMNS, dates.table_rows(window(db), site))

        return await excel(datasette, request, headers, write)

    async def page_of_json(headers):
        found = await read(datasette, window, start)
        last = dates.place_in_words(found[-1]) if len(found) == MOST_DATES else None
        about = {
            "title": choice.title,
            "page": site + choice.page,
            "rights": RIGHTS,
            "next": site + feeds.with_parts(request.full_path, after=last) if last else None,
        }
        return as_json(about | {"dates": dates.table_rows(found, site)}, headers)

    make = {"atom": feed, "feed": feed, "ics": calendar, "csv": csv, "xlsx": workbook, "json": page_of_json}
    return await in_form(datasette, request, request.url_vars["form"], make)


# --------------------------------------------------------------------- one document


async def one_document(datasette, request):
    site, key = public_address(datasette), request.url_vars["id"]

    async def feed(headers):
        title, entries = datasette.found(await read(datasette, feeds.changes, key, site))
        about = feeds.through(await read(datasette, session_status.collected_through, key, today(datasette)))
        return as_feed(request, headers, title, site, f"/documents/{key}", request.path, entries, about=about)

    async def calendar(headers):
        return await dated(datasette, datasette.found(await read(datasette, dates.of_document, key)), headers)

    async def as_record(headers):
        found = datasette.found(await read(datasette, record.record, key, today(datasette), site))
        return as_json(found | {"rights": RIGHTS}, headers)

    make = {"atom": feed, "feed": feed, "ics": calendar, "json": as_record}
    return await in_form(datasette, request, request.url_vars["form"], make)


@hookimpl
def register_routes():
    form = r"\.(?P<form>atom|feed|ics|csv|xlsx|json)$"
    return [
        (rf"^/browse{form}", listed),
        (rf"^/(?P<list>areas|jurisdictions|positions)/{KEY}{form}", listed),
        (rf"^/(deadlines|calendar){form}", dates_listed),
        (rf"^/documents/{KEY}\.(?P<form>atom|feed|ics|json)$", one_document),
    ]


@hookimpl
def extra_template_vars(request):
    """Which other forms the page at this address has, for its head and for its readers."""
    return {"feeds": feeds.links(request.path, request.query_string) if request else []}
