"""Tags and matches for whatever lacks its current text, rules and model.

What to do is asked of the tables, never of "what just changed": a crash between two steps heals at the next run, and a
crawl and a rebuild cannot drift apart. Texts are read in batches, worked on by a few processes, written by this one.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlite_utils import Database

from classify.tagger import Tagger, Tagging
from positions.matching import Match, Matcher

BATCH = 400
#: Fewer documents than this are not worth starting processes for.
SMALL = 2 * BATCH
FIELDS = ("title", "abstract", "text")
Row = tuple[str, str | None, str | None, str | None]  # id, title, abstract, text
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Derived:
    """How many documents were tagged and matched anew."""

    tagged: int
    matched: int


_tagger: Tagger | None = None


def _start_worker() -> None:
    global _tagger
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    _tagger = _tagger or Tagger()


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever, and hold the data folder's lock with it."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _tag(rows: list[Row]) -> list[tuple[str, Tagging]]:
    assert _tagger is not None
    return list(_tagger.tag_batch(rows))


def derive(
    corpus: Database, staff: Database, *, workers: int = 2, progress: tuple[Progress, Progress] | None = None
) -> Derived:
    """Tag, then match, everything that lacks it.

    Args:
        corpus: corpus.db, migrated.
        staff: staff.db, migrated: suggested stances go there and nowhere else.
        workers: processes that tag.
        progress: two functions, for tagging and for matching, told how many documents a batch held.
    """
    tell = progress or (lambda _: None, lambda _: None)
    return Derived(tagged=_tag_all(corpus, workers, tell[0]), matched=_match_all(corpus, staff, tell[1]))


def untagged(corpus: Database, version: str) -> int:
    """How many documents lack a tagging by this version of rules and model."""
    return int(corpus.execute(f"select count(*) {_UNTAGGED}", [version]).fetchone()[0])


def forget(corpus: Database) -> None:
    """Drop every tagging and matching, and make the search index anew; `derive` then does everything again."""
    with corpus.atomic():
        for table in ("position_matches", "matchings", "evidence", "tags", "taggings"):
            corpus.execute(f"delete from {table}")
        corpus.table("documents").rebuild_fts()


_UNTAGGED = """
    from documents d left join taggings t on t.document_id = d.id and t.text_hash = d.text_hash and t.version = ?
    where t.document_id is null"""


def _tag_all(corpus: Database, workers: int, tell: Progress) -> int:
    global _tagger
    version = tagger_version()
    left = untagged(corpus, version)
    if not left:
        return 0
    batches = _batches(corpus, f"select d.rowid {_UNTAGGED}", [version])
    if left < SMALL or workers == 1:
        _tagger = _tagger or Tagger()
        return _write_all(corpus, version, ((hashes, _tag(rows)) for hashes, rows in batches), tell)
    with ProcessPoolExecutor(workers, initializer=_start_worker) as pool:
        return _write_all(corpus, version, _spread(pool, batches, 2 * workers), tell)


def tagger_version() -> str:
    """The hash of rules and model that new taggings carry."""
    global _tagger
    _tagger = _tagger or Tagger()
    return _tagger.version


def _batches(corpus: Database, sql: str, params: list[str]) -> Iterator[tuple[dict[str, str], list[Row]]]:
    """Batches of rows with the hash of each text. Keys are taken first, so that writing does not disturb the reading."""
    waiting = iter([row[0] for row in corpus.execute(sql, params)])
    while part := list(islice(waiting, BATCH)):
        marks = ", ".join("?" * len(part))
        rows = corpus.execute(
            f"select id, title, abstract, text, text_hash from documents where rowid in ({marks})", part
        )
        found = rows.fetchall()
        yield {row[0]: row[4] for row in found}, [row[:4] for row in found]


def _spread(pool: ProcessPoolExecutor, batches: Iterable[Any], ahead: int) -> Iterator[Any]:
    """Results in order, with only a few batches under way: memory stays flat however many documents there are."""
    waiting: list[Any] = []
    for hashes, rows in batches:
        waiting.append((hashes, pool.submit(_tag, rows)))
        if len(waiting) >= ahead:
            first = waiting.pop(0)
            yield first[0], first[1].result()
    for hashes, future in waiting:
        yield hashes, future.result()


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
        "insert into taggings values (?, ?, ?, ?, ?) on conflict (document_id) do update set text_hash = excluded.text_hash, "
        "version = excluded.version, priority = excluded.priority, priority_score = excluded.priority_score",
        [(key, hashes[key], version, each.priority, round(each.priority_score, 4)) for key, each in tagged],
    )
    kept = [(key, tag) for key, each in tagged for tag in each.areas if tag.tagged]
    connection.executemany(
        "insert into tags values (?, ?, ?)", [(key, tag.area, round(tag.probability, 4)) for key, tag in kept]
    )
    connection.executemany(
        "insert into evidence values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (key, tag.area, ordinal, part.field, part.start, part.end, part.words, part.rule)
            for key, tag in kept
            for ordinal, part in enumerate(tag.evidence)
        ],
    )


# --------------------------------------------------------------------- matches

_TAGGED = """
    select d.id, d.text_hash, group_concat(t.area_id, ' ' order by t.area_id) as areas
    from documents d join tags t on t.document_id = d.id group by d.id"""


def _match_all(corpus: Database, staff: Database, tell: Progress) -> int:
    matcher = Matcher()
    # A document that lost its last tag loses its matches too.
    untagged_now = "document_id not in (select document_id from tags)"
    gone = corpus.execute(f"select document_id from matchings where {untagged_now}").fetchall()
    known = dict(_rows_by_id(corpus, "select document_id, text_hash, version, areas from matchings"))
    stale = [
        (key, text, areas)
        for key, text, areas in corpus.execute(_TAGGED).fetchall()
        if known.get(key) != (text, matcher.version, areas)
    ]
    _forget(corpus, staff, [key for (key,) in gone])
    waiting = iter(stale)
    while part := list(islice(waiting, BATCH)):
        _match_batch(corpus, staff, matcher, part)
        tell(len(part))
    return len(stale)


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
        staff.conn.executemany("delete from suggested_stances where document_id = ?", rows)


def _match_batch(corpus: Database, staff: Database, matcher: Matcher, part: list[tuple[str, str, str]]) -> None:
    keys = [key for key, _, _ in part]
    marks = ", ".join("?" * len(keys))
    texts = dict(_rows_by_id(corpus, f"select id, title, abstract, text from documents where id in ({marks})", keys))
    found = {
        key: matcher.match(dict(zip(FIELDS, texts[key], strict=True)), frozenset(areas.split()))
        for key, _, areas in part
    }
    # Staff's file first: if this dies in between, the public rows are still missing and the batch is done again.
    _write_suggested(staff, found)
    with corpus.atomic():
        _write_matches(corpus, found)
        corpus.conn.executemany(
            "insert into matchings values (?, ?, ?, ?) on conflict (document_id) do update set "
            "text_hash = excluded.text_hash, version = excluded.version, areas = excluded.areas",
            [(key, text, matcher.version, areas) for key, text, areas in part],
        )


def _write_suggested(staff: Database, found: dict[str, tuple[Match, ...]]) -> None:
    with staff.atomic():
        staff.conn.executemany("delete from suggested_stances where document_id = ?", [(key,) for key in found])
        staff.conn.executemany(
            "insert into suggested_stances values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (key, m.position_id, ordinal, m.stance, round(m.score, 4), m.reason, *_place(m))
                for key, matches in found.items()
                for ordinal, m in enumerate(matches)
            ],
        )


def _write_matches(corpus: Database, found: dict[str, tuple[Match, ...]]) -> None:
    """The public rows: position and provision, each once, without a direction."""
    corpus.conn.executemany("delete from position_matches where document_id = ?", [(key,) for key in found])
    rows = []
    for key, matches in found.items():
        provisions = {(m.position_id, m.provision): m for m in reversed(matches)}
        best_first = sorted(provisions.values(), key=lambda m: -m.score)
        rows += [(key, m.position_id, n, round(m.score, 4), *_place(m)) for n, m in enumerate(best_first)]
    corpus.conn.executemany("insert into position_matches values (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _place(match: Match) -> tuple[str, int, int, str]:
    where = match.provision
    return where.field, where.start, where.end, where.words
