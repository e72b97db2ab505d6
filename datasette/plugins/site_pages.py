"""The addresses of the public pages: each is one read of corpus.db and one template."""

from urllib.parse import unquote

from datasette import Response, hookimpl
from pages.browse import browse
from pages.browse.names import place_typed
from pages.documents import document
from pages.export import feeds
from pages.http import formatting, language
from pages.http.site import KEY, arguments, now, page_number, read, read_once, today
from pages.places import calendar, compare, coverage, overview, places, tour
from pages.places import home as front
from pages.positions import chapters, positions


async def home(datasette, request):
    hour = f"{now(datasette)[:13]}:00:00Z"  # whether a source is overdue may wait for the hour
    return await datasette.page(request, "home.html", await read_once(datasette, front.home, hour))


async def one_document(datasette, request):
    found = await read(datasette, document.document, request.url_vars["id"], today(datasette))
    return await datasette.page(request, "document.html", found)


async def all_areas(datasette, request):
    return await datasette.page(request, "areas.html", {"areas": await read_once(datasette, overview.areas)})


async def one_area(datasette, request):
    found = await read_once(datasette, overview.area, request.url_vars["id"], today(datasette))
    return await datasette.page(request, "area.html", found)


async def all_positions(datasette, request):
    by_name = request.args.get("order") == "name"
    groups = await read_once(datasette, positions.by_name if by_name else positions.positions)
    return await datasette.page(request, "positions.html", {"groups": groups, "by_name": by_name})


async def one_position(datasette, request):
    number = page_number(request.args.get("page") or "")
    view = datasette.found(await read(datasette, positions.position, request.url_vars["id"], today(datasette), number))
    return await datasette.page(request, "position.html", view, pager_address=view.address)


async def all_chapters(datasette, request):
    found = await read_once(datasette, chapters.chapters)
    return await datasette.page(request, "chapters.html", {"chapters": found})


async def all_jurisdictions(datasette, request):
    found = await read_once(datasette, places.jurisdictions, today(datasette))
    return await datasette.page(request, "jurisdictions.html", found)


async def one_jurisdiction(datasette, request):
    key = request.url_vars["id"]
    found = await read_once(datasette, places.jurisdiction, key, today(datasette))
    if found is None and (lacking := places.not_collected(key)):
        return await datasette.page(request, "not_collected.html", lacking, status=404)
    if found is None and key not in formatting.glossary()["jurisdictions"] and (typed := place_typed(key)):
        return _to_place(typed)
    return await datasette.page(request, "jurisdiction.html", found)


async def place_as_typed(datasette, request):
    """Lead to the page of a place by its name or postal code: people type /places/ohio and /states/OH."""
    typed = request.url_vars["name"]
    if not typed:
        return Response.redirect(f"{language.prefix()}/jurisdictions")
    return _to_place(datasette.found(place_typed(unquote(typed))))


def _to_place(key):
    return Response.redirect(f"{language.prefix()}/jurisdictions/{key}")


async def deadlines(datasette, request):
    past, wanted = request.args.get("past") == "1", calendar.Wanted.of(arguments(request))
    view = await read_once(datasette, calendar.deadlines_view, wanted, today(datasette), past)
    return await datasette.page(request, "deadlines.html", view)


async def one_month(datasette, request):
    view = await read(datasette, calendar.month, calendar.Wanted.of(arguments(request)), today(datasette))
    return await datasette.page(request, "calendar.html", view, weekdays=calendar.WEEKDAYS)


async def comparing(datasette, request):
    wanted = compare.Wanted.of({name: request.args.getlist(name) for name in request.args})
    return await datasette.page(
        request, "compare.html", await read_once(datasette, compare.compare, wanted, today(datasette))
    )


async def browsing(datasette, request):
    filters = browse.Filters.of(arguments(request))
    found = await read_once(datasette, browse.browse, filters, today(datasette))
    filters = found.filters
    context = {
        "b": found,
        "f": filters,
        "pager_address": lambda number: filters.address(page=number),
        "shorter": browse.shorter(filters.q),
        # "This year" is another year next year: whoever takes the list along takes the filters that the page names.
        "own_feeds": feeds.links(*filters.address().split("?", 1)) if found.years or found.outcome else None,
    }
    return await datasette.page(request, "browse.html", context)


async def glossary(datasette, request):
    return await datasette.page(
        request, "glossary.html", {"sections": formatting.SECTIONS, "glossary": formatting.glossary()}
    )


async def about(datasette, request):
    found = await read(datasette, overview.totals)
    return await datasette.page(request, "about.html", {"totals": found})


async def touring(datasette, request):
    has_desk = getattr(datasette, "desk_configuration", None) is not None
    return await datasette.page(request, "tour.html", {"tour": await read(datasette, tour.tour), "has_desk": has_desk})


async def sources(datasette, request):
    found = await read(datasette, coverage.coverage, now(datasette))
    return await datasette.page(request, "sources.html", {"coverage": found})


@hookimpl
def register_routes():
    return [
        (r"^/$", home),
        (rf"^/documents/{KEY}$", one_document),
        (r"^/areas$", all_areas),
        (rf"^/areas/{KEY}$", one_area),
        (r"^/positions$", all_positions),
        (rf"^/positions/{KEY}$", one_position),
        (r"^/chapters$", all_chapters),
        (r"^/jurisdictions$", all_jurisdictions),
        (rf"^/jurisdictions/{KEY}$", one_jurisdiction),
        (r"^/(?:places|states)(?:/(?P<name>[^/]*))?$", place_as_typed),
        (r"^/jurisdictions/(?P<name>[^/.]+)$", place_as_typed),
        (r"^/deadlines$", deadlines),
        (r"^/calendar$", one_month),
        (r"^/compare$", comparing),
        (r"^/browse$", browsing),
        (r"^/glossary$", glossary),
        (r"^/about$", about),
        (r"^/tour$", touring),
        (r"^/sources$", sources),
    ]
