"""Signing in and out, and what a person may change about their own account."""

from __future__ import annotations

from contextlib import closing, nullcontext

from sqlite_utils import Database

from desk.accounts import accounts, limits, sessions
from desk.accounts.passwords import BadPassword
from desk.web.context import Answer, Page, Redirect, Room, local

PARTNERS = "/partner"
#: Longer than the name of any account.
LONGEST_NAME = 200
CHANGED = "The password is changed: sign in with the new one."
_WRONG = "This name and password do not belong together, or the account is closed."


def login(room: Room) -> Answer:
    asked = room.typed("next") or room.arg("next")
    if room.form is None and room.account:
        return Redirect(local(asked))
    # Nobody knows yet whether this is staff or a partner, so both kinds of address are kept, whatever the name.
    context: dict[str, object] = {"next": local(asked, local(asked), PARTNERS), "name": "", "problem": None}
    if room.form is None:
        return Page("desk/login.html", context)
    context["name"] = name = room.typed("name")[:LONGEST_NAME]
    opened = room.partners()
    with closing(opened) if opened is not None else nullcontext() as partners:
        return _sign_in(room, partners, name, context)


def _sign_in(room: Room, partners: Database | None, name: str, context: dict[str, object]) -> Answer:
    """Staff and partners come in by the same door; a partner's session is good for the partners' pages alone."""
    # A password may begin or end with a space.
    password = (room.form or {}).get("password") or [""]
    try:
        found = sessions.check_password(
            room.db, name, password[0], origin=room.origin, now=room.now, device=room.device, partners=partners
        )
    except sessions.TooOften as error:
        return Page("desk/login.html", context | {"problem": f"There were {error}."}, status=429)
    if found is None:
        return Page("desk/login.html", context | {"problem": _WRONG}, status=403)
    file, account = found
    house = "/desk" if file is room.db else PARTNERS
    return Redirect(
        local(room.typed("next"), house, house), token=sessions.start(file, account, now=room.now), house=house,
        device=limits.device_of(account.name),
    )  # fmt: skip


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
        # Counted for this session, so that wrong passwords from elsewhere are no reason to refuse it.
        device = limits.device_of(room.me.name, room.token or "session of a proxy")
        if not sessions.check_password(room.db, room.me.name, old, origin=room.origin, now=room.now, device=device):
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
