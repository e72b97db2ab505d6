"""The page on which staff see the statements of partners, and hide those that should not be on the site."""

from __future__ import annotations

from contextlib import closing

from desk.accounts import accounts
from desk.partners import partners
from desk.web.context import Answer, Page, Redirect, RequestContext
from desk.web.errors import HTTPError
from desk.web.routing import staff_page


@staff_page(r"/partners", post="reviewer")
def listed(context: RequestContext) -> Answer:
    """Show all statements of partners; the form hides one, or shows it again."""
    opened = context.partners()
    if opened is None:
        return Page("desk/partners.html", {"rows": [], "people": [], "wrong_fields": {}, "tried": 0})
    number, seen, hidden = context.number("statement"), context.number("seen"), context.typed("hide") == "1"
    wrong: dict[str, str] = {}
    with closing(opened) as db:
        if context.form is not None:
            reason = context.typed("reason")
            try:
                about = partners.moderate(
                    db, context.me, number, hidden=hidden, reason=reason, seen=seen, now=context.now
                )
            except partners.BadStatement as bad:
                wrong = bad.fields
                if "" in wrong:
                    raise HTTPError(409, f"Not saved: {wrong['']}.") from bad
            else:
                what = "hid a statement of a partner" if hidden else "showed a statement of a partner again"
                accounts.log(context.db, context.me.id, what, about, context.now)
                return Redirect("/desk/partners", "Hidden. You can show it again." if hidden else "Shown again.")
        view = {
            "rows": partners.all_statements(db),
            "people": accounts.all_accounts(db),
            "wrong_fields": wrong,
            "tried": number,
        }
        return Page("desk/partners.html", view, 400 if wrong else 200)
