"""Tag, match and grade every document that lacks tags, matches or a priority of its current text, rules and model.

The work to do is read from the tables, never from "what just changed": a crash between two steps heals at the next run, and a
crawl and a rebuild cannot drift apart. Texts are read in batches, worked on elsewhere (derive/pool.py), written by this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlite_utils import Database

from classify.tagger import Tagging
from derive.company_scope import redo_if_changed
from derive.grading import grade_all
from derive.incremental import carry_over, matcher_edition, tagger_edition
from derive.pool import BATCH, MatchRow, TagRow, TaskPool, match_rows, matcher, tag_rows, tagger, task_pool
from positions.matching.matcher import Match
from store.placeholders import marks
from text.changes import changed, read_marks

Progress = Callable[[int], None]
_Stale = tuple[str, str, str]  # id, hash of the text, areas


@dataclass(frozen=True)
class Derived:
    """How many documents were tagged and matched."""

    tagged: int
    matched: int


def derive(
    corpus: Database,
    staff: Database,
    *,
    workers: int = 2,
    progress: tuple[Progress, Progress] | None = None,
) -> Derived:
    """Tag, then match, then grade, everything that lacks it.

    Args:
        corpus: corpus.db, migrated.
        staff: staff.db, migrated: suggested stances go there and nowhere else.
        workers: processes that tag and match, where there is enough to do.
        progress: two functions, for tagging and for matching, called with the number of documents of each batch.

    Raises:
        WorkerError: a process that tags or matches was killed; what was written is complete.
    """
    tell = progress or (lambda _: None, lambda _: None)
    carry_over(corpus, "taggings", tagger_edition(tagger()))
    redo_if_changed(corpus, matcher().catalog)
    with task_pool(workers, untagged(corpus, tagger_version())) as pool:
        tagged = _tag_all(corpus, pool, tell[0])
    carry_over(corpus, "matchings", matcher_edition(matcher()), staff)
    stale = _stale_matches(corpus, staff)
    with task_pool(workers, len(stale)) as pool:
        _match_all(corpus, staff, stale, pool, tell[1])
    grade_all(corpus)
    return Derived(tagged=tagged, matched=len(stale))


def untagged(corpus: Database, version: str) -> int:
    """Count the documents without tags by this version of rules and model."""
    return int(corpus.execute(f"select count(*) {_UNTAGGED}", [version]).fetchone()[0])


def forget(corpus: Database) -> None:
    """Delete all tags and matches, and rebuild the search index; `derive` then does everything again."""
    with corpus.atomic():
        for table in ("position_matches", "matchings", "evidence", "tags", "taggings"):
            corpus.execute(f"delete from {table}")
        corpus.table("documents").rebuild_fts()


_UNTAGGED = """
    from documents d left join taggings t on t.document_id = d.id and t.text_hash = d.text_hash and t.version = ?
    where t.document_id is null"""


def _tag_all(corpus: Database, pool: TaskPool, tell: Progress) -> int:
    version = tagger_version()
    batches = _batches(corpus, f"select d.rowid {_UNTAGGED}", [version])
    return _write_all(corpus, version, pool.spread(tag_rows, batches), tell)


def tagger_version() -> str:
    """Return the hash of rules and model that new tags carry."""
    return tagger().version


#: The fields of a document, and what its text adds and strikes where its file tells that (JSON): a bill that reprints law is
#: tagged and matched by what it changes.
_TEXTS = """d.id, d.title, d.abstract, d.text, (select v.marks from version_texts v
    where v.document_id = d.id and v.text = d.text and v.marks <> '[]' limit 1)"""


def _batches(corpus: Database, sql: str, params: list[str]) -> Iterator[tuple[dict[str, str], list[TagRow]]]:
    """Batches of rows with the hash of each text. Keys are taken first, so that writing does not disturb the reading."""
    waiting = iter([row[0] for row in corpus.execute(sql, params)])
    while part := list(islice(waiting, BATCH)):
        found = corpus.execute(
            f"select {_TEXTS}, d.text_hash from documents d where d.rowid in ({marks(part)})", part
        ).fetchall()
        rows: list[TagRow] = [
            (key, title, abstract, changed(text, read_marks(told)) if told else text)
            for key, title, abstract, text, told, _ in found
        ]
        yield {row[0]: row[5] for row in found}, rows


def _write_all(corpus: Database, version: str, results: Iterable[Any], tell: Progress) -> int:
    done = 0
    for hashes, tagged in results:
        with corpus.atomic():
            _write_tags(corpus, version, hashes, tagged)
        done += len(tagged)
        tell(len(tagged))
    return done


def _write_tags(corpus: Database, version: str, hashes: dict[str, str], tagged: list[tuple[str, Tagging]]) -> None:
    connection = corpus.conn
    keys = [(key,) for key, _ in tagged]
    connection.executemany("delete from tags where document_id = ?", keys)
    connection.executemany("delete from evidence where document_id = ?", keys)
    connection.executemany(
        "insert into taggings (document_id, text_hash, version, priority, priority_score, model_priority, model_score) "
        # Its grade comes when everything is matched. Until then it has the one before: the model's own is for nobody.
        "values (?1, ?2, ?3, 0, ?5, ?6, ?5) on conflict (document_id) do update set text_hash = ?2, version = ?3, "
        "priority = priority * ?4, priority_score = iif(?4, priority_score, ?5), model_priority = ?6, model_score = ?5, "
        "graded = null, why = iif(?4, why, null)",
        [
            (
                key,
                hashes[key],
                version,
                any(tag.tagged for tag in each.areas),
                round(each.priority_score, 4),
                each.priority,
            )
            for key, each in tagged
        ],
    )
    kept = [(key, tag) for key, each in tagged for tag in each.areas if tag.tagged]
    connection.executemany(
        "insert into tags values (?, ?, ?)", [(key, tag.area, round(tag.probability, 4)) for key, tag in kept]
    )
    connection.executemany(
        "insert into evidence values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (key, tag.area, ordinal, *part.place, part.rule)
            for key, tag in kept
            for ordinal, part in enumerate(tag.evidence)
        ],
    )


# --------------------------------------------------------------------- matches

_TAGGED = """
    select d.id, d.text_hash, group_concat(t.area_id, ' ' order by t.area_id) as areas
    from documents d join tags t on t.document_id = d.id group by d.id"""


def _stale_matches(corpus: Database, staff: Database) -> list[_Stale]:
    """Return the documents to match, and delete the matches of documents that are no longer tagged.

    Reads both files: one may come from an older backup, or staff.db from its journal, which has no suggestions.
    """
    tagged = corpus.execute(_TAGGED).fetchall()
    known = dict(_rows_by_id(corpus, "select document_id, text_hash, version, areas from matchings"))
    suggested = dict(staff.execute("select document_id, read_from from stance_readings").fetchall())
    _forget(corpus, staff, sorted((known.keys() | suggested.keys()) - {key for key, _, _ in tagged}))
    version = matcher().version
    return [
        (key, text, areas)
        for key, text, areas in tagged
        if known.get(key) != (text, version, areas) or suggested.get(key) != _read_from(text, version, areas)
    ]


def _read_from(text_hash: str, version: str, areas: str) -> str:
    """Return what staff.db stores about the version of a document's matches."""
    return f"{text_hash} {version} {areas}"


def _match_all(corpus: Database, staff: Database, stale: list[_Stale], pool: TaskPool, tell: Progress) -> None:
    for part, found in pool.spread(match_rows, _to_match(corpus, stale)):
        _write_batch(corpus, staff, part, dict(found))
        tell(len(part))


def _to_match(corpus: Database, stale: list[_Stale]) -> Iterator[tuple[list[_Stale], list[MatchRow]]]:
    waiting = iter(stale)
    while part := list(islice(waiting, BATCH)):
        sql = f"select {_TEXTS} from documents d where d.id in ({marks(part)})"
        texts = dict(_rows_by_id(corpus, sql, [key for key, _, _ in part]))
        yield part, [(key, *texts[key][:3], areas, read_marks(texts[key][3])) for key, _, areas in part]  # type: ignore[misc]


def _rows_by_id(corpus: Database, sql: str, params: Sequence[str] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    for key, *rest in corpus.execute(sql, params):
        yield key, tuple(rest)


def _forget(corpus: Database, staff: Database, keys: list[str]) -> None:
    if not keys:
        return
    rows = [(key,) for key in keys]
    with corpus.atomic():
        corpus.conn.executemany("delete from position_matches where document_id = ?", rows)
        corpus.conn.executemany("delete from matchings where document_id = ?", rows)
    with staff.atomic():
        _forget_suggested(staff, rows)


def _write_batch(corpus: Database, staff: Database, part: list[_Stale], found: dict[str, tuple[Match, ...]]) -> None:
    # Staff's file first: if this dies in between, the public rows are still missing and the batch is done again.
    _write_suggested(staff, part, found)
    with corpus.atomic():
        _write_matches(corpus, found)
        corpus.conn.executemany(
            "insert into matchings values (?, ?, ?, ?) on conflict (document_id) do update set "
            "text_hash = excluded.text_hash, version = excluded.version, areas = excluded.areas",
            [(key, text, matcher().version, areas) for key, text, areas in part],
        )


def _forget_suggested(staff: Database, rows: list[tuple[str]]) -> None:
    for table in ("suggested_stances", "stance_readings"):
        staff.conn.executemany(f"delete from {table} where document_id = ?", rows)


def _write_suggested(staff: Database, part: list[_Stale], found: dict[str, tuple[Match, ...]]) -> None:
    version = matcher().version
    with staff.atomic():
        _forget_suggested(staff, [(key,) for key in found])
        staff.conn.executemany(
            "insert into suggested_stances values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    key,
                    m.position_id,
                    ordinal,
                    m.stance,
                    round(m.score, 4),
                    m.reason,
                    *m.provision.place,
                    m.probability,
                    m.shown,
                )
                for key, matches in found.items()
                for ordinal, m in enumerate(matches)
            ],
        )
        staff.conn.executemany(
            "insert into stance_readings values (?, ?)",
            [(key, _read_from(text, version, areas)) for key, text, areas in part],
        )


def _write_matches(corpus: Database, found: dict[str, tuple[Match, ...]]) -> None:
    """The public rows: what is shown, position and provision, each once, without a direction. Candidates stay with staff."""
    corpus.conn.executemany("delete from position_matches where document_id = ?", [(key,) for key in found])
    rows = []
    for key, matches in found.items():
        provisions = {(m.position_id, m.provision): m for m in reversed(matches) if m.shown}
        best_first = sorted(provisions.values(), key=lambda m: (-m.probability, -m.score))
        rows += [(key, m.position_id, n, m.probability, *m.provision.place) for n, m in enumerate(best_first)]
    corpus.conn.executemany("insert into position_matches values (?, ?, ?, ?, ?, ?, ?, ?)", rows)
