"""Bills of one place with the same title: most often the two chambers' numbers for one bill, whose summaries differ in wording.

What is compared elsewhere is a title together with its summary. Legislatures write a summary of their own for each chamber,
so bills with one title may have few words in common; and a title without a summary may be too short to weigh enough.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from sqlite_utils import Database

from comparison.rules import load_rules
from comparison.similarity.term_weights import Weights
from text.tokens import fold_words

#: A title that weighs more names a matter by itself. No single word weighs more, however rare it is.
ENOUGH = 7.0
#: A title that one bill of each chamber has needs less: of 24 pairs read just above this, 22 were one bill; of 24 below 1, 16.
ENOUGH_OF_PAIR = 2.0
CHAMBERS = ["lower", "upper"]


def same_titles(db: Database, weights: Weights, most: int) -> Iterator[tuple[list[str], bool]]:
    """The ids of bills with one title, in order, and whether each is of another session.

    None where more than ``most`` bills of a session have it. A title that is too general to name a matter joins only a pair in
    the two chambers of one session.
    """
    rules = load_rules()
    for title, kind, found in db.execute(
        "select min(title), document_type, json_group_array(json_array(id, session, chamber)) from documents where kind = 'bill' "
        "group by jurisdiction, rtrim(lower(title), '. ') having count(*) > 1"
    ):
        if rules.is_left_out(title, kind):
            continue
        weight = weights.total(set(fold_words(rules.compared(title, None))))
        bills = sorted(json.loads(found))
        sessions = Counter(session for _, session, _ in bills)
        if weight > ENOUGH and max(sessions.values()) <= most:
            yield [key for key, *_ in bills], max(sessions.values()) == 1
        elif weight >= ENOUGH_OF_PAIR:
            for each in sorted(sessions):
                members = [(key, chamber) for key, session, chamber in bills if session == each]
                if sorted(str(chamber) for _, chamber in members) == CHAMBERS:
                    yield [key for key, _ in members], False
