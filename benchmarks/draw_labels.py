"""Draw documents that nobody has labeled yet, to be read without knowing what the tagger thinks of them.

    python -m benchmarks.draw_labels CORPUS GOLD OUT [--plan drawn.jsonl] [--seed N]

CORPUS is a corpus.db of everything recorded (`python -m benchmarks.whole --keep`), GOLD the labeled documents with the file of
older bills beside it, OUT takes one JSON object a line: `id`, `source`, `stratum`, `split` and the words to read. A plan draws
the documents of its file in classify/gold again; with another seed, it draws others, which nobody has labeled.

Of the first plan, half of every source is drawn at random (stratum `random`), the other half among documents that hold a broad
word of an area that the tagger knows badly (`words-` and the area); the second plan draws by narrower words of the rarest areas.
All are read alike, and most are about something else. Half of each stratum is `train`, half `kept`: no model ever learns from
those. The later plans draw most documents among those that the tagger leaves undecided (`active-undecided`), all to learn from;
the same ones come again only with the tagger of that day. Those of `mixed.jsonl` got the split `mix` in the file of labels. The
last one draws what the public would see of an area (`shown-` and the area), because an error there does the most harm.
What resembles a labeled document or an earlier one of the draw is left out, for a bill introduced again would be on both sides.
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
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from itertools import islice
from pathlib import Path

from scipy.sparse import csr_matrix, vstack
from sklearn.feature_extraction.text import TfidfVectorizer

from classify.evaluation.evaluate import read_gold
from classify.evaluation.promise import SURE_NO, sure_yes
from classify.tagger import Tagger
from classify.training.labels import BILLS, FOLDER, corpus_id, read_labels, texts_of
from classify.training.train import ALIKE
from text.yaml_config import read_yaml

#: The file of older bills holds these Congresses, too, but the first labels were drawn from them.
LABELED_CONGRESSES = {"113", "116"}
#: LegiScan's recorded bills were themselves chosen by subject: what is drawn of them at random is no ordinary day.
CHOSEN = {"us_states_legiscan"}
#: Characters of a long text: what a reader sees, and what is compared.
SHOWN, COMPARED = 700, 2000
SPLITS = ("train", "kept")
UNDECIDED, SHOWN_AS = "active-undecided", "shown-"


@dataclass(frozen=True)
class Plan:
    """A draw: how many are ``wanted`` of each source, ``at_random`` and ``undecided`` of a hundred, the rest by the ``words`` of
    areas; whether half are ``kept``. ``shown``: of a hundred, how many of those that the tagger shows with an area."""

    seed: int
    at_random: int
    words: dict[str, list[str]]
    wanted: dict[str, int]
    undecided: int = 0
    kept: bool = True
    shown: dict[str, int] = field(default_factory=dict)


def read_plans() -> dict[str, Plan]:
    """The draws that were made, the first one first, each by its file in classify/gold."""
    plans = read_yaml(Path(__file__).with_name("label_draws.yml"))
    return {name: Plan(**plan) for name, plan in plans.items()}


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


def shares(plan: Plan, wanted: int) -> dict[str, int]:
    """The part at random, that of undecided ones, and the rest in equal parts to the areas."""
    at_random, undecided = wanted * plan.at_random // 100, wanted * plan.undecided // 100
    shown = {f"{SHOWN_AS}{area}": wanted * part // 100 for area, part in plan.shown.items()}
    each, more = divmod(wanted - at_random - undecided - sum(shown.values()), max(1, len(plan.words)))
    undecided += 0 if plan.words or plan.shown else each
    by_words = {f"words-{area}": each + (place < more) for place, area in enumerate(plan.words)}
    return {"random": at_random} | ({UNDECIDED: undecided} if undecided else {}) | by_words | shown


@cache
def tagger() -> Tagger:
    return Tagger()


@cache
def likely(each: Unread) -> dict[str, float]:
    """The probability of every area that the tagger tells of."""
    [(_, tagging)] = tagger().tag_batch([(each.id, each.title, each.words, None)])
    return {tag.area: tag.probability for tag in tagging.areas}


def is_undecided(each: Unread) -> bool:
    """Whether the tagger leaves an area of it to a person: neither sure enough to stay unseen nor plainly absent."""
    return any(SURE_NO <= probability < sure_yes(area) for area, probability in likely(each).items())


def draw_source(source: str, pool: list[Unread], plan: Plan, known: Resemblance) -> Iterator[Drawn]:
    """Draw from one source; fewer come only where the pool is used up."""
    taken: set[str] = set()
    for stratum, number in shares(plan, plan.wanted[source]).items():
        words = "|".join(plan.words.get(stratum.removeprefix("words-"), []))
        said = re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
        pick = random.Random(f"{plan.seed} {source} {stratum}")
        order = pick.sample(pool, len(pool))
        fitting = (each for each in order if each.id not in taken and said.search(each.everything))
        if stratum == UNDECIDED:
            fitting = filter(is_undecided, fitting)
        if stratum.startswith(SHOWN_AS):
            area = stratum.removeprefix(SHOWN_AS)
            fitting = (each for each in fitting if likely(each).get(area, 0.0) >= sure_yes(area))
        fresh = (each for each in fitting if known.new(each.everything))
        name = "random-of-chosen" if stratum == "random" and source in CHOSEN else stratum
        for place, each in enumerate(islice(fresh, number)):
            taken.add(each.id)
            split = SPLITS[place % 2] if plan.kept else SPLITS[0]
            yield Drawn(each.id, source, name, split, each.title, each.words[:SHOWN])


def draw(corpus: Path, gold: Path, plan: Plan, unknown: Container[str] = ()) -> list[Drawn]:
    """Draw what is wanted of each source, in this order. ``unknown``: labeled documents that are treated as unlabeled."""
    labels = [label for label in read_labels() if label.id not in unknown]
    labeled = {label.document for label in labels} | {label.id for label in labels} | reported()
    first = {each.id: f"{each.title} {each.abstract or ''}" for each in read_gold(gold, None)}
    later = texts_of({label.id for label in labels} - first.keys(), gold, corpus)
    known = Resemblance([*first.values(), *(f"{title} {words or ''}" for title, words in later.values())])
    drawn: list[Drawn] = []
    for source in plan.wanted:
        every = older_bills(gold.parent / BILLS) if source == "older bills" else collected(corpus, source)
        pool = [each for each in every if each.id not in labeled and each.key not in labeled]
        drawn += draw_source(source, pool, plan, known)
    return drawn


def reported() -> set[str]:
    """The documents whose tags were read to be reported on: what learned from them could not be judged by them."""
    files = sorted((FOLDER / "readings").glob("*_tags.jsonl"))
    return {json.loads(line)["id"] for file in files for line in file.read_text("utf-8").splitlines()}


def labeled_since(name: str) -> set[str]:
    """The documents of a draw and of those after it, as far as they are labeled."""
    names = [*read_plans()]
    files = [FOLDER / each for each in names[names.index(name) :]]
    return {json.loads(line)["id"] for file in files if file.exists() for line in file.read_text("utf-8").splitlines()}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("out", type=Path)
    plans = read_plans()
    parser.add_argument("--plan", choices=plans, default="drawn.jsonl")
    parser.add_argument("--seed", type=int, help="another seed than that of the plan: other documents")
    asked = parser.parse_args()
    plan = plans[asked.plan]
    if asked.seed is None:
        drawn = draw(asked.corpus, asked.gold, plan, labeled_since(asked.plan))
    else:
        drawn = draw(asked.corpus, asked.gold, replace(plan, seed=asked.seed))
    asked.out.write_text("".join(json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in drawn), "utf-8")
    for (source, stratum, split), number in sorted(Counter((d.source, d.stratum, d.split) for d in drawn).items()):
        print(f"{number:>5}  {source:<22}{stratum:<32}{split}")


if __name__ == "__main__":
    main()
