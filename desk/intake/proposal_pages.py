"""The pages on which staff propose a change of a position, and approvers answer."""

from __future__ import annotations

from desk.intake import catalog_patch, proposals
from desk.web.context import Answer, Attachment, Page, Redirect, RequestContext
from desk.web.errors import HTTPError
from desk.web.routing import ID, NUMBER, staff_page
from positions.catalog.catalog import load_catalogue
from positions.catalog.records import AREAS, CONFIDENCES


@staff_page(r"/positions", methods="GET")
def listed(context: RequestContext) -> Answer:
    """Proposals, and every position by area."""
    found = load_catalogue().positions
    areas = [(area, [each for each in found if each.areas[0] == area]) for area in AREAS]
    return Page("desk/positions.html", {"proposals": proposals.listed(context.db), "areas": areas})


@staff_page(rf"/positions/{ID}", role="reviewer")
def edit(context: RequestContext) -> Answer:
    """The form for one position; sent, it shows what would come of it, or keeps the proposal."""
    position = proposals.position_of(context.path["id"])
    if position is None:
        raise HTTPError(404, "There is no such position.")
    kind = context.typed("kind") or context.arg("kind")
    kind = kind if kind == "version" else "wording"
    names = (*catalog_patch.VERSION, "why")
    typed = {name: context.typed(name) for name in names}
    wrong: dict[str, str] = {}
    made = None
    if context.form is None:
        kept = {"statement": position.statement, "rationale": proposals.own_rationale(position) or ""}
        typed = dict.fromkeys(names, "") | (kept if kind == "wording" else {"confidence": "verified"})
    else:
        try:
            change = proposals.change_of(position, kind, typed)
            made = catalog_patch.outcome(change)
            if context.typed("step") == "propose":
                number = proposals.propose(context.db, context.me, change, typed["why"], now=context.now)
                return Redirect(f"/desk/proposals/{number}", "Proposed. An approver can accept it now.")
        except proposals.BadProposal as bad:
            wrong = bad.fields
        except catalog_patch.CannotAmend as error:
            wrong = {"": str(error)}
    page_data = {
        "p": position,
        "kind": kind,
        "v": typed,
        "wrong_fields": wrong,
        "made": made,
        "confidences": CONFIDENCES,
        "longest": proposals.LONGEST,
    }
    return Page("desk/position_edit.html", page_data, 400 if wrong else 200)


@staff_page(rf"/proposals/{NUMBER}", post="reviewer")
def proposal(context: RequestContext) -> Answer:
    """One proposal with what would come of it today; the form answers it."""
    number = int(context.path["number"])
    row = proposals.one(context.db, number)
    if row is None:
        raise HTTPError(404, "There is no such proposal.")
    if context.form is not None:
        try:
            proposals.answer(
                context.db,
                context.me,
                number,
                context.typed("state"),
                context.typed("note"),
                seen=context.number("seen"),
                now=context.now,
            )
        except proposals.BadProposal as bad:
            raise HTTPError(409, f"Nothing was written: {bad}.") from bad
        return Redirect(f"/desk/proposals/{number}", "Kept.")
    fits, made = proposals.standing(row["made"])
    return Page(
        "desk/proposal.html",
        {"r": row, "fits": fits, "made": made, "p": proposals.position_of(row["position_id"])},
    )


@staff_page(rf"/proposals/{NUMBER}\.patch", methods="GET")
def patch(context: RequestContext) -> Answer:
    """An accepted proposal as a file for `git apply`."""
    try:
        return Attachment(*proposals.patch(context.db, int(context.path["number"])))
    except proposals.BadProposal as bad:
        raise HTTPError(404, f"{str(bad)[:1].upper()}{str(bad)[1:]}.") from bad
