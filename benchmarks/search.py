"""How well the search box answers: judged questions on a corpus, the share with a right answer among the first five, and nDCG.

    python -m benchmarks.search CORPUS.db [--show] [--today 2026-11-27] [--questions FILE]

`benchmarks/search_questions.yml` says what is right. A document that was opened by its number counts as the first answer.
nDCG is of the first ten (2 for right, 1 for near); the ideal order is that of every document the patterns find, at most ten.
``--show`` prints the first five answers of each question. Exit code 1 when fewer than 0.9 are answered.
"""

from __future__ import annotations

import argparse
import datetime
import math
import re
import sqlite3
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pages.browse.browse import Browse, browse
from pages.browse.filters import Filters
from pages.database import marks
from pages.http import formatting
from text.yaml_config import read_yaml

QUESTIONS = Path(__file__).with_name("search_questions.yml")
FIRST, DEPTH = 5, 10
AIM = 0.9
#: So much of a summary is read for a judgment.
SUMMARY = 400


@dataclass(frozen=True)
class Answer:
    """What one question found: the judgments of its first ten documents, and whether a wanted position was shown."""

    kind: str
    query: str
    grades: list[int]
    shown: list[str]
    position: bool | None
    ndcg: float
    seconds: float

    @property
    def hit(self) -> bool:
        return 2 in self.grades[:FIRST]


def judge(text: str, question: dict[str, Any], sponsored: bool = False) -> int:
    """2 for a right answer, 1 for a near one, 0 for any other; ``text`` is "PLACE NUMBER: TITLE. SUMMARY"."""
    if sponsored:
        return 2
    for grade, patterns in ((2, question["right"]), (1, question.get("near", []))):
        if any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns):
            return grade
    return 0


def texts(db: sqlite3.Connection, ids: list[str]) -> dict[str, str]:
    """What a document is judged by, for some ids or, with none, for all of the corpus."""
    only = f"where id in ({marks(ids)})" if ids else ""
    found = db.execute(
        f"select id, jurisdiction, identifier, title, substr(coalesce(abstract, ''), 1, {SUMMARY}) as summary "
        f"from documents {only}",
        ids,
    )
    return {
        row["id"]: f"{formatting.place(row['jurisdiction'])} {row['identifier']}: {row['title']}. {row['summary']}"
        for row in found
    }


def by_sponsor(db: sqlite3.Connection, question: dict[str, Any]) -> set[str]:
    """The documents that are right because of a sponsor whose name has the pattern ``sponsor`` of a question."""
    if not (pattern := question.get("sponsor")):
        return set()
    names = [row[0] for row in db.execute("select name from sponsor_names") if re.search(pattern, row[0])]
    found = db.execute(f"select distinct document_id from sponsors where name in ({marks(names)})", names)
    return {row[0] for row in found}


def ideal(everything: list[str], question: dict[str, Any], sponsored: int) -> list[int]:
    """Return the judgments of the best ten documents there are."""
    found = [2] * min(sponsored, DEPTH)
    for text in everything:
        if grade := judge(text, question):
            found.append(grade)
            if found.count(2) == DEPTH:
                break
    return sorted(found, reverse=True)[:DEPTH]


def gain(grades: list[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades[:DEPTH]))


def ask(db: sqlite3.Connection, question: dict[str, Any], everything: list[str], today: datetime.date) -> Answer:
    started = time.perf_counter()
    found: Browse = browse(db, Filters(q=question["q"]), today)
    seconds = time.perf_counter() - started
    ids = list(dict.fromkeys([*(c.id for c in found.direct), *(r.card.id for r in found.results)]))[:DEPTH]
    known = texts(db, ids) if ids else {}
    shown = [known[key] for key in ids]
    sponsored = by_sponsor(db, question)
    grades = [judge(text, question, key in sponsored) for key, text in zip(ids, shown, strict=True)]
    wanted = question.get("position")
    position = any(row["id"] in wanted for row in found.positions) if wanted else None
    best = gain(ideal(everything, question, len(sponsored)))
    return Answer(
        question["kind"], question["q"], grades, shown, position, gain(grades) / best if best else 0.0, seconds
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    parser.add_argument("--today", type=datetime.date.fromisoformat, default=datetime.date(2026, 11, 27))
    parser.add_argument("--show", action="store_true", help="print the first five answers of each question")
    options = parser.parse_args()
    db = sqlite3.connect(f"file:{options.corpus}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    everything = list(texts(db, []).values())
    answers = [ask(db, question, everything, options.today) for question in read_yaml(options.questions)]
    _report(answers, options.show)
    return 0 if statistics.mean(answer.hit for answer in answers) >= AIM else 1


def _report(answers: list[Answer], show: bool) -> None:
    kinds: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        kinds[answer.kind].append(answer)
        if show or not answer.hit or answer.position is False:
            missed = "" if answer.hit else "  no right answer in the first five"
            unshown = "  position not shown" if answer.position is False else ""
            print(
                f"{answer.query!r} ({answer.kind}) {answer.grades[:FIRST]} {answer.seconds * 1000:.0f} ms{missed}{unshown}"
            )
            for grade, text in zip(answer.grades[:FIRST], answer.shown, strict=False):
                print(f"    {grade} {text[:150]}")
    print("\n| questions | number | right in the first five | position shown | nDCG@10 | median ms | longest ms |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for kind, some in [*kinds.items(), ("**all**", answers)]:
        placed = [answer.position for answer in some if answer.position is not None]
        print(
            f"| {kind} | {len(some)} | {statistics.mean(a.hit for a in some):.2f} | "
            f"{f'{statistics.mean(placed):.2f} of {len(placed)}' if placed else ''} | "
            f"{statistics.mean(a.ndcg for a in some):.2f} | {statistics.median(a.seconds for a in some) * 1000:.0f} | "
            f"{max(a.seconds for a in some) * 1000:.0f} |"
        )


if __name__ == "__main__":
    raise SystemExit(main())
