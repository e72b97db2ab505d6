"""What the public may not see, and the headers that every answer carries.

Privacy is by file: this process has corpus.db open and no other. What is closed here are the pages and functions by
which Datasette tells paths, settings and software, and everything answers as if it did not exist.
"""

import logging
import re

from datasette.database import QueryInterrupted
from datasette.utils.asgi import BadRequest, Base400, NotFound
from datasette.views.base import DatasetteError

from datasette import Response, hookimpl
from operations import logs
from pages.browse.known import UnknownValue
from pages.http.headers import headers_for
from pages.http.language import N_
from pages.http.redirects import own
from public_sql import limits
from public_sql.pool import Busy, Unavailable

log = logging.getLogger("infopolicy.site")

METHODS = {"GET", "HEAD", "POST", "OPTIONS"}
#: Datasette's own pages: nothing there takes a form.
READ_ONLY = re.compile(r"/(corpus|_internal|_memory)([./?].*)?", re.DOTALL)

TOO_LONG = N_("The query took too long and was stopped. Ask for fewer rows, or add a condition that an index helps.")
FACET = re.compile(r"_facet(_(?!size$).*)?")
#: The file as it lies on the disk, with what was taken back and not yet overwritten; what others ask.
INNER_TABLES = {"sqlite_dbpage", "dbstat", "sqlite_stmt"}
#: Longer than any value of corpus.db: pages read whole texts.
LONGEST_VALUE = 20_000_000


def kept_here(name, value):
    """A header of an answer; a redirect, Datasette's own too, leads to a path of this site."""
    return (name, own(value.decode()).encode()) if name.lower() == b"location" else (name, value)


@hookimpl
def asgi_wrapper(datasette):
    tls = (datasette.plugin_config("infopolicy") or {}).get("site", "").startswith("https:")

    def wrap(app):
        async def with_headers(scope, receive, send):
            path = scope.get("path", "")
            ours = headers_for(path, tls=tls)

            async def send_with_headers(message):
                if message["type"] == "http.response.start":
                    headers = [kept_here(*pair) for pair in message.get("headers", []) if pair[0].lower() not in ours]
                    message = {**message, "headers": [*headers, *ours.items()]}
                await send(message)

            method = scope.get("method", "GET")
            if scope["type"] == "http" and (method not in METHODS or (method == "POST" and READ_ONLY.fullmatch(path))):
                return await Response.text("This address can be read; nothing else.", status=405).asgi_send(
                    send_with_headers
                )
            await app(scope, receive, send_with_headers)

        return with_headers

    return wrap


@hookimpl(tryfirst=True)
def register_routes():
    """What Datasette has under /-/ is closed, but for watch.py and assistants.py; so is the index of databases as JSON."""

    def closed():
        raise NotFound(N_("There is no page at this address"))

    return [(r"^/-(?!/(health|metrics|mcp)$)(/.*)?$", closed), (r"^/\.jsono?$", closed)]


@hookimpl
def prepare_connection(conn, database):
    """Limit the connections of the site's own pages too. Visitors' SQL never reaches them: see public_sql."""
    if database != "_internal":
        limits.limit(conn, LONGEST_VALUE)
        conn.set_authorizer(limits.authorizer(lambda name, _: name not in INNER_TABLES))


@hookimpl
def filters_from_request(request):
    """Refuse an address with many facets before Datasette runs a query for each."""
    facets = sum(len(request.args.getlist(name)) for name in request.args if FACET.fullmatch(name))
    if facets > limits.MOST_FACETS:
        raise BadRequest(f"Too many facets: {limits.MOST_FACETS} at most")


@hookimpl(tryfirst=True)
def permission_allowed(action, resource):
    if resource == "_internal" or (isinstance(resource, tuple) and resource[0] == "_internal"):
        return False
    return None


@hookimpl(tryfirst=True)
def forbidden(datasette, request):
    """What may not be seen is not told to exist either."""

    async def answer():
        return await error_page(datasette, request, 404, N_("There is no page at this address"))

    return answer


@hookimpl(hookwrapper=True)
def handle_exception(datasette, request, exception):
    """Answer every error with our own page. A wrapper, because Datasette otherwise also prints each missing page at length."""

    async def answer():
        if isinstance(exception, DatasetteError):
            message = exception.message
            if exception.message_is_html:
                message = TOO_LONG
            # Datasette calls it the server's fault when an address asks for a column that is not there: it is the asker's.
            status = 400 if exception.status == 500 else exception.status
            return await error_page(datasette, request, status, message, exception.title)
        if isinstance(exception, QueryInterrupted):  # Datasette's CSV and rows do not handle it
            return await error_page(datasette, request, 400, TOO_LONG)
        if isinstance(exception, (Busy, Unavailable)):
            answer = await error_page(
                datasette, request, 503, N_("Too many queries are running. Please try again soon.")
            )
            answer.headers["Retry-After"] = "5"
            return answer
        if isinstance(exception, NotFound):
            return await error_page(datasette, request, 404, N_("There is no page at this address"))
        if isinstance(exception, Base400):
            return await error_page(datasette, request, exception.status, str(exception.args[0]))
        if isinstance(exception, UnknownValue):
            if re.search(r"\.(csv|xlsx|atom|feed|ics)$", request.path):
                return Response.text(f"{exception}\n", status=400)
            return await error_page(datasette, request, 400, str(exception))
        if READ_ONLY.fullmatch(request.path) and isinstance(exception, (ValueError, LookupError, TypeError)):
            # What Datasette itself cannot read in an address, such as a column that is no name.
            log.warning("%s: the address cannot be read: %s", logs.PLACE.get(), type(exception).__name__)
            return await error_page(datasette, request, 400, N_("This address cannot be read"))
        # Something of ours broke: the log gets the whole story, the visitor an apology without any of it.
        log.error("%s failed", logs.PLACE.get(), exc_info=exception)
        return await error_page(datasette, request, 500, N_("Something went wrong on our side. Please try again soon."))

    outcome = yield
    outcome.force_result([answer])


async def error_page(datasette, request, status, message, title=None):
    if ".json" in request.path.rsplit("/", 1)[-1]:
        return Response.json({"ok": False, "status": status, "error": message, "title": title}, status=status)
    body = await datasette.render_template(
        "error.html", {"status": status, "error": message, "title": title}, request=request
    )
    return Response.html(body, status=status)
