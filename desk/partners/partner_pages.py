"""The pages of coalition partners, below /partner: what their organisation holds, finding a document, speaking on it."""

from __future__ import annotations

import sqlite3

from crawlers.items import slug
from desk.accounts import accounts, sessions
from desk.partners import partners
from desk.web import sign_in
from desk.web.context import Answer, Page, Redirect, RequestContext
from desk.web.errors import HTTPError
from desk.web.routing import ID, partner_page
from pages.browse import cards, search
from pages.http.formatting import glossary

MOST_FOUND = 20
HIDDEN = (
    "Kept, but not shown: ALA's staff have hidden what your organization says on this document. They see what you changed, and "
    "they alone can show it again."
)


@partner_page(r"", methods="GET")
def home(context: RequestContext) -> Answer:
    """What the organisation holds now, and with `q` the documents that fit."""
    words = context.arg("q").strip()[:200]
    found = find_documents(context.db.conn, words) if words else []
    shown = {card.id: card for card in cards.cards(context.db.conn, found, context.today)}
    page_data = {
        "rows": partners.of_organisation(context.db, context.me),
        "q": words,
        "found": [shown[key] for key in found if key in shown],
    }
    return Page("partner/home.html", page_data)


def find_documents(db: sqlite3.Connection, words: str) -> list[str]:
    """Ids of documents: the one of this id or address, those of this number, then those with these words."""
    key = words.rstrip("/").rpartition("/")[2]
    number = slug(words).replace("-", "")
    asked = [
        ("select id from documents where id = ?", key),
        (
            f"select document_id from listing where number = ? and area_id = 'any' order by sort_on desc limit {MOST_FOUND}",
            number,
        ),
    ]
    if expression := search.parse(words).expression:
        asked.append(
            (
                "select d.id from documents_fts f join documents d on d.rowid = f.rowid where documents_fts match ? "
                f"order by f.rank limit {MOST_FOUND}",
                expression,
            )
        )
    found = [row[0] for sql, value in asked for row in db.execute(sql, [value]).fetchall()]
    return list(dict.fromkeys(found))[:MOST_FOUND]


@partner_page(rf"/documents/{ID}")
def paper(context: RequestContext) -> Answer:
    """One document; the form publishes what the organisation holds on it, or withdraws it."""
    if context.form is None:
        return _page(context)
    stance = "" if context.typed("step") == "withdraw" else context.typed("stance") or "none"
    try:
        partners.say(
            context.db,
            context.me,
            context.path["id"],
            stance,
            context.typed("note"),
            seen=context.number("seen"),
            now=context.now,
        )
    except partners.BadStatement as bad:
        return _page(context, bad.fields, 409 if "" in bad.fields else 400)
    current = partners.mine(context.db, context.me, context.path["id"])
    told = "Published under the name of your organization." if stance else "Withdrawn."
    if stance and current and current["hidden"]:
        told = HIDDEN
    return Redirect(f"/partner/documents/{context.path['id']}", told)


def _page(context: RequestContext, wrong: dict[str, str] | None = None, status: int = 200) -> Page:
    found = cards.cards(context.db.conn, [context.path["id"]], context.today)
    if not found:
        raise HTTPError(404, "There is no such document.")
    current = partners.mine(context.db, context.me, context.path["id"])
    tried = context.form is not None
    page_data = {
        "c": found[0],
        "current": current,
        "wrong_fields": wrong or {},
        "stances": glossary()["stances"],
        "stance": context.typed("stance") if tried else (current or {}).get("stance"),
        "note": context.typed("note") if tried else (current or {}).get("note") or "",
        "seen": current["id"] if current else 0,
        "history": partners.history(context.db, context.me, context.path["id"]),
        "longest": partners.LONGEST_NOTE,
    }
    return Page("partner/document.html", page_data, status)


@partner_page(r"/logout", methods="POST")
def logout(context: RequestContext) -> Answer:
    if context.token:
        sessions.revoke(context.db, context.token, now=context.now)
    return Redirect("/desk/login", "You are signed out.", "", sign_in.PARTNERS)


@partner_page(r"/account")
def account(context: RequestContext) -> Answer:
    """A partner's own account: another password, and an end to every session."""
    problem, status = None, 200
    if context.typed("step") == "everywhere":
        accounts.end_sessions(context.db, context.me, context.now)
        return Redirect("/desk/login", "You are signed out everywhere.", "", sign_in.PARTNERS)
    if context.form is not None:
        problem, status = sign_in.new_password(context)
        if problem is None:
            return Redirect("/desk/login", sign_in.CHANGED, "", sign_in.PARTNERS)
    open_now = sessions.open_sessions(context.db, context.me, now=context.now)
    return Page("partner/account.html", {"sessions": open_now, "problem": problem}, status)
