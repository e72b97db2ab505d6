"""The page on which staff see what partners say, and hide what should not stand on the site."""

from __future__ import annotations

from contextlib import closing

from desk.accounts import accounts
from desk.partners import partners
from desk.web.context import Answer, Page, Redirect, RequestContext
from desk.web.errors import HTTPError
from desk.web.routing import staff_page


def sent_again(context: RequestContext) -> int:
    """How many statements that staff hid were sent again; 0 where there are no partners."""
    opened = context.partners()
    if opened is None:
        return 0
    with closing(opened) as db:
        return partners.sent_again(db)


@staff_page(r"/partners", post="reviewer")
def listed(context: RequestContext) -> Answer:
    opened = context.partners()
    if opened is None:
        return Page("desk/partners.html", {"rows": [], "people": [], "wrong_fields": {}, "tried": 0})
    with closing(opened) as db:
        wrong: dict[str, str] = {}
        if context.form is not None:
            hidden = context.typed("hide") == "1"
            try:
                about = partners.moderate(
                    db,
                    context.me,
                    context.number("statement"),
                    hidden=hidden,
                    reason=context.typed("reason"),
                    seen=context.number("seen"),
                    now=context.now,
                )
            except partners.BadStatement as bad:
                wrong = bad.fields
                if "" in wrong:
                    raise HTTPError(409, f"Nothing was written: {wrong['']}.") from bad
            else:
                what = "hid a statement of a partner" if hidden else "showed a statement of a partner again"
                accounts.log(context.db, context.me.id, what, about, context.now)
                return Redirect("/desk/partners", "Hidden: it can be shown again." if hidden else "Shown again.")
        page_data = {
            "rows": partners.listed(db),
            "people": accounts.all_accounts(db),
            "wrong_fields": wrong,
            "tried": context.number("statement"),
        }
        return Page("desk/partners.html", page_data, 400 if wrong else 200)
