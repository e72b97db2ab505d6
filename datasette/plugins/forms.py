"""What is sent to the site is looked at before anything reads it: an address or a form that cannot be read, or is
too large, is told so.

The middleware that checks the token of a form reads the whole body first, however large, and breaks on what is no text; it
reads the cookies of every request, and breaks on those too.
"""

import logging

from datasette.utils import resolve_routes
from datasette.utils.asgi import Base400, Request

from datasette import Response, hookimpl
from desk.web import request_parsing
from desk.web.routes import ADDRESSES
from operations import logs

log = logging.getLogger("infopolicy.site")

#: The forms of the public; those of staff and partners stand with their routes. No other page has one.
PUBLIC = {"/report": request_parsing.LARGEST_FORM}


class TooLarge(Base400, ValueError):
    """More was sent than the form at this address holds."""

    status = 413


def largest(path):
    """How many bytes of a body the address takes."""
    _, route = resolve_routes(ADDRESSES, path)
    return route.max_bytes if route else PUBLIC.get(path, request_parsing.SMALLEST_FORM)


def announced(scope):
    """The length of the body as the request gives it; 0 where it gives none, as with a body in chunks."""
    text = dict(scope["headers"]).get(b"content-length", b"")
    return int(text) if text.isdigit() else 0


def words(most):
    return f"The form is too large: at most {most / 1_000_000:g} MB can be sent here."


def refusal(most):
    """The answer to a form that is too large. The rest of it is not waited for."""
    return Response.text(words(most), status=413, headers={"Connection": "close"})


@hookimpl(tryfirst=True)
def asgi_wrapper(datasette):
    """The innermost of all, so that what it says goes out with the headers of every other answer."""

    def wrap(app):
        async def with_limit(scope, receive, send):
            if scope["type"] != "http":
                return await app(scope, receive, send)
            tables = scope["path"].startswith("/corpus")
            if "\0" in scope["path"] or (tables and b"%00" in scope.get("query_string", b"")):
                # No text has this character, and SQLite takes it for the end of a query. Our own pages leave it out.
                return await Response.text("The address cannot be read.", status=400).asgi_send(send)
            most = largest(Request(scope, receive).path)
            if announced(scope) > most:
                return await refusal(most).asgi_send(send)
            received, begun = 0, False

            async def receive_part():
                nonlocal received
                message = await receive()
                received += len(message.get("body", b""))
                if received > most:
                    raise TooLarge(words(most))
                return message

            async def send_on(message):
                nonlocal begun
                begun = True
                await send(message)

            try:
                await app(scope, receive_part, send_on)
            except TooLarge:
                await refusal(most).asgi_send(send)
            except (ValueError, LookupError, AssertionError, TypeError) as error:
                # What goes wrong in our own pages is answered there; here arrives what the check of the token cannot read.
                if begun:
                    raise
                what = "form" if scope["method"] == "POST" else "request"
                # Not what it says: that may be a cookie.
                log.warning("%s: the %s cannot be read: %s", logs.PLACE.get(), what, type(error).__name__)
                await Response.text(f"The {what} cannot be read.", status=400).asgi_send(send)

        return with_limit

    return wrap
