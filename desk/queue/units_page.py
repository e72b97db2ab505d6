"""The page of units: members, and the areas that a unit or a chapter owns along with an area's owner."""

from __future__ import annotations

from desk.accounts import units
from desk.queue import collaboration
from desk.web.context import Answer, Page, Redirect, RequestContext
from desk.web.errors import HTTPError
from desk.web.routing import staff_page
from pages.browse import cards


@staff_page(r"/units", post="approver")
def units_page(context: RequestContext) -> Answer:
    """Show the units; the form adds one, or changes its members or its areas."""
    db, me, now = context.db, context.me, context.now
    if context.form is None:
        view = {
            "units": units.units(db),
            "people": collaboration.active_account_names(db),
            "areas": cards.area_titles(db.conn),
            "places": [row[0] for row in db.execute("select distinct jurisdiction from waiting order by 1").fetchall()],
        }
        return Page("desk/units.html", view)
    step, unit = context.typed("step"), context.number("unit")
    try:
        if step == "add":
            units.add(db, me, context.typed("name"), context.typed("place") or None, now)
        elif step in ("join", "leave"):
            units.set_member(db, me, unit, context.typed("person"), step == "join", now)
        elif step in ("own", "give-up"):
            units.set_area(db, me, unit, context.typed("area"), step == "own", now)
        else:
            raise units.BadUnit("this form does nothing")
    except units.BadUnit as error:
        raise HTTPError(400, f"Not saved: {error}.") from error
    return Redirect("/desk/units", "Saved.")
