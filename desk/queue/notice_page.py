"""Where people of the office choose of what they get notices, and how."""

from __future__ import annotations

from desk.queue import notices
from desk.web.context import Answer, Page, Redirect, RequestContext
from desk.web.errors import HTTPError
from desk.web.routing import staff_page


@staff_page(r"/notices")
def notices_page(context: RequestContext) -> Answer:
    """Show what the person has chosen; the form changes it. Viewers can do it too, as notices are their own."""
    if context.form is None:
        view = {
            "choice": notices.choice_of(context.db, context.me.id),
            "kinds": notices.KINDS,
            "paces": notices.PACES,
            "channels": context.notice_channels(),
        }
        return Page("desk/notices.html", view)
    try:
        notices.choose(
            context.db,
            context.me,
            way=context.typed("way"),
            pace=context.typed("pace", "at-once"),
            kinds=context.form.get("kind", []),
            channels=context.notice_channels(),
            now=context.now,
        )
    except notices.BadChoice as error:
        raise HTTPError(400, f"Not saved: {error}.") from error
    return Redirect("/desk/notices", "Your choice is saved.")
