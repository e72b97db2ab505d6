"""The stances of the organization that were published: one page, and the same as a feed and as files."""

import io

from datasette import Response, hookimpl
from pages.browse import known
from pages.export import feeds, json_feed
from pages.export.atom import RIGHTS, write_atom
from pages.export.exports import csv_lines, workbook
from pages.http.conditional import is_current
from pages.http.language import _
from pages.http.site import arguments, data_headers, public_address, read, read_once, today
from pages.positions import stances

#: Ending -> the writer of a feed, and the kind of answer.
WRITERS = {"atom": (write_atom, feeds.TYPES["atom"]), "feed": (json_feed.write_json_feed, json_feed.TYPE)}


async def all_stances(datasette, request):
    wanted = stances.Wanted.of(arguments(request))
    return await datasette.page(
        request, "stances.html", await read_once(datasette, stances.view, wanted, today(datasette))
    )


async def in_form(datasette, request):
    """The list in the form that the address ends with; a parameter or a value that does not exist is refused."""
    form, site = request.url_vars["form"], public_address(datasette)
    parts = known.only({name: request.args.getlist(name) for name in request.args}, stances.FILTERS)
    wanted = stances.Wanted.of(parts)
    headers = data_headers(datasette, request.full_path)
    if is_current(request.headers, headers):
        return Response("", status=304, headers=headers)
    found = await read(datasette, stances.listed, wanted, today(datasette))
    chosen = await read(datasette, wanted.in_words)
    title = _("Stances of %(org)s") + (f": {chosen}" if chosen else "")
    if form in WRITERS:
        write, kind = WRITERS[form]
        body = write(title, site, wanted.address(), request.full_path, stances.entries(found, site))
        return Response(body, content_type=f"{kind}; charset=utf-8", headers=headers)
    rows = stances.table_rows(found, site)
    if form == "json":
        about = {"title": title, "page": site + wanted.address(), "total": len(rows), "rights": RIGHTS}
        return Response.json(about | {"stances": rows}, headers=headers)
    headers = headers | {"Content-Disposition": f'attachment; filename="infopolicy-stances.{form}"'}
    if form == "csv":
        return Response(csv_lines(stances.COLUMNS, rows), content_type="text/csv; charset=utf-8", headers=headers)
    target = io.BytesIO()
    workbook(target, title, stances.COLUMNS, rows, links=("address",))
    return Response(target.getvalue(), content_type=feeds.TYPES["xlsx"], headers=headers)


@hookimpl
def register_routes():
    return [
        (r"^/stances$", all_stances),
        (r"^/stances\.(?P<form>atom|feed|csv|xlsx|json)$", in_form),
    ]
