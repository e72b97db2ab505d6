"""For whoever runs the site: is it well (/-/health), numbers (/-/metrics), and a line in the log for each request.

Each answer carries X-Request-ID; the lines of the log that belong to it name the same. What was looked for, and from where, is
nobody's business: it stands neither in the log nor among the numbers.
"""

import asyncio
import logging
import re
import time
import uuid
from pathlib import Path

from datasette.utils.asgi import NotFound

from datasette import Response, hookimpl
from datasette.plugins import pm
from desk.web import request_parsing
from operations import health, integrity, logs, probe
from operations.metrics import Metrics
from settings import Configuration, networks
from store.clock import utc_now
from store.data_folder import FILES
from store.errors import is_damage

log = logging.getLogger("infopolicy.access")

DATABASE = "corpus"
#: What proxies make. A visitor's own would put a word into the log.
GIVEN_ID = re.compile(r"[0-9a-f-]{8,64}")
#: A proxy adds one of these: the request is then from the world, wherever the connection comes from.
FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip", "via")
KEPT, DAMAGED = "infopolicy_metrics", "infopolicy_damaged_at"


def config_of(datasette):
    return getattr(datasette, "desk_configuration", None) or getattr(datasette, "mail_configuration", None)


def metrics_of(datasette):
    if not hasattr(datasette, KEPT):
        corpus = Path(datasette.get_database(DATABASE).path)
        names = FILES if config_of(datasette) else ("corpus.db",)
        setattr(datasette, KEPT, Metrics(corpus.parent, names))
    return getattr(datasette, KEPT)


async def is_well(datasette):
    config, corpus = config_of(datasette), datasette.get_database(DATABASE)
    now = utc_now()
    stuck = asyncio.create_task(probe.failures(corpus, probe.SECONDS))
    found = await asyncio.to_thread(
        health.reasons,
        Path(corpus.path),
        (config.staff, config.partners, config.mail) if config else (),
        now=now,
        stale_hours=(config or Configuration()).stale_hours,
    )
    corpus = Path(datasette.get_database(DATABASE).path)
    found += await asyncio.to_thread(
        integrity.reasons, corpus.parent, FILES if config else (corpus.name,), getattr(datasette, DAMAGED, None)
    )
    found += await stuck
    body = {"status": "trouble" if found else "ok", "reasons": found}
    return Response.json(body, status=503 if found else 200, headers={"Cache-Control": "no-store"})


async def numbers(datasette, request):
    allowed = networks((config_of(datasette) or Configuration()).metrics_from)
    peer = (request.scope.get("client") or ("",))[0]
    if not request_parsing.is_among(peer, allowed) or any(name in request.headers for name in FORWARDED):
        raise NotFound("There is no page at this address")
    text = await asyncio.to_thread(metrics_of(datasette).text)
    return Response(
        text.decode(), content_type="text/plain; version=0.0.4; charset=utf-8", headers={"Cache-Control": "no-store"}
    )


def kinds(datasette):
    """The first parts of all addresses that there are, so that a made-up one makes no new number."""
    patterns = [route[0] for routes in pm.hook.register_routes(datasette=datasette) for route in routes or ()]
    return {found[1] for pattern in patterns if (found := re.match(r"\^?/([a-z]+)", pattern))} | {DATABASE, "static"}


@hookimpl(tryfirst=True)
def handle_exception(datasette, exception):
    """Count damage that a page meets in a database, and remember it for the next probe; others write the answer."""
    if any(is_damage(error) for error in (exception, exception.__context__) if error):
        metrics_of(datasette).damage.inc()
        setattr(datasette, DAMAGED, utc_now())


@hookimpl(trylast=True)
def asgi_wrapper(datasette):
    known = kinds(datasette)

    def wrap(app):
        async def watched(scope, receive, send):
            if scope["type"] != "http":
                return await app(scope, receive, send)
            kept, began, status = metrics_of(datasette), time.perf_counter(), 500
            given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
            peer = (scope.get("client") or ("",))[0]
            believed = GIVEN_ID.fullmatch(given) and request_parsing.is_proxy(
                peer, config_of(datasette) or Configuration()
            )
            request = given if believed else uuid.uuid4().hex[:16]

            async def send_on(message):
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    headers = [*message.get("headers", []), (b"x-request-id", request.encode())]
                    message = {**message, "headers": headers}
                await send(message)

            page = page_of(scope["path"], known)
            place = page if page == scope["path"] else f"{page}/…"
            token, placed = logs.REQUEST.set(request), logs.PLACE.set(place)
            kept.under_way.inc()
            try:
                await app(scope, receive, send_on)
            finally:
                kept.under_way.dec()
                _note(kept, scope["method"], page, place, status, time.perf_counter() - began)
                logs.REQUEST.reset(token)
                logs.PLACE.reset(placed)

        return watched

    return wrap


def page_of(path, known):
    """The first part of an address if a page of ours begins so: the rest, and any other address, a visitor may have made up."""
    first = path.split("/")[1].partition(".")[0] if "/" in path else ""
    return f"/{first}" if first in known or path == "/" else ""


def _note(kept, method, page, place, status, seconds):
    method = method if method in ("GET", "HEAD", "POST") else "other"
    label = {"": "other", "/": "home"}.get(page, page[1:])
    kept.answers.labels(label, method, str(status)).inc()
    kept.seconds.labels(label).observe(seconds)
    log.info(
        "answered", extra={"facts": {"method": method, "path": place, "status": status, "ms": round(seconds * 1000, 1)}}
    )


@hookimpl
def register_routes():
    return [(r"^/-/health$", is_well), (r"^/-/metrics$", numbers)]
