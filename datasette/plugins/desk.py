"""The pages of staff and partners on the web. What the pages do is in the package `desk`; each becomes a route of Datasette here.

staff.db is opened here for staff, partners.db for partners, each for one request at a time and never known to Datasette: no
table page, no query can reach them.
"""

import asyncio
import datetime
import logging
import secrets
import sqlite3
from contextlib import closing
from functools import partial
from urllib.parse import quote, urlsplit

from datasette.utils import resolve_routes
from datasette.utils.asgi import NotFound
from itsdangerous import BadSignature

from datasette import Response, hookimpl
from desk.accounts import limits, sessions
from desk.intake import manual_documents
from desk.partners import partners
from desk.queue.notices import channel_names
from desk.web import request_parsing
from desk.web.context import Attachment, Page, Redirect, RequestContext
from desk.web.errors import HTTPError
from desk.web.routes import ADDRESSES, ROUTES
from desk.web.routing import DESK, PARTNERS, PORTALS
from digest.issues.editing import EditorsDesk
from digest.service import corpus
from operations import logs
from operations.loss import FileLost, record_state_while_serving, refuse_lost
from publish.at_once import publish_decisions
from second_reader.opinions import newest_reading
from store.clock import ago, utc_now
from store.connect import open_mail

log = logging.getLogger("infopolicy.desk")

SHORTEST_SECRET = 32
#: The purpose and the name of the cookie that remembers a browser for the limits of sign-ins.
DEVICE, DEVICE_COOKIE = "device", "infopolicy_device"
NO_SECRET = "These pages are closed: the site operator must set INFOPOLICY_SECRET to 32 random characters or more."
BROKEN = "The staff database cannot be read. Nothing was saved. The site operator must restore the file."


BUSY = "The site is busy. Nothing was saved: try again."


def view_of(route):
    """The view of Datasette for a page of the desk: check, open the file, find out who asks, run the page, render."""

    async def view(datasette, request):
        config = getattr(datasette, "desk_configuration", None)
        if config is None:
            raise NotFound("There is no page at this address")
        try:
            # Check the request before opening, reading or counting anything.
            _check_request(datasette, request, config)
            form = await _form(route, request) if request.method == "POST" else None
            answer, account = await asyncio.to_thread(_answer, route, datasette, request, config, form)
        except (HTTPError, FileLost, sqlite3.DatabaseError) as error:
            answer, account = _refused(error), None
        if isinstance(answer, Redirect):
            return _redirect(datasette, request, config, answer)
        if isinstance(answer, Attachment):
            name = {"Content-Disposition": f'attachment; filename="{answer.name}"'}
            return Response(answer.body, headers=name, content_type=answer.type)
        body = await datasette.render_template(
            answer.template, answer.variables | {"account": account}, request=request
        )
        return Response.html(body, status=answer.status)

    return view


def _refused(error):
    """The page for a request that is refused, or whose file is lost, busy or damaged; other errors go on."""
    if isinstance(error, sqlite3.OperationalError):
        log.warning("%s: %s", logs.PLACE.get(), error.sqlite_errorname)
        error = HTTPError(503, BUSY)
    elif isinstance(error, FileLost):
        log.error("%s: %s", logs.PLACE.get(), error)
        error = HTTPError(503, BROKEN)
    elif type(error) is sqlite3.DatabaseError:
        log.error("%s: %s: docs/operations.md says how to restore it", logs.PLACE.get(), error)
        error = HTTPError(503, BROKEN)
    elif not isinstance(error, HTTPError):
        raise error
    return Page("desk/refused.html", {"message": str(error), "status": error.status}, error.status)


def _check_request(datasette, request, config):
    if not getattr(datasette, "fixed_secret", None) or len(datasette.fixed_secret) < SHORTEST_SECRET:
        raise HTTPError(503, NO_SECRET)
    if "authorization" in request.headers:
        raise HTTPError(403, "HTTP authentication is not supported. Sign in with the form.")
    if request.method not in ("GET", "HEAD", "POST"):
        raise HTTPError(405, "This page supports only GET and POST.")
    if request.method == "POST":
        request_parsing.check_cookie(request.cookies)
        request_parsing.check_origin(request.headers, config.site)


async def _form(route, request):
    form = await request_parsing.read_form(request, files=route.files)
    if request.headers.get("content-type", "").startswith(request_parsing.WITH_FILES):
        token = (form.values.get("csrftoken") or [""])[0]
        if not secrets.compare_digest(token.encode(), request.scope["csrftoken"]().encode()):
            raise HTTPError(403, "This form is out of date. Reload the page and send it again.")
    return form


def _answer(route, datasette, request, config, form):
    """What the page says, and for whom."""
    portal, method, role = route.portal, "POST" if form else "GET", route.post if form else route.role
    proxied = _proxied(portal, request, config)
    given = _given(portal, datasette, request, config, form)
    refuse_lost(config.data, portal.files)
    if portal is PARTNERS and not config.partners.exists():
        return _to_login(request), None
    with closing(portal.open(config)) as db:
        account = sessions.who(db, given["token"], now=given["now"], proxied=proxied)
        if account is None and route.role is not None:
            # People who are not signed in do not learn which pages there are.
            return _to_login(request), None
        try:
            if method not in route.methods:
                raise HTTPError(405, "This page has no form." if form else "This address only accepts a form.")
            if role is not None and not account.may(role):
                raise HTTPError(403, f"This needs the role of {role}; yours is {account.role}.")
            answer = route.page(RequestContext(db, account, **given))
        except HTTPError as error:
            return _refused(error), account
        if form:
            record_state_while_serving(config.data, "staff.db", "partners.db")
        return answer, account


def _given(portal, datasette, request, config, form):
    """What a request says before any file is opened, as fields of a RequestContext."""
    token = _cookie(datasette, request, portal.cookie, portal.purpose).get("token")
    digest = _digest(datasette) if portal is DESK else None
    now, today = _clock(datasette)
    args = {name: request.args.getlist(name) for name in request.args}
    given = {
        "portal": portal.prefix,
        "now": now,
        "today": today,
        "token": token,
        "path": request.url_vars,
        "args": args,
    }
    if portal is DESK:
        given |= {
            "publish": partial(publish_decisions, config.corpus),
            "take_in": partial(manual_documents.show, config.corpus),
            "second_reading": partial(newest_reading, config.opinions),
            "site": config.site,
            "own_drafts": config.publish_own_drafts == "yes",
            "digest": digest,
            "models": config.data / "models",
            "notice_channels": partial(channel_names, config.data),
            "partners": lambda: PARTNERS.open(config) if config.partners.exists() else None,
        }
    if form:
        # Only forms count as tries to sign in, so only they need to know the sender.
        device = _cookie(datasette, request, DEVICE_COOKIE, DEVICE)
        recent = device.get("since", "") > ago(now, days=limits.DEVICE_DAYS)
        given |= {"form": form.values, "files": form.files, "device": device.get("device", "") if recent else ""}
        given["origin"] = request_parsing.who_asks(_peer(request), request.headers, config)
    return given


def _digest(datasette):
    """The drafts of the digest; None on a site without mail."""
    config = getattr(datasette, "mail_configuration", None)

    def opened():
        refuse_lost(config.data, ["mail.db"])
        return open_mail(config.mail)

    if config is None:
        return None
    return EditorsDesk(opened, partial(corpus, config.corpus), site=config.site, postal=config.mail_postal or "")


def _to_login(request):
    """To the sign-in page, which leads back; from a form, to the page that it is on, with the word that nothing was saved."""
    if request.method == "POST":
        try:
            page = urlsplit(request.headers.get("referer", ""))
        except ValueError:  # it is no address
            page = urlsplit("")
        address, unsaved = page.path + (f"?{page.query}" if page.query else ""), "&unsaved=1"
    else:
        address, unsaved = request.path + (f"?{request.query_string}" if request.query_string else ""), ""
    return Redirect(f"/desk/login?next={quote(address, safe='/')}{unsaved}")


def _redirect(datasette, request, config, answer):
    if answer.message:
        datasette.add_message(request, answer.message)
    response = Response.redirect(answer.to)
    if answer.token is not None:
        secure = request.scheme == "https" or config.site.startswith("https://")
        portal = PORTALS[answer.portal]
        value = datasette.sign({"token": answer.token}, portal.purpose) if answer.token else ""
        age = sessions.HOURS * 3600 if answer.token else 0
        response.set_cookie(
            portal.cookie, value, max_age=age, path=portal.prefix, secure=secure, httponly=True, samesite="lax"
        )
        if answer.device:
            value = datasette.sign({"device": answer.device, "since": utc_now()}, DEVICE)
            age = limits.DEVICE_DAYS * 24 * 3600
            response.set_cookie(
                DEVICE_COOKIE, value, max_age=age, path="/desk/login", secure=secure, httponly=True, samesite="lax"
            )
    return response


def _cookie(datasette, request, name, purpose):
    """What one of our signed cookies holds; nothing where it is missing or somebody else made it."""
    try:
        return dict(datasette.unsign(request.cookies.get(name, ""), purpose))
    except (BadSignature, TypeError, ValueError):
        return {}


def _proxied(portal, request, config):
    """Whom a trusted proxy says it has let in: its header counts from its own address only."""
    proxies = {each.strip() for each in (config.sso_proxy or "").split(",")} - {""}
    if portal is not DESK or not config.sso_header or _peer(request) not in proxies:
        return None
    return request.headers.get(config.sso_header.lower(), "").strip() or None


def _peer(request):
    return (request.scope.get("client") or ("",))[0]


def _clock(datasette):
    """The time, and the day of the pages: a fixed one where the site has that."""
    fixed, now = (datasette.plugin_config("infopolicy") or {}).get("today"), utc_now()
    return now, datetime.date.fromisoformat(fixed or now[:10])


@hookimpl
def skip_csrf(scope):
    """Datasette cannot check the token of a form with files; `_form` checks it on the one page that takes them."""
    _, route = resolve_routes(ADDRESSES, scope["path"])
    kind = dict(scope.get("headers") or []).get(b"content-type", b"")
    return bool(route and route.files and kind.startswith(request_parsing.WITH_FILES.encode()))


@hookimpl
def extra_template_vars(datasette, template):
    """What partners say, for the public page of a document: partners.db is read here, as Datasette does not know it."""
    config = getattr(datasette, "desk_configuration", None)
    if template != "document.html" or config is None:
        return {}
    return {"partners_on": partial(asyncio.to_thread, partners.public_statements, config.partners)}


@hookimpl
def register_routes():
    return [(route.pattern, view_of(route)) for route in ROUTES]
