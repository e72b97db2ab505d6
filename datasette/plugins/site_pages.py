"""The addresses of the public pages: each is one read of corpus.db and one template."""

import datetime

from datasette.utils.asgi import NotFound

from datasette import Response, hookimpl
from pages.browse import browse
from pages.documents import document
from pages.http import formatting, language
from pages.places import calendar, compare, coverage, overview, places
from pages.positions import positions

DATABASE = "corpus"


def today(datasette):
    """The day to reckon deadlines from: the clock's, unless the site was built for another day."""
    fixed = (datasette.plugin_config("infopolicy") or {}).get("today")
    return datetime.date.fromisoformat(fixed) if fixed else datetime.date.today()


def now(datasette):
    """The time to reckon from what is overdue (a UTC stamp): the clock's, or the end of the day the site was built for."""
    fixed = (datasette.plugin_config("infopolicy") or {}).get("today")
    return f"{fixed}T23:59:59Z" if fixed else f"{datetime.datetime.now(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"


async def read(datasette, function, *args):
    """Run one of the functions of ``pages`` on a read-only connection, off the event loop."""
    return await datasette.get_database(DATABASE).execute_fn(language.carried(lambda db: function(db, *args)))


async def page(datasette, request, template, context):
    if context is None:
        raise NotFound("There is no page at this address")
    body = await datasette.render_template(template, context, request=request)
    age = datasette.setting("default_cache_ttl")
    return Response.html(body, headers={"Cache-Control": f"max-age={age}"})


async def home(datasette, request):
    return await page(datasette, request, "home.html", await read(datasette, overview.home, today(datasette)))


async def one_document(datasette, request):
    found = await read(datasette, document.document, request.url_vars["id"], today(datasette))
    return await page(datasette, request, "document.html", found)


async def all_areas(datasette, request):
    return await page(datasette, request, "areas.html", {"areas": await read(datasette, overview.areas)})


async def one_area(datasette, request):
    found = await read(datasette, overview.area, request.url_vars["id"], today(datasette))
    return await page(datasette, request, "area.html", found)


async def all_positions(datasette, request):
    by_name = request.args.get("order") == "name"
    groups = await read(datasette, positions.by_name if by_name else positions.positions)
    return await page(datasette, request, "positions.html", {"groups": groups, "by_name": by_name})


async def one_position(datasette, request):
    wanted = request.args.get("page") or "1"
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 7 else 1
    found = await read(datasette, positions.position, request.url_vars["id"], today(datasette), number)
    if found:
        found["pager_address"] = lambda other: f"/positions/{found['p']['id']}?page={other}"
    return await page(datasette, request, "position.html", found)


async def all_jurisdictions(datasette, request):
    found = await read(datasette, places.jurisdictions, today(datasette))
    return await page(datasette, request, "jurisdictions.html", found)


async def one_jurisdiction(datasette, request):
    found = await read(datasette, places.jurisdiction, request.url_vars["id"], today(datasette))
    return await page(datasette, request, "jurisdiction.html", found)


def asked_dates(request):
    return calendar.Wanted.of({name: request.args.get(name) or "" for name in request.args})


async def deadlines(datasette, request):
    past, wanted = request.args.get("past") == "1", asked_dates(request)

    def load(db):
        events = calendar.deadlines(db, today(datasette), wanted, past=past)
        lately = [] if events or past else calendar.deadlines(db, today(datasette), wanted, past=True, limit=10)
        return {"months": calendar.by_month(events), "lately": lately, "shown": len(events), **calendar.choices(db)}

    return await page(
        datasette, request, "deadlines.html", await read(datasette, load) | {"past": past, "wanted": wanted}
    )


async def one_month(datasette, request):
    wanted = asked_dates(request)
    found = await read(datasette, lambda db: calendar.month(db, wanted, today(datasette)) | calendar.choices(db))
    return await page(datasette, request, "calendar.html", found | {"weekdays": calendar.WEEKDAYS})


async def comparing(datasette, request):
    wanted = compare.Wanted.of({name: request.args.getlist(name) for name in request.args})
    return await page(
        datasette, request, "compare.html", await read(datasette, compare.compare, wanted, today(datasette))
    )


async def browsing(datasette, request):
    filters = browse.Filters.of({name: request.args.get(name) for name in request.args})
    found = await read(datasette, browse.browse, filters, today(datasette))
    filters = found.filters
    context = {
        "b": found,
        "f": filters,
        "pager_address": lambda number: filters.address(page=number),
        "shorter": browse.shorter(filters.q),
    }
    return await page(datasette, request, "browse.html", context)


async def glossary(datasette, request):
    return await page(
        datasette, request, "glossary.html", {"sections": formatting.SECTIONS, "glossary": formatting.glossary()}
    )


async def about(datasette, request):
    found = await read(datasette, overview.totals)
    return await page(datasette, request, "about.html", {"totals": found})


async def sources(datasette, request):
    found = await read(datasette, coverage.coverage, now(datasette))
    return await page(datasette, request, "sources.html", {"coverage": found})


@hookimpl
def register_routes():
    key = r"(?P<id>[a-z0-9-]+)"
    return [
        (r"^/$", home),
        (rf"^/documents/{key}$", one_document),
        (r"^/areas$", all_areas),
        (rf"^/areas/{key}$", one_area),
        (r"^/positions$", all_positions),
        (rf"^/positions/{key}$", one_position),
        (r"^/jurisdictions$", all_jurisdictions),
        (rf"^/jurisdictions/{key}$", one_jurisdiction),
        (r"^/deadlines$", deadlines),
        (r"^/calendar$", one_month),
        (r"^/compare$", comparing),
        (r"^/browse$", browsing),
        (r"^/glossary$", glossary),
        (r"^/about$", about),
        (r"^/sources$", sources),
    ]
