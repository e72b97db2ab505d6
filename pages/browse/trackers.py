"""Issues that people follow across places, and which documents belong to each (datasette/trackers.yml)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pages.database import marks
from settings import SITE
from text.yaml_config import read_yaml


@dataclass(frozen=True)
class Tracker:
    """One issue: a document belongs to it by a position shown beside it, or by its title and one of the areas."""

    id: str
    title: str
    about: str
    positions: tuple[str, ...]
    titles: str
    areas: tuple[str, ...]

    @property
    def query(self) -> str:
        """What the search box finds the same documents with."""
        return f"tracker:{self.id}"

    def where(self) -> tuple[str, list[str]]:
        """The documents of the issue, as a condition on rows of ``listing``, and its values."""
        sql = f"""document_rowid in (
            select d.rowid from position_listing p join documents d on d.id = p.document_id
            where p.position_id in ({marks(self.positions)})
            union select f.rowid from documents_fts f where documents_fts match ? and exists (
                select 1 from listing t where t.document_rowid = f.rowid and t.area_id in ({marks(self.areas)})
            )
        )"""
        return sql, [*self.positions, f"title : ({self.titles})", *self.areas]


@cache
def load_trackers() -> dict[str, Tracker]:
    """Every issue by its id, in the order of the file.

    Raises:
        ValueError: a key is missing or unknown, or an id stands there twice.
    """
    path = SITE / "trackers.yml"
    found: dict[str, Tracker] = {}
    for entry in read_yaml(path):
        try:
            tracker = Tracker(**entry | {name: tuple(entry[name]) for name in ("positions", "areas")})
        except (KeyError, TypeError) as error:
            raise ValueError(f"{path}: {entry.get('id')}: {error}") from error
        if found.setdefault(tracker.id, tracker) is not tracker:
            raise ValueError(f"{path}: {tracker.id} stands there twice")
    return found
