"""Provisions labeled by two readers: which position each touches and in which direction. Ids and labels, no sentences.

``python -m positions.evaluation.labels FOLDER`` puts the answers of both readers and the split together in
``gold/provisions.jsonl``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from positions.catalog.catalog import load_catalog
from positions.catalog.records import DIRECTIONS
from store.errors import InvalidInput

FILE = Path(__file__).resolve().parents[1] / "gold" / "provisions.jsonl"
#: Drawn and labeled after the first tuning (the second learned from it), and after the second (nothing learned from it).
FRESH, FINAL = FILE.with_name("fresh.jsonl"), FILE.with_name("final.jsonl")
#: Which way a stance points.
SIDES = {"support": 1, "support_if_amended": 1, "oppose": -1, "oppose_unless_amended": -1, "watch": 0}


class BadLabels(InvalidInput):
    """A file of labels that cannot be used: the message names file and line."""


@dataclass(frozen=True)
class Label:
    """``direction`` is a stance, or None where two readers agree on the position and not on the side."""

    position: str
    direction: str | None


Labels = tuple[Label, ...]


@dataclass(frozen=True)
class Labeled:
    """One provision: where it stands, and what two readers said. ``text_hash`` tells whether it still stands there.

    ``kind`` is how it was drawn (see positions.evaluation.sampling), ``areas`` those of the document at that time.
    ``agreed`` is None where the readers share nothing and nobody settled it.
    """

    id: str
    field: str
    start: int
    end: int
    text_hash: str
    areas: tuple[str, ...]
    kind: str
    split: str
    labels_a: Labels
    labels_b: Labels
    agreed: Labels | None


def text_hash(words: str) -> str:
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def in_common(one: Labels, other: Labels) -> Labels | None:
    """The positions both name, in the order of ``one``; none where both name none, None where they share nothing.

    The same side with and without amendments is the side; two different sides are no direction.
    """
    if not one and not other:
        return ()
    theirs = {label.position: label.direction for label in other}
    shared = [
        Label(each.position, _common(each.direction, theirs[each.position])) for each in one if each.position in theirs
    ]
    return tuple(shared) or None


def _common(one: str | None, other: str | None) -> str | None:
    if one is None or other is None or SIDES[one] != SIDES[other]:
        return None
    return one if one == other else {1: "support", -1: "oppose"}[SIDES[one]]


def read_gold(path: Path = FILE) -> list[Labeled]:
    """Every labeled provision.

    Raises:
        BadLabels: the file is missing, or a line is no labeled provision.
    """
    made = []
    for number, row in _rows(path):
        try:
            made.append(
                Labeled(
                    row["id"],
                    row["field"],
                    row["start"],
                    row["end"],
                    row["text_hash"],
                    tuple(row["areas"]),
                    row["kind"],
                    row["split"],
                    _labels(row["labels_a"]),
                    _labels(row["labels_b"]),
                    None if row["agreed"] is None else _labels(row["agreed"]),
                )
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise BadLabels(f"{path}, line {number}: not a labeled provision ({error!r})") from error
    return made


def read_answers(path: Path, known: frozenset[str]) -> dict[int, Labels]:
    """What one reader said of each provision, by its number.

    Raises:
        BadLabels: a line is no answer, names what is no position or direction, or a provision or position comes twice.
    """
    answers: dict[int, Labels] = {}
    for number, row in _rows(path):
        where = f"{path}, line {number}"
        try:
            n, labels = int(row["n"]), _labels(row["labels"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadLabels(f"{where}: not an answer ({error!r})") from error
        if n in answers:
            raise BadLabels(f"{where}: provision {n} is answered twice: keep one")
        named = [label.position for label in labels]
        if unknown := [each for each in named if each not in known]:
            raise BadLabels(f"{where}: {unknown[0]!r} is no position of the catalog")
        if len(set(named)) < len(named):
            raise BadLabels(f"{where}: names a position twice: keep one direction, watch if both hold")
        if wrong := [label.direction for label in labels if label.direction not in DIRECTIONS]:
            raise BadLabels(f"{where}: {wrong[0]!r} is no direction: write one of {', '.join(DIRECTIONS)}")
        answers[n] = labels
    return answers


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadLabels(f"{path}: cannot be read ({error})") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                raise BadLabels(f"{path}, line {number}: not JSON ({error})") from error
            if not isinstance(row, dict):
                raise BadLabels(f"{path}, line {number}: not a JSON object")
            yield number, row


def _labels(rows: list[dict[str, Any]]) -> Labels:
    return tuple(Label(row["position"], row["direction"]) for row in rows)


def join(folder: Path, known: frozenset[str]) -> list[Labeled]:
    """The provisions that positions.evaluation.sampling wrote to ``folder``, with ``labels_a.jsonl``, ``labels_b.jsonl``
    and, where it is there, ``settled.jsonl``, the answers of a third reader, which take the place of what two agree on.

    Raises:
        BadLabels: a file is missing or wrong, or a reader left a provision out.
    """
    a, b = (read_answers(folder / f"labels_{reader}.jsonl", known) for reader in "ab")
    settled_file = folder / "settled.jsonl"
    settled = read_answers(settled_file, known) if settled_file.exists() else {}
    split, kinds = _key(folder / "split.json"), _key(folder / "kinds.json")
    made = []
    for _, row in _rows(folder / "provisions.jsonl"):
        n = row["n"]
        if missing := [name for name, answers in (("a", a), ("b", b)) if n not in answers]:
            raise BadLabels(f"{folder}: reader {missing[0]} did not answer provision {n}")
        agreed = settled[n] if n in settled else in_common(a[n], b[n])
        made.append(
            Labeled(
                row["id"],
                row["field"],
                row["start"],
                row["end"],
                text_hash(row["words"]),
                tuple(row["areas"]),
                kinds[str(n)]["kind"],
                split[str(n)],
                a[n],
                b[n],
                agreed,
            )
        )
    return made


def _key(path: Path) -> Mapping[str, Any]:
    try:
        key: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadLabels(f"{path}: cannot be read ({error}): positions.evaluation.sampling writes it") from error
    return key


def main() -> int:
    parser = argparse.ArgumentParser(description="Put the answers of two readers and the split together.")
    parser.add_argument(
        "folder", type=Path, help="what positions.evaluation.sampling wrote, with labels_a.jsonl and labels_b.jsonl"
    )
    parser.add_argument("--output", type=Path, default=FILE)
    options = parser.parse_args()
    try:
        joined = join(options.folder, frozenset(load_catalog().by_id))
        options.output.write_text("".join(json.dumps(asdict(each)) + "\n" for each in joined), "utf-8")
    except (BadLabels, OSError) as error:
        print(f"nothing written: {error}", file=sys.stderr)
        return 2
    open_ones = sum(each.agreed is None for each in joined)
    print(f"{len(joined)} provisions written to {options.output}; the readers share nothing on {open_ones}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
