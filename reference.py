"""The catalogue's areas and positions as tables of corpus.db, so that every page and query can join them."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from classify.areas import load_areas
from positions.catalogue import Position, load_catalogue


def write_reference(db: Database) -> bool:
    """Bring policy_areas, positions and position_versions up to date in one transaction. Returns whether a row differed."""
    catalogue = load_catalogue().positions
    wanted: dict[str, list[tuple[Any, ...]]] = {
        "policy_areas": [(area.id, area.title, area.description, n) for n, area in enumerate(load_areas().areas)],
        "positions": [_position(position, n) for n, position in enumerate(catalogue)],
        "position_versions": [row for position in catalogue for row in _versions(position)],
    }
    with db.atomic():
        if all(set(db.execute(f"select * from {table}").fetchall()) == set(rows) for table, rows in wanted.items()):
            return False
        for table in reversed(wanted):
            db.execute(f"delete from {table}")
        for table, rows in wanted.items():
            db.conn.executemany(f"insert into {table} values ({', '.join('?' * len(rows[0]))})", rows)
    return True


def _position(position: Position, ordinal: int) -> tuple[Any, ...]:
    return (
        position.id, position.title, position.statement, position.areas[0], "; ".join(position.areas),
        "; ".join(position.owner_units) or None, "; ".join(position.partners) or None,
        "; ".join(position.core_values) or None, position.source_url, position.confidence, ordinal,
        "; ".join(position.related) or None,
    )  # fmt: skip


def _versions(position: Position) -> list[tuple[Any, ...]]:
    return [
        (
            position.id, n, version.document, version.section, version.body, version.adopted, version.revised,
            version.statement, version.confidence, version.rationale, version.superseded or version.retired,
        )
        for n, version in enumerate(position.versions)
    ]  # fmt: skip
