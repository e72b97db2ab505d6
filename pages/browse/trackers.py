"""Issues that people follow across places, and which documents belong to each (datasette/trackers.yml)."""

from __future__ import annotations

import itertools
import logging
import re
import sqlite3
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from functools import cache

from pages.database import marks
from pages.http.language import _
from settings import SITE
from store.constants import TAGGED
from text.yaml_config import BadYaml, read_yaml, texts

log = logging.getLogger("infopolicy.issues")
#: A search for the documents of an issue, in one place or in all, and for nothing else.
_ISSUE = re.compile(r"tracker:(\S+)(?: place:(\S+))?")


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
#: What of an issue is asked of the index.
_EXPRESSIONS = ("titles", "words", "unless", "filed")


@cache
def load_trackers() -> dict[str, Tracker]:
    """Every issue by its id, in the order of the file; one whose words cannot be searched for is left out, as the log says.

    Raises:
        BadYaml: a key is missing or unknown, a list is none, or an id stands there twice.
    """
    found = _all()
    wrong = {key: said for key, tracker in found.items() if (said := _unsearchable(tracker))}
    for key, said in wrong.items():
        log.error("trackers.yml: %s is left out: its %s", key, said)
    return {key: tracker for key, tracker in found.items() if key not in wrong}


def problems(positions: Collection[str], areas: Collection[str]) -> list[str]:
    """What costs an issue its documents, one sentence each: titles that cannot be searched for, and what it names in vain.

    Raises:
        BadYaml: as `load_trackers` does.
    """
    found = []
    for tracker in _all().values():
        where = f"datasette/trackers.yml: {tracker.id}"
        if said := _unsearchable(tracker):
            found.append(f"{where}: its {said}")
        for kind, named, known in (("position", tracker.positions, positions), ("area", tracker.areas, areas)):
            found += [f"{where}: there is no {kind} {name!r}" for name in named if name not in known]
    return found


def issue_of(search: str) -> tuple[Tracker, str] | None:
    """The issue that a search asks for, and the place that narrows it, or ``""``; None where it asks for more."""
    found = _ISSUE.fullmatch(search)
    tracker = load_trackers().get(found[1]) if found else None
    return (tracker, found[2] or "") if found and tracker else None


def _all() -> dict[str, Tracker]:
    path = SITE / "trackers.yml"
    found: dict[str, Tracker] = {}
    for entry in read_yaml(path):
        try:
            lists = {"subjects": entry.get("subjects", [])} | {name: entry[name] for name in ("positions", "areas")}
            tracker = Tracker(**entry | {name: texts(value) for name, value in lists.items()})
        except (KeyError, TypeError, ValueError) as error:
            raise BadYaml(f"{path}: {entry.get('id')}: {error}") from error
        if found.setdefault(tracker.id, tracker) is not tracker:
            raise BadYaml(f"{path}: {tracker.id} stands there twice")
    return found


def _unsearchable(tracker: Tracker) -> str | None:
    """Why the index cannot look for an expression, such as a quotation mark that is not closed; None where it can."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("create virtual table f using fts5 (title, abstract, text)")
        for name in _EXPRESSIONS:
            try:
                if words := getattr(tracker, name):
                    db.execute("select 1 from f where f match ?", [_IN_SUMMARY % words]).fetchone()
            except sqlite3.Error as error:
                return f"{name} cannot be searched for ({error}): check the quotation marks and brackets"
    return None
