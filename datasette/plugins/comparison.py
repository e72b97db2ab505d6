"""The pages about comparing: versions of a text, look-alikes, families of bills, and the scorecard of outcomes."""

from datasette import Response, hookimpl
from pages.documents import look_alikes, text_versions
from pages.http.site import KEY, read, today
from pages.positions import engagements, scorecard

CSV = "text/csv; charset=utf-8"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def versions(datasette, request):
    wanted = {name: request.args.get(name) or "" for name in ("from", "to", "view", "page")}
    view = datasette.found(await read(datasette, text_versions.page, request.url_vars["id"], wanted))
    return await datasette.page(request, "versions.html", view, pager_address=view.address)


async def similar(datasette, request):
    found = await read(datasette, look_alikes.similar, request.url_vars["id"], today(datasette))
    return await datasette.page(request, "similar.html", found)


async def families(datasette, request):
    return await datasette.page(request, "families.html", {"families": await read(datasette, look_alikes.families)})


async def one_family(datasette, request):
    found = await read(datasette, look_alikes.family, request.url_vars["id"], today(datasette))
    return await datasette.page(request, "family.html", found)


async def the_scorecard(datasette, request):
    by, value = request.args.get("by") or "", request.args.get("value") or ""
    view = await read(datasette, scorecard.scorecard, by, value)
    done = await read(datasette, engagements.engagements)
    return await datasette.page(request, "scorecard.html", view, done=done)


async def scorecard_csv(datasette):
    return _file(await read(datasette, scorecard.as_csv), "scorecard.csv", CSV)


async def scorecard_excel(datasette):
    return _file(await read(datasette, scorecard.as_excel), "scorecard.xlsx", EXCEL)


def _file(body, name, kind):
    return Response(body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@hookimpl
def register_routes():
    return [
        (rf"^/documents/{KEY}/versions$", versions),
        (rf"^/documents/{KEY}/similar$", similar),
        (r"^/families$", families),
        (rf"^/families/{KEY}$", one_family),
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
