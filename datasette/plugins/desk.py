"""The desk on the web: one door for everything under /desk and /partner. What the pages do is in the package `desk`.

staff.db is opened here for staff, partners.db for partners, each for one request at a time and never known to Datasette: no
table page, no query can reach them.
"""

import asyncio
import datetime
import logging
import secrets
import sqlite3
from contextlib import closing
from urllib.parse import quote

from datasette.utils.asgi import NotFound
from itsdangerous import BadSignature

from datasette import Response, hookimpl
from desk.accounts import accounts, limits, sessions
from desk.intake import manual_documents
from desk.web import request_parsing
from desk.web.context import Attachment, HTTPError, Page, Redirect, RequestContext
from desk.web.portals import DESK, PARTNERS, PORTALS, partners_of
from operations import logs
from operations.loss import FileLost, note_while_serving, refuse_lost
from publish.listing import publish_decisions
from store.clock import utc_now

log = logging.getLogger("infopolicy.desk")

SHORTEST_SECRET = 32
#: The purpose and the name of the cookie that remembers a browser for the limits of sign-ins.
DEVICE, DEVICE_COOKIE = "device", "infopolicy_device"
NO_SECRET = (
    "The staff pages are closed, because this site has no fixed secret to sign with. Whoever runs it must set "
    "INFOPOLICY_SECRET to at least 32 random characters and start it again."
)

BROKEN = (
    "What staff decided cannot be read at present. Nothing was written. Whoever runs this site has to restore the file."
)


async def desk(datasette, request):
    config = getattr(datasette, "desk_configuration", None)
    if config is None:
        raise NotFound("There is no page at this address")
    portal = PORTALS[f"/{request.url_vars['house']}"]
    try:
        # Nothing is opened, checked or counted before this.
        _check_request(datasette, request, config)
        form = await _form(portal, request) if request.method == "POST" else None
        answer, account = await asyncio.to_thread(_answer, portal, datasette, request, config, form)
    except HTTPError as refusal:
        answer, account = _refused(refusal), None
    except FileLost as error:
        log.error("%s: %s", logs.PLACE.get(), error)
        answer, account = _refused(HTTPError(503, BROKEN)), None
    except sqlite3.OperationalError as error:
        log.warning("%s: %s", logs.PLACE.get(), error.sqlite_errorname)
        answer, account = _refused(HTTPError(503, "The desk is busy. Nothing was written: try again.")), None
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:
            raise
        log.error("%s: %s: docs/operations.md says how to restore it", logs.PLACE.get(), error)
        answer, account = _refused(HTTPError(503, BROKEN)), None
    if isinstance(answer, Redirect):
        return _redirect(datasette, request, config, answer)
    if isinstance(answer, Attachment):
        name = {"Content-Disposition": f'attachment; filename="{answer.name}"'}
        return Response.text(answer.body, headers=name)
    page_data = answer.context | {"account": account}
    body = await datasette.render_template(answer.template, page_data, request=request)
    return Response.html(body, status=answer.status)


def _refused(refusal):
    return Page("desk/refused.html", {"message": str(refusal), "status": refusal.status}, refusal.status)


def _check_request(datasette, request, config):
    if not getattr(datasette, "fixed_secret", None) or len(datasette.fixed_secret) < SHORTEST_SECRET:
        raise HTTPError(503, NO_SECRET)
    if "authorization" in request.headers:
        raise HTTPError(403, "The desk takes no name and password by HTTP: sign in with the form.")
    if request.method not in ("GET", "HEAD", "POST"):
        raise HTTPError(405, "This page can be read, and its form sent; nothing else.")
    if request.method == "POST":
        request_parsing.check_cookie(request.cookies)
        request_parsing.check_origin(request.headers, config.site)


async def _form(portal, request):
    kind = request.headers.get("content-type", "")
    found = portal.find(_path(request))
    if kind.startswith(request_parsing.WITH_FILES) and not (found and found[0].takes_files):
        raise HTTPError(415, "This is no form of ours.")
    form = await request_parsing.form_of(
        request.receive, kind, found[0].most if found else request_parsing.LARGEST_FORM
    )
    if kind.startswith(request_parsing.WITH_FILES):
        token = (form.values.get("csrftoken") or [""])[0]
        if not secrets.compare_digest(token.encode(), request.scope["csrftoken"]().encode()):
            raise HTTPError(403, "This form is out of date. Open the page again and send it.")
    return form


def _now():
    return utc_now()


def _path(request):
    return request.scope.get("route_path") or request.path


def _answer(portal, datasette, request, config, form):
    """What the page says, and for whom."""
    found = portal.find(_path(request))
    # The desk also hides what partners say: where their file is lost, none may be made in its place.
    refuse_lost(config.data, ("partners.db",) if portal is PARTNERS else ("staff.db", "partners.db"))
    if portal is PARTNERS and not config.partners.exists():
        return _to_login(request), None
    with closing(portal.open(config)) as db:
        now = _now()
        token = _token(portal, datasette, request)
        account = _proxied(portal, db, request, config) or (sessions.who(db, token, now=now) if token else None)
        if found is None or (account is None and found[0].role is not None):
            # Whoever is not signed in does not learn which pages there are.
            if account is None:
                return _to_login(request), None
            raise HTTPError(404, "There is no page at this address.")
        route, path = found
        role = route.role if form is None else route.post
        _check_role(account, role, "POST" if form is not None else "GET", route)
        context = RequestContext(
            db=db, account=account, now=now, today=_today(datasette, now),
            origin=request_parsing.who_asks(_peer(request), request.headers, config), device=_device(datasette, request, now),
            token=token, path=path,
            args={name: request.args.getlist(name) for name in request.args},
            form=form.values if form else None, files=form.files if form else {}, **_reach(portal, config, db, now),
        )  # fmt: skip
        try:
            answer = route.page(context)
            if form is not None:
                note_while_serving(config.data, "staff.db", "partners.db")
            return answer, account
        except HTTPError as refusal:
            # Told to somebody who is signed in, with the way back.
            return _refused(refusal), account


def _reach(portal, config, db, now):
    """What a page can do beyond its own file: those of staff alone reach the public one and that of partners."""
    if portal is not DESK:
        return {}
    return {
        "publish": lambda documents: publish_decisions(config.corpus, db, documents),
        "take_in": lambda key: manual_documents.show(config.corpus, db, key, now),
        "partners": lambda: partners_of(config),
    }


def _check_role(account, role, method, route):
    if method not in route.methods:
        raise HTTPError(405, "There is no form here." if method == "POST" else "There is nothing to read here.")
    if role is not None and not account.may(role):
        raise HTTPError(403, f"This needs the role of {role}; yours is {account.role}.")


def _to_login(request):
    if request.method != "GET":
        return Redirect("/desk/login")
    address = request.path + (f"?{request.query_string}" if request.query_string else "")
    return Redirect(f"/desk/login?next={quote(address, safe='/')}")


def _redirect(datasette, request, config, answer):
    if answer.told:
        datasette.add_message(request, answer.told)
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
            value = datasette.sign({"device": answer.device, "since": _now()}, DEVICE)
            age = limits.DEVICE_DAYS * 24 * 3600
            response.set_cookie(
                DEVICE_COOKIE, value, max_age=age, path="/desk/login", secure=secure, httponly=True, samesite="lax"
            )
    return response


def _device(datasette, request, now):
    """What this browser has kept since somebody signed in with it; "" for nothing, or nothing of ours."""
    try:
        kept = datasette.unsign(request.cookies.get(DEVICE_COOKIE, ""), DEVICE)
        return kept["device"] if kept["since"] > limits.ago(now, days=limits.DEVICE_DAYS) else ""
    except (BadSignature, KeyError, TypeError):
        return ""


def _token(portal, datasette, request):
    try:
        return datasette.unsign(request.cookies.get(portal.cookie, ""), portal.purpose)["token"] or None
    except (BadSignature, KeyError, TypeError):
        return None


def _proxied(portal, db, request, config):
    """Whom a trusted proxy has let in: its header counts from its own address only."""
    if portal is not DESK or not config.sso_header or not config.sso_proxy or _peer(request) not in _proxies(config):
        return None
    said = request.headers.get(config.sso_header.lower(), "").strip()
    if not said:
        return None
    account = accounts.by_email(db, said) or accounts.find(db, said)
    return account if account and account.disabled_at is None else None


def _proxies(config):
    return {each.strip() for each in (config.sso_proxy or "").split(",") if each.strip()}


def _peer(request):
    return (request.scope.get("client") or ("",))[0]


def _today(datasette, now):
    fixed = (datasette.plugin_config("infopolicy") or {}).get("today")
    return datetime.date.fromisoformat(fixed or now[:10])


@hookimpl
def skip_csrf(scope):
    """The check of the token cannot read forms with files, of which we have one: theirs is checked in `_form`."""
    found = DESK.find(scope["path"])
    kind = dict(scope.get("headers") or []).get(b"content-type", b"")
    return bool(found and found[0].takes_files and kind.startswith(request_parsing.WITH_FILES.encode()))


@hookimpl
def register_routes():
    return [(r"^/(?P<house>desk|partner)(/.*)?$", desk)]
