"""Signing in and out, and what a person may change about their own account."""

from __future__ import annotations

from contextlib import closing, nullcontext

from sqlite_utils import Database

from desk.accounts import accounts, limits, sessions
from desk.accounts.passwords import BadPassword
from desk.web.context import Answer, Page, Redirect, RequestContext, local
from desk.web.routing import staff_page

PARTNERS = "/partner"
#: Longer than the name of any account.
LONGEST_NAME = 200
CHANGED = "The password is changed: sign in with the new one."
_WRONG = "This name and password do not belong together, or the account is closed."


@staff_page(r"/login", role=None)
def login(context: RequestContext) -> Answer:
    asked = context.typed("next") or context.arg("next")
    if context.form is None and context.account:
        return Redirect(local(asked))
    # Nobody knows yet whether this is staff or a partner, so both kinds of address are kept, whatever the name.
    page_data: dict[str, object] = {"next": local(asked, local(asked), PARTNERS), "name": "", "problem": None}
    if context.form is None:
        return Page("desk/login.html", page_data)
    page_data["name"] = name = context.typed("name")[:LONGEST_NAME]
    opened = context.partners()
    with closing(opened) if opened is not None else nullcontext() as partners:
        return _sign_in(context, partners, name, page_data)


def _sign_in(context: RequestContext, partners: Database | None, name: str, page_data: dict[str, object]) -> Answer:
    """Staff and partners come in by the same door; a partner's session is good for the partners' pages alone."""
    # A password may begin or end with a space.
    password = (context.form or {}).get("password") or [""]
    try:
        found = sessions.check_password(
            context.db,
            name,
            password[0],
            origin=context.origin,
            now=context.now,
            device=context.device,
            partners=partners,
        )
    except sessions.TooOften as error:
        return Page("desk/login.html", page_data | {"problem": f"There were {error}."}, status=429)
    if found is None:
        return Page("desk/login.html", page_data | {"problem": _WRONG}, status=403)
    file, account = found
    portal = "/desk" if file is context.db else PARTNERS
    return Redirect(
        local(context.typed("next"), portal, portal),
        token=sessions.start(file, account, now=context.now),
        portal=portal,
        device=limits.device_of(account.name),
    )


@staff_page(r"/logout", role=None, methods="POST")
def logout(context: RequestContext) -> Answer:
    if context.form is not None and context.token:
        sessions.revoke(context.db, context.token, now=context.now)
    return Redirect("/desk/login", message="You are signed out.", token="")


@staff_page(r"/account")
def account(context: RequestContext) -> Answer:
    """One's own account: password, keyboard, sessions."""
    step = context.typed("step")
    if step == "password":
        return _change_password(context)
    if step == "shortcuts":
        accounts.set_shortcuts(context.db, context.me, not context.me.shortcuts)
        return Redirect(local(context.typed("next"), "/desk/account"), message="Saved.")
    if step == "everywhere":
        accounts.end_sessions(context.db, context.me, context.now)
        return Redirect("/desk/login", message="You are signed out everywhere.", token="")
    return _account_page(context)


def _change_password(context: RequestContext) -> Answer:
    problem, status = new_password(context)
    if problem:
        return _account_page(context, problem, status)
    return Redirect("/desk/login", message=CHANGED, token="")


def new_password(context: RequestContext) -> tuple[str | None, int]:
    """Change one's own password as a form asks: what is in the way with its HTTP status, or None when it is done."""
    old, new, again = ((context.form or {}).get(name, [""])[0] for name in ("old", "new", "again"))
    try:
        # Counted for this session, so that wrong passwords from elsewhere are no reason to refuse it.
        device = limits.device_of(context.me.name, context.token or "session of a proxy")
        if not sessions.check_password(
            context.db, context.me.name, old, origin=context.origin, now=context.now, device=device
        ):
            return "The present password is another one.", 403
        if new != again:
            return "The new password was not typed the same twice.", 400
        accounts.set_password(context.db, context.me, new, now=context.now, by=context.me.id)
    except sessions.TooOften as error:
        return f"There were {error}.", 429
    except BadPassword as error:
        return f"Choose another one: {error}.", 400
    return None, 200


def _account_page(context: RequestContext, problem: str | None = None, status: int = 200) -> Page:
    open_now = sessions.open_sessions(context.db, context.me, now=context.now)
    return Page("desk/account.html", {"sessions": open_now, "problem": problem}, status)
