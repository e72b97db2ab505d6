"""How far two readers who worked apart agree on the areas and the priority of the same documents.

    python -m benchmarks.label_agreement FIRST SECOND [--differences]

Both are files of JSON lines with `id`, `areas` and `priority`; FIRST may hold more documents (`classify/gold/drawn.jsonl`).
Agreement on areas is F1: what one reader says is measured by what the other says, and it does not matter who is who. With
``--differences`` every document on which they differ is named, to be read once more.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classify.areas import load_areas
from classify.evaluation.evaluate import Score, score

#: Areas and priority that a reader gave a document.
Reading = tuple[frozenset[str], int]


@dataclass(frozen=True)
class Agreement:
    """``micro``: all areas together; ``areas``: each area that one of them saw; ``same_areas``, ``same_priority``: documents;
    ``listed``: agreement (F1) on which documents are of priority 1 or 2."""

    documents: int
    micro: Score
    areas: dict[str, Score]
    same_areas: int
    same_priority: int
    listed: Score
    differences: dict[str, tuple[Reading, Reading]]


def read(path: Path) -> dict[str, Reading]:
    """What a reader decided, by document.

    Raises:
        ValueError: a line is no reading, or a document stands there twice.
        OSError: the file cannot be read.
    """
    found: dict[str, Reading] = {}
    for number, line in enumerate(filter(str.strip, path.read_text("utf-8").splitlines()), 1):
        try:
            row = json.loads(line)
            key, reading = row["id"], (frozenset(row["areas"]), int(row["priority"]))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}, line {number}: not a reading ({error!r})") from error
        if key in found:
            raise ValueError(f"{path}, line {number}: {key} stands there twice")
        found[key] = reading
    return found


def agree(first: dict[str, Reading], second: dict[str, Reading]) -> Agreement:
    """Compare the documents that both read.

    Raises:
        ValueError: the second reader read documents that the first did not, or none, or names an area that is unknown.
    """
    if not second or (more := second.keys() - first.keys()):
        raise ValueError(
            "nothing to compare" if not second else f"not read by the first: {', '.join(sorted(more)[:5])}"
        )
    names = [area.id for area in load_areas().areas if area.labeled]
    pairs = [(first[key], second[key]) for key in second]
    if unknown := {area for pair in pairs for areas, _ in pair for area in areas} - {*names}:
        raise ValueError(f"unknown areas: {', '.join(sorted(unknown))}")
    one, other = (np.array([[name in pair[side][0] for name in names] for pair in pairs]) for side in (0, 1))
    listed = [np.array([[pair[side][1] > 0] for pair in pairs]) for side in (0, 1)]
    return Agreement(
        documents=len(pairs),
        micro=score(one, other),
        areas={
            name: score(one[:, [place]], other[:, [place]])
            for place, name in enumerate(names)
            if one[:, place].any() or other[:, place].any()
        },
        same_areas=sum(a[0] == b[0] for a, b in pairs),
        same_priority=sum(a[1] == b[1] for a, b in pairs),
        listed=score(*listed),
        differences={key: (first[key], second[key]) for key in second if first[key] != second[key]},
    )


def table(found: Agreement) -> str:
    """The agreement as lines that a person reads in a terminal."""
    low, high = found.micro.intervals["f1"]
    lines = [
        f"{found.documents:,} documents read by both: areas {found.micro.f1:.3f} (F1 of all areas; {low:.3f} to {high:.3f})",
        f"the same areas {found.same_areas:,}, the same priority {found.same_priority:,}, "
        f"priority 1 or 2 {found.listed.f1:.3f} (F1)",
    ]
    lines += [f"  {name:<28}{each.f1:>6.3f}  first {each.positives}" for name, each in found.areas.items()]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    parser.add_argument("--differences", action="store_true")
    asked = parser.parse_args()
    try:
        found = agree(read(asked.first), read(asked.second))
    except (ValueError, OSError) as error:
        parser.exit(2, f"{error}\n")
    print(table(found))
    for key, readings in sorted(found.differences.items()) if asked.differences else ():
        print(key, *(f"{', '.join(sorted(areas)) or 'none'} {priority}" for areas, priority in readings), sep="  |  ")


if __name__ == "__main__":
    main()
