"""The policy areas and positions of one document, with the words that led to them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pages.database import Row, rows
from pages.documents.highlight import MODEL, Changes, Mark, Piece, folded, pieces, telling, within
from pages.http.language import N_, _
from positions.matching.provisions import section_finder

#: So many sentences are shown of those that touch one position.
SENTENCES = 3
FIELD_LABELS = {"title": N_("title"), "abstract": N_("summary"), "text": N_("text")}
#: The same where no summary is held, and titles stand in its place.
LABELS_OF_TITLES = FIELD_LABELS | {"abstract": FIELD_LABELS["title"]}


@dataclass(frozen=True)
class TagView:
    """An area of the document, with the most specific words that led to it and the fields that hold them.

    ``companion`` is the bill for whose sake it is shown, where nothing else speaks for it (pages.documents.companion_areas).
    """

    area_id: str
    title: str
    probability: float
    confirmed: bool
    words: list[str]
    fields: list[str]
    companion: Row | None = None


@dataclass(frozen=True)
class PositionView:
    position_id: str
    title: str
    statement: str
    places: list[tuple[str, str | None, list[Piece]]]  # field, number of its section, the sentence
    confirmed: bool


def tags(
    db: sqlite3.Connection,
    document_id: str,
    evidence: list[Row],
    labels: Mapping[str, str],
    beside: Mapping[str, Row],
) -> list[TagView]:
    """The areas that the public sees, the surest first; `beside` are companions for whose sake one of them is shown."""
    found = rows(
        db,
        """select t.area_id, coalesce(a.title, t.area_id) as title, t.probability, t.confirmed from shown_tags t
        left join policy_areas a on a.id = t.area_id where t.document_id = ? order by t.probability desc, t.area_id""",
        [document_id],
    )
    return [
        tag(row, [each for each in evidence if each["area_id"] == row["area_id"]], labels, beside.get(row["area_id"]))
        for row in found
    ]


def tag(
    row: Row, evidence: list[Row], labels: Mapping[str, str] = FIELD_LABELS, companion: Row | None = None
) -> TagView:
    words = telling((each["words"], each["rule"] != MODEL) for each in evidence)
    shown = set(map(folded, words))
    told = {each["field"] for each in evidence if folded(each["words"]) in shown}
    return TagView(
        row["area_id"],
        _(row["title"]),
        row["probability"],
        bool(row["confirmed"]),
        words=words,
        fields=list(dict.fromkeys(name for field, name in labels.items() if field in told)),
        companion=None if row["confirmed"] else companion,
    )


def positions(
    db: sqlite3.Connection,
    head: Row,
    spans: dict[str, list[Mark]],
    decided: list[Row],
    changes: Changes,
    labels: Mapping[str, str],
) -> list[PositionView]:
    """Positions with the sentences that touch them; evidence that lies in a sentence is marked in it."""
    confirmed = {row["key"] for row in decided if row["kind"] == "position" and row["verdict"] == "confirm"}
    found: dict[str, PositionView] = {}
    section = cache(lambda field: section_finder(head.get(field) or ""))
    for row in db.execute(
        """select m.*, p.title, p.statement from shown_matches m join positions p on p.id = m.position_id
        where m.document_id = ? order by m.score desc, m.position_id, m.ordinal""",
        [head["id"]],
    ):
        key, field, start = row["position_id"], row["field"], row["start"]
        view = found.setdefault(key, PositionView(key, row["title"], row["statement"], [], key in confirmed))
        if len(view.places) < SENTENCES:
            inside = [
                Mark(span.start - start, span.end - start, span.label)
                for span in spans[field]
                if start <= span.start and span.end <= row["end"]
            ]
            changed = within(changes, start, row["end"]) if field == "text" else ()
            sentence = pieces(row["words"], inside, changed)
            view.places.append((labels.get(field, field), section(field)(start), sentence))
    # What staff added without pointing at a sentence.
    added = confirmed - set(found)
    for row in rows(db, "select id, title, statement from positions") if added else ():
        if row["id"] in added:
            found[row["id"]] = PositionView(row["id"], row["title"], row["statement"], [], True)
    return list(found.values())
