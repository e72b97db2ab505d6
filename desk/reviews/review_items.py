"""The subjects of a document that staff decide on: what the program suggests, what staff decided, and what is still open."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from desk.accounts.accounts import Account
from desk.reviews import subjects, verdict_validity
from desk.reviews.suggestions import Suggestion, suggestions
from positions.catalog.records import DIRECTIONS, STANCES
from text.spans import Quote

_ORDER = {"area": 0, "position": 1, "priority": 2, "outcome": 3, "stance": 4}
#: Subject -> its title, and the description or statement; not for priorities and the stance on a whole document.
Titles = dict[str, tuple[str, str | None]]


@dataclass(frozen=True)
class Item:
    """One subject of a document: the suggestion of the program, and the verdict in force (`review`), if there is one.

    `required` is set where a priority or an outcome needs a verdict that is otherwise optional.
    """

    subject: str
    title: str
    statement: str | None
    suggestion: Suggestion
    review: dict[str, Any] | None
    required: bool

    @property
    def kind(self) -> str:
        return self.subject.partition(":")[0]

    @property
    def key(self) -> str:
        return self.subject.partition(":")[2]

    @property
    def state(self) -> str:
        """open, returned, deferred, holds, or settled where nobody needs to decide."""
        if self.review:
            return self.review["state"] or verdict_validity.HOLDS
        optional = self.kind in ("priority", "outcome") and self.suggestion.value != "2" and not self.required
        return "settled" if optional or not self.suggestion.shown else "open"

    @property
    def waits(self) -> bool:
        return self.state in ("open", verdict_validity.RETURNED)

    @property
    def token(self) -> str:
        """What a page carries back of what it showed as open: the subject, and what was suggested for it."""
        return f"{self.subject}={self.suggestion.value or ''}"

    @property
    def can_confirm(self) -> bool:
        """Whether one key for a whole document may confirm it: a position that came back without a direction has none to confirm,
        and an outcome is decided on its own."""
        return self.kind == "area" or (self.kind in ("position", "priority") and self.suggestion.value is not None)

    @property
    def why(self) -> str:
        """Why the verdict came back, as a sentence."""
        return verdict_validity.WHY.get(self.review["why"] or "", "") if self.review else ""

    @property
    def before(self) -> dict[str, Any]:
        """What the program suggested when the verdict was given."""
        return json.loads(self.review["suggestion"]) if self.review else {}

    @property
    def seen_words(self) -> str | None:
        """The words that the verdict rests on."""
        return self._picked[0].words if self._picked else None

    @property
    def evidence(self) -> Sequence[Quote]:
        """The passages to highlight in the document: none once staff have rejected the subject."""
        holds = self.review is not None and self.state == verdict_validity.HOLDS
        if self.review and holds and self.review["verdict"] == "reject":
            return ()
        return self.suggestion.passages or (self._picked if holds else ())

    @property
    def _picked(self) -> tuple[Quote, ...]:
        return (Quote(**json.loads(self.review["passage"])),) if self.review and self.review["passage"] else ()


def titles(db: Database) -> Titles:
    """The titles of all areas and positions."""
    areas = db.execute("select 'area:' || id, title, description from corpus.policy_areas").fetchall()
    found: Titles = {subject: (title, description) for subject, title, description in areas}
    for key, title, statement in db.execute("select id, title, statement from corpus.positions").fetchall():
        found |= {f"{kind}:{key}": (title, statement) for kind in ("position", "outcome", "stance")}
    return found


def items(db: Database, document_id: str, known: Titles, *, all_priorities: bool = False) -> list[Item]:
    """Every subject that the program suggests or staff have judged: areas first, what is open before what is not.

    The suggestion "priority" needs a verdict; with `all_priorities` (a document from the random sample) always. An
    outcome needs one once staff have confirmed that its position is affected.
    """
    said = suggestions(db, document_id)
    verdicts = {
        row["subject"]: row
        for row in db.query(
            "select r.*, a.name, s.state, s.why from current_reviews r join accounts a on a.id = r.reviewer "
            "left join standings s on s.review_id = r.id where r.document_id = ?",
            [document_id],
        )
    }
    affected = {
        subject.replace("position:", "outcome:")
        for subject, row in verdicts.items()
        if row["verdict"] != "reject" and row["state"] == verdict_validity.HOLDS
    }
    found = []
    for subject in dict.fromkeys([*said, *verdicts]):
        title, statement = known.get(subject) or (subject.partition(":")[2], None)
        suggestion = said.get(subject) or Suggestion(subject, suggested=False)
        required = all_priorities or subject in affected
        found.append(Item(subject, title, statement, suggestion, verdicts.get(subject), required))
    return sorted(found, key=lambda item: (_ORDER[item.kind], not item.waits))


def left_for(account: Account, found: Sequence[Item]) -> list[Item]:
    """Those that wait for a decision which this person may give: an outcome is for approvers."""
    return [
        item
        for item in found
        if item.waits and account.may(subjects.needs_role(item.kind, published=False, reason=None))
    ]


def choices(known: Titles) -> dict[str, list[tuple[str, str]]]:
    """What people can choose in forms: areas and positions as (id, title), directions, and stances."""
    split = {
        kind: [(key.partition(":")[2], title) for key, (title, _) in known.items() if key.startswith(kind)]
        for kind in ("area", "position")
    }
    values = {"direction": DIRECTIONS, "stance": STANCES}
    return split | {name: [(each, each) for each in known_values] for name, known_values in values.items()}


def stances(history: Sequence[dict[str, Any]], known: Titles) -> list[dict[str, Any]]:
    """ALA's stances, published ones and drafts: the newest of each for the document and for each position.

    Args:
        history: as desk.reviews.reviews.history returns it.
    """
    newest: dict[tuple[str, int], dict[str, Any]] = {}
    for row in history:
        if row["subject"].startswith("stance") and not row["undone"] and row["verdict"] != "undo":
            newest.setdefault((row["subject"], row["published"]), row)
    # A draft that is older than what was published since waits for nobody. A withdrawal ends only what was public.
    latest: dict[str, int] = {}
    for row in history:
        if row["published"] and not row["undone"] and row["verdict"] in ("confirm", "change"):
            latest.setdefault(row["subject"], row["id"])
    newest = {key: row for key, row in newest.items() if key[1] or row["id"] > latest.get(key[0], 0)}
    return [
        row | {"position": known.get(row["subject"], (row["subject"].partition(":")[2] or None,))[0]}
        for row in newest.values()
        if row["verdict"] != "reject"
    ]


def pin_reason(history: list[dict[str, Any]]) -> str:
    """Why a document is pinned, as the home page shows it; empty where nobody said."""
    pins = (row["reason"] or "" for row in history if row["subject"] == "priority" and not row["undone"])
    return next(pins, "")
