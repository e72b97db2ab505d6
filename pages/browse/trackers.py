"""Issues that people follow across places, and which documents belong to each (datasette/trackers.yml)."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from functools import cache

from pages.database import marks
from settings import SITE
from text.yaml_config import BadYaml, read_yaml, texts

log = logging.getLogger("infopolicy.issues")


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
    """Every issue by its id, in the order of the file; one whose titles cannot be searched for is left out, as the log says.

    Raises:
        BadYaml: a key is missing or unknown, a list is none, or an id stands there twice.
    """
    found = _all()
    for tracker in found.values():
        if said := _unsearchable(tracker.titles):
            log.error("trackers.yml: %s is left out: its %s", tracker.id, said)
    return {key: tracker for key, tracker in found.items() if not _unsearchable(tracker.titles)}


def problems(positions: Collection[str], areas: Collection[str]) -> list[str]:
    """What costs an issue its documents, one sentence each: titles that cannot be searched for, and what it names in vain.

    Raises:
        BadYaml: as `load_trackers` does.
    """
    found = []
    for tracker in _all().values():
        where = f"datasette/trackers.yml: {tracker.id}"
        if said := _unsearchable(tracker.titles):
            found.append(f"{where}: its {said}")
        for kind, named, known in (("position", tracker.positions, positions), ("area", tracker.areas, areas)):
            found += [f"{where}: there is no {kind} {name!r}" for name in named if name not in known]
    return found


def _all() -> dict[str, Tracker]:
    path = SITE / "trackers.yml"
    found: dict[str, Tracker] = {}
    for entry in read_yaml(path):
        try:
            tracker = Tracker(**entry | {name: texts(entry[name]) for name in ("positions", "areas")})
        except (KeyError, TypeError, ValueError) as error:
            raise BadYaml(f"{path}: {entry.get('id')}: {error}") from error
        if found.setdefault(tracker.id, tracker) is not tracker:
            raise BadYaml(f"{path}: {tracker.id} stands there twice")
    return found


def _unsearchable(titles: str) -> str | None:
    """Why the index cannot look for titles, such as a quotation mark that is not closed; None where it can."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("create virtual table f using fts5 (title, abstract, text)")
        try:
            db.execute("select 1 from f where f match ?", [f"title : ({titles})"]).fetchone()
        except sqlite3.Error as error:
            return f"titles cannot be searched for ({error}): check their quotation marks and brackets"
    return None
