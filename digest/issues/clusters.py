"""Which documents share one line of a digest: companions, one bill in several sessions, one rulemaking, one text.

A reader who gets the same bill four times opens no fifth issue. Bills of several states never share a line.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence

from pages.database import marks
from store.constants import SAME_BILL

#: Shorter titles ("Relating to taxation") are the titles of many bills.
_SHORTEST_TITLE = 40
CHUNK = 500


def companions(corpus: sqlite3.Connection, keys: Sequence[str]) -> dict[str, list[str]]:
    """Every document -> all that its sources call the same bill, itself among them, in order of their ids."""
    both = f"""select document_id, linked_id from links where lower(kind) in ({SAME_BILL}) and document_id in (%s)
        union select document_id, linked_id from links where lower(kind) in ({SAME_BILL}) and linked_id in (%s)"""
    groups = {key: {key} for key in keys}
    edge = list(keys)
    while edge:
        fresh: list[str] = []
        for chunk in chunks(edge):
            sql = both % (marks(chunk), marks(chunk))
            for one, other in corpus.execute(sql, [*chunk, *chunk]).fetchall():
                fresh += [key for key in (one, other) if key not in groups]
                together = groups.setdefault(one, {one}) | groups.setdefault(other, {other})
                groups.update(dict.fromkeys(together, together))
        edge = list(dict.fromkeys(fresh))
    return {key: sorted(groups[key]) for key in keys}


def clusters(corpus: sqlite3.Connection, keys: Sequence[str], tied: dict[str, list[str]]) -> list[list[str]]:
    """The documents of each line.

    Args:
        tied: what `companions` says of the same documents.
    """
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key in keys:
        alike["companion", min(tied[key])].append(key)
    for chunk in chunks(keys):
        for key, jurisdiction, title, wording, thread in corpus.execute(
            f"""select d.id, d.jurisdiction, d.title, s.wording, t.thread_id from documents d
            left join signatures s on s.document_id = d.id left join thread_documents t on t.document_id = d.id
            where d.id in ({marks(chunk)})""",
            chunk,
        ):
            plain = " ".join(re.findall(r"\w+", title.casefold()))
            if len(plain) >= _SHORTEST_TITLE:
                alike["title", jurisdiction, plain].append(key)
            if wording is not None:
                alike["wording", str(wording)].append(key)
            if thread is not None:
                alike["thread", thread].append(key)
    group = {key: {key} for key in keys}
    for together in alike.values():
        whole = set().union(*(group[key] for key in together))
        group.update(dict.fromkeys(whole, whole))
    return [sorted(each) for each in {id(each): each for each in group.values()}.values()]


def chunks(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    """Slices that are short enough for one statement of SQL."""
    return (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))
