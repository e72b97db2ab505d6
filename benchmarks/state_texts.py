"""How well the texts of state bills are read, by host, from the recorded originals of ../shared.

    python -m benchmarks.state_texts [--wrong] [STATE ...]   the marked words of markup.jsonl: how many are right
    python -m benchmarks.state_texts --every [STATE ...]     every original: how many can be read, how many show marks
    python -m benchmarks.state_texts --every --most=25       at most so many of each host and kind of file, drawn at random

A word counts as right when it stands in the same order in both lists of added (or struck) words. A word that we mark and
should not mark counts against us like one that we miss.
"""

from __future__ import annotations

import json
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from crawlers.items import Unreadable
from crawlers.markup.formats import hosts, read
from crawlers.markup.marked_text import ADDED, STRUCK, MarkedText

UPSTREAM = Path(__file__).resolve().parents[2] / "shared" / "upstream"
_WORD = re.compile(r"\w+|[^\w\s]")
#: One form of quotation mark and hyphen: labels were typed.
_SIGNS = str.maketrans("‘’“”‑‐\u00ad", "''\"\"---")


def words(phrases: Iterable[str]) -> list[str]:
    return _WORD.findall(" ".join(phrases).translate(_SIGNS))


def marked_words(text: MarkedText, kind: str) -> list[str]:
    return words(text.text[start:end] for start, end, mark in text.marks if mark == kind)


def compared(expected: list[str], found: list[str]) -> tuple[int, int]:
    """How many words both lists have in the same order, and how many there are in either."""
    same = sum(block.size for block in SequenceMatcher(None, expected, found, autojunk=False).get_matching_blocks())
    return same, len(expected) + len(found) - same


def originals() -> tuple[Any, list[Any]]:
    """The packs of recorded originals, which read one, and what is recorded."""
    sys.path.insert(0, str(UPSTREAM))
    import state_texts

    packs = state_texts.Packs()
    return packs, list(packs.texts.values())


def marked(states: Collection[str] = (), wrong: bool = False) -> dict[str, tuple[int, int]]:
    """By host: marked words that are right, and all that are marked in markup.jsonl or by us."""
    packs, texts = originals()
    by_url = {text.url: text for text in texts}
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    for line in (UPSTREAM / "markup.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if states and row["state"] not in states:
            continue
        text = by_url[row["url"]]
        found = read(packs.read(text), hosts()[text.host].kinds[text.form])
        for kind in (ADDED, STRUCK):
            expected, got = words(row[kind]), marked_words(found, kind)
            same, either = compared(expected, got)
            totals[text.host].update(same=same, either=either)
            if wrong and same != either:
                for change, a, b, c, d in SequenceMatcher(None, expected, got, autojunk=False).get_opcodes():
                    if change != "equal":
                        print(f"{row['url']}: {kind}: {expected[a:b]} was read as {got[c:d]}")
    return {host: (total["same"], total["either"]) for host, total in sorted(totals.items())}


def every(states: Collection[str] = (), most: int | None = None) -> dict[tuple[str, str], Counter[str]]:
    """By host and kind of file: originals, those read, those with marks, and words added and struck in them."""
    packs, texts = originals()
    random.Random(17).shuffle(texts)
    totals: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for text in texts:
        total = totals[text.host, text.form]
        if (states and text.state not in states) or total["all"] == most:
            continue
        total["all"] += 1
        try:
            found = read(packs.read(text), hosts()[text.host].kinds[text.form])
        except Unreadable as error:
            print(f"{text.url}: {error}")
            continue
        total["read"] += len(found.text) > 200
        total["marked"] += bool(found.marks)
        for kind in (ADDED, STRUCK):
            total[kind] += len(marked_words(found, kind))
    return dict(sorted(totals.items()))


def main(arguments: list[str]) -> None:
    states = {each for each in arguments if not each.startswith("-")}
    started = time.monotonic()
    if "--every" in arguments:
        most = next((int(each[7:]) for each in arguments if each.startswith("--most=")), None)
        counted = every(states, most)
        for (host, form), total in counted.items():
            print(
                f"{host:28} {form:5}",
                *(f"{name} {total[name]:>7,}" for name in ("all", "read", "marked", ADDED, STRUCK)),
            )
        total = sum(counted.values(), Counter[str]())
        print(f"{'all':34}", *(f"{name} {total[name]:>7,}" for name in ("all", "read", "marked", ADDED, STRUCK)))
    else:
        by_host = marked(states, "--wrong" in arguments)
        by_host["all"] = tuple(map(sum, zip(*by_host.values(), strict=True)))  # type: ignore[assignment]
        for host, (same, either) in by_host.items():
            print(f"{host:28} {same:6,} of {either:6,} {same / max(either, 1):8.2%}")
    print(f"{time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
