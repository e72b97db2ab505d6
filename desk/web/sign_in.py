"""Signing in and out, and what people can change about their own account."""

from __future__ import annotations

from contextlib import closing, nullcontext
from typing import Any

from sqlite_utils import Database

from desk.accounts import accounts, limits, sessions
from desk.accounts.passwords import BadPassword
from desk.web.context import Answer, Page, Redirect, RequestContext, local
from desk.web.routing import DESK, PARTNERS, partner_page, staff_page

#: Longer than the name of any account.
LONGEST_NAME = 200
_WRONG = "The name or password is wrong, or the account is closed."


@staff_page(r"/login", role=None)
def login(context: RequestContext) -> Answer:
    asked = context.typed("next") or context.arg("next")
    if context.form is None and context.account:
        return Redirect(local(asked))
    name = context.typed("name")[:LONGEST_NAME]
    # Whether this is staff or a partner is not known yet: keep both kinds of address for every name.
    back, unsaved = local(asked, local(asked), PARTNERS.prefix), context.form is None and context.arg("unsaved") == "1"
    view = {"next": back, "asked": bool(asked), "unsaved": unsaved, "name": name, "problem": None}
    if context.form is None:
        return Page("desk/login.html", view)
    opened = context.partners()
    with closing(opened) if opened is not None else nullcontext() as partners:
        return _sign_in(context, partners, name, view)


def _sign_in(context: RequestContext, partners: Database | None, name: str, view: dict[str, Any]) -> Answer:
    """Sign in staff and partners alike; a partner's session is good for the partners' pages only."""
    # A password may begin or end with a space.
    [password, *_] = (context.form or {}).get("password") or [""]
    sender = {"origin": context.origin, "now": context.now, "device": context.device}
    try:
        found = sessions.check_password(context.db, name, password, **sender, partners=partners)
    except sessions.TooOften as error:
        return Page("desk/login.html", view | {"problem": f"There were {error}."}, status=429)
    if found is None:
        return Page("desk/login.html", view | {"problem": _WRONG}, status=403)
    file, account = found
    portal = (DESK if file is context.db else PARTNERS).prefix
    token = sessions.start(file, account, now=context.now)
    return Redirect(
        local(context.typed("next"), portal, portal), None, token, portal, device=limits.device_cookie(account.name)
    )


@staff_page(r"/logout", role=None, methods="POST")
@partner_page(r"/logout", methods="POST")
def logout(context: RequestContext) -> Answer:
    if context.token:
        sessions.revoke(context.db, context.token, now=context.now)
    return _signed_out(context, "You are signed out.")


@staff_page(r"/account")
@partner_page(r"/account")
def account(context: RequestContext) -> Answer:
    """People's own account: password, sessions and, for staff, keyboard shortcuts."""
    step, problem, status = context.typed("step"), None, 200
    if step == "shortcuts":
        accounts.set_shortcuts(context.db, context.me, not context.me.shortcuts)
        return Redirect(local(context.typed("next"), f"{context.portal}/account", context.portal), "Saved.")
    if step == "everywhere":
        accounts.end_sessions(context.db, context.me, context.now)
        return _signed_out(context, "You are signed out everywhere.")
    if step == "password":
        problem, status = _change_password(context)
        if problem is None:
            return _signed_out(context, "Your password is changed. Sign in with the new one.")
    open_now = sessions.open_sessions(context.db, context.me, now=context.now)
    return Page(f"{context.portal[1:]}/account.html", {"sessions": open_now, "problem": problem}, status)


def _signed_out(context: RequestContext, message: str) -> Redirect:
    return Redirect("/desk/login", message, "", context.portal)


def _change_password(context: RequestContext) -> tuple[str | None, int]:
    """Change the password; returns the problem, if any, with its HTTP status."""
    old, new, again = ((context.form or {}).get(name, [""])[0] for name in ("old", "new", "again"))
    # Counted for this session, so that wrong passwords from elsewhere are no reason to refuse it.
    device = limits.device_cookie(context.me.name, context.token or "session of a proxy")
    try:
        if not sessions.check_password(
            context.db, context.me.name, old, origin=context.origin, now=context.now, device=device
        ):
            return "The current password is wrong.", 403
        if new != again:
            return "The new passwords do not match.", 400
        accounts.set_password(context.db, context.me, new, now=context.now, by=context.me.id)
    except sessions.TooOften as error:
        return f"There were {error}.", 429
    except BadPassword as error:
        return f"Choose another password: {error}.", 400
    return None, 200
