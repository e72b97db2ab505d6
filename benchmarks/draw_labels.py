"""Draw documents that nobody has labeled yet, to be read without knowing what the tagger thinks of them.

    python -m benchmarks.draw_labels CORPUS GOLD OUT [--seed 18] [--again]

CORPUS is a corpus.db of everything recorded (`python -m benchmarks.whole --keep`), GOLD the labeled documents with the file of
older bills beside it, OUT takes one JSON object a line: `id`, `source`, `stratum`, `split` and the words to read. `--again`
draws as if the documents of `classify/gold/drawn.jsonl` were not labeled yet: the same ones come.

Half of every source is drawn at random (stratum `random`). The other half is drawn among documents that hold a broad word of an
area that the tagger knows badly (`words-` and the area): they are read like the others, and most are about something else.
Half of each is `train`, half `kept`: no model ever learns from those. What resembles a labeled document or an earlier one of
this draw is left out, for a bill introduced again would be on both sides.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import re
import sqlite3
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from scipy.sparse import csr_matrix, vstack
from sklearn.feature_extraction.text import TfidfVectorizer

from classify.evaluation.evaluate import read_gold
from classify.training.labels import BILLS, FOLDER, corpus_id, read_labels, texts_of
from classify.training.train import ALIKE

#: The labels of this draw, in classify/gold.
FILE = "drawn.jsonl"
#: How many are wanted of each source. Courts and the United Kingdom are not here: all that is recorded of them is labeled.
WANTED = {
    "us_states": 760,
    "us_states_legiscan": 60,
    "older bills": 130,
    "us_federal_register": 150,
    "us_regulations": 90,
    "us_local_legistar": 100,
    "ca_bills": 110,
    "us_congress_api": 140,
}
#: The file of older bills holds these Congresses, too, but the first labels were drawn from them.
LABELED_CONGRESSES = {"113", "116"}
#: LegiScan's recorded bills were themselves chosen by subject: what is drawn of them at random is no ordinary day.
CHOSEN = {"us_states_legiscan"}
#: Broad on purpose: a reader decides, and what only looks like the area teaches as much.
BROAD = {
    "open-access": r"open access|open educational|textbooks?|open[- ]source|open data|data ?sets?|machine[- ]readable|publicly "
    r"(?:available|accessible|funded)|public(?:ly)? access|repositor\w+|scholarly|freely available|free of charge|portal|court "
    r"records|standards incorporated|data sharing",
    "government-information": r"public records?|open records|open meetings?|freedom of information|transparen\w+|disclos\w+"
    r"|web ?sites?|publish\w*|archiv\w+|declassif\w+|census|statistic\w*|public notices?|records|minutes|inspector general",
    "privacy": r"privacy|personal(?:ly)? (?:information|data|identif\w+)|confidential\w*|surveillance|biometric\w*|data "
    r"(?:breach|broker)\w*|identity|facial recognition|drones?|unmanned aircraft|cameras?|tracking|consent|expunge\w*|sealing"
    r"|criminal records?|artificial intelligence|background checks?",
    "civil-liberties": r"discriminat\w+|civil rights?|constitution\w*|religio\w+|due process|warrants?|search(?:es)?"
    r"|vot(?:e|er|ers|ing)|ballots?|detention|detain\w*|equal|speech|assembly|bail|transgender|gender|sex|race|racial|disabilit\w+|police|asylum"
    r"|abortion|firearms?",
}
#: Characters of a long text: what a reader sees, and what is compared.
SHOWN, COMPARED = 700, 2000
SPLITS = ("train", "kept")


@dataclass(frozen=True)
class Drawn:
    """One document to read; ``words`` is the abstract, or the opening of the text where there is none."""

    id: str
    source: str
    stratum: str
    split: str
    title: str
    words: str


@dataclass(frozen=True)
class Unread:
    """A document to draw from; ``id`` as in the files of labels, ``key`` as in corpus.db."""

    id: str
    key: str
    title: str
    words: str

    @property
    def everything(self) -> str:
        return f"{self.title} {self.words}"


def label_id(document: str, jurisdiction: str, session: str) -> str:
    """The id that labels use: ``us-119-hr1234`` -> ``us/119/hr/1234``, ``us-fr-2024-00538`` -> ``us-fr/2024-00538``."""
    if document.startswith("us-fr-"):
        return document.replace("us-fr-", "us-fr/", 1)
    session, number = document.removeprefix(f"{jurisdiction}-").rsplit("-", 1) if session else ("", document)
    if jurisdiction == "us" and (parts := re.fullmatch(r"([a-z]+)(\d+)", number)):
        number = f"{parts[1]}/{parts[2]}"
    return f"{jurisdiction}/{session}/{number}"


def collected(corpus: Path, source: str) -> Iterator[Unread]:
    """The documents of a source whose id survives the way to a label and back."""
    asked = (
        "select id, jurisdiction, session, title, coalesce(nullif(abstract, ''), substr(text, 1, 3000), '') from documents"
        " where source = ? order by id"
    )
    with closing(sqlite3.connect(f"{corpus.absolute().as_uri()}?mode=ro", uri=True)) as db:
        for key, jurisdiction, session, title, words in db.execute(asked, [source]):
            label = label_id(key, jurisdiction, session)
            if corpus_id(label) == key:
                yield Unread(label, key, title, words)


def older_bills(path: Path) -> Iterator[Unread]:
    """Bills of the Congresses that the first labels were not drawn from, with title and summary."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for bill in map(json.loads, lines):
            if bill["id"].split("/")[1] not in LABELED_CONGRESSES:
                yield Unread(bill["id"], bill["id"], bill["title"], bill["abstract"] or bill["official_title"] or "")


class Resemblance:
    """Tells whether a document is nearly one that was seen before: a bill introduced again, a companion, a yearly notice."""

    def __init__(self, seen: Iterable[str]) -> None:
        self._words = TfidfVectorizer(sublinear_tf=True)
        self._labeled = csr_matrix(self._words.fit_transform(text[:COMPARED] for text in seen))
        self._drawn = csr_matrix((0, self._labeled.shape[1]))

    def new(self, text: str) -> bool:
        """Whether nothing like it was seen; if so, it counts as seen from now on."""
        row = csr_matrix(self._words.transform([text[:COMPARED]]))
        if any((seen @ row.T).max() > ALIKE for seen in (self._labeled, self._drawn) if seen.shape[0]):
            return False
        self._drawn = csr_matrix(vstack([self._drawn, row]))
        return True


def shares(wanted: int) -> dict[str, int]:
    """A half at random, the rest in equal parts to the areas."""
    each, more = divmod(wanted - wanted // 2, len(BROAD))
    return {"random": wanted // 2} | {f"words-{area}": each + (place < more) for place, area in enumerate(BROAD)}


def draw_source(source: str, pool: list[Unread], wanted: int, known: Resemblance, seed: int) -> Iterator[Drawn]:
    """Draw from one source; fewer come only where the pool is used up."""
    taken: set[str] = set()
    for stratum, number in shares(wanted).items():
        broad = re.compile(rf"\b(?:{BROAD.get(stratum.removeprefix('words-'), '')})\b", re.IGNORECASE)
        pick = random.Random(f"{seed} {source} {stratum}")
        order = pick.sample(pool, len(pool))
        fitting = (each for each in order if each.id not in taken and broad.search(each.everything))
        fresh = (each for each in fitting if known.new(each.everything))
        for place, each in enumerate(islice(fresh, number)):
            taken.add(each.id)
            name = "random-of-chosen" if stratum == "random" and source in CHOSEN else stratum
            yield Drawn(each.id, source, name, SPLITS[place % 2], each.title, each.words[:SHOWN])


def draw(corpus: Path, gold: Path, seed: int, wanted: dict[str, int], unknown: Container[str] = ()) -> list[Drawn]:
    """Draw what is wanted of each source, in this order. ``unknown``: labeled documents that are treated as unlabeled."""
    labels = [label for label in read_labels() if label.id not in unknown]
    labeled = {label.document for label in labels} | {label.id for label in labels}
    first = {each.id: f"{each.title} {each.abstract or ''}" for each in read_gold(gold, None)}
    later = texts_of({label.id for label in labels} - first.keys(), gold, corpus)
    known = Resemblance([*first.values(), *(f"{title} {words or ''}" for title, words in later.values())])
    drawn: list[Drawn] = []
    for source, number in wanted.items():
        every = older_bills(gold.parent / BILLS) if source == "older bills" else collected(corpus, source)
        pool = [each for each in every if each.id not in labeled and each.key not in labeled]
        drawn += draw_source(source, pool, number, known, seed)
    return drawn


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=18)
    parser.add_argument("--again", action="store_true", help="repeat the draw of classify/gold/drawn.jsonl")
    asked = parser.parse_args()
    lines = (FOLDER / FILE).read_text("utf-8").splitlines() if asked.again else []
    drawn = draw(asked.corpus, asked.gold, asked.seed, WANTED, {json.loads(line)["id"] for line in lines})
    asked.out.write_text("".join(json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in drawn), "utf-8")
    for (source, stratum, split), number in sorted(Counter((d.source, d.stratum, d.split) for d in drawn).items()):
        print(f"{number:>5}  {source:<22}{stratum:<32}{split}")


if __name__ == "__main__":
    main()
