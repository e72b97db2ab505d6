"""Issue trackers: the list of them, each one's page, and its map for other sites."""

from functools import partial

from markupsafe import Markup, escape

from datasette import hookimpl
from pages.http.site import KEY, public_address, read, today
from pages.places import tracker


async def all_trackers(datasette, request):
    return await datasette.page(request, "trackers.html", {"trackers": await read(datasette, tracker.trackers)})


async def one_tracker(datasette, request):
    view = await read(datasette, tracker.tracker, request.url_vars["id"], today(datasette))
    address = f"{public_address(datasette)}/trackers/{request.url_vars['id']}"
    more = {"address": address, "frame": _frame(datasette, view), "plain_card": partial(_plain_card, address)}
    return await datasette.page(request, "tracker.html", view, **more)


def _frame(datasette, view):
    """The HTML that shows an issue's map on another site."""
    if view is None:
        return ""
    address = f"{public_address(datasette)}/embed/trackers/{view.tracker.id}"
    frame = f'<iframe src="{address}" title="{escape(view.title)}" width="100%" height="560" loading="lazy"'
    return f'{frame} style="border:0"></iframe>'


def _plain_card(address, title, said):
    """The same numbers as HTML without a frame or script."""
    text = " ".join(Markup(said).striptags().split())
    return f'<p><a href="{escape(address)}">{escape(title)}</a>: {escape(text)}</p>'


async def embedded(datasette, request):
    view = await read(datasette, tracker.tracker, request.url_vars["id"], today(datasette))
    return await datasette.page(request, "embed_tracker.html", view)


@hookimpl
def register_routes():
    return [
        (r"^/trackers$", all_trackers),
        (rf"^/trackers/{KEY}$", one_tracker),
        (rf"^/embed/trackers/{KEY}$", embedded),
    ]
