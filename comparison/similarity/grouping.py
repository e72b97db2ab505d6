"""Groups of look-alikes: the same words under another number, nearly the same, and bills of several states on one narrow subject.

A group has a most typical member, and every other member is directly like that one: no chain leads from one matter to
another. Routine titles (many numbers for one title, many variants of one form) do not form a group.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from sys import intern

from sqlite_utils import Database

from comparison.similarity import same_titles
from comparison.similarity.families import FILE, Family, load_families
from comparison.similarity.term_weights import Weights

#: One title under more numbers than this in one session is a form or a shell.
MOST_NUMBERS = 6
#: A wording with more close variants than this in its own place is a form that is filled in.
MOST_VARIANTS = 8
#: A family reaches over at least so many places.
FEWEST_PLACES = 3
#: Parts of both texts from which on two bills are the same text, or nearly.
SAME_TEXT, NEAR_TEXT = 0.9, 0.6

Edges = dict[int, dict[int, float]]


@dataclass(frozen=True, slots=True)
class Document:
    """What grouping must know of every document held; titles are read for the groups alone (`_titled`)."""

    id: str
    place: str
    session: str


@dataclass(frozen=True)
class Group:
    """``kind`` is companion, again, near or family; ``basis`` is text, words, title or description; members with likeness."""

    id: str
    kind: str
    title: str
    basis: str
    members: tuple[tuple[str, float], ...]
    places: int


def version() -> str:
    """A hash of everything but the signatures that decides about groups."""
    files = (Path(__file__), Path(same_titles.__file__), FILE)
    return blake2b(b"".join(file.read_bytes() for file in files), digest_size=4).hexdigest()


def regroup(db: Database, weights: Weights, fresh: Collection[str] | None = None) -> int:
    """Bring the tables of groups up to what signatures, pairs and shared texts say; returns how many groups differ.

    Args:
        weights: how telling each word of a title is.
        fresh: the documents that are new or changed since the groups were made by the same rules; None: any may be.
    """
    documents, wordings = _documents(db)
    groups = {group.id: _titled(db, group) for group in _all(db, documents, wordings, weights, fresh)}
    stored = {
        row[0]: row[1:]
        for row in db.execute("select id, kind, title, documents, jurisdictions, basis from look_alike_groups")
    }
    members: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for group, key, likeness in db.execute(
        "select group_id, document_id, likeness from look_alikes order by group_id, ordinal"
    ):
        members[group].append((key, likeness))
    changed = {
        key for key, group in groups.items() if stored.get(key) != _head(group) or members[key] != [*group.members]
    }
    with db.atomic():
        for table, column in (("look_alikes", "group_id"), ("look_alike_groups", "id")):
            db.conn.executemany(
                f"delete from {table} where {column} = ?",
                [(key,) for key in sorted(changed | (stored.keys() - groups.keys()))],
            )
        for key in sorted(changed):
            group = groups[key]
            db.execute("insert into look_alike_groups values (?, ?, ?, ?, ?, ?)", [key, *_head(group)])
            db.conn.executemany(
                "insert into look_alikes values (?, ?, ?, ?)",
                [(key, document, n, likeness) for n, (document, likeness) in enumerate(group.members)],
            )
    return len(changed | (stored.keys() - groups.keys()))


def _head(group: Group) -> tuple[str, str, int, int, str]:
    return group.kind, group.title, len(group.members), group.places, group.basis


def _documents(db: Database) -> tuple[dict[str, Document], dict[int, list[str]]]:
    """The documents that have a wording, and which of them have each wording, in order of their ids.

    Of a rulemaking, only the first document: proposal, extension and final rule have one title and are no look-alikes.
    """
    documents, wordings = {}, defaultdict(list)
    for key, place, session, wording in db.execute(
        "select d.id, jurisdiction, session, s.wording from signatures s join documents d on d.id = s.document_id "
        "where s.wording is not null and not exists (select 1 from thread_documents t where t.document_id = d.id and t.ordinal > "
        "(select min(ordinal) from thread_documents f where f.thread_id = t.thread_id)) order by d.id"
    ):
        documents[key] = Document(key, intern(place), intern(session))
        wordings[wording].append(key)
    return documents, wordings


def _all(
    db: Database,
    documents: Mapping[str, Document],
    wordings: Mapping[int, list[str]],
    weights: Weights,
    fresh: Collection[str] | None,
) -> Iterator[Group]:
    by_text = list(_by_text(db, documents))
    edges = _edges(db, wordings)
    by_words = [*_same_words(documents, wordings), *_near(documents, wordings, edges["near"])]
    kept = [*by_text, *_beyond(by_text, by_words)]
    yield from kept
    yield from _beyond(kept, _same_title(db, weights))
    yield from _families(documents, wordings, edges["family"])
    yield from described(db, documents, fresh)


def _beyond(known: Iterable[Group], more: Iterable[Group]) -> Iterator[Group]:
    """The groups that join what no known group joins."""
    holding: dict[str, list[set[str]]] = defaultdict(list)
    for group in known:
        members = {key for key, _ in group.members}
        for key in members:
            holding[key].append(members)
    for group in more:
        members = {key for key, _ in group.members}
        if not any(members <= each for each in holding[group.members[0][0]]):
            yield group


def _edges(db: Database, wordings: Mapping[int, list[str]]) -> dict[str, Edges]:
    found: dict[str, Edges] = {"near": defaultdict(dict), "family": defaultdict(dict)}
    for first, second, kind, likeness in db.execute("select first, second, kind, likeness from wording_pairs"):
        if first in wordings and second in wordings:
            found[kind][first][second] = found[kind][second][first] = likeness
    return found


def _group(kind: str, basis: str, members: Sequence[tuple[str, float]], documents: Mapping[str, Document]) -> Group:
    first = documents[members[0][0]]
    places = len({documents[key].place for key, _ in members})
    return Group(f"{kind}-{first.id}", kind, "", basis, tuple(members), places)


def _titled(db: Database, group: Group) -> Group:
    """With the title of its most typical member; a family is called by the shortest of those most like it, not in capitals."""
    if group.title:
        return group
    closest = [key for key, likeness in group.members if group.kind == "family" and likeness >= 0.8]
    rows = db.execute(
        "select title from documents where id in (select value from json_each(?))",
        [json.dumps(closest or [group.members[0][0]])],
    )
    title = min((title for (title,) in rows.fetchall()), key=lambda title: (len(title), title))
    return replace(group, title=title.capitalize() if group.kind == "family" and title.isupper() else title)


def _same_words(documents: Mapping[str, Document], wordings: Mapping[int, list[str]]) -> Iterator[Group]:
    for keys in wordings.values():
        sessions = Counter(documents[key].session for key in keys)
        if len(keys) > 1 and max(sessions.values()) <= MOST_NUMBERS:
            kind = "companion" if max(sessions.values()) > 1 else "again"
            yield _group(kind, "words", [(key, 1.0) for key in keys], documents)


def _same_title(db: Database, weights: Weights) -> Iterator[Group]:
    for keys, again in same_titles.same_titles(db, weights, MOST_NUMBERS):
        kind = "again" if again else "companion"
        yield Group(f"{kind}-title-{keys[0]}", kind, "", "title", tuple((key, 1.0) for key in keys), 1)


def _near(documents: Mapping[str, Document], wordings: Mapping[int, list[str]], edges: Edges) -> Iterator[Group]:
    usual = {
        one: {other: likeness for other, likeness in others.items() if len(edges[other]) <= MOST_VARIANTS}
        for one, others in edges.items()
        if len(others) <= MOST_VARIANTS and len(wordings[one]) <= MOST_NUMBERS
    }
    for hub in stars(usual, lambda wording: documents[wordings[wording][0]]):
        members = [(key, likeness) for wording, likeness in hub for key in wordings[wording]]
        if len(hub) > 1:
            yield _group("near", "words", members, documents)


def _families(documents: Mapping[str, Document], wordings: Mapping[int, list[str]], edges: Edges) -> Iterator[Group]:
    for hub in stars(edges, lambda wording: documents[wordings[wording][0]]):
        members = [(key, likeness) for wording, likeness in hub for key in wordings[wording][:MOST_NUMBERS]]
        group = _group("family", "words", members, documents)
        if group.places >= FEWEST_PLACES:
            yield group


def stars(
    edges: Mapping[int, Mapping[int, float]], document: Callable[[int], Document]
) -> Iterator[list[tuple[int, float]]]:
    """Groups around their most typical members, each with its likeness to that one (the first, 1.0); in a fixed order.

    The document whose neighbors are in most places and most similar comes first and takes them all; then the next of the rest.
    """

    def rank(one: int) -> tuple[int, float, str]:
        others = edges[one]
        return -len({document(other).place for other in others}), -round(sum(others.values()), 6), document(one).id

    taken: set[int] = set()
    for hub in sorted(edges, key=rank):
        if hub in taken:
            continue
        near = [(other, likeness) for other, likeness in edges[hub].items() if other not in taken and other in edges]
        near.sort(key=lambda pair: (-pair[1], document(pair[0]).id))
        taken |= {hub, *(other for other, _ in near)}
        yield [(hub, 1.0), *near]


def _by_text(db: Database, documents: Mapping[str, Document]) -> Iterator[Group]:
    """Bills of one place whose texts are the same or nearly: the smaller of the two parts counts."""
    number = {key: n for n, key in enumerate(sorted(documents))}
    keys = list(number)
    edges: Edges = defaultdict(dict)
    for one, other, likeness in db.execute(
        "select a.document_id, a.other_id, min(a.share, b.share) from shared_texts a join shared_texts b "
        "on b.document_id = a.other_id and b.other_id = a.document_id join documents d on d.id = a.document_id "
        "join documents e on e.id = a.other_id where min(a.share, b.share) >= ? and d.kind = 'bill' and e.kind = 'bill' "
        "and d.jurisdiction = e.jurisdiction",
        [NEAR_TEXT],
    ):
        if one in number and other in number:
            edges[number[one]][number[other]] = likeness
    for kind, least in (("companion", SAME_TEXT), ("near", NEAR_TEXT)):
        kept = {one: {o: x for o, x in others.items() if x >= least} for one, others in edges.items()}
        kept = {one: others for one, others in kept.items() if others}
        for hub in stars(kept, lambda at: documents[keys[at]]):
            if len(hub) > 1 and not (kind == "near" and all(x >= SAME_TEXT for _, x in hub)):
                yield _group(kind, "text", [(keys[at], likeness) for at, likeness in hub], documents)


def described(db: Database, documents: Mapping[str, Document], fresh: Collection[str] | None = None) -> Iterator[Group]:
    """Families that maintainers have described (families.yml), found by their words among the bills held."""
    for family in load_families():
        members = [(key, 1.0) for key in _belong(db, family, fresh) if key in documents]
        if len(members) > 1:
            group = _group("family", "description", members, documents)
            yield Group(family.id, "family", family.title, "description", group.members, group.places)


def _belong(db: Database, family: Family, fresh: Collection[str] | None) -> list[str]:
    """The bills of a family: those found before, and what is fresh among them; reading all of them takes seconds."""
    before = {key for (key,) in db.execute("select document_id from look_alikes where group_id = ?", [family.id])}
    if fresh is None or not before:
        return list(family.find(db))
    return sorted((before - set(fresh)) | set(family.find(db, fresh)))
