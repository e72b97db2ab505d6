"""The pages about comparing: versions of a text, look-alikes, families of bills, and the scorecard of outcomes."""

import datetime

from datasette.utils.asgi import NotFound

from datasette import Response, hookimpl
from pages.documents import look_alikes, text_versions
from pages.positions import scorecard

DATABASE = "corpus"
CSV = "text/csv; charset=utf-8"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def today(datasette):
    fixed = (datasette.plugin_config("infopolicy") or {}).get("today")
    return datetime.date.fromisoformat(fixed) if fixed else datetime.date.today()


async def read(datasette, function, *args):
    """Run one of the functions of ``pages`` on a read-only connection, off the event loop."""
    return await datasette.get_database(DATABASE).execute_fn(lambda db: function(db, *args))


async def page(datasette, request, template, context):
    if context is None:
        raise NotFound("There is no page at this address")
    body = await datasette.render_template(template, context, request=request)
    return Response.html(body, headers={"Cache-Control": f"max-age={datasette.setting('default_cache_ttl')}"})


async def versions(datasette, request):
    wanted = {name: request.args.get(name) or "" for name in ("from", "to", "view", "page")}
    found = await read(datasette, text_versions.page, request.url_vars["id"], wanted)
    if found and found["new"]:
        here = f"/documents/{found['d']['id']}/versions?from={found['old'].key}&to={found['new'].key}"
        found["address"] = lambda view: f"{here}&view={view}"
        found["pager_address"] = lambda number: f"{here}&view={found['view']}&page={number}"
    return await page(datasette, request, "versions.html", found)


async def similar(datasette, request):
    found = await read(datasette, look_alikes.similar, request.url_vars["id"], today(datasette))
    return await page(datasette, request, "similar.html", found)


async def families(datasette, request):
    return await page(datasette, request, "families.html", {"families": await read(datasette, look_alikes.families)})


async def one_family(datasette, request):
    found = await read(datasette, look_alikes.family, request.url_vars["id"], today(datasette))
    return await page(datasette, request, "family.html", found)


async def the_scorecard(datasette, request):
    by, value = request.args.get("by") or "", request.args.get("value") or ""
    return await page(datasette, request, "scorecard.html", await read(datasette, scorecard.scorecard, by, value))


async def scorecard_csv(datasette):
    return _file(await read(datasette, scorecard.as_csv), "scorecard.csv", CSV)


async def scorecard_excel(datasette):
    return _file(await read(datasette, scorecard.as_excel), "scorecard.xlsx", EXCEL)


def _file(body, name, kind):
    return Response(body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@hookimpl
def register_routes():
    key = r"(?P<id>[a-z0-9-]+)"
    return [
        (rf"^/documents/{key}/versions$", versions),
        (rf"^/documents/{key}/similar$", similar),
        (r"^/families$", families),
        (rf"^/families/{key}$", one_family),
        (r"^/scorecard$", the_scorecard),
        (r"^/scorecard\.csv$", scorecard_csv),
        (r"^/scorecard\.xlsx$", scorecard_excel),
    ]


@hookimpl
def extra_template_vars(datasette, template):
    """For the page of a document alone: what its partial templates ask for."""
    if template != "document.html":
        return {}

    async def compared(document_id):
        def load(db):
            return {
                "alike": look_alikes.summary(db, document_id),
                "texts": text_versions.versions(db, document_id),
                "outcomes": scorecard.of_document(db, document_id),
            }

        return await read(datasette, load)

    return {"compared": compared}
