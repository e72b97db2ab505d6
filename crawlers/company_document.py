"""The rules of a company as a document, whoever recorded them: an archive (corp_terms) or we ourselves (corp_pages)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from sqlite_utils import Database

from crawlers.companies import ACTIONS, JURISDICTION, KIND, LEVEL
from crawlers.corp_pages import Page
from crawlers.items import Action, Document, TextVersion
from crawlers.parsers import open_terms as ot
from crawlers.storage.record import load_document

#: The class of an action that is a change.
CHANGE = "terms-change"


def as_it_stands(
    terms: ot.Terms | Page, *, source: str, session: str, url: str, source_url: str, text: str | None
) -> Document:
    """The document without its history."""
    return Document(
        id=terms.key,
        kind=KIND,
        source=source,
        jurisdiction=JURISDICTION,
        level=LEVEL,
        session=session,
        identifier=terms.identifier,
        title=f"{terms.service}: {terms.type}",
        document_type=terms.type,
        url=url,
        source_url=source_url,
        text=text,
        status="in_force",
        events=tuple(filter(None, [ot.effective_event(text or "")])),
    )


def action(judged: str, day: str) -> Action | None:
    """What a recorded text is as an action of the company; None where the company did nothing."""
    if judged not in ACTIONS:
        return None
    return Action(acted_on=day, description=ACTIONS[judged], classification=CHANGE if judged == "changed" else None)


def with_history(
    document: Document, began: str | None, versions: tuple[TextVersion, ...], actions: tuple[Action, ...]
) -> Document:
    """The document with its versions and actions, and the status that follows from them; `began` is the first day (ISO)."""
    history = [("in_force", began)] if began else []
    history += [("changed", each.acted_on) for each in actions if each.classification == CHANGE][-1:]
    status, day = history[-1] if history else ("in_force", None)
    return replace(
        document,
        versions=versions,
        actions=actions,
        published_on=began,
        status=status,
        status_on=day,
        status_history=tuple(history),
    )


def stored(corpus: Path, key: str) -> tuple[Document, list[str]]:
    """The stored document and its latest texts, the newest one last."""
    sql = """select t.text from versions v join version_texts t on t.document_id = v.document_id and t.url = v.url
        where v.document_id = ? and t.text is not null order by v.ordinal desc limit ?"""
    with closing(sqlite3.connect(f"{corpus.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
        texts = [text for (text,) in connection.execute(sql, [key, ot.RECENT])]
        return load_document(Database(connection), key), texts[::-1]
