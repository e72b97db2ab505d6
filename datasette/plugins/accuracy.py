"""The address of the page about the accuracy of tags."""

from datasette import hookimpl
from pages.http.site import read
from pages.places.accuracy import accuracy


async def how_good(datasette, request):
    view = datasette.found(await read(datasette, accuracy))
    return await datasette.page(request, "accuracy.html", {"a": view})


@hookimpl
def register_routes():
    return [(r"^/accuracy$", how_good)]
