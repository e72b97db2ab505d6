"""Our own scripts and style sheets, compressed: about a third of their size where no proxy does it.

Only what is the same for everybody: a page that repeats what a visitor typed next to a secret must not be compressed.
"""

import gzip
from functools import lru_cache

from datasette import hookimpl

#: Smaller answers gain nothing.
LEAST = 1_000
_ENDINGS = (".js", ".css", ".svg")


@lru_cache(maxsize=32)
def compressed(body):
    return gzip.compress(body, mtime=0)


def wants_gzip(scope):
    accepted = dict(scope.get("headers") or []).get(b"accept-encoding", b"").decode("latin-1").lower()
    return any(
        part.split(";")[0].strip() == "gzip" and "q=0" not in part.split(";")[1:] for part in accepted.split(",")
    )


@hookimpl
def asgi_wrapper():
    def wrap(app):
        async def with_compression(scope, receive, send):
            path = scope.get("path", "")
            if scope["type"] != "http" or not path.startswith("/static/") or not path.endswith(_ENDINGS):
                return await app(scope, receive, send)
            start, body = {}, b""

            async def gather(message):
                nonlocal start, body
                if message["type"] == "http.response.start":
                    start = message
                    return
                body += message.get("body", b"")
                if message.get("more_body"):
                    return
                headers = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
                headers.append((b"vary", b"accept-encoding"))
                if start["status"] == 200 and len(body) >= LEAST and wants_gzip(scope):
                    body = compressed(body)
                    headers.append((b"content-encoding", b"gzip"))
                headers.append((b"content-length", str(len(body)).encode()))
                await send({**start, "headers": headers})
                await send({"type": "http.response.body", "body": body})

            await app(scope, receive, gather)

        return with_compression

    return wrap
