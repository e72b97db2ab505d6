"""Which documents a second reader is worth its price for: where the program is in doubt, and what staff will read first.

Only documents that can still move, that changed within a year, and that staff have not decided already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from pathlib import Path

from positions.outcomes import BECAME, ENDED_WITHOUT
from second_reader.opinions import Ledger
from second_reader.prompt import LISTED, Subject, prompt_version
from store.connect import read_only
from store.constants import SHOWN_FROM
from text.changes import changed, read_marks

#: Where the model's score of priority contradicts the grade: a must-see document below the first, one listed above the second.
DOUBTED, MAYBE = 0.8, 0.1

#: Where a document can go no further.
_ENDED = (*BECAME, *ENDED_WITHOUT, "decided")
#: What `changed` leaves out of a text.
_GAP = re.compile(r"[ \n]{4,}")

UNDECIDED, NEAR, SHOWN = "undecided areas", "near must-see", "shown positions"
_DOUBTFUL = f"""
    select document_id, '{UNDECIDED}' as reason from tags t where probability < {SHOWN_FROM}
    union all select document_id, '{UNDECIDED}' from taggings t where model_priority >= 1
        and not exists (select 1 from tags where document_id = t.document_id)
    union all select document_id, '{NEAR}' from taggings where priority = 2 and model_score < {DOUBTED}
        or priority = 1 and model_score >= {MAYBE}
    union all select document_id, '{SHOWN}' from shown_positions"""
_CANDIDATES = f"""
    with doubtful as ({_DOUBTFUL})
    select d.id, d.text_hash, group_concat(distinct w.reason) from doubtful w
    join documents d on d.id = w.document_id join taggings t on t.document_id = d.id
    where d.missing_since is null and d.status_reason is null
    and coalesce(d.status, '') not in ({", ".join(f"'{status}'" for status in _ENDED)})
    and coalesce(d.latest_action_on, d.published_on, '') >= ? {{undecided}}
    group by d.id order by t.priority desc, t.priority_score desc, coalesce(d.latest_action_on, d.published_on) desc, d.id"""
#: Nobody has said anything yet, or something is still open.
_NOT_DECIDED = """
    and (d.id not in (select document_id from staff.current_reviews)
        or d.id in (select document_id from staff.waiting where pairs > 0))"""
_DOCUMENT = """
    select title, abstract, text, (select v.marks from version_texts v where v.document_id = d.id and v.text = d.text
    and v.marks <> '[]' limit 1) from documents d where id = ?"""


class Selection:
    """The documents to read, as corpus.db and staff.db have them. Texts are read one at a time.

    Raises:
        OperationError: there is no corpus.db, or it cannot be used.
    """

    def __init__(self, corpus: Path, staff: Path) -> None:
        self._db = read_only(corpus)
        self._staff = staff.exists()
        if self._staff:
            self._db.execute("attach ? as staff", [f"{staff.absolute().as_uri()}?mode=ro"])

    def close(self) -> None:
        self._db.close()

    def waiting(self, ledger: Ledger | None, model: str, *, since: str) -> list[tuple[str, str, str]]:
        """Id, hash of the text and reasons of every document to read, in the order of reading: what this model has never read,
        then the rest; both by priority."""
        sql = _CANDIDATES.format(undecided=_NOT_DECIDED if self._staff else "")
        done: Set[tuple[str, str]] = ledger.finished(model, prompt_version()) if ledger else frozenset()
        before: Set[str] = ledger.read_before(model) if ledger else frozenset()
        rows = [row for row in self._db.execute(sql, [since]) if (row[0], row[1]) not in done]
        return sorted(rows, key=lambda row: row[0] in before)

    def subjects(self, waiting: list[tuple[str, str, str]]) -> Iterator[Subject]:
        for key, text_hash, reason in waiting:
            title, abstract, text, marks = self._db.execute(_DOCUMENT, [key]).fetchone()
            changes = _GAP.sub("\n...\n", changed(text, read_marks(marks))).strip() if marks else None
            yield Subject(
                key, title, abstract, text, text_hash, changes, self._spans(key), self._positions(key), reason
            )

    def _spans(self, key: str) -> tuple[tuple[int, int], ...]:
        rows = self._db.execute(
            "select start, \"end\" from evidence where document_id = ? and field = 'text' union "
            "select start, \"end\" from position_matches where document_id = ? and field = 'text' order by 1",
            [key, key],
        )
        return tuple((start, end) for start, end in rows)

    def _positions(self, key: str) -> tuple[str, ...]:
        """Shown ones first, then the likeliest candidates, which only staff see."""
        shown = "select position_id, 2 as rank from shown_positions where document_id = :id"
        guessed = "select position_id, max(probability) from staff.suggested_stances where document_id = :id group by 1"
        sql = f"{shown} union all {guessed}" if self._staff else shown
        rows = self._db.execute(f"select position_id from ({sql}) group by 1 order by max(rank) desc, 1", {"id": key})
        return tuple(row[0] for row in rows.fetchmany(LISTED))


def count_reasons(waiting: list[tuple[str, str, str]]) -> dict[str, int]:
    """How many documents are read for each reason; one document may have several."""
    return {reason: sum(reason in row[2].split(",") for row in waiting) for reason in (UNDECIDED, NEAR, SHOWN)}
