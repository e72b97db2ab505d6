"""Any list of /browse on the map of the states: its page, its numbers as CSV, and the map for other sites."""

from datasette import Response, hookimpl
from pages.browse import known
from pages.browse.filters import Filters
from pages.export.exports import csv_lines
from pages.export.feeds import OF_LISTS
from pages.http.site import arguments, cache_headers, read, today
from pages.places import list_map


async def found(datasette, request):
    return await read(datasette, list_map.list_map, Filters.of(arguments(request)), today(datasette))


async def one_map(datasette, request):
    return await datasette.page(request, "list_map.html", view := await found(datasette, request), query=view.query)


async def embedded(datasette, request):
    return await datasette.page(request, "embed_map.html", view := await found(datasette, request), query=view.query)


async def as_csv(datasette, request):
    known.only({name: request.args.getlist(name) for name in request.args}, OF_LISTS)
    body = csv_lines(list_map.COLUMNS, list_map.table(await found(datasette, request)))
    headers = cache_headers(datasette) | {
        "Content-Disposition": 'attachment; filename="infopolicy-map.csv"',
        "Access-Control-Allow-Origin": "*",
    }
    return Response(body, content_type="text/csv; charset=utf-8", headers=headers)


@hookimpl
def register_routes():
    return [(r"^/browse/map$", one_map), (r"^/browse/map\.csv$", as_csv), (r"^/embed/browse/map$", embedded)]
