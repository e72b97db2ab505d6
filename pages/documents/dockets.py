"""Documents of one docket of regulations.gov that have one title: a proposal, and what followed it.

Their texts are not collected, so that none names the proposal before it. A docket alone may hold several rulemakings.
"""

from __future__ import annotations

import re
import sqlite3
from datetime import date

from crawlers.storage.rulemakings import DRAWER, LATEST, SOONEST
from pages.database import Row, first, rows

#: Where agencies file what has no docket of its own.
_DRAWER = "%FRDOC%"
_WORD = re.compile(r"\w+")
#: Words that tell a proposal from its final rule, and those that titles drop.
_PASSING = re.compile(
    r"\b(?:propos(?:ed|al)|final|interim|supplemental|rules?|rulemaking|notice|withdraw(?:al|n)|an?|and|for|in|of|on|the|to)\b"
)
_SUPPLEMENTAL = re.compile("supplemental", re.IGNORECASE)


def alike(db: sqlite3.Connection, document_id: str) -> list[Row]:
    """The proposals, rules, and withdrawals of a document's docket with its title, in order of publication; a rule comes before a
    withdrawal of the same day, which is one of a part.

    Empty where the docket is a drawer. A document that was taken off the site, and an advance notice, are left out.
    """
    docket = first(
        db,
        # The plus is for SQLite, which else reads all dockets of the corpus.
        "select term from terms t where document_id = ? and +kind = 'docket' and term not like ? "
        "and (select count(*) from terms its where its.kind = 'docket' and its.term = t.term) <= ?",
        [document_id, _DRAWER, DRAWER],
    )
    if docket is None:
        return []
    found = rows(
        db,
        """select d.id, identifier, title, document_type, status, latest_action, published_on
        from terms t cross join documents d on d.id = t.document_id
        where t.kind = 'docket' and t.term = ? and d.source = 'us_regulations' and document_type in ('Rule', 'Proposed Rule')
        and (status <> 'withdrawn' or latest_action like 'withdrawal%') and latest_action not like 'adv%'
        order by published_on, status, d.id""",
        [docket["term"]],
    )
    titles = {row["id"]: _subject(row["title"]) for row in found}
    return [row for row in found if titles[row["id"]] == titles.get(document_id)]


def is_supplemental(row: Row) -> bool:
    """Whether a proposal says that it goes on from another."""
    return bool(_SUPPLEMENTAL.match(row["latest_action"] or ""))


def may_answer(before: Row, after: Row) -> bool:
    """Whether a rule comes so long after a proposal as an answer does: other days are those of another rule, or of posting."""
    passed = date.fromisoformat(after["published_on"]) - date.fromisoformat(before["published_on"])
    return after["status"] == "withdrawn" or SOONEST <= passed <= LATEST


def _subject(title: str) -> str:
    return " ".join(_WORD.findall(_PASSING.sub(" ", title.casefold())))
