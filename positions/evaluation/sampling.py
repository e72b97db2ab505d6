"""Draws provisions of collected documents to be labeled blind: ``python -m positions.evaluation.sampling --help``.

Half of them the matcher finds at any score; a quarter it does not find although they hold the words of a phrase or a
negation, a repeal, an exemption; a quarter are any sentence of a tagged document. What the labellers read says nothing of
this. No document twice, no two that say nearly the same, and none from documents the matcher was written on.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sqlite3
import sys
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from classify.evaluation.evaluate import BadGold
from classify.training.labels import read_labels
from positions.catalog.catalog import load_catalog
from positions.catalog.records import AREAS, Position
from positions.catalog.yaml_file import BadFile
from positions.evaluation.labels import FILE, FINAL, FRESH, BadLabels, read_gold
from positions.matching.matcher import Matcher
from text.phrases import Pattern, vocabulary
from text.sentences import sentences
from text.spans import FIELDS
from text.tokens import fold_words

#: Out of four provisions, how many of each kind.
SHARES = {"matched": 2, "near": 1, "random": 1}
#: Fewer words than this say nothing that could be labeled ("SEC. 3.").
SHORTEST = 4
#: Two provisions that share more than this part of their words say nearly the same.
ALIKE = 0.6
_CONTEXT = 400
_TRIED = 20  # sentences of one document looked at for a near miss
_CUE = re.compile(
    r"\b(?:(?:shall|does|do) not|may not|no \w+ (?:may|shall)|nothing in|not apply|repeal\w*|stri(?:ke|king|cken)|insert\w*"
    r"|exempt\w*|except\w*|prohibit\w*|rescin\w*|terminat\w*|eliminat\w*)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Document:
    id: str
    source: str
    fields: dict[str, str]
    areas: tuple[str, ...]


@dataclass(frozen=True)
class Candidate:
    """A sentence that may be drawn; ``strata`` are what the draw is spread over, within each area and kind."""

    document: Document
    field: str
    start: int
    end: int
    kind: str
    area: str
    strata: tuple[str, ...]

    @property
    def words(self) -> str:
        return self.document.fields[self.field][self.start : self.end]


def tagged(path: Path, known: frozenset[str]) -> Iterator[Document]:
    """The documents of a corpus.db that carry an area of the positions and are not ``known``, by id."""
    sql = """select d.id, d.source, d.title, d.abstract, d.text, group_concat(t.area_id)
             from documents d join tags t on t.document_id = d.id group by d.id order by d.id"""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
        for document_id, source, *texts, listed in db.execute(sql):
            if document_id not in known and not set(areas := listed.split(",")).isdisjoint(AREAS):
                fields = {name: text for name, text in zip(FIELDS, texts, strict=True) if text}
                yield Document(document_id, source, fields, tuple(sorted(areas)))


class Finder:
    """Looks for the three kinds of sentences in documents."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._matcher = Matcher()
        catalog = load_catalog()
        self._positions = catalog.by_id
        self._phrases = {area: list(_phrases(catalog.positions, area)) for area in AREAS}

    def candidates(self, document: Document) -> Iterator[Candidate]:
        """All matched sentences of the document, and at most one near miss and one sentence at random."""
        chosen: dict[tuple[str, int], Candidate] = {}
        for match in sorted(self._matcher.every(document.fields, document.areas), key=lambda match: -match.score):
            position, found = self._positions[match.position_id], match.provision
            area = self._rng.choice([a for a in document.areas if a in position.areas + position.also_in])
            strata = (f"position {position.id}", f"score {match.score:.1f}")
            place = found.field, found.start, found.end
            chosen.setdefault(place[:2], self._candidate(document, place, "matched", area, strata))
        yield from chosen.values()
        others = [each for each in _sentences(document) if each[:2] not in chosen]
        self._rng.shuffle(others)
        area = self._rng.choice([a for a in document.areas if a in AREAS])
        for place in others[:_TRIED]:
            if cues := self._cues(document, place, area):
                yield self._candidate(document, place, "near", area, cues)
                others.remove(place)
                break
        if others:
            yield self._candidate(document, others[0], "random", area, ())

    def _cues(self, document: Document, place: tuple[str, int, int], area: str) -> tuple[str, ...]:
        words = document.fields[place[0]][place[1] : place[2]]
        seen = vocabulary(fold_words(words))
        phrase = any(item.possible(seen) for item in self._phrases[area])
        cue = _CUE.search(words)
        return (f"phrase {phrase}", f"cue {bool(cue)}") if phrase or cue else ()

    def _candidate(
        self, document: Document, place: tuple[str, int, int], kind: str, area: str, strata: tuple[str, ...]
    ) -> Candidate:
        return Candidate(document, *place, kind, area, (*strata, f"source {document.source}", f"field {place[0]}"))


def _phrases(positions: Iterable[Position], area: str) -> Iterator[Pattern]:
    for position in positions:
        if area in position.areas + position.also_in:
            yield from chain.from_iterable(trigger.any for trigger in position.triggers)


def _sentences(document: Document) -> list[tuple[str, int, int]]:
    return [
        (name, start, end)
        for name, text in document.fields.items()
        for start, end in sentences(text)
        if len(fold_words(text[start:end])) >= SHORTEST
    ]


class _Taken:
    """What is drawn already: no document twice, no sentence that says nearly the same as another."""

    def __init__(self) -> None:
        self._documents: set[str] = set()
        self._words: list[frozenset[str]] = []

    def add(self, candidate: Candidate) -> bool:
        words = frozenset(fold_words(candidate.words))
        if candidate.document.id in self._documents or any(_alike(words, other) for other in self._words):
            return False
        self._documents.add(candidate.document.id)
        self._words.append(words)
        return True


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) > ALIKE * len(one | other)


def choose(candidates: Iterable[Candidate], count: int, rng: random.Random) -> list[Candidate]:
    """``count`` of them: kinds by ``SHARES``, areas in turn, and of each what is least like the strata drawn before.

    Fewer where the candidates do not suffice.
    """
    pools: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        pools[candidate.kind, candidate.area].append(candidate)
    for pool in pools.values():
        rng.shuffle(pool)
    taken, drawn = _Taken(), []
    for kind, share in SHARES.items():
        wanted, used = count * share // sum(SHARES.values()), Counter[str]()
        areas = deque(rng.sample(AREAS, len(AREAS)))
        while wanted and areas:
            area = areas.popleft()
            if (found := _next(pools[kind, area], used, taken)) is None:
                continue
            drawn.append(found)
            areas.append(area)
            wanted -= 1
    return drawn


def _next(pool: list[Candidate], used: Counter[str], taken: _Taken) -> Candidate | None:
    while pool:
        best = min(pool, key=lambda candidate: sum(used[stratum] for stratum in candidate.strata))
        pool.remove(best)
        if taken.add(best):
            used.update(best.strata)
            return best
    return None


def held_out(drawn: Sequence[Candidate], rng: random.Random) -> set[str]:
    """The documents of every third provision, areas and kinds evenly."""
    order = sorted(drawn, key=lambda candidate: (candidate.area, candidate.kind, rng.random()))
    return {candidate.document.id for candidate in order[::3]}


def as_read(number: int, candidate: Candidate) -> dict[str, Any]:
    """What a labeller reads: the sentence and what stands beside it, nothing the matcher says."""
    fields, name = candidate.document.fields, candidate.field
    text = fields[name]
    spans = [span for span in sentences(text) if span[1] <= candidate.start or span[0] >= candidate.end]
    before = next((text[start:end] for start, end in reversed(spans) if end <= candidate.start), "")
    after = next((text[start:end] for start, end in spans if start >= candidate.end), "")
    if name == "title":
        after = after or fields.get("abstract", "")
    return {
        "n": number,
        "id": candidate.document.id,
        "field": name,
        "start": candidate.start,
        "end": candidate.end,
        "words": candidate.words,
        "context": {"before": before[-_CONTEXT:], "after": after[:_CONTEXT]},
        "title": fields.get("title", ""),
        "areas": candidate.document.areas,
    }


def draw(corpora: Sequence[Path], seed: int, count: int, output: Path, *, fresh: bool = False) -> list[Candidate]:
    """Write ``provisions.jsonl`` for the labellers and, not for them, ``split.json`` and ``kinds.json``.

    ``fresh`` leaves out the documents of provisions that are labeled already and puts all into the split ``fresh``.

    Raises:
        BadGold, BadFile, BadLabels: the labels or the catalog are not in order.
        OSError, sqlite3.Error: a corpus cannot be read, or the folder not written.
    """
    rng = random.Random(seed)
    known = frozenset(
        label.document for label in read_labels() if label.split == "train" and label.areas and label.document
    )
    if fresh:
        known |= {each.id for file in (FILE, FRESH, FINAL) if file.exists() for each in read_gold(file)}
    finder = Finder(rng)
    found = [each for path in corpora for document in tagged(path, known) for each in finder.candidates(document)]
    drawn = choose(found, count, rng)
    kept_back = held_out(drawn, rng)
    usual = "fresh" if fresh else "train"
    rng.shuffle(drawn)
    numbered = list(enumerate(drawn, 1))
    output.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(as_read(*each), ensure_ascii=False) + "\n" for each in numbered)
    (output / "provisions.jsonl").write_text("".join(lines), "utf-8")
    split = {n: "heldout" if each.document.id in kept_back and not fresh else usual for n, each in numbered}
    kinds = {n: {"kind": each.kind, "area": each.area} for n, each in numbered}
    (output / "split.json").write_text(json.dumps(split), "utf-8")
    (output / "kinds.json").write_text(json.dumps(kinds), "utf-8")
    return drawn


def main() -> int:
    parser = argparse.ArgumentParser(description="Draw provisions to be labeled blind.")
    parser.add_argument("corpora", type=Path, nargs="+", help="files corpus.db, tagged")
    parser.add_argument("--output", type=Path, required=True, help="folder to write to")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=360)
    parser.add_argument("--fresh", action="store_true", help="none from documents that are labeled already")
    options = parser.parse_args()
    try:
        drawn = draw(options.corpora, options.seed, options.count, options.output, fresh=options.fresh)
    except (BadGold, BadFile, BadLabels, OSError, sqlite3.Error) as error:
        print(f"nothing drawn: {error}", file=sys.stderr)
        return 2
    for name, values in (
        ("kind", [each.kind for each in drawn]),
        ("area", [each.area for each in drawn]),
        ("stratum", list(chain.from_iterable(each.strata for each in drawn))),
    ):
        print(f"{name}: " + ", ".join(f"{value} {number}" for value, number in sorted(Counter(values).items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
