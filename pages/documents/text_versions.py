"""Two versions of a text next to each other: what was inserted, deleted, moved, and which provisions changed."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from comparison.versions import company_provisions
from comparison.versions import differences as versions_of
from comparison.versions.differences import Change, Comparison, Piece, TooLong, compare
from comparison.versions.provisions import Difference, VersionProvision, differences
from comparison.versions.version_order import stage
from crawlers.companies import KIND
from crawlers.parsers.open_terms import is_whole
from pages.database import Row, first
from pages.http import formatting
from pages.http.site import page_number
from positions.matching.company_provisions import load_kinds, provisions
from text.changes import read_marks, standing

#: Changed sections that one page shows.
PER_PAGE = 60
#: Of a long stretch that is the same, so many words are shown at either end.
AROUND = 30
LEAD = 12
VIEWS = ("side", "inline")
#: A record of Open Terms Archive: the beginning of its number.
_RECORD = re.compile(r"/contrib-versions/([0-9a-f]{12})[0-9a-f]{28}/")
_SPLIT = re.compile(r"\S+\s*|\s+")


@dataclass(frozen=True)
class Version:
    """A stored text of a document. ``key`` identifies it in the address of the page."""

    key: str
    name: str
    issued_on: str | None
    url: str

    @property
    def label(self) -> str:
        day = formatting.date_in_words(self.issued_on) if self.issued_on else ""
        return self.name if day in self.name else f"{self.name}, {day}"


#: Short names that sources use in place of words.
_NAMES = {
    "EAS": "Engrossed amendment, Senate",
    "EAH": "Engrossed amendment, House",
    "ENR": "Enrolled bill",
    "ATS": "Agreed to in Senate",
    "ATH": "Agreed to in House",
    "ES": "Engrossed in Senate",
    "EH": "Engrossed in House",
    "IS": "Introduced in Senate",
    "IH": "Introduced in House",
    "RFS": "Referred in Senate",
    "RFH": "Referred in House",
    "RH": "Reported in House",
    "RS": "Reported in Senate",
    "PCS": "Placed on Calendar Senate",
    "RDS": "Received in Senate",
    "RDH": "Received in House",
    "CPS": "Considered and passed Senate",
    "CPH": "Considered and passed House",
}


def in_words(name: str) -> str:
    """The name of a version of a text, in words where its source has letters: "PCS" -> "Placed on Calendar Senate"."""
    return _NAMES.get(name, name)


def versions(db: sqlite3.Connection, document_id: str) -> list[Version]:
    """The versions whose texts are held, the first one first."""
    dated = {
        version_key(row["url"]): (row["issued_on"], row["ordinal"])
        for row in db.execute("select url, issued_on, ordinal from versions where document_id = ?", [document_id])
    }
    found = db.execute(
        "select version, url from version_texts where document_id = ? and text is not null", [document_id]
    ).fetchall()
    known = {row["url"]: dated.get(version_key(row["url"]), (None, 0)) for row in found}
    ordered = sorted(
        found,
        key=lambda row: (
            stage(row["url"]),
            known[row["url"]][0] or "",
            # Two records of one day are in the order of the archive; names of others say more than their order in a list.
            known[row["url"]][1] if _RECORD.search(row["url"]) else 0,
            row["version"],
        ),
    )
    return [
        Version(
            version_key(row["url"]) or str(n),
            in_words(row["version"]),
            known[row["url"]][0],
            row["url"],
        )
        for n, row in enumerate(ordered)
    ]


def version_key(url: str | None) -> str:
    """What names a version in the address of a page: the last part of its own address without its ending, such as
    ``BILLS-119hr22eh``; of a record of Open Terms Archive its number, of a page of a company the day."""
    if record := _RECORD.search(url or ""):
        return record[1]
    name = (url or "").rstrip("/").rpartition("/")[2].partition(".")[0]
    return re.sub(r"[^A-Za-z0-9-]", "", name)


@dataclass(frozen=True, kw_only=True)
class ChangeView:
    """A section that differs, as pieces of both texts together, of the old one and of the new one."""

    kind: str
    moved: bool
    heading: str
    inline: list[Piece]
    old: list[Piece]
    new: list[Piece]


@dataclass(frozen=True)
class ProvisionsView:
    """The sentences touching one position that differ; each has its kind ("new", "gone" or "changed") and pieces."""

    position_id: str
    title: str
    changes: list[Row]


@dataclass(frozen=True, kw_only=True)
class VersionsView:
    """The page of a comparison; all but the first three are only there where two versions are."""

    d: Row
    place: str
    versions: list[Version]
    old: Version | None = None
    new: Version | None = None
    view: str = "side"
    too_long: bool = False
    identical: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    provisions: list[ProvisionsView] = field(default_factory=list)
    company: list[Row] = field(default_factory=list)
    changes: list[ChangeView] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    page: int = 1
    pages: int = 1

    def address(self, page: int) -> str:
        """Return the address of another page of the same comparison."""
        assert self.old
        assert self.new
        here = f"/documents/{self.d['id']}/versions?from={self.old.key}&to={self.new.key}"
        return f"{here}&view={self.view}&page={page}"


def page(db: sqlite3.Connection, document_id: str, wanted: Mapping[str, str]) -> VersionsView | None:
    """Everything the page of a comparison shows; None when there is no such document.

    ``wanted`` may name ``from`` and ``to`` (keys of versions; else the last two), ``view`` and ``page``.
    """
    head = first(
        db,
        "select id, identifier, title, source, jurisdiction, kind, document_type from documents where id = ?",
        [document_id],
    )
    if head is None:
        return None
    held = versions(db, document_id)
    shown = VersionsView(d=head, place=formatting.place(head["jurisdiction"]), versions=held)
    if len(held) < 2:
        return shown
    by_key = {each.key: each for each in held}
    new = by_key.get(wanted.get("to", ""), held[-1])
    earlier = [each for each in held[: held.index(new)] if is_whole(each.name)] or held[:1]
    old = by_key.get(wanted.get("from", ""), earlier[-1])
    view = wanted.get("view", "")
    shown = replace(shown, old=old, new=new, view=view if view in VIEWS else "side")
    before, after = _text(db, document_id, old), _text(db, document_id, new)
    try:
        compared = _compared(before, after)
    except TooLong:
        return replace(shown, too_long=True)
    shown = replace(_shown(shown, compared, wanted.get("page", "")), provisions=_provisions(db, document_id, old, new))
    return replace(shown, company=_company(head, before, after)) if head["kind"] == KIND else shown


def _text(db: sqlite3.Connection, document_id: str, version: Version) -> str:
    """The words of a version that stand: a later version prints the law without what an earlier one strikes."""
    sql = "select text, marks from version_texts where document_id = ? and url = ?"
    text, marks = db.execute(sql, [document_id, version.url]).fetchone()
    return standing(text, read_marks(marks))


@lru_cache(maxsize=8)
def _compared(old: str, new: str) -> Comparison:
    return compare(old, new)


def _shown(view: VersionsView, compared: Comparison, wanted: str) -> VersionsView:
    """Add one page of the sections that differ."""
    different = [change for change in compared.changes if change.kind != "same" or change.moved]
    pages = max(1, -(-len(different) // PER_PAGE))
    page = min(page_number(wanted), pages)
    return replace(
        view,
        changes=[_view(change) for change in different[(page - 1) * PER_PAGE : page * PER_PAGE]],
        unchanged=[change.heading for change in compared.changes if change.kind == "same" and not change.moved],
        counts={kind: compared.count(kind) for kind in ("changed", "inserted", "deleted")} | {"moved": compared.moved},
        identical=compared.identical,
        page=page,
        pages=pages,
    )


def _view(change: Change) -> ChangeView:
    pieces = shortened(change.pieces)
    return ChangeView(
        kind="moved" if change.kind == "same" else change.kind,
        moved=change.moved,
        heading=change.heading,
        inline=pieces,
        old=[piece for piece in pieces if piece.mark != "inserted"],
        new=[piece for piece in pieces if piece.mark != "deleted"],
    )


def shortened(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces with the middle of long unchanged ones replaced by its number of words (mark ``cut``)."""
    found: list[Piece] = []
    for number, piece in enumerate(pieces):
        parts = _SPLIT.findall(piece.text) if piece.mark == "same" else []
        # Nothing changed before the first piece or after the last one: a few words there are enough.
        first = LEAD if number == 0 else AROUND
        last = 0 if number == len(pieces) - 1 else AROUND
        left_out = len(parts) - first - last
        if left_out < AROUND:
            found.append(piece)
            continue
        ends = (parts[:first], parts[len(parts) - last :])
        found += [Piece("same", "".join(ends[0])), Piece("cut", formatting.count(left_out, "word"))]
        found += [Piece("same", "".join(ends[1]))] if last else []
    return found


def _provisions(db: sqlite3.Connection, document_id: str, old: Version, new: Version) -> list[ProvisionsView]:
    """The provisions that differ, grouped by position."""
    before, after = (_read(db, document_id, version) for version in (old, new))
    titles = {row[0]: row[1] for row in db.execute("select id, title from positions")}
    groups: dict[str, list[Difference]] = {}
    for each in differences(before, after):
        groups.setdefault(each.position_id, []).append(each)
    return [
        ProvisionsView(key, titles.get(key, key), [_sentences(each) for each in group]) for key, group in groups.items()
    ]


def _company(head: Row, before: str, after: str) -> list[Row]:
    """What came, went, changed and turned of what matters in the rules of a company, by kind."""
    old, new = (provisions(text, head["document_type"]) for text in (before, after))
    found = company_provisions.differences(old, new)
    return [
        row | {"pieces": versions_of.differences(row["words_before"] or "", row["words"] or "")}
        for row in map(told, found)
    ]


def told(difference: company_provisions.Difference) -> Row:
    """A difference in the rules of a company as pages show it."""
    new, old = difference.new, difference.old
    return told_row(
        difference.what,
        difference.kind,
        (new.way, new.words) if new else None,
        (old.way, old.words) if old else None,
    )


def told_row(what: str, kind_id: str, new: tuple[str, str] | None, old: tuple[str, str] | None) -> Row:
    """The same from the parts that the table holds."""
    kind = load_kinds()[kind_id]
    says = {way.id: way.says for way in kind.ways}
    return {
        "what": what,
        "kind": kind.title,
        "says": says.get(new[0]) if new else None,
        "said": says.get(old[0]) if old else None,
        "words": new[1] if new else None,
        "words_before": old[1] if old else None,
    }


def _read(db: sqlite3.Connection, document_id: str, version: Version) -> list[VersionProvision]:
    rows = db.execute(
        # What staff rejected since the texts were compared is gone at once.
        "select * from version_provisions where document_id = ?1 and url = ?2 and position_id in "
        "(select position_id from shown_positions where document_id = ?1) order by ordinal",
        [document_id, version.url],
    )
    return [VersionProvision("text", row["start"], row["end"], row["words"], row["position_id"]) for row in rows]


def _sentences(difference: Difference) -> Row:
    old = difference.old.words if difference.old else ""
    new = difference.new.words if difference.new else ""
    return {"kind": difference.kind, "pieces": versions_of.differences(old, new)}
