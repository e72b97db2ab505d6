"""Issue trackers: the list of them, each one's page, and its map for other sites."""

from datasette import hookimpl
from pages.http.site import KEY, read_once, today
from pages.places import tracker


async def all_trackers(datasette, request):
    found = await read_once(datasette, tracker.trackers)
    return await datasette.page(request, "trackers.html", {"trackers": found})


async def one_tracker(datasette, request):
    view = await read_once(datasette, tracker.tracker, request.url_vars["id"], today(datasette))
    return await datasette.page(request, "tracker.html", view)


async def embedded(datasette, request):
    view = await read_once(datasette, tracker.tracker, request.url_vars["id"], today(datasette))
    return await datasette.page(request, "embed_tracker.html", view)


@hookimpl
def register_routes():
    return [
        (r"^/trackers$", all_trackers),
        (rf"^/trackers/{KEY}$", one_tracker),
        (rf"^/embed/trackers/{KEY}$", embedded),
    ]
