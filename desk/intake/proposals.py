"""Proposed changes of positions, with their authors and answers. Nothing here changes the catalog itself."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from crawlers.items import BadRecord, clean
from desk.accounts import accounts
from desk.accounts.accounts import Account
from desk.intake import catalog_patch
from desk.intake.catalog_patch import CannotAmend, Change
from desk.web.errors import InvalidForm
from positions.catalog.catalog import load_catalogue
from positions.catalog.records import CONFIDENCES, Position
from positions.catalog.yaml_file import is_date
from store.connect import writing

OPEN = "open"
#: What can become of a proposal.
ANSWERS = ("accepted", "refused", "withdrawn")
LONGEST = {"statement": 600, "rationale": 2_000, "note": 600}
_DAYS = ("adopted", "revised")


class BadProposal(InvalidForm):
    """A form that makes no proposal."""


def position_of(position_id: str, home: Path | None = None) -> Position | None:
    return load_catalogue(home).by_id.get(position_id)


def change_of(position: Position, kind: str, typed: dict[str, str]) -> Change:
    """The change that a form describes.

    Args:
        kind: wording or version.

    Raises:
        BadProposal: it lacks something, is too long, or changes nothing.
    """
    names = catalog_patch.WORDING if kind == "wording" else catalog_patch.VERSION
    wrong: dict[str, str] = {}
    said = {name: _line(name, typed.get(name, ""), wrong) for name in names}
    if not said["statement"] and kind == "wording":
        wrong["statement"] = "enter the position in plain language"
    for name in _DAYS:
        if said.get(name) and not is_date(said[name]):
            wrong[name] = "enter a date such as 2019-01-29, 2014-06 or 2004"
    if kind == "version" and not said["document"]:
        wrong["document"] = "enter the document that states it, such as a resolution"
    if kind == "version" and said["confidence"] not in CONFIDENCES:
        wrong["confidence"] = f"choose one of {', '.join(CONFIDENCES)}"
    if wrong:
        raise BadProposal(wrong)
    values = {name: value for name, value in said.items() if value}
    if kind == "wording":
        now = {"statement": position.statement, "rationale": own_rationale(position)}
        values = {name: value for name, value in values.items() if value != now[name]}
    elif (said["adopted"] or said["revised"]) and "date_confidence" not in values:
        values["date_confidence"] = said["confidence"]
    if not values:
        raise BadProposal({"": "nothing is changed"})
    return Change(kind, position.id, values, position.statement)


def own_rationale(position: Position) -> str | None:
    """That of the version whose wording is edited; an older one's is not."""
    return next(each.rationale for each in reversed(position.versions) if each.statement)


def _line(name: str, typed: str, wrong: dict[str, str]) -> str:
    try:
        said = " ".join((clean(typed) or "").split())
    except BadRecord:
        said = ""
    if len(said) > (most := LONGEST.get(name, 200)):
        wrong[name] = f"at most {most} characters; this has {len(said)}"
    return said


def propose(db: Database, account: Account, change: Change, why: str, *, now: str, home: Path | None = None) -> int:
    """Keep a proposal; returns its number.

    Raises:
        BadProposal: it cannot be applied, or the catalog would not pass its check.
    """
    if len(why) > 4_000:
        raise BadProposal({"why": "at most 4,000 characters"})
    try:
        made = catalog_patch.outcome(change, home)
    except CannotAmend as error:
        raise BadProposal({"": str(error)}) from error
    if made.problems:
        raise BadProposal({"": f"the catalog check would fail: {made.problems[0]}"})
    with writing(db):
        cursor = db.execute(
            "insert into proposals (position_id, change, diff, why, proposed_by, proposed_at) values (?, ?, ?, ?, ?, ?)",
            [
                change.position_id,
                json.dumps(asdict(change), ensure_ascii=False),
                made.diff,
                why.strip() or None,
                account.id,
                now,
            ],
        )
        number = int(cursor.lastrowid or 0)
        accounts.log(db, account.id, "proposed an edit of a position", f"{change.position_id}: proposal {number}", now)
    return number


def answer(db: Database, account: Account, number: int, state: str, note: str, *, seen: int, now: str) -> None:
    """Accept, refuse, withdraw or open a proposal again; withdrawing is for who proposed it, the rest for approvers.

    Raises:
        BadProposal: it makes no sense, or somebody was faster.
    """
    with writing(db):
        row = one(db, number)
        if row is None or (state != OPEN and state not in ANSWERS):
            raise BadProposal({"": "there is no such proposal, or no such answer"})
        if (row["answer_id"] or 0) != seen:
            raise BadProposal({"": "somebody else has answered this since you opened the page"})
        if not (row["proposed_by"] == account.id if state == "withdrawn" else account.may("approver")):
            raise BadProposal({"": "only an approver can answer a proposal, and only its author can withdraw it"})
        if (row["state"] == OPEN) == (state == OPEN):
            raise BadProposal({"": f"it is already {row['state']}"})
        db.execute(
            "insert into proposal_answers (proposal_id, state, note, answered_by, answered_at) values (?, ?, ?, ?, ?)",
            [number, state, note.strip()[:4_000] or None, account.id, now],
        )
        accounts.log(db, account.id, f"proposal {state}", f"{row['position_id']}: proposal {number}", now)


def one(db: Database, number: int) -> dict[str, Any] | None:
    """A proposal with its `state`, `made` (a Change), `proposer` and `answerer`, or None."""
    return next(iter(_query(db, "p.id = ?", [number])), None)


def listed(db: Database, most: int = 200) -> list[dict[str, Any]]:
    """All of them, open ones first, then the newest."""
    return _query(db, "1", [], f" order by (p.state <> 'open'), p.id desc limit {most}")


def _query(db: Database, where: str, values: list[Any], order: str = "") -> list[dict[str, Any]]:
    rows = db.query(
        "select p.*, a.name as proposer, b.name as answerer from current_proposals p "
        "join accounts a on a.id = p.proposed_by left join accounts b on b.id = p.answered_by "
        f"where {where}{order}",
        values,
    )
    return [row | {"made": Change(**json.loads(row["change"]))} for row in rows]


def standing(change: Change, home: Path | None = None) -> tuple[str, catalog_patch.Outcome | None]:
    """Compare a proposal with today's catalog: fits, done (already applied) or stale, and the resulting change."""
    position = position_of(change.position_id, home)
    if position and _says_so(position, change):
        return "done", None
    try:
        return "fits", catalog_patch.outcome(change, home)
    except CannotAmend:
        return "stale", None


def patch(db: Database, number: int, home: Path | None = None) -> tuple[str, str]:
    """Return the name and body of a patch for `git apply`, against today's catalog.

    Raises:
        BadProposal: the proposal is not accepted, is already in the catalog, or fits it no more.
    """
    row = one(db, number)
    if row is None or row["state"] != "accepted":
        raise BadProposal({"": f"there is no accepted proposal {number}"})
    fits, made = standing(row["made"], home)
    if made is None:
        said = "is already in the catalog" if fits == "done" else "no longer fits the catalog: propose it again"
        raise BadProposal({"": f"proposal {number} {said}"})
    return f"{row['position_id']}-{number}.patch", made.diff


def _says_so(position: Position, change: Change) -> bool:
    if change.kind == "wording":
        return all(getattr(position, name) == value for name, value in change.values.items())
    return any(
        all(getattr(version, name) == value for name, value in change.values.items()) for version in position.versions
    )
