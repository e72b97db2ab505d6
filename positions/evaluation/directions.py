"""How often a document's direction is right: pairs of a document and a position that a reader labeled, and what
library associations declared on whole bills (positions/gold/directions.jsonl).

The question is the strict one: would ALA, by that position, support or oppose what the document does?
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from classify.jsonl import BadLine, Record, read_record
from classify.tagger import Tagger
from positions.evaluation.evaluate import Share
from positions.evaluation.labels import SIDES, BadLabels
from positions.matching.matcher import Match, Matcher
from text.spans import FIELDS

FILE = Path(__file__).resolve().parents[1] / "gold" / "directions.jsonl"
SPLITS = ("tune", "heldout", "shown", "read", "declared")
Texts = tuple[str | None, str | None, str | None]


@dataclass(frozen=True)
class Declared:
    """``direction`` is support, oppose or watch; ``position`` is None where it was declared on the whole document."""

    document_id: str
    position: str | None
    direction: str
    split: str


@dataclass(frozen=True)
class Judged:
    """A label, and the side the program gives: None where it names no such position (or nothing with a side)."""

    label: Declared
    given: str | None
    reason: str = ""


@dataclass(frozen=True)
class Scores:
    """``right``: of the sides given. ``told``: of the labels with a side, those to which the program gives that side;
    ``told_if_found``: the same, of those whose position the program names. ``opposite``: of all labels.
    """

    right: Share
    told: Share
    told_if_found: Share
    opposite: Share


def read_directions(path: Path = FILE) -> list[Declared]:
    """Every label.

    Raises:
        BadLabels: the file is missing, or a line is no label.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise BadLabels(f"{path}: {error.strerror}") from error
    found = []
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            label = Declared(row["id"], row["position"], row["direction"], row["split"])
        except (ValueError, KeyError, TypeError) as error:
            raise BadLabels(f"{path}, line {number}: not a label ({error!r})") from error
        if label.direction not in SIDES or label.split not in SPLITS:
            raise BadLabels(f"{path}, line {number}: {label.direction!r} is no direction or {label.split!r} no split")
        found.append(label)
    return found


def judge(labels: Sequence[Declared], texts: Mapping[str, Texts]) -> list[Judged]:
    """What the program says of each label whose document is among ``texts`` (title, abstract, text by id)."""
    matcher = Matcher()
    wanted = {label.document_id for label in labels} & texts.keys()
    found = {}
    for key, tagging in Tagger().tag_batch([(key, *texts[key]) for key in sorted(wanted)]):
        areas = {tag.area for tag in tagging.areas if tag.tagged}
        found[key] = matcher.match(dict(zip(FIELDS, texts[key], strict=True)), areas)
    return [_judged(label, found[label.document_id]) for label in labels if label.document_id in wanted]


def _judged(label: Declared, matches: Sequence[Match]) -> Judged:
    """The side of the label's position; of a whole document, that of its best match with a side."""
    if label.position is None:
        of_it = [match for match in matches if SIDES[match.stance]] or list(matches)
    else:
        of_it = [match for match in matches if match.position_id == label.position]
    if not of_it:
        return Judged(label, None)
    return Judged(label, of_it[0].stance, of_it[0].reason)


def scores(judged: Iterable[Judged]) -> Scores:
    pairs = [(SIDES[each.label.direction], SIDES[each.given] if each.given else None) for each in judged]
    given = [(want, got) for want, got in pairs if got]
    sided = [(want, got) for want, got in pairs if want]
    named = [(want, got) for want, got in sided if got is not None]
    return Scores(
        right=Share(sum(want == got for want, got in given), len(given)),
        told=Share(sum(want == got for want, got in sided), len(sided)),
        told_if_found=Share(sum(want == got for want, got in named), len(named)),
        opposite=Share(sum(want * got < 0 for want, got in given), len(pairs)),
    )


def texts_of(paths: Iterable[Path], wanted: set[str]) -> dict[str, Texts]:
    """The documents of databases (corpus.db) and of JSON lines as `infopolicy match` takes them; the first of each id.

    Raises:
        sqlite3.Error: a corpus cannot be read.
        BadLine: a line is no document.
    """
    found: dict[str, Texts] = {}
    for path in paths:
        for key, *texts in _from_lines(path) if path.suffix == ".jsonl" else _from_corpus(path, wanted):
            if key in wanted:
                found.setdefault(key, (texts[0], texts[1], texts[2]))
    return found


def _from_lines(path: Path) -> Iterator[Record]:
    with path.open(encoding="utf-8") as lines:
        yield from (read_record(line) for line in lines if line.strip())


def _from_corpus(path: Path, wanted: set[str]) -> Iterator[Record]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
        for key in sorted(wanted):
            yield from db.execute("select id, title, abstract, text from documents where id = ?", [key])


def main(paths: Sequence[Path], split: str, with_misses: bool, out: TextIO | None = None, gold: Path = FILE) -> int:
    """Print the scores of one split; 1 when documents are lacking in ``paths``, 2 without labels or texts."""
    out = out or sys.stdout
    try:
        labels = [label for label in read_directions(gold) if label.split == split]
        texts = texts_of(paths, {label.document_id for label in labels})
    except (BadLabels, BadLine, sqlite3.Error, OSError) as error:
        print(f"infopolicy positions directions: {error}", file=sys.stderr)
        return 2
    judged = judge(labels, texts)
    result, counts = scores(judged), Counter(label.label.direction for label in judged)
    out.write(
        f"{len(judged)} labels ({', '.join(f'{n} {direction}' for direction, n in sorted(counts.items()))})\n"
        f"  right, of the sides given        {result.right}\n"
        f"  told, of support and oppose      {result.told}\n"
        f"  the same, where it is named      {result.told_if_found}\n"
        f"  opposite, of all                 {result.opposite}\n"
    )
    for each in judged if with_misses else ():
        if each.given is None or SIDES[each.given] != SIDES[each.label.direction]:
            position = each.label.position or "whole"
            out.write(f"{each.label.document_id} {position}: {each.label.direction}; {each.given or 'not named'}\n")
    if lacking := len(labels) - len(judged):
        print(f"the documents of {lacking} of {len(labels)} labels are not there", file=sys.stderr)
    return int(bool(lacking))
