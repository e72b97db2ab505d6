"""The address of the page that says how good the tags are."""

from datasette.utils.asgi import NotFound

from datasette import Response, hookimpl
from pages.places.accuracy import accuracy

DATABASE = "corpus"


async def how_good(datasette, request):
    found = await datasette.get_database(DATABASE).execute_fn(accuracy)
    if found is None:
        raise NotFound("No figures about the tags have been published yet")
    body = await datasette.render_template("accuracy.html", {"a": found}, request=request)
    age = datasette.setting("default_cache_ttl")
    return Response.html(body, headers={"Cache-Control": f"max-age={age}"})


@hookimpl
def register_routes():
    return [(r"^/accuracy$", how_good)]
