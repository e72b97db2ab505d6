"""Pages for programs: the description of the API, llms.txt, sitemaps, robots.txt."""

from datasette import Response, hookimpl
from pages.export import api, exports, sitemap
from pages.http.site import cache_headers, public_address, read


async def interface(datasette, request):
    context = {
        "sections": await read(datasette, api.sections),
        "documents": exports.DOCUMENT_COLUMNS,
        "dates": exports.DATE_COLUMNS,
        "settings": {name: datasette.setting(name) for name in ("max_returned_rows", "sql_time_limit_ms")},
    }
    return await datasette.page(request, "api.html", context)


async def language_models(datasette):
    return text(datasette, api.llms(await read(datasette, api.sections), public_address(datasette)))


async def whole_map(datasette):
    return xml(datasette, await read(datasette, sitemap.sitemap, public_address(datasette)))


async def part_of_map(datasette, request):
    part = await read(datasette, sitemap.part, request.url_vars["name"], public_address(datasette))
    return xml(datasette, datasette.found(part))


async def for_robots(datasette):
    return text(datasette, sitemap.robots(public_address(datasette)))


def text(datasette, body):
    return Response.text(body, headers=cache_headers(datasette))


def xml(datasette, body):
    return Response(body, content_type="application/xml; charset=utf-8", headers=cache_headers(datasette))


@hookimpl
def register_routes():
    return [
        (r"^/api$", interface),
        (r"^/llms\.txt$", language_models),
        (r"^/sitemap\.xml$", whole_map),
        (r"^/sitemap-(?P<name>pages|[1-9][0-9]{0,3})\.xml$", part_of_map),
        (r"^/robots\.txt$", for_robots),
    ]
