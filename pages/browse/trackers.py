"""Issues that people follow across places, and which documents belong to each (datasette/trackers.yml)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache

from pages.database import marks
from pages.http.language import _
from settings import SITE
from store.constants import TAGGED
from text.yaml_config import read_yaml


@dataclass(frozen=True)
class Tracker:
    """One issue: a document belongs to it by a position shown beside it, by its words, or by where its source files it.

    datasette/trackers.yml says what each key means.
    """

    id: str
    title: str
    about: str
    positions: tuple[str, ...]
    areas: tuple[str, ...]
    titles: str = ""
    words: str = ""
    subjects: tuple[str, ...] = ()
    filed: str = ""
    unless: str = ""
    note: str = ""

    @property
    def query(self) -> str:
        """What the search box finds the same documents with."""
        return f"tracker:{self.id}"

    @property
    def caveat(self) -> str:
        """The note in the language of the page; ``""`` where there is none."""
        return _(self.note) if self.note else ""

    def where(self) -> tuple[str, list[str]]:
        """The documents of the issue, as a condition on rows of ``listing``, and its values."""
        parts, values = zip(*filter(None, (self._by_position(), self._by_words(), self._by_subject())), strict=True)
        sql = f"document_rowid in ({' union '.join(parts)})"
        if not self.unless:
            return sql, list(itertools.chain(*values))
        return f"{sql} and document_rowid not in ({_MATCHED})", [*itertools.chain(*values), _IN_SUMMARY % self.unless]

    def _by_position(self) -> tuple[str, list[str]]:
        sql = f"""select d.rowid from position_listing p join documents d on d.id = p.document_id
            where p.position_id in ({marks(self.positions)})"""
        return sql, [*self.positions]

    def _by_words(self) -> tuple[str, list[str]] | None:
        asked = [pattern % words for pattern, words in ((_IN_TITLE, self.titles), (_IN_SUMMARY, self.words)) if words]
        if not asked:
            return None
        sql = f"select f.rowid from documents_fts f where documents_fts match ? and {self._in_area('f.rowid')}"
        return sql, [" OR ".join(asked), *(self.areas or (TAGGED,))]

    def _by_subject(self) -> tuple[str, list[str]] | None:
        if not self.subjects:
            return None
        sql = f"""select d.rowid from terms s join documents d on d.id = s.document_id
            where s.kind = 'subject' and s.term in ({marks(self.subjects)}) and {self._in_area("d.rowid")}"""
        values = [*self.subjects, *(self.areas or (TAGGED,))]
        return (
            (f"{sql} and d.rowid in ({_MATCHED})", [*values, _IN_SUMMARY % self.filed]) if self.filed else (sql, values)
        )

    def _in_area(self, row: str) -> str:
        areas = marks(self.areas or (TAGGED,))
        return f"exists (select 1 from listing t where t.document_rowid = {row} and t.area_id in ({areas}))"


_IN_TITLE, _IN_SUMMARY = "(title : (%s))", "({title abstract} : (%s))"
_MATCHED = "select rowid from documents_fts where documents_fts match ?"


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
            lists = {"subjects": entry.get("subjects", ())} | {name: entry[name] for name in ("positions", "areas")}
            tracker = Tracker(**entry | {name: tuple(value) for name, value in lists.items()})
        except (KeyError, TypeError) as error:
            raise ValueError(f"{path}: {entry.get('id')}: {error}") from error
        if found.setdefault(tracker.id, tracker) is not tracker:
            raise ValueError(f"{path}: {tracker.id} stands there twice")
    return found
