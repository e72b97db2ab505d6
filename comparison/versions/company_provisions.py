"""What the rules of companies say about lending, privacy, police, removal and the like, and what of it came, went or turned.

The kinds of provisions and the words that show them are data (company_provisions.yml). A program reads them; nobody has checked
a single sentence, so pages show each with its words and as automatic. Read once for each text, so that pages only look up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz
from sqlite_utils import Database

from comparison.versions.sections import plain
from crawlers.parsers.open_terms import is_change, is_whole
from crawlers.yaml_config import rules_of
from text.phrases import BadPattern, Pattern, PhraseIndex, pattern
from text.sentences import sentences
from text.tokens import fold_words

FILE = Path(__file__).with_suffix(".yml")
#: Sentences of one way that are kept of one text.
MOST = 8
#: From this likeness on (0 to 100) two sentences of two versions are one that was changed.
ALIKE = 60
_ANY, _NEAR, _UNLESS = "any", "near", "unless"


class BadKinds(ValueError):
    """company_provisions.yml cannot be used; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """One thing that a sentence may say of a kind; the head of the file explains each key."""

    id: str
    says: str
    any: tuple[Pattern, ...]
    near: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of provision, its ways in the order in which they are tried."""

    id: str
    title: str
    positions: tuple[str, ...]
    types: tuple[str, ...]
    opposites: frozenset[str]
    ways: tuple[Way, ...]


@dataclass(frozen=True, order=True)
class Provision:
    """A sentence of a text, `start` to `end`, and what it says of which kind."""

    start: int
    end: int
    words: str
    kind: str
    way: str


@dataclass(frozen=True)
class Difference:
    """`what` is new, gone, changed or turned (another way than before)."""

    what: str
    old: Provision | None
    new: Provision | None

    @property
    def kind(self) -> str:
        one = self.new or self.old
        assert one is not None
        return one.kind


@cache
def load_kinds(path: Path = FILE) -> dict[str, Kind]:
    """All kinds by id, in the file's order.

    Raises:
        BadKinds: the file is not of the form that its head describes.
    """
    with rules_of(path, BadKinds) as raw:
        return {str(name): _kind(str(name), entry) for name, entry in raw.items()}


def _kind(name: str, entry: Mapping[str, Any]) -> Kind:
    if unknown := set(entry) - {"title", "positions", "types", "opposites", "ways"}:
        raise ValueError(f"{name}: unknown {sorted(unknown)}")
    ways = tuple(_way(str(way), words) for way, words in entry["ways"].items())
    return Kind(
        id=name,
        title=str(entry["title"]),
        positions=tuple(map(str, entry["positions"])),
        types=tuple(map(str, entry.get("types", ()))),
        opposites=frozenset(map(str, entry.get("opposites", ()))),
        ways=ways,
    )


def _way(name: str, entry: Mapping[str, Any]) -> Way:
    try:
        patterns = {key: tuple(pattern(each) for each in entry.get(key, ())) for key in (_ANY, _NEAR, _UNLESS)}
    except BadPattern as error:
        raise ValueError(str(error)) from error
    return Way(
        id=name,
        says=str(entry["says"]),
        any=patterns[_ANY],
        near=patterns[_NEAR],
        unless=patterns[_UNLESS],
        examples=tuple(map(str, entry["examples"])),
        counterexamples=tuple(map(str, entry["counterexamples"])),
    )


@cache
def _index() -> PhraseIndex[tuple[str, str, str]]:
    return PhraseIndex(
        (each, (kind.id, way.id, role))
        for kind in load_kinds().values()
        for way in kind.ways
        for role in (_ANY, _NEAR, _UNLESS)
        for each in getattr(way, role)
    )


@lru_cache(maxsize=1 << 17)
def ways_of(sentence: str) -> tuple[tuple[str, str], ...]:
    """The (kind, way) pairs that a sentence shows, one for each kind; versions share most of their sentences."""
    words, held = fold_words(sentence), set()
    for at, item, owner in _index().candidates(words):
        if owner not in held and item.find(words, at, len(words)) is not None:
            held.add(owner)
    found = []
    for kind in load_kinds().values():
        for way in kind.ways:
            fits = (kind.id, way.id, _ANY) in held and (not way.near or (kind.id, way.id, _NEAR) in held)
            if fits and (kind.id, way.id, _UNLESS) not in held:
                found.append((kind.id, way.id))
                break
    return tuple(found)


def provisions(text: str, document_type: str | None) -> list[Provision]:
    """The provisions of a text, in its order; a sentence that stands twice counts once."""
    found: list[Provision] = []
    seen: set[tuple[str, str]] = set()
    number: dict[tuple[str, str], int] = {}
    for start, end in sentences(text):
        start += 2 * text.startswith("- ", start)  # of an item in a list
        words = text[start:end]
        for kind, way in ways_of(words):
            types = load_kinds()[kind].types
            if (types and (document_type or "").partition(" - ")[0] not in types) or (kind, words) in seen:
                continue
            seen.add((kind, words))
            number[kind, way] = number.get((kind, way), 0) + 1
            if number[kind, way] <= MOST:
                found.append(Provision(start, end, words, kind, way))
    return found


def differences(old: Iterable[Provision], new: Iterable[Provision]) -> list[Difference]:
    """What came, went, changed and turned; the same words are no difference, wherever they are."""
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
    return _turned(found + [Difference("gone", each, None) for each in gone])


def _turned(found: list[Difference]) -> list[Difference]:
    """Where all sentences of one way went and those of its opposite came, the first of both are one that turned."""
    for kind in load_kinds().values():
        own = [each for each in found if each.kind == kind.id]
        went, came = ({part.way for part in parts if part} for parts in ((d.old for d in own), (d.new for d in own)))
        if kind.opposites and len(went) == len(came) == 1 and went | came == kind.opposites:
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
    return blake2b(FILE.read_bytes() + Path(__file__).read_bytes(), digest_size=6).hexdigest()


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
