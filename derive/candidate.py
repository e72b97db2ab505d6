"""What a newly trained model would change: on documents kept back from training, and on what staff see in the queue."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from classify.evaluation.evaluate import KINDS, read_gold
from classify.tagger import Record, Tagger, Tagging
from positions.matching.matcher import Matcher
from positions.relevance.relevance import Relevance
from store.connect import read_only
from text.changes import changed, read_marks
from text.spans import FIELDS

#: The newest documents of the queue that are compared, so that it takes a minute at most.
MOST = 3_000
#: Documents named in the report for each kind of change.
NAMED = 20
_QUEUE = """
    select d.id, d.title, d.abstract, d.text, (select v.marks from version_texts v
        where v.document_id = d.id and v.text = d.text and v.marks <> '[]' limit 1)
    from staff.waiting w join documents d on d.id = w.document_id
    where max(w.latest_on, substr(w.first_seen_at, 1, 10)) >= ? order by w.latest_on desc, d.id limit ?"""
_VERDICTS = """
    select substr(subject, 1, instr(subject || ':', ':') - 1) as kind, verdict, count(*) from current_reviews
    where subject = 'priority' or subject like 'area:%' or subject like 'position:%' group by 1, 2 order by 1, 2"""


@dataclass
class Changes:
    """``counts`` of what comes and goes, such as "tag privacy comes"; ``named`` documents for each, the first few."""

    documents: int = 0
    changed: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    named: dict[str, list[str]] = field(default_factory=dict)

    def add(self, document_id: str, found: Sequence[str]) -> None:
        self.documents += 1
        self.changed += bool(found)
        for each in found:
            self.counts[each] += 1
            names = self.named.setdefault(each, [])
            if len(names) < NAMED:
                names.append(document_id)

    def as_json(self) -> dict[str, Any]:
        return {"documents": self.documents, "changed": self.changed, "counts": dict(self.counts), "named": self.named}


def count_verdicts(staff: Path) -> dict[str, int]:
    """How many verdicts in force there are to learn from, by kind, such as "area confirm"."""
    if not staff.exists():
        return {}
    db = read_only(staff)
    try:
        if not db.execute("select 1 from sqlite_master where name = 'current_reviews'").fetchone():
            return {}
        return {f"{kind} {verdict}": number for kind, verdict, number in db.execute(_VERDICTS) if verdict != "defer"}
    finally:
        db.close()


def kept_back(gold: Path, old: Tagger, new: Tagger) -> Changes:
    """What changes on the labeled documents that no model learned from: which tags become right and wrong.

    Raises:
        BadGold: the labeled file cannot be used.
    """
    documents = [each for each in read_gold(gold, "test") if each.stratum not in KINDS]
    records = [each.record() for each in documents]
    done = Changes()
    for each, before, after in zip(documents, _tagged(old, records), _tagged(new, records), strict=True):
        differ = sorted(before ^ after)
        done.add(
            each.id, [f"{'right' if (area in after) == (area in each.areas) else 'wrong'}: {area}" for area in differ]
        )
    return done


def _tagged(tagger: Tagger, records: Sequence[Record]) -> Iterator[set[str]]:
    for _, tagging in tagger.tag_batch(records):
        yield _areas(tagging)


def _areas(tagging: Tagging) -> set[str]:
    return {tag.area for tag in tagging.areas if tag.tagged}


@dataclass(frozen=True)
class Models:
    """A tagger and what decides which positions are shown."""

    tagger: Tagger
    relevance: Relevance

    def read(self, matcher: Matcher, rows: Sequence[Record]) -> Iterator[set[str]]:
        """What the site and the desk would show of each document: "tag ...", "position ...", "priority ..."."""
        for row, (key, tagging) in zip(rows, self.tagger.tag_batch(rows), strict=True):
            areas = _areas(tagging)
            fields: Mapping[str, str | None] = dict(zip(FIELDS, row[1:], strict=True))
            matches = matcher.match(fields, areas) if areas else ()
            shown = {match.position_id for match in self.relevance.judge(key, fields, matches) if match.shown}
            yield {
                f"priority {tagging.priority}",
                *(f"tag {area}" for area in areas),
                *(f"position {position}" for position in shown),
            }


def on_queue(corpus: Path, staff: Path, old: Models, new: Models, *, since: str) -> Changes:
    """What changes on the documents of the desk's queue that are new or moved on or after a day.

    Raises:
        OperationError: a file cannot be used.
    """
    done = Changes()
    if not staff.exists():
        return done
    rows = _queue(corpus, staff, since)
    matcher = Matcher()
    for row, before, after in zip(rows, old.read(matcher, rows), new.read(matcher, rows), strict=True):
        comes, goes = sorted(after - before), sorted(before - after)
        found = [f"{each} comes" for each in comes if not each.startswith("priority")]
        found += [f"{each} goes" for each in goes if not each.startswith("priority")]
        if priorities := [each for each in (*goes, *comes) if each.startswith("priority")]:
            found.append(f"{priorities[0]} becomes {priorities[1].removeprefix('priority ')}")
        done.add(row[0], found)
    return done


def _queue(corpus: Path, staff: Path, since: str) -> list[Record]:
    db = read_only(corpus)
    try:
        db.execute("attach ? as staff", [f"{staff.absolute().as_uri()}?mode=ro"])
        if not db.execute("select 1 from staff.sqlite_master where name = 'waiting'").fetchone():
            return []
        found = db.execute(_QUEUE, [since, MOST]).fetchall()
    except sqlite3.Error:
        db.close()
        raise
    db.close()
    return [
        (key, title, abstract, changed(text, read_marks(marks)) if marks else text)
        for key, title, abstract, text, marks in found
    ]
