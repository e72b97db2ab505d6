"""Labels that travel: `classify/gold/` holds ids and labels only; the texts come from what has been collected.

The files there: `dev.jsonl`, the labeled documents with their split; the others, documents read later: some to learn from,
some (`KINDS`) to test on what the first file does not hold, of those drawn at random half, the split `kept`, and the split
`mix`, on which both stages of the tagger are weighed.
"""

from __future__ import annotations

import json
import lzma
import re
import sqlite3
import sys
from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classify.evaluation.evaluate import KINDS, BadGold, Gold
from crawlers.items import BadRecord, document_id

FOLDER = Path(__file__).resolve().parents[1] / "gold"
FIRST = "dev.jsonl"
#: Documents read later: chosen where the model errs, so they teach, and set neither thresholds nor probabilities.
LATER = "active-later"
#: What to crawl for labels whose id does not begin with a federal congress, a year of the Federal Register or a state.
_SOURCES = {
    "us/court": "us_courts --since 2000-01-01",
    "us-ny-nyc/": "us_local_legistar",
    "uk/": "uk_bills",
    "ca/": "ca_bills",
    "us/regs-": "us_regulations --since 2005-01-01",
}
#: On these, both stages of the tagger are weighed (`classify.training.stack`), so neither learns from them.
MIX = "mix"
#: Documents of these splits teach nothing, whoever thinks or decides what about them.
KEPT_BACK = ("test", "kept", MIX)
#: Bills with title and summary that may stand beside the labeled documents.
BILLS = "weak-bills.jsonl.xz"
_TEXT = "select title, abstract from documents where id = ?"
_WHOLE = "select text from documents where id = ?"
Text = tuple[str | None, str | None]
#: LegiScan numbers sessions with seven digits; eight digits are the two years of a session (California).
_LEGISCAN = re.compile(r"\d{7}")


@dataclass(frozen=True)
class Label:
    """What a reader decided about a document; ``id`` as in the file, jurisdiction/session/number."""

    id: str
    areas: tuple[str, ...]
    priority: int
    sure: float
    split: str
    stratum: str

    @property
    def document(self) -> str | None:
        """The document's id in corpus.db; None where the label names the session in a way that cannot be translated."""
        return corpus_id(self.id)

    @property
    def level(self) -> str:
        return {"us": "federal", "us-fr": "federal-register"}.get(self.id.partition("/")[0], "state")

    @property
    def where(self) -> str:
        """What to run to collect it, or why that does not help."""
        for prefix, source in _SOURCES.items():
            if self.id.startswith(prefix):
                return f"infopolicy crawl {source}"
        jurisdiction, _, rest = self.id.partition("/")
        session = rest.split("/")[0]
        if jurisdiction == "us":
            texts = ", then us_bill_text" if self.stratum == "long" else ""
            return f"infopolicy crawl us_bills --congress {session}{texts}"
        if jurisdiction == "us-fr":
            year = session[:4]
            return f"infopolicy crawl us_federal_register --since {year}-01-01 --until {year}-12-31"
        if self.document is None:
            return "no source: the label names neither a session nor a document that a source knows"
        return f"infopolicy crawl us_states (or us_states_legiscan, with a key): {jurisdiction}, session {session}"


def corpus_id(label: str) -> str | None:
    """``us/117/hr/1218`` -> ``us-117-hr1218``; ``us-mi/2009-2010/sb0953`` -> ``us-mi-2009-2010-sb953``."""
    jurisdiction, *parts = label.replace("us-fr/", "us/fr/", 1).split("/")
    if jurisdiction == "pen" or len(parts) < 2 or _LEGISCAN.fullmatch(parts[0]):
        return None
    try:
        return document_id(jurisdiction, parts[0], "".join(parts[1:]))
    except BadRecord:
        return None


def read_labels(folder: Path = FOLDER) -> list[Label]:
    """Every label: those of the first file, then those read later, file by file.

    Raises:
        BadGold: the first file is missing, or one holds a line that is no label.
    """
    return [*_read(folder / FIRST), *_read_later(folder)]


def kept_back(folder: Path = FOLDER) -> set[str]:
    """Documents that nothing may be learned from, each by its id in the files of labels and by that in corpus.db.

    Raises:
        BadGold: the labels cannot be read.
    """
    kept = [label for label in read_labels(folder) if label.split in KEPT_BACK]
    return {name for label in kept for name in (label.id, label.document) if name}


def _read_later(folder: Path) -> Iterator[Label]:
    for path in sorted(folder.glob("*.jsonl")):
        if path.name != FIRST:
            yield from _read(path)


def _read(path: Path) -> Iterator[Label]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadGold(f"{path}: cannot be read ({error})") from error
    for number, line in enumerate(filter(str.strip, lines), 1):
        try:
            row = json.loads(line)
            yield Label(
                row["id"],
                tuple(row["areas"]),
                int(row["priority"]),
                float(row["sure"]),
                row.get("split", "train"),
                row.get("stratum", LATER),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadGold(f"{path}, line {number}: not a label ({error!r})") from error


def labeled_later(
    gold_path: Path, known: Iterable[str], corpus: Path | None = None, folder: Path = FOLDER
) -> tuple[list[Gold], int]:
    """The documents read later to learn from, and how many more there are whose text is not at hand.

    Args:
        gold_path: the labeled documents; the file of bills beside it holds some of the texts.
        known: ids that the labeled documents already hold; they are left out.
        corpus: corpus.db, which may hold the other texts.

    Raises:
        BadGold: a file is there and cannot be used.
        sqlite3.Error: corpus.db cannot be read.
    """
    held = set(known)
    wanted = {label.id: label for label in _read_later(folder) if label.split == "train" and label.id not in held}
    texts = texts_of(wanted, gold_path, corpus)
    found = [_gold(label, *texts[label.id]) for label in wanted.values() if label.id in texts]
    return found, len(wanted) - len(found)


def texts_of(ids: Collection[str], gold_path: Path, corpus: Path | None = None) -> dict[str, Text]:
    """Title and abstract of the documents that corpus.db or the file of bills beside ``gold_path`` holds.

    Args:
        ids: as in the files of labels, or as in corpus.db.

    Raises:
        BadGold: the file of bills is there and cannot be used.
        sqlite3.Error: corpus.db cannot be read.
    """
    return _from_corpus(ids, corpus) | _from_bills(gold_path.parent / BILLS, ids)


def _from_bills(bills: Path, wanted: Container[str]) -> dict[str, Text]:
    if not bills.exists():
        return {}
    try:
        with lzma.open(bills, "rt", encoding="utf-8") as lines:
            found = [bill for bill in map(json.loads, lines) if bill["id"] in wanted]
        return {bill["id"]: (bill["title"], bill["abstract"] or bill["official_title"]) for bill in found}
    except (OSError, EOFError, lzma.LZMAError, ValueError, KeyError, TypeError) as error:
        raise BadGold(f"{bills}: cannot be used ({error!r})") from error


def _from_corpus(wanted: Iterable[str], corpus: Path | None) -> dict[str, Text]:
    if corpus is None or not corpus.exists():
        return {}
    with closing(sqlite3.connect(f"{corpus.absolute().as_uri()}?mode=ro", uri=True)) as db:
        asked = {key: db.execute(_TEXT, [corpus_id(key) or key]).fetchone() for key in wanted}
    return {key: text for key, text in asked.items() if text}


def _gold(label: Label, title: str | None, abstract: str | None) -> Gold:
    areas = frozenset(label.areas)
    return Gold(label.id, title, abstract, areas, label.priority, label.level, label.stratum, label.split)


def fetch(corpus: Path, target: Path, folder: Path = FOLDER) -> tuple[int, Counter[str]]:
    """Write the labeled documents that corpus.db holds, in the form that `train` and `evaluate` read.

    Returns how many were written, and what is lacking, counted by what to do about it.

    Raises:
        BadGold: there is no corpus.db, or the labels cannot be read.
        OSError, sqlite3.Error: a file cannot be read or written.
    """
    if not corpus.exists():
        raise BadGold(f"{corpus} does not exist yet: collect documents first with `infopolicy crawl`")
    lacking: Counter[str] = Counter()
    rows = []
    with closing(sqlite3.connect(f"{corpus.absolute().as_uri()}?mode=ro", uri=True)) as db:
        for label in read_labels(folder):
            text = db.execute(_TEXT, [label.document]).fetchone()
            whole = db.execute(_WHOLE, [label.document]).fetchone() if label.stratum in KINDS else None
            if text is None or (label.stratum == "long" and not (whole and whole[0])):
                lacking[label.where] += 1
            else:
                rows.append(_line(label, *text) | ({"text": whole[0]} if whole else {}))
    target.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return len(rows), lacking


def _line(label: Label, title: str | None, abstract: str | None) -> dict[str, Any]:
    jurisdiction = label.id.partition("/")[0]
    source = {"us": "", "us-fr": "Federal Register"}.get(jurisdiction, jurisdiction)
    return {
        "id": label.id,
        "source": source,
        "title": title,
        "abstract": abstract,
        "areas": list(label.areas),
        "priority": label.priority,
        "sure": label.sure,
        "stratum": label.stratum,
        "split": label.split,
    }


def main(corpus: Path, target: Path) -> int:
    """Fetch, and say what is lacking and what to run; 0, 1 when something is lacking, 2 when nothing can be done."""
    try:
        found, lacking = fetch(corpus, target)
    except BadGold as error:
        print(f"infopolicy gold fetch: {error}", file=sys.stderr)
        return 2
    print(f"{found:,} labeled documents written to {target}; {lacking.total():,} are not in {corpus}")
    for where, number in lacking.most_common():
        print(f"{number:>6,}  {where}")
    return int(bool(lacking))
