"""The addresses of legislators, committees and roll calls."""

import time

from datasette import Response, hookimpl
from desk.web import request_parsing
from desk.web.errors import HTTPError
from pages.export import feeds
from pages.export.atom import write_atom
from pages.export.exports import csv_lines
from pages.http import language
from pages.http.rates import Rates
from pages.http.site import KEY, arguments, cache_headers, page_number, public_address, read, today
from pages.people import committee, districts, news, people, person, roll_call
from pages.people import geocoder as geocode
from pages.positions import members
from settings import current
from store.network import network_of

FIND = "/find-my-legislators"
STATUSES = {"zip": 400, "address": 400, "consent": 400, "busy": 429, "silent": 502}
#: Addresses that one sender may have looked up in a minute.
RATES, LONGEST_ADDRESS = Rates(6), 200


async def everybody(datasette, request):
    wanted = people.Wanted.of(arguments(request))
    view = await read(datasette, people.people, wanted, page_number(request.args.get("page") or ""))
    return await datasette.page(request, "people.html", view, pager_address=lambda number: wanted.address(page=number))


async def one_person(datasette, request):
    return await at_its_address(datasette, request, "person.html", person.person)


async def one_committee(datasette, request):
    state = request.args.get("state") or ""
    return await at_its_address(datasette, request, "committee.html", committee.committee, state)


async def at_its_address(datasette, request, template, page, *chosen):
    """Answer with a page, or lead to its address where the words in the one that was asked are not those of today."""
    view = datasette.found(await read(datasette, page, request.url_vars["id"], today(datasette), *chosen))
    if request.path != view.address:
        return Response.redirect(language.prefix() + view.address)
    return await datasette.page(request, template, view)


async def one_roll_call(datasette, request):
    return await datasette.page(
        request, "roll_call.html", await read(datasette, roll_call.roll_call, request.url_vars["id"])
    )


async def votes_as_csv(datasette, request):
    key = request.url_vars["id"]
    rows = datasette.found(await read(datasette, roll_call.table, key, public_address(datasette)))
    headers = cache_headers(datasette) | {"Content-Disposition": f'attachment; filename="infopolicy-votes-{key}.csv"'}
    return Response(
        csv_lines(roll_call.COLUMNS, rows), content_type=f"{feeds.TYPES['csv']}; charset=utf-8", headers=headers
    )


async def feed(datasette, request):
    """The news of a legislator or of a committee. Its address is that of the page, so that it changes when that does."""
    make = {"people": news.of_person, "committees": news.of_committee}[request.url_vars["kind"]]
    site = public_address(datasette)
    found = await read(datasette, make, request.url_vars["id"], today(datasette), site)
    title, page, entries, about = datasette.found(found)
    body = write_atom(f"{title}: information policy", site, page, f"{page}.atom", entries, about=about)
    return Response(body, content_type=f"{feeds.TYPES['atom']}; charset=utf-8", headers=cache_headers(datasette))


async def scorecard_of_members(datasette, request):
    position, member = request.args.get("position") or "", request.args.get("member") or ""
    view = datasette.found(await read(datasette, members.members, position, member))
    return await datasette.page(request, "scorecard_members.html", view)


async def scorecard_method(datasette, request):
    return await datasette.page(request, "scorecard_method.html", {})


async def find_mine(datasette, request):
    """The form is sent and not part of an address, so that no log and no history has what was typed."""
    form, status, geocoder = {}, 200, current().geocoder
    if request.method == "POST":
        try:
            sent = (await request_parsing.read_form(request)).values
            form = {name: (values or [""])[0] for name, values in sent.items()}
        except HTTPError as refusal:
            status = refusal.status
    if "address" in form and geocoder != "none":
        view = await at_address(datasette, request, form, geocoder)
    else:
        view = await read(datasette, districts.find, form)
    status = STATUSES.get(view.problem, status)
    return await datasette.page(
        request, "find_my_legislators.html", view, status=status, headers={}, has_geocoder=geocoder != "none"
    )


async def at_address(datasette, request, form, geocoder):
    """The only request to another service that a visitor can cause: for an address, after a yes, and so many a minute."""
    address = " ".join(form["address"].split())
    if not 5 <= len(address) <= LONGEST_ADDRESS:
        return await read(datasette, districts.problem, "address")
    if not form.get("send"):
        return await read(datasette, districts.problem, "consent")
    peer = (request.scope.get("client") or ("",))[0]
    sender = network_of(request_parsing.who_asks(peer, request.headers, current()))
    if RATES.wait(sender, time.monotonic()):
        return await read(datasette, districts.problem, "busy")
    try:
        places = await geocode.ask(geocoder, address)
    except geocode.NoAnswer:
        return await read(datasette, districts.problem, "silent")
    return await read(datasette, districts.at, places)


@hookimpl
def skip_csrf(scope):
    """The form changes nothing, nobody is signed in here, and readers get no cookie."""
    return scope["path"] == FIND


@hookimpl
def register_routes():
    return [
        (rf"^{FIND}$", find_mine),
        (r"^/scorecard/members$", scorecard_of_members),
        (r"^/scorecard/members/method$", scorecard_method),
        (r"^/people$", everybody),
        (rf"^/people/{KEY}$", one_person),
        (rf"^/committees/{KEY}$", one_committee),
        (rf"^/(?P<kind>people|committees)/{KEY}\.atom$", feed),
        (rf"^/votes/{KEY}$", one_roll_call),
        (rf"^/votes/{KEY}\.csv$", votes_as_csv),
    ]
