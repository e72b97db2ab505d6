"""The question which documents there are, by words and filters."""

from __future__ import annotations

from pages.answers import arguments as given
from pages.answers.answer import Answer, At, State, answer, is_collected, places_of
from pages.answers.candidates import candidates
from pages.answers.documents import AUTOMATIC, QUOTED, described
from pages.browse import browse, numbers
from pages.browse import search as searches
from pages.browse.filters import Filters
from pages.database import Row
from pages.http import formatting

#: Which parts of the documents of a search are whose.
_MARKED = {
    "automatic": [f"documents[].automatic.{name}" for name in AUTOMATIC],
    "confirmed": ["documents[].confirmed.stance"],
    "quoted": [*(f"documents[].{name}" for name in QUOTED), "documents[].passage"],
}


def search(
    at: At,
    q: given.Words = None,
    place: given.Place = None,
    kind: given.Kind = None,
    area: given.Area = None,
    status: given.Status = None,
    year: given.Year = None,
    agency: given.Agency = None,
    must_see: given.MustSee = None,
    page: given.Page = 1,
) -> Answer:
    """Search the collected bills, rules, cases and local matters by words and filters, 25 a page, best matches first.

    Numbers of bills are not looked up here: use `document`. `total` counts only what is collected, in the places that
    `covers` names.
    """
    words = q or ""
    wanted = {"q": words, "jurisdiction": place, "kind": kind, "area": area, "status": status, "year": year}
    parts = {name: str(each) for name, each in (wanted | {"agency": agency}).items() if each is not None}
    if must_see is not None:
        parts["must_see"] = str(int(must_see))
    if numbers.is_number(words) or (numbers.read_number(words) and numbers.find_number(at.db, words)):
        return _by_number(at, words, place, Filters.of(parts))
    filters = Filters.of(parts | {"page": str(page)})
    found = browse.browse(at.db, filters, at.today, choices=False)
    places = _places(at, place, words)
    passages = {each.card.id: each for each in found.results}
    listed = described(at, list(passages)) if page <= found.pages else []
    for row in listed:
        why = passages[row["id"]]
        row["passage"] = "".join(piece.text for piece in why.why) or None
        row["passage_from"] = why.where or None
    path = filters.address(page=page if page > 1 else "")
    result = {
        "total": found.total,
        "page": page,
        "pages": found.pages,
        "documents": listed,
        "searched_for": found.meant if found.corrected else words or None,
        "note": found.note,
        "positions": [_short_position(each) for each in found.positions],
    }
    absent = [each for each in places or [] if not is_collected(at, each)]
    if absent and not place:  # what the words find is of other places, which only name this one
        result |= {"documents": [], "elsewhere": listed}
    if not found.total or "elsewhere" in result:
        state = State.NOT_COLLECTED if absent else State.NOTHING_FOUND
        says = (
            f"Nothing of {_named(absent)} is collected, so nothing can be said about it."
            if absent
            else "Nothing that is collected fits. That does not prove that nothing exists."
        )
        says += _of_number(found)
        return answer(at, state, says, path, result, places=places, **_MARKED)
    says = _how_read(found)
    if absent:
        says += f" Nothing of {_named(absent)} is collected."
    return answer(at, State.ANSWERED, says, path, result, places=places, **_MARKED)


def _how_read(found: browse.Browse) -> str:
    """How many documents fit, and how the words were read where that is not plain."""
    says = [
        f"{found.total} of the documents that are collected fit{'' if found.total != 1 else 's'}.{_of_number(found)}"
    ]
    if found.corrected:
        says.append(f"Next to nothing has the words as typed; these are for “{found.meant}”.")
    if found.sponsor:
        says.append(f"They are those that people named {found.sponsor} sponsored or cosponsored.")
    if found.outcome:
        says.append(f"The question was read as one about documents with the status “{found.outcome}”.")
    if found.years:
        says.append(f"The question was read as one about documents of {found.years}.")
    if (places := found.of_places) and not places.alone:
        named = ", ".join(name for _key, name in places.pages)
        says.append(f"Places in the question: {named}. {places.held} of the documents are theirs.")
    if found.topic:
        says.append(f"The question was read as one about “{found.topic}”.")
    for name in found.renamed:
        phrases = ", ".join(f"“{phrase}”" for phrase in name.says)
        besides = "In place of" if name.instead else "Besides"
        says.append(f"{besides} “{name.typed}”, these words were searched for: {phrases}.")
    if found.exactly:
        says.append(f"To search for exactly the words, ask for: {found.exactly}")
    if found.loose:
        says.append("Few or none have all of the words: these have some of them.")
    return " ".join(says)


def _of_number(found: browse.Browse) -> str:
    """What the number of a bill among the words leads to; the documents listed are for the others."""
    if found.number.typed == found.filters.q:
        return ""
    ids = ", ".join(card.id for card in found.direct)
    held = f"is that of {ids}: use `document`" if ids else "is that of no document that is collected"
    others = f" Those listed are for the other words, “{found.number.besides}”." if found.number.besides else ""
    return f" The number {found.number.typed} in the question {held}.{others}"


def _by_number(at: At, words: str, place: str | None, filters: Filters) -> Answer:
    """The candidates for a number that have what else is asked for.

    The one document as a search gives it where place and session name only one.
    """
    found = candidates(at, words, place, None, filters)
    if not (only := found.result["only"]):
        return found
    listed = [row | {"passage": None, "passage_from": None} for row in described(at, [only])]
    result = {
        "total": 1,
        "page": 1,
        "pages": 1,
        "documents": listed,
        "searched_for": words,
        "note": None,
        "positions": [],
    }
    path = filters.address()
    says = "One document has this number."
    return answer(at, State.ANSWERED, says, path, result, places=[listed[0]["jurisdiction"]], **_MARKED)


def _places(at: At, place: str | None, words: str) -> list[str] | None:
    """The places that a search is about; None for all."""
    if place:
        return places_of(at, place)
    return searches.parse(words).places or None


def _named(places: list[str]) -> str:
    names = [formatting.place(each) for each in places[:5]]
    return ", ".join(names) + (f" and {len(places) - 5} other places" if len(places) > 5 else "")


def _short_position(position: Row) -> Row:
    return {"id": position["id"], "title": position["title"], "documents": position["documents"]}
