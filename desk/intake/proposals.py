"""Proposed changes of positions, with their authors and answers. Nothing here changes the catalog itself.

Accepting one is signing it: the patch names the approver and the day, and the public page of the position shows both.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlite_utils import Database

import settings
from crawlers.items import BadRecord, clean
from desk.accounts import accounts
from desk.accounts.accounts import Account
from desk.intake import catalog_patch
from desk.intake.catalog_patch import Approval, CannotAmend, Change
from desk.web.errors import InvalidForm
from positions.catalog.catalog import load_catalog
from positions.catalog.records import AREAS, CONFIDENCES, GRADES, Position
from positions.catalog.yaml_file import is_date
from store.connect import writing

OPEN = "open"
#: What can become of a proposal.
ANSWERS = ("accepted", "refused", "withdrawn")
LONGEST = {"statement": 600, "rationale": 2_000, "note": 600, "passage": 480, "words": 400}
_DAYS = ("adopted", "revised")
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")


class BadProposal(InvalidForm):
    """A form that makes no proposal."""


def position_of(position_id: str, home: Path | None = None) -> Position | None:
    return load_catalog(home).by_id.get(position_id)


def change_of(position: Position, kind: str, typed: dict[str, str]) -> Change:
    """The change that a form describes.

    Args:
        kind: wording, version or approval.

    Raises:
        BadProposal: it lacks something, is too long, or changes nothing.
    """
    if kind == "approval":
        if position.approved:
            raise BadProposal({"": "somebody has approved this statement already"})
        return Change(kind, position.id, {}, position.statement)
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


def new_position(typed: dict[str, str]) -> Change:
    """The new position that a form describes.

    Raises:
        BadProposal: it lacks something, or something cannot be used.
    """
    wrong: dict[str, str] = {}
    said = {name: _line(name, typed.get(name, ""), wrong) for name in catalog_patch.POSITION}
    said["confidence"] = "low"  # whoever applies it reads the source, and says so then
    for name, needed in (
        ("title", "enter a short title"),
        ("statement", "enter the position in plain language"),
        ("document", "enter the document that states it, such as a resolution"),
        ("words", "enter words that bills use for it, with commas"),
    ):
        if not said[name]:
            wrong[name] = needed
    if not _ID.fullmatch(said["id"]) or said["id"] in {each.id for each in _everything()}:
        wrong["id"] = "enter an id that is not used yet, such as pr-library-records"
    for name, allowed in (("area", AREAS), ("grade", GRADES)):
        if said[name] not in allowed:
            wrong[name] = f"choose one of {', '.join(allowed)}"
    for name in _DAYS:
        if said[name] and not is_date(said[name]):
            wrong[name] = "enter a date such as 2019-01-29, 2014-06 or 2004"
    if wrong:
        raise BadProposal(wrong)
    return Change("position", said["id"], {name: value for name, value in said.items() if value}, "")


def _everything(home: Path | None = None) -> list[Position]:
    catalog = load_catalog(home)
    return [*catalog.positions, *catalog.unlisted]


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
            raise BadProposal({"": "this has been answered since you opened the page"})
        mine = row["proposed_by"] == account.id
        if not (mine if state == "withdrawn" else account.may("approver")):
            raise BadProposal({"": "only an approver can answer a proposal, and only its author can withdraw it"})
        if state == "accepted" and mine and not own_proposals():
            raise BadProposal({"": "someone other than its author must approve it"})
        if (row["state"] == OPEN) == (state == OPEN):
            raise BadProposal({"": f"it is already {row['state']}"})
        db.execute(
            "insert into proposal_answers (proposal_id, state, note, answered_by, answered_at) values (?, ?, ?, ?, ?)",
            [number, state, note.strip()[:4_000] or None, account.id, now],
        )
        accounts.log(db, account.id, f"proposal {state}", f"{row['position_id']}: proposal {number}", now)


def own_proposals() -> bool:
    """Whether approvers may sign what they proposed themselves: for offices with one approver."""
    return settings.current().publish_own_drafts == "yes"


def one(db: Database, number: int) -> dict[str, Any] | None:
    """A proposal with its `state`, `made` (a Change), `proposer` and `answerer`, or None."""
    return next(iter(_query(db, "p.id = ?", [number])), None)


def listed(db: Database, most: int = 200) -> list[dict[str, Any]]:
    """All of them, open ones first, then the newest."""
    return _query(db, "1", [], f" order by (p.state <> 'open'), p.id desc limit {most}")


def waiting(db: Database) -> list[dict[str, Any]]:
    """Those that no approver has answered, oldest first, each with the `title` of its position, or the id of a new one."""
    return list(
        db.query(
            "select p.*, a.name, coalesce(o.title, p.position_id) as title from current_proposals p "
            "join accounts a on a.id = p.proposed_by left join corpus.positions o on o.id = p.position_id "
            "where p.state = ? order by p.id",
            [OPEN],
        )
    )


def _query(db: Database, where: str, values: list[Any], order: str = "") -> list[dict[str, Any]]:
    rows = db.query(
        "select p.*, a.name as proposer, b.name as answerer from current_proposals p "
        "join accounts a on a.id = p.proposed_by left join accounts b on b.id = p.answered_by "
        f"where {where}{order}",
        values,
    )
    return [row | {"made": Change(**json.loads(row["change"]))} for row in rows]


def standing(
    change: Change, home: Path | None = None, approval: Approval | None = None
) -> tuple[str, catalog_patch.Outcome | None]:
    """Compare a proposal with today's catalog: fits, done (already applied) or stale, and the resulting change."""
    position = next((each for each in _everything(home) if each.id == change.position_id), None)
    if position and _says_so(position, change):
        return "done", None
    try:
        return "fits", catalog_patch.outcome(change, home, approval)
    except CannotAmend:
        return "stale", None


def patch(db: Database, number: int, home: Path | None = None) -> tuple[str, str]:
    """Return the name and body of a patch for `git apply`, against today's catalog, signed by who accepted it.

    Raises:
        BadProposal: the proposal is not accepted, is already in the catalog, or fits it no more.
    """
    row = one(db, number)
    if row is None or row["state"] != "accepted":
        raise BadProposal({"": f"there is no accepted proposal {number}"})
    fits, made = standing(row["made"], home, Approval(row["answerer"], row["answered_at"][:10]))
    if made is None:
        said = "is already in the catalog" if fits == "done" else "no longer fits the catalog: propose it again"
        raise BadProposal({"": f"proposal {number} {said}"})
    return f"{row['position_id']}-{number}.patch", made.diff


def _says_so(position: Position, change: Change) -> bool:
    if change.kind == "position":
        return True
    if change.kind == "approval":
        return position.approved and position.statement == change.was
    if change.kind == "wording":
        return all(getattr(position, name) == value for name, value in change.values.items())
    return any(
        all(getattr(version, name) == value for name, value in change.values.items()) for version in position.versions
    )
