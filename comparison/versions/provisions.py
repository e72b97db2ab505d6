"""Which sentences of each version of a text touch a position: read once for each text, so that a page only compares.

Directions and candidates stay out of it: the table is public. Only positions that are shown beside the document are read.
Words that a version strikes are no part of it: spaces stand in their place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz
from sqlite_utils import Database

from comparison.versions.sections import plain
from positions.matching.matcher import Match, Matcher
from text.changes import read_marks, standing
from text.spans import Quote

#: Sentences of one version and position that are kept, the most telling ones.
MOST = 12
#: Counted up when the rules of this file change, so that every version is read anew.
RULES = 2
#: From this likeness on (0 to 100) two sentences of two versions are one that was changed.
ALIKE = 70


@dataclass(frozen=True, slots=True)
class VersionProvision(Quote):
    """A sentence of a version's text that touches a position."""

    position_id: str


@dataclass(frozen=True)
class Difference:
    """``kind`` is ``gone``, ``new`` or ``changed``; ``old`` and ``new`` the sentence in either version."""

    kind: str
    position_id: str
    old: VersionProvision | None
    new: VersionProvision | None


_STALE = """
    select v.document_id, v.read_from from (
        select t.document_id, ? || '-' || count(*) || '-' || max(t.fetched_at) || '-' || (
            select group_concat(area_id, ' ' order by area_id) from tags where tags.document_id = t.document_id
        ) || '-' || coalesce((
            select group_concat(position_id, ' ' order by position_id) from shown_positions s
            where s.document_id = t.document_id
        ), '') as read_from
        from version_texts t where t.text is not null and not exists (
            select 1 from documents d where d.id = t.document_id and d.kind = 'corporate_policy'
        ) group by t.document_id having count(*) > 1
    ) v
    left join version_readings r on r.document_id = v.document_id and r.read_from = v.read_from
    where v.read_from is not null and r.document_id is null order by v.document_id"""
_IDLE = """
    select r.document_id from version_readings r where not exists (
        select 1 from tags where tags.document_id = r.document_id
    )"""


def read_versions(db: Database, matcher: Matcher | None = None) -> int:
    """Read the versions of tagged documents that have more than one and were not read yet; returns how many documents."""
    if not db.execute("select 1 from version_texts where text is not null limit 1").fetchone():
        return 0
    matcher = matcher or Matcher()
    for (key,) in db.execute(_IDLE).fetchall():
        _store(db, key, None, ())
    stale = db.execute(_STALE, [f"{matcher.version}-{RULES}"]).fetchall()
    for key, read_from in stale:
        areas = {row[0] for row in db.execute("select area_id from tags where document_id = ?", [key])}
        shown = {row[0] for row in db.execute("select position_id from shown_positions where document_id = ?", [key])}
        title = db.execute("select title from documents where id = ?", [key]).fetchone()[0]
        texts = db.execute(
            "select url, text, marks from version_texts where document_id = ? and text is not null", [key]
        ).fetchall()
        rows = [
            (key, url, each.position_id, n, each.start, each.end, each.words)
            for url, text, marks in texts
            for n, each in enumerate(provisions(matcher, title, standing(text, read_marks(marks)), areas))
            if each.position_id in shown
        ]
        _store(db, key, read_from, rows)
    return len(stale)


def _store(db: Database, key: str, read_from: str | None, rows: Iterable[tuple[object, ...]]) -> None:
    with db.atomic():
        for table in ("version_provisions", "version_readings"):
            db.execute(f"delete from {table} where document_id = ?", [key])
        db.conn.executemany("insert into version_provisions values (?, ?, ?, ?, ?, ?, ?)", rows)
        if read_from is not None:
            db.execute("insert into version_readings values (?, ?)", [key, read_from])


def provisions(matcher: Matcher, title: str, text: str, areas: set[str]) -> list[VersionProvision]:
    """The sentences of a text that touch a position of one of ``areas``, by position, the most telling first."""
    best: dict[tuple[str, int, int], Match] = {}
    for match in matcher.every({"title": title, "text": text}, areas):
        where = match.provision
        key = match.position_id, where.start, where.end
        if where.field == "text" and (key not in best or best[key].score < match.score):
            best[key] = match
    found = sorted(best.values(), key=lambda each: (each.position_id, -each.score, each.provision.start))
    kept: dict[str, list[VersionProvision]] = {}
    for match in found:
        kept.setdefault(match.position_id, []).append(VersionProvision(*match.provision.place, match.position_id))
    return [each for of_position in kept.values() for each in of_position[:MOST]]


def differences(old: Iterable[VersionProvision], new: Iterable[VersionProvision]) -> list[Difference]:
    """What came, went and changed from one version's provisions to another's; the same words are no difference."""
    before = {(each.position_id, _words(each)): each for each in old}
    after = {(each.position_id, _words(each)): each for each in new}
    gone = [each for key, each in before.items() if key not in after]
    found = []
    for key, each in after.items():
        if key in before:
            continue
        was = max(
            (other for other in gone if other.position_id == each.position_id),
            key=lambda other: fuzz.ratio(other.words, each.words),
            default=None,
        )
        if was is not None and fuzz.ratio(was.words, each.words) >= ALIKE:
            gone.remove(was)
            found.append(Difference("changed", each.position_id, was, each))
        else:
            found.append(Difference("new", each.position_id, None, each))
    found += [Difference("gone", each.position_id, each, None) for each in gone]
    return sorted(found, key=lambda each: (each.position_id, _place(each)))


def _words(provision: VersionProvision) -> str:
    return " ".join(plain(word) for word in provision.words.split())


def _place(difference: Difference) -> int:
    where = difference.new or difference.old
    assert where is not None
    return where.start
