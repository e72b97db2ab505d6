"""A random sample of matches on labeled documents, to be read one by one: ``python -m positions.evaluation.sample --help``.

It answers what no count can: is the position right, and is the direction? What a reading gave stands in docs/positions.md.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from positions.matching.matcher import Match, Matcher
from text.spans import FIELDS


def labeled(path: Path, split: str) -> Iterator[dict[str, Any]]:
    """The documents of ``split`` that carry an area, from a file of labeled JSON lines."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            document = json.loads(line)
            if document["split"] == split and document["areas"]:
                yield document


def draw(path: Path, split: str, seed: int, count: int) -> tuple[list[tuple[dict[str, Any], Match]], str]:
    """``count`` matches drawn at random (the best of each document) and one line on all of them."""
    matcher, best, documents = Matcher(), [], 0
    for document in labeled(path, split):
        documents += 1
        if found := matcher.match({name: document.get(name) for name in FIELDS}, document["areas"]):
            best.append((document, found[0]))
    told = sum(match.stance != "watch" for _, match in best)
    summary = f"{documents} documents with an area, {len(best)} with a match, {told} of those with a direction"
    return random.Random(seed).sample(best, min(count, len(best))), summary


def main() -> int:
    parser = argparse.ArgumentParser(description="Print a random sample of matches, to be read one by one.")
    parser.add_argument("gold", type=Path, nargs="?", default=Path("../shared/gold/dev.jsonl"))
    parser.add_argument("--split", default="train", help="train (default) or test")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    options = parser.parse_args()
    try:
        sample, summary = draw(options.gold, options.split, options.seed, options.count)
    except (OSError, ValueError, KeyError) as error:
        print(f"{options.gold}: no labeled documents ({error}): give the path of the labels", file=sys.stderr)
        return 2
    for number, (document, match) in enumerate(sample, 1):
        print(f"{number}. {document['id']} [{', '.join(document['areas'])}] {str(document['title'])[:100]}")
        print(f"   {match.score:.2f} {match.reason}\n   > {match.provision.words[:400]}")
    print(summary)
    return 0


if __name__ == "__main__":
    sys.exit(main())
