"""The page on which staff read and answer the reports of errors."""

from __future__ import annotations

from desk.intake import reports
from desk.web.context import Answer, Page, Redirect, Room


def listed(room: Room) -> Answer:
    """Open reports, or with `closed=1` those that are answered; the form answers one."""
    closed = room.arg("closed") == "1"
    if room.form is None:
        return _page(room, closed)
    state = room.typed("state")
    try:
        reports.answer(
            room.db, room.me, room.number("report"), state, room.typed("note"), seen=room.number("seen"), now=room.now
        )
    except reports.BadAnswer as error:
        return _page(room, closed, f"Nothing was written: {error}.", 409 if "somebody" in str(error) else 400)
    if state == reports.OPEN:
        return Redirect("/desk/reports", "The report is open again.")
    return Redirect(
        "/desk/reports", f"Closed: {reports.ENDINGS[state].lower()}. It can be opened again under “Closed”."
    )


def _page(room: Room, closed: bool, problem: str | None = None, status: int = 200) -> Page:
    context = {
        "rows": reports.listed(room.db, closed=closed, now=room.now), "closed": closed, "endings": reports.ENDINGS,
        "open_count": reports.open_count(room.db), "problem": problem, "tried": room.number("report"),
        "tried_note": room.typed("note"), "days": reports.FORGET_DAYS,
    }  # fmt: skip
    return Page("desk/reports.html", context, status)
