"""What of the rules of companies came, went or turned (positions.matching.company_provisions), read once for each text, so that
pages only look up.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz
from sqlite_utils import Database

from comparison.versions.sections import plain
from crawlers.companies import ACTIONS
from crawlers.parsers.open_terms import is_change, is_whole
from positions.matching import company_provisions as rules
from positions.matching.company_provisions import Provision, load_kinds, provisions

#: From this likeness on (0 to 100) two sentences of two versions are one that was changed.
ALIKE = 60


@dataclass(frozen=True)
class Difference:
    """`what` is new, gone, changed or turned (another way than before); or more and less: a sentence came or went that says what
    another one said before, or says still."""

    what: str
    old: Provision | None
    new: Provision | None

    @property
    def kind(self) -> str:
        one = self.new or self.old
        assert one is not None
        return one.kind


def differences(old: Iterable[Provision], new: Iterable[Provision]) -> list[Difference]:
    """What came, went, changed and turned; the same words are no difference, wherever they are."""
    old, new = list(old), list(new)
    before = {(each.kind, _same(each.words)): each for each in old}
    after = {(each.kind, _same(each.words)): each for each in new}
    gone = [each for key, each in before.items() if key not in after]
    found = []
    for key, each in after.items():
        if key in before:
            continue
        likely = [other for other in gone if other.kind == each.kind]
        was = max(likely, key=lambda other: fuzz.ratio(other.words, each.words), default=None)
        if was is not None and fuzz.ratio(was.words, each.words) >= ALIKE:
            gone.remove(was)
            found.append(Difference("changed" if was.way == each.way else "turned", was, each))
        else:
            found.append(Difference("new", None, each))
    said, says = ({(each.kind, each.way) for each in text} for text in (old, new))
    return [_of_the_whole(each, said, says) for each in _turned(_reworded(found, gone), said & says)]


def _of_the_whole(each: Difference, said: set[tuple[str, str]], says: set[tuple[str, str]]) -> Difference:
    """Only what the text as a whole did not say before is new, and only what it says nowhere any more is gone."""
    if each.what == "new" and each.new and (each.kind, each.new.way) in said:
        return replace(each, what="more")
    if each.what == "gone" and each.old and (each.kind, each.old.way) in says:
        return replace(each, what="less")
    return each


def _reworded(found: list[Difference], gone: list[Provision]) -> list[Difference]:
    """Where a sentence went and another one came that says the same thing in the same way, it is one that was changed."""
    told, left = [], list(gone)
    for each in found:
        was = next(
            (old for old in left if each.new and not each.old and (old.kind, old.way) == (each.kind, each.new.way)),
            None,
        )
        if was is not None:
            left.remove(was)
        told.append(Difference("changed", was, each.new) if was else each)
    return told + [Difference("gone", each, None) for each in left]


def _turned(found: list[Difference], stayed: set[tuple[str, str]]) -> list[Difference]:
    """Where all sentences of one way went and those of its opposite came, the first of both are one that turned.

    `stayed`: what the text says before and after; of these nothing turned.
    """
    for kind in load_kinds().values():
        own = [each for each in found if each.kind == kind.id]
        went, came = ({part.way for part in parts if part} for parts in ((d.old for d in own), (d.new for d in own)))
        opposite = kind.opposites and len(went) == len(came) == 1 and went | came == kind.opposites
        if opposite and not {(kind.id, way) for way in went | came} & stayed:
            old = next(each.old for each in own if each.old)
            new = next(each.new for each in own if each.new)
            found = [each for each in found if each.kind != kind.id] + [Difference("turned", old, new)]
    return found


def _same(words: str) -> str:
    return " ".join(plain(word) for word in words.split())


# --------------------------------------------------------------------- what is kept of each document


@cache
def edition() -> str:
    """What the tables were read with: rules and code."""
    return blake2b(
        rules.FILE.read_bytes() + Path(rules.__file__).read_bytes() + Path(__file__).read_bytes(), digest_size=6
    ).hexdigest()


_STALE = """
    select d.id, d.document_type, d.text, c.read_from from documents d join (
        select d.id, ? || '-' || d.text_hash || '-' || (
            select count(*) from version_texts t where t.document_id = d.id
        ) as read_from from documents d where d.kind = 'corporate_policy' and d.text is not null
    ) c on c.id = d.id
    left join company_readings r on r.document_id = d.id and r.read_from = c.read_from
    where r.document_id is null order by d.id"""
_VERSIONS = """
    select v.name, v.issued_on, v.url, t.text from versions v
    join version_texts t on t.document_id = v.document_id and t.url = v.url
    where v.document_id = ? and t.text is not null order by v.ordinal"""


def read_company_provisions(db: Database) -> int:
    """Read the rules of companies that were not read as they are now, with all their versions; return how many documents."""
    stale = db.execute(_STALE, [edition()]).fetchall()
    for key, document_type, text, read_from in stale:
        rows: list[tuple[Any, ...]] = [
            (key, "", None, n, "stands", each.kind, each.way, each.words, None, None)
            for n, each in enumerate(provisions(text, document_type))
        ]
        versions = db.execute(_VERSIONS, [key]).fetchall()
        before: Sequence[Provision] | None = None
        for name, issued_on, url, words in versions:
            if not is_whole(name):
                continue
            after = provisions(words, document_type)
            if before is not None and is_change(name):
                rows += [
                    (key, url, issued_on, n, each.what, each.kind, *_told(each))
                    for n, each in enumerate(differences(before, after))
                ]
            before = after
        with db.atomic():
            db.execute("delete from company_provisions where document_id = ?", [key])
            db.conn.executemany("insert into company_provisions values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
            db.execute("insert or replace into company_readings values (?, ?)", [key, read_from])
    return len(stale)


def _told(difference: Difference) -> tuple[str | None, str | None, str | None, str | None]:
    """Way and words now, way and words before."""
    new, old = difference.new, difference.old
    now = (new.way, new.words) if new else (None, None)
    return (*now, old.way, old.words) if old else (*now, None, None)


_CHANGES = """
    select what, kind, way, way_before from company_provisions
    where document_id = ? and changed_on = ? and url <> '' and what in ('turned', 'new', 'gone')
    group by what, kind, way, way_before order by what <> 'turned', min(ordinal)"""


def told_of_change(db: sqlite3.Connection, document_id: str, day: str | None) -> list[tuple[str, str, str]]:
    """What of the rules of a company turned, came or went on a day: (turned, new or gone, what they say, what they said before).

    What was only reworded is no part of it. Nothing where the change touched no kind of provision, or none was read yet.
    """
    says = {(kind.id, way.id): way.says for kind in load_kinds().values() for way in kind.ways}
    found = (
        (what, says.get((kind, way), ""), says.get((kind, before), ""))
        for what, kind, way, before in db.execute(_CHANGES, [document_id, day])
    )
    return [each for each in found if (each[1] and each[2] if each[0] == "turned" else each[1] or each[2])]


def touched_by_change(db: sqlite3.Connection, document_id: str, day: str | None) -> set[str]:
    """The positions that speak of what turned, came or went in the rules of a company on a day."""
    kinds = {kind for _, kind, *_ in db.execute(_CHANGES, [document_id, day])}
    return {position for kind in kinds & set(load_kinds()) for position in load_kinds()[kind].positions}


def change_in_words(db: sqlite3.Connection, document_id: str, day: str | None) -> list[str]:
    """The same in English, a phrase for each: "Turned: Readers may not lend it (before: Readers may lend it)"."""
    return [
        f"{what.capitalize()}: {says or said}" + (f" (before: {said})" if what == "turned" else "")
        for what, says, said in told_of_change(db, document_id, day)
    ]


def in_full(db: sqlite3.Connection, document_id: str, day: str | None, summary: str) -> str:
    """The summary of a change, with what came, went or turned where it is a company's change of its rules."""
    return ". ".join([summary, *(change_in_words(db, document_id, day) if summary == ACTIONS["changed"] else ())])


def latest_changes(db: sqlite3.Connection, document_id: str, most: int) -> list[tuple[str, list[str]]]:
    """The days of the latest changes by the company, newest first, each with what came, went or turned on it."""
    sql = """select distinct acted_on from actions where document_id = ? and classification = 'terms-change'
        order by acted_on desc limit ?"""
    days = [row[0] for row in db.execute(sql, [document_id, most])]
    return [(day, change_in_words(db, document_id, day)) for day in days]


def is_read(db: sqlite3.Connection, document_id: str) -> bool:
    """Whether the rules of a company were read as they are stored now; until then `told_of_change` may lack the newest change."""
    sql = """select 1 from company_readings r join documents d on d.id = r.document_id
        where d.id = ? and r.read_from like '%-' || d.text_hash || '-' || (
            select count(*) from version_texts t where t.document_id = d.id)"""
    return db.execute(sql, [document_id]).fetchone() is not None
