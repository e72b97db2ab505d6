"""Which documents a number may mean. It never picks one by itself: the same number is used in every place and session."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlencode

from pages.answers.answer import Answer, At, State, answer, is_collected, places_of
from pages.browse import finding, law_numbers, numbers
from pages.browse.filters import PLACE_GROUPS, Filters
from pages.browse.law_numbers import LawNumber
from pages.browse.numbers import Number
from pages.database import Row, marks, rows
from pages.http import formatting
from store.constants import ANY_AREA

#: Candidates that an answer lists.
MOST = 25
_WORDS = re.compile(r"[a-z]+|\d+")


def candidates(at: At, typed: str, place: str | None, session: str | None, also: Filters | None = None) -> Answer:
    """The collected documents with a number that have what else is asked for (``also``).

    ``result.only`` is the id of the one that fits where place and session were given, or where the number is of a kind that
    is given out once (the Federal Register's); else None.
    """
    path = also.address() if also else "/browse?" + urlencode({"q": typed})
    if law := law_numbers.read(typed):
        return _law(at, law, place, also, path)
    asked = numbers.read_number(typed)
    if asked is None:
        says = "This is neither the id of a stored document nor the number of one. Look for words with `search`."
        return answer(
            at, State.NOTHING_FOUND, says, path, {"candidates": [], "only": None}, places=[place] if place else []
        )
    place = place or asked.place
    session = session or asked.session
    same = _with_number(at, asked, place)
    numbered = [row for row in same if not session or in_session(session, row["session"])]
    chosen = _with_what_is_chosen(at, also, [row["id"] for row in numbered])
    fitting = [row for row in numbered if row["id"] in chosen]
    total = len(fitting)
    places = places_of(at, place)
    only = _only(fitting, asked, place, session)
    if only:
        return answer(at, State.ANSWERED, "", path, {"candidates": [], "only": only}, places=places)
    listed = [_candidate(at, row) for row in fitting[:MOST]]
    result = {
        "number": asked.numbers[0],
        "place": place,
        "session": session,
        "total": total,
        "candidates": listed,
        "only": None,
    }
    marked = {"quoted": ["candidates[].title"]}
    if fitting:
        says = (
            f"{total} collected {'documents have' if total != 1 else 'document has'} this number. A number is used again in "
            "every place and session, also in those that are not collected: choose by id, or ask with place and session."
        )
        return answer(at, State.CANDIDATES, says, path, result, places=places, **marked)
    return _none(at, result, numbered, same, path)


def _with_what_is_chosen(at: At, also: Filters | None, ids: list[str]) -> Collection[str]:
    """Those of some documents that have what was asked for besides a number."""
    return finding.with_what_is_chosen(at.db, also, ids) if also else ids


def _law(at: At, law: LawNumber, place: str | None, also: Filters | None, path: str) -> Answer:
    """The bill that became a law: Congress gives each number once."""
    sql, values = Filters(jurisdiction=place or "").condition("jurisdiction")
    stored = law_numbers.find(at.db, law, (sql or "1", values))
    found = sorted(_with_what_is_chosen(at, also, stored))
    result: Row = {"candidates": [], "only": next(iter(found), None)}
    if found:
        return answer(at, State.ANSWERED, "", path, result, places=["us"])
    says = f"No bill that is collected is known to have become {law.kind} {law.number}. It may exist where nothing was collected."
    if stored:
        says = f"A bill that became {law.kind} {law.number} is collected, but it does not fit what else was asked for."
    return answer(at, State.NOTHING_FOUND, says, path, result, places=["us"])


def _none(at: At, result: Row, numbered: list[Row], same: list[Row], path: str) -> Answer:
    """Nothing has the number and what else is asked for: because it was not collected, or as far as can be said."""
    place, session = result["place"], result["session"]
    group = place in PLACE_GROUPS
    held = _sessions(at, place) if place and not group else []
    result["elsewhere"] = [_candidate(at, row) for row in same[:MOST]]
    result["sessions_collected"] = held
    if numbered:
        says = "Documents with this number are collected, but none of them fits what else was asked for."
        state = State.NOTHING_FOUND
    elif place and not group and not is_collected(at, place):
        says = f"Nothing of {formatting.place(place)} is collected, so nothing can be said about this number there."
        state = State.NOT_COLLECTED
    elif place and not group and session and not any(in_session(session, each["session"]) for each in held):
        says = f"That session of {formatting.place(place)} is not collected; sessions_collected has those that are."
        state = State.NOT_COLLECTED
    else:
        says = "No document that is collected has this number. It may exist where or when nothing was collected."
        state = State.NOTHING_FOUND
    return answer(at, state, says, path, result, places=places_of(at, place), quoted=["elsewhere[].title"])


def _with_number(at: At, asked: Number, place: str | None) -> list[Row]:
    sql, values = Filters(jurisdiction=place or "").condition("jurisdiction")
    here = sql.replace("jurisdiction", "listing.jurisdiction") or "1"
    found = rows(
        at.db,
        f"""select d.id, d.identifier, d.title, d.jurisdiction, d.session, d.status, listing.number, listing.sort_on
        from listing join documents d on d.rowid = listing.document_rowid
        where listing.number in ({marks(asked.numbers)}) and listing.area_id = ? and {here}
        order by listing.sort_on desc, d.id""",
        [*asked.numbers, ANY_AREA, *values],
    )
    return sorted(filter(numbers.is_known_by, found), key=lambda row: row["number"] != asked.numbers[0])


def _only(found: list[Row], asked: Number, place: str | None, session: str | None) -> str | None:
    exact = [row for row in found if row["number"] == asked.numbers[0]]
    once = "-" in asked.numbers[0]  # 2025-01234: the Federal Register gives each number once
    if len(exact) != 1 or not (once or (place and place not in PLACE_GROUPS and session)):
        return None
    key: str = exact[0]["id"]
    return key


def in_session(asked: str, session: str | None) -> bool:
    """Whether a session is the one that was asked for: its whole name, or a number or year that is a word of it."""
    wanted = _WORDS.findall(re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", asked.lower()))
    have = _WORDS.findall((session or "").lower())
    return bool(wanted) and (wanted == have or (len(wanted) == 1 and wanted[0].isdigit() and wanted[0] in have))


def _sessions(at: At, place: str) -> list[Row]:
    return rows(
        at.db,
        "select session, sum(documents) as documents from coverage where jurisdiction = ? and documents > 0 "
        "group by session order by session desc",
        [place],
    )


def _candidate(at: At, row: Row) -> Row:
    return {
        "id": row["id"],
        "identifier": row["identifier"],
        "title": row["title"],
        "place": row["jurisdiction"],
        "place_in_words": formatting.place(row["jurisdiction"]),
        "session": row["session"],
        "status": row["status"],
        "address": at.address(f"/documents/{row['id']}"),
    }
