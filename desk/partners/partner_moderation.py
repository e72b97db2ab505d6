"""The page on which staff see what partners say, and hide what should not stand on the site."""

from __future__ import annotations

from contextlib import closing

from desk.accounts import accounts
from desk.partners import partners
from desk.web.context import Answer, Page, Redirect, Refusal, Room


def sent_again(room: Room) -> int:
    """How many statements that staff hid were sent again; 0 where there are no partners."""
    opened = room.partners()
    if opened is None:
        return 0
    with closing(opened) as db:
        return partners.sent_again(db)


def listed(room: Room) -> Answer:
    opened = room.partners()
    if opened is None:
        return Page("desk/partners.html", {"rows": [], "people": [], "wrong_fields": {}, "tried": 0})
    with closing(opened) as db:
        wrong: dict[str, str] = {}
        if room.form is not None:
            hidden = room.typed("hide") == "1"
            try:
                about = partners.moderate(
                    db, room.me, room.number("statement"), hidden=hidden, reason=room.typed("reason"),
                    seen=room.number("seen"), now=room.now,
                )  # fmt: skip
            except partners.BadStatement as bad:
                wrong = bad.fields
                if "" in wrong:
                    raise Refusal(409, f"Nothing was written: {wrong['']}.") from bad
            else:
                what = "hid a statement of a partner" if hidden else "showed a statement of a partner again"
                accounts.log(room.db, room.me.id, what, about, room.now)
                return Redirect("/desk/partners", "Hidden: it can be shown again." if hidden else "Shown again.")
        context = {
            "rows": partners.listed(db), "people": accounts.all_accounts(db), "wrong_fields": wrong,
            "tried": room.number("statement"),
        }  # fmt: skip
        return Page("desk/partners.html", context, 400 if wrong else 200)
