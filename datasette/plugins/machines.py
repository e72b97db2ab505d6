"""Pages for programs: the description of the API, llms.txt, sitemaps, robots.txt."""

from pathlib import Path

from datasette import Response, hookimpl
from operations.dumps.places import latest
from pages import answers
from pages.answers.answer import BadArgument, UnusableCursor, asked_at
from pages.answers.openapi import openapi
from pages.answers.questions import QUESTIONS
from pages.browse import known
from pages.export import api, exports, sitemap
from pages.http.conditional import is_current
from pages.http.site import DATABASE, arguments, cache_headers, data_headers, public_address, read

#: A new version of the software may answer differently from the same file.
OWN_AGE = max(file.stat().st_mtime_ns for file in Path(answers.__file__).parent.glob("*.py"))


async def interface(datasette, request):
    context = {
        "assistants": api.described()["about"]["assistants"].format(site=public_address(datasette)),
        "sections": await read(datasette, api.sections),
        "documents": exports.DOCUMENT_COLUMNS,
        "dates": exports.DATE_COLUMNS,
        "has_dump": latest(Path(datasette.get_database(DATABASE).path).parent) is not None,
        "settings": {name: datasette.setting(name) for name in ("max_returned_rows", "sql_time_limit_ms")},
    }
    return await datasette.page(request, "api.html", context)


async def description(datasette, request):
    headers = data_headers(datasette, request.full_path, OWN_AGE)
    if is_current(request.headers, headers):
        return Response("", status=304, headers=headers)
    there, values = await read(datasette, api.examples), await read(datasette, known.values)
    return Response.json(openapi(public_address(datasette), there, values), headers=headers)


async def one_question(datasette, request):
    """An answer, or why there is none; every argument is used or refused, so that no filter is passed over."""
    question = datasette.found(QUESTIONS.get(request.url_vars["name"]))
    if request.method not in ("GET", "HEAD"):
        return refusal(405, "Questions are asked with GET", Allow="GET, HEAD")
    headers = data_headers(datasette, request.full_path, OWN_AGE)
    if is_current(request.headers, headers):
        return Response("", status=304, headers=headers)
    if repeated := [name for name in request.args if len(request.args.getlist(name)) > 1]:
        return refusal(400, f"{repeated[0][:60]}: give it once")

    def answered(db):
        return question.answer(asked_at(datasette, db), arguments(request)).model_dump_json()

    try:
        body = await read(datasette, answered)
    except UnusableCursor as error:
        return refusal(409, str(error))
    except BadArgument as error:
        return refusal(400, str(error))
    return Response(body, content_type="application/json; charset=utf-8", headers=headers)


def refusal(status, message, **headers):
    headers |= {"Cache-Control": "no-store", "Access-Control-Allow-Origin": "*"}
    return Response.json({"ok": False, "status": status, "error": message}, status=status, headers=headers)


async def language_models(datasette):
    return text(datasette, api.llms(await read(datasette, api.sections), public_address(datasette)))


async def whole_map(datasette):
    return xml(datasette, await read(datasette, sitemap.sitemap, public_address(datasette)))


async def part_of_map(datasette, request):
    part = await read(datasette, sitemap.part, request.url_vars["name"], public_address(datasette))
    return xml(datasette, datasette.found(part))


async def for_robots(datasette):
    return text(datasette, sitemap.robots(public_address(datasette)))


def text(datasette, body):
    return Response.text(body, headers=cache_headers(datasette))


def xml(datasette, body):
    return Response(body, content_type="application/xml; charset=utf-8", headers=cache_headers(datasette))


@hookimpl
def register_routes():
    return [
        (r"^/api$", interface),
        (r"^/api/openapi\.json$", description),
        (r"^/api/(?P<name>[a-z]+)$", one_question),
        (r"^/llms\.txt$", language_models),
        (r"^/sitemap\.xml$", whole_map),
        (r"^/sitemap-(?P<name>pages|[1-9][0-9]{0,3})\.xml$", part_of_map),
        (r"^/robots\.txt$", for_robots),
    ]
