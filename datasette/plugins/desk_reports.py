"""The form by which anybody reports an error on a page. What it takes goes to staff.db, where only staff can read it.

Readers get no cookie on this site, here neither: the form carries a signed proof that its page was opened today.
"""

import asyncio
import logging
import re
import sqlite3
import time
from contextlib import closing
from urllib.parse import urlencode

from datasette.utils.asgi import NotFound
from itsdangerous import BadSignature

from datasette import Response, hookimpl
from desk.intake import reports
from desk.web import request_parsing
from desk.web.errors import HTTPError
from operations import logs
from operations.loss import FileLost, record_state_while_serving, refuse_lost
from store.clock import utc_now
from store.connect import open_staff

log = logging.getLogger("infopolicy.desk")

#: The pages with a link to the form at their foot.
ABOUT = re.compile(r"/(documents|positions|areas|jurisdictions)/[a-z0-9-]+")
#: How long the page of the form may stay open, in seconds.
LONGEST_OPEN = 24 * 3600
PURPOSE = "report"
FILLED = (
    "your report was not saved, because a hidden field that must stay empty was filled in, perhaps by your browser. It is "
    "empty now: please send the form again"
)
FIELDS = ("page", "words", "email")
_PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "same-origin"}


async def report(datasette, request):
    config = getattr(datasette, "desk_configuration", None)
    if config is None:
        raise NotFound("There is no page at this address")
    if request.method != "POST":
        page = reports.page_of(request.args.get("page") or "") or ""
        return await show(datasette, request, {"page": page, "words": "", "email": ""})
    try:
        request_parsing.check_origin(request.headers, config.site)
        form = (await request_parsing.read_form(request)).values
    except HTTPError as refusal:
        return await show(datasette, request, {}, {"": str(refusal).rstrip(".")}, status=refusal.status)
    typed = {name: (form.get(name) or [""])[0] for name in FIELDS}
    # A field that nobody sees: a program fills it, and so may a browser that fills forms by itself. Its person is told.
    if (form.get("website") or [""])[0]:
        return await show(datasette, request, typed, {"": FILLED}, status=400)
    if not proven(datasette, (form.get("proof") or [""])[0]):
        old = {"": "this form is more than a day old, or not from this site: please check it and send it again"}
        return await show(datasette, request, typed, old, status=400)
    try:
        page, words, email = reports.check(**typed, site=config.site)
        number, before = await asyncio.to_thread(_file, config, request, page, words, email)
    except reports.BadReport as bad:
        return await show(datasette, request, typed, bad.fields, status=429 if "" in bad.fields else 400)
    except (FileLost, sqlite3.OperationalError) as error:
        name = error.sqlite_errorname if isinstance(error, sqlite3.OperationalError) else error
        log.warning("%s: %s", logs.PLACE.get(), name)
        busy = {"": "the site is busy and your report was not saved: please send it again"}
        return await show(datasette, request, typed, busy, status=503)
    return await show(datasette, request, {"page": page}, number=number, before=before)


def proof(datasette):
    return datasette.sign({"at": int(time.time())}, PURPOSE)


def proven(datasette, text):
    """Whether a form's proof is ours and of today."""
    try:
        age = time.time() - datasette.unsign(text, PURPOSE)["at"]
    except (BadSignature, KeyError, TypeError):
        return False
    return -60 <= age <= LONGEST_OPEN


def _file(config, request, page, words, email):
    now = utc_now()
    origin = request_parsing.who_asks((request.scope.get("client") or ("",))[0], request.headers, config)
    refuse_lost(config.data, ["staff.db"])
    with closing(open_staff(config.staff)) as db:
        number = reports.file(db, page, words, email, origin=origin, now=now)
    record_state_while_serving(config.data, "staff.db")
    return number


async def show(datasette, request, values, wrong=None, *, number=None, before=0, status=200):
    wrong, days = wrong or {}, reports.FORGET_DAYS
    context = {
        "v": values,
        "wrong_fields": wrong,
        "number": number,
        "before": before,
        "days": days,
        "proof": proof(datasette),
    }
    body = await datasette.render_template("report.html", context, request=request)
    return Response.html(body, status=status, headers=_PRIVATE)


@hookimpl
def skip_csrf(scope):
    """Nobody is signed in here and no cookie gives any right; `proven` and where the form came from are looked at instead."""
    return scope["path"] == "/report"


@hookimpl
def register_routes():
    return [(r"^/report$", report)]


@hookimpl
def extra_template_vars(datasette, request):
    """The address of the form, filled in for this page; a site without a desk has nobody who would read a report."""
    if request is None or getattr(datasette, "desk_configuration", None) is None or not ABOUT.fullmatch(request.path):
        return {}
    return {"report_address": f"/report?{urlencode({'page': request.path})}"}
