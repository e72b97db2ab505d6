"""The pages on which staff propose edits of positions, and approvers answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from desk.intake import catalog_patch, proposals
from desk.intake.catalog_patch import Approval
from desk.web.context import Answer, Attachment, Page, Redirect, RequestContext
from desk.web.errors import HTTPError
from desk.web.routing import ID, NUMBER, staff_page
from pages.browse.cards import area_titles
from positions.catalog.catalog import load_catalog
from positions.catalog.records import AREAS, CONFIDENCES, GRADES


@staff_page(r"/positions", methods="GET")
def listed(context: RequestContext) -> Answer:
    """Show the proposals, and every position by area."""
    found = load_catalog().positions
    named = area_titles(context.db.conn)
    areas = [(area, named.get(area, area), [each for each in found if each.areas[0] == area]) for area in AREAS]
    titles = {each.id: each.title for each in found}
    view = {"proposals": proposals.listed(context.db), "areas": areas, "titles": titles}
    return Page("desk/positions.html", view)


@staff_page(rf"/positions/{ID}", role="reviewer")
def edit(context: RequestContext) -> Answer:
    """Show the form for one position; sent, it shows what would change, or keeps the proposal."""
    position = proposals.position_of(context.path["id"])
    if position is None:
        raise HTTPError(404, "There is no such position.")
    asked = context.typed("kind") or context.arg("kind")
    kind = asked if asked in ("version", "approval") else "wording"
    names = (*catalog_patch.VERSION, "why")
    typed = {name: context.typed(name) for name in names}
    wrong: dict[str, str] = {}
    made: Any = None
    if context.form is None:
        kept = {"statement": position.statement, "rationale": proposals.own_rationale(position) or ""}
        typed = dict.fromkeys(names, "") | (kept if kind == "wording" else {"confidence": "verified"})
    else:
        made, wrong = _tried(context, lambda: proposals.change_of(position, kind, typed))
        if isinstance(made, Redirect):
            return made
    view = {"p": position, "kind": kind, "v": typed, "wrong_fields": wrong, "made": made, "confidences": CONFIDENCES}
    return Page("desk/position_edit.html", view | {"longest": proposals.LONGEST}, 400 if wrong else 200)


def _tried(context: RequestContext, change_of: Callable[[], Any]) -> tuple[Any, dict[str, str]]:
    """What the change typed would make of the catalog, or where to go once it is proposed; and what is wrong, by field."""
    try:
        change = change_of()
        made = catalog_patch.outcome(change)
        if context.typed("step") != "propose":
            return made, {}
        number = proposals.propose(context.db, context.me, change, context.typed("why"), now=context.now)
        return Redirect(f"/desk/proposals/{number}", "Proposed. Another person, who approves, can accept it now."), {}
    except proposals.BadProposal as bad:
        return None, bad.fields
    except catalog_patch.CannotAmend as error:
        return None, {"": str(error)}


@staff_page(r"/new-position", role="reviewer")
def new(context: RequestContext) -> Answer:
    """Show the form for a new position; sent, it shows the entry, or keeps the proposal."""
    names = (*catalog_patch.POSITION, "why")
    typed = {name: context.typed(name) for name in names}
    wrong: dict[str, str] = {}
    made: Any = None
    if context.form is not None:
        made, wrong = _tried(context, lambda: proposals.new_position(typed))
        if isinstance(made, Redirect):
            return made
    view = {"v": typed, "wrong_fields": wrong, "made": made, "areas": AREAS, "grades": GRADES}
    return Page("desk/position_new.html", view | {"longest": proposals.LONGEST}, 400 if wrong else 200)


@staff_page(rf"/proposals/{NUMBER}", post="reviewer")
def proposal(context: RequestContext) -> Answer:
    """Show one proposal with what it would change today; the form answers it."""
    db, number, state = context.db, int(context.path["number"]), context.typed("state")
    row = proposals.one(db, number)
    if row is None:
        raise HTTPError(404, "There is no such proposal.")
    if context.form is not None:
        note, seen = context.typed("note"), context.number("seen")
        try:
            proposals.answer(db, context.me, number, state, note, seen=seen, now=context.now)
        except proposals.BadProposal as bad:
            raise HTTPError(409, f"Not saved: {bad}.") from bad
        return Redirect(f"/desk/proposals/{number}", "Saved.")
    # What an approver is asked to sign, with their name in it; of an accepted one, what was signed.
    signer = (row["answerer"], row["answered_at"]) if row["state"] == "accepted" else (context.me.name, context.now)
    fits, made = proposals.standing(row["made"], approval=Approval(signer[0], signer[1][:10]))
    mine = row["proposed_by"] == context.me.id and not proposals.own_proposals()
    position = proposals.position_of(row["position_id"])
    return Page("desk/proposal.html", {"r": row, "fits": fits, "made": made, "p": position, "mine": mine})


@staff_page(rf"/proposals/{NUMBER}\.patch", methods="GET")
def patch(context: RequestContext) -> Answer:
    """Download an accepted proposal as a file for `git apply`."""
    try:
        return Attachment(*proposals.patch(context.db, int(context.path["number"])))
    except proposals.BadProposal as bad:
        raise HTTPError(404, f"{str(bad)[:1].upper()}{str(bad)[1:]}.") from bad
