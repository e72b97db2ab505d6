"""Print what followed each proposed rule of a corpus, with the words that name the proposal, to read one by one.

Of regulations.gov, whose texts are not collected, only the titles.

python -m benchmarks.proposals_followed data/corpus.db [us_regulations]
"""

from __future__ import annotations

import sqlite3
import sys
from collections import Counter

from pages.documents.rulemaking import followed_by
from text.days import in_words

#: So many characters before and after the day are printed.
_AROUND = 120
_PROPOSED = """select id, published_on, title from documents where source = ?
    and document_type = 'Proposed Rule' and status = 'proposed' order by published_on, id"""


def main(path: str, source: str = "us_federal_register") -> None:
    """Print every pair, and at the end how many there are of each kind."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    kinds: Counter[str] = Counter()
    proposals = db.execute(_PROPOSED, [source]).fetchall()
    for proposal in proposals:
        for row in followed_by(db, proposal["id"]):
            kinds[row["kind"]] += 1
            title, text = db.execute("select title, text from documents where id = ?", [row["id"]]).fetchone()
            days = f"{proposal['published_on']}, {row['published_on']}"
            print(f"{row['kind']}: {proposal['id']} {proposal['title']}\n  {row['id']} {title}\n  {days}")
            words, day = " ".join((text or "").split()), in_words(proposal["published_on"])
            place = words.find(day)
            if place >= 0:
                print(f"  … {words[max(0, place - _AROUND) : place + len(day) + _AROUND]} …")
    print(f"{kinds.total()} pairs of {len(proposals)} proposed rules:", dict(kinds))


if __name__ == "__main__":
    main(*sys.argv[1:])
