"""The pages on which staff propose a change of a position, and approvers answer."""

from __future__ import annotations

from desk.intake import catalog_patch, proposals
from desk.web.context import Answer, Attachment, Page, Redirect, Refusal, Room
from positions.catalog.catalog import load_catalogue
from positions.catalog.records import AREAS, CONFIDENCES


def listed(room: Room) -> Answer:
    """Proposals, and every position by area."""
    found = load_catalogue().positions
    areas = [(area, [each for each in found if each.areas[0] == area]) for area in AREAS]
    return Page("desk/positions.html", {"proposals": proposals.listed(room.db), "areas": areas})


def edit(room: Room) -> Answer:
    """The form for one position; sent, it shows what would come of it, or keeps the proposal."""
    position = proposals.position_of(room.path["id"])
    if position is None:
        raise Refusal(404, "There is no such position.")
    kind = room.typed("kind") or room.arg("kind")
    kind = kind if kind == "version" else "wording"
    names = (*catalog_patch.VERSION, "why")
    typed = {name: room.typed(name) for name in names}
    wrong: dict[str, str] = {}
    made = None
    if room.form is None:
        kept = {"statement": position.statement, "rationale": proposals.own_rationale(position) or ""}
        typed = dict.fromkeys(names, "") | (kept if kind == "wording" else {"confidence": "verified"})
    else:
        try:
            change = proposals.change_of(position, kind, typed)
            made = catalog_patch.outcome(change)
            if room.typed("step") == "propose":
                number = proposals.propose(room.db, room.me, change, typed["why"], now=room.now)
                return Redirect(f"/desk/proposals/{number}", "Proposed. An approver can accept it now.")
        except proposals.BadProposal as bad:
            wrong = bad.fields
        except catalog_patch.CannotAmend as error:
            wrong = {"": str(error)}
    context = {
        "p": position, "kind": kind, "v": typed, "wrong_fields": wrong, "made": made, "confidences": CONFIDENCES,
        "longest": proposals.LONGEST,
    }  # fmt: skip
    return Page("desk/position_edit.html", context, 400 if wrong else 200)


def proposal(room: Room) -> Answer:
    """One proposal with what would come of it today; the form answers it."""
    number = int(room.path["number"])
    row = proposals.one(room.db, number)
    if row is None:
        raise Refusal(404, "There is no such proposal.")
    if room.form is not None:
        try:
            proposals.answer(
                room.db,
                room.me,
                number,
                room.typed("state"),
                room.typed("note"),
                seen=room.number("seen"),
                now=room.now,
            )
        except proposals.BadProposal as bad:
            raise Refusal(409, f"Nothing was written: {bad}.") from bad
        return Redirect(f"/desk/proposals/{number}", "Kept.")
    fits, made = proposals.standing(row["made"])
    return Page(
        "desk/proposal.html",
        {"r": row, "fits": fits, "made": made, "p": proposals.position_of(row["position_id"])},
    )


def patch(room: Room) -> Answer:
    """An accepted proposal as a file for `git apply`."""
    try:
        return Attachment(*proposals.patch(room.db, int(room.path["number"])))
    except proposals.BadProposal as bad:
        raise Refusal(404, f"{str(bad)[:1].upper()}{str(bad)[1:]}.") from bad
