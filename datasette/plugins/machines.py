"""What tells programs about the site: the page about its interface, llms.txt, sitemaps, robots.txt."""

from datasette.utils.asgi import NotFound

from datasette import Response, hookimpl
from pages.export import api, exports, sitemap

DATABASE = "corpus"


def site_of(datasette):
    return datasette.plugin_config("infopolicy")["site"]


async def read(datasette, function, *args):
    return await datasette.get_database(DATABASE).execute_fn(lambda db: function(db, *args))


def kept(datasette):
    return {"Cache-Control": f"max-age={datasette.setting('default_cache_ttl')}"}


async def interface(datasette, request):
    context = {
        "sections": await read(datasette, api.sections),
        "documents": exports.DOCUMENT_COLUMNS,
        "dates": exports.DATE_COLUMNS,
        "settings": {name: datasette.setting(name) for name in ("max_returned_rows", "sql_time_limit_ms")},
    }
    return Response.html(await datasette.render_template("api.html", context, request=request), headers=kept(datasette))


async def language_models(datasette):
    return Response.text(api.llms(await read(datasette, api.sections), site_of(datasette)), headers=kept(datasette))


async def whole_map(datasette):
    return xml(datasette, await read(datasette, sitemap.sitemap, site_of(datasette)))


async def part_of_map(datasette, request):
    found = await read(datasette, sitemap.part, request.url_vars["name"], site_of(datasette))
    if found is None:
        raise NotFound("There is no page at this address")
    return xml(datasette, found)


def xml(datasette, body):
    return Response(body, content_type="application/xml; charset=utf-8", headers=kept(datasette))


async def for_robots(datasette):
    return Response.text(sitemap.robots(site_of(datasette)), headers=kept(datasette))


@hookimpl
def register_routes():
    return [
        (r"^/api$", interface),
        (r"^/llms\.txt$", language_models),
        (r"^/sitemap\.xml$", whole_map),
        (r"^/sitemap-(?P<name>pages|[1-9][0-9]{0,3})\.xml$", part_of_map),
        (r"^/robots\.txt$", for_robots),
    ]
