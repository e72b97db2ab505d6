"""Write the priority of each tagged document (derive.priority) to `taggings`, where what it rests on has changed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any

from sqlite_utils import Database

from derive.priority import MUST_SEE, Facts, Grade, priority_rules, shared
from store.placeholders import marks
from text.tokens import fold_words

#: Characters of a summary, and of a text without one, that are read as the opening.
_SUMMARY, _TEXT = 2_500, 1_500
#: Statuses of a bill that has moved. In Congress, a committee's vote to report it counts, too, which is no status of its own.
_MOVED = (
    "reported",
    "passed_first_chamber",
    "passed_second_chamber",
    "passed",
    "to_executive",
    "enacted",
    "adopted",
    "vetoed",
)
#: Links to the same bill elsewhere: in the other chamber, in an earlier session, before it was replaced.
_SAME = ("identical bill", "identical", "companion", "companion bill", "prior-session", "replaces")
#: More documents than this are tied by something else than being the same bill (an order that names fifty).
_MOST_TIED = 8
#: Words of a title from which the same title means the same bill.
_LEAST_WORDS = 4

_FACTS = f"""
    select d.id, d.kind, d.document_type, d.title,
        coalesce(nullif(substr(d.abstract, 1, {_SUMMARY}), ''), substr(d.text, 1, {_TEXT}), ''),
        (select json_group_array(n.title) from titles n where n.document_id = d.id),
        (select group_concat(g.area_id, ' ') from tags g where g.document_id = d.id),
        coalesce((select group_concat(p.position_id, ' ') from shown_positions p where p.document_id = d.id), ''),
        exists (select 1 from status_history h where h.document_id = d.id and h.status in ({marks(_MOVED)}))
            or (d.jurisdiction = 'us' and exists (
                select 1 from actions a where a.document_id = d.id and a.classification = 'committee-passage')),
        (select count(*) from sponsors s where s.document_id = d.id and s.withdrawn_on is null),
        t.model_priority,
        t.graded, t.priority, t.why, t.model_score, d.jurisdiction
    from documents d join taggings t on t.document_id = d.id
    where d.id in (select document_id from tags)"""


def grade_all(corpus: Database) -> int:
    """Grade what changed, let companions share the highest grade, and write the difference; return the rows written.

    Args:
        corpus: corpus.db, migrated, with tags and matches up to date.
    """
    rules = priority_rules()
    grades: dict[str, Grade] = {}
    stored: dict[str, tuple[str | None, str, int, str | None, float]] = {}
    titles: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in corpus.execute(_FACTS, list(_MOVED)):
        key, graded, place = row[0], row[11], row[15]
        rests_on = _hash(rules.version, *row[:11])
        grades[key] = _known(graded, rests_on) or rules.grade(_facts(row))
        stored[key] = (graded, _written(rests_on, grades[key]), *row[12:15])
        words = fold_words(row[3])
        if len(words) >= _LEAST_WORDS:
            titles[place, " ".join(words)].append(key)
    found = shared(grades, [*(each for each in titles.values() if len(each) > 1), *_tied(corpus)])
    rows = []
    for key, (graded, written, priority, why, model) in stored.items():
        grade = found[key]
        if (graded, priority, why or "") != (written, grade.priority, grade.why):
            rows.append((grade.priority, _score(grade.priority, model), grade.why or None, written, key))
    with corpus.atomic():
        corpus.conn.executemany(
            "update taggings set priority = ?, priority_score = ?, why = ?, graded = ? where document_id = ?", rows
        )
    return len(rows)


def _hash(*parts: object) -> str:
    return blake2b(json.dumps(parts).encode(), digest_size=8).hexdigest()


def _written(rests_on: str, own: Grade) -> str:
    """What `graded` holds: a hash of all that the grade rests on, and the document's own grade, before companions."""
    return f"{rests_on} {own.priority} {own.at_most} {own.why}"


def _known(graded: str | None, rests_on: str) -> Grade | None:
    """The document's own grade as it was given, if what it rests on is still the same."""
    known, _, rest = (graded or "").partition(" ")
    if known != rests_on:
        return None
    priority, at_most, why = rest.split(" ", 2)
    return Grade(int(priority), why, int(at_most))


def _facts(row: Sequence[Any]) -> Facts:
    key, kind, document_type, title, opening, short, areas, positions, moved, sponsors, model = row[:11]
    return Facts(
        id=key,
        kind=kind,
        document_type=document_type,
        names=tuple(dict.fromkeys([title, *json.loads(short)])),
        opening=opening,
        areas=frozenset(areas.split()),
        positions=frozenset(positions.split()),
        moved=bool(moved),
        sponsors=sponsors,
        model=model,
    )


def _tied(corpus: Database) -> Iterator[list[str]]:
    """Bills that a legislature calls the same, each with those it is tied to."""
    ties: dict[str, set[str]] = defaultdict(set)
    for one, other in corpus.execute(
        f"select document_id, linked_id from links where lower(kind) in ({marks(_SAME)})", list(_SAME)
    ):
        ties[one].add(other)
        ties[other].add(one)
    return ([key, *others] for key, others in ties.items() if len(others) < _MOST_TIED)


def _score(priority: int, model: float) -> float:
    """The rank, 0 to 1: must-see documents stand before all others, each group in the order of the model."""
    return round(0.5 + model / 2 if priority == MUST_SEE else model * 0.49, 4)
