"""What is already stored, read-only: the spiders ask it which records they still lack."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path


def stamps(corpus: Path, *, source: str, session: str, document_type: str | None = None) -> dict[str, str | None]:
    """The listing's mark of change with which each document of a session was stored, by document id.

    Empty where there is no corpus yet: everything is still to be fetched. So is what had gone missing and is back.
    """
    query = """
        select p.document_id, p.stamp from provenance p join documents d on d.id = p.document_id
        where p.source = :source and d.session = :session and (:type is null or d.document_type = :type)
        and d.missing_since is null"""
    return dict(map(tuple, rows(corpus, query, {"source": source, "session": session, "type": document_type})))


def days(corpus: Path, *, source: str, session: str) -> set[str]:
    """The days on which something was published that is stored and that the source still lists."""
    query = """
        select distinct d.published_on from provenance p join documents d on d.id = p.document_id
        where p.source = :source and d.session = :session and d.missing_since is null and d.published_on is not null"""
    return {day for (day,) in rows(corpus, query, {"source": source, "session": session})}


def ids(corpus: Path, source: str, session: str, first_on: str, last_on: str) -> list[str]:
    """The stored documents of a source that were published from the first to the last of these days."""
    query = """
        select p.document_id from provenance p join documents d on d.id = p.document_id
        where p.source = ? and d.session = ? and d.published_on between ? and ? and d.missing_since is null"""
    return [key for (key,) in rows(corpus, query, [source, session, first_on, last_on])]


def whole_sessions(corpus: Path, *, source: str) -> set[str]:
    """The sessions of a source that a finished run has seen whole."""
    query = """
        select distinct part.value ->> 'session' from runs, json_each(runs.coverage) part
        where runs.source = :source and runs.state = 'finished' and part.value ->> 'complete'"""
    return {session for (session,) in rows(corpus, query, {"source": source})}


def whole_places(corpus: Path, *, source: str) -> set[tuple[str, str]]:
    """The (jurisdiction, session) of a source that some finished run has seen whole."""
    query = """
        select distinct part.value ->> 'jurisdiction', part.value ->> 'session' from runs, json_each(runs.coverage) part
        where runs.source = ? and runs.state = 'finished' and part.value ->> 'complete'"""
    return {(row[0], row[1]) for row in rows(corpus, query, [source])}


def rows(corpus: Path, query: str, values: Mapping[str, str | None] | Sequence[str] = ()) -> list[sqlite3.Row]:
    """The rows of a query; none where there is no corpus, or not yet the table."""
    if not corpus.exists():
        return []
    connection = sqlite3.connect(f"{corpus.absolute().as_uri()}?mode=ro", uri=True, timeout=10)
    connection.row_factory = sqlite3.Row
    try:
        return connection.execute(query, values).fetchall()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return []
        raise
    finally:
        connection.close()
