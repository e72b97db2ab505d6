"""The catalog's areas and positions as tables of corpus.db, so that every page and query can join them."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from classify.areas import PolicyArea, load_areas
from positions.catalog.briefs import Brief, load_briefs
from positions.catalog.catalog import Position, load_catalog
from positions.catalog.messages import load_messages
from positions.catalog.organization import organization
from positions.catalog.readability import grade
from store.placeholders import marks

#: Whether a person confirmed the words of a position for the organization.
APPROVED, DRAFT = "approved", "draft summary, not approved"


def write_reference(db: Database) -> bool:
    """Bring areas, positions, versions, messages and briefs up to date in one transaction. Returns whether a row differed."""
    catalog = load_catalog().positions
    standing = {position.id: _standing(position) for position in catalog}
    # Measuring loads a dictionary: only what was not measured before.
    grades = dict(db.execute("select statement, grade from positions where grade is not null").fetchall())
    wanted: dict[str, list[tuple[Any, ...]]] = {
        "policy_areas": [(area.id, area.title, area.description, n) for n, area in enumerate(_areas())],
        "positions": [_position(position, n, grades) for n, position in enumerate(catalog)],
        "position_versions": [row for position in catalog for row in _versions(position)],
        "position_messages": [
            (key, audience, words, standing[key])
            for key, messages in load_messages(catalog).items()
            for audience, words in messages.items()
        ],
        "brief_parts": [row for key, brief in load_briefs(catalog).items() for row in _brief(key, brief)],
    }
    with db.atomic():
        if all(set(db.execute(f"select * from {table}").fetchall()) == set(rows) for table, rows in wanted.items()):
            return False
        for table in reversed(wanted):
            db.execute(f"delete from {table}")
        for table, rows in filter(lambda each: each[1], wanted.items()):
            db.conn.executemany(f"insert into {table} values ({marks(rows[0])})", rows)
    return True


def _areas() -> list[PolicyArea]:
    """The policy areas that the organization follows, in the order of areas.yml."""
    only = organization().areas
    return [area for area in load_areas().areas if not only or area.id in only]


def _standing(position: Position) -> str:
    return APPROVED if position.approved else DRAFT


def _position(position: Position, ordinal: int, grades: dict[str, float]) -> tuple[Any, ...]:
    read = grades.get(position.statement)
    return (
        position.id,
        position.title,
        position.statement,
        position.areas[0],
        "; ".join(position.areas),
        "; ".join(position.owner_units) or None,
        "; ".join(position.partners) or None,
        "; ".join(position.core_values) or None,
        position.source_url,
        position.confidence,
        ordinal,
        "; ".join(position.related) or None,
        grade(position.statement) if read is None else read,
        _standing(position),
    )


def _versions(position: Position) -> list[tuple[Any, ...]]:
    return [
        (
            position.id,
            n,
            version.document,
            version.section,
            version.body,
            version.adopted,
            version.revised,
            version.statement,
            version.confidence,
            version.rationale,
            version.superseded or version.retired,
            version.grade,
            version.address,
            version.passage,
            version.place,
            version.successor,
            version.review_by,
            version.approved_by,
            version.approved_on,
            version.statement and (APPROVED if version.approved_by else DRAFT),
        )
        for n, version in enumerate(position.versions)
    ]


def _brief(position_id: str, brief: Brief) -> list[tuple[Any, ...]]:
    signed = (APPROVED if brief.approved_by else DRAFT, brief.approved_by, brief.approved_on)
    return [
        (position_id, kind, ordinal, part.lead, part.words, part.address, part.passage, part.as_of, *signed)
        for kind, ordinal, part in brief.parts()
    ]
