"""Signing in and out, and what a person may change about their own account."""

from __future__ import annotations

from contextlib import closing

from sqlite_utils import Database

from desk import accounts, sessions
from desk.passwords import BadPassword
from desk.room import Answer, Page, Redirect, Room, local

PARTNERS = "/partner"
CHANGED = "The password is changed: sign in with the new one."
_WRONG = "This name and password do not belong together, or the account is closed."


def login(room: Room) -> Answer:
    asked = room.typed("next") or room.arg("next")
    following = local(asked)
    if room.form is None:
        if room.account:
            return Redirect(following)
        # Whether a partner comes from a page of theirs is known again when they have signed in.
        following = local(asked, following, PARTNERS)
        return Page("desk/login.html", {"next": following, "name": "", "problem": None})
    name = room.typed("name")
    # A password may begin or end with a space.
    password = (room.form.get("password") or [""])[0]
    try:
        if accounts.find(room.db, name) is None and (opened := room.partners()) is not None:
            with closing(opened) as partners:
                if accounts.find(partners, name) is not None:
                    return _partner(room, partners, name, password)
        account = sessions.check_password(room.db, name, password, origin=room.origin, now=room.now)
    except sessions.TooOften as error:
        return Page("desk/login.html", {"next": following, "name": name, "problem": f"There were {error}."}, status=429)
    if account is None:
        return Page("desk/login.html", {"next": following, "name": name, "problem": _WRONG}, status=403)
    return Redirect(following, token=sessions.start(room.db, account, now=room.now))


def _partner(room: Room, partners: Database, name: str, password: str) -> Answer:
    """A partner comes in by the same door and gets a session that is good for the partners' pages alone."""
    account = sessions.check_password(partners, name, password, origin=room.origin, now=room.now)
    if account is None:
        return Page("desk/login.html", {"next": "/desk", "name": name, "problem": _WRONG}, status=403)
    following = local(room.typed("next"), PARTNERS, PARTNERS)
    return Redirect(following, token=sessions.start(partners, account, now=room.now), house=PARTNERS)


def logout(room: Room) -> Answer:
    if room.form is not None and room.token:
        sessions.revoke(room.db, room.token, now=room.now)
    return Redirect("/desk/login", told="You are signed out.", token="")


def account(room: Room) -> Answer:
    """One's own account: password, keyboard, sessions."""
    step = room.typed("step")
    if step == "password":
        return _change_password(room)
    if step == "shortcuts":
        accounts.set_shortcuts(room.db, room.me, not room.me.shortcuts)
        return Redirect(local(room.typed("next"), "/desk/account"), told="Saved.")
    if step == "everywhere":
        accounts.end_sessions(room.db, room.me, room.now)
        return Redirect("/desk/login", told="You are signed out everywhere.", token="")
    return _account_page(room)


def _change_password(room: Room) -> Answer:
    problem, status = new_password(room)
    if problem:
        return _account_page(room, problem, status)
    return Redirect("/desk/login", told=CHANGED, token="")


def new_password(room: Room) -> tuple[str | None, int]:
    """Change one's own password as a form asks: what is in the way with its HTTP status, or None when it is done."""
    old, new, again = ((room.form or {}).get(name, [""])[0] for name in ("old", "new", "again"))
    try:
        known = sessions.check_password(room.db, room.me.name, old, origin=room.origin, now=room.now)
        if known is None:
            return "The present password is another one.", 403
        if new != again:
            return "The new password was not typed the same twice.", 400
        accounts.set_password(room.db, room.me, new, now=room.now, by=room.me.id)
    except sessions.TooOften as error:
        return f"There were {error}.", 429
    except BadPassword as error:
        return f"Choose another one: {error}.", 400
    return None, 200


def _account_page(room: Room, problem: str | None = None, status: int = 200) -> Page:
    open_now = sessions.open_sessions(room.db, room.me, now=room.now)
    return Page("desk/account.html", {"sessions": open_now, "problem": problem}, status)
