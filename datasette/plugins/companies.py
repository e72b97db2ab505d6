"""Companies: the list of them, each one's page, and what all of them say of one position."""

from datasette import Response, hookimpl
from pages.export import exports
from pages.http.site import KEY, public_address, read
from pages.places import companies


async def all_companies(datasette, request):
    data = {"companies": await read(datasette, companies.companies), "not_read": companies.not_read()}
    return await datasette.page(request, "companies.html", data)


async def one_company(datasette, request):
    view = await read(datasette, companies.company, request.url_vars["id"])
    return await datasette.page(request, "company.html", view)


async def position_table(datasette, request):
    view = await read(datasette, companies.position_table, request.url_vars["id"])
    return await datasette.page(request, "position_companies.html", view)


async def position_csv(datasette, request):
    rows = await read(datasette, companies.csv_rows, request.url_vars["id"], public_address(datasette))
    body = exports.csv_lines(companies.CSV_COLUMNS, datasette.found(rows))
    headers = {"Content-Disposition": f'attachment; filename="companies-{request.url_vars["id"]}.csv"'}
    return Response(body, content_type="text/csv; charset=utf-8", headers=headers)


@hookimpl
def register_routes():
    return [
        (r"^/companies$", all_companies),
        (rf"^/companies/{KEY}$", one_company),
        (rf"^/positions/{KEY}/companies$", position_table),
        (rf"^/positions/{KEY}/companies\.csv$", position_csv),
    ]
