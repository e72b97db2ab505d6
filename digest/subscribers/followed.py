"""The documents that a person follows, as people write them in the form of a subscription, and by their ids."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from digest.subscribers.form import Form
from digest.subscribers.preferences import MOST_DOCUMENTS, BadPreferences
from pages.browse import finding
from pages.http.language import gettext as _
from store.errors import InvalidInput


def by_id(db: sqlite3.Connection, form: Form) -> Form:
    """The form with the id of each document that a line names by its number or its address; others stay for the check.

    Raises:
        BadPreferences: several documents have the number.
    """
    return replace(form, documents="\n".join(ids(db, form.documents.splitlines())))


def ids(db: sqlite3.Connection, lines: Iterable[str]) -> list[str]:
    """The id of each document that is named, at most one more than may be followed: the check says that these are too many.

    Raises:
        BadPreferences: several documents have the number.
    """
    named = [line.strip()[:300] for line in lines if line.strip()]
    return [_id_of(db, line) for line in named[: MOST_DOCUMENTS + 1]]


def _id_of(db: sqlite3.Connection, line: str) -> str:
    try:
        return finding.the_one(db, line) or line
    except InvalidInput as error:
        known = finding.labels(db, finding.named(db, line)).values()
        said = _("several documents have the number “%(value)s”: enter one of these: %(documents)s")
        raise BadPreferences(said % {"value": line[:60], "documents": "; ".join(known)}) from error


def in_words(db: sqlite3.Connection, form: Form) -> Form:
    """The form with each document as people call it, where that leads back to it."""
    lines = [line.strip() for line in form.documents.splitlines() if line.strip()]
    called = finding.labels(db, lines)
    alone = {key: label for key, label in called.items() if list(called.values()).count(label) == 1}
    return replace(form, documents="\n".join(alone.get(line, line) for line in lines))
