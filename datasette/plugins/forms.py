"""What is sent to the site is looked at before anything reads it: a form that is too large or cannot be read is told so.

The middleware that checks the token of a form reads the whole body first, however large, and breaks on what is no text.
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
            if scope["type"] != "http" or scope["method"] != "POST":
                return await app(scope, receive, send)
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
                log.warning("%s: the form cannot be read: %r", scope["path"], error)
                await Response.text("The form cannot be read.", status=400).asgi_send(send)

        return with_limit

    return wrap
