"""Draw changes of companies' rules at random, each with what the pages say of it and with the sentences that came and went.

    python -m benchmarks.company_changes CORPUS.db [--count 20] [--seed 1] [--told]

CORPUS.db holds `corp_terms` with its versions and was published (`infopolicy publish` reads what came, went, or turned). A person
reads each one: is the summary right, and did it miss anything? `--told` draws only from changes of which something is said.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
from contextlib import closing
from pathlib import Path

from comparison.versions.company_provisions import change_in_words
from crawlers.parsers.open_terms import is_change, is_whole
from text.sentences import sentences

#: Sentences of a change that are printed of each side, and letters of each.
MOST, LETTERS = 12, 240
_VERSIONS = """select v.document_id, d.title, v.name, v.issued_on, t.text from versions v
    join documents d on d.id = v.document_id
    join version_texts t on t.document_id = v.document_id and t.url = v.url
    where d.source = 'corp_terms' and t.text is not null order by v.document_id, v.ordinal"""
Change = tuple[str, str, str, str, str]


def changes(db: sqlite3.Connection) -> list[Change]:
    """Each change by a company: (document, title, day, the whole text before, the text after)."""
    found, before = [], ("", "")
    for key, title, name, day, text in db.execute(_VERSIONS):
        if not is_whole(name):
            continue
        if before[0] == key and is_change(name):
            found.append((key, title, day, before[1], text))
        before = (key, text)
    return found


def came(old: str, new: str) -> list[str]:
    """The sentences of a text that another one lacks."""
    known = {" ".join(old[start:end].split()) for start, end in sentences(old)}
    return [each for start, end in sentences(new) if (each := " ".join(new[start:end].split())) not in known]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--told", action="store_true")
    given = parser.parse_args()
    with closing(sqlite3.connect(f"{given.corpus.absolute().as_uri()}?mode=ro", uri=True)) as db:
        told = [(each, change_in_words(db, each[0], each[2])) for each in changes(db)]
    some = [each for each in told if each[1]]
    print(f"{len(told)} changes of companies, {len(some)} of which something is said")
    chosen = some if given.told else told
    for n, ((key, title, day, old, new), says) in enumerate(
        random.Random(given.seed).sample(chosen, min(given.count, len(chosen))), 1
    ):
        print(f"\n## {n}. {title}, {day} ({key})\n")
        print("\n".join(f"* {each}" for each in says) or "* nothing is said")
        for mark, found in (("-", came(new, old)), ("+", came(old, new))):
            print(f"{mark} {len(found)} sentences")
            for each in found[:MOST]:
                print(f"  {mark} {each[:LETTERS]}")


if __name__ == "__main__":
    main()
