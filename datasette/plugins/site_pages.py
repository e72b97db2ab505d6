"""The addresses of the public pages: each is one read of corpus.db and one template."""

import datetime

from datasette.utils.asgi import NotFound

from datasette import Response, hookimpl
from pages import browse, document, overview, positions, words

DATABASE = "corpus"


def today(datasette):
    """The day to reckon deadlines from: the clock's, unless the site was built for another day."""
    fixed = (datasette.plugin_config("infopolicy") or {}).get("today")
    return datetime.date.fromisoformat(fixed) if fixed else datetime.date.today()


async def read(datasette, function, *args):
    """Run one of the functions of ``pages`` on a read-only connection, off the event loop."""
    return await datasette.get_database(DATABASE).execute_fn(lambda db: function(db, *args))


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
    return await page(datasette, request, "positions.html", {"groups": await read(datasette, positions.positions)})


async def one_position(datasette, request):
    wanted = request.args.get("page") or "1"
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 7 else 1
    found = await read(datasette, positions.position, request.url_vars["id"], today(datasette), number)
    if found:
        found["pager_address"] = lambda other: f"/positions/{found['p']['id']}?page={other}"
    return await page(datasette, request, "position.html", found)


async def all_jurisdictions(datasette, request):
    found = await read(datasette, overview.jurisdictions)
    return await page(datasette, request, "jurisdictions.html", {"jurisdictions": found})


async def one_jurisdiction(datasette, request):
    found = await read(datasette, overview.jurisdiction, request.url_vars["id"], today(datasette))
    return await page(datasette, request, "jurisdiction.html", found)


async def deadlines(datasette, request):
    past = request.args.get("past") == "1"
    kind, area = request.args.get("kind") or "", request.args.get("area") or ""

    def load(db):
        events = overview.deadlines(db, today(datasette), past=past, kind=kind, area=area)
        lately = overview.deadlines(db, today(datasette), past=True, kind=kind, area=area, limit=10)
        return {
            "months": overview.by_month(events),
            "lately": [] if events or past else lately,
            "areas": overview.area_titles(db),
            "shown": len(events),
        }

    found = await read(datasette, load)
    kinds = words.glossary()["events"]
    return await page(
        datasette, request, "deadlines.html", found | {"past": past, "kind": kind, "area": area, "kinds": kinds}
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
    return await page(datasette, request, "glossary.html", {"sections": words.SECTIONS, "glossary": words.glossary()})


async def about(datasette, request):
    found = await read(datasette, overview.totals)
    return await page(datasette, request, "about.html", {"totals": found})


async def sources(datasette, request):
    return await page(datasette, request, "sources.html", {"sources": await read(datasette, overview.sources)})


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
        (r"^/browse$", browsing),
        (r"^/glossary$", glossary),
        (r"^/about$", about),
        (r"^/sources$", sources),
    ]
