"""What staff took back or corrected while an issue waited for its editor is so in the email as well."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from digest.issues.documents import documents_of
from digest.issues.entries import frozen, words_of_stance
from digest.issues.stances import Published, published

Entry = dict[str, Any]


def recheck(db: Database, corpus: sqlite3.Connection, key: str, drafts: Iterable[Published] = ()) -> int:
    """Take out of an issue the stances, areas, positions, and priorities that are public no more, and the records that staff
    added by hand and withdrew. Nothing is added.

    A stance whose reason was corrected has the reason and the day that are public now. Of drafts of stances, which only staff
    read, those stay that still wait: one that was dropped or published since is no draft any more.

    Args:
        db: mail.db, open for writing.
        corpus: corpus.db.
        key: the id of the issue.
        drafts: the drafts of stances that wait now, for an issue to staff.

    Returns:
        how many items changed.
    """
    corpus.row_factory = sqlite3.Row
    stances = {"stance": list(published(corpus)), "draft": list(drafts)}
    changed = []
    items = db.execute("select ordinal, entry from digest_items where digest_id = ?", [key]).fetchall()
    for ordinal, stored in items:
        entry = json.loads(stored)
        kept = _still_public(entry, documents_of(corpus, [each["id"] for each in entry["documents"]]), stances)
        if kept != entry:
            changed.append((frozen(kept), key, ordinal))
    with db.atomic():
        db.conn.executemany("update digest_items set entry = ? where digest_id = ? and ordinal = ?", changed)
    return len(changed)


def _still_public(entry: Entry, documents: dict[str, Entry], stances: dict[str, list[Published]]) -> Entry:
    known = [each for each in documents.values() if not each["withdrawn"]]
    said = {pair for each in known for pair in each["stances"].items()}
    parts = {
        part: {name: what for name, what in entry[part].items() if any(name in each[part] for each in known)}
        for part in ("areas", "positions")
    }
    return {
        **entry,
        **parts,
        "stances": {name: value for name, value in entry["stances"].items() if (name, value) in said},
        "effect": entry["effect"] and next((each["effect"] for each in known if each["effect"]), None),
        "must_see": entry["must_see"] and any(each["priority"] == 2 and not each["ceremonial"] for each in known),
        "news": [now for each in entry["news"] if (now := _as_it_is_now(each, stances))] if known else [],
    }


def _as_it_is_now(news: Entry, stances: dict[str, list[Published]]) -> Entry | None:
    """News as it may be told now; None for that of a stance that is public no more, or of a draft that waits no more."""
    if news["kind"] not in stances:
        return news
    same = (
        each
        for each in stances[news["kind"]]
        if (each.document_id, each.value) == (news["document"], news["word"])
        and each.subject == news.get("subject", each.subject)  # an issue of an older program names none
    )
    now = next(same, None)
    return now and news | words_of_stance(now)
