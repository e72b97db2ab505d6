"""A document on the desk: what the machine suggests about it, what staff have said, and what is still open."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from desk.reviews import reviews, verdict_validity
from desk.reviews.suggestions import Suggestion, suggestions
from positions.catalog.records import STANCES

_ORDER = {"area": 0, "position": 1, "priority": 2, "outcome": 3, "stance": 4}


@dataclass(frozen=True)
class Item:
    """One subject of a document. `state` is open, returned, deferred or holds; `review` the verdict in force, if any.

    `before` is what the machine said when that verdict was given.
    """

    subject: str
    kind: str
    key: str
    title: str
    statement: str | None
    suggestion: Suggestion
    state: str
    why: str
    review: dict[str, Any] | None
    before: dict[str, Any]
    seen_words: str | None

    @property
    def waits(self) -> bool:
        return self.state in ("open", verdict_validity.RETURNED)


def items(db: Database, document_id: str, *, all_priorities: bool = False) -> list[Item]:
    """Every subject the machine suggests or staff have judged, areas first, the surest first.

    A priority waits for a verdict where it is "must be seen"; with `all_priorities` (a document drawn by lot) always. An
    outcome waits once staff have confirmed that its position is at stake.
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
    titles = _titles(db)
    at_stake = {
        subject.replace("position:", "outcome:")
        for subject, row in verdicts.items()
        if row["verdict"] != "reject" and row["state"] == verdict_validity.HOLDS
    }
    found = [
        _item(subject, said.get(subject), verdicts.get(subject), titles, waits=all_priorities or subject in at_stake)
        for subject in dict.fromkeys([*said, *verdicts])
    ]
    return sorted(found, key=lambda item: (_ORDER[item.kind], not item.waits))


def _item(
    subject: str, said: Suggestion | None, review: dict[str, Any] | None, titles: dict[str, tuple[str, str | None]],
    *, waits: bool,
) -> Item:  # fmt: skip
    kind, _, key = subject.partition(":")
    said = said or Suggestion(subject, suggested=False)
    title, statement = titles.get(f"{'area' if kind == 'area' else 'position'}:{key}", (key, None))
    if review:
        state, why = review["state"] or verdict_validity.HOLDS, verdict_validity.WHY.get(review["why"] or "", "")
    else:
        settled = kind in ("priority", "outcome") and said.value != "2" and not waits
        state, why = ("settled" if settled else "open"), ""
    return Item(
        subject, kind, key, title, statement, said, state, why, review,
        json.loads(review["suggestion"]) if review else {},
        json.loads(review["passage"])["words"] if review and review["passage"] else None,
    )  # fmt: skip


def _titles(db: Database) -> dict[str, tuple[str, str | None]]:
    found: dict[str, tuple[str, str | None]] = {
        f"area:{row[0]}": (row[1], row[2])
        for row in db.execute("select id, title, description from corpus.policy_areas")
    }
    found |= {
        f"position:{row[0]}": (row[1], row[2])
        for row in db.execute("select id, title, statement from corpus.positions")
    }
    return found


def choices(db: Database) -> dict[str, list[tuple[str, str]]]:
    """What can be added by hand: areas and positions as (id, title), stances."""
    titles = _titles(db)
    split = {kind: [(key.partition(":")[2], words[0]) for key, words in titles.items() if key.startswith(kind)]
             for kind in ("area", "position")}  # fmt: skip
    return split | {"stance": [(stance, stance) for stance in STANCES]}


def stances(db: Database, document_id: str) -> list[dict[str, Any]]:
    """What stands as ALA's stance, in public and as a draft: the newest of each for the document and for each position."""
    rows = [
        row for row in reviews.history(db, document_id) if row["subject"].startswith("stance") and not row["undone"]
    ]
    titles = _titles(db)
    seen: set[tuple[str, int]] = set()
    found = []
    for row in rows:
        if row["verdict"] == "undo" or (row["subject"], row["published"]) in seen:
            continue
        seen.add((row["subject"], row["published"]))
        position = row["subject"].partition(":")[2]
        found.append(row | {"position": titles.get(f"position:{position}", (position, None))[0] if position else None})
    return [row for row in found if row["verdict"] != "reject"]
