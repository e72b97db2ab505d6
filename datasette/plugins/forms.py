"""What is sent to the site is looked at before anything reads it: an address or a form that cannot be read, or is
too large, is told so.

The middleware that checks the token of a form reads the whole body first, however large, and breaks on what is no text; it
reads the cookies of every request, and breaks on those too.
"""

import logging

from datasette import Response, hookimpl

log = logging.getLogger("infopolicy.site")

LARGEST = 5_000_000


class TooLarge(ValueError):
    """More was sent than any form of ours holds."""


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
            received, begun = 0, False

            async def receive_part():
                nonlocal received
                message = await receive()
                received += len(message.get("body", b""))
                if received > LARGEST:
                    raise TooLarge
                return message

            async def send_on(message):
                nonlocal begun
                begun = True
                await send(message)

            try:
                await app(scope, receive_part, send_on)
            except TooLarge:
                await Response.text("The form is too large.", status=413).asgi_send(send)
            except (ValueError, LookupError, AssertionError, TypeError) as error:
                # What goes wrong in our own pages is answered there; here arrives what the check of the token cannot read.
                if begun:
                    raise
                what = "form" if scope["method"] == "POST" else "request"
                # Not what it says: that may be a cookie.
                log.warning("%r: the %s cannot be read: %s", scope["path"][:200], what, type(error).__name__)
                await Response.text(f"The {what} cannot be read.", status=400).asgi_send(send)

        return with_limit

    return wrap
