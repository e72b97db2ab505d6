"""The pages of coalition partners, below /partner: what their organisation holds, finding a document, speaking on it."""

from __future__ import annotations

import sqlite3

from crawlers.items import slug
from desk.accounts import accounts, sessions
from desk.accounts.accounts import PARTNER
from desk.partners import partners
from desk.web import sign_in
from desk.web.context import Answer, Page, Redirect, Refusal, Room
from desk.web.routes import ID, Route, route
from pages.browse import cards, search
from pages.http.formatting import glossary

MOST_FOUND = 20
HIDDEN = (
    "Kept, but not shown: ALA's staff have hidden what your organization says on this document. They see what you changed, and "
    "they alone can show it again."
)


def home(room: Room) -> Answer:
    """What the organisation holds now, and with `q` the documents that fit."""
    words = room.arg("q").strip()[:200]
    found = find_documents(room.db.conn, words) if words else []
    shown = {card.id: card for card in cards.cards(room.db.conn, found, room.today)}
    context = {
        "rows": partners.of_organisation(room.db, room.me), "q": words,
        "found": [shown[key] for key in found if key in shown],
    }  # fmt: skip
    return Page("partner/home.html", context)


def find_documents(db: sqlite3.Connection, words: str) -> list[str]:
    """Ids of documents: the one of this id or address, those of this number, then those with these words."""
    key = words.rstrip("/").rpartition("/")[2]
    number = slug(words).replace("-", "")
    asked = [
        ("select id from documents where id = ?", key),
        (f"select document_id from listing where number = ? and area_id = 'any' order by sort_on desc limit {MOST_FOUND}",
         number),
    ]  # fmt: skip
    if expression := search.parse(words).expression:
        asked.append(
            ("select d.id from documents_fts f join documents d on d.rowid = f.rowid where documents_fts match ? "
             f"order by f.rank limit {MOST_FOUND}", expression)
        )  # fmt: skip
    found = [row[0] for sql, value in asked for row in db.execute(sql, [value]).fetchall()]
    return list(dict.fromkeys(found))[:MOST_FOUND]


def paper(room: Room) -> Answer:
    """One document; the form publishes what the organisation holds on it, or withdraws it."""
    if room.form is None:
        return _page(room)
    stance = "" if room.typed("step") == "withdraw" else room.typed("stance") or "none"
    try:
        partners.say(
            room.db, room.me, room.path["id"], stance, room.typed("note"), seen=room.number("seen"), now=room.now
        )
    except partners.BadStatement as bad:
        return _page(room, bad.fields, 409 if "" in bad.fields else 400)
    current = partners.mine(room.db, room.me, room.path["id"])
    told = "Published under the name of your organization." if stance else "Withdrawn."
    if stance and current and current["hidden"]:
        told = HIDDEN
    return Redirect(f"/partner/documents/{room.path['id']}", told)


def _page(room: Room, wrong: dict[str, str] | None = None, status: int = 200) -> Page:
    found = cards.cards(room.db.conn, [room.path["id"]], room.today)
    if not found:
        raise Refusal(404, "There is no such document.")
    current = partners.mine(room.db, room.me, room.path["id"])
    tried = room.form is not None
    context = {
        "c": found[0], "current": current, "wrong_fields": wrong or {}, "stances": glossary()["stances"],
        "stance": room.typed("stance") if tried else (current or {}).get("stance"),
        "note": room.typed("note") if tried else (current or {}).get("note") or "",
        "seen": current["id"] if current else 0, "history": partners.history(room.db, room.me, room.path["id"]),
        "longest": partners.LONGEST_NOTE,
    }  # fmt: skip
    return Page("partner/document.html", context, status)


def logout(room: Room) -> Answer:
    if room.token:
        sessions.revoke(room.db, room.token, now=room.now)
    return Redirect("/desk/login", "You are signed out.", "", sign_in.PARTNERS)


def account(room: Room) -> Answer:
    """A partner's own account: another password, and an end to every session."""
    problem, status = None, 200
    if room.typed("step") == "everywhere":
        accounts.end_sessions(room.db, room.me, room.now)
        return Redirect("/desk/login", "You are signed out everywhere.", "", sign_in.PARTNERS)
    if room.form is not None:
        problem, status = sign_in.new_password(room)
        if problem is None:
            return Redirect("/desk/login", sign_in.CHANGED, "", sign_in.PARTNERS)
    open_now = sessions.open_sessions(room.db, room.me, now=room.now)
    return Page("partner/account.html", {"sessions": open_now, "problem": problem}, status)


ROUTES: tuple[Route, ...] = (
    route(r"", home, PARTNER, methods="GET"),
    route(rf"/documents/{ID}", paper, PARTNER),
    route(r"/account", account, PARTNER),
    route(r"/logout", logout, PARTNER, methods="POST"),
)
